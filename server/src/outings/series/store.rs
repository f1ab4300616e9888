//! SQL of weekly repetitions, and of what is copied from one week to another.

use crate::db::{DbError, Tx, sql};
use domain::{Day, Instant, OutingId, ProgrammeId, SiteId};
use uuid::Uuid;

const INSERT: &str = "
    insert into series (programme_id, id, first_day, until_day, created_at)
    values ($1, $2, $3, $4, $5)";

/// Begins a repetition, from its first day to its last.
pub async fn insert(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: Uuid,
    days: (Day, Day),
    now: Instant,
) -> Result<(), DbError> {
    sql(INSERT)
        .bind(programme)
        .bind(id)
        .bind(days.0)
        .bind(days.1)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

const UPDATE_OUTING: &str = "update outings set series_id = $3 where programme_id = $1 and id = $2";

/// Makes an outing one of a repetition.
pub async fn join(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    series: Uuid,
) -> Result<(), DbError> {
    let update = sql(UPDATE_OUTING).bind(programme).bind(outing).bind(series);
    update.run(tx).await?;
    Ok(())
}

const SELECT_UNTIL: &str = "select until_day from series where programme_id = $1 and id = $2";

/// The last day of a repetition.
pub async fn until(
    tx: &mut Tx,
    programme: ProgrammeId,
    series: Uuid,
) -> Result<Option<Day>, DbError> {
    let row: Option<(String,)> = sql(SELECT_UNTIL)
        .bind(programme)
        .bind(series)
        .maybe(tx)
        .await?;
    row.map(|(day,)| day.parse())
        .transpose()
        .map_err(|e: domain::Invalid| DbError::Unreadable(format!("series: {e}")))
}

const UPDATE_UNTIL: &str = "update series set until_day = $3 where programme_id = $1 and id = $2";

/// Ends a repetition on a day.
pub async fn set_until(
    tx: &mut Tx,
    programme: ProgrammeId,
    series: Uuid,
    day: Day,
) -> Result<(), DbError> {
    let update = sql(UPDATE_UNTIL).bind(programme).bind(series).bind(day);
    update.run(tx).await?;
    Ok(())
}

const SELECT_PLANNED_AFTER: &str = "
    select id from outings
    where programme_id = $1 and series_id = $2 and day > $3 and state = 'planned'
    order by day";

/// The outings of a repetition that follow a day and did not open.
pub async fn planned_after(
    tx: &mut Tx,
    programme: ProgrammeId,
    series: Uuid,
    day: Day,
) -> Result<Vec<OutingId>, DbError> {
    let query = sql(SELECT_PLANNED_AFTER).bind(programme).bind(series);
    let rows: Vec<(Uuid,)> = query.bind(day).all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| OutingId(id)).collect())
}

const SELECT_ON_DAY: &str = "
    select id from outings where programme_id = $1 and day = $2 and state <> 'cancelled'
    order by id limit 1";

/// An outing of that day that was not cancelled.
pub async fn on_day(
    tx: &mut Tx,
    programme: ProgrammeId,
    day: Day,
) -> Result<Option<OutingId>, DbError> {
    let row: Option<(Uuid,)> = sql(SELECT_ON_DAY)
        .bind(programme)
        .bind(day)
        .maybe(tx)
        .await?;
    Ok(row.map(|(id,)| OutingId(id)))
}

const SELECT_LAST: &str = "
    select id from outings
    where programme_id = $1 and state <> 'cancelled'
      and (day < $2 or (day = $2 and state in ('open', 'closed')))
    order by day desc, id desc limit 1";

/// The last outing that was to take place, up to today.
pub async fn last(
    tx: &mut Tx,
    programme: ProgrammeId,
    today: Day,
) -> Result<Option<OutingId>, DbError> {
    let query = sql(SELECT_LAST).bind(programme).bind(today);
    Ok(query.maybe::<(Uuid,)>(tx).await?.map(|(id,)| OutingId(id)))
}

// A site that was merged since stands for the one that stays.
const SELECT_STILL_PLANNABLE: &str = "
    select coalesce(s.merged_into, s.id), min(w.rank) from outing_sites w
    join sites s on s.programme_id = w.programme_id and s.id = w.site_id
    where w.programme_id = $1 and w.outing_id = $2
      and (s.residents_agree is null or s.residents_agree = true)
    group by coalesce(s.merged_into, s.id)
    order by min(w.rank)";

/// The sites of an outing that may be planned again, in the order of the walk.
pub async fn still_plannable(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<SiteId>, DbError> {
    let query = sql(SELECT_STILL_PLANNABLE).bind(programme).bind(outing);
    let rows: Vec<(Uuid, i64)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(id, _)| SiteId(id)).collect())
}
