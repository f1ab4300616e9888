//! Weekly outings of the past: planned, opened, recorded by a phone, closed, listed month by month;
//! what became of each list is told in `ledger.rs`.
//!
//! Recording, closing and listing go through the doors that a crew uses, with the clock set back
//! to that day: what is kept is what would have been kept. The calendar of a month, up to the
//! opening of its outings, is written at once, which spares much of the waiting for the disk. Each
//! step may be done already, so that a load that was cut short is made good by the next one.

use super::ledger::{self, Fate};
use super::notes::{Notes, draw_notes};
use super::town::{Town, at_time};
use super::{failed, places};
use crate::access::credentials::{new_token, token_hash};
use crate::access::{Caller, Scope, Sealer, Who};
use crate::app::App;
use crate::cli::Failure;
use crate::db::Tx;
use crate::outings::crew::store::{Joining, join};
use crate::outings::store::{self, Plan};
use crate::outings::{self, OverrideReason};
use crate::{allowances, facts};
use domain::allowance::ListNumber;
use domain::crew::FactStatus;
use domain::fact::Whose;
use domain::outing::Equipment;
use domain::time::DAY_MS;
use domain::{Day, Fact, ListId, OutingId, OutingState, SiteId};
use rand::Rng;
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Two in the afternoon, in minutes.
const STARTS: i64 = 14 * 60;
/// An outing is opened five minutes later, when everybody is there.
const OPENED: i64 = STARTS + 5;
/// A list is issued at ten in the morning of the day after an outing.
const LISTED: i64 = 34 * 60;
/// An outing is planned so many days before.
const PLANNED_DAYS_BEFORE: i64 = 6;
/// It is closed so long after the last thing that was recorded.
const CLOSED_AFTER_MS: i64 = 15 * 60_000;
/// One outing in so many is opened without an agent, for a reason.
const OVERRIDDEN_ONE_IN: u32 = 25;
const REASON: &str = "L’agent est retenu par une urgence. La direction est d’accord pour sortir.";

/// After every outing.
pub(super) const END_OF_TIME: (Day, OutingId) =
    (Day(jiff::civil::Date::MAX), OutingId(Uuid::max()));

/// An outing of the past, drawn.
struct Past {
    id: OutingId,
    day: Day,
    sites: Vec<SiteId>,
    agents: u32,
    notes: Notes,
}

/// Loads the outings of the weeks before `first_day`, the oldest first, on its day of the week.
pub(super) async fn load(
    app: &App,
    town: &Town,
    scale: u32,
    first_day: Day,
) -> Result<(), Failure> {
    let closed = closed(app, town).await?;
    let weeks = i32::try_from(town.habits.weeks.saturating_mul(scale))?;
    let ago: Vec<i32> = (1..=weeks).rev().collect();
    let day = |ago: i32| first_day.plus_days(-7 * ago);
    let of_one = |a: &i32, b: &i32| day(*a).0.first_of_month() == day(*b).0.first_of_month();
    let months: Vec<&[i32]> = ago.chunk_by(of_one).collect();
    for (at, month) in months.iter().enumerate() {
        let missing = month.iter().filter(|ago| !closed.contains(&day(**ago)));
        let drawn: Vec<Past> = missing
            .map(|ago| draw(town, day(*ago), *ago))
            .collect::<Result<_, _>>()?;
        write_calendar(app, town, &drawn).await?;
        for past in &drawn {
            go_out(app, town, past).await?;
        }
        let days: Vec<Day> = month.iter().map(|ago| day(*ago)).collect();
        let fate = Fate::of(months.len() - 1 - at);
        let mut listed = days.clone();
        if fate == Fate::Paying {
            // The line that was returned waits among those of the month before.
            let before = at.checked_sub(1).map_or(&[][..], |it| months[it]);
            listed.extend(before.iter().map(|ago| day(*ago)));
            ledger::hand_over(app, town, days[days.len() - 1]).await?;
        }
        // Also for a month that is not over: only people without an identity keep a due line.
        if let Some(list) = issue(app, town, &days, &listed).await? {
            ledger::follow(app, town, list, days[days.len() - 1], fate).await?;
        }
    }
    Ok(())
}

/// The days whose outing is done.
async fn closed(app: &App, town: &Town) -> Result<BTreeSet<Day>, Failure> {
    let mut tx = app.db.read().await?;
    let all = store::page(&mut tx, town.id(), END_OF_TIME, u32::MAX).await?;
    let done = |it: &store::Outing| it.state == OutingState::Closed && it.id == town.outing(it.day);
    Ok(all.iter().filter(|it| done(it)).map(|it| it.day).collect())
}

fn draw(town: &Town, day: Day, weeks_ago: i32) -> Result<Past, Failure> {
    let mut chance = town.chance("outing", day);
    let public = chance.random_range(town.habits.public.clone());
    let discreet = chance.random_range(town.habits.discreet.clone());
    let walk = places::draw(town, &mut chance, public, discreet);
    let agents = match chance.random_ratio(1, OVERRIDDEN_ONE_IN) {
        true => 0,
        false => town.settings.green_light.agents_min,
    };
    Ok(Past {
        id: town.outing(day),
        day,
        sites: walk.iter().map(|place| town.site(place)).collect(),
        agents,
        notes: draw_notes(town, &mut chance, day, weeks_ago, &walk)?,
    })
}

