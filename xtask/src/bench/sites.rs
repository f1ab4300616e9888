//! A town of many sites with years of outings behind it: how long the map's request, the
//! suggestions for a walk, the list of sites and the list of flags take, on both engines; with
//! nothing new since the last request, and right after a fact changed the state of a site.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::dice::Dice;
use super::figures::megabytes;
use super::visitor::{Visitor, line, text, times, times_after};
use crate::postgres::{Durability, Postgres};
use crate::server::{Installation, Profile};
use crate::temp::TempFolder;
use crate::{paths, progress, run, server, setup, site};

const QUARTERS_FILE: &str = "geodata/quartiers.geojson";
/// Sites, and how many of them are discreet.
const SITES: usize = 20_000;
const DISCREET: usize = 2_000;
/// Outings of the past, each with so many pickups at so many sites.
const OUTINGS: usize = 2_000;
const PICKUPS: usize = 30;
const PLACES: usize = 10;
/// What the city's agents saw, and what they picked up themselves.
const SIGHTINGS: usize = 2_000;
const CITY_PICKUPS: usize = 500;
/// The ground they lie on, in millionths of a degree: south, west, and how far north and east.
const GROUND: (i64, i64, usize, usize) = (44_810_000, -638_000, 102_000, 104_000);
/// Requests of one measure.
const REQUESTS: usize = 240;
/// Requests of a whole page.
const PAGES: usize = 40;
/// What one `POST /api/v1/facts` may hold.
const FACTS_PER_BATCH_MAX: usize = 200;
/// What a request of the map may take, 99 times out of 100.
const MAP_MAX: Duration = Duration::from_millis(50);
/// What a page with suggestions or a list may take, 99 times out of 100.
const PAGE_MAX: Duration = Duration::from_millis(100);

/// The measure, on both engines.
pub fn sites() -> Result<ExitCode> {
    setup::for_site()?;
    site::build()?;
    let binary = server::build(Profile::Release)?;
    measure("SQLite", &Installation::on_sqlite(&binary)?)?;
    on_postgres(&binary)?;
    Ok(ExitCode::SUCCESS)
}

fn on_postgres(binary: &Path) -> Result<()> {
    let postgres = Postgres::start(Durability::Durable)?;
    let installation = Installation::on_postgres(binary, postgres.url())?;
    measure("PostgreSQL", &installation)
}

fn measure(engine: &str, installation: &Installation) -> Result<()> {
    let demo = progress::step(&format!("filling a town on {engine}"), || {
        fill(installation)
    })?;
    let server = installation.serve()?;
    let agent = Visitor::new(&server.address, &demo, "agent")?;
    let coordinator = Visitor::new(&server.address, &demo, "coordinator")?;
    let public = progress::step(&format!("flagging on {engine}"), || flag(&agent))?;

    println!(
        "\n{SITES} sites, {} outings, {} pickups on {engine}: p50, p95, p99",
        OUTINGS,
        OUTINGS * PICKUPS
    );
    let boxes = boxes();
    for (name, visitor) in [("agent", &agent), ("coordinator", &coordinator)] {
        let mut map = boxes.iter().cycle();
        let mut next = || map.next().map(String::as_str).unwrap_or_default();
        let warm = times(REQUESTS, || visitor.get(next()))?;
        println!("{}", line(&format!("map, {name}"), &warm, MAP_MAX));
        let mut dice = Dice::new();
        let fresh = times_after(
            REQUESTS,
            || agent.send(&[fact("sighting", public[dice.below(public.len())])]),
            || visitor.get(next()),
        )?;
        println!(
            "{}",
            line(&format!("map, {name}, after a fact"), &fresh, MAP_MAX)
        );
    }
    let walk = format!("/sorties/{}/marche", plan(&coordinator, &demo)?);
    for (name, path) in [("a new outing", "/sorties/prevoir"), ("a walk", &walk)] {
        let took = times_after(
            PAGES,
            || agent.send(&[fact("sighting", public[0])]),
            || coordinator.get(path),
        )?;
        println!(
            "{}",
            line(&format!("suggestions for {name}"), &took, PAGE_MAX)
        );
    }
    let pages = [
        ("/lieux, agent", &agent, "/lieux"),
        ("/lieux, coordinator", &coordinator, "/lieux"),
        ("/carte, agent", &agent, "/carte"),
        ("/carte, coordinator", &coordinator, "/carte"),
        ("/signalements, agent", &agent, "/signalements"),
    ];
    for (name, visitor, path) in pages {
        println!(
            "{}",
            line(name, &times(PAGES, || visitor.get(path))?, PAGE_MAX)
        );
    }
    println!(
        "  peak memory                    {}",
        megabytes(server.peak_memory_bytes()?)
    );
    Ok(())
}

/// The demonstration, and in its city everything this measure speaks of.
fn fill(installation: &Installation) -> Result<Value> {
    let folder = TempFolder::new("town")?;
    run::quiet(installation.command().arg("migrate"))?;
    let demo = run::quiet(installation.command().args(["demo", "--json"]))?;
    let demo: Value = serde_json::from_str(&demo).context("`demo --json` printed no JSON")?;
    let import = |what: &str, file: &Path| {
        let mut command = installation.command();
        command.args(["import", what]).arg(file);
        run::quiet(command.args(["--programme", text(&demo, "/programme")?]))
    };
    import("quarters", &paths::shared().join(QUARTERS_FILE))?;
    for (what, csv) in [("sites", sites_csv()), ("outings", outings_csv())] {
        let file = folder.path().join(format!("{what}.csv"));
        std::fs::write(&file, csv)?;
        import(what, &file)?;
    }
    Ok(demo)
}

