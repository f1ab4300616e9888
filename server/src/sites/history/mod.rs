//! The history of a site: what was picked up outing by outing, who saw needles again, which
//! duplicates joined it. The city reads that of a public site, of outings that are over.

mod store;

use super::store as sites;
use crate::access::{Caller, Role};
use crate::db::{DbError, Tx};
use crate::http::error::Problem;
use domain::{Instant, Nature, OutingId, OutingState, SiteId};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The history of one site.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct History {
    /// By outing, the latest first.
    pub outings: Vec<Visit>,
    /// Needles seen there, the latest first.
    pub sightings: Vec<Seen>,
    /// What the city picked up itself, the latest first; never added to the outings.
    pub city_pickups: Vec<CityPickup>,
    /// Duplicates that joined this site.
    pub merged: Vec<Joined>,
}

/// One outing at a site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Visit {
    /// The outing.
    pub outing: OutingId,
    /// Its day.
    pub day: String,
    /// Its state.
    pub state: String,
    /// Items by kind.
    pub totals: BTreeMap<String, i64>,
    /// Of which counted one by one.
    pub counted: i64,
    /// Of which estimated.
    pub estimated: i64,
}

/// Needles were seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seen {
    /// When.
    pub at: Instant,
    /// What sort of place.
    pub category: String,
    /// `normal` or `urgent`.
    pub urgency: String,
    /// How many.
    pub count: Option<i64>,
    /// Children come here.
    pub near_children: bool,
}

/// The city picked up outside any outing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CityPickup {
    /// When.
    pub at: Instant,
    /// How many.
    pub count: i64,
}

/// A duplicate that joined.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Joined {
    /// The site it was.
    pub site: SiteId,
    /// When that was said.
    pub at: Instant,
}

/// The history of a site, as far as the caller may know it.
pub async fn of(tx: &mut Tx, caller: &Caller, id: SiteId) -> Result<History, Problem> {
    let programme = caller.programme;
    let id = sites::root(tx, programme, id).await?.unwrap_or(id);
    let nature = sites::nature(tx, programme, id).await?;
    let is_coordinator = caller.role() == Role::Coordinator;
    match nature {
        Some(Nature::Public) => {}
        Some(Nature::Discreet) if is_coordinator => {}
        // To anybody else a discreet site does not exist.
        _ => return Err(Problem::not_found()),
    }
    let mut history = History::default();
    for row in store::pickups(tx, programme, id).await? {
        if is_coordinator || row.state == OutingState::Closed.as_str() {
            add(&mut history.outings, row);
        }
    }
    for row in store::events(tx, programme, id).await? {
        add_event(&mut history, row)?;
    }
    for (site, at) in sites::merged_into(tx, programme, id).await? {
        history.merged.push(Joined { site, at });
    }
    Ok(history)
}

fn add(visits: &mut Vec<Visit>, row: store::PickupRow) {
    let outing = OutingId(row.outing_id);
    if visits.last().is_none_or(|it| it.outing != outing) {
        visits.push(Visit {
            outing,
            day: row.day,
            state: row.state,
            totals: BTreeMap::new(),
            counted: 0,
            estimated: 0,
        });
    }
    let Some(visit) = visits.last_mut() else {
        return;
    };
    *visit.totals.entry(row.item).or_insert(0) += row.total;
    match row.method.as_str() {
        "estimated" => visit.estimated += row.total,
        _ => visit.counted += row.total,
    }
}

fn add_event(history: &mut History, row: store::EventRow) -> Result<(), Problem> {
    // A clock that is ahead says no more than that it came in.
    let doubtful = row.time_to_check || row.recorded_at > row.received_at;
    let at = Instant::from_ms(match doubtful {
        true => row.received_at,
        false => row.recorded_at,
    });
    if row.kind == "city_pickup" {
        let count = row.count.unwrap_or_default();
        history.city_pickups.push(CityPickup { at, count });
        return Ok(());
    }
    let data: Value = serde_json::from_str(&row.data)
        .map_err(|e| DbError::Unreadable(format!("sighting: {e}")))?;
    let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
    history.sightings.push(Seen {
        at,
        category: text("category"),
        urgency: text("urgency"),
        count: row.count,
        near_children: data["near_children"].as_bool().unwrap_or_default(),
    });
    Ok(())
}
