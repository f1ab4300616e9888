//! SQL of the advance of a day: what was received and brought back is inserted, never changed.

use super::{AdvanceDay, DaySheet};
use crate::db::{DbError, Tx, sql};
use domain::{AccountId, Cents, Day, Instant, OutingId, ProgrammeId};
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

const SELECT_DAYS: &str = "
    select d.outing_id, o.day, cast(sum(d.lines) as bigint) as lines,
      cast(sum(d.paid) as bigint) as paid, cast(sum(d.received) as bigint) as received,
      cast(sum(d.returned) as bigint) as returned
    from (
      select a.outing_id, 1 as lines, a.amount_cents as paid, 0 as received, 0 as returned
      from ledger_events e
      join ledger_acts t on t.programme_id = e.programme_id and t.id = e.act_id
      join allowances a on a.programme_id = e.programme_id and a.id = e.line_id
      where e.programme_id = $1 and e.what = 'paid' and t.by_role = 'coordinator'
      union all
      select outing_id, 0, 0,
        case when what = 'received' then amount_cents else 0 end,
        case when what = 'received' then 0 else amount_cents end
      from advances where programme_id = $1
    ) d
    join outings o on o.programme_id = $1 and o.id = d.outing_id
    where o.day >= $2
    group by d.outing_id, o.day order by o.day, d.outing_id";

#[derive(sqlx::FromRow)]
struct DayRow {
    outing_id: Uuid,
    day: String,
    lines: i64,
    paid: i64,
    received: i64,
    returned: i64,
}

/// What was handed over, received and brought back, outing by outing, since a day.
pub async fn days(
    tx: &mut Tx,
    programme: ProgrammeId,
    from: Day,
) -> Result<Vec<AdvanceDay>, DbError> {
    let rows: Vec<DayRow> = sql(SELECT_DAYS).bind(programme).bind(from).all(tx).await?;
    let read = |row: DayRow| {
        let day = row.day.parse();
        Ok(AdvanceDay {
            outing: OutingId(row.outing_id),
            day: day.map_err(|e| DbError::Unreadable(format!("outing: {e}")))?,
            lines: row.lines,
            sheet: DaySheet {
                received: Cents(row.received),
                paid: Cents(row.paid),
                returned: Cents(row.returned),
            },
        })
    };
    rows.into_iter().map(read).collect()
}
