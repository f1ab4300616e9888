//! What holds without running the tests: formatting, texts in one place, lints, documentation, byte
//! budgets.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{budgets, deep, paths, progress, run, server, setup, site, texts};

/// All checks, the quickest first; the first failure ends them.
pub fn check() -> Result<ExitCode> {
    setup::lint_tools()?;
    setup::for_site()?;
    cargo("formatting", &["fmt", "--all", "--check"], &[])?;
    progress::loud_step("texts in one place", texts::check)?;
    // The server embeds the site, and the lints compile the server.
    site::build()?;
    cargo(
        "lints",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ],
        &[],
    )?;
    cargo(
        "lints of the phone's app",
        &[
            "clippy",
            "--package",
            "app",
            "--lib",
            "--no-default-features",
            "--features",
            "hydrate",
            "--target",
            "wasm32-unknown-unknown",
            "--",
            "--deny",
            "warnings",
        ],
        &[],
    )?;
    cargo(
        "documentation",
        &[
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ],
        &[("RUSTDOCFLAGS", "--deny warnings")],
    )?;
    let binary = server::build(server::Profile::Dev)?;
    progress::loud_step("byte budgets", || budgets::check(&binary))?;
    Ok(ExitCode::SUCCESS)
}

/// The same, and what looks for faults that nobody thought of.
pub fn deep() -> Result<ExitCode> {
    let code = check()?;
    deep::fuzz()?;
    deep::api()?;
    Ok(code)
}

fn cargo(what: &str, args: &[&str], env: &[(&str, &str)]) -> Result<()> {
    progress::loud_step(what, || {
        let mut command = Command::new("cargo");
        run::stream(
            command
                .args(args)
                .envs(env.iter().copied())
                .current_dir(paths::root()),
        )
    })
}
