//! Cards: how a peer, who has no e-mail, comes in.
//!
//! A paper card carries a random code and nothing else. The phone that shows it first makes two keys
//! that cannot leave it: one signs, one hides the PIN. From then on the card is that phone's, and
//! four digits are enough, because this server counts the wrong ones (CNIL, 2022: only to unlock
//! what a person holds, locked after three failures). Whoever has the paper, the database or a copy
//! of an earlier request has nothing.

pub mod api;
mod code;
pub mod pages;
mod proof;
mod sheet;
mod sieve;
pub mod store;

pub use code::CardCode;
pub use proof::{ProofBody, challenge};

use super::credentials::{new_token, token_hash};
use super::role::{Caller, Who};
use super::{Action, Actor, Role, journal};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::people;
use crate::people::store::Peer;
use axum::http::StatusCode;
use domain::time::DAY_MS;
use domain::{CardId, Instant, Invalid, PeerId, ProgrammeId, Sign};
use proof::Proof;
use store::Card;
use uuid::Uuid;
use words::desk::access::cards as say;

/// Wrong PINs, then the card is locked for good.
pub const WRONG_PINS_MAX: i64 = 3;
/// A card that nobody used is dead after so long.
const UNUSED_LIFE_MS: i64 = 60 * DAY_MS;
/// A peer's session ends when nothing was asked for so long: phones are shared.
pub const IDLE_MS: i64 = 30 * 60_000;
/// It ends at the latest after so long.
pub const SESSION_LIFE_MS: i64 = 4 * 3_600_000;
/// A session's last use is written down no more often than this.
const SEEN_EVERY_MS: i64 = 60_000;
/// What a peer's session token begins with: their cookie is the one of staff, one person a browser.
pub const TOKEN_PREFIX: &str = "peer";

/// A card to be printed: the only moment at which its code is known.
#[derive(Clone, Debug)]
pub struct Printed {
    /// For whom.
    pub peer: Peer,
    /// What the QR says.
    pub code: CardCode,
}

/// Makes a card for each of these peers; the one they had is dead at once.
///
/// Codes follow from the series under the key file and are kept nowhere: the same form sent twice
/// prints the same cards. A series that is not the latest prints nothing.
pub async fn issue(
    app: &App,
    caller: &Caller,
    series: Uuid,
    peers: &[PeerId],
) -> Result<Vec<Printed>, Problem> {
    let (programme, actor, now) = (caller.programme, caller.actor(), app.now());
    let mut tx = app.db.write().await?;
    let known = people::store::all(&mut tx, programme).await?;
    let mut printed = Vec::new();
    let mut made = Vec::new();
    for peer in known.into_iter().filter(|it| peers.contains(&it.id)) {
        let code = code_of(app, series, peer.id);
        match store::hold(&mut tx, code.id()).await? {
            Some(it) if it.ended_at.is_some() => return Err(replaced()),
            Some(_) => {}
            None => {
                store::end(&mut tx, programme, peer.id, now).await?;
                let ids = (programme, code.id(), peer.id);
                let hash = token_hash(code.as_str());
                store::insert(&mut tx, ids, hash, actor.id, now).await?;
                made.push(format!("peer:{}", peer.id));
            }
        }
        printed.push(Printed { peer, code });
    }
    if !made.is_empty() {
        journal::write(&mut tx, programme, actor, Action::CardsIssued, &made, now).await?;
    }
    tx.commit().await?;
    Ok(printed)
}

fn code_of(app: &App, series: Uuid, peer: PeerId) -> CardCode {
    let named = format!("{series}/{peer}");
    CardCode::from_bits(&app.keys.mac("card code", named.as_bytes()))
}

fn replaced() -> Problem {
    let words = say::REFUSED_REPLACED_SINCE;
    Problem::state("cards_replaced", words)
}

/// Makes a card of a known code, for the demonstration: its cards are printed by nobody.
pub async fn issue_known(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
    code: &CardCode,
    now: Instant,
) -> Result<(), Problem> {
    let ids = (programme, code.id(), peer);
    store::insert(tx, ids, token_hash(code.as_str()), None, now).await?;
    Ok(())
}

