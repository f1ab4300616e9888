//! What the programme picked up, month by month, as far as the city may know it: see
//! [`domain::totals`] for the rule.

pub mod store;

use crate::app::{local_day, start_of_day};
use crate::db::Tx;
use crate::http::error::Problem;
use domain::totals::{MonthSums, Told, told};
use domain::{Day, Instant, Nature, ProgrammeId, Settings, SiteId};
use std::collections::BTreeMap;
use store::Picked;

/// The totals that the city is told, the oldest first.
pub async fn for_city(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    now: Instant,
) -> Result<Vec<Told>, Problem> {
    let this_month = month_of(settings, now);
    let before = start_of_day(settings, this_month);
    let mut months: BTreeMap<Day, MonthSums> = BTreeMap::new();
    for it in store::picked(tx, programme, before).await? {
        let month = month_of(settings, Instant::from_ms(it.closed_at));
        let sums = months.entry(month).or_insert_with(|| MonthSums {
            month,
            total: 0,
            discreet: BTreeMap::new(),
            here: 0,
        });
        add(sums, settings, &it);
    }
    let months: Vec<MonthSums> = months.into_values().collect();
    Ok(told(&months, settings.small_cell_min))
}

fn month_of(settings: &Settings, at: Instant) -> Day {
    Day(local_day(settings, at).0.first_of_month())
}

fn add(sums: &mut MonthSums, settings: &Settings, it: &Picked) {
    sums.total += it.total;
    let Some(site) = it.site_id else {
        // Declared public, it is the city's to know; otherwise it may lie anywhere.
        if it.decision.is_none() {
            sums.here += it.total;
        }
        return;
    };
    if it.nature.as_deref() != Some(Nature::Discreet.as_str()) {
        return;
    }
    // Duplicates that were found later do not change what was told.
    let end = start_of_day(settings, Day(sums.month.0.last_of_month()).plus_days(1));
    let known = it.merged_at.is_some_and(|at| at < end.as_ms());
    let place = it.merged_into.filter(|_| known).unwrap_or(site);
    *sums.discreet.entry(SiteId(place)).or_insert(0) += it.total;
}
