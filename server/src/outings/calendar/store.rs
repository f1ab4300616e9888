//! SQL of calendar feeds: one address an account, recognised by the hash of its secret.

use crate::db::{DbError, Tx, sql};
use domain::{AccountId, Instant, ProgrammeId};
use uuid::Uuid;

const SELECT_ROUND: &str = "
    select round from calendar_feeds
    where programme_id = $1 and account_id = $2 and token_hash is not null";

/// How often the address of an account was made, when one opens now.
pub async fn live_round(
    tx: &mut Tx,
    programme: ProgrammeId,
    account: AccountId,
) -> Result<Option<i64>, DbError> {
    let query = sql(SELECT_ROUND).bind(programme).bind(account);
    Ok(query.maybe::<(i64,)>(tx).await?.map(|(round,)| round))
}

const NEXT_ROUND: &str = "
    insert into calendar_feeds (programme_id, account_id, round, made_at) values ($1, $2, 1, $3)
    on conflict (programme_id, account_id) do update
    set round = calendar_feeds.round + 1, made_at = excluded.made_at
    returning round";

/// Begins a new round: the address before opens nothing any more once the new one is set.
pub async fn next_round(
    tx: &mut Tx,
    programme: ProgrammeId,
    account: AccountId,
    now: Instant,
) -> Result<i64, DbError> {
    let query = sql(NEXT_ROUND).bind(programme).bind(account).bind(now);
    let (round,): (i64,) = query.one(tx).await?;
    Ok(round)
}

const UPDATE_TOKEN: &str = "
    update calendar_feeds set token_hash = $3 where programme_id = $1 and account_id = $2";

/// Keeps the hash of an address.
pub async fn set_token(
    tx: &mut Tx,
    programme: ProgrammeId,
    account: AccountId,
    hash: Vec<u8>,
) -> Result<(), DbError> {
    let update = sql(UPDATE_TOKEN).bind(programme).bind(account).bind(hash);
    update.run(tx).await?;
    Ok(())
}

/// Takes an address back.
pub async fn revoke(
    tx: &mut Tx,
    programme: ProgrammeId,
    account: AccountId,
) -> Result<(), DbError> {
    let update = sql(UPDATE_TOKEN).bind(programme).bind(account);
    update.bind(None::<Vec<u8>>).run(tx).await?;
    Ok(())
}

const SELECT_PROGRAMME: &str = "select programme_id from calendar_feeds where token_hash = $1";

/// The programme whose outings an address shows.
pub async fn programme_of(tx: &mut Tx, hash: Vec<u8>) -> Result<Option<ProgrammeId>, DbError> {
    let row: Option<(Uuid,)> = sql(SELECT_PROGRAMME).bind(hash).maybe(tx).await?;
    Ok(row.map(|(id,)| ProgrammeId(id)))
}
