//! What to look at before an outing is closed: what phones may still hold, what is far from usual,
//! and what was picked up « ici ».

pub mod store;

use crate::db::Tx;
use crate::http::error::Problem;
use domain::fact::Item;
use domain::outing::{PICKUP_OUTLIER_MIN, Usual};
use domain::{DeviceId, FactId, Instant, OutingId, ProgrammeId, SiteId};
use std::collections::HashMap;

/// A phone that said nothing for so long may hold facts, in milliseconds.
pub const QUIET_MS: i64 = 10 * 60_000;

/// What the numbers of a phone's facts tell about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Numbers between its first and its last fact of the outing that nobody has seen.
    pub missing: i64,
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
    /// Numbers of facts of that phone that never came.
    pub fn missing_of(&self, device: DeviceId) -> i64 {
        self.numbers.get(&device).map_or(0, |it| it.missing)
    }
}

/// Looks at an outing.
pub async fn of(tx: &mut Tx, programme: ProgrammeId, id: OutingId) -> Result<Review, Problem> {
    let spans = store::spans(tx, programme, id).await?;
    let mut numbers = HashMap::new();
    for span in spans {
        let seen = store::seen_between(tx, programme, &span).await?;
        let missing = (span.last - span.first + 1 - seen).max(0);
        numbers.insert(DeviceId(span.device_id), Numbers { missing });
    }
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