fn sites_csv() -> String {
    let mut dice = Dice::new();
    let mut csv = "ref;titre;nature;latitude;longitude\r\n".to_owned();
    for n in 0..SITES {
        let nature = match n % (SITES / DISCREET) {
            0 => "discret",
            _ => "public",
        };
        let (south, west, height, width) = GROUND;
        let lat = degrees(south, dice.below(height));
        let lon = degrees(west, dice.below(width));
        _ = write!(csv, "L-{n};Lieu {n};{nature};{lat};{lon}\r\n");
    }
    csv
}

/// « 44,810000 »
fn degrees(from: i64, millionths: usize) -> String {
    let value = (from + millionths as i64) as f64 / 1_000_000.0;
    format!("{value:.6}").replace('.', ",")
}

fn outings_csv() -> String {
    const A_YEAR: usize = 200;
    const A_MONTH: usize = 17;
    let mut dice = Dice::new();
    let mut csv = "ref;date;pairs;lieu;objet;nombre;méthode\r\n".to_owned();
    for n in 0..OUTINGS {
        let (year, of_year) = (2015 + n / A_YEAR, n % A_YEAR);
        let (month, day) = (of_year / A_MONTH + 1, of_year % A_MONTH + 1);
        let places: Vec<usize> = (0..PLACES).map(|_| dice.below(SITES)).collect();
        for pickup in 0..PICKUPS {
            let (place, count) = (places[pickup % PLACES], 1 + dice.below(60));
            _ = write!(
                csv,
                "S-{n};{day:02}/{month:02}/{year};6;L-{place};seringue;{count};compté\r\n"
            );
        }
    }
    csv
}

/// Sees and picks up at public sites, as agents do; answers these sites.
fn flag(agent: &Visitor) -> Result<Vec<Uuid>> {
    let all: Value = serde_json::from_slice(&agent.get("/api/v1/sites")?)?;
    let features = all["features"].as_array().context("no features")?;
    let ids = features.iter().filter_map(|it| it["id"].as_str());
    let ids: Vec<Uuid> = ids.map(str::parse).collect::<Result<_, _>>()?;
    ensure!(ids.len() > SITES - DISCREET, "{} public sites", ids.len());
    let mut dice = Dice::new();
    let mut facts = Vec::new();
    for n in 0..SIGHTINGS + CITY_PICKUPS {
        let kind = if n < SIGHTINGS {
            "sighting"
        } else {
            "city_pickup"
        };
        facts.push(fact(kind, ids[dice.below(ids.len())]));
    }
    for batch in facts.chunks(FACTS_PER_BATCH_MAX) {
        agent.send(batch)?;
    }
    Ok(ids)
}

fn fact(kind: &str, site: Uuid) -> Value {
    let data = match kind {
        "sighting" => json!({"site": site, "category": "syringe", "urgency": "normal"}),
        _ => json!({"site": site, "count": 3}),
    };
    json!({
        "id": Uuid::now_v7(), "kind": kind, "outing": null, "device": Uuid::nil(), "seq": 1,
        "recorded_at": "2026-01-05T09:00:00Z", "data": data,
    })
}

/// What a phone and a desk ask for while somebody moves the map: from the whole town to a street.
fn boxes() -> Vec<String> {
    let mut dice = Dice::new();
    let (south, west, height, width) = GROUND;
    let mut boxes = Vec::new();
    for _ in 0..10 {
        for zoom in 11..=18 {
            // Two screens of 512 pixels wide, one and a half high.
            let (w, h) = (720_000_000 / (1i64 << zoom), 380_000_000 / (1i64 << zoom));
            let lat = south + dice.below(height) as i64;
            let lon = west + dice.below(width) as i64;
            let at = |value: i64| value as f64 / 1_000_000.0;
            boxes.push(format!(
                "/api/v1/sites?bbox={},{},{},{}&zoom={zoom}",
                at(lon - w / 2),
                at(lat - h / 2),
                at(lon + w / 2),
                at(lat + h / 2)
            ));
        }
    }
    boxes
}

/// An outing to come on the day of the demonstration's.
fn plan(coordinator: &Visitor, demo: &Value) -> Result<Uuid> {
    let id = Uuid::now_v7();
    let body = json!({"id": id, "day": coordinator.today(demo)?});
    coordinator.post("/api/v1/outings", &body)?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_files_hold_as_many_as_the_measure_says() {
        let csv = sites_csv();
        assert_eq!(csv.lines().count(), 1 + SITES);
        assert_eq!(csv.matches(";discret;").count(), DISCREET);
        let csv = outings_csv();
        assert_eq!(csv.lines().count(), 1 + OUTINGS * PICKUPS);
        let days: BTreeSet<&str> = csv.lines().filter_map(|it| it.split(';').nth(1)).collect();
        assert_eq!(days.len(), 1 + OUTINGS);
    }
}
