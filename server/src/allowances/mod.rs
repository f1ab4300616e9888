//! Allowances: lines made due by closing an outing, and the numbered lists the payer gets.
//!
//! This room knows who took part, never what was picked up (invariant: no code path leads from a
//! count to an amount).

pub mod api;
pub mod pages;
pub mod store;

use crate::access::{Action, Caller, Opening, Scope, Sealable, Sealed, Sealer, Who};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::export::collate;
use crate::export::csv::{Dialect, ListLine, list_csv};
use crate::http::error::Problem;
use crate::outings::store::Outing;
use crate::{people, programmes};
use domain::allowance::{ListNumber, due_lines};
use domain::{Cents, CivilIdentity, Instant, ListId, OutingId, PeerId, ProgrammeId, Settings};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use store::{Line, ListRow, NewFile, NewList};

/// The bytes of a list's file.
#[derive(Serialize, Deserialize)]
pub struct ListFile(String);

impl Sealable for ListFile {
    const LABEL: &'static str = "list file";
}

/// One due line per confirmed presence of an outing that closes, at the rate of its day.
pub async fn make_due(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: &Outing,
    confirmed: &BTreeSet<PeerId>,
    now: Instant,
) -> Result<(), Problem> {
    let settings = programmes::settings(tx, programme).await?;
    for line in due_lines(confirmed, outing.day, &settings.rates) {
        store::insert_due(tx, programme, outing.id, outing.day, line, now).await?;
    }
    Ok(())
}

/// What a revision of a presence did to the allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrected {
    /// A late presence: one line is due.
    Added,
    /// A wrong presence: a counter-line takes its line back.
    Countered,
    /// There was nothing to do.
    Nothing,
    /// Its line was taken back before: there is at most one of each.
    CounteredBefore,
}

impl Corrected {
    /// As in the database and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Countered => "countered",
            Self::Nothing | Self::CounteredBefore => "none",
        }
    }
}

/// Corrects the line of one person for a closed outing: adds it once at the rate of the outing's
/// day, or takes it back by a counter-line. Nothing that is there ever changes.
pub async fn correct(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: &Outing,
    peer: PeerId,
    present: bool,
    now: Instant,
) -> Result<Corrected, Problem> {
    let entries = store::entries(tx, programme, outing.id, peer).await?;
    let amount = entries.iter().find(|it| it.entry == "original");
    let countered = entries.iter().any(|it| it.entry == "counter");
    Ok(match (present, amount) {
        (true, None) => {
            make_due(tx, programme, outing, &BTreeSet::from([peer]), now).await?;
            Corrected::Added
        }
        (true, Some(_)) if countered => Corrected::CounteredBefore,
        (false, Some(line)) if !countered => {
            let back = domain::allowance::DueLine {
                peer,
                amount: Cents(-line.amount_cents),
            };
            store::insert_counter(tx, programme, outing.id, outing.day, back, now).await?;
            Corrected::Countered
        }
        _ => Corrected::Nothing,
    })
}

/// A list that was issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The list.
    pub list: ListRow,
    /// Due lines that stay, because their peer gave no civil identity.
    pub without_identity: usize,
}

/// Issues a list from the due lines of some outings, or of all.
///
/// One transaction: the number, the lines, the files rendered once and sealed. Asked again under
/// the same id, it answers the same list. Nothing due is 409.
pub async fn issue(
    app: &App,
    caller: &Caller,
    id: ListId,
    outings: Option<&[OutingId]>,
) -> Result<Issued, Problem> {
    let Who::Staff { account, .. } = caller.who else {
        return Err(Problem::forbidden());
    };
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    if let Some(list) = store::list_by_id(&mut tx, programme, id).await? {
        return Ok(Issued {
            list,
            without_identity: 0,
        });
    }
    let settings = programmes::settings(&mut tx, programme).await?;
    let today = local_day(&settings, app.now());
    // First of all: whoever issues at the same time waits for this row.
    let number = store::next_number(&mut tx, programme, today.0.year()).await?;
    let due = due_of(&mut tx, programme, outings).await?;
    let (lines, without_identity) = named(&mut tx, app, caller, due).await?;
    if lines.is_empty() {
        return Err(nothing_due(without_identity));
    }
    let new = NewList {
        id,
        number,
        issued_on: today,
        by: account,
        lines: lines.len(),
        total: lines.iter().map(|it| Cents(it.line.amount_cents)).sum(),
    };
    store::insert_list(&mut tx, programme, &new, app.now()).await?;
    for it in &lines {
        store::put_on_list(&mut tx, programme, it.line.id, id).await?;
    }
    keep_files(&mut tx, app, programme, &settings, &new, &lines).await?;
    let list = store::list_by_id(&mut tx, programme, id).await?;
    let list = list.ok_or_else(|| Problem::internal("an issued list went away"))?;
    tx.commit().await?;
    Ok(Issued {
        list,
        without_identity,
    })
}

