//! Near duplicates: what is already known within a few steps of a point, as far as the asker may
//! know. For agents and peers nothing here looks at a discreet site: an answer that depended on
//! one would tell where it is.

use super::store::{self, Bounds};
use super::{CoordinatorSite, from_public, open_within, proposals};
use crate::access::{Caller, Role};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::place::{SiteState, Visits};
use domain::time::DAY_MS;
use domain::{Instant, Nature, Position, SiteId};
use serde::Serialize;
use uuid::Uuid;

/// Two flags this close may be one place.
pub const NEAR_M: f64 = 30.0;
/// Metres in a degree of latitude, a little too few: the box is never too small.
const METRES_PER_DEGREE: f64 = 110_000.0;
/// As many are shown: whoever flags on a pavement reads no list.
const SHOWN_MAX: usize = 5;

/// Something known nearby.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Nearby {
    /// A site, or the asker's own proposal.
    pub id: Uuid,
    /// Its title; none of a proposal.
    pub title: Option<String>,
    /// Public or discreet.
    pub nature: Nature,
    /// Whole metres.
    pub distance_m: u32,
    /// Where it stands; none of a proposal that nobody decided.
    pub state: Option<SiteState>,
    /// Whole days since it was last seen, or made.
    pub age_days: i64,
}

/// What this caller may know within [`NEAR_M`] of a point, the nearest first, itself left out.
pub async fn nearby(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    at: Position,
    itself: Uuid,
) -> Result<Vec<Nearby>, Problem> {
    let now = app.now();
    let mut found: Vec<(f64, Nearby)> = Vec::new();
    let mut keep = |place: Position, it: Nearby| {
        let distance = place.distance_m(at);
        if distance <= NEAR_M && it.id != itself {
            let distance_m = distance.round() as u32;
            found.push((distance, Nearby { distance_m, ..it }));
        }
    };
    let within = around(at, NEAR_M);
    let public = store::public_sites(tx, caller.programme, within).await?;
    let mut sites: Vec<CoordinatorSite> = public.into_iter().map(from_public).collect();
    if caller.role() == Role::Coordinator {
        sites.append(&mut open_within(tx, app, caller, within, |_| true).await?);
    }
    for site in sites {
        let age_days = age_days(site.visits, site.about.created_at, now);
        keep(
            site.at,
            known(site.id, site.title, site.nature, site.state, age_days),
        );
    }
    if caller.role() == Role::Peer {
        for own in proposals::own(tx, app, caller).await? {
            let (Some(place), true) = (own.at, own.decision.is_none()) else {
                continue;
            };
            let nearby = Nearby {
                id: own.id.0,
                title: None,
                nature: own.nature,
                distance_m: 0,
                state: None,
                age_days: days(own.received_at, now),
            };
            keep(place, nearby);
        }
    }
    found.sort_by(|a, b| (a.0.total_cmp(&b.0)).then(a.1.id.cmp(&b.1.id)));
    found.truncate(SHOWN_MAX);
    Ok(found.into_iter().map(|(_, it)| it).collect())
}

fn known(id: SiteId, title: String, nature: Nature, state: SiteState, age_days: i64) -> Nearby {
    Nearby {
        id: id.0,
        title: Some(title),
        nature,
        distance_m: 0,
        state: Some(state),
        age_days,
    }
}

fn age_days(visits: Visits, created_at: Option<Instant>, now: Instant) -> i64 {
    let last = visits.seen_at.max(created_at);
    last.map_or(0, |then| days(then, now))
}

fn days(then: Instant, now: Instant) -> i64 {
    ((now.as_ms() - then.as_ms()) / DAY_MS).max(0)
}

/// A box that holds every point within so many metres.
pub fn around(at: Position, metres: f64) -> Bounds {
    let up = metres / METRES_PER_DEGREE;
    // Near a pole every meridian is near.
    let narrow = at.lat().to_radians().cos();
    let right = if narrow < 0.01 { 360.0 } else { up / narrow };
    Bounds {
        west: at.lon() - right,
        south: at.lat() - up,
        east: at.lon() + right,
        north: at.lat() + up,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_box_holds_every_point_that_is_near(
            lat in -80f64..80.0, lon in -179f64..179.0, up in -0.0004f64..0.0004,
            right in -0.002f64..0.002,
        ) {
            let at = Position::new(lat, lon).unwrap();
            let near = Position::new(lat + up, lon + right).unwrap();
            prop_assert!(at.distance_m(near) > NEAR_M || around(at, NEAR_M).contains(near));
        }
    }
}
