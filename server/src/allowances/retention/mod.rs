//! The end of a list's files.
//!
//! The association may take the files of a document until some days after the payer acknowledged
//! the list; then the payer alone does. When the accounting term is over, whatever is sealed with
//! the list is destroyed, and its key with it. Number, totals, lines under a number and SHA-256
//! stay: whoever kept a file elsewhere can still show that it is the one.
//!
//! Both ends are told by the clock, so a download is refused in time even if nobody destroyed
//! anything yet; what [`run`] did is marked, so a longer term set later brings nothing back.

pub mod store;

use super::files::Document;
use super::store as ledger;
use crate::access::{Action, Actor, Caller, Role, Scope, journal, seal};
use crate::app::{App, local_day};
use crate::db::{DbError, Tx};
use crate::http::error::Problem;
use crate::programmes;
use axum::http::StatusCode;
use domain::allowance::ListNumber;
use domain::french::counted;
use domain::{Instant, ListId, ProgrammeId, Settings};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::ListEnd;
use words::desk::allowances::retention as say;
use words::desk::common::count;

const DAY_MS: i64 = 86_400_000;

/// What came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The association's copy of one of the documents.
    OwnCopy(Document),
    /// Everything that was sealed with the list.
    Everything,
}

impl End {
    fn mark(self) -> &'static str {
        match self {
            Self::OwnCopy(Document::List) => "own_list_ended",
            Self::OwnCopy(Document::Payment) => "own_payment_ended",
            Self::Everything => "destroyed",
        }
    }
}

/// One thing that [`run`] ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Of which programme.
    pub slug: String,
    /// Which list.
    pub number: ListNumber,
    /// What of it.
    pub end: End,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.end {
            End::OwnCopy(Document::List) => "the association's copy of the list ended",
            End::OwnCopy(Document::Payment) => "the association's copy of the payment ended",
            End::Everything => "files, names and words destroyed, and their key",
        };
        write!(f, "{}: list {}: {what}", self.slug, self.number)
    }
}

impl ListEnd {
    /// Kept to the end of the year of its last document, and then for the term.
    fn is_over(&self, settings: &Settings, now: Instant) -> bool {
        let last = self.year.max(self.stated_year.unwrap_or(self.year));
        let this_year = i64::from(local_day(settings, now).0.year());
        self.destroyed_at.is_some() || this_year > last + i64::from(settings.accounting_years)
    }

    /// A document that came after the acknowledgement has its days from then on.
    fn own_copy_is_over(&self, document: Document, settings: &Settings, now: Instant) -> bool {
        let (marked, made_at) = match document {
            Document::List => (self.own_list_at, Some(i64::MIN)),
            Document::Payment => (self.own_payment_at, self.stated_at),
        };
        let (Some(acknowledged), Some(made_at)) = (self.acknowledged_at, made_at) else {
            return false;
        };
        let days_ms = i64::from(settings.own_copy_days) * DAY_MS;
        marked.is_some() || now.as_ms() >= acknowledged.max(made_at).saturating_add(days_ms)
    }

    /// What has come to its end and is not marked yet.
    fn due(&self, settings: &Settings, now: Instant) -> Vec<End> {
        if self.is_over(settings, now) {
            return vec![End::Everything];
        }
        let marked = [
            (Document::List, self.own_list_at),
            (Document::Payment, self.own_payment_at),
        ];
        marked
            .into_iter()
            .filter(|(it, at)| at.is_none() && self.own_copy_is_over(*it, settings, now))
            .map(|(it, _)| End::OwnCopy(it))
            .collect()
    }

    fn number(&self) -> ListNumber {
        ListNumber {
            year: i16::try_from(self.year).unwrap_or_default(),
            rank: u32::try_from(self.rank).unwrap_or_default(),
        }
    }
}

/// Why a document cannot be taken by this reader any more; nothing while it can.
pub async fn why_gone(
    tx: &mut Tx,
    caller: &Caller,
    (list, document): (ListId, Document),
    now: Instant,
) -> Result<Option<Problem>, Problem> {
    let settings = programmes::settings(tx, caller.programme).await?;
    let Some(end) = store::of(tx, caller.programme, list).await? else {
        return Ok(None);
    };
    if end.is_over(&settings, now) {
        return Ok(Some(destroyed(&settings)));
    }
    let is_payer = caller.role() == Role::Clerk;
    if is_payer || !end.own_copy_is_over(document, &settings, now) {
        return Ok(None);
    }
    let days = i64::from(settings.own_copy_days);
    Ok(Some(gone(
        "own_copy_ended",
        say::own_copy_ended(
            &counted(days, count::DAY, count::DAYS),
            &settings.payer.the(),
        ),
    )))
}

/// What was sealed with a list is no more.
pub fn destroyed(settings: &Settings) -> Problem {
    let years = i64::from(settings.accounting_years);
    gone(
        "files_destroyed",
        say::files_destroyed(&counted(years, count::YEAR, count::YEARS)),
    )
}

/// 410: it was there, and will not come back.
fn gone(code: &'static str, detail: String) -> Problem {
    let mut problem = Problem::state(code, detail);
    problem.status = StatusCode::GONE;
    problem
}

/// Ends what has come to its end, of every programme; answers what it ended. Asked again, it finds
/// nothing. Stopped in between, it goes on where it was.
pub async fn run(app: &App) -> Result<Vec<Ended>, DbError> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let mut settings: HashMap<ProgrammeId, Settings> = HashMap::new();
    let mut due = Vec::new();
    for list in store::kept(&mut tx).await? {
        let programme = ProgrammeId(list.programme_id);
        let settings = match settings.entry(programme) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(programmes::settings(&mut tx, programme).await?),
        };
        let ends = list.due(settings, now).into_iter();
        due.extend(ends.map(|end| (list.clone(), end)));
    }
    drop(tx);
    let mut ended = Vec::with_capacity(due.len());
    for (list, end) in due {
        if end_one(app, &list, end, now).await? {
            let number = list.number();
            let slug = list.slug;
            ended.push(Ended { slug, number, end });
        }
    }
    Ok(ended)
}

/// One end, in one transaction. Answers `false` when somebody else was first.
async fn end_one(app: &App, list: &ListEnd, end: End, now: Instant) -> Result<bool, DbError> {
    let (programme, id) = (ProgrammeId(list.programme_id), ListId(list.id));
    let mut tx = app.db.write().await?;
    if !ledger::mark(&mut tx, programme, id, end.mark(), now).await? {
        return Ok(false);
    }
    if end == End::Everything {
        let scope = Scope::List(id);
        store::empty(&mut tx, programme, id).await?;
        seal::destroy(&mut tx, programme, scope).await?;
        let nobody = Actor {
            role: Role::Anon,
            id: None,
        };
        let subjects = [scope.journal_name()];
        let action = Action::ListDestroyed;
        journal::write(&mut tx, programme, nobody, action, &subjects, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}
