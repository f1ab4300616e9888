//! Sites of the past, from a spreadsheet.

use super::table::{self, Column, Line};
use super::{
    Job, Refused, Report, Trouble, all_right, cell, end, id_of, none_wrong, report_on, store,
};
use crate::access::Sealer;
use crate::app::App;
use crate::base_map;
use crate::db::Tx;
use crate::programmes;
use crate::sites::create::{NewPlace, put};
use crate::sites::quarters::{self, Quarters};
use crate::sites::store::set_extras;
use domain::outing::Reason;
use domain::people::Title;
use domain::{Nature, Position, SiteId};
use std::collections::HashMap;

/// A point this far from the others is a slip of the keyboard.
const FAR_M: f64 = 100_000.0;

const REF: usize = 0;
const TITLE: usize = 1;
const NATURE: usize = 2;
const LAT: usize = 3;
const LON: usize = 4;
const NOTE: usize = 5;
const AGREE: usize = 6;

pub(super) const COLUMNS: &[Column] = &[
    Column {
        name: "ref",
        also: &["id", "reference"],
        needed: false,
    },
    Column {
        name: "titre",
        also: &["title", "nom"],
        needed: true,
    },
    Column {
        name: "nature",
        also: &["type"],
        needed: true,
    },
    Column {
        name: "latitude",
        also: &["lat"],
        needed: true,
    },
    Column {
        name: "longitude",
        also: &["lon", "lng", "long"],
        needed: true,
    },
    Column {
        name: "note",
        also: &["notes", "remarque"],
        needed: false,
    },
    Column {
        name: "accord",
        also: &["accord des habitants", "residents agree"],
        needed: false,
    },
];

/// A line that is right.
struct Known {
    line: u64,
    place: NewPlace,
}

/// Brings sites in, all or none.
pub async fn import(app: &App, job: &Job<'_>) -> Result<Report, Refused> {
    let table = table::read(job.bytes, COLUMNS)?;
    let mut report = report_on(&table);
    let known = all_right(table.lines.iter().map(|line| read(app, job, line)))?;
    none_wrong(doubles(&known))?;
    let mut tx = app.db.write().await?;
    if !job.anywhere {
        let there = store::public_points(&mut tx, job.programme).await?;
        let slug = programmes::slug(&mut tx, job.programme).await?;
        let map = slug.and_then(|it| app.base_maps.of(&it));
        let town = middle(&there).or_else(|| base_map::middle_of(&map?));
        none_wrong(far_away(&known, town))?;
    }
    let mut sealer = Sealer::new(&app.keys, job.programme, app.now());
    // Read once: a town's borders are long.
    let quarters = quarters::store::all(&mut tx, job.programme).await?;
    for site in known {
        let line = site.line;
        let new = make(&mut tx, app, job, &mut sealer, &quarters, &site.place).await?;
        let said = match (new, site.place.nature) {
            (true, Nature::Public) => "new public site",
            (true, Nature::Discreet) => "new discreet site, sealed",
            (false, _) => "there already, left as it is",
        };
        report.lines.push((line, said));
        report.new += usize::from(new);
        report.there += usize::from(!new);
    }
    end(tx, app, job, "sites", &report).await?;
    Ok(report)
}

fn read(app: &App, job: &Job<'_>, line: &Line) -> Result<Known, Trouble> {
    let refused = |column| move |e: domain::Invalid| line.trouble(column, cell::refusal(&e));
    let title = Title::new("title", line.need(TITLE)?).map_err(refused(TITLE))?;
    let nature = match cell::folded(line.need(NATURE)?).as_str() {
        "public" | "espace public" => Nature::Public,
        "discret" | "discreet" | "lieu discret" => Nature::Discreet,
        _ => return Err(line.trouble(NATURE, "write public or discret")),
    };
    let degrees = |column| {
        let text = line.need(column)?;
        cell::decimal(text).map_err(|why| line.trouble(column, why))
    };
    let (lat, lon) = (degrees(LAT)?, degrees(LON)?);
    let at = Position::new(lat, lon).map_err(|e| {
        let column = if e.0.field == "lon" { LON } else { LAT };
        line.trouble(column, cell::refusal(&e))
    })?;
    let note = line.get(NOTE).map(|text| Reason::new("note", text));
    let agree = line.read(AGREE, cell::yes_or_no)?;
    // Without a reference, a site is what it is called and where it is.
    let name = match line.get(REF) {
        Some(text) => site_name(text),
        None => format!("{}/{}/{lat:.6}/{lon:.6}", nature.as_str(), title.as_str()),
    };
    let place = NewPlace {
        id: SiteId(id_of(app, job.programme, "site", &name)),
        nature,
        title,
        at,
        note: note.transpose().map_err(refused(NOTE))?,
        residents_agree: agree,
        pictogram: None,
        agent: None,
    };
    let line = line.number;
    Ok(Known { line, place })
}

/// How the id of a site is named after its reference; outings name it the same way.
pub(super) fn site_name(reference: &str) -> String {
    format!("ref:{reference}")
}

fn doubles(known: &[Known]) -> Vec<Trouble> {
    let mut seen: HashMap<SiteId, u64> = HashMap::new();
    let mut wrong = Vec::new();
    for site in known {
        if let Some(line) = seen.insert(site.place.id, site.line) {
            let why = format!("the same site as line {line}");
            wrong.push(Trouble {
                line: site.line,
                column: COLUMNS[REF].name,
                why,
            });
        }
    }
    wrong
}

/// Lines whose point is far from the programme's own sites; without any, from the middle of the
/// town's map; without one, from the middle of the file.
fn far_away(known: &[Known], town: Option<Position>) -> Vec<Trouble> {
    let own: Vec<Position> = known.iter().map(|site| site.place.at).collect();
    let Some(middle) = town.or_else(|| middle(&own)) else {
        return Vec::new();
    };
    let is_far = |at: Position| at.distance_m(middle) > FAR_M;
    let far = known.iter().filter(|site| is_far(site.place.at));
    far.map(|site| {
        let turned = Position::new(site.place.at.lon(), site.place.at.lat());
        let why = match turned {
            Ok(turned) if !is_far(turned) => "latitude and longitude stand in each other's place",
            _ => "more than 100 km from the other sites (--anywhere takes it all the same)",
        };
        Trouble {
            line: site.line,
            column: COLUMNS[LAT].name,
            why: why.into(),
        }
    })
    .collect()
}

/// The median of each axis: some wrong points do not move it.
fn middle(points: &[Position]) -> Option<Position> {
    let median = |axis: fn(Position) -> f64| {
        let mut all: Vec<f64> = points.iter().copied().map(axis).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    };
    Position::new(median(Position::lat)?, median(Position::lon)?).ok()
}

/// Makes a site as the API does. Answers `false` when it is there already.
async fn make(
    tx: &mut Tx,
    app: &App,
    job: &Job<'_>,
    sealer: &mut Sealer<'_>,
    town: &Quarters,
    place: &NewPlace,
) -> Result<bool, Refused> {
    // Looked at first: a key is not made for nothing.
    let there = crate::sites::store::nature(tx, job.programme, place.id).await?;
    if there.is_some() {
        return Ok(false);
    }
    let made = put(tx, app, job.programme, sealer, place, "association").await?;
    if made {
        let quarter = town.id_of(place.at);
        set_extras(tx, job.programme, place.id, None, None, quarter).await?;
    }
    Ok(made)
}
