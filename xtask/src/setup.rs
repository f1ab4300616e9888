//! What the machine must have. What can be installed without asking is installed; for the rest,
//! one sentence says what is missing and how to get it.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::{paths, progress, run};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// The oldest Node.js that runs the bundler and the browser tests.
const NODE_MAJOR_MIN: u32 = 18;
/// The system's own Python, where its packages are.
const PYTHON: &str = "/usr/bin/python3";

/// The version that was tried: a newer one may ask for more.
const SCHEMATHESIS: &str = "4.32.5";

/// Everything that building the site needs.
pub fn for_site() -> Result<()> {
    rust_target(WASM_TARGET)?;
    node()?;
    npm_packages(&paths::web())
}

/// Rust's standard library for another kind of machine.
pub fn rust_target(target: &str) -> Result<()> {
    let libdir =
        run::quiet(Command::new("rustc").args(["--print", "target-libdir", "--target", target]))?;
    if Path::new(libdir.trim()).is_dir() {
        return Ok(());
    }
    ensure!(
        run::which("rustup").is_some(),
        "Rust's standard library for {target} is missing, and so is rustup, which would add \
         it: install rustup from https://rustup.rs and run the command again."
    );
    progress::step(&format!("adding {target} to Rust"), || {
        run::quiet(Command::new("rustup").args(["target", "add", target]))
            .with_context(|| format!("{target} could not be added to Rust; is the network there?"))
    })?;
    Ok(())
}

/// A C compiler for another kind of machine.
pub fn cross_compiler(program: &str, packages: &[&str]) -> Result<()> {
    if run::which(program).is_some() {
        return Ok(());
    }
    let advice = format!(
        "{program} is missing: install it (`sudo apt-get install {}` on Debian), and run the \
         command again.",
        packages.join(" ")
    );
    install_or_say(packages, &advice)?;
    ensure!(run::which(program).is_some(), "{advice}");
    Ok(())
}

/// Rust's formatter and linter, which a minimal installation of Rust leaves out.
pub fn lint_tools() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if run::quiet(Command::new("cargo").args([subcommand, "--version"])).is_ok() {
            continue;
        }
        progress::step(&format!("adding {component} to Rust"), || {
            run::quiet(Command::new("rustup").args(["component", "add", component])).with_context(
                || {
                    format!(
                        "`cargo {subcommand}` is missing: install {component} (`rustup component \
                         add {component}`) and run the command again"
                    )
                },
            )
        })?;
    }
    Ok(())
}

/// Node.js with npm.
fn node() -> Result<()> {
    if run::which("node").is_none() || run::which("npm").is_none() {
        install_or_say(
            &["nodejs", "npm"],
            "Node.js with npm is missing: install version 18 or newer (`sudo apt-get install \
             nodejs npm` on Debian, or https://nodejs.org) and run the command again.",
        )?;
    }
    let version = run::quiet(Command::new("node").arg("--version"))?;
    ensure!(
        node_major(&version).is_some_and(|major| major >= NODE_MAJOR_MIN),
        "Node.js is {}, too old: install version {NODE_MAJOR_MIN} or newer and run the command again.",
        version.trim()
    );
    Ok(())
}

/// `v20.20.2` is 20.
fn node_major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// The packages of one lock file, installed again only when the lock file has changed.
pub fn npm_packages(folder: &Path) -> Result<()> {
    let name = folder
        .strip_prefix(paths::root())
        .unwrap_or(folder)
        .display()
        .to_string();
    let lock = std::fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{name}/package-lock.json cannot be read"))?;
    let wanted = hex(&Sha256::digest(&lock));
    let stamp = folder.join("node_modules/.installed-from");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    progress::step(&format!("installing the npm packages of {name}"), || {
        run::quiet(
            Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
                // The system's browser is used: no other is downloaded.
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
                .current_dir(folder),
        )
        .with_context(|| {
            format!("the npm packages of {name} could not be installed; is the network there?")
        })
    })?;
    std::fs::write(stamp, wanted)?;
    Ok(())
}

/// A Chromium, or a browser of its family, for the browser tests. `CHROMIUM` names another.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(path.into());
    }
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
    ];
    let find = || names.iter().find_map(|name| run::which(name));
    if let Some(path) = find() {
        return Ok(path);
    }
    let advice = "Chromium is missing: install it (`sudo apt-get install chromium` on Debian), or \
                  set CHROMIUM to the path of a Chrome, and run the command again.";
    install_or_say(&["chromium"], advice)?;
    find().context(advice)
}

