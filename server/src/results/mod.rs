//! « Résultats »: what anybody may read of a programme. Outings and hours, places made clean,
//! syringes picked up (never added to those handed back), by year and by quarter.
//!
//! Nothing here tells of a discreet place. The programme's total is the one the city is told
//! ([`crate::outings::totals`]); everything else is of public places only, and of enough of them
//! ([`domain::results`]). Figures are read from what is kept, so the page does not grow slower.

pub mod data;
pub mod pages;
mod store;
mod views;

use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::outings::totals;
use crate::outings::totals::kept::Quarter;
use crate::{programmes, sites};
use domain::city::Area;
use domain::results::{AreaSum, Place, by_area, is_of_enough_places};
use domain::totals::Told;
use domain::{Day, ProgrammeId, Settings};
use std::collections::{BTreeMap, BTreeSet};
use words::desk::results as say;

/// Outings among which the most beautiful harvests are looked for.
const HARVESTS_READ_MAX: u32 = 12;
/// How many of them are shown.
const HARVESTS_SHOWN: usize = 3;
/// Periods of a year that the city may be told: a month each.
const MONTHS: u32 = 12;

/// One year of a programme.
pub struct Results {
    /// Its settings.
    pub settings: Settings,
    /// As in the address.
    pub slug: String,
    /// Which year.
    pub year: i16,
    /// That year is not over.
    pub is_under_way: bool,
    /// Every year there were outings, the latest first.
    pub years: Vec<Year>,
    /// Outings by month.
    pub months: [i64; 12],
    /// Public places where an outing went.
    pub places: usize,
    /// What the whole programme picked up, where that tells nothing of a discreet place.
    pub told: Vec<Told>,
    /// What was picked up at public places, by the parts of the year that are over.
    pub parts: Vec<Part>,
    /// « Les plus belles cueillettes »: outings, never persons.
    pub harvests: Vec<Harvest>,
}

/// What the outings of a year came to.
#[derive(Clone, Copy)]
pub struct Year {
    /// Which.
    pub year: i16,
    /// How many there were.
    pub outings: i64,
    /// Minutes of everyone who took part, together.
    pub minutes: i64,
}

impl Year {
    /// Hours, rounded so that they stay a number about all.
    pub fn hours(self) -> i64 {
        const STEP: i64 = 5;
        let hours = (self.minutes + 30) / 60;
        (hours + STEP / 2) / STEP * STEP
    }
}

/// Three months that are over.
pub struct Part {
    /// Which.
    pub quarter: Quarter,
    /// Sums by area.
    pub areas: Vec<AreaSum>,
}

/// An outing that picked up much at public places.
pub struct Harvest {
    /// Its month.
    pub month: Day,
    /// How much.
    pub syringes: i64,
    /// At how many places.
    pub places: usize,
}

impl Results {
    /// What the outings of the year came to.
    pub fn of_year(&self) -> Year {
        let found = self.years.iter().find(|it| it.year == self.year);
        found.copied().unwrap_or(Year {
            year: self.year,
            outings: 0,
            minutes: 0,
        })
    }

    /// What the programme picked up in this year, as far as it is told: from the first of its
    /// periods to the last.
    pub fn total(&self) -> Option<Told> {
        let (first, last) = (self.told.first()?, self.told.last()?);
        Some(Told {
            first: first.first,
            last: last.last,
            total: self.told.iter().map(|it| it.total).sum(),
        })
    }

    /// The sums of the year by area: named ones by name, then the rest, then the town as a whole.
    pub fn areas(&self) -> Vec<AreaSum> {
        let mut sums: BTreeMap<&Area, i64> = BTreeMap::new();
        for it in self.parts.iter().flat_map(|it| &it.areas) {
            *sums.entry(&it.area).or_insert(0) += it.syringes;
        }
        let sum = |(area, syringes): (&Area, i64)| AreaSum {
            area: area.clone(),
            syringes,
        };
        sums.into_iter().map(sum).collect()
    }
}

