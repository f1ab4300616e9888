//! A list of allowances of ten thousand lines: how long it takes until it is issued and its files
//! are there, how soon a stored file begins to arrive, and what the server holds in memory
//! meanwhile; on both engines.
//!
//! The world is made as people make it: pseudonyms, civil identities given one by one, outings
//! opened, presences said by a coordinator, outings closed.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::book;
use super::dice::Dice;
use super::figures::{megabytes, milliseconds};
use super::visitor::{Visitor, line, text, within};
use crate::postgres::{Durability, Postgres};
use crate::progress::{self, seconds};
use crate::server::{Installation, Profile};
use crate::{run, server, setup, site};

/// People with a civil identity.
const PEERS: usize = 2_000;
/// Outings, and how many people take part in each: as many presences as one request may hold.
const OUTINGS: usize = 50;
const PRESENT: usize = 200;
/// One for each presence.
const LINES: usize = OUTINGS * PRESENT;
/// The stored file that is downloaded again and again, and how often.
const STORED: &str = "list.csv?dialect=excel-fr";
const DOWNLOADS: usize = 200;
/// Every file of a list.
const FILES: [&str; 4] = [
    STORED,
    "list.csv?dialect=open-data",
    "list.xlsx",
    "list.pdf",
];
/// What issuing may take, files and all.
const ISSUE_MAX: Duration = Duration::from_secs(5);
/// What the first byte of a stored file may take, 99 times out of 100.
const FIRST_BYTE_MAX: Duration = Duration::from_millis(50);
/// What the server may hold at its peak, from its start on.
const MEMORY_BYTES_MAX: u64 = 200_000_000;

/// The measure, on both engines.
pub fn lists() -> Result<ExitCode> {
    setup::for_site()?;
    site::build()?;
    let binary = server::build(Profile::Release)?;
    let mut told = String::new();
    measure("SQLite", &Installation::on_sqlite(&binary)?, &mut told)?;
    on_postgres(&binary, &mut told)?;
    println!("\n{told}");
    book::put("Lists and their files", "cargo xtask bench lists", &told)?;
    Ok(ExitCode::SUCCESS)
}

fn on_postgres(binary: &Path, told: &mut String) -> Result<()> {
    let postgres = Postgres::start(Durability::Durable)?;
    let installation = Installation::on_postgres(binary, postgres.url())?;
    measure("PostgreSQL", &installation, told)
}

fn measure(engine: &str, installation: &Installation, told: &mut String) -> Result<()> {
    run::quiet(installation.command().arg("migrate"))?;
    let demo = run::quiet(installation.command().args(["demo", "--json"]))?;
    let demo: Value = serde_json::from_str(&demo).context("`demo --json` printed no JSON")?;
    let server = installation.serve()?;
    let coordinator = Visitor::new(&server.address, &demo, "coordinator")?;
    let clerk = Visitor::new(&server.address, &demo, "clerk")?;
    let outings = progress::step(&format!("making {LINES} lines due on {engine}"), || {
        make_due(&coordinator, &coordinator.today(&demo)?)
    })?;

    let start = Instant::now();
    let list = coordinator.post("/api/v1/allowance-lists", &json!({"outings": outings}))?;
    let issued = start.elapsed();
    ensure!(
        list["lines"] == LINES && list["state"] == "issued",
        "not {LINES} lines with their files: {list}"
    );
    let at = format!("/api/v1/allowance-lists/{}", text(&list, "/number")?);
    writeln!(told, "a list of {LINES} lines on {engine}")?;
    writeln!(
        told,
        "  issued, with its files         {}  {} {}",
        seconds(issued),
        within(issued <= ISSUE_MAX),
        seconds(ISSUE_MAX)
    )?;
    for file in FILES {
        let (first, bytes) = clerk.first_byte(&format!("{at}/{file}"))?;
        let size = megabytes(u64::try_from(bytes)?);
        writeln!(
            told,
            "  first time: {file:<28} first byte {:>8}, {size}",
            milliseconds(first)
        )?;
    }
    let mut took = Vec::with_capacity(DOWNLOADS);
    for _ in 0..DOWNLOADS {
        run::go_on()?;
        took.push(clerk.first_byte(&format!("{at}/{STORED}"))?.0);
    }
    let stored = line("first byte of the stored CSV", &took, FIRST_BYTE_MAX);
    writeln!(told, "{stored}")?;
    let peak = server.peak_memory_bytes()?;
    writeln!(
        told,
        "  peak memory                    {}  {} {}",
        megabytes(peak),
        within(peak <= MEMORY_BYTES_MAX),
        megabytes(MEMORY_BYTES_MAX)
    )?;
    Ok(())
}

