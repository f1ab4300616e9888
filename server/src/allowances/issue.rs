//! Issuing a list: the number, the lines and what the files are made from, in one transaction;
//! then the files.

use super::files::{self, Content};
use super::life::{self, NewAct};
use super::store::{self, Line, ListRow, NewList};
use crate::access::{Action, Caller, Opening, Scope, Sealable, Sealer, Who};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::export::collate;
use crate::export::csv::ListLine;
use crate::http::error::Problem;
use crate::{people, programmes};
use domain::allowance::{ListNumber, Step};
use domain::{
    AllowanceId, Cents, CivilIdentity, Day, ListId, OutingId, PeerId, ProgrammeId, Settings,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use words::desk::allowances::issue as say;

/// A list that was issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The list.
    pub list: ListRow,
    /// Due lines that stay, because their peer gave no civil identity.
    pub without_identity: usize,
}

/// A list as it was the moment it was issued: what all its files are made from.
#[derive(Serialize, Deserialize)]
pub struct ListContent {
    /// Names of the bodies, object, decision, mode, « service fait ».
    pub settings: Settings,
    /// `2026-0007`.
    pub number: String,
    /// The day it was issued.
    pub issued_on: Day,
    /// Its lines, in their order.
    pub lines: Vec<ContentLine>,
}

/// A line of it.
#[derive(Serialize, Deserialize)]
pub struct ContentLine {
    /// Which line of the ledger.
    pub line: AllowanceId,
    /// Who.
    pub identity: CivilIdentity,
    /// For which outing.
    pub outing_day: Day,
    /// How much.
    pub amount_cents: Cents,
}

impl Sealable for ListContent {
    const LABEL: &'static str = "list content";
}

impl ListContent {
    /// Its number.
    pub fn number(&self) -> ListNumber {
        // Written by this module from a number.
        self.number.parse().unwrap_or(store::AFTER_THE_LAST)
    }

    /// Its lines, for the writers of files.
    pub fn rows(&self) -> Vec<ListLine<'_>> {
        let rows = self.lines.iter().map(|it| ListLine {
            surname: &it.identity.surname,
            first_name: &it.identity.first_name,
            born: it.identity.born,
            reference: it.identity.reference.as_deref(),
            outing_day: it.outing_day,
            amount: it.amount_cents,
        });
        rows.collect()
    }

    /// Who each line is for.
    pub fn names(&self) -> HashMap<AllowanceId, &CivilIdentity> {
        let names = self.lines.iter().map(|it| (it.line, &it.identity));
        names.collect()
    }
}

/// Issues a list from the due lines of some outings, or of all, and makes its files.
///
/// Asked again under the same id, it answers the same list. Nothing due is 409. When the files
/// cannot be made now, the list is there all the same: whoever looks at it next makes them.
pub async fn issue(
    app: &App,
    caller: &Caller,
    id: ListId,
    outings: Option<&[OutingId]>,
) -> Result<Issued, Problem> {
    let mut tx = app.db.write().await?;
    let (mut issued, content) = number(&mut tx, app, caller, id, outings).await?;
    tx.commit().await?;
    let programme = caller.programme;
    let made = match content {
        Some(content) => files::make(app, programme, id, Content::List(content)).await,
        None => files::finish(app, programme, id, files::Document::List).await,
    };
    if made.is_ok() {
        let mut tx = app.db.read().await?;
        let list = store::list_by_id(&mut tx, programme, id).await?;
        issued.list = list.unwrap_or(issued.list);
    }
    Ok(issued)
}

/// Takes the number and freezes the lines. The files are for `files::make`, after the commit.
pub async fn number(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: ListId,
    outings: Option<&[OutingId]>,
) -> Result<(Issued, Option<ListContent>), Problem> {
    let Who::Staff { account, .. } = caller.who else {
        return Err(Problem::forbidden());
    };
    let programme = caller.programme;
    let settings = programmes::settings(tx, programme).await?;
    let today = local_day(&settings, app.now());
    let year = today.0.year();
    // First of all: whoever issues at the same time waits here, the same request sent twice too.
    store::LISTS.hold(tx, programme, year).await?;
    if let Some(issued) = issued_before(tx, programme, id).await? {
        return Ok((issued, None));
    }
    let number = store::LISTS.next(tx, programme, year).await?;
    let due = due_of(tx, programme, outings).await?;
    let (lines, without_identity) = named(tx, app, caller, due).await?;
    if lines.is_empty() {
        return Err(nothing_due(without_identity));
    }
    let content = ListContent {
        settings,
        number: number.to_string(),
        issued_on: today,
        lines,
    };
    let mut sealer = Sealer::new(&app.keys, programme, app.now());
    let sealed = sealer.seal(tx, Scope::List(id), &content).await?;
    let new = NewList {
        id,
        number,
        issued_on: today,
        by: account,
        lines: content.lines.len(),
        total: content.lines.iter().map(|it| it.amount_cents).sum(),
        sealed: sealed.into_bytes(),
    };
    store::insert_list(tx, programme, new, app.now()).await?;
    put_on_list(tx, app, caller, id, &content).await?;
    let list = store::list_by_id(tx, programme, id).await?;
    let list = list.ok_or_else(|| Problem::internal("an issued list went away"))?;
    let issued = Issued {
        list,
        without_identity,
    };
    Ok((issued, Some(content)))
}

