//! Walks every page in a browser and writes what was looked at into the accessibility statement.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{paths, run, server, setup, site, test};

/// Sets up, builds and walks; the statement is written only when all is in order.
pub fn walk() -> Result<ExitCode> {
    setup::for_site()?;
    setup::npm_packages(&paths::end2end())?;
    let chromium = setup::chromium()?;
    site::build()?;
    let binary = server::build(server::Profile::Dev)?;
    run::stream(
        Command::new(paths::end2end().join("node_modules/.bin/playwright"))
            .args(["test", "every-page", "--max-failures=1"])
            .env(
                "CUEILLETTE_CHECKED",
                paths::root().join("server/src/accessibility/checked.json"),
            )
            .env("CUEILLETTE_BIN", &binary)
            .env("CHROMIUM", &chromium)
            .envs(test::shared_files())
            .current_dir(paths::end2end()),
    )?;
    Ok(ExitCode::SUCCESS)
}
