//! The journal as people read it: each body its own part, each row a sentence.
//!
//! A row belongs to the body of whoever acted: the city's people to the city, the payer's to the
//! payer, everybody else (peers, phones, what the server does by itself) to the association. What
//! a sentence is about is named as this reader may know it: for the association a person is a
//! pseudonym, never a civil name, and a discreet place is only that; the city and the payer read
//! what the thing is, and its name where it is theirs.

pub mod api;
pub mod pages;
pub mod store;

use super::{About, Action};
use crate::access::Role;
use crate::app::App;
use crate::db::{DbError, Tx};
use domain::french::{self, counted};
use domain::{Day, Instant, ProgrammeId, Settings};
use std::collections::{BTreeMap, HashMap};
use store::{BookRow, Names};
use uuid::Uuid;
use words::desk::access::journal::book as say;
use words::desk::common::count;

/// Things of one kind that a sentence names one by one; more are counted.
const NAMED_MAX: usize = 3;

/// Whose part of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// The association's.
    Association,
    /// The city's.
    City,
    /// The payer's.
    Payer,
}

impl Body {
    /// The body that a role acts for.
    pub fn of(role: Role) -> Self {
        match role {
            Role::Agent => Self::City,
            Role::Clerk => Self::Payer,
            _ => Self::Association,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Association => "association",
            Self::City => "city",
            Self::Payer => "payer",
        }
    }
}

impl About {
    /// All kinds, in the order of the page.
    pub const ALL: [Self; 6] = [
        Self::Entry,
        Self::Opening,
        Self::Change,
        Self::Document,
        Self::Setting,
        Self::End,
    ];

    /// As in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Entry => "entrees",
            Self::Opening => "ouvertures",
            Self::Change => "changements",
            Self::Document => "documents",
            Self::Setting => "reglages",
            Self::End => "fins",
        }
    }

    /// On a screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Entry => say::ABOUT_ENTRIES,
            Self::Opening => say::ABOUT_OPENINGS,
            Self::Change => say::ABOUT_CHANGES,
            Self::Document => say::ABOUT_DOCUMENTS,
            Self::Setting => say::ABOUT_SETTINGS,
            Self::End => say::ABOUT_ERASURES,
        }
    }

    /// From an address.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// The codes of its actions, with a space around each.
    fn actions(self) -> String {
        let mine = Action::ALL.iter().filter(|it| it.about() == self);
        mine.fold(" ".into(), |all, it| all + it.as_str() + " ")
    }
}

/// What is looked for: a value that is left out filters nothing.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// From this moment.
    pub from: Option<Instant>,
    /// To this one, not included.
    pub to: Option<Instant>,
    /// Only what is about this.
    pub about: Option<About>,
    /// Only what this person did.
    pub who: Option<Uuid>,
    /// Only what is older than this row.
    pub before: Option<(i64, Uuid)>,
}

/// One row, in words.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Instant,
    /// Whoever did it, as this reader knows them.
    pub who: String,
    /// To look for what they did.
    pub who_id: Option<Uuid>,
    /// What they did.
    pub what: &'static str,
    /// To what: nothing when the words say all.
    pub to: String,
    /// What it is about.
    pub about: Option<About>,
    /// For programs.
    pub code: String,
}

/// Reads some rows of a body's part, the newest first.
pub async fn read(
    tx: &mut Tx,
    programme: ProgrammeId,
    body: Body,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let rows = store::rows(tx, programme, body.code(), wanted, limit).await?;
    let mut names = Names::read(tx, programme, body).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let (to, who) = (subjects(tx, &mut names, &row).await?, name_of(&row, body));
        let action = Action::parse(&row.action);
        entries.push(Entry {
            id: row.id,
            at: Instant::from_ms(row.at),
            who,
            who_id: row.actor_id.filter(|_| row.name.is_some()),
            what: action.map_or(say::UNKNOWN_ACTION, Action::words),
            to,
            about: action.map(Action::about),
            code: row.action,
        });
    }
    Ok(entries)
}

/// Who acted: staff by their name, peers by their pseudonym.
fn name_of(row: &BookRow, body: Body) -> String {
    if let Some(name) = &row.name {
        return name.clone();
    }
    match (Role::parse(&row.actor_role), &row.pseudonym) {
        (Some(Role::Peer), Some(pseudonym)) if body == Body::Association => pseudonym.clone(),
        (Some(Role::CrewPhone | Role::LatePhone), _) => say::WHO_CREW_PHONE.into(),
        (_, _) if row.actor_id.is_none() => say::WHO_SERVER.into(),
        _ => say::WHO_SOMEBODY.into(),
    }
}

