//! Facts durably acknowledged per second through HTTP, beside what the engine can do at all with
//! the same rows in the same batches; and a crowd of phones that come back at the same second.
//!
//! Phones and bare engine are one program (`xtask/load`), compiled as the server is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::book;
use super::figures::megabytes;
use super::visitor::{Visitor, text};
use crate::postgres::{Durability, Postgres};
use crate::server::{Installation, Profile};
use crate::temp::TempFolder;
use crate::{paths, progress, run, server, setup, site};

/// Phones that send at the same time, and outings they are on.
const PHONES: usize = 64;
const OUTINGS: usize = 8;
/// Facts of one request, and requests of one phone.
const FACTS: usize = 50;
const BATCHES: usize = 40;
/// The server does at least this part of what the engine can.
const RATIO_MIN: f64 = 0.5;
/// Phones that come back together, outings they are on, and what each has to send.
const CROWD: usize = 500;
const CROWD_OUTINGS: usize = 50;
const CROWD_BATCHES: usize = 2;
const CROWD_FACTS: usize = 200;
/// Places that phones pick up at.
const SITES: usize = 4;

/// The measure, on both engines.
pub fn writes() -> Result<ExitCode> {
    setup::for_site()?;
    site::build()?;
    let binary = server::build(Profile::Release)?;
    let load = build_load()?;
    let mut told = String::new();
    let mut ratios = Vec::new();
    {
        let installation = Installation::on_sqlite(&binary)?;
        let bench = Bench::new("SQLite", &installation, &load)?;
        ratios.push(bench.measure(&mut told)?);
    }
    // A commit waits for the disk, as in a real installation.
    let postgres = Postgres::start(Durability::Durable)?;
    let installation = Installation::on_postgres(&binary, postgres.url())?;
    let bench = Bench::new("PostgreSQL", &installation, &load)?;
    ratios.push(bench.measure(&mut told)?);
    println!("\n{told}");
    book::put("Writing", "cargo xtask bench writes", &told)?;
    let good = ratios.iter().all(|it| *it >= RATIO_MIN);
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// With the server in one go, so that what both need is compiled once.
pub(super) fn build_load() -> Result<PathBuf> {
    progress::loud_step("compiling the phones", || {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--bin", "cueillette", "--bin", "load"]);
        cargo.args(["--package", "server", "--package", "load"]);
        run::stream(cargo.current_dir(paths::root()))
    })?;
    Ok(paths::target().join("release/load"))
}

struct Bench<'a> {
    engine: &'static str,
    installation: &'a Installation<'a>,
    load: &'a Path,
    folder: TempFolder,
    demo: Value,
    sites: Vec<Uuid>,
}

impl<'a> Bench<'a> {
    fn new(
        engine: &'static str,
        installation: &'a Installation<'a>,
        load: &'a Path,
    ) -> Result<Self> {
        let demo = progress::step(&format!("loading the demonstration on {engine}"), || {
            run::quiet(installation.command().arg("migrate"))?;
            run::quiet(installation.command().args(["demo", "--json"]))
        })?;
        let demo: Value = serde_json::from_str(&demo).context("`demo --json` printed no JSON")?;
        let sites = demo["sites"].as_array().context("no sites")?;
        let public = sites.iter().filter(|it| it["nature"] == "public");
        let ids = public.filter_map(|it| it["id"].as_str()?.parse().ok());
        Ok(Self {
            engine,
            installation,
            load,
            folder: TempFolder::new("load")?,
            sites: ids.take(SITES).collect(),
            demo,
        })
    }

    /// Both sides of the limit, then the crowd. Answers the ratio.
    fn measure(&self, told: &mut String) -> Result<f64> {
        let flush = self.run("disk", self.folder.path())?["flush_ms"].clone();
        let flush_ms = flush.as_f64().context("no time of a flush")?;
        let bare = per_second(&progress::step(
            &format!("inserting with nobody in front of {}", self.engine),
            || self.bare(),
        )?)?;
        let server = self.installation.serve()?;
        let phones = self.join(&server.address, PHONES, OUTINGS)?;
        let sent = progress::step(&format!("sending to {}", self.engine), || {
            self.send(&server.address, &phones, BATCHES, FACTS)
        })?;
        let acknowledged = per_second(&sent)?;
        let ratio = acknowledged / bare;
        drop(server);
        let engine = self.engine;
        _ = write!(
            told,
            "{engine}\n  disk              a flush takes {flush_ms:.2} ms (p50)\n  \
             bare engine       {bare:.0} facts/s, batches of {FACTS}\n  \
             through HTTP      {acknowledged:.0} facts/s, {PHONES} phones, batches of {FACTS}; \
             a request p50 {:.1} ms, p99 {:.1} ms\n  \
             ratio             {ratio:.2} ({RATIO_MIN:.2} at least)\n",
            number(&sent, "p50_ms")?,
            number(&sent, "p99_ms")?,
        );
        self.crowd(told)?;
        Ok(ratio)
    }

