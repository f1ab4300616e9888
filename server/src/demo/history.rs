//! Weekly outings of the past: planned, opened, recorded by a phone, closed, listed month by month.
//!
//! Everything goes through the doors that a crew uses, with the clock set back to that day: what
//! is kept is what would have been kept. Each step may be done already, so that a load that was
//! cut short is made good by the next one.

use super::failed;
use super::notes::{Notes, draw_notes};
use super::town::{Town, at_time};
use crate::access::{Caller, Role, Who};
use crate::app::App;
use crate::cli::Failure;
use crate::outings::store::Outing;
use crate::outings::{self, TypedPlan, crew};
use crate::{allowances, facts};
use domain::crew::{FactStatus, JoinRequest};
use domain::fact::Whose;
use domain::outing::Equipment;
use domain::time::DAY_MS;
use domain::{Day, DeviceId, Fact, Instant, ListId, OutingId, OutingState};
use rand::Rng;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

/// Two in the afternoon, in minutes.
const STARTS: i64 = 14 * 60;
/// The day after an outing, lists are issued at ten in the morning.
const LISTS_AT: i64 = 34 * 60;
/// An outing is planned so many days before.
const PLANNED_DAYS_BEFORE: i64 = 6;
/// One outing in so many is opened without an agent, for a reason.
const OVERRIDDEN_ONE_IN: u32 = 25;

/// Loads the outings of the weeks before `first_day`, the oldest first, on the same day of the week.
pub(super) async fn load(
    app: &App,
    town: &Town,
    scale: u32,
    first_day: Day,
) -> Result<(), Failure> {
    let closed = closed(app, town).await?;
    let weeks = i32::try_from(town.habits.weeks.saturating_mul(scale))?;
    let mut month: Vec<(Day, OutingId)> = Vec::new();
    for ago in (1..=weeks).rev() {
        let day = first_day.plus_days(-7 * ago);
        if let Some((last, _)) = month.last().copied()
            && last.0.month() != day.0.month()
        {
            issue(app, town, &std::mem::take(&mut month)).await?;
        }
        let id = town.outing(day);
        if !closed.contains(&id) {
            go_out(app, town, day, ago).await?;
        }
        month.push((day, id));
    }
    // Also for a month that is not over: nothing stays due but for people without an identity.
    issue(app, town, &month).await
}

async fn closed(app: &App, town: &Town) -> Result<BTreeSet<OutingId>, Failure> {
    let mut tx = app.db.read().await?;
    let all = outings::store::page(&mut tx, town.id(), END_OF_TIME, u32::MAX).await?;
    let closed = all.iter().filter(|it| it.state == OutingState::Closed);
    Ok(closed.map(|it| it.id).collect())
}

/// After every outing.
pub(super) const END_OF_TIME: (Day, OutingId) =
    (Day(jiff::civil::Date::MAX), OutingId(Uuid::max()));

/// One outing, from its plan to its closing.
async fn go_out(app: &App, town: &Town, day: Day, weeks_ago: i32) -> Result<(), Failure> {
    let coordinator = coordinator(town)?;
    let mut chance = town.chance("outing", day);
    let public = chance.random_range(town.habits.public.clone());
    let discreet = chance.random_range(town.habits.discreet.clone());
    let places = super::places::draw(town, &mut chance, public, discreet);
    let agents = match chance.random_ratio(1, OVERRIDDEN_ONE_IN) {
        true => 0,
        false => town.settings.green_light.agents_min,
    };
    let notes = draw_notes(town, &mut chance, day, weeks_ago, &places)?;

    let sites = places.iter().map(|place| town.site(place)).collect();
    let outing = plan(app, town, day, sites).await?;
    let opened = at_time(app, town.at(day, STARTS + 5));
    let outing = open(&opened, town, &outing, agents).await?;
    if outing.state != OutingState::Open {
        return Ok(());
    }
    let phone = join(&opened, &coordinator, &outing, notes.device).await?;
    let Notes {
        phone: seen,
        coordinator: marked,
        ended,
        ..
    } = notes;
    hand_in(&at_time(app, ended), &phone, &seen).await?;
    hand_in(&at_time(app, ended), &coordinator, &marked).await?;
    let closing = at_time(app, ended.plus_ms(15 * 60_000));
    let done = outings::close(&closing, &coordinator, outing.id).await;
    done.map(|_| ()).map_err(failed)
}