/// What a row is about: `site:…` and its kin, by kind, named as far as this reader may know.
async fn subjects(tx: &mut Tx, names: &mut Names, row: &BookRow) -> Result<String, DbError> {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, value) in row.subjects.split(' ').filter_map(|it| it.split_once(':')) {
        kinds.entry(kind).or_default().push(value);
    }
    let mut parts = Vec::new();
    for (kind, values) in kinds {
        if let Some(part) = named(tx, names, kind, &values).await? {
            parts.push(part);
        }
    }
    Ok(parts.join(", "))
}

async fn named(
    tx: &mut Tx,
    names: &mut Names,
    kind: &str,
    values: &[&str],
) -> Result<Option<String>, DbError> {
    let Some((a, many)) = kind_words(kind) else {
        return Ok(value_words(kind, values));
    };
    if values.len() > NAMED_MAX {
        let n = i64::try_from(values.len()).unwrap_or(i64::MAX);
        return Ok(Some(counted(n, many, many)));
    }
    let mut known = Vec::with_capacity(values.len());
    for value in values {
        let id = value.parse::<Uuid>().ok();
        let name = match id {
            Some(id) => names.of(tx, kind, id).await?,
            None => None,
        };
        known.push(name.unwrap_or_else(|| a.to_owned()));
    }
    known.dedup();
    Ok(Some(known.join(", ")))
}

/// What is named by an id: one of them, and what follows a number.
fn kind_words(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "site" => (say::A_SITE, count::SITES),
        "identity" | "peer" => (say::A_PERSON, count::PEOPLE),
        "outing" => (say::AN_OUTING, count::OUTINGS),
        "list" => (say::A_LIST, say::LISTS),
        "photo" => (say::A_PHOTO, say::PHOTOS),
        "card" => (say::A_CARD, say::CARDS),
        "phone" => (say::A_PHONE, say::PHONES),
        "account" => (say::AN_ACCOUNT, say::ACCOUNTS),
        "request" => (say::A_REQUEST, say::REQUESTS),
        "invitation" => (say::AN_INVITATION, say::INVITATIONS),
        "token" => (say::A_TOKEN, say::TOKENS),
        _ => return None,
    })
}

/// What says itself.
fn value_words(kind: &str, values: &[&str]) -> Option<String> {
    let value = values.first()?;
    match kind {
        "loose" => Some(say::WORDS_OUTSIDE_OUTING.into()),
        "month" => month_words(value),
        "rate" => {
            let day: Day = value.parse().ok()?;
            Some(say::from_day(&french::date(day)))
        }
        "setting" => {
            let labels = values.iter().filter_map(|it| domain::setting::label(it));
            let labels: Vec<_> = labels.map(|it| format!("« {it} »")).collect();
            (!labels.is_empty()).then(|| labels.join(", "))
        }
        "rows" => Some(counted(value.parse().ok()?, count::LINE, count::LINES)),
        _ => None,
    }
}

/// « novembre 2026 ».
pub fn month_words(month: &str) -> Option<String> {
    let first: Day = format!("{month}-01").parse().ok()?;
    Some(french::month(first))
}

/// The months of a programme that a reader may look at, the newest first, as `2026-11`.
pub async fn months(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    settings: &Settings,
) -> Result<Vec<String>, DbError> {
    let now = app.now();
    let oldest = store::oldest(tx, programme).await?;
    let mut day = crate::app::local_day(settings, now);
    let last = oldest.map_or(day, |at| {
        crate::app::local_day(settings, Instant::from_ms(at))
    });
    let kept = usize::try_from(settings.terms.journal_months).unwrap_or(usize::MAX);
    let mut all = Vec::new();
    loop {
        let month: String = day.to_string().chars().take(7).collect();
        let is_last = last.to_string().starts_with(&month);
        all.push(month);
        if is_last || day < last || all.len() > kept {
            return Ok(all);
        }
        day = day.plus_days(-i32::from(day.0.day()));
    }
}

/// Whoever acted in a body's part since a moment, to look for by name.
pub async fn people(
    tx: &mut Tx,
    programme: ProgrammeId,
    body: Body,
    since: Instant,
) -> Result<Vec<(Uuid, String)>, DbError> {
    let rows = store::people(tx, programme, body.code(), since).await?;
    let by_id: HashMap<Uuid, String> = rows.into_iter().collect();
    let mut all: Vec<_> = by_id.into_iter().collect();
    let order = crate::export::collate::french();
    all.sort_by(|a, b| order.compare(&a.1, &b.1).then(a.0.cmp(&b.0)));
    Ok(all)
}
