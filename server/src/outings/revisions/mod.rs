//! After closing nothing is edited: a revision names what it corrects and why.
//!
//! The closed outing, its facts and its lines stay as they are. A revision stands beside them: it
//! accepts facts that came late, or says of one person that they took part after all, or did not.
//! The money follows by itself: one line for a late presence, one counter-line for a wrong one.

pub mod store;

use super::store::Outing;
use super::{account, hold, wrong_state};
use crate::access::{Action, Caller, Opening, Scope, Sealable, Sealed, Sealer};
use crate::allowances::{self, Corrected};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::people;
use domain::outing::Reason;
use domain::presence::{Mark, confirmed};
use domain::{Instant, Invalid, OutingId, OutingState, PeerId, ProgrammeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::{Late, NewRevision};
use uuid::Uuid;
use words::desk::outings::revisions as say;

/// Why: a person's words, sealed.
#[derive(Serialize, Deserialize)]
pub struct RevisionReason(pub String);

impl Sealable for RevisionReason {
    const LABEL: &'static str = "revision";
}

/// What a revision corrects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrects {
    /// One person took part after all, or did not.
    Presence {
        /// Who.
        peer: PeerId,
        /// Took part?
        present: bool,
    },
    /// The facts that came after closing, all that wait.
    LateFacts,
}

impl Corrects {
    /// As in the database and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Presence { .. } => "presence",
            Self::LateFacts => "late_facts",
        }
    }
}

/// One person of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RevisedPeer {
    /// Who.
    pub peer: PeerId,
    /// Took part?
    pub present: bool,
    /// What became of the allowance: `added`, `countered` or `none`.
    pub line: String,
}

/// A revision that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Revision {
    /// Its id.
    pub id: Uuid,
    /// `presence` or `late_facts`.
    pub corrects: String,
    /// When.
    pub made_at: Instant,
    /// Whom it concerns.
    pub peers: Vec<RevisedPeer>,
    /// How many late facts it accepted.
    pub facts: i64,
}

/// Makes a revision of a closed outing, under an id made by the caller: sent twice, made once.
pub async fn make(
    app: &App,
    caller: &Caller,
    outing: OutingId,
    id: Uuid,
    corrects: Corrects,
    reason: &str,
) -> Result<Revision, Problem> {
    let (by, programme, now) = (account(caller)?, caller.programme, app.now());
    let reason = Reason::new("reason", reason)?;
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, programme, outing).await?;
    if let Some(made) = store::find(&mut tx, programme, outing.id, id).await? {
        return Ok(made);
    }
    if outing.state != OutingState::Closed {
        return Err(wrong_state(outing.state));
    }
    let changes = changes_of(&mut tx, programme, &outing, corrects).await?;
    let mut sealer = Sealer::new(&app.keys, programme, now);
    let words = RevisionReason(reason.as_str().to_owned());
    let sealed = sealer
        .seal(&mut tx, Scope::Outing(outing.id), &words)
        .await?;
    let new = NewRevision {
        id,
        outing: outing.id,
        corrects: corrects.code(),
        by,
        sealed_reason: sealed.into_bytes(),
    };
    if !store::insert(&mut tx, programme, new, now).await? {
        return Err(Invalid::new("id", "taken").into());
    }
    for late in changes.accepted {
        store::accept(&mut tx, programme, id, late).await?;
    }
    for (peer, present) in changes.peers {
        let line = allowances::correct(&mut tx, programme, &outing, peer, present, now).await?;
        if line == Corrected::CounteredBefore {
            return Err(countered_before());
        }
        store::insert_peer(&mut tx, programme, id, (peer, present), line.code()).await?;
    }
    let made = store::find(&mut tx, programme, outing.id, id).await?;
    tx.commit().await?;
    made.ok_or_else(|| Problem::internal("a revision went away"))
}

fn countered_before() -> Problem {
    Problem::state("countered_before", say::REFUSED_COUNTERED_BEFORE)
}

/// What a revision would change.
struct Changes {
    accepted: Vec<domain::FactId>,
    peers: Vec<(PeerId, bool)>,
}

