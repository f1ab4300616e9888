//! What comes again: a weekly repetition, one week skipped or changed by itself, and last week
//! copied in one tap.
//!
//! Every outing of a repetition is a row of its own from the first day, so that a skipped week is
//! a cancelled outing and a changed week a changed plan. It has its hour, its meeting point and
//! its crew; its places are chosen week by week, from what was seen since.

pub mod store;

use super::store as outings;
use super::store::{Crew, Outing, Plan};
use super::{TypedPlan, get, hold};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::programmes;
use domain::outing::weekly;
use domain::{Day, Instant, Invalid, OutingId, OutingState, ProgrammeId};
use uuid::Uuid;
use words::desk::outings::series as say;

const WEEK: i32 = 7;

/// The last day of a repetition as it was typed; nothing typed repeats nothing.
pub fn last_day(typed: &TypedPlan) -> Result<Option<Day>, Invalid> {
    let text = typed.repeat_until.as_deref().map(str::trim);
    let text = text.filter(|it| !it.is_empty());
    text.map(|it| {
        it.parse()
            .map_err(|_| Invalid::new("repeat_until", "not_a_day"))
    })
    .transpose()
}

/// Plans the weeks after an outing that was just planned. A day that has its outing already keeps
/// that one.
pub async fn begin(
    tx: &mut Tx,
    programme: ProgrammeId,
    first: OutingId,
    typed: &TypedPlan,
    plan: &Plan,
    until: Day,
    now: Instant,
) -> Result<(), Problem> {
    let days = weekly(plan.day, until)?;
    let series = Uuid::now_v7();
    store::insert(tx, programme, series, (plan.day, until), now).await?;
    store::join(tx, programme, first, series).await?;
    let crew = typed.crew.clone().unwrap_or_default();
    for day in days {
        if store::on_day(tx, programme, day).await?.is_some() {
            continue;
        }
        let id = OutingId(Uuid::now_v7());
        let plan = Plan {
            day,
            ..plan.clone()
        };
        outings::insert(tx, programme, id, &plan, now).await?;
        outings::set_crew(tx, programme, id, &crew).await?;
        store::join(tx, programme, id, series).await?;
    }
    Ok(())
}

/// Ends a repetition after one of its outings: the planned ones that follow are cancelled.
/// Answers how many.
pub async fn end_after(app: &App, caller: &Caller, id: OutingId) -> Result<usize, Problem> {
    let by = super::account(caller)?;
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, caller.programme, id).await?;
    let series = outing.series.ok_or_else(Problem::not_found)?;
    let following = store::planned_after(&mut tx, caller.programme, series, outing.day).await?;
    for it in &following {
        let (state, now) = (OutingState::Cancelled, app.now());
        outings::set_ended(&mut tx, caller.programme, *it, state, by, now).await?;
    }
    store::set_until(&mut tx, caller.programme, series, outing.day).await?;
    tx.commit().await?;
    Ok(following.len())
}

/// What copying last week gave.
pub enum Copied {
    /// The outing has last week's plan now.
    Made(Outing),
    /// That day has an outing with places of its own: nothing was changed.
    There(Outing),
}

/// Copies the last outing that took place (or was to) a week on: hour, meeting point, places in
/// their order, crew. `id` is of the new outing, so that two taps make one.
pub async fn copy_last(app: &App, caller: &Caller, id: OutingId) -> Result<Copied, Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    // Held first: of two people who copy at once, the second finds what the first made.
    let settings = programmes::hold_settings(&mut tx, programme).await?;
    if let Some(there) = outings::find(&mut tx, programme, id).await? {
        return Ok(Copied::Made(there));
    }
    let today = local_day(&settings, app.now());
    let last = store::last(&mut tx, programme, today).await?;
    let last = last.ok_or_else(nothing_to_copy)?;
    let last = get(&mut tx, caller, last).await?;
    let day = next_week_of(last.day, today);
    let there = store::on_day(&mut tx, programme, day).await?;
    let id = match there {
        Some(there)
            if !outings::site_ids(&mut tx, programme, there)
                .await?
                .is_empty() =>
        {
            return Ok(Copied::There(get(&mut tx, caller, there).await?));
        }
        Some(there) => there,
        None => id,
    };
    if there.is_some() && hold(&mut tx, programme, id).await?.state != OutingState::Planned {
        return Ok(Copied::There(get(&mut tx, caller, id).await?));
    }
    copy_into(&mut tx, caller, &last, id, day, app.now()).await?;
    let made = get(&mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(Copied::Made(made))
}

async fn copy_into(
    tx: &mut Tx,
    caller: &Caller,
    last: &Outing,
    id: OutingId,
    day: Day,
    now: Instant,
) -> Result<(), Problem> {
    let programme = caller.programme;
    let plan = Plan {
        day,
        starts_at: last.starts_at.clone(),
        meeting_point: last.meeting_point.clone(),
    };
    let crew: Crew = outings::crew(tx, programme, last.id).await?;
    if !outings::insert(tx, programme, id, &plan, now).await? {
        outings::update_plan(tx, programme, id, &plan).await?;
    }
    let sites = store::still_plannable(tx, programme, last.id).await?;
    outings::set_sites(tx, programme, id, &sites).await?;
    outings::set_crew(tx, programme, id, &crew).await?;
    Ok(())
}

/// The same weekday, today or later, a week after at least.
fn next_week_of(last: Day, today: Day) -> Day {
    let mut day = last.plus_days(WEEK);
    while day < today {
        day = day.plus_days(WEEK);
    }
    day
}

fn nothing_to_copy() -> Problem {
    Problem::state("nothing_to_copy", say::REFUSED_NOTHING_TO_COPY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_falls_on_the_same_weekday_today_or_later() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let today = day("2026-11-24");
        assert_eq!(next_week_of(day("2026-11-17"), today), today);
        assert_eq!(next_week_of(today, today), day("2026-12-01"));
        assert_eq!(next_week_of(day("2026-10-01"), today), day("2026-11-26"));
    }
}
