//! From a fresh clone to a served demonstration, in one command.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::{paths, progress, run, server, setup, site};

/// Settings that every command of the server must share, when given on our command line.
const SHARED_FLAGS: [&str; 2] = ["--database", "--key-file"];
/// Beside the database: its demonstration was loaded by us, on the first run.
const DEMO_MARK: &str = "demonstration";

/// Sets up, builds, migrates, loads the demonstration on the first run, and becomes the server,
/// whose own defaults are the ones of a first try: `data/cueillette.sqlite`, `data/base-map.pmtiles`.
pub fn serve(args: &[String]) -> Result<ExitCode> {
    setup::for_site()?;
    site::build()?;
    let binary = server::build(server::Profile::Dev)?;

    let (shared, own) = split(args);
    let cueillette = || {
        let mut command = Command::new(&binary);
        command.current_dir(paths::root()).args(&shared);
        command
    };
    let data = paths::root().join("data");
    let mark = data.join(DEMO_MARK);
    let default_database = shared.is_empty() && !chosen_by_person();
    if default_database && !data.join("cueillette.sqlite").exists() {
        progress::note("first run: the demonstration will be loaded");
        // Before the database is there, so that a run cut short is made good by the next one.
        std::fs::create_dir_all(&data).context("the folder data/ cannot be made")?;
        std::fs::write(&mark, "")?;
    }
    progress::step("migrating the database", || {
        run::quiet(cueillette().arg("migrate"))
    })?;
    if default_database && mark.exists() {
        // Loads what is missing, and prints the accounts.
        progress::loud_step("demonstration", || run::stream(cueillette().arg("demo")))?;
    }
    let error = cueillette().arg("serve").args(&own).exec();
    Err(error).context("the server could not be started")
}

/// Whether the person's own settings may name another database: it is theirs, and gets no
/// demonstration.
fn chosen_by_person() -> bool {
    std::env::var_os("CUEILLETTE_DATABASE").is_some()
        || paths::root().join("cueillette.toml").exists()
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
