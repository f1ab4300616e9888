//! SQL of handing over and of the advance: all of it is inserted, never changed.

use super::advance::{AdvanceDay, DaySheet, Replenishment};
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

const INSERT_HAND_OVER: &str = "
    insert into hand_overs (programme_id, act_id) values ($1, $2)
    on conflict (programme_id, act_id) do nothing";

/// Says of a payment that it came out of the advance.
pub async fn insert_hand_over(
    tx: &mut Tx,
    programme: ProgrammeId,
    act: Uuid,
) -> Result<(), DbError> {
    let insert = sql(INSERT_HAND_OVER).bind(programme).bind(act);
    insert.run(tx).await?;
    Ok(())
}

const INSERT_REPLENISHMENT: &str = "
    insert into replenishments (programme_id, id, given_on, amount_cents, at, by_id)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (programme_id, id) do nothing";

/// Keeps what the payer put into the advance. Sent twice, it is there once.
pub async fn insert_replenishment(
    tx: &mut Tx,
    programme: ProgrammeId,
    (id, on, amount): (Uuid, Day, Cents),
    by: AccountId,
    now: Instant,
) -> Result<(), DbError> {
    sql(INSERT_REPLENISHMENT)
        .bind(programme)
        .bind(id)
        .bind(on)
        .bind(amount)
        .bind(now)
        .bind(by)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_REPLENISHMENTS: &str = "
    select r.given_on, r.amount_cents, a.name from replenishments r
    left join accounts a on a.programme_id = r.programme_id and a.id = r.by_id
    where r.programme_id = $1 order by r.given_on, r.at, r.id";

/// What the payer put into the advance, the oldest first, and who wrote it down.
pub async fn replenishments(
    tx: &mut Tx,
    programme: ProgrammeId,
) -> Result<Vec<Replenishment>, DbError> {
    let query = sql(SELECT_REPLENISHMENTS).bind(programme);
    let rows: Vec<(String, i64, Option<String>)> = query.all(tx).await?;
    let read = |(on, cents, by): (String, i64, Option<String>)| {
        let on = on.parse();
        Ok(Replenishment {
            on: on.map_err(|e| DbError::Unreadable(format!("replenishment: {e}")))?,
            amount: Cents(cents),
            by,
        })
    };
    rows.into_iter().map(read).collect()
}

const SELECT_DAYS: &str = "
    select d.outing_id, o.day, cast(sum(d.lines) as bigint) as lines,
      cast(sum(d.paid) as bigint) as paid, cast(sum(d.received) as bigint) as received,
      cast(sum(d.returned) as bigint) as returned
    from (
      select a.outing_id, 1 as lines, a.amount_cents as paid, 0 as received, 0 as returned
      from hand_overs h
      join ledger_events e on e.programme_id = h.programme_id and e.act_id = h.act_id
      join allowances a on a.programme_id = e.programme_id and a.id = e.line_id
      where h.programme_id = $1 and e.what = 'paid'
      union all
      select outing_id, 0, 0,
        case when what = 'received' then amount_cents else 0 end,
        case when what = 'received' then 0 else amount_cents end
      from advances where programme_id = $1
    ) d
    join outings o on o.programme_id = $1 and o.id = d.outing_id
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

/// What was handed over, received and brought back, outing by outing, the oldest first.
pub async fn days(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<AdvanceDay>, DbError> {
    let rows: Vec<DayRow> = sql(SELECT_DAYS).bind(programme).all(tx).await?;
    let read = |row: DayRow| {
        let day = row.day.parse();
        Ok(AdvanceDay {
            outing: OutingId(row.outing_id),
            day: day.map_err(|e| DbError::Unreadable(format!("outing: {e}")))?,
            lines: row.lines,
            sheet: DaySheet {
                before: Cents(0),
                received: Cents(row.received),
                paid: Cents(row.paid),
                returned: Cents(row.returned),
            },
        })
    };
    rows.into_iter().map(read).collect()
}

/// A day on which somebody's money waits to be handed over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WaitingDay {
    /// Of which outing.
    pub outing_id: Uuid,
    /// Its day.
    pub outing_day: String,
    /// How many people gave a name and wait.
    pub lines: i64,
    /// How much.
    pub total_cents: i64,
}

// What was taken back is not handed over, and without a name there is nobody to pay.
const SELECT_WAITING: &str = "
    select a.outing_id, a.outing_day, cast(count(*) as bigint) as lines,
      cast(sum(a.amount_cents) as bigint) as total_cents
    from allowances a
    join peers p on p.programme_id = a.programme_id and p.id = a.peer_id
    where a.programme_id = $1 and a.state in ('due', 'listed', 'sent') and a.entry = 'original'
      and p.sealed_identity is not null
      and not exists (
        select 1 from allowances o
        where o.programme_id = a.programme_id and o.outing_id = a.outing_id
          and o.peer_id = a.peer_id and o.entry = 'counter')
    group by a.outing_id, a.outing_day order by a.outing_day desc, a.outing_id limit $2";

/// The days on which money waits to be handed over, the latest first.
pub async fn waiting(
    tx: &mut Tx,
    programme: ProgrammeId,
    limit: u32,
) -> Result<Vec<WaitingDay>, DbError> {
    let query = sql(SELECT_WAITING).bind(programme).bind(limit);
    query.all(tx).await
}
