//! From a fresh clone to a served demonstration, in one command.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::{paths, progress, run, server, setup, site};

/// Settings that every command of the server must share, when given on our command line.
const SHARED_FLAGS: [&str; 3] = ["--database", "--key-file", "--config"];
/// Beside the database: its demonstration was loaded by us, on the first run.
const DEMO_MARK: &str = "demonstration";

/// Sets up, builds, migrates, loads the demonstration on the first run, and becomes the server.
pub fn serve(args: &[String]) -> Result<ExitCode> {
    setup::for_site()?;
    site::build()?;
    let binary = server::build(server::Profile::Dev)?;

    let data = paths::root().join("data");
    std::fs::create_dir_all(&data).context("the folder data/ cannot be made")?;
    let (shared, own) = split(args);
    let cueillette = || {
        let mut command = Command::new(&binary);
        command.current_dir(paths::root()).args(&shared);
        for (name, value) in defaults(&data) {
            if std::env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        command
    };

    let mark = data.join(DEMO_MARK);
    let ours = shared.is_empty() && std::env::var_os("CUEILLETTE_DATABASE").is_none();
    if ours && !data.join("cueillette.sqlite").exists() {
        progress::note("first run: the demonstration will be loaded");
        // Before the database is there, so that a run cut short is made good by the next one.
        std::fs::write(&mark, "")?;
    }
    progress::step("migrating the database", || {
        run::quiet(cueillette().arg("migrate"))
    })?;
    if ours && mark.exists() {
        // Loads what is missing, and prints the accounts.
        progress::loud_step("demonstration", || run::stream(cueillette().arg("demo")))?;
    }
    let error = cueillette().arg("serve").args(&own).exec();
    Err(error).context("the server could not be started")
}

/// What the server is told unless the person says otherwise.
fn defaults(data: &Path) -> Vec<(&'static str, String)> {
    let file = |name: &str| data.join(name).display().to_string();
    let mut defaults = vec![
        (
            "CUEILLETTE_DATABASE",
            format!("sqlite:{}", file("cueillette.sqlite")),
        ),
        ("CUEILLETTE_KEY_FILE", file("cueillette.keys")),
    ];
    if data.join("base-map.pmtiles").exists() {
        defaults.push(("CUEILLETTE_BASE_MAP", file("base-map.pmtiles")));
    }
    defaults
}

/// Parts the flags that `migrate` must share from those of `serve` alone.
fn split(args: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut shared, mut own) = (Vec::new(), Vec::new());
    let mut args = args.iter().cloned();
    while let Some(arg) = args.next() {
        let name = arg.split('=').next().unwrap_or_default();
        if !SHARED_FLAGS.contains(&name) {
            own.push(arg);
            continue;
        }
        let value_follows = !arg.contains('=');
        shared.push(arg);
        if value_follows {
            shared.extend(args.next());
        }
    }
    (shared, own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_told_to_every_command_and_the_address_to_serve_only() {
        let args = [
            "--listen",
            "[::]:80",
            "--database",
            "sqlite:x",
            "--key-file=k",
        ];
        let (shared, own) = split(&args.map(str::to_owned));
        assert_eq!(shared, ["--database", "sqlite:x", "--key-file=k"]);
        assert_eq!(own, ["--listen", "[::]:80"]);
    }
}
