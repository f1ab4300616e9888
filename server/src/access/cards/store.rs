//! SQL of cards, of challenges that were answered, and of the sessions that cards open.

use crate::db::{DbError, Tx, sql};
use domain::{CardId, Instant, PeerId, ProgrammeId};
use uuid::Uuid;

/// A card, as its rules need it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Card {
    /// Its programme.
    pub programme_id: Uuid,
    /// Its id.
    pub id: Uuid,
    /// Who holds it.
    pub peer_id: Uuid,
    /// When it was made.
    pub issued_at: i64,
    /// The key of the one phone it is bound to.
    pub device_key: Option<Vec<u8>>,
    /// The PIN, as that phone hides it.
    pub pin_mac: Option<Vec<u8>>,
    /// First use.
    pub bound_at: Option<i64>,
    /// Last use.
    pub last_used_at: Option<i64>,
    /// Wrong PINs since the last right one.
    pub wrong_pins: i64,
    /// After too many.
    pub locked_at: Option<i64>,
    /// Another phone showed the same code.
    pub other_phone_at: Option<i64>,
    /// Replaced or forgotten.
    pub ended_at: Option<i64>,
}

impl Card {
    /// As an id of its type.
    pub fn card(&self) -> CardId {
        CardId(self.id)
    }
    /// As an id of its type.
    pub fn programme(&self) -> ProgrammeId {
        ProgrammeId(self.programme_id)
    }
    /// As an id of its type.
    pub fn peer(&self) -> PeerId {
        PeerId(self.peer_id)
    }
}

macro_rules! card_columns {
    ($rest:literal) => {
        concat!(
            "select programme_id, id, peer_id, issued_at, device_key, pin_mac, bound_at,
               last_used_at, wrong_pins, locked_at, other_phone_at, ended_at from cards ",
            $rest
        )
    };
}

const SELECT_ONE: &str = card_columns!("where id = $1");

/// A card, held until the transaction ends: two tries at once are counted one after the other.
pub async fn hold(tx: &mut Tx, id: CardId) -> Result<Option<Card>, DbError> {
    sql(SELECT_ONE).bind(id).for_update().maybe(tx).await
}

/// The same, only to look at.
pub async fn find(tx: &mut Tx, id: CardId) -> Result<Option<Card>, DbError> {
    sql(SELECT_ONE).bind(id).maybe(tx).await
}

const SELECT_ALIVE: &str = card_columns!("where programme_id = $1 and ended_at is null");

/// The living cards of a programme.
pub async fn alive(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Card>, DbError> {
    sql(SELECT_ALIVE).bind(programme).all(tx).await
}

const SELECT_ALIVE_OF: &str =
    card_columns!("where programme_id = $1 and peer_id = $2 and ended_at is null");

/// The living card of one peer.
pub async fn alive_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
) -> Result<Option<Card>, DbError> {
    sql(SELECT_ALIVE_OF)
        .bind(programme)
        .bind(peer)
        .maybe(tx)
        .await
}

const END: &str = "
    update cards set ended_at = $3
    where programme_id = $1 and peer_id = $2 and ended_at is null";
const DELETE_SESSIONS_OF_PEER: &str = "
    delete from peer_sessions where programme_id = $1
      and card_id in (select id from cards where programme_id = $1 and peer_id = $2)";

/// Ends the card of a peer, and what it opened. Answers whether there was one.
pub async fn end(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
    now: Instant,
) -> Result<bool, DbError> {
    let delete = sql(DELETE_SESSIONS_OF_PEER).bind(programme).bind(peer);
    delete.run(tx).await?;
    let end = sql(END).bind(programme).bind(peer).bind(now);
    Ok(end.run(tx).await? == 1)
}

const INSERT: &str = "
    insert into cards (programme_id, id, peer_id, code_hash, issued_at, issued_by, wrong_pins)
    values ($1, $2, $3, $4, $5, $6, 0)";

/// Makes a card.
pub async fn insert(
    tx: &mut Tx,
    (programme, card, peer): (ProgrammeId, CardId, PeerId),
    code_hash: Vec<u8>,
    by: Option<Uuid>,
    now: Instant,
) -> Result<(), DbError> {
    sql(INSERT)
        .bind(programme)
        .bind(card)
        .bind(peer)
        .bind(code_hash)
        .bind(now)
        .bind(by)
        .run(tx)
        .await?;
    Ok(())
}

const BIND: &str = "
    update cards set device_key = $2, pin_mac = $3, bound_at = $4, last_used_at = $4
    where id = $1 and device_key is null";

