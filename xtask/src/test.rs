//! Every test there is: Rust on both database engines, the scripts' own, and the browser's.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::postgres::{Durability, POSTGRES_ENV, PROGRAMS_ENV, Postgres};
use crate::{paths, progress, run, server, setup, site};

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Sets up all that tests need, runs them, and closes with the number of passed and failed.
pub fn test(filter: Option<&str>) -> Result<ExitCode> {
    let start = Instant::now();
    setup::for_site()?;
    setup::npm_packages(&paths::end2end())?;
    let chromium = setup::chromium()?;
    setup::document_readers()?;
    site::build()?;
    let (_postgres, url) = postgres()?;

    let run = |what: &str, tests: &dyn Fn() -> Result<Count>| {
        progress::judged_step(what, |count: &Count| count.failed == 0, tests)
    };
    let rust = run("Rust tests, on SQLite and PostgreSQL", &|| {
        rust(filter, &url)
    })?;
    let scripts = run("tests of the phone's scripts", &|| scripts(filter))?;
    let binary = server::build(server::Profile::Dev)?;
    let browser = run("browser tests", &|| {
        browser(filter, &url, &binary, &chromium)
    })?;

    let mut all = rust;
    all += scripts;
    all += browser;
    println!(
        "\nRust {}, scripts {}, browser {} passed; {} skipped; {}",
        rust.passed,
        scripts.passed,
        browser.passed,
        all.skipped,
        progress::seconds(start.elapsed())
    );
    if let Some(filter) = filter.filter(|_| all == Count::default()) {
        eprintln!("xtask: no test has `{filter}` in its name");
        all.failed = 1;
    }
    println!("{} passed, {} failed", all.passed, all.failed);
    Ok(if all.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The person's own PostgreSQL if they named one, a temporary one otherwise.
fn postgres() -> Result<(Option<Postgres>, String)> {
    if let Ok(url) = std::env::var(POSTGRES_ENV) {
        return Ok((None, url));
    }
    let postgres = Postgres::start(Durability::Fast)?;
    let url = postgres.url();
    Ok((Some(postgres), url))
}

fn rust(filter: Option<&str>, postgres: &str) -> Result<Count> {
    let mut count = Count::default();
    let mut command = Command::new("cargo");
    command
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(filter)
        .env(POSTGRES_ENV, postgres)
        .env(PROGRAMS_ENV, setup::postgres_programs()?)
        .envs(shared_files())
        .current_dir(paths::root());
    let status = run::lines(&mut command, |line| {
        println!("{line}");
        count += rust_result(line).unwrap_or_default();
    })?;
    Ok(at_least_one_failure(count, status.success()))
}

/// Where the real map and positions are, when they are beside the repository.
pub fn shared_files() -> Option<(&'static str, PathBuf)> {
    let folder = paths::shared().canonicalize().ok()?;
    Some(("CUEILLETTE_SHARED", folder))
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
fn rust_result(line: &str) -> Option<Count> {
    let (_, figures) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let figure = |name: &str| {
        let mut parts = figures.split("; ").filter_map(|part| part.split_once(' '));
        parts
            .find(|(_, label)| *label == name)?
            .0
            .parse::<u64>()
            .ok()
    };
    Some(Count {
        passed: figure("passed")?,
        failed: figure("failed")?,
        skipped: figure("ignored")?,
    })
}

/// The tests beside the map, loader and service worker, run by Node.js itself.
fn scripts(filter: Option<&str>) -> Result<Count> {
    let mut count = Count::default();
    let mut command = Command::new("node");
    command
        .args(["--test", "--test-reporter=tap"])
        .current_dir(paths::web());
    if let Some(filter) = filter {
        command.arg(format!("--test-name-pattern={}", regex_of(filter)));
    }
    let mut log = String::new();
    let status = run::lines(&mut command, |line| {
        count += node_result(line).unwrap_or_default();
        log += line;
        log.push('\n');
    })?;
    if !status.success() {
        print!("{log}");
    }
    Ok(at_least_one_failure(count, status.success()))
}

/// Reads the closing `# pass 3`, `# fail 0`, `# skipped 0`.
fn node_result(line: &str) -> Option<Count> {
    let (name, figure) = line.strip_prefix("# ")?.split_once(' ')?;
    let figure = figure.parse().ok()?;
    match name {
        "pass" => Some(Count {
            passed: figure,
            ..Count::default()
        }),
        "fail" => Some(Count {
            failed: figure,
            ..Count::default()
        }),
        "skipped" | "todo" => Some(Count {
            skipped: figure,
            ..Count::default()
        }),
        _ => None,
    }
}

fn browser(filter: Option<&str>, postgres: &str, binary: &Path, chromium: &Path) -> Result<Count> {
    let report = paths::root().join("target/browser-tests.json");
    let _ = std::fs::remove_file(&report);
    let mut command = Command::new(paths::end2end().join("node_modules/.bin/playwright"));
    command
        .args(["test", "--reporter=list,json", "--pass-with-no-tests"])
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report)
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report)
        .env("CUEILLETTE_BIN", binary)
        .env("CHROMIUM", chromium)
        .env(POSTGRES_ENV, postgres)
        .envs(shared_files())
        .current_dir(paths::end2end());
    if let Some(filter) = filter {
        command.arg("--grep").arg(regex_of(filter));
    }
    let status = run::status(&mut command)?;
    let text = std::fs::read(&report).context("the browser tests left no report")?;
    let count = browser_result(&serde_json::from_slice(&text)?);
    Ok(at_least_one_failure(count, status.success()))
}

/// Reads the browser tests' own report. A test that passed only when tried again is a failure:
/// it will fail somebody one day.
fn browser_result(report: &Value) -> Count {
    let figure = |name: &str| report["stats"][name].as_u64().unwrap_or_default();
    Count {
        passed: figure("expected"),
        failed: figure("unexpected") + figure("flaky"),
        skipped: figure("skipped"),
    }
}

/// What broke before any test could say so, such as a compiler's error, is a failure too.
fn at_least_one_failure(mut count: Count, success: bool) -> Count {
    if !success && count.failed == 0 {
        count.failed = 1;
    }
    count
}

/// The filter means itself, not a pattern, in every runner.
fn regex_of(filter: &str) -> String {
    filter.chars().fold(String::new(), |mut pattern, letter| {
        if !letter.is_alphanumeric() && letter != ' ' {
            pattern.push('\\');
        }
        pattern.push(letter);
        pattern
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_closing_lines_are_counted() {
        let line = "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; \
                    finished in 0.02s";
        assert_eq!(
            rust_result(line),
            Some(Count {
                passed: 12,
                failed: 1,
                skipped: 2
            })
        );
        assert_eq!(rust_result("test money::adds ... ok"), None);
    }

    #[test]
    fn nodes_closing_lines_are_counted() {
        assert_eq!(node_result("# pass 7").unwrap().passed, 7);
        assert_eq!(node_result("# fail 1").unwrap().failed, 1);
        assert_eq!(node_result("# Subtest: pass 7"), None);
        assert_eq!(node_result("# duration_ms 55.1"), None);
    }

    #[test]
    fn a_browser_test_that_passed_on_a_second_try_has_failed() {
        let report = serde_json::json!({"stats": {"expected": 4, "unexpected": 0, "flaky": 1, "skipped": 2}});
        assert_eq!(
            browser_result(&report),
            Count {
                passed: 4,
                failed: 1,
                skipped: 2
            }
        );
    }

    #[test]
    fn tests_that_did_not_compile_are_a_failure() {
        assert_eq!(at_least_one_failure(Count::default(), false).failed, 1);
        assert_eq!(at_least_one_failure(Count::default(), true).failed, 0);
    }

    #[test]
    fn a_filter_is_taken_by_the_letter() {
        assert_eq!(regex_of("une sortie (1.5)"), r"une sortie \(1\.5\)");
    }
}