    fn crowd(&self, told: &mut String) -> Result<()> {
        // Its own server: its peak of memory is the crowd's.
        let server = self.installation.serve()?;
        let phones = self.join(&server.address, CROWD, CROWD_OUTINGS)?;
        let idle = server.peak_memory_bytes()?;
        let sent = progress::step(&format!("a crowd comes back to {}", self.engine), || {
            self.send(&server.address, &phones, CROWD_BATCHES, CROWD_FACTS)
        })?;
        _ = write!(
            told,
            "  crowd             {CROWD} phones with {} facts each: all drained in {:.1} s, \
             {:.0} facts/s;\n                    the slowest phone {:.1} s, a request p99 {:.0} ms, \
             told to wait: {} by 429, {} by 503\n  \
             memory            {} at the peak of the crowd, {} before\n\n",
            CROWD_BATCHES * CROWD_FACTS,
            number(&sent, "seconds")?,
            per_second(&sent)?,
            number(&sent, "slowest_phone_s")?,
            number(&sent, "p99_ms")?,
            sent["told_429"],
            sent["told_503"],
            megabytes(server.peak_memory_bytes()?),
            megabytes(idle),
        );
        Ok(())
    }

    fn bare(&self) -> Result<Value> {
        let server = self.installation.serve()?;
        let office = Visitor::new(&server.address, &self.demo, "coordinator")?;
        let outings: Vec<Uuid> = (0..OUTINGS)
            .map(|_| self.open_outing(&office))
            .collect::<Result<_>>()?;
        drop(server);
        let plan = json!({
            "url": self.installation.database(),
            "programme": text(&self.demo, "/programme")?,
            "outings": outings,
            "sites": self.sites,
            "connections": PHONES,
            "batches": PHONES * BATCHES,
            "facts_per_batch": FACTS,
        });
        self.run_plan("bare", &plan)
    }

    /// Opens outings and lets phones join them, with real codes.
    fn join(&self, address: &str, phones: usize, outings: usize) -> Result<Vec<Value>> {
        progress::step(&format!("{phones} phones join"), || {
            let office = Visitor::new(address, &self.demo, "coordinator")?;
            let mut joined = Vec::new();
            for _ in 0..outings {
                let outing = self.open_outing(&office)?;
                let code = office.post(&format!("/api/v1/outings/{outing}/code"), &json!({}))?;
                for _ in 0..phones / outings {
                    let device = Uuid::now_v7();
                    let asked = json!({"code": text(&code, "/code")?, "device": device});
                    let answer = office.post("/api/v1/crew/join", &asked)?;
                    joined.push(json!({
                        "token": text(&answer, "/token")?, "outing": outing, "device": device,
                        "sites": self.sites,
                    }));
                }
            }
            Ok(joined)
        })
    }

    fn open_outing(&self, office: &Visitor) -> Result<Uuid> {
        let outing = Uuid::now_v7();
        let day = office.today(&self.demo)?;
        office.post("/api/v1/outings", &json!({"id": outing, "day": day}))?;
        let open = format!("/api/v1/outings/{outing}/open");
        office.post(&open, &json!({"override": "mesure"}))?;
        Ok(outing)
    }

    /// Lets phones send all they have; then every outing must sum up to what its phones sent.
    fn send(&self, address: &str, phones: &[Value], batches: usize, facts: usize) -> Result<Value> {
        let recorded_at = run::quiet(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%S.000Z"]))?;
        let plan = json!({
            "address": address.trim_start_matches("http://"),
            "phones": phones,
            "batches": batches,
            "facts_per_batch": facts,
            "recorded_at": recorded_at.trim(),
        });
        let sent = self.run_plan("phones", &plan)?;
        let wanted = phones.len() * batches * facts;
        ensure!(sent["facts"] == wanted, "{} of {wanted}", sent["facts"]);
        let office = Visitor::new(address, &self.demo, "coordinator")?;
        let mut outings: Vec<&Value> = phones.iter().map(|it| &it["outing"]).collect();
        outings.dedup();
        let each: usize = (0..batches * facts).map(|n| 1 + n % 9).sum();
        let wanted = each * phones.len() / outings.len();
        for outing in outings {
            let id = outing.as_str().unwrap_or_default();
            let summary = office.get(&format!("/api/v1/outings/{id}/summary"))?;
            let summary: Value = serde_json::from_slice(&summary)?;
            let total = &summary["totals"]["syringe"];
            ensure!(*total == wanted, "{id} sums up to {total}, not {wanted}");
        }
        Ok(sent)
    }

    fn run_plan(&self, command: &str, plan: &Value) -> Result<Value> {
        let path = self.folder.path().join("plan.json");
        std::fs::write(&path, serde_json::to_vec(plan)?)?;
        self.run(command, &path)
    }

    fn run(&self, command: &str, about: &Path) -> Result<Value> {
        let told = run::quiet(Command::new(self.load).arg(command).arg(about))?;
        Ok(serde_json::from_str(&told)?)
    }
}

fn number(told: &Value, name: &str) -> Result<f64> {
    told[name].as_f64().with_context(|| format!("no {name}"))
}

fn per_second(told: &Value) -> Result<f64> {
    Ok(number(told, "facts")? / number(told, "seconds")?)
}
