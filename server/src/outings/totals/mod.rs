//! What the programme picked up, month by month, as far as the city may know it: see
//! [`domain::totals`] for the rule.

pub mod kept;

use crate::db::{DbError, Tx};
use domain::totals::Told;
use domain::{Day, Instant, ProgrammeId, Settings};

/// The latest totals that the city is told, at most so many, the oldest first.
pub async fn for_city(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    now: Instant,
    latest: u32,
) -> Result<Vec<Told>, DbError> {
    let ever = (Day(jiff::civil::date(1, 1, 1)), Day(jiff::civil::Date::MAX));
    between(tx, programme, settings, now, ever, latest).await
}

/// The totals that the city is told whose last month lies between two days, the oldest first.
pub async fn between(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    now: Instant,
    (from, to): (Day, Day),
    latest: u32,
) -> Result<Vec<Told>, DbError> {
    let unreadable = |e: domain::Invalid| DbError::Unreadable(format!("month: {e}"));
    let mut told = Vec::new();
    for row in kept::store::told_between(tx, programme, (from, to), latest).await? {
        told.push(Told {
            first: row.first_month.parse().map_err(unreadable)?,
            last: row.last_month.parse().map_err(unreadable)?,
            total: row.total,
        });
    }
    told.reverse();
    let this_month = kept::month_of(settings, now);
    let more = kept::not_told_yet(tx, programme, settings, this_month).await?;
    told.extend(
        more.into_iter()
            .filter(|it| from <= it.last && it.last <= to),
    );
    let too_many = told.len().saturating_sub(latest as usize);
    told.drain(..too_many);
    Ok(told)
}
