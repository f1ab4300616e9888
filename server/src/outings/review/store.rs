//! SQL of what is looked at before closing.

use super::Here;
use crate::db::{DbError, Tx, sql};
use crate::facts::store::not_voided;
use domain::fact::Item;
use domain::outing::Usual;
use domain::{FactId, Instant, OutingId, ProgrammeId, SiteId};
use uuid::Uuid;

/// The first and the last number a phone gave to facts of an outing.
#[derive(sqlx::FromRow)]
pub struct Span {
    /// The phone.
    pub device_id: Uuid,
    /// Its lowest number.
    pub first: i64,
    /// Its highest number.
    pub last: i64,
}

const SELECT_SPANS: &str = "
    select f.device_id, min(f.seq) as first, max(f.seq) as last
    from facts f
    join crew_phones c on c.programme_id = f.programme_id and c.outing_id = f.outing_id
      and c.device_id = f.device_id
    where f.programme_id = $1 and f.outing_id = $2
    group by f.device_id";

/// The numbers that phones of an outing gave to its facts.
pub async fn spans(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<Span>, DbError> {
    sql(SELECT_SPANS).bind(programme).bind(outing).all(tx).await
}

// A phone numbers all it records in one row: facts of no outing or of another fill a gap too.
const COUNT_SEEN: &str = "
    select cast(count(distinct seq) as bigint) from facts
    where programme_id = $1 and device_id = $2 and seq between $3 and $4";

/// How many numbers of that span have come.
pub async fn seen_between(
    tx: &mut Tx,
    programme: ProgrammeId,
    span: &Span,
) -> Result<i64, DbError> {
    let query = sql(COUNT_SEEN).bind(programme).bind(span.device_id);
    let (n,): (i64,) = query.bind(span.first).bind(span.last).one(tx).await?;
    Ok(n)
}

/// A pickup.
#[derive(sqlx::FromRow)]
pub struct Pickup {
    /// Its fact.
    pub id: Uuid,
    /// Where; none for « ici ».
    pub site_id: Option<Uuid>,
    /// What.
    pub item: String,
    /// How many.
    pub count: i64,
    /// When.
    pub recorded_at: i64,
}

const SELECT_BIG: &str = concat!(
    "select f.id, f.site_id, f.item, f.count, f.recorded_at from facts f
     where f.programme_id = $1 and f.outing_id = $2 and f.kind = 'pickup' and f.count >= $3 and ",
    not_voided!(),
    " order by f.recorded_at, f.id"
);

/// Pickups of so many at once.
pub async fn big_pickups(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
    at_least: i64,
) -> Result<Vec<Pickup>, DbError> {
    let query = sql(SELECT_BIG).bind(programme).bind(outing).bind(at_least);
    query.all(tx).await
}

/// Syringes at one place.
#[derive(sqlx::FromRow)]
pub struct PlaceSum {
    /// Where.
    pub site_id: Uuid,
    /// How many.
    pub total: i64,
}

const SUM_BY_PLACE: &str = concat!(
    "select f.site_id, cast(sum(f.count) as bigint) as total from facts f
     where f.programme_id = $1 and f.outing_id = $2 and f.kind = 'pickup'
       and f.item = 'syringe' and f.site_id is not null and ",
    not_voided!(),
    " group by f.site_id order by f.site_id"
);

/// Syringes by place of an outing.
pub async fn syringes_by_place(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<PlaceSum>, DbError> {
    sql(SUM_BY_PLACE).bind(programme).bind(outing).all(tx).await
}

// The latest outings tell what is usual, however many there were: two years of weeks.
const SELECT_USUAL: &str = "
    select cast(count(*) as bigint), cast(coalesce(sum(t.total), 0) as bigint)
    from (
      select c.outing_id, sum(c.total) as total
      from (
        select id from outings where programme_id = $1 and state = 'closed' and id <> $3
        order by day desc, id desc limit 104) o
      join outing_sums c on c.programme_id = $1 and c.outing_id = o.id and c.kind = 'pickup'
        and c.site_id = $2 and c.item = 'syringe'
      group by c.outing_id having sum(c.total) > 0) t";

/// What a place gave on the latest of the other outings.
pub async fn usual(
    tx: &mut Tx,
    programme: ProgrammeId,
    site: SiteId,
    but: OutingId,
) -> Result<Usual, DbError> {
    let query = sql(SELECT_USUAL).bind(programme).bind(site).bind(but);
    let (outings, total): (i64, i64) = query.one(tx).await?;
    Ok(Usual { outings, total })
}

// « Ici » until somebody decided about it.
const SELECT_HERE: &str = concat!(
    "select f.id, f.site_id, f.item, f.count, f.recorded_at from facts f
     where f.programme_id = $1 and f.outing_id = $2 and f.kind = 'pickup' and f.site_id is null
       and not exists (
         select 1 from here_decisions d
         where d.programme_id = f.programme_id and d.fact_id = f.id)
       and ",
    not_voided!(),
    " order by f.recorded_at, f.id"
);

/// Pickups « ici » that nobody decided about.
pub async fn here(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: OutingId,
) -> Result<Vec<Here>, DbError> {
    let rows: Vec<Pickup> = sql(SELECT_HERE)
        .bind(programme)
        .bind(outing)
        .all(tx)
        .await?;
    let read = |it: Pickup| Here {
        fact: FactId(it.id),
        item: Item::from_code(&it.item).unwrap_or(Item::Other),
        count: it.count,
        at: Instant::from_ms(it.recorded_at),
    };
    Ok(rows.into_iter().map(read).collect())
}