/// Everybody takes part in as many outings as anybody else, each time among others; answers the
/// outings, closed.
fn make_due(coordinator: &Visitor, today: &str) -> Result<Vec<Uuid>> {
    let mut peers = Vec::with_capacity(PEERS);
    for n in 0..PEERS {
        run::go_on()?;
        peers.push(make_peer(coordinator, n)?);
    }
    let mut dice = Dice::new();
    let mut outings = Vec::with_capacity(OUTINGS);
    while outings.len() < OUTINGS {
        dice.shuffle(&mut peers);
        for present in peers.chunks(PRESENT) {
            run::go_on()?;
            outings.push(hold_outing(coordinator, today, present)?);
        }
    }
    Ok(outings)
}

fn make_peer(coordinator: &Visitor, n: usize) -> Result<Uuid> {
    let id = Uuid::now_v7();
    let body = json!({"id": id, "pseudonym": format!("Personne {n}"), "sign": "fox-red"});
    coordinator.post("/api/v1/peers", &body)?;
    let (surname, first_name, born) = identity(n);
    let fields = [
        ("nom", surname.as_str()),
        ("prenom", first_name),
        ("naissance", &born),
        // A coordinator has looked: there are homonyms here.
        ("autre", "oui"),
    ];
    coordinator.fill_in(&format!("/equipe/{id}/identite"), &fields)?;
    Ok(id)
}

/// Names as they are in France, some of them long, some borne by several people.
fn identity(n: usize) -> (String, &'static str, String) {
    const SURNAMES: [&str; 16] = [
        "Martin",
        "Bernard",
        "D’Hérouville",
        "Éluard",
        "N’Diaye",
        "Lefèvre",
        "Œuvrard",
        "Dos Santos Ferreira",
        "Le Goff",
        "Benali",
        "García",
        "Nguyễn",
        "Kowalski",
        "Étchegaray",
        "Traoré",
        "Zbylut",
    ];
    const FIRST_NAMES: [&str; 8] = [
        "Camille",
        "Zoé",
        "Jean-Baptiste",
        "Aïcha",
        "Loïc",
        "Maëlle",
        "Ousmane",
        "Françoise",
    ];
    let second = SURNAMES[n / SURNAMES.len() % SURNAMES.len()];
    let surname = match n % 3 {
        0 => format!("{}-{second}", SURNAMES[n % SURNAMES.len()]),
        _ => SURNAMES[n % SURNAMES.len()].to_owned(),
    };
    let first_name = FIRST_NAMES[n / 7 % FIRST_NAMES.len()];
    let born = format!(
        "{}-{:02}-{:02}",
        1950 + n % 55,
        1 + n / 3 % 12,
        1 + n / 11 % 28
    );
    (surname, first_name, born)
}

/// Opens an outing, says who is there, and ends it.
fn hold_outing(coordinator: &Visitor, today: &str, present: &[Uuid]) -> Result<Uuid> {
    let outing = Uuid::now_v7();
    let at = format!("/api/v1/outings/{outing}");
    let body = json!({"id": outing, "day": today});
    coordinator.post("/api/v1/outings", &body)?;
    let opened = coordinator.post(&format!("{at}/open"), &json!({"override": "mesure"}))?;
    let since = text(&opened, "/opened_at")?;
    let facts: Vec<Value> = (1..)
        .zip(present)
        .map(|(seq, peer)| {
            json!({
                "id": Uuid::now_v7(), "kind": "presence", "outing": outing, "device": Uuid::nil(),
                "seq": seq, "recorded_at": since, "data": {"peer": peer, "present": true},
            })
        })
        .collect();
    coordinator.send(&facts)?;
    coordinator.post(&format!("{at}/close"), &json!({}))?;
    Ok(outing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_takes_part_as_often_and_the_lines_are_ten_thousand() {
        assert_eq!(LINES, 10_000);
        assert_eq!(PEERS % PRESENT, 0);
        assert_eq!(LINES % PEERS, 0);
        let (surname, first_name, born) = identity(PEERS - 1);
        assert!(!surname.is_empty() && !first_name.is_empty());
        assert_eq!(born.len(), "1984-02-29".len());
    }
}
