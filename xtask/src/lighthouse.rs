//! Lighthouse on the pages that people meet first, as on a phone with a slow network; fails when a
//! score is below what was promised.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::server::{Installation, Profile};
use crate::{paths, progress, run, server, setup, site};

/// Where it lies, with packages of its own: nothing else needs them.
const FOLDER: &str = "lighthouse";
/// The pages that somebody meets who was told an address.
const PAGES: [&str; 4] = ["/terrain", "/", "/resultats", "/connexion"];
/// What each page has at least, of 100.
const PROMISED: [(&str, u64); 3] = [
    ("performance", 95),
    ("accessibility", 100),
    ("best-practices", 100),
];

/// Sets up, builds what is really served, and prints a table.
pub fn lighthouse() -> Result<ExitCode> {
    setup::for_site()?;
    let folder = paths::end2end().join(FOLDER);
    setup::npm_packages(&folder)?;
    let chromium = setup::chromium()?;
    site::build()?;
    let binary = server::build(Profile::Release)?;
    let installation = Installation::on_sqlite(&binary)?;
    run::quiet(installation.command().arg("demo"))?;
    let server = installation.serve()?;
    let text = progress::step("asking Lighthouse, some minutes", || {
        measure(&folder, &chromium, &server.address)
    })?;
    let pages: Value =
        serde_json::from_str(&text).with_context(|| format!("Lighthouse's run printed: {text}"))?;
    let lines: Vec<Line> = pages
        .as_array()
        .into_iter()
        .flatten()
        .map(Line::of)
        .collect();
    println!(
        "\n{:<12} {:>11} {:>13} {:>14}",
        "", "performance", "accessibility", "best practices"
    );
    for line in &lines {
        println!("{}", line.text());
    }
    let is_good = lines.len() == PAGES.len() && lines.iter().all(Line::is_good);
    Ok(if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn measure(folder: &Path, chromium: &Path, address: &str) -> Result<String> {
    run::quiet(
        Command::new("node")
            .arg("run.js")
            .arg(address)
            .args(PAGES)
            .env("CHROMIUM", chromium)
            .current_dir(folder),
    )
}

/// One page's scores.
struct Line {
    path: String,
    scores: [u64; PROMISED.len()],
    lowered: String,
}

impl Line {
    fn of(page: &Value) -> Self {
        let audits = page["lowered"].as_array().into_iter().flatten();
        let audits: Vec<&str> = audits.filter_map(Value::as_str).collect();
        Self {
            path: page["path"].as_str().unwrap_or_default().to_owned(),
            scores: PROMISED.map(|(name, _)| page["scores"][name].as_u64().unwrap_or_default()),
            lowered: audits.join(", "),
        }
    }

    fn is_good(&self) -> bool {
        let mut both = self.scores.iter().zip(PROMISED);
        both.all(|(score, (_, least))| *score >= least)
    }

    fn text(&self) -> String {
        let [performance, accessibility, practices] = self.scores;
        let (mark, why) = match self.is_good() {
            true => ('✓', String::new()),
            false => ('✗', format!("  {}", self.lowered)),
        };
        format!(
            "{mark} {:<10} {performance:>11} {accessibility:>13} {practices:>14}{why}",
            self.path
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_below_what_was_promised_is_marked_with_what_lowered_it() {
        let page = |performance: u32| {
            json!({
                "path": "/terrain",
                "scores": {"performance": performance, "accessibility": 100, "best-practices": 100},
                "lowered": ["largest-contentful-paint"],
            })
        };
        let (good, slow) = (Line::of(&page(95)), Line::of(&page(94)));
        assert!(good.is_good() && good.text().starts_with("✓ /terrain"));
        assert!(!slow.is_good() && slow.text().ends_with("largest-contentful-paint"));
        assert!(!Line::of(&json!({})).is_good());
    }
}
