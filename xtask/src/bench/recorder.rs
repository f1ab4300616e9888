//! Measures of the recorder on a slow phone, in a real browser, held against what was promised:
//! a tap with ten thousand facts waiting, the second start with no network, the first visit.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::figures::{milliseconds, percentile};
use crate::server::Profile;
use crate::{paths, progress, run, server, setup, site};

/// From the click to « gardé sur ce téléphone », for 95 taps of 100.
const TAP_MAX: Duration = Duration::from_millis(50);
/// From opening the page, with no network, to the first possible tap.
const SECOND_START_MAX: Duration = Duration::from_secs(1);
/// From opening the page for the first time, on slow 4G, to the first possible tap.
const FIRST_VISIT_MAX: Duration = Duration::from_secs(3);

/// What `end2end/bench/recorder.js` prints: `{"slowdown", "waiting", "ms": […], "work": {…}}`.
struct Measured {
    json: Value,
    durations: Vec<Duration>,
}

impl Measured {
    fn read(text: &str) -> Result<Self> {
        let json: Value = serde_json::from_str(text)
            .with_context(|| format!("the recorder's measure printed: {text}"))?;
        let ms = json["ms"].as_array().into_iter().flatten();
        let duration = |ms: &Value| Some(Duration::from_secs_f64(ms.as_f64()? / 1_000.0));
        let durations: Vec<_> = ms.filter_map(duration).collect();
        ensure!(!durations.is_empty(), "nothing was measured: {text}");
        Ok(Self { json, durations })
    }

    /// `6× slower, 10000 facts waiting`
    fn circumstances(&self) -> String {
        let slower = format!("{}× slower", self.json["slowdown"]);
        match &self.json["waiting"] {
            Value::Null => slower,
            waiting => format!("{slower}, {waiting} facts waiting"),
        }
    }
}

/// Measures and prints; what is too slow is marked and fails nothing: a busy machine is slow too.
pub fn recorder() -> Result<ExitCode> {
    setup::for_site()?;
    setup::npm_packages(&paths::end2end())?;
    let chromium = setup::chromium()?;
    site::build()?;
    let binary = server::build(Profile::Release)?;
    let browser = Browser { chromium, binary };

    let taps = browser.measure("tapping on a slow phone", "taps")?;
    let starts = browser.measure("starting again with no network", "starts")?;
    let visits = browser.measure("visiting for the first time on slow 4G", "visits")?;

    println!("\nrecorder, in a browser that is held back");
    report("tap to « gardé »", &taps, 95, TAP_MAX);
    report_work(&taps);
    report("second start, offline", &starts, 50, SECOND_START_MAX);
    report("first visit, slow 4G", &visits, 50, FIRST_VISIT_MAX);
    Ok(ExitCode::SUCCESS)
}

struct Browser {
    chromium: PathBuf,
    binary: PathBuf,
}

impl Browser {
    fn measure(&self, what: &str, name: &str) -> Result<Measured> {
        let script = Path::new("bench").join("recorder.js");
        let json = progress::step(what, || {
            run::quiet(
                Command::new("node")
                    .arg(script)
                    .arg(name)
                    .env("CUEILLETTE_BIN", &self.binary)
                    .env("CHROMIUM", &self.chromium)
                    .current_dir(paths::end2end()),
            )
        })?;
        Measured::read(json.trim())
    }
}

/// `  ✓ first visit, slow 4G   4× slower: p50 1699.5 ms (limit 3000.0 ms), …`
fn report(name: &str, measured: &Measured, judged: usize, limit: Duration) {
    let figure = |percent| percentile(&measured.durations, percent);
    let shown = |percent| {
        let figure = milliseconds(figure(percent));
        if percent == judged {
            format!("p{percent} {figure} (limit {})", milliseconds(limit))
        } else {
            format!("p{percent} {figure}")
        }
    };
    let mark = if figure(judged) <= limit {
        '✓'
    } else {
        '✗'
    };
    println!(
        "  {mark} {name:<22} {}: {}, {}, max {}, of {}",
        measured.circumstances(),
        shown(50),
        shown(95),
        milliseconds(figure(100)),
        measured.durations.len()
    );
}

/// Where a tap's time goes, « gardé » and what follows it: the whole of the page's own thread.
fn report_work(taps: &Measured) {
    let of = |name: &str| taps.json["work"][name].as_f64().unwrap_or_default();
    println!(
        "    of {:.0} ms on the page's thread: script {:.0}, style {:.0}, layout {:.0}",
        of("all"),
        of("script"),
        of("style"),
        of("layout")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_browser_measured_is_read() {
        let measured = Measured::read(r#"{"slowdown":4,"ms":[1.5,2000]}"#).unwrap();
        let expected = [1_500, 2_000_000].map(Duration::from_micros);
        assert_eq!(measured.durations, expected);
        assert_eq!(measured.circumstances(), "4× slower");
        let measured = Measured::read(r#"{"slowdown":6,"waiting":400,"ms":[1]}"#).unwrap();
        assert_eq!(measured.circumstances(), "6× slower, 400 facts waiting");
    }

    #[test]
    fn a_measure_of_nothing_is_an_error() {
        assert!(Measured::read(r#"{"slowdown":4,"ms":[]}"#).is_err());
        assert!(Measured::read("").is_err());
    }
}