/// Binds a card to the phone of its first use.
pub async fn bind(
    tx: &mut Tx,
    id: CardId,
    key: Vec<u8>,
    pin_mac: Vec<u8>,
    now: Instant,
) -> Result<(), DbError> {
    sql(BIND)
        .bind(id)
        .bind(key)
        .bind(pin_mac)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

const SET_OTHER_PHONE: &str = "update cards set other_phone_at = $2 where id = $1";

/// Another phone showed the code of a card that is bound.
pub async fn set_other_phone(tx: &mut Tx, id: CardId, now: Instant) -> Result<(), DbError> {
    sql(SET_OTHER_PHONE).bind(id).bind(now).run(tx).await?;
    Ok(())
}

const SET_USED: &str = "update cards set wrong_pins = 0, last_used_at = $2 where id = $1";

/// The PIN was right.
pub async fn set_used(tx: &mut Tx, id: CardId, now: Instant) -> Result<(), DbError> {
    sql(SET_USED).bind(id).bind(now).run(tx).await?;
    Ok(())
}

const SET_WRONG: &str = "update cards set wrong_pins = $2, locked_at = $3 where id = $1";

/// The PIN was wrong, and perhaps once too often.
pub async fn set_wrong(
    tx: &mut Tx,
    id: CardId,
    wrong_pins: i64,
    locked_at: Option<Instant>,
) -> Result<(), DbError> {
    sql(SET_WRONG)
        .bind(id)
        .bind(wrong_pins)
        .bind(locked_at)
        .run(tx)
        .await?;
    Ok(())
}

const DELETE_OLD_CHALLENGES: &str = "delete from answered_challenges where expires_at <= $1";
const INSERT_CHALLENGE: &str = "
    insert into answered_challenges (nonce, expires_at) values ($1, $2) on conflict do nothing";

/// Marks a challenge as answered. `false`: it was before. Those out of time are swept.
pub async fn spend(
    tx: &mut Tx,
    nonce: Vec<u8>,
    expires_at: Instant,
    now: Instant,
) -> Result<bool, DbError> {
    sql(DELETE_OLD_CHALLENGES).bind(now).run(tx).await?;
    let insert = sql(INSERT_CHALLENGE).bind(nonce).bind(expires_at);
    Ok(insert.run(tx).await? == 1)
}

const INSERT_SESSION: &str = "
    insert into peer_sessions (token_hash, programme_id, card_id, created_at, seen_at, expires_at)
    values ($1, $2, $3, $4, $4, $5)";
const DELETE_OLD_SESSIONS: &str =
    "delete from peer_sessions where expires_at <= $1 or seen_at <= $2";

/// Opens a session for the holder of a card, and sweeps those that ended.
pub async fn insert_session(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    card: &Card,
    now: Instant,
    (idle_since, expires_at): (Instant, Instant),
) -> Result<(), DbError> {
    let sweep = sql(DELETE_OLD_SESSIONS).bind(now).bind(idle_since);
    sweep.run(tx).await?;
    sql(INSERT_SESSION)
        .bind(token_hash)
        .bind(card.programme())
        .bind(card.card())
        .bind(now)
        .bind(expires_at)
        .run(tx)
        .await?;
    Ok(())
}

/// A session that holds.
#[derive(sqlx::FromRow)]
pub struct SessionRow {
    /// Its programme.
    pub programme_id: Uuid,
    /// Whose.
    pub peer_id: Uuid,
    /// When it was last used.
    pub seen_at: i64,
}

const SELECT_SESSION: &str = "
    select s.programme_id, c.peer_id, s.seen_at
    from peer_sessions s join cards c on c.programme_id = s.programme_id and c.id = s.card_id
    where s.token_hash = $1 and s.expires_at > $2 and s.seen_at > $3
      and c.ended_at is null and c.locked_at is null";

/// The session of a token, while it was used lately and its card lives.
pub async fn session(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    now: Instant,
    idle_since: Instant,
) -> Result<Option<SessionRow>, DbError> {
    sql(SELECT_SESSION)
        .bind(token_hash)
        .bind(now)
        .bind(idle_since)
        .maybe(tx)
        .await
}

const SET_SEEN: &str = "update peer_sessions set seen_at = $2 where token_hash = $1";

/// It was used now.
pub async fn set_seen(tx: &mut Tx, token_hash: Vec<u8>, now: Instant) -> Result<(), DbError> {
    sql(SET_SEEN).bind(token_hash).bind(now).run(tx).await?;
    Ok(())
}

const DELETE_SESSION: &str = "delete from peer_sessions where token_hash = $1";

/// Ends a session.
pub async fn delete_session(tx: &mut Tx, token_hash: Vec<u8>) -> Result<(), DbError> {
    sql(DELETE_SESSION).bind(token_hash).run(tx).await?;
    Ok(())
}