/// Ends the card of a peer, and what it opened, without making another.
pub async fn forget(app: &App, caller: &Caller, peer: PeerId) -> Result<(), Problem> {
    let (programme, actor, now) = (caller.programme, caller.actor(), app.now());
    let mut tx = app.db.write().await?;
    if store::end(&mut tx, programme, peer, now).await? {
        let subjects = [format!("peer:{peer}")];
        let action = Action::CardForgotten;
        journal::write(&mut tx, programme, actor, action, &subjects, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Who came in, and the token of their session.
#[derive(Debug)]
pub struct Entered {
    /// The card.
    pub card: CardId,
    /// How the phone shows them.
    pub sign: Sign,
    /// For the cookie.
    pub token: String,
}

/// First use: binds a card to the phone that shows its code, and lets its holder in.
///
/// The same phone may ask again, when an answer was lost on the way. Another phone is refused, and
/// the coordinator is told: the paper was copied, or is in other hands.
pub async fn bind(app: &App, code: &str, key: &str, body: &ProofBody) -> Result<Entered, Problem> {
    let (code, key): (CardCode, _) = (code.parse()?, proof::key_of(key)?);
    let (id, now) = (code.id(), app.now());
    let proof = body.check(&app.keys, now, "bind", id, &key)?;
    let mut tx = app.db.write().await?;
    let card = living(store::hold(&mut tx, id).await?, now)?;
    proof.spend(&mut tx, now).await?;
    match &card.device_key {
        None => store::bind(&mut tx, id, key, proof.pin_mac, now).await?,
        Some(there) if *there == key => return try_pin(app, tx, card, proof).await,
        Some(_) if card.locked_at.is_some() => {
            tx.commit().await?;
            return Err(locked());
        }
        Some(_) => {
            store::set_other_phone(&mut tx, id, now).await?;
            told(&mut tx, &card, Action::CardRefused, now).await?;
            tx.commit().await?;
            return Err(taken());
        }
    }
    let entered = let_in(&mut tx, &card, now).await?;
    tx.commit().await?;
    Ok(entered)
}

/// Every other time: the phone's key and four digits.
pub async fn enter(app: &App, id: CardId, body: &ProofBody) -> Result<Entered, Problem> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let card = living(store::find(&mut tx, id).await?, now)?;
    drop(tx);
    let key = card.device_key.ok_or_else(unknown)?;
    // Who cannot sign learns nothing and counts nothing: nobody locks another's card from afar.
    let proof = body.check(&app.keys, now, "enter", id, &key)?;
    let mut tx = app.db.write().await?;
    let card = living(store::hold(&mut tx, id).await?, now)?;
    proof.spend(&mut tx, now).await?;
    try_pin(app, tx, card, proof).await
}

fn living(card: Option<Card>, now: Instant) -> Result<Card, Problem> {
    let card = card.ok_or_else(unknown)?;
    let unused = card.bound_at.is_none() && now.as_ms() - card.issued_at > UNUSED_LIFE_MS;
    match card.ended_at.is_some() || unused {
        true => Err(unknown()),
        false => Ok(card),
    }
}

/// Counts a wrong PIN and keeps the count, whatever is answered.
async fn try_pin(app: &App, mut tx: Tx, card: Card, proof: Proof) -> Result<Entered, Problem> {
    let now = app.now();
    if card.locked_at.is_some() {
        tx.commit().await?;
        return Err(locked());
    }
    if card.pin_mac.as_ref() == Some(&proof.pin_mac) {
        store::set_used(&mut tx, card.card(), now).await?;
        let entered = let_in(&mut tx, &card, now).await?;
        tx.commit().await?;
        return Ok(entered);
    }
    let wrong = card.wrong_pins + 1;
    let lock = (wrong >= WRONG_PINS_MAX).then_some(now);
    store::set_wrong(&mut tx, card.card(), wrong, lock).await?;
    if lock.is_some() {
        told(&mut tx, &card, Action::CardLocked, now).await?;
    }
    tx.commit().await?;
    Err(match WRONG_PINS_MAX - wrong {
        ..1 => locked(),
        1 => wrong_pin("one_try_left", say::TRIES_LEFT_ONE),
        _ => wrong_pin("two_tries_left", say::TRIES_LEFT_TWO),
    })
}

async fn let_in(tx: &mut Tx, card: &Card, now: Instant) -> Result<Entered, Problem> {
    let programme = card.programme();
    let peer = people::store::find(tx, programme, card.peer()).await?;
    let peer = peer.ok_or_else(unknown)?;
    let token = new_token(TOKEN_PREFIX);
    let ends = (now.plus_ms(-IDLE_MS), now.plus_ms(SESSION_LIFE_MS));
    store::insert_session(tx, token_hash(&token), card, now, ends).await?;
    told(tx, card, Action::SignedIn, now).await?;
    Ok(Entered {
        card: card.card(),
        sign: peer.sign,
        token,
    })
}

async fn told(tx: &mut Tx, card: &Card, action: Action, now: Instant) -> Result<(), Problem> {
    let actor = Actor {
        role: Role::Peer,
        id: Some(card.peer_id),
    };
    let subjects = [format!("card:{}", card.card())];
    journal::write(tx, card.programme(), actor, action, &subjects, now).await?;
    Ok(())
}

/// The peer of a session's token. Its last use is written down from time to time.
pub async fn caller_of(app: &App, token: &str, now: Instant) -> Result<Option<Caller>, Problem> {
    let idle_since = now.plus_ms(-IDLE_MS);
    let mut tx = app.db.read().await?;
    let row = store::session(&mut tx, token_hash(token), now, idle_since).await?;
    drop(tx);
    let Some(row) = row else {
        return Ok(None);
    };
    if now.as_ms() - row.seen_at >= SEEN_EVERY_MS {
        let mut tx = app.db.write().await?;
        store::set_seen(&mut tx, token_hash(token), now).await?;
        tx.commit().await?;
    }
    Ok(Some(Caller {
        programme: ProgrammeId(row.programme_id),
        who: Who::Peer(PeerId(row.peer_id)),
    }))
}

/// Dead, forgotten and never seen are one answer.
fn unknown() -> Problem {
    let words = say::REFUSED_DEAD_CARD;
    Problem::unknown("card", "unknown_card", words)
}

fn taken() -> Problem {
    let words = say::REFUSED_OTHER_PHONE;
    Problem::state("card_taken", words)
}

fn locked() -> Problem {
    let words = say::REFUSED_LOCKED;
    Problem::state("card_locked", words)
}

fn wrong_pin(code: &'static str, left: &str) -> Problem {
    let mut it = Problem::invalid(Invalid::new("pin", code));
    it.detail = say::refused_wrong_pin(&left);
    it
}

/// Was it guessing? A wrong PIN of the right phone is counted on its card, not on its address.
pub fn is_guessing(problem: &Problem) -> bool {
    let unsigned = problem.errors.iter().any(|it| it.field == "signature");
    problem.status == StatusCode::NOT_FOUND || unsigned
}