/// A compiler for C++, which the fuzzer is written in.
pub fn cpp_compiler() -> Result<()> {
    let there = || run::which("c++").or_else(|| std::env::var_os("CXX").map(PathBuf::from));
    if there().is_some() {
        return Ok(());
    }
    let advice = "A compiler for C++ is missing, which the fuzzer needs: install one (`sudo apt-get \
                  install g++` on Debian), and run the command again.";
    install_or_say(&["g++"], advice)?;
    ensure!(there().is_some(), "{advice}");
    Ok(())
}

/// What asks an API everything that its document allows, in a Python of its own under `target/`.
pub fn schemathesis() -> Result<PathBuf> {
    let folder = paths::target().join("schemathesis");
    let program = folder.join("bin/schemathesis");
    let stamp = folder.join(format!("installed-{SCHEMATHESIS}"));
    if stamp.is_file() {
        return Ok(program);
    }
    let python = || run::quiet(Command::new(PYTHON).args(["-c", "import venv, ensurepip"]));
    if python().is_err() {
        let advice = "Python with its venv module is missing: install it (`sudo apt-get install \
                      python3-venv` on Debian), and run the command again.";
        install_or_say(&["python3-venv"], advice)?;
        python().context(advice)?;
    }
    progress::step("installing schemathesis from PyPI", || {
        let venv = ["-m", "venv", "--clear"];
        run::quiet(Command::new(PYTHON).args(venv).arg(&folder))?;
        let wanted = format!("schemathesis=={SCHEMATHESIS}");
        run::quiet(
            Command::new(folder.join("bin/python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                .arg(wanted),
        )
        .context("schemathesis could not be installed; is the network there?")
    })?;
    std::fs::write(stamp, "")?;
    Ok(program)
}

/// What reads our documents with other eyes than ours: a spreadsheet, and two readers of PDF.
pub fn document_readers() -> Result<()> {
    let missing = || {
        let programs = ["soffice", "pdfinfo", "pdftotext", "pdftoppm", "pdffonts"];
        let pikepdf = run::quiet(Command::new(PYTHON).args(["-c", "import pikepdf"]));
        programs.iter().any(|name| run::which(name).is_none()) || pikepdf.is_err()
    };
    if !missing() {
        return Ok(());
    }
    let advice = "A program that checks our documents is missing: install LibreOffice Calc, \
                  Poppler's tools and pikepdf (`sudo apt-get install libreoffice-calc \
                  poppler-utils python3-pikepdf` on Debian), and run the command again.";
    let packages = ["libreoffice-calc", "poppler-utils", "python3-pikepdf"];
    install_or_say(&packages, advice)?;
    ensure!(!missing(), "{advice}");
    Ok(())
}

/// The folder of PostgreSQL's server programs (`initdb`, `postgres`, `pg_ctl`).
pub fn postgres_programs() -> Result<PathBuf> {
    if let Some(folder) = find_postgres_programs() {
        return Ok(folder);
    }
    let advice = "PostgreSQL's server programs are missing: install them (`sudo apt-get install \
                  postgresql` on Debian), or set CUEILLETTE_TEST_POSTGRES to the address of a \
                  server that the tests may fill, and run the command again.";
    install_or_say(&["postgresql"], advice)?;
    find_postgres_programs().context(advice)
}

fn find_postgres_programs() -> Option<PathBuf> {
    if let Some(initdb) = run::which("initdb") {
        // Where it really is: its companions may not be linked to.
        let initdb = initdb.canonicalize().ok()?;
        return initdb.parent().map(Path::to_path_buf);
    }
    // Debian keeps each major version in a folder of its own, outside PATH.
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| bin_of(*version).join("initdb").is_file())
        .max()?;
    Some(bin_of(newest))
}

fn bin_of(version: u32) -> PathBuf {
    PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"))
}

/// Installs Debian packages where that needs no question: as root, with apt-get.
fn install_or_say(packages: &[&str], advice: &str) -> Result<()> {
    if !is_root() || run::which("apt-get").is_none() {
        bail!("{advice}");
    }
    let apt = |args: &[&str]| {
        run::quiet(
            Command::new("apt-get")
                .args(args)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    progress::step(
        &format!("installing {} with apt-get", packages.join(" and ")),
        || {
            let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
            apt(&["update"])
                .and_then(|_| apt(&install))
                .with_context(|| advice.to_owned())
        },
    )?;
    Ok(())
}

/// Whether this process belongs to root.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(node_major("v20.20.2\n"), Some(20));
        assert_eq!(node_major("20"), None);
    }
}
