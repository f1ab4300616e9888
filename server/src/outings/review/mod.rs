//! What to look at before an outing is closed: what phones may still hold, what is far from usual,
//! and what was picked up « ici ».

pub mod store;

use super::crew::store::{Phone, phones};
use crate::db::Tx;
use crate::http::error::Problem;
use domain::fact::Item;
use domain::outing::{PICKUP_OUTLIER_MIN, Usual};
use domain::{DeviceId, FactId, Instant, OutingId, ProgrammeId, SiteId};
use std::collections::HashMap;

/// A phone that said nothing for so long may hold facts, in milliseconds.
const QUIET_MS: i64 = 10 * 60_000;

/// What the numbers of a phone's facts tell about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Numbers between its first and its last fact of the outing that nobody has seen.
    pub missing: i64,
}

/// Why a phone may still hold facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// So many numbers of its row never came.
    Missing(i64),
    /// It said nothing for a while.
    Quiet,
}

impl Why {
    /// The code in an API problem.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing(_) => "facts_missing",
            Self::Quiet => "quiet",
        }
    }
}

/// A phone that may still hold facts.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Which.
    pub device: DeviceId,
    /// Why.
    pub why: Why,
}

/// Something that is far from usual, worth a second look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlier {
    /// One pickup of very many.
    Pickup {
        /// Where; none for « ici ».
        site: Option<SiteId>,
        /// How many.
        count: i64,
        /// When.
        at: Instant,
    },
    /// A place with far more than usual there.
    Place {
        /// Where.
        site: SiteId,
        /// How many this time.
        count: i64,
        /// What one outing usually finds there.
        usual: i64,
    },
}

/// A pickup « ici »: a point that belongs to no site yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// The fact.
    pub fact: FactId,
    /// What.
    pub item: Item,
    /// How many.
    pub count: i64,
    /// When.
    pub at: Instant,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// By phone.
    pub numbers: HashMap<DeviceId, Numbers>,
    /// Far from usual.
    pub outliers: Vec<Outlier>,
    /// Points to attach.
    pub here: Vec<Here>,
}

impl Review {
    /// May that phone still hold facts?
    pub fn may_hold(&self, phone: &Phone, now: Instant) -> Option<Why> {
        may_hold(&self.numbers, phone, now)
    }
}

type AllNumbers = HashMap<DeviceId, Numbers>;

/// A phone that was shut out hands nothing in any more.
fn may_hold(numbers: &AllNumbers, phone: &Phone, now: Instant) -> Option<Why> {
    let missing = numbers.get(&DeviceId(phone.device_id));
    let missing = missing.map_or(0, |it| it.missing);
    if phone.revoked {
        None
    } else if missing > 0 {
        Some(Why::Missing(missing))
    } else {
        is_quiet(phone, now).then_some(Why::Quiet)
    }
}

/// Has the phone said nothing for a while?
pub fn is_quiet(phone: &Phone, now: Instant) -> bool {
    now.as_ms() - phone.last_seen_at > QUIET_MS
}

/// The phones of an outing that may still hold facts.
pub async fn held(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    now: Instant,
) -> Result<Vec<Held>, Problem> {
    let numbers = numbers_of(tx, programme, id).await?;
    let phones = phones(tx, programme, id).await?;
    let held = phones.iter().filter_map(|phone| {
        let why = may_hold(&numbers, phone, now)?;
        let device = DeviceId(phone.device_id);
        Some(Held { device, why })
    });
    Ok(held.collect())
}

async fn numbers_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
) -> Result<AllNumbers, Problem> {
    let mut numbers = HashMap::new();
    for span in store::spans(tx, programme, id).await? {
        let seen = store::seen_between(tx, programme, &span).await?;
        let missing = (span.last - span.first + 1 - seen).max(0);
        numbers.insert(DeviceId(span.device_id), Numbers { missing });
    }
    Ok(numbers)
}

/// Looks at an outing.
pub async fn of(tx: &mut Tx, programme: ProgrammeId, id: OutingId) -> Result<Review, Problem> {
    let numbers = numbers_of(tx, programme, id).await?;
    let mut outliers: Vec<Outlier> = store::big_pickups(tx, programme, id, PICKUP_OUTLIER_MIN)
        .await?
        .into_iter()
        .map(|it| Outlier::Pickup {
            site: it.site_id.map(SiteId),
            count: it.count,
            at: Instant::from_ms(it.recorded_at),
        })
        .collect();
    for place in store::syringes_by_place(tx, programme, id).await? {
        let site = SiteId(place.site_id);
        let usual: Usual = store::usual(tx, programme, site, id).await?;
        if usual.is_exceeded_by(place.total) {
            let (count, usual) = (place.total, usual.of_one_outing());
            outliers.push(Outlier::Place { site, count, usual });
        }
    }
    Ok(Review {
        numbers,
        outliers,
        here: store::here(tx, programme, id).await?,
    })
}
