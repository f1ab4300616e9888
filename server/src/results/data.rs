//! Results as open data: one figure a row, with the days it is about, under an open licence.

use super::{Results, area_name};
use crate::app::App;
use crate::export::csv::Dialect;
use crate::export::table::{Cell, Table};
use crate::http::error::Problem;
use domain::Day;
use words::desk::results::data as say;

/// Under which others may use it, as every row says.
pub const LICENCE: &str = say::LICENCE;

const COLUMNS: [&str; 7] = [
    "debut",
    "fin",
    "indicateur",
    "secteur",
    "valeur",
    "programme",
    "licence",
];

/// Every year of the programme of an address, as CSV.
pub async fn csv(app: &App, slug: &str) -> Result<String, Problem> {
    let mut tx = app.db.read().await?;
    let latest = super::of(app, &mut tx, slug, None).await?;
    let mut rows = Vec::new();
    for year in latest.years.iter().rev() {
        let results = super::of(app, &mut tx, slug, Some(year.year)).await?;
        rows.extend(rows_of(&results));
    }
    drop(tx);
    let table = Table {
        name: "resultats",
        columns: &COLUMNS,
        rows,
    };
    table.csv(Dialect::OpenData).map_err(Problem::internal)
}

fn rows_of(it: &Results) -> Vec<Vec<Cell>> {
    let row = |(first, last): (Day, Day), what: &str, area: &str, value: i64| {
        vec![
            Cell::Day(first),
            Cell::Day(last),
            what.into(),
            area.into(),
            Cell::Whole(value),
            it.settings.name.as_str().into(),
            LICENCE.into(),
        ]
    };
    let month = |n: i8| Day::new(it.year, n, 1).unwrap_or(Day(jiff::civil::Date::MAX));
    let until = |first: Day| Day(first.0.last_of_month());
    let year = (month(1), until(month(12)));
    let mut rows = Vec::new();
    for (n, outings) in (1..).zip(it.months) {
        if outings > 0 {
            rows.push(row((month(n), until(month(n))), "sorties", "", outings));
        }
    }
    let places = i64::try_from(it.places).unwrap_or(i64::MAX);
    rows.push(row(
        year,
        "heures_donnees_arrondies",
        "",
        it.of_year().hours(),
    ));
    rows.push(row(year, "lieux_publics_visites", "", places));
    for told in &it.told {
        let days = (told.first, until(told.last));
        rows.push(row(days, "seringues_ramassees", "", told.total));
    }
    for part in &it.parts {
        for area in &part.areas {
            let name = area_name(&area.area, &it.settings.town);
            let what = "seringues_ramassees_espace_public";
            rows.push(row(part.quarter.days(), what, &name, area.syringes));
        }
    }
    rows
}