fn nothing_due(without_identity: usize) -> Problem {
    if without_identity > 0 {
        Problem::state(
            "no_identity",
            "Les personnes qui ont une aide à recevoir n’ont pas encore donné leur nom.",
        )
    } else {
        Problem::state(
            "nothing_due",
            "Aucune aide n’attend d’être mise sur une liste.",
        )
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

/// A due line with the name the payer needs.
struct NamedLine {
    line: Line,
    identity: CivilIdentity,
}

/// Joins lines to civil identities, opened for this list and journalled; sorted as French people
/// sort names. Answers also how many lines have nobody to name.
async fn named(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    due: Vec<Line>,
) -> Result<(Vec<NamedLine>, usize), Problem> {
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
    let mut lines: Vec<NamedLine> = due
        .into_iter()
        .filter_map(|line| {
            let identity = identities.get(&PeerId(line.peer_id))?.clone();
            Some(NamedLine { line, identity })
        })
        .collect();
    let collator = collate::french();
    lines.sort_by(|a, b| {
        let key = |it: &NamedLine| (it.line.outing_day.clone(), it.line.id);
        collator
            .compare(&a.identity.surname, &b.identity.surname)
            .then_with(|| collator.compare(&a.identity.first_name, &b.identity.first_name))
            .then_with(|| key(a).cmp(&key(b)))
    });
    let without = all - lines.len();
    Ok((lines, without))
}

async fn keep_files(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    settings: &Settings,
    list: &NewList,
    lines: &[NamedLine],
) -> Result<(), Problem> {
    let rows: Vec<ListLine> = lines
        .iter()
        .map(|it| {
            Ok(ListLine {
                surname: &it.identity.surname,
                first_name: &it.identity.first_name,
                born: it.identity.born,
                reference: it.identity.reference.as_deref(),
                outing_day: it
                    .line
                    .outing_day
                    .parse()
                    .map_err(|e| Problem::internal(format!("line: {e}")))?,
                amount: Cents(it.line.amount_cents),
            })
        })
        .collect::<Result<_, Problem>>()?;
    let mut sealer = Sealer::new(&app.keys, programme, app.now());
    for dialect in Dialect::ALL {
        let text = list_csv(settings, list.number, &rows, dialect)
            .map_err(|e| Problem::internal(format!("csv: {e}")))?;
        let sha256 = Sha256::digest(text.as_bytes()).to_vec();
        let bytes = i64::try_from(text.len()).unwrap_or(i64::MAX);
        let sealed = sealer
            .seal(tx, Scope::List(list.id), &ListFile(text))
            .await?;
        let file = NewFile {
            name: "list.csv",
            dialect: dialect.code(),
            sealed: sealed.into_bytes(),
            sha256,
            bytes,
        };
        store::insert_file(tx, programme, list.id, file).await?;
    }
    Ok(())
}

/// Opens a file of a list for somebody who downloads it; journalled.
pub async fn download(
    app: &App,
    caller: &Caller,
    number: ListNumber,
    name: &str,
    dialect: Dialect,
) -> Result<String, Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    let list = store::list(&mut tx, programme, number).await?;
    let list = ListId(list.ok_or_else(Problem::not_found)?.id);
    let row = store::file(&mut tx, programme, list, name, dialect.code()).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let sealed: Sealed<ListFile> = Sealed::from_row(Scope::List(list), row.sealed);
    let mut opening = Opening::begin(
        &mut tx,
        &app.keys,
        programme,
        caller.actor(),
        Action::ListDownloaded,
        vec![sealed.scope()],
        app.now(),
    )
    .await?;
    let ListFile(text) = opening.open(&mut tx, &sealed).await?;
    if Sha256::digest(text.as_bytes()).as_slice() != row.sha256 {
        return Err(Problem::internal("a list's file does not match its hash"));
    }
    tx.commit().await?;
    Ok(text)
}
