//! The past, brought in from spreadsheets: `cueillette import sites` and `import outings`.
//!
//! A file is read whole, every line is checked, and either all of it comes in, in one transaction,
//! or nothing does: one bad line refuses the file and is named with its column. Ids are keyed
//! hashes of what names a line (its `ref`, else what makes it itself), so that the same file twice
//! changes nothing, and an id of a discreet site tells nothing about it. What is said about a line
//! never repeats what stands in it: a terminal keeps what it shows.

mod cell;
mod outings;
mod sites;
mod store;
mod table;
mod template;

pub use outings::import as import_outings;
pub use sites::import as import_sites;
pub use template::{OUTINGS as OUTINGS_TEMPLATE, SITES as SITES_TEMPLATE};

use crate::access::journal::{self, Action};
use crate::access::{Actor, Role};
use crate::app::App;
use crate::cli::Failure;
use crate::db::Tx;
use crate::hex::hex;
use domain::ProgrammeId;
use sha2::{Digest, Sha256};
use std::fmt;
use table::Table;
use uuid::Uuid;

/// What is wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// As a text editor or a spreadsheet counts them; the first is 1.
    pub line: u64,
    /// The column, by its name in the template.
    pub column: &'static str,
    /// Why.
    pub why: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, why } = self;
        write!(f, "line {line}, column « {column} »: {why}")
    }
}

/// What a file holds, line by line.
#[derive(Debug, Default)]
pub struct Report {
    /// What the operator should know about the file as a whole.
    pub notes: Vec<String>,
    /// What becomes of each line, in their order.
    pub lines: Vec<(u64, &'static str)>,
    /// Sites or outings that are new.
    pub new: usize,
    /// Sites or outings that are there already, and stay as they are.
    pub there: usize,
}

/// Why a file was not brought in.
#[derive(Debug)]
pub enum Refused {
    /// Lines are wrong: all of them, in their order.
    Lines(Vec<Trouble>),
    /// The file, the database or the keys.
    Whole(Failure),
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Whole(error.into())
    }
}

/// A file to be brought in.
pub struct Job<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Into which programme.
    pub programme: ProgrammeId,
    /// Look, and change nothing.
    pub dry_run: bool,
    /// Take points that are far from everything else.
    pub anywhere: bool,
}

/// How many lines a file of sites has, with nothing looked up and nothing brought in.
pub fn lines_of_sites(bytes: &[u8]) -> Result<usize, Refused> {
    table::read(bytes, sites::COLUMNS).map(|it| it.lines.len())
}

/// The same of a file of outings.
pub fn lines_of_outings(bytes: &[u8]) -> Result<usize, Refused> {
    table::read(bytes, outings::COLUMNS).map(|it| it.lines.len())
}

/// An id that the same words always give, and that only the key file can tell.
fn id_of(app: &App, programme: ProgrammeId, kind: &str, name: &str) -> Uuid {
    let mac = app
        .keys
        .mac("import", format!("{programme}/{kind}/{name}").as_bytes());
    Uuid::new_v8(mac.first_chunk().copied().unwrap_or_default())
}

/// All the lines that are wrong, or what they say.
fn all_right<T>(read: impl IntoIterator<Item = Result<T, Trouble>>) -> Result<Vec<T>, Refused> {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for line in read {
        match line {
            Ok(line) => right.push(line),
            Err(trouble) => wrong.push(trouble),
        }
    }
    none_wrong(wrong).map(|()| right)
}

fn none_wrong(wrong: Vec<Trouble>) -> Result<(), Refused> {
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Refused::Lines(wrong)),
    }
}

/// Writes into the journal that a file came in, and keeps all of it; or lets go of it.
async fn end(
    mut tx: Tx,
    app: &App,
    job: &Job<'_>,
    what: &str,
    report: &Report,
) -> Result<(), Refused> {
    if job.dry_run || report.new == 0 {
        return Ok(());
    }
    let name = hex(&Sha256::digest(job.bytes)[..8]);
    let subjects = [
        what.to_owned(),
        format!("new:{}", report.new),
        format!("file:{name}"),
    ];
    // The command line has no account: whoever runs it holds the key file.
    let actor = Actor {
        role: Role::Coordinator,
        id: None,
    };
    let now = app.now();
    journal::write(
        &mut tx,
        job.programme,
        actor,
        Action::Imported,
        &subjects,
        now,
    )
    .await?;
    tx.commit().await?;
    app.db.learn().await?;
    Ok(())
}

/// The notes of a table, to begin a report with.
fn report_on(table: &Table) -> Report {
    Report {
        notes: table.notes.clone(),
        ..Report::default()
    }
}