async fn issued_before(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: ListId,
) -> Result<Option<Issued>, Problem> {
    let list = store::list_by_id(tx, programme, id).await?;
    Ok(list.map(|list| Issued {
        list,
        without_identity: 0,
    }))
}

/// Puts due lines on a list, in their order.
async fn put_on_list(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    list: ListId,
    content: &ListContent,
) -> Result<(), Problem> {
    let programme = caller.programme;
    for (rank, it) in (1..).zip(&content.lines) {
        store::insert_list_line(tx, programme, list, (it.line.0, rank)).await?;
    }
    let act = NewAct {
        id: list.0,
        what: "issue",
        list: Some(list),
        words: None,
    };
    life::begin(tx, caller, act, app.now()).await?;
    life::store::hold_lines(tx, programme, list).await?;
    let listed = life::store::list_lines(tx, programme, list, list.0).await?;
    life::store::advance(tx, programme, list.0, Step::List).await?;
    if listed == content.lines.len() as u64 {
        Ok(())
    } else {
        Err(Problem::internal("a due line went away"))
    }
}

fn nothing_due(without_identity: usize) -> Problem {
    if without_identity > 0 {
        Problem::state("no_identity", say::REFUSED_NO_NAMES)
    } else {
        Problem::state("nothing_due", say::REFUSED_NOTHING_DUE)
    }
}

async fn due_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outings: Option<&[OutingId]>,
) -> Result<Vec<Line>, Problem> {
    let mut due = store::due(tx, programme).await?;
    if let Some(outings) = outings {
        for outing in outings {
            if crate::outings::store::find(tx, programme, *outing)
                .await?
                .is_none()
            {
                return Err(domain::Invalid::new("outings", "unknown_outing").into());
            }
        }
        due.retain(|line| outings.iter().any(|it| it.0 == line.outing_id));
    }
    Ok(due)
}

/// Joins lines to civil identities, opened for this list and journalled; sorted as French people
/// sort names. Answers also how many lines have nobody to name.
async fn named(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    due: Vec<Line>,
) -> Result<(Vec<ContentLine>, usize), Problem> {
    let wanted: BTreeSet<PeerId> = due.iter().map(|line| PeerId(line.peer_id)).collect();
    let mut sealed = people::store::identities(tx, caller.programme).await?;
    sealed.retain(|(peer, _)| wanted.contains(peer));
    let scopes = sealed.iter().map(|(_, it)| it.scope()).collect();
    let (actor, now) = (caller.actor(), app.now());
    let mut opening = Opening::begin(
        tx,
        &app.keys,
        caller.programme,
        actor,
        Action::ListIssued,
        scopes,
        now,
    )
    .await?;
    let mut identities = HashMap::new();
    for (peer, sealed) in &sealed {
        identities.insert(*peer, opening.open(tx, sealed).await?);
    }
    let all = due.len();
    let mut lines = Vec::with_capacity(all);
    for line in due {
        if let Some(identity) = identities.get(&PeerId(line.peer_id)) {
            lines.push(content_line(&line, identity.clone())?);
        }
    }
    sort(&mut lines);
    let without = all - lines.len();
    Ok((lines, without))
}

fn content_line(line: &Line, identity: CivilIdentity) -> Result<ContentLine, Problem> {
    let outing_day = line.outing_day.parse();
    Ok(ContentLine {
        line: AllowanceId(line.id),
        identity,
        outing_day: outing_day.map_err(|e| Problem::internal(format!("line: {e}")))?,
        amount_cents: Cents(line.amount_cents),
    })
}

fn sort(lines: &mut [ContentLine]) {
    let collator = collate::french();
    lines.sort_by(|a, b| {
        let key = |it: &ContentLine| (it.outing_day, it.line);
        collator
            .compare(&a.identity.surname, &b.identity.surname)
            .then_with(|| collator.compare(&a.identity.first_name, &b.identity.first_name))
            .then_with(|| key(a).cmp(&key(b)))
    });
}