/// What an area is called.
pub fn area_name(area: &Area, town: &str) -> String {
    match area {
        Area::Quarter(name) => name.clone(),
        Area::Other => say::AREA_OTHER.into(),
        Area::Town => say::area_town(&town),
    }
}

/// One year of the programme of an address; without a year, the latest that there was an outing in.
pub async fn of(app: &App, tx: &mut Tx, slug: &str, year: Option<i16>) -> Result<Results, Problem> {
    let programme = programmes::by_slug(tx, slug).await?;
    let programme = programme.ok_or_else(Problem::not_found)?;
    let settings = programmes::settings(tx, programme).await?;
    let today = local_day(&settings, app.now());
    let years = store::years(tx, programme).await?;
    let latest = years.first().map_or(today.0.year(), |it| it.year);
    let year = year.unwrap_or(latest);
    if year != latest && !years.iter().any(|it| it.year == year) {
        return Err(Problem::not_found());
    }
    let day = |month, day| Day::new(year, month, day).unwrap_or(today);
    let within = (day(1, 1), day(12, 31));
    let over = |it: &Quarter| it.days().1 < today;
    let over: Vec<Quarter> = Quarter::all_of(year).into_iter().filter(over).collect();
    let places = store::places(tx, programme, year).await?;
    let names = sites::quarters::store::names(tx, programme).await?;
    let distinct: BTreeSet<_> = places.iter().map(|it| it.site_id).collect();
    let parts = over.iter().map(|quarter| Part {
        quarter: *quarter,
        areas: areas_of(*quarter, &places, &names, settings.small_cell_min),
    });
    Ok(Results {
        months: store::months(tx, programme, year).await?,
        told: totals::between(tx, programme, &settings, app.now(), within, MONTHS).await?,
        harvests: harvests(tx, programme, &settings, year, over.last()).await?,
        parts: parts.collect(),
        places: distinct.len(),
        is_under_way: within.1 >= today,
        slug: slug.to_owned(),
        settings,
        year,
        years,
    })
}

fn areas_of(
    quarter: Quarter,
    places: &[store::PlaceRow],
    names: &BTreeMap<String, String>,
    small_cell_min: u32,
) -> Vec<AreaSum> {
    let period = quarter.name();
    let of_it = places.iter().filter(|it| it.period == period);
    let of_it = of_it.map(|it| Place {
        quarter: it.quarter.as_ref().and_then(|id| names.get(id).cloned()),
        syringes: it.syringes,
    });
    by_area(&of_it.collect::<Vec<_>>(), small_cell_min)
}

/// The outings that picked up the most at public places, as far as each says nothing of one place.
async fn harvests(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    year: i16,
    last: Option<&Quarter>,
) -> Result<Vec<Harvest>, Problem> {
    let Some(last) = last else {
        return Ok(Vec::new());
    };
    let mut shown = Vec::new();
    for row in store::largest(tx, programme, year, last.days().1, HARVESTS_READ_MAX).await? {
        let counts = store::at_public_places(tx, programme, row.outing_id).await?;
        if is_of_enough_places(&counts, settings.small_cell_min) {
            shown.push(Harvest {
                month: row.month()?,
                syringes: row.syringes,
                places: counts.iter().filter(|n| **n > 0).count(),
            });
        }
    }
    shown.truncate(HARVESTS_SHOWN);
    Ok(shown)
}

/// A programme that shows its results.
pub struct Shown {
    /// As in the address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its town.
    pub town: String,
}

/// Every programme of this server, by name.
pub async fn programmes(tx: &mut Tx) -> Result<Vec<Shown>, Problem> {
    let mut all = Vec::new();
    for (id, slug) in store::programmes(tx).await? {
        let settings = programmes::settings(tx, id).await?;
        all.push(Shown {
            slug,
            name: settings.name,
            town: settings.town,
        });
    }
    all.sort_by_key(|it| crate::export::collate::folded(&it.name));
    Ok(all)
}
