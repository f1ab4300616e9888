//! `cargo xtask check --deep`: what takes minutes and looks for what nobody thought of. The parsers
//! are fuzzed ([`fuzz`]), and the API is asked everything its document allows and much that it does
//! not, as each role ([`api`]).

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::postgres::{Durability, Postgres};
use crate::server::{self, Installation, Profile, Running};
use crate::temp::TempFolder;
use crate::{paths, progress, run, setup, site};

/// As `server/fuzz` names them.
const TARGETS: [&str; 5] = ["facts", "quarters", "spreadsheets", "sealed", "paper"];
/// How long each target runs, unless `CUEILLETTE_FUZZ_S` says otherwise.
const FUZZ_S: u32 = 30;
/// An input is as long as that at most: parsers are many branches, not many bytes.
const INPUT_BYTES_MAX: u32 = 4_096;
/// One input that takes longer, or more memory, is a find.
const INPUT_S_MAX: u32 = 10;
const MEMORY_MIB_MAX: u32 = 2_048;

/// Everybody who uses the API, as the document names them.
const ROLES: [&str; 6] = [
    "anon",
    "peer",
    "crew_phone",
    "coordinator",
    "agent",
    "clerk",
];
/// Cases that are made up for each operation, beside those that follow from its schema.
const EXAMPLES: u32 = 10;
/// What cases are made from, unless `CUEILLETTE_SEED` says otherwise.
const SEED: u64 = 6;
/// No answer that the document does not describe: status, headers, type and body.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

/// Runs every target on its seeds and on what earlier runs found worth keeping.
pub fn fuzz() -> Result<()> {
    setup::cpp_compiler()?;
    let seconds = from_env("CUEILLETTE_FUZZ_S", FUZZ_S)?;
    progress::loud_step("compiling the parsers with what watches them", || {
        let wrapper = paths::root().join("server/fuzz/watched.sh");
        run::stream(
            Command::new("cargo")
                .args([
                    "build",
                    "--package",
                    "fuzz",
                    "--features",
                    "libfuzzer",
                    "--bins",
                ])
                .env("RUSTC_WORKSPACE_WRAPPER", wrapper)
                .current_dir(paths::root()),
        )
    })?;
    let mut bad = Vec::new();
    for name in TARGETS {
        if let Err(found) = one_target(name, seconds) {
            eprintln!("{found:#}");
            bad.push(name);
        }
    }
    ensure!(bad.is_empty(), "fuzzing found faults: {}", bad.join(", "));
    Ok(())
}