/// Plans outings, lets the association's phone in, says who is there with what, and opens.
async fn write_calendar(app: &App, town: &Town, drawn: &[Past]) -> Result<(), Failure> {
    if drawn.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    for past in drawn {
        if write_plan(&mut tx, town, past).await? {
            write_opening(&mut tx, app, town, past).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Answers `false` when it was planned (and opened) before.
async fn write_plan(tx: &mut Tx, town: &Town, past: &Past) -> Result<bool, Failure> {
    let (programme, id, day) = (town.id(), past.id, past.day);
    let plan = Plan {
        day,
        starts_at: Some(town.habits.starts_at.into()),
        meeting_point: Some(town.habits.meeting_point.into()),
    };
    let starts = town.at(day, STARTS);
    let before = starts.plus_ms(-PLANNED_DAYS_BEFORE * DAY_MS);
    if !store::insert(tx, programme, id, &plan, before).await? {
        return Ok(false);
    }
    store::set_sites(tx, programme, id, &past.sites).await?;
    let reads_until = town.at(day.plus_days(2), 0);
    let joining = Joining {
        programme,
        outing: id,
        device: past.notes.device,
        // Nobody has it: that phone is gone.
        token_hash: token_hash(&new_token("crew")),
        now: starts,
        reads_until,
        hands_in_until: reads_until.plus_ms(i64::from(town.settings.hand_in_days) * DAY_MS),
        whose: Some(Whose::Association),
        account: None,
    };
    join(tx, joining).await?;
    Ok(true)
}

/// The green light; or, without an agent, the reason why they went all the same.
async fn write_opening(tx: &mut Tx, app: &App, town: &Town, past: &Past) -> Result<(), Failure> {
    let (programme, id) = (town.id(), past.id);
    let opened = town.at(past.day, OPENED);
    store::set_staff(tx, programme, id, 1, past.agents).await?;
    let equipment: Vec<&str> = Equipment::ALL.iter().map(|it| it.code()).collect();
    store::set_equipment(tx, programme, id, &equipment).await?;
    let mut sealed = None;
    if past.agents < town.settings.green_light.agents_min {
        let mut sealer = Sealer::new(&app.keys, programme, opened);
        let reason = OverrideReason(REASON.into());
        let reason = sealer.seal(tx, Scope::Outing(id), &reason).await?;
        sealed = Some(reason.into_bytes());
    }
    store::set_opened(tx, programme, id, opened, sealed).await?;
    Ok(())
}

/// What the crew recorded, and the closing.
async fn go_out(app: &App, town: &Town, past: &Past) -> Result<(), Failure> {
    let (coordinator, notes) = (town.coordinator()?, &past.notes);
    let phone = Caller {
        programme: town.id(),
        who: Who::Phone {
            outing: past.id,
            device: notes.device,
            reads: true,
            whose: Some(Whose::Association),
            account: None,
        },
    };
    let then = at_time(app, notes.ended);
    hand_in(&then, &phone, &notes.phone).await?;
    hand_in(&then, &coordinator, &notes.coordinator).await?;
    let then = at_time(app, notes.ended.plus_ms(CLOSED_AFTER_MS));
    // The phone is gone since: it holds nothing.
    let closed = outings::close(&then, &coordinator, past.id, true).await;
    closed.map(|_| ()).map_err(failed)
}

/// Hands facts in; all of them must be kept.
pub(super) async fn hand_in(app: &App, caller: &Caller, noted: &[Fact]) -> Result<(), Failure> {
    let raws: Vec<Value> = noted.iter().map(Fact::to_json).collect();
    let answer = facts::receive(app, caller, facts::Delivery::default(), &raws)
        .await
        .map_err(failed)?;
    let kept = |status| matches!(status, FactStatus::Accepted | FactStatus::Duplicate);
    match answer.results.iter().find(|it| !kept(it.status)) {
        None => Ok(()),
        Some(wrong) => {
            let reason = wrong.reason.as_deref().unwrap_or_default();
            Err(format!("a fact of the demonstration was not kept: {reason}").into())
        }
    }
}

/// Issues the list of the outings of `listed`, on the day after the last of one month. Its id names
/// the first day of the month: one that later gets older outings gets another list for them.
async fn issue(
    app: &App,
    town: &Town,
    month: &[Day],
    listed: &[Day],
) -> Result<Option<(ListId, ListNumber)>, Failure> {
    let (Some(first), Some(last)) = (month.first(), month.last()) else {
        return Ok(None);
    };
    let id = ListId(town.named(&format!("list/{first}")));
    let ids: Vec<OutingId> = listed.iter().map(|day| town.outing(*day)).collect();
    let then = at_time(app, town.at(*last, LISTED));
    match allowances::issue(&then, &town.coordinator()?, id, Some(&ids)).await {
        Ok(issued) => Ok(Some((id, issued.list.number()))),
        // Nobody with an identity came that month.
        Err(problem) if ["nothing_due", "no_identity"].contains(&problem.code) => Ok(None),
        Err(problem) => Err(failed(problem)),
    }
}
