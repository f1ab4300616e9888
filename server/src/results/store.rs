//! SQL of results: few rows of what is kept, however long the history is.

use super::Year;
use crate::db::{DbError, Tx, sql};
use crate::outings::totals::kept::Quarter;
use domain::{Day, ProgrammeId};
use uuid::Uuid;

const SELECT_PROGRAMMES: &str = "select id, slug from programmes order by slug";

/// Every programme, by slug.
pub(super) async fn programmes(tx: &mut Tx) -> Result<Vec<(ProgrammeId, String)>, DbError> {
    let rows: Vec<(Uuid, String)> = sql(SELECT_PROGRAMMES).all(tx).await?;
    let read = |(id, slug)| (ProgrammeId(id), slug);
    Ok(rows.into_iter().map(read).collect())
}

const SELECT_YEARS: &str = "
    select substr(month, 1, 4) as year, cast(sum(outings) as bigint) as outings,
      cast(sum(minutes) as bigint) as minutes
    from month_results where programme_id = $1
    group by substr(month, 1, 4) order by year desc";

/// What the outings of each year came to, the latest first.
pub(super) async fn years(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Year>, DbError> {
    let rows: Vec<(String, i64, i64)> = sql(SELECT_YEARS).bind(programme).all(tx).await?;
    let read = |(year, outings, minutes): (String, i64, i64)| {
        let year = year.parse();
        let year = year.map_err(|e| DbError::Unreadable(format!("year: {e}")))?;
        Ok(Year {
            year,
            outings,
            minutes,
        })
    };
    rows.into_iter().map(read).collect()
}

const SELECT_MONTHS: &str = "
    select month, outings from month_results
    where programme_id = $1 and month >= $2 and month <= $3";

/// How many outings each month of a year had.
pub(super) async fn months(
    tx: &mut Tx,
    programme: ProgrammeId,
    year: i16,
) -> Result<[i64; 12], DbError> {
    let query = sql(SELECT_MONTHS).bind(programme);
    let query = query
        .bind(format!("{year:04}-01"))
        .bind(format!("{year:04}-12"));
    let rows: Vec<(String, i64)> = query.all(tx).await?;
    let mut months = [0; 12];
    for (month, outings) in rows {
        let rank = month.get(5..).and_then(|it| it.parse::<usize>().ok());
        if let Some(place) = rank.and_then(|it| months.get_mut(it.checked_sub(1)?)) {
            *place = outings;
        }
    }
    Ok(months)
}

/// A public place in three months of a year.
#[derive(sqlx::FromRow)]
pub(super) struct PlaceRow {
    pub(super) site_id: Uuid,
    pub(super) period: String,
    pub(super) quarter: Option<String>,
    pub(super) syringes: i64,
}

// A duplicate is the site that stays. What is discreet now, or was merged into what is, is left out.
const SELECT_PLACES: &str = "
    select r.id as site_id, p.period, r.quarter, cast(sum(p.syringes) as bigint) as syringes
    from place_results p
    join sites s on s.programme_id = p.programme_id and s.id = p.site_id and s.nature = 'public'
    join sites r on r.programme_id = p.programme_id and r.id = coalesce(s.merged_into, s.id)
      and r.nature = 'public'
    where p.programme_id = $1 and p.period in ($2, $3, $4, $5)
    group by r.id, p.period, r.quarter";

/// The public places where outings of a year went.
pub(super) async fn places(
    tx: &mut Tx,
    programme: ProgrammeId,
    year: i16,
) -> Result<Vec<PlaceRow>, DbError> {
    let quarters = Quarter::all_of(year).into_iter();
    let query = sql(SELECT_PLACES).bind(programme);
    quarters
        .fold(query, |query, it| query.bind(it.name()))
        .all(tx)
        .await
}

/// An outing that picked something up at public places.
#[derive(sqlx::FromRow)]
pub(super) struct LargeRow {
    pub(super) outing_id: Uuid,
    pub(super) day: String,
    pub(super) syringes: i64,
}

impl LargeRow {
    /// The first day of its month.
    pub(super) fn month(&self) -> Result<Day, DbError> {
        let day: Result<Day, _> = self.day.parse();
        let day = day.map_err(|e| DbError::Unreadable(format!("day: {e}")))?;
        Ok(Day(day.0.first_of_month()))
    }
}

const SELECT_LARGEST: &str = "
    select outing_id, day, syringes from outing_results
    where programme_id = $1 and year = $2 and day <= $3 and syringes > 0
    order by syringes desc, outing_id desc limit $4";

/// The outings of a year that picked up the most at public places, the largest first.
pub(super) async fn largest(
    tx: &mut Tx,
    programme: ProgrammeId,
    year: i16,
    until: Day,
    limit: u32,
) -> Result<Vec<LargeRow>, DbError> {
    let query = sql(SELECT_LARGEST).bind(programme).bind(i64::from(year));
    query.bind(until).bind(limit).all(tx).await
}

const SELECT_AT_PLACES: &str = "
    select cast(sum(c.total) as bigint) as total
    from outing_sums c
    join sites s on s.programme_id = c.programme_id and s.id = c.site_id and s.nature = 'public'
    where c.programme_id = $1 and c.outing_id = $2 and c.kind = 'pickup' and c.item = 'syringe'
    group by coalesce(s.merged_into, s.id)";

/// How many syringes an outing picked up at each public place.
pub(super) async fn at_public_places(
    tx: &mut Tx,
    programme: ProgrammeId,
    outing: Uuid,
) -> Result<Vec<i64>, DbError> {
    let query = sql(SELECT_AT_PLACES).bind(programme).bind(outing);
    let rows: Vec<(i64,)> = query.all(tx).await?;
    Ok(rows.into_iter().map(|(n,)| n).collect())
}
