//! The city's flags as tables: each with its delay, and by month and quarter.

use super::{Book, category_label};
use crate::app::local_day;
use crate::export::table::{Cell, Table};
use domain::place::SiteState;
use domain::time::DAY_MS;
use domain::{Day, Settings};
use std::collections::BTreeMap;

const FLAG_COLUMNS: [&str; 13] = [
    "signale_le",
    "lieu",
    "quartier",
    "categorie",
    "urgent",
    "pres_d_enfants",
    "nombre_vu",
    "etat",
    "prevu_le",
    "fait_le",
    "fait_par",
    "delai_jours",
    "ramasse",
];

const MONTH_COLUMNS: [&str; 6] = [
    "mois",
    "quartier",
    "signalements",
    "faits",
    "delai_moyen_jours",
    "ramasse_par_la_ville",
];

/// One row a flag, newest first.
pub fn flags(settings: &Settings, book: &Book) -> Table {
    let yes_no = |truth| Cell::from(if truth { "oui" } else { "non" });
    let rows = book.flags.iter().map(|flag| {
        let done = flag.done_at.map(|at| local_day(settings, at));
        let by = done.map(|_| match (flag.by_city, &settings.city) {
            (true, Some(city)) => city.the(),
            _ => settings.association.the(),
        });
        let state = if flag.is_open() {
            flag.state
        } else {
            SiteState::Done
        };
        let planned = flag.planned_on.filter(|_| flag.is_open());
        vec![
            Cell::Day(local_day(settings, flag.at)),
            Cell::Text(flag.title.clone()),
            Cell::Text(place_of(settings, &flag.quarter)),
            category_label(&flag.category).into(),
            yes_no(flag.urgent),
            yes_no(flag.near_children),
            flag.count.into(),
            state.label().into(),
            planned.into(),
            done.into(),
            by.map_or(Cell::Empty, Cell::Text),
            delay_days(flag).map_or(Cell::Empty, Cell::Decimal),
            done.map(|_| flag.picked_up).into(),
        ]
    });
    Table {
        name: "signalements",
        columns: &FLAG_COLUMNS,
        rows: rows.collect(),
    }
}

/// From the flag to the first time it was done, in days.
pub fn delay_days(flag: &super::Flag) -> Option<f64> {
    let done = flag.done_at?.as_ms();
    Some((done - flag.at.as_ms()) as f64 / DAY_MS as f64)
}

#[derive(Default)]
struct Month {
    flags: i64,
    done: i64,
    days: f64,
    own: i64,
}

/// One row a month and quarter: flags by the month they were made, own pickups by theirs.
pub fn months(settings: &Settings, book: &Book) -> Table {
    let mut months: BTreeMap<(String, String), Month> = BTreeMap::new();
    for flag in &book.flags {
        let day = local_day(settings, flag.at);
        let key = (month_of(day), place_of(settings, &flag.quarter));
        let month = months.entry(key).or_default();
        month.flags += 1;
        if let Some(days) = delay_days(flag) {
            month.done += 1;
            month.days += days;
        }
    }
    for (quarter, at, count) in &book.own_pickups {
        let key = (
            month_of(local_day(settings, *at)),
            place_of(settings, quarter),
        );
        months.entry(key).or_default().own += count;
    }
    let rows = months.into_iter().map(|((name, place), it)| {
        let mean = (it.done > 0).then(|| it.days / it.done as f64);
        vec![
            Cell::Text(name),
            Cell::Text(place),
            Cell::Whole(it.flags),
            Cell::Whole(it.done),
            mean.map_or(Cell::Empty, Cell::Decimal),
            Cell::Whole(it.own),
        ]
    });
    Table {
        name: "mois",
        columns: &MONTH_COLUMNS,
        rows: rows.collect(),
    }
}

/// `2026-11`: sorts by itself, in every dialect.
fn month_of(day: Day) -> String {
    format!("{:04}-{:02}", day.0.year(), day.0.month())
}

/// The quarter; without quarters, the town.
pub fn place_of(settings: &Settings, quarter: &Option<String>) -> String {
    quarter.clone().unwrap_or_else(|| settings.town.clone())
}
