//! SQL of keys for programs. Only hashes of them are kept.

use crate::access::Role;
use crate::db::{DbError, Tx, sql};
use domain::{Instant, ProgrammeId};
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;

/// A key that works, as whoever answers for it sees it.
#[derive(Clone, sqlx::FromRow)]
pub struct Line {
    token_hash: Vec<u8>,
    programme_id: Uuid,
    /// Short name of its programme.
    pub slug: String,
    /// What it is for.
    pub name: String,
    /// Its role.
    pub role: String,
    /// Whom it acts for, where it is somebody of the staff.
    pub whose: Option<String>,
    /// Since when.
    pub created_at: i64,
    /// The hour of its last use.
    pub last_used_at: Option<i64>,
}

impl Line {
    /// What names it.
    pub fn id(&self) -> Uuid {
        name_of_hash(&self.token_hash)
    }

    /// Its programme.
    pub fn programme(&self) -> ProgrammeId {
        ProgrammeId(self.programme_id)
    }
}

/// What names a token where it must be named: half of its hash, which opens nothing.
pub fn name_of_hash(hash: &[u8]) -> Uuid {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(hash) {
        *to = *from;
    }
    Uuid::from_bytes(half)
}

macro_rules! select_lines {
    ($which:literal) => {
        concat!(
            "select t.token_hash, t.programme_id, p.slug, t.name, t.role, a.name as whose,
               t.created_at, t.last_used_at
             from api_tokens t join programmes p on p.id = t.programme_id
             left join accounts a on a.programme_id = t.programme_id and a.id = t.account_id
             where t.revoked_at is null and a.ended_at is null",
            $which,
            " order by p.slug, t.role, t.created_at, t.token_hash"
        )
    };
}

const SELECT_ALL: &str = select_lines!("");
const SELECT_OF_BODY: &str = select_lines!(" and t.programme_id = $1 and t.role = $2");

/// Every key that works, for the operator.
pub async fn all(tx: &mut Tx) -> Result<Vec<Line>, DbError> {
    sql(SELECT_ALL).all(tx).await
}

/// The keys of one body, in the order they were made.
pub async fn of_body(
    tx: &mut Tx,
    programme: ProgrammeId,
    role: Role,
) -> Result<Vec<Line>, DbError> {
    let query = sql(SELECT_OF_BODY).bind(programme).bind(role.as_str());
    query.all(tx).await
}

const SELECT_MADE: &str = "
    select token_hash from api_tokens where programme_id = $1 and token_hash = $2";

/// Was this key ever made, whether or not it works?
pub async fn was_made(tx: &mut Tx, programme: ProgrammeId, hash: &[u8]) -> Result<bool, DbError> {
    let query = sql(SELECT_MADE).bind(programme).bind(hash.to_vec());
    let rows: Vec<(Vec<u8>,)> = query.all(tx).await?;
    Ok(!rows.is_empty())
}

const REVOKE: &str = "
    update api_tokens set revoked_at = $3
    where programme_id = $1 and token_hash = $2 and revoked_at is null";

/// It opens nothing any more.
pub(super) async fn revoke(tx: &mut Tx, it: &Line, now: Instant) -> Result<(), DbError> {
    let query = sql(REVOKE).bind(it.programme_id);
    query.bind(it.token_hash.clone()).bind(now).run(tx).await?;
    Ok(())
}

const SET_USED: &str = "
    update api_tokens set last_used_at = $2
    where token_hash = $1 and (last_used_at is null or last_used_at < $2)";

/// The hour of a moment, if that is not written down yet: reading is not a write each time.
pub fn hour_to_note(last: Option<i64>, now: Instant) -> Option<Instant> {
    let hour = now.as_ms() - now.as_ms().rem_euclid(HOUR_MS);
    (last < Some(hour)).then(|| Instant::from_ms(hour))
}

/// It was used in this hour.
pub async fn set_used(tx: &mut Tx, token_hash: Vec<u8>, hour: Instant) -> Result<(), DbError> {
    sql(SET_USED).bind(token_hash).bind(hour).run(tx).await?;
    Ok(())
}

const SELECT_NAMES: &str = "
    select token_hash, name from api_tokens
    where programme_id = $1 and case role
      when 'agent' then 'city' when 'clerk' then 'payer' else 'association' end = $2";

/// What the keys of a body are called, those taken back too.
pub async fn names(
    tx: &mut Tx,
    programme: ProgrammeId,
    body: &str,
) -> Result<Vec<(Uuid, String)>, DbError> {
    let query = sql(SELECT_NAMES).bind(programme).bind(body);
    let rows: Vec<(Vec<u8>, String)> = query.all(tx).await?;
    let named = |(hash, name): (Vec<u8>, String)| (name_of_hash(&hash), name);
    Ok(rows.into_iter().map(named).collect())
}