fn one_target(name: &str, seconds: u32) -> Result<()> {
    let binary = paths::target().join("debug/fuzz-one");
    let kept = paths::target().join("fuzz").join(name);
    let finds = paths::target().join("fuzz/found");
    for folder in [&kept, &finds] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    // What a target writes goes with this folder.
    let place = TempFolder::new("fuzz")?;
    let log = place.path().join("log");
    let mut command = Command::new(binary);
    command
        .arg(&kept)
        .arg(paths::root().join("server/fuzz/seeds").join(name))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg(format!("-timeout={INPUT_S_MAX}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
        .arg(format!("-artifact_prefix={}/{name}-", finds.display()))
        .arg("-print_final_stats=1")
        .env("FUZZ_TARGET", name)
        .env("TMPDIR", place.path())
        .stderr(std::fs::File::create(&log)?)
        .stdout(std::process::Stdio::null());
    let status = progress::step(&format!("fuzzing {name} for {seconds} s"), || {
        run::status(&mut command)
    })?;
    let log = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    if let Some(figures) = Figures::read(&log) {
        progress::note(&figures.in_words(name));
    }
    ensure!(
        status.success(),
        "{name}: an input breaks the parser ({status}):\n{}\nIt is kept in {}: run \
         FUZZ_TARGET={name} target/debug/fuzz-one on it to see it again.",
        run::tail(&log),
        finds.display()
    );
    Ok(())
}

/// What the fuzzer says of one run.
#[derive(Debug, PartialEq)]
struct Figures {
    runs: u64,
    runs_per_s: u64,
    /// Places in the code that were reached: by the seeds, and in the end.
    reached: (u64, u64),
}

impl Figures {
    fn read(log: &str) -> Option<Self> {
        let stat = |name: &str| {
            let lines = log.lines().filter_map(|it| it.strip_prefix("stat::"));
            let mut pairs = lines.filter_map(|it| it.split_once(':'));
            pairs.find(|(it, _)| *it == name)?.1.trim().parse().ok()
        };
        let reached = |line: &str| {
            let mut words = line.split_whitespace().skip_while(|it| *it != "cov:");
            words.nth(1)?.parse().ok()
        };
        let inited = log.lines().find(|it| it.contains("\tINITED "))?;
        let last = log.lines().rev().find(|it| it.contains(" cov: "))?;
        Some(Self {
            runs: stat("number_of_executed_units")?,
            runs_per_s: stat("average_exec_per_sec")?,
            reached: (reached(inited)?, reached(last)?),
        })
    }

    fn in_words(&self, name: &str) -> String {
        let (first, last) = self.reached;
        format!(
            "{name}: {} inputs, {} a second; {first} places in the code reached at first, {last} \
             in the end",
            self.runs, self.runs_per_s
        )
    }
}

/// Asks the API as each role, on both engines, each time of a new demonstration.
pub fn api() -> Result<()> {
    let program = setup::schemathesis()?;
    setup::for_site()?;
    site::build()?;
    let binary = server::build(Profile::Dev)?;
    let seed = from_env("CUEILLETTE_SEED", SEED)?;
    let postgres = Postgres::start(Durability::Fast)?;
    let mut bad = Vec::new();
    for engine in ["SQLite", "PostgreSQL"] {
        for role in ROLES {
            let installation = match engine {
                "SQLite" => Installation::on_sqlite(&binary)?,
                _ => Installation::on_postgres(&binary, postgres.new_database(role)?)?,
            };
            let what = format!("asking the API as {role} on {engine}, seed {seed}");
            let start = Instant::now();
            match as_role(&program, &installation, role, seed) {
                Ok(cases) => progress::note(&format!(
                    "{what}: {cases} ({})",
                    progress::seconds(start.elapsed())
                )),
                Err(found) => {
                    eprintln!("✗ {what}\n{found:#}");
                    bad.push(format!("{role} on {engine}"));
                }
            }
        }
    }
    ensure!(
        bad.is_empty(),
        "the API does not answer as its document says: {}",
        bad.join(", ")
    );
    Ok(())
}

/// Answers how many cases there were.
fn as_role(program: &Path, on: &Installation<'_>, role: &str, seed: u64) -> Result<String> {
    let demo = run::quiet(on.command().args(["demo", "--json"]))?;
    let demo: Value = serde_json::from_str(&demo).context("the demonstration is not JSON")?;
    let server = on.serve()?;
    let town = Town {
        server: &server,
        demo,
    };
    let place = TempFolder::new("api")?;
    let config = place.path().join("schemathesis.toml");
    std::fs::write(&config, town.known_ids()?)?;
    let mut command = Command::new(program);
    command
        .arg("--config-file")
        .arg(&config)
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", server.address))
        .args(["--checks", CHECKS])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args(["--seed", &seed.to_string()])
        .args(["--max-examples", &EXAMPLES.to_string()])
        .args(["--suppress-health-check", "all"])
        .args(["--warnings", "off"])
        .arg("--continue-on-failure")
        .arg("--no-color")
        .env("PYTHONUTF8", "1")
        // It leaves notes of its own beside itself.
        .current_dir(place.path());
    if let Some(token) = town.token(role)? {
        command
            .arg("--header")
            .arg(format!("Authorization: Bearer {token}"));
    }
    let mut log = String::new();
    let status = run::lines(&mut command, |line| {
        log += line;
        log.push('\n');
    })?;
    if !status.success() {
        bail!("{}", finds(&log));
    }
    let cases = log
        .lines()
        .find(|it| it.trim().ends_with("generated, ") || it.contains("generated"));
    Ok(cases.map_or("no cases", str::trim).to_owned())
}

/// From where what was found is told.
fn finds(log: &str) -> String {
    let from = log.find(" FAILURES ").or_else(|| log.find(" ERRORS "));
    let told = &log[from.unwrap_or(0)..];
    let lines: Vec<&str> = told.lines().take(200).collect();
    lines.join("\n")
}

/// A demonstration that is being served.
struct Town<'a> {
    server: &'a Running,
    demo: Value,
}

impl Town<'_> {
    /// The token of a role; a crew phone joins for it, and is the association's.
    fn token(&self, role: &str) -> Result<Option<String>> {
        if role == "anon" {
            return Ok(None);
        }
        if role != "crew_phone" {
            let token = self.demo["tokens"][role].as_str();
            return Ok(Some(
                token.context("the demonstration has no such token")?.into(),
            ));
        }
        let device = uuid::Uuid::now_v7();
        let body = json!({"code": self.demo["join_code"], "device": device});
        let joined = self.ask("POST", "/api/v1/crew/join", None, &body)?;
        let outing = joined["outing"].as_str().context("no outing")?;
        let path = format!("/api/v1/outings/{outing}/phones/{device}/confirm");
        let whose = json!({"whose": "association"});
        self.ask("POST", &path, Some("coordinator"), &whose)?;
        let token = joined["token"].as_str().context("no token")?;
        Ok(Some(token.to_owned()))
    }

    fn ask(&self, method: &str, path: &str, role: Option<&str>, body: &Value) -> Result<Value> {
        let url = format!("{}{path}", self.server.address);
        let agent = server::agent();
        let token = role.and_then(|it| self.demo["tokens"][it].as_str());
        let bearer = format!("Bearer {}", token.unwrap_or_default());
        let answer = match method {
            "GET" => agent.get(&url).header("authorization", &bearer).call(),
            _ => {
                let mut request = agent.post(&url).header("content-type", "application/json");
                if token.is_some() {
                    request = request.header("authorization", &bearer);
                }
                request.send(body.to_string())
            }
        };
        let mut answer = answer?;
        let bytes = answer.body_mut().read_to_vec()?;
        ensure!(
            answer.status().is_success(),
            "{path} answered {}: {}",
            answer.status(),
            String::from_utf8_lossy(&bytes)
        );
        match bytes.is_empty() {
            true => Ok(Value::Null),
            false => Ok(serde_json::from_slice(&bytes)?),
        }
    }

    /// Ids that lead somewhere: of made-up ones, an API only says that it knows none.
    fn known_ids(&self) -> Result<String> {
        let first = |path: &str, field: &str| -> Result<String> {
            let all = self.ask("GET", path, Some("coordinator"), &Value::Null)?;
            let id = all["items"][0][field].as_str();
            Ok(id
                .with_context(|| format!("{path} lists nothing"))?
                .to_owned())
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // The demonstration has no proposal that waits.
        let proposal = uuid::Uuid::now_v7();
        let proposed = json!({
            "id": proposal, "nature": "public", "title": "Cour", "lat": 44.85, "lon": -0.56,
        });
        self.ask("POST", "/api/v1/sites", Some("peer"), &proposed)?;
        let known = [
            ("outings/\\{id\\}", "id", text(&self.demo["outing_today"])),
            ("sites/\\{id\\}", "id", text(&self.demo["sites"][0]["id"])),
            ("proposals/\\{id\\}", "id", proposal.to_string()),
            (
                "here-pickups/\\{id\\}",
                "id",
                first("/api/v1/here-pickups", "id")?,
            ),
            (
                "allowances/\\{id\\}",
                "id",
                first("/api/v1/allowances", "id")?,
            ),
            (
                "allowance-lists/\\{number\\}",
                "number",
                first("/api/v1/allowance-lists", "number")?,
            ),
        ];
        let one = |(path, name, id): &(&str, &str, String)| {
            format!(
                "[[operations]]\ninclude-path-regex = '^/api/v1/{path}'\n\
                 parameters = {{ \"path.{name}\" = \"{id}\" }}\n"
            )
        };
        Ok(known.iter().map(one).collect())
    }
}

/// A number that the person may set.
fn from_env<T: std::str::FromStr>(name: &str, usual: T) -> Result<T> {
    match std::env::var(name) {
        Err(_) => Ok(usual),
        Ok(text) => text
            .parse()
            .map_err(|_| anyhow::anyhow!("{name} is « {text} », not a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuzzers_figures_are_read() {
        let log = "#7\tINITED cov: 812 ft: 900 corp: 6/2Kb exec/s: 0 rss: 60Mb\n\
                   #9000\tNEW    cov: 1310 ft: 2000 corp: 60/9Kb\n\
                   #9100\tDONE   cov: 1311 ft: 2001 corp: 60/9Kb\n\
                   stat::number_of_executed_units: 9100\n\
                   stat::average_exec_per_sec:     303\n";
        let read = Figures {
            runs: 9_100,
            runs_per_s: 303,
            reached: (812, 1_311),
        };
        assert_eq!(Figures::read(log), Some(read));
        assert_eq!(Figures::read("nothing was run"), None);
    }

    #[test]
    fn every_target_has_seeds_and_a_name() {
        for name in TARGETS {
            let fuzz = paths::root().join("server/fuzz");
            let targets = std::fs::read_to_string(fuzz.join("src/lib.rs")).unwrap();
            assert!(targets.contains(&format!("(\"{name}\", {name})")), "{name}");
            let seeds = fuzz.join("seeds").join(name);
            assert!(std::fs::read_dir(seeds).unwrap().count() > 0, "{name}");
        }
    }
}
