//! SQL of the advance of a day: what was received and brought back is inserted, never changed.

use crate::db::{DbError, Tx, sql};
use domain::{AccountId, Cents, Instant, OutingId, ProgrammeId};
use uuid::Uuid;

const INSERT: &str = "
    insert into advances (programme_id, id, outing_id, what, amount_cents, at, by_id)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (programme_id, id) do nothing";

/// Keeps an amount, `received` or `returned`. Answers `false` when its id is there already.
pub async fn insert(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    (id, what, amount): (Uuid, &'static str, Cents),
    by: AccountId,
    now: Instant,
) -> Result<bool, DbError> {
    let touched = sql(INSERT)
        .bind(programme)
        .bind(id)
        .bind(outing)
        .bind(what)
        .bind(amount)
        .bind(now)
        .bind(by)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

const SUMS: &str = "
    select what, cast(sum(amount_cents) as bigint) from advances
    where programme_id = $1 and outing_id = $2 group by what";

/// What was received and what was brought back for an outing.
pub async fn sums(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<(String, i64)>, DbError> {
    sql(SUMS).bind(programme).bind(outing).all(tx).await
}

const SUM_HANDED_OVER: &str = "
    select cast(coalesce(sum(a.amount_cents), 0) as bigint) from ledger_events e
    join ledger_acts t on t.programme_id = e.programme_id and t.id = e.act_id
    join allowances a on a.programme_id = e.programme_id and a.id = e.line_id
    where e.programme_id = $1 and a.outing_id = $2 and e.what = 'paid'
      and t.by_role = 'coordinator'";

/// What those who were appointed paid for an outing.
pub async fn handed_over(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Cents, DbError> {
    let query = sql(SUM_HANDED_OVER).bind(programme).bind(outing);
    let (cents,): (i64,) = query.one(tx).await?;
    Ok(Cents(cents))
}
