//! Pictures of every page, as everybody who may see it, at three sizes, with an index to look at
//! them all; and the six that the README shows.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{paths, progress, run, server, setup, site, test};

/// What is taken.
#[derive(Clone, Copy, PartialEq)]
pub enum Pictures {
    /// Every page × role × size, into `target/screenshots`.
    Every,
    /// Those of the README, into `end2end/pictures`.
    Readme,
}

/// Sets up, builds, and takes them of a fresh demonstration.
pub fn take(which: Pictures) -> Result<ExitCode> {
    setup::for_site()?;
    setup::npm_packages(&paths::end2end())?;
    let chromium = setup::chromium()?;
    site::build()?;
    let binary = server::build(server::Profile::Dev)?;
    let folder = match which {
        Pictures::Every => paths::target().join("screenshots"),
        Pictures::Readme => paths::end2end().join("pictures"),
    };
    let said = progress::step("taking the pictures, some minutes for all of them", || {
        let mut command = Command::new("node");
        command
            .arg("pictures.js")
            .arg(&folder)
            .args((which == Pictures::Readme).then_some("--readme"))
            .env("CUEILLETTE_BIN", &binary)
            .env("CHROMIUM", &chromium)
            .envs(test::shared_files())
            .current_dir(paths::end2end());
        run::quiet(&mut command)
    })?;
    print!("{said}");
    Ok(ExitCode::SUCCESS)
}
