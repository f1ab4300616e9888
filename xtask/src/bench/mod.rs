//! Measures on real input: a city's positions become outings and pickups, sent through the API by
//! several phones at once, then sent again in another order, then summed and compared. A town of
//! many sites, as a map and lists show it ([`mod@sites`]). Pages with a hundred times the history
//! ([`mod@sizes`]). Facts per second beside what an engine
//! can do at all, and a crowd of phones ([`mod@writes`]). A list of allowances with as many lines
//! as anybody will ever put on one ([`mod@lists`]). A small box that starts, and waits
//! ([`mod@idle`]). And the recorder, in a real browser ([`mod@recorder`]).

mod book;
mod dice;
mod figures;
mod idle;
mod lists;
mod phones;
mod positions;
mod recorder;
mod sites;
mod sizes;
mod visitor;
mod writes;

pub use idle::idle;
pub use lists::lists;
pub use recorder::recorder;
pub use sites::sites;
pub use sizes::sizes;
pub use writes::writes;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::postgres::{Durability, Postgres};
use crate::progress::{self, seconds};
use crate::server::{Installation, Profile};
use crate::{paths, run, server, setup, site};
use figures::{Sending, megabytes};
use phones::{Crew, Office};
use positions::Place;

const POSITIONS_FILE: &str = "geodata/boston_needle_requests_2024-01_2026-03.csv";
/// Reports of needles on public ground in this file, one row each.
const POSITIONS: usize = 24_054;

/// Every measure there is.
pub fn all() -> Result<ExitCode> {
    boston()?;
    ensure!(writes()? == ExitCode::SUCCESS, "writing is under its limit");
    sites()?;
    sizes()?;
    lists()?;
    ensure!(
        idle()? == ExitCode::SUCCESS,
        "the small box is over its limits"
    );
    recorder()
}

/// A row of the file is one syringe picked up « ici », where no site is; 75 rows are one outing.
pub fn boston() -> Result<ExitCode> {
    let file = paths::shared().join(POSITIONS_FILE);
    let text = std::fs::read_to_string(&file).with_context(|| {
        format!(
            "the positions {} cannot be read: put the file there, or set CUEILLETTE_SHARED to the \
             folder that holds {POSITIONS_FILE}",
            file.display()
        )
    })?;
    let outings = positions::by_outing(&text)?;
    let positions: usize = outings.iter().map(Vec::len).sum();
    ensure!(
        positions == POSITIONS,
        "the file holds {positions} positions, not {POSITIONS}"
    );

    setup::for_site()?;
    site::build()?;
    let binary = server::build(Profile::Release)?;
    measure("SQLite", &Installation::on_sqlite(&binary)?, &outings)?;
    on_postgres(&binary, &outings)?;
    Ok(ExitCode::SUCCESS)
}

fn on_postgres(binary: &Path, outings: &[Vec<Place>]) -> Result<()> {
    // A commit waits for the disk, as in a real installation.
    let postgres = Postgres::start(Durability::Durable)?;
    measure(
        "PostgreSQL",
        &Installation::on_postgres(binary, postgres.url())?,
        outings,
    )
}

fn measure(engine: &str, installation: &Installation, outings: &[Vec<Place>]) -> Result<()> {
    let demo = progress::step(&format!("loading the demonstration on {engine}"), || {
        run::quiet(installation.command().arg("migrate"))?;
        run::quiet(installation.command().args(["demo", "--json"]))
    })?;
    let server = installation.serve()?;
    let office = Office::new(&server.address, &demo)?;

    let crews = progress::step(
        &format!("opening {} outings on {engine}", outings.len()),
        || {
            outings
                .iter()
                .map(|places| office.open(places))
                .collect::<Result<Vec<Crew>>>()
        },
    )?;
    let first = progress::step(&format!("sending to {engine}"), || {
        phones::send(&office, &phones::in_order(&crews)?, "accepted")
    })?;
    let again = progress::step(&format!("sending again, shuffled, to {engine}"), || {
        phones::send(&office, &phones::shuffled(&crews)?, "duplicate")
    })?;
    let (total, reading) = progress::step(&format!("summing up on {engine}"), || {
        let start = Instant::now();
        Ok((sum_up(&office, &crews)?, start.elapsed()))
    })?;
    report(
        engine,
        &[("first sending", first), ("again, shuffled", again)],
    );
    println!(
        "  summaries         {} read in {}",
        crews.len(),
        seconds(reading)
    );
    println!("  total             {total} syringes, as in the file");
    println!(
        "  peak memory       {}",
        megabytes(server.peak_memory_bytes()?)
    );
    Ok(())
}

/// Each outing's summary must hold as many syringes as its part of the file has rows.
fn sum_up(office: &Office, crews: &[Crew]) -> Result<usize> {
    let mut total = 0;
    for crew in crews {
        let counted = office.syringes(crew)?;
        let wanted = crew.facts.len();
        ensure!(
            counted == wanted as u64,
            "the outing {} sums up to {counted} syringes instead of {wanted}",
            crew.outing
        );
        total += wanted;
    }
    Ok(total)
}

fn report(engine: &str, sendings: &[(&str, Sending)]) {
    println!(
        "\nboston on {engine}, {} phones at a time",
        phones::PHONES_AT_A_TIME
    );
    for (name, sending) in sendings {
        let Sending {
            facts,
            wall,
            batches,
        } = sending;
        let per_second = *facts as f64 / wall.max(&Duration::from_millis(1)).as_secs_f64();
        println!(
            "  {name:<17} {facts} facts in {}: {per_second:.0} facts/s; {} batches, p50 {}, p99 {}",
            seconds(*wall),
            batches.len(),
            figures::milliseconds(figures::percentile(batches, 50)),
            figures::milliseconds(figures::percentile(batches, 99)),
        );
    }
}
