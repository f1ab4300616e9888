//! The one front door of the repository: `cargo xtask COMMAND`.
//!
//! Each command does all its own set-up, says in one line what it is doing, and stops with one
//! clear sentence when something cannot be had.

mod bench;
mod budgets;
mod check;
mod deep;
mod dist;
mod lighthouse;
mod paths;
mod postgres;
mod progress;
mod run;
mod screenshots;
mod serve;
mod server;
mod setup;
mod site;
mod temp;
mod test;
mod texts;
mod walk;

use std::process::ExitCode;

use anyhow::Result;

use screenshots::Pictures;

const HELP: &str = "\
Usage: cargo xtask COMMAND

  serve [ARGS…]      set up, build, load the demonstration on the first run, and serve;
                     ARGS go to `cueillette serve` (for example --listen 0.0.0.0:3000)
  test [FILTER]      every test, on both database engines and in a real browser;
                     FILTER keeps the tests whose name contains it
  check              formatting, texts in one place, lints, documentation, byte budgets
  check --deep [PART]
                     the same, then parsers fuzzed and the API asked everything as each role,
                     some ten minutes; PART: fuzz, api. CUEILLETTE_FUZZ_S: seconds a parser
  build [--release]  the site and the server; --release makes one self-contained binary
  bench [NAME]       measures on real input; NAME: boston, writes, sites, sizes,
                     lists, idle, recorder
  walk               every page in a browser, and what was looked at into the accessibility
                     statement
  screenshots [--readme]
                     pictures of every page, as everybody who may see it, at three sizes, with
                     an index, in target/screenshots; --readme: the six of the README
  lighthouse         Lighthouse on the pages people meet first; fails below what was promised
  dist [MACHINE]     archives to install: x86_64 and aarch64 Linux, or one of them
  help               this text
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<ExitCode> {
    run::stop_cleanly_on_ctrl_c()?;
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", ..] => serve::serve(&args[1..]),
        ["test"] => test::test(None),
        ["test", filter] => test::test(Some(filter)),
        ["check"] => check::check(),
        ["check", "--deep"] => check::deep(),
        ["check", "--deep", "fuzz"] => deep::fuzz().map(|()| ExitCode::SUCCESS),
        ["check", "--deep", "api"] => deep::api().map(|()| ExitCode::SUCCESS),
        ["build"] => build(server::Profile::Dev),
        ["build", "--release"] => build(server::Profile::Release),
        ["bench"] => bench::all(),
        ["bench", "boston"] => bench::boston(),
        ["bench", "writes"] => bench::writes(),
        ["bench", "sites"] => bench::sites(),
        ["bench", "sizes"] => bench::sizes(),
        ["bench", "lists"] => bench::lists(),
        ["bench", "idle"] => bench::idle(),
        ["bench", "recorder"] => bench::recorder(),
        ["walk"] => walk::walk(),
        ["screenshots"] => screenshots::take(Pictures::Every),
        ["screenshots", "--readme"] => screenshots::take(Pictures::Readme),
        ["lighthouse"] => lighthouse::lighthouse(),
        ["dist"] => dist::dist(None).map(|()| ExitCode::SUCCESS),
        ["dist", machine] => dist::dist(Some(machine)).map(|()| ExitCode::SUCCESS),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprint!(
                "xtask: there is no command `{}`.\n\n{HELP}",
                words.join(" ")
            );
            Ok(ExitCode::from(2))
        }
    }
}

fn build(profile: server::Profile) -> Result<ExitCode> {
    setup::for_site()?;
    site::build()?;
    let binary = server::build(profile)?;
    println!("{}", binary.display());
    Ok(ExitCode::SUCCESS)
}
