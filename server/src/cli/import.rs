//! `cueillette import`: the past, from spreadsheets. What is wrong is said line by line on the
//! standard output; the one sentence of a failure names the first line and its column.

use super::{Failure, programme_of, said, say};
use crate::app::App;
use crate::imports::{self, Job, Refused, Report, import_outings, import_sites};
use crate::sites::quarters::{self, FILE_BYTES_MAX};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What to bring in.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Outings of the past; they come in closed, and no money is due for them
    Outings(FileFlags),
    /// Sites; discreet ones are sealed
    Sites {
        #[command(flatten)]
        file: FileFlags,
        /// Take points far from all others too
        #[arg(long)]
        anywhere: bool,
    },
    /// The quarters of the town (GeoJSON); every site is put in its quarter
    Quarters {
        /// GeoJSON: polygons, longitude first, each with a name
        file: PathBuf,
        /// Programme, by its short name or its id
        #[arg(long)]
        programme: String,
    },
    /// Print the spreadsheet to fill in (CSV), with example lines
    Template {
        /// Of what
        of: Template,
    },
}

/// Which file, into which programme.
#[derive(Args)]
pub struct FileFlags {
    /// CSV or XLSX, with the columns of the template
    file: PathBuf,
    /// Programme, by its short name or its id
    #[arg(long)]
    programme: String,
    /// Say line by line what would come in, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// The spreadsheets there are.
#[derive(Clone, Copy, ValueEnum)]
pub enum Template {
    /// Of outings
    Outings,
    /// Of sites
    Sites,
}

/// Prints a template.
pub fn print(of: Template) -> Result<(), Failure> {
    let text = match of {
        Template::Outings => imports::OUTINGS_TEMPLATE,
        Template::Sites => imports::SITES_TEMPLATE,
    };
    said::text(format_args!("{text}"))
}

/// Runs it.
pub async fn run(app: &App, command: ImportCommand) -> Result<(), Failure> {
    match command {
        ImportCommand::Outings(flags) => {
            let (bytes, flags) = read(flags)?;
            let job = job(app, &bytes, &flags, true).await?;
            tell("outings", import_outings(app, &job).await, flags.dry_run)
        }
        ImportCommand::Sites { file, anywhere } => {
            let (bytes, flags) = read(file)?;
            let job = job(app, &bytes, &flags, anywhere).await?;
            tell("sites", import_sites(app, &job).await, flags.dry_run)
        }
        ImportCommand::Quarters { file, programme } => {
            let programme = programme_of(app, &programme).await?;
            let said = quarters::import_file(app, programme, &file).await?;
            say!("{said}")?;
            Ok(())
        }
        ImportCommand::Template { of } => print(of),
    }
}

fn read(flags: FileFlags) -> Result<(Vec<u8>, FileFlags), Failure> {
    let named = |wrong: String| format!("{}: {wrong}", flags.file.display());
    let there = std::fs::metadata(&flags.file).map_err(|e| named(e.to_string()))?;
    if there.len() > FILE_BYTES_MAX {
        let there = there.len();
        return Err(named(format!(
            "the file has {there} bytes; a spreadsheet may have {FILE_BYTES_MAX}"
        ))
        .into());
    }
    let bytes = std::fs::read(&flags.file).map_err(|e| named(e.to_string()))?;
    Ok((bytes, flags))
}

async fn job<'a>(
    app: &App,
    bytes: &'a [u8],
    flags: &FileFlags,
    anywhere: bool,
) -> Result<Job<'a>, Failure> {
    Ok(Job {
        bytes,
        programme: programme_of(app, &flags.programme).await?,
        dry_run: flags.dry_run,
        anywhere,
    })
}

fn tell(what: &str, done: Result<Report, Refused>, dry_run: bool) -> Result<(), Failure> {
    let report = match done {
        Ok(report) => report,
        Err(Refused::Whole(failure)) => return Err(failure),
        Err(Refused::Lines(wrong)) => {
            for trouble in &wrong {
                say!("{trouble}")?;
            }
            let first = wrong.first().map(ToString::to_string).unwrap_or_default();
            let more = match wrong.len() {
                0 | 1 => String::new(),
                n => format!(" (and {} more, above)", n - 1),
            };
            return Err(format!("nothing was imported: {first}{more}").into());
        }
    };
    for note in &report.notes {
        say!("note: {note}")?;
    }
    let (new, there) = (report.new, report.there);
    if dry_run {
        for (line, said) in &report.lines {
            say!("line {line}: {said}")?;
        }
        say!("{what}: {new} would come in, {there} are there already; nothing was changed")?;
    } else {
        say!("{what}: {new} came in, {there} were there already")?;
    }
    Ok(())
}
