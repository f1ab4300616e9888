//! Pages do not grow slower with history: the same pages with thirty thousand facts, ten times and
//! a hundred times as many, on both engines. What counts is the ratio of each to the smallest.
//!
//! History grows as in life: two years of one crew, then more years, then more crews a week, in one
//! programme of one town; aids that were paid with it. Rows are copied in the engine
//! (`xtask/load`), and what is kept of them is worked out by `cueillette migrate --rebuild`.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::book;
use super::figures::{milliseconds, percentile};
use super::visitor::{Visitor, text, times};
use super::writes::build_load;
use crate::postgres::{Durability, Postgres};
use crate::progress::{self, seconds};
use crate::server::{Installation, Profile};
use crate::temp::TempFolder;
use crate::{run, server, setup, site};

/// Copies of the demonstration's history: thirty thousand facts, ten and a hundred times as many.
const SIZES: [u32; 3] = [1, 10, 100];
/// Requests of one page at one size, after those that warm it up.
const REQUESTS: usize = 500;
const WARMING_UP: usize = 10;
/// How much slower a page may be with all that history.
const RATIO_MAX: f64 = 2.0;

/// The measure, on both engines.
pub fn sizes() -> Result<ExitCode> {
    setup::for_site()?;
    site::build()?;
    let binary = server::build(Profile::Release)?;
    let load = build_load()?;
    let mut told = String::new();
    let mut within = true;
    {
        let installation = Installation::on_sqlite(&binary)?;
        within &= measure("SQLite", &installation, &load, &mut told)?;
    }
    let postgres = Postgres::start(Durability::Durable)?;
    let installation = Installation::on_postgres(&binary, postgres.url())?;
    within &= measure("PostgreSQL", &installation, &load, &mut told)?;
    println!("\n{told}");
    book::put("History", "cargo xtask bench sizes", &told)?;
    Ok(match within {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// What one page took at one size.
struct Took {
    p50: Duration,
    p99: Duration,
}

fn measure(
    engine: &str,
    installation: &Installation,
    load: &Path,
    told: &mut String,
) -> Result<bool> {
    let folder = TempFolder::new("history")?;
    let demo = progress::step(&format!("loading the demonstration on {engine}"), || {
        run::quiet(installation.command().arg("migrate"))?;
        run::quiet(installation.command().args(["demo", "--json"]))
    })?;
    let demo: Value = serde_json::from_str(&demo).context("`demo --json` printed no JSON")?;
    let mut pages: Vec<(&str, Vec<Took>)> = Vec::new();
    let mut from = 0;
    let mut outing = None;
    writeln!(told, "{engine}")?;
    for to in SIZES {
        let plan = folder.path().join("plan.json");
        let programme = text(&demo, "/programme")?;
        let copies = json!({
            "url": installation.database(), "programme": programme, "from": from, "to": to,
        });
        std::fs::write(&plan, copies.to_string())?;
        let grown = progress::step(&format!("adding history on {engine}"), || {
            run::quiet(Command::new(load).arg("history").arg(&plan))
        })?;
        let grown: Value = serde_json::from_str(&grown).context("`load` printed no JSON")?;
        let start = Instant::now();
        progress::step(&format!("working out what is kept on {engine}"), || {
            run::quiet(installation.command().args(["migrate", "--rebuild"]))
        })?;
        let took = start.elapsed();
        progress::step(&format!("letting {engine} come to rest"), || {
            run::quiet(Command::new(load).arg("rest").arg(&plan))
        })?;
        writeln!(
            told,
            "  {:>9} facts, {:>6} outings: what is kept is worked out again in {}",
            grown["facts"].to_string(),
            grown["outings"].to_string(),
            seconds(took)
        )?;
        from = to;
        for (name, took) in at_this_size(installation, &demo, &mut outing)? {
            match pages.iter_mut().find(|it| it.0 == name) {
                Some((_, all)) => all.push(took),
                None => pages.push((name, vec![took])),
            }
        }
    }
    report(&pages, told)
}

/// The same outing is looked at at every size.
fn at_this_size(
    installation: &Installation,
    demo: &Value,
    outing: &mut Option<String>,
) -> Result<Vec<(&'static str, Took)>> {
    let server = installation.serve()?;
    let coordinator = Visitor::new(&server.address, demo, "coordinator")?;
    let clerk = Visitor::new(&server.address, demo, "clerk")?;
    let agent = Visitor::new(&server.address, demo, "agent")?;
    let outing = match outing {
        Some(known) => known,
        None => outing.insert(over(&coordinator)?),
    };
    let summary = format!("/api/v1/outings/{outing}/summary");
    let page = format!("/sorties/{outing}");
    let results = format!("/resultats/{}", text(demo, "/slug")?);
    let asked: [(&'static str, &Visitor, &str); 8] = [
        ("outing summary", &coordinator, &summary),
        ("outing, page", &coordinator, &page),
        (
            "sites map",
            &coordinator,
            "/api/v1/sites?bbox=-0.65,44.80,-0.53,44.88&zoom=14",
        ),
        (
            "sites map, agent",
            &agent,
            "/api/v1/sites?bbox=-0.65,44.80,-0.53,44.88&zoom=14",
        ),
        ("coordinator's home", &coordinator, "/"),
        ("clerk's page", &clerk, "/ccas"),
        ("outings, list", &coordinator, "/sorties"),
        ("results", &clerk, &results),
    ];
    let mut told = Vec::new();
    for (name, visitor, path) in asked {
        times(WARMING_UP, || visitor.get(path))?;
        let took = times(REQUESTS, || visitor.get(path))?;
        let (p50, p99) = (percentile(&took, 50), percentile(&took, 99));
        told.push((name, Took { p50, p99 }));
    }
    Ok(told)
}

/// An outing that is over: the latest before today's.
fn over(coordinator: &Visitor) -> Result<String> {
    let all: Value = serde_json::from_slice(&coordinator.get("/api/v1/outings?limit=50")?)?;
    let items = all["items"].as_array().context("no outings")?;
    let closed = items.iter().find(|it| it["state"] == "closed");
    Ok(text(closed.context("no outing is over")?, "/id")?.to_owned())
}

/// One line a page: p50 and p99 at each size, and the largest ratio to the smallest size.
fn report(pages: &[(&str, Vec<Took>)], told: &mut String) -> Result<bool> {
    let mut within = true;
    writeln!(told, "  {:<20} {:<30} {:<30} ratios", "", "p50", "p99")?;
    for (name, all) in pages {
        let all_of = |of: fn(&Took) -> Duration| {
            let texts: Vec<String> = all.iter().map(|it| milliseconds(of(it))).collect();
            texts.join("  ")
        };
        let (p50, p99) = (ratio(all, |it| it.p50), ratio(all, |it| it.p99));
        let good = p50 <= RATIO_MAX && p99 <= RATIO_MAX;
        within &= good;
        writeln!(
            told,
            "  {name:<20} {:<30} {:<30} {p50:.2} {p99:.2}  {} {RATIO_MAX}",
            all_of(|it| it.p50),
            all_of(|it| it.p99),
            super::visitor::within(good)
        )?;
    }
    Ok(within)
}

/// The slowest of the larger sizes, by the smallest.
fn ratio(all: &[Took], of: fn(&Took) -> Duration) -> f64 {
    let Some((first, others)) = all.split_first() else {
        return 0.0;
    };
    let slowest = others.iter().map(of).max().unwrap_or_default();
    slowest.as_secs_f64() / of(first).as_secs_f64().max(f64::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_judged_by_its_slowest_size() {
        let took = |ms: u64| Took {
            p50: Duration::from_millis(ms),
            p99: Duration::from_millis(3 * ms),
        };
        let mut told = String::new();
        assert!(report(&[("a", vec![took(4), took(8), took(5)])], &mut told).unwrap());
        assert!(!report(&[("a", vec![took(4), took(9), took(5)])], &mut told).unwrap());
        assert!(told.contains("2.25 2.25  OVER 2"), "{told}");
    }
}
