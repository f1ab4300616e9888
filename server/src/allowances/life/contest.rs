//! « Je ne suis pas d'accord »: a mark beside a line, and its answer. The state of the line stays;
//! what was wrong is corrected by a revision of the outing, which makes the counter-line.

use super::{ActWords, NewAct, begin, sealed, store};
use crate::access::{Action, Caller, Opening, Scope, Sealed, Who};
use crate::allowances::store::{self as ledger, Line};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::outing::Reason;
use domain::{AllowanceId, Instant, PeerId, ProgrammeId};
use uuid::Uuid;
use words::desk::allowances::life::contest as say;

/// The peer whose line it is disagrees with it, with or without words. Said twice before an answer,
/// it is said once. Somebody else's line is not there.
pub async fn contest(
    app: &App,
    caller: &Caller,
    line: AllowanceId,
    words: Option<Reason>,
) -> Result<(), Problem> {
    let Who::Peer(peer) = caller.who else {
        return Err(Problem::forbidden());
    };
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let found = hold(&mut tx, programme, line).await?;
    if found.peer_id != peer.0 {
        return Err(Problem::not_found());
    }
    if found.is_contested() {
        return Ok(());
    }
    let act = NewAct {
        id: Uuid::now_v7(),
        what: "contest",
        list: None,
        words: sealed(
            &mut tx,
            app,
            programme,
            Scope::Identity(peer),
            words.as_ref(),
        )
        .await?,
    };
    let id = act.id;
    begin(&mut tx, caller, act, now).await?;
    store::insert_word(&mut tx, programme, line, (id, "contested")).await?;
    tx.commit().await?;
    Ok(())
}

/// A coordinator answers, in words the person will read.
pub async fn answer(
    app: &App,
    caller: &Caller,
    line: AllowanceId,
    (id, words): (Uuid, &Reason),
) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let found = hold(&mut tx, programme, line).await?;
    let scope = Scope::Identity(PeerId(found.peer_id));
    let act = NewAct {
        id,
        what: "answer",
        list: None,
        words: sealed(&mut tx, app, programme, scope, Some(words)).await?,
    };
    if begin(&mut tx, caller, act, now).await? {
        if !found.is_contested() {
            return Err(Problem::state("not_contested", say::REFUSED_NOBODY_WAITS));
        }
        store::insert_word(&mut tx, programme, line, (id, "answered")).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn hold(tx: &mut Tx, programme: ProgrammeId, line: AllowanceId) -> Result<Line, Problem> {
    if !store::hold_line(tx, programme, line).await? {
        return Err(Problem::not_found());
    }
    let found = ledger::line(tx, programme, line).await?;
    found.ok_or_else(Problem::not_found)
}

/// One thing that was said about a line.
#[derive(Clone, Debug)]
pub struct Said {
    /// The person disagrees; otherwise this is an answer.
    pub contests: bool,
    /// When.
    pub at: Instant,
    /// Nothing when they were erased, or nothing was said.
    pub words: Option<String>,
}

/// What was said about a line, in order, opened to be shown to its peer or to a coordinator.
pub async fn said(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    line: &Line,
) -> Result<Vec<Said>, Problem> {
    let mut events = store::events(tx, caller.programme, AllowanceId(line.id)).await?;
    events.retain(|it| ["contested", "answered"].contains(&it.what.as_str()));
    let scope = Scope::Identity(PeerId(line.peer_id));
    let named = if events.iter().any(|it| it.sealed_words.is_some()) {
        vec![scope]
    } else {
        Vec::new()
    };
    let (actor, action) = (caller.actor(), Action::LineWordsShown);
    let (programme, now) = (caller.programme, app.now());
    let mut opening = Opening::begin(tx, &app.keys, programme, actor, action, named, now).await?;
    let mut all = Vec::with_capacity(events.len());
    for it in events {
        let words = match it.sealed_words {
            Some(bytes) => {
                let sealed: Sealed<ActWords> = Sealed::from_row(scope, bytes);
                // Its key may have been destroyed with the person's identity.
                let opened = opening.open(tx, &sealed).await;
                opened.ok().map(|ActWords(words)| words)
            }
            None => None,
        };
        all.push(Said {
            contests: it.what == "contested",
            at: Instant::from_ms(it.at),
            words,
        });
    }
    Ok(all)
}
