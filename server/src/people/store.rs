//! SQL of peers. The civil identity is a sealed column that only lists and coordinators open.

use crate::access::{Scope, Sealable, Sealed};
use crate::db::{DbError, Tx, sql};
use domain::{CivilIdentity, Day, Instant, PeerId, ProgrammeId, Pseudonym, Sign};
use std::collections::HashMap;
use uuid::Uuid;

impl Sealable for CivilIdentity {
    const LABEL: &'static str = "identity";
}

/// A peer, as a coordinator knows them.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Their id.
    pub id: PeerId,
    /// What they are called.
    pub pseudonym: String,
    /// Their picture sign.
    pub sign: Sign,
    /// They gave a civil identity, so they can be on a list.
    pub has_identity: bool,
}

#[derive(sqlx::FromRow)]
struct PeerRow {
    id: Uuid,
    pseudonym: String,
    sign: String,
    has_identity: bool,
}

impl PeerRow {
    fn read(self) -> Result<Peer, DbError> {
        let sign = self.sign.parse();
        Ok(Peer {
            id: PeerId(self.id),
            pseudonym: self.pseudonym,
            sign: sign.map_err(|e| DbError::Unreadable(format!("peer: {e}")))?,
            has_identity: self.has_identity,
        })
    }
}

const SELECT_ALL: &str = "
    select id, pseudonym, sign, sealed_identity is not null as has_identity
    from peers where programme_id = $1 and erased_at is null order by created_at, id";
const SELECT_EVERYBODY: &str = "
    select id, pseudonym, sign, sealed_identity is not null as has_identity
    from peers where programme_id = $1 order by created_at, id";

