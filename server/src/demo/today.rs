//! What a visitor finds today: an open outing with its joining code, the next one on the calendar,
//! and two places that the city saw again.

use super::failed;
use super::history::{END_OF_TIME, hand_in};
use super::notes::draw_crew;
use super::places;
use super::town::{Town, at_time};
use crate::access::Role;
use crate::app::{App, local_day};
use crate::cli::Failure;
use crate::outings::store::Crew;
use crate::outings::{self, TypedPlan, store};
use domain::fact::{Count, PickupPlace, Sighting, Urgency};
use domain::outing::Equipment;
use domain::{Day, DeviceId, Fact, FactId, JoinCode, Kind, Nature, OutingId, OutingState, SiteId};
use rand::Rng;

/// A joining code opens for so long (see `outings`).
const CODE_LIFE_MS: i64 = 12 * 3_600_000;
/// How far ahead one looks for a planned outing.
const AHEAD_MAX: u32 = 50;

/// Today's outing, opened today, and its code while it may be joined.
pub(super) async fn load(app: &App, town: &Town) -> Result<(OutingId, Option<JoinCode>), Failure> {
    let today = local_day(&town.settings, app.now());
    let outing = plan(app, town, today).await?;
    let outing = open(app, town, outing).await?;
    plan_next(app, town, today).await?;
    Ok((outing.id, code(app, town, today, &outing).await?))
}

/// Plans the outing of a day, which was known a week before.
async fn plan(app: &App, town: &Town, day: Day) -> Result<store::Outing, Failure> {
    let typed = TypedPlan {
        day: day.to_string(),
        starts_at: Some(town.habits.starts_at.into()),
        meeting_point: Some(town.habits.meeting_point.into()),
        sites: sites_of(town, day),
        crew: Some(expected(town, day)),
        ..TypedPlan::default()
    };
    let a_week_before = town.at(day.plus_days(-7), 10 * 60);
    let then = at_time(app, a_week_before.min(app.now()));
    let id = town.outing(day);
    let planned = outings::plan(&then, &town.coordinator()?, id, &typed).await;
    planned.map_err(failed)
}

/// Who said that they would come: some of those who came lately, a coordinator, and an agent where
/// the town has one.
fn expected(town: &Town, day: Day) -> Crew {
    let walks = |role: Role| town.staff.iter().find(|it| it.role == role);
    let staff = [walks(Role::Coordinator), walks(Role::Agent)];
    Crew {
        peers: draw_crew(town, &mut town.chance("expected", day), 1),
        staff: staff
            .into_iter()
            .flatten()
            .map(|it| town.account(it))
            .collect(),
    }
}

/// Gives the green light to a planned outing; one that is open or over stays as it is.
async fn open(app: &App, town: &Town, outing: store::Outing) -> Result<store::Outing, Failure> {
    if outing.state != OutingState::Planned {
        return Ok(outing);
    }
    let (caller, id) = (town.coordinator()?, outing.id);
    let agents = town.settings.green_light.agents_min;
    let staff = outings::set_staff(app, &caller, id, 1, agents).await;
    staff.map_err(failed)?;
    let equipment: Vec<String> = Equipment::ALL.iter().map(|it| it.code().into()).collect();
    let checked = outings::set_equipment(app, &caller, id, &equipment).await;
    checked.map_err(failed)?;
    let opened = outings::open(app, &caller, id, None).await;
    opened.map_err(failed)
}

/// The sites of a visitor's outing: always as many, of both natures.
fn sites_of(town: &Town, day: Day) -> Vec<SiteId> {
    let (public, discreet) = town.habits.today;
    let mut chance = town.chance("today", day);
    let walk = places::draw(town, &mut chance, public, discreet);
    walk.iter().map(|place| town.site(place)).collect()
}

/// Plans an outing in a week, unless one is planned already.
async fn plan_next(app: &App, town: &Town, today: Day) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let newest = store::page(&mut tx, town.id(), END_OF_TIME, AHEAD_MAX).await?;
    drop(tx);
    let is_next = |it: &store::Outing| it.day > today && it.state == OutingState::Planned;
    if !newest.iter().any(is_next) {
        plan(app, town, today.plus_days(7)).await?;
    }
    Ok(())
}

/// The code that opens the outing, made anew when it opens nothing any more. It lasts until
/// midnight at least: one given in the morning is given as if it were noon.
async fn code(
    app: &App,
    town: &Town,
    today: Day,
    outing: &store::Outing,
) -> Result<Option<JoinCode>, Failure> {
    if let Some(shown) = outings::shown_code(app, town.id(), outing) {
        return Ok(Some(shown.code));
    }
    if !outing.state.may_be_joined() {
        return Ok(None);
    }
    let noon = town.at(today.plus_days(1), 0).plus_ms(-CODE_LIFE_MS);
    let then = at_time(app, noon.max(app.now()));
    let shown = outings::renew_code(&then, &town.coordinator()?, outing.id).await;
    Ok(Some(shown.map_err(failed)?.code))
}

/// On the eve of the first day an agent saw needles again at two places that had been done.
pub(super) async fn seen_again(app: &App, town: &Town, first_day: Day) -> Result<(), Failure> {
    let Some(agent) = town.caller(Role::Agent) else {
        return Ok(());
    };
    let planned = sites_of(town, first_day);
    let elsewhere = town.places.iter().filter(|place| {
        place.nature == Nature::Public && place.visited && !planned.contains(&town.site(place))
    });
    let eve = town.at(first_day, -13 * 60);
    let mut chance = town.chance("seen again", first_day);
    let mut seen = Vec::new();
    for (seq, place) in (1..).zip(elsewhere.take(2)) {
        let sighting = Sighting {
            place: PickupPlace::Site(town.site(place)),
            category: "syringes".into(),
            urgency: Urgency::Normal,
            count: Some(Count::new(chance.random_range(2..=12))?),
            near_children: false,
            note: None,
        };
        seen.push(Fact {
            id: FactId(town.named(&format!("sighting/{first_day}/{seq}"))),
            outing: None,
            device: DeviceId(town.named("phone of the agent")),
            seq,
            recorded_at: eve,
            kind: Kind::Sighting(sighting),
        });
    }
    hand_in(&at_time(app, eve), &agent, &seen).await
}