/// The first coordinator, who runs every outing of the past.
pub(super) fn coordinator(town: &Town) -> Result<Caller, Failure> {
    let caller = town.caller(Role::Coordinator);
    caller.ok_or_else(|| Failure::from("the demonstration has no coordinator"))
}

/// Plans the outing of a day, some days before it (now, when that is still to come).
pub(super) async fn plan(
    app: &App,
    town: &Town,
    day: Day,
    sites: Vec<domain::SiteId>,
) -> Result<Outing, Failure> {
    let typed = TypedPlan {
        day: day.to_string(),
        starts_at: Some("14:00".into()),
        meeting_point: Some(town.habits.meeting_point.into()),
        sites,
    };
    let before = town.at(day, STARTS).plus_ms(-PLANNED_DAYS_BEFORE * DAY_MS);
    let then = at_time(app, before.min(app.now()));
    let caller = coordinator(town)?;
    let planned = outings::plan(&then, &caller, town.outing(day), &typed).await;
    planned.map_err(failed)
}

/// Gives the green light to a planned outing; one that is open or over stays as it is.
pub(super) async fn open(
    app: &App,
    town: &Town,
    outing: &Outing,
    agents: u32,
) -> Result<Outing, Failure> {
    if outing.state != OutingState::Planned {
        return Ok(outing.clone());
    }
    let (caller, id) = (coordinator(town)?, outing.id);
    let equipment: Vec<String> = Equipment::ALL.iter().map(|it| it.code().into()).collect();
    let reason = (agents < town.settings.green_light.agents_min)
        .then_some("L’agent est retenu par une urgence. La direction est d’accord pour sortir.");
    let staff = outings::set_staff(app, &caller, id, 1, agents).await;
    staff.map_err(failed)?;
    let checked = outings::set_equipment(app, &caller, id, &equipment).await;
    checked.map_err(failed)?;
    let opened = outings::open(app, &caller, id, reason).await;
    opened.map_err(failed)
}

/// The association's phone joins by the code of the day, and a coordinator says whose it is.
async fn join(
    app: &App,
    coordinator: &Caller,
    outing: &Outing,
    device: DeviceId,
) -> Result<Caller, Failure> {
    let shown = outings::renew_code(app, coordinator, outing.id).await;
    let asked = JoinRequest {
        code: shown.map_err(failed)?.code.as_str().into(),
        device,
    };
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    crew::join(app, here, &asked).await.map_err(failed)?;
    let whose = Whose::Association;
    let said = outings::confirm_phone(app, coordinator, outing.id, device, whose).await;
    said.map_err(failed)?;
    Ok(Caller {
        programme: coordinator.programme,
        who: Who::Phone {
            outing: outing.id,
            device,
            reads: true,
            whose: Some(whose),
        },
    })
}

/// Hands facts in; all of them must be kept.
pub(super) async fn hand_in(app: &App, caller: &Caller, noted: &[Fact]) -> Result<(), Failure> {
    let raws: Vec<Value> = noted.iter().map(Fact::to_json).collect();
    let answer = facts::receive(app, caller, &raws).await.map_err(failed)?;
    let kept = |status| matches!(status, FactStatus::Accepted | FactStatus::Duplicate);
    match answer.results.iter().find(|it| !kept(it.status)) {
        None => Ok(()),
        Some(wrong) => {
            let reason = wrong.reason.as_deref().unwrap_or_default();
            Err(format!("a fact of the demonstration was not kept: {reason}").into())
        }
    }
}

/// Issues the list of a month, the day after its last outing. Its id names its first outing: a
/// month that later gets older outings gets another list for them.
async fn issue(app: &App, town: &Town, month: &[(Day, OutingId)]) -> Result<(), Failure> {
    let (Some((first, _)), Some((last, _))) = (month.first(), month.last()) else {
        return Ok(());
    };
    let id = ListId(town.named(&format!("list/{first}")));
    let ids: Vec<OutingId> = month.iter().map(|(_, id)| *id).collect();
    let then: Instant = town.at(*last, LISTS_AT);
    let caller = coordinator(town)?;
    match allowances::issue(&at_time(app, then), &caller, id, Some(&ids)).await {
        Ok(_) => Ok(()),
        // Nobody with an identity came that month.
        Err(problem) if ["nothing_due", "no_identity"].contains(&problem.code) => Ok(()),
        Err(problem) => Err(failed(problem)),
    }
}