/// Everybody who ever was a peer, for what is told of the past: who was forgotten is a number.
pub async fn everybody(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Peer>, DbError> {
    let rows: Vec<PeerRow> = sql(SELECT_EVERYBODY).bind(programme).all(tx).await?;
    rows.into_iter().map(PeerRow::read).collect()
}

/// The peers of the programme, without those who were forgotten.
pub async fn all(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Peer>, DbError> {
    let rows: Vec<PeerRow> = sql(SELECT_ALL).bind(programme).all(tx).await?;
    rows.into_iter().map(PeerRow::read).collect()
}

const SELECT_ONE: &str = "
    select id, pseudonym, sign, sealed_identity is not null as has_identity
    from peers where programme_id = $1 and id = $2";

/// One peer of the programme.
pub async fn find(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: PeerId,
) -> Result<Option<Peer>, DbError> {
    let row: Option<PeerRow> = sql(SELECT_ONE).bind(programme).bind(id).maybe(tx).await?;
    row.map(PeerRow::read).transpose()
}

const INSERT: &str = "
    insert into peers (programme_id, id, pseudonym, sign, created_at)
    values ($1, $2, $3, $4, $5) on conflict (programme_id, id) do nothing";

/// Makes a peer. Answers `false` when the id is there already.
pub async fn insert_if_absent(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: PeerId,
    pseudonym: &Pseudonym,
    sign: Sign,
    now: Instant,
) -> Result<bool, DbError> {
    let touched = sql(INSERT)
        .bind(programme)
        .bind(id)
        .bind(pseudonym.as_str())
        .bind(sign.to_string())
        .bind(now)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const SELECT_ID: &str = "select id from peers where programme_id = $1 and id = $2";

/// Is it a peer of this programme?
pub async fn exists(tx: &mut Tx, programme: ProgrammeId, id: PeerId) -> Result<bool, DbError> {
    let row: Option<(Uuid,)> = sql(SELECT_ID).bind(programme).bind(id).maybe(tx).await?;
    Ok(row.is_some())
}

const UPDATE_IDENTITY: &str =
    "update peers set sealed_identity = $3 where programme_id = $1 and id = $2";

/// Keeps a sealed identity.
pub async fn set_identity(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: PeerId,
    identity: Sealed<CivilIdentity>,
) -> Result<(), DbError> {
    sql(UPDATE_IDENTITY)
        .bind(programme)
        .bind(id)
        .bind(identity.into_bytes())
        .run(tx)
        .await?;
    Ok(())
}

const FORGET_IDENTITY: &str = "
    update peers set sealed_identity = null
    where programme_id = $1 and id = $2 and sealed_identity is not null";

/// Forgets a sealed identity. Answers `false` when there is none.
pub async fn forget_identity(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: PeerId,
) -> Result<bool, DbError> {
    let touched = sql(FORGET_IDENTITY)
        .bind(programme)
        .bind(id)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const SELECT_ERASED_NUMBER: &str = "
    select coalesce(max(erased_number), 0) from peers where programme_id = $1";

/// The number under which the next one who is forgotten stays.
pub async fn next_erased_number(tx: &mut Tx, programme: ProgrammeId) -> Result<i64, DbError> {
    let (last,): (i64,) = sql(SELECT_ERASED_NUMBER).bind(programme).one(tx).await?;
    Ok(last + 1)
}

const SET_ERASED: &str = "
    update peers set pseudonym = $3, sign = $4, sealed_identity = null, erased_at = $5,
      erased_number = $6
    where programme_id = $1 and id = $2 and erased_at is null";
/// The sign of whoever has none any more.
const NO_SIGN: &str = "snail-blue";

/// A number in place of a person. `false`: that was done before.
pub async fn set_erased(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: PeerId,
    number: i64,
    now: Instant,
) -> Result<bool, DbError> {
    let query = sql(SET_ERASED).bind(programme).bind(id);
    let query = query.bind(format!("Personne {number}")).bind(NO_SIGN);
    Ok(query.bind(now).bind(number).run(tx).await? == 1)
}

const DELETE_SESSIONS: &str = "
    delete from peer_sessions where programme_id = $1
      and card_id in (select id from cards where programme_id = $1 and peer_id = $2)";
const DELETE_CARDS: &str = "delete from cards where programme_id = $1 and peer_id = $2";
const DELETE_EXPECTED: &str = "delete from expected_peers where programme_id = $1 and peer_id = $2";
const REVOKE_TOKENS: &str = "
    update api_tokens set revoked_at = $3
    where programme_id = $1 and peer_id = $2 and revoked_at is null";

/// Ends whatever lets a peer in. Answers how much of that there was.
pub async fn end_access(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
    now: Instant,
) -> Result<u64, DbError> {
    let mut ended = 0;
    for text in [DELETE_SESSIONS, DELETE_CARDS, DELETE_EXPECTED] {
        ended += sql(text).bind(programme).bind(peer).run(tx).await?;
    }
    let tokens = sql(REVOKE_TOKENS).bind(programme).bind(peer).bind(now);
    Ok(ended + tokens.run(tx).await?)
}

// A clock that runs ahead keeps nobody: a fact is no later than when it came.
const CONTACTS: [&str; 5] = [
    "select id, created_at from peers where programme_id = $1 and erased_at is null",
    "select peer_id, max(case when recorded_at < received_at then recorded_at else received_at end)
     from facts where programme_id = $1 and peer_id is not null group by peer_id",
    "select sender_id, max(received_at) from facts
     where programme_id = $1 and sender_role = 'peer' and sender_id is not null
     group by sender_id",
    "select peer_id, max(coalesce(last_used_at, issued_at)) from cards
     where programme_id = $1 group by peer_id",
    "select a.peer_id, max(x.at) from allowances a
     join ledger_events e on e.programme_id = a.programme_id and e.line_id = a.id
       and e.what = 'received'
     join ledger_acts x on x.programme_id = e.programme_id and x.id = e.act_id
     where a.programme_id = $1 group by a.peer_id",
];

/// When each peer who is not forgotten was last met, wrote, came in, or got money.
pub async fn last_contacts(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<HashMap<PeerId, i64>, DbError> {
    let mut last: HashMap<PeerId, i64> = HashMap::new();
    for (n, text) in CONTACTS.into_iter().enumerate() {
        let rows: Vec<(Uuid, i64)> = sql(text).bind(programme).all(tx).await?;
        for (id, at) in rows {
            // The first are those who are there; a phone may speak of others.
            match last.get_mut(&PeerId(id)) {
                Some(known) => *known = at.max(*known),
                None if n == 0 => _ = last.insert(PeerId(id), at),
                None => {}
            }
        }
    }
    Ok(last)
}

/// Money that somebody has not got yet.
#[derive(sqlx::FromRow)]
pub struct Owed {
    peer_id: Uuid,
    /// All of it together.
    pub cents: i64,
    last_day: String,
}

impl Owed {
    /// Whose.
    pub fn peer(&self) -> PeerId {
        PeerId(self.peer_id)
    }

    /// The last outing it comes from was on this day or before.
    pub fn is_from_before(&self, day: Day) -> bool {
        self.last_day <= day.to_string()
    }
}

const SELECT_OWED: &str = "
    select a.peer_id, cast(sum(a.amount_cents) as bigint) as cents, max(a.outing_day) as last_day
    from allowances a
    where a.programme_id = $1 and a.state in ('due', 'listed', 'sent', 'paid')
      and a.entry = 'original'
      and not exists (
        select 1 from allowances c
        where c.programme_id = a.programme_id and c.outing_id = a.outing_id
          and c.peer_id = a.peer_id and c.entry = 'counter')
    group by a.peer_id";

/// Everybody to whom money is owed: due, on a list, sent, or paid and not in their hands.
pub async fn owed(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Owed>, DbError> {
    sql(SELECT_OWED).bind(programme).all(tx).await
}

const SELECT_IDENTITY: &str = "
    select id, sealed_identity from peers
    where programme_id = $1 and id = $2 and sealed_identity is not null";

/// The identity of one peer, sealed.
pub async fn identity(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
) -> Result<Option<Sealed<CivilIdentity>>, DbError> {
    let query = sql(SELECT_IDENTITY).bind(programme).bind(peer);
    let row: Option<(Uuid, Vec<u8>)> = query.maybe(tx).await?;
    Ok(row.map(|(_, bytes)| Sealed::from_row(Scope::Identity(peer), bytes)))
}

const SELECT_IDENTITIES: &str = "
    select id, sealed_identity from peers
    where programme_id = $1 and sealed_identity is not null";

/// Every identity of the programme, sealed.
pub async fn identities(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<(PeerId, Sealed<CivilIdentity>)>, DbError> {
    let rows: Vec<(Uuid, Vec<u8>)> = sql(SELECT_IDENTITIES).bind(programme).all(tx).await?;
    Ok(rows
        .into_iter()
        .map(|(id, bytes)| {
            let id = PeerId(id);
            (id, Sealed::from_row(Scope::Identity(id), bytes))
        })
        .collect())
}