async fn changes_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: &Outing,
    corrects: Corrects,
) -> Result<Changes, Problem> {
    let now = presences(tx, programme, outing.id).await?;
    match corrects {
        Corrects::Presence { peer, present } => {
            if !people::store::exists(tx, programme, peer).await? {
                let detail = say::REFUSED_NOT_IN_CREW;
                return Err(Problem::unknown("peer", "unknown_peer", detail));
            }
            if now.contains(&peer) == present {
                return Err(nothing_to_revise());
            }
            Ok(Changes {
                accepted: Vec::new(),
                peers: vec![(peer, present)],
            })
        }
        Corrects::LateFacts => {
            let late = store::waiting(tx, programme, outing.id).await?;
            if late.is_empty() {
                return Err(nothing_to_revise());
            }
            let peers = peers_of_late(tx, programme, outing.id, &late, &now).await?;
            let accepted = late.iter().map(|it| it.id).collect();
            Ok(Changes { accepted, peers })
        }
    }
}

fn nothing_to_revise() -> Problem {
    Problem::state("nothing_to_revise", say::REFUSED_NOTHING_TO_REVISE)
}

/// Whose presence late marks change: what a coordinator's phone recorded in time and sent too
/// late. What a person said in a revision before stays said.
async fn peers_of_late(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    late: &[Late],
    now: &BTreeSet<PeerId>,
) -> Result<Vec<(PeerId, bool)>, Problem> {
    let marks: Vec<Mark> = store::all_marks(tx, programme, outing).await?;
    let should = confirmed(marks.iter().copied());
    let revised = store::revised(tx, programme, outing).await?;
    let decided = |peer: &PeerId| revised.iter().any(|(it, _)| it == peer);
    let marked: BTreeSet<PeerId> = late.iter().filter_map(|it| it.marks).collect();
    let changed = |peer: &PeerId| !decided(peer) && should.contains(peer) != now.contains(peer);
    let changed = marked.into_iter().filter(changed);
    Ok(changed.map(|peer| (peer, should.contains(&peer))).collect())
}

/// Who took part in an outing, as closing found it and revisions corrected it.
pub async fn presences(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<BTreeSet<PeerId>, Problem> {
    let marks = crate::facts::store::marks(tx, programme, outing).await?;
    let revised = store::revised(tx, programme, outing).await?;
    Ok(corrected(confirmed(marks), &revised))
}

/// The presences of an outing once its revisions are applied, in the order they were made.
pub fn corrected(mut present: BTreeSet<PeerId>, revised: &[(PeerId, bool)]) -> BTreeSet<PeerId> {
    for (peer, took_part) in revised {
        if *took_part {
            present.insert(*peer);
        } else {
            present.remove(peer);
        }
    }
    present
}

/// A revision with its reason, opened to be shown.
pub struct ShownRevision {
    /// The revision.
    pub revision: Revision,
    /// Who made it.
    pub by: String,
    /// Why; nothing when the words are no longer kept.
    pub reason: Option<String>,
}

/// The revisions of an outing, their reasons opened: one row in the journal says so.
pub async fn shown(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    outing: OutingId,
) -> Result<Vec<ShownRevision>, Problem> {
    let rows = store::all(tx, caller.programme, outing).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let scope = Scope::Outing(outing);
    let (actor, now) = (caller.actor(), app.now());
    let mut opening = Opening::begin(
        tx,
        &app.keys,
        caller.programme,
        actor,
        Action::FactsShown,
        vec![scope],
        now,
    )
    .await?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let sealed: Sealed<RevisionReason> = Sealed::from_row(scope, row.sealed_reason);
        let reason = opening.open_if_kept(tx, &sealed).await?;
        let reason = reason.map(|RevisionReason(words)| words);
        let found = store::find(tx, caller.programme, outing, row.id).await?;
        let revision = found.ok_or_else(|| Problem::internal("a revision went away"))?;
        shown.push(ShownRevision {
            revision,
            by: row.by,
            reason,
        });
    }
    Ok(shown)
}
