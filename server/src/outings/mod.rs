//! Outings: planning, the green light, presences, closing.

pub mod api;
pub mod calendar;
pub mod crew;
pub mod forms;
pub mod pages;
pub mod review;
pub mod revisions;
pub mod series;
pub mod simple;
pub mod store;
pub mod summary;
pub mod totals;
pub mod walk;

use crate::access::{Caller, Scope, Sealable, Sealer, Who};
use crate::app::{App, local_day, start_of_day};
use crate::db::Tx;
use crate::http::error::Problem;
use crate::{allowances, facts, people, programmes, sites};
use domain::fact::Whose;
use domain::limits::SITES_PER_OUTING_MAX;
use domain::outing::{Equipment, Missing, Readiness, Reason, missing_for_walk};
use domain::people::Title;
use domain::time::DAY_MS;
use domain::{
    AccountId, DeviceId, Instant, Invalid, JoinCode, Kind, OutingId, OutingState, PeerId,
    ProgrammeId, Settings, SiteId,
};
use serde::{Deserialize, Serialize};
use store::{Crew, Outing, Plan};
use words::desk::outings as say;

/// How long a joining code opens. `/code` makes a new one.
const CODE_LIFE_MS: i64 = 12 * 3_600_000;
/// How long a personal code opens: from the desk to the phone beside it.
const PERSONAL_CODE_LIFE_MS: i64 = 10 * 60_000;
/// New codes are tried so often before giving up: two outings never share one.
const CODE_TRIES: i64 = 8;

/// Why an outing was opened without a green light: a person's words, sealed.
#[derive(Serialize, Deserialize)]
pub struct OverrideReason(pub String);

impl Sealable for OverrideReason {
    const LABEL: &'static str = "override";
}

/// The outing of the caller's programme, or 404.
pub async fn get(tx: &mut Tx, caller: &Caller, id: OutingId) -> Result<Outing, Problem> {
    let found = store::find(tx, caller.programme, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// The same, held until the transaction ends.
async fn hold(tx: &mut Tx, programme: ProgrammeId, id: OutingId) -> Result<Outing, Problem> {
    let found = store::find_for_update(tx, programme, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// The account of a member of staff: outings are run by persons who signed in.
fn account(caller: &Caller) -> Result<AccountId, Problem> {
    match caller.who {
        Who::Staff { account, .. } => Ok(account),
        _ => Err(Problem::forbidden()),
    }
}

/// A plan as it was typed: day, hour, meeting point, sites in the order of the walk.
#[derive(Clone, Debug, Default)]
pub struct TypedPlan {
    /// `2026-11-24`.
    pub day: String,
    /// `14:00`.
    pub starts_at: Option<String>,
    /// Where the crew meets.
    pub meeting_point: Option<String>,
    /// Sites, in the order of the walk.
    pub sites: Vec<SiteId>,
    /// Who is expected; left out, it stays as it is.
    pub crew: Option<Crew>,
    /// The last day of a weekly repetition, for a plan that begins one.
    pub repeat_until: Option<String>,
}

impl TypedPlan {
    fn check(&self) -> Result<Plan, Invalid> {
        let day = self
            .day
            .parse()
            .map_err(|_| Invalid::new("day", "not_a_day"))?;
        let typed = |text: &Option<String>| text.clone().filter(|it| !it.trim().is_empty());
        let starts_at = typed(&self.starts_at)
            .map(|text| clock_time(&text))
            .transpose()?;
        let meeting_point = typed(&self.meeting_point)
            .map(|text| Title::new("meeting_point", &text))
            .transpose()?;
        if self.sites.len() > SITES_PER_OUTING_MAX {
            return Err(Invalid::new("sites", "too_many"));
        }
        Ok(Plan {
            day,
            starts_at,
            meeting_point: meeting_point.map(|it| it.as_str().to_owned()),
        })
    }
}

/// `14:05`, as a form gives it.
fn clock_time(text: &str) -> Result<String, Invalid> {
    let wrong = || Invalid::new("starts_at", "not_a_time");
    let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
    let number = |s: &str, below: u8| {
        let n: u8 = s.parse().ok()?;
        (s.len() == 2 && n < below).then_some(n)
    };
    match (number(hour, 24), number(minute, 60)) {
        (Some(hour), Some(minute)) => Ok(format!("{hour:02}:{minute:02}")),
        _ => Err(wrong()),
    }
}

/// Plans an outing under an id made by the caller: the same id twice answers the same outing.
pub async fn plan(
    app: &App,
    caller: &Caller,
    id: OutingId,
    typed: &TypedPlan,
) -> Result<Outing, Problem> {
    let plan = typed.check()?;
    let until = series::last_day(typed)?;
    let mut tx = app.db.write().await?;
    may_be_planned(&mut tx, caller, typed).await?;
    if store::insert(&mut tx, caller.programme, id, &plan, app.now()).await? {
        store::set_sites(&mut tx, caller.programme, id, &typed.sites).await?;
        set_crew(&mut tx, caller.programme, id, typed).await?;
        if let Some(until) = until {
            series::begin(
                &mut tx,
                caller.programme,
                id,
                typed,
                &plan,
                until,
                app.now(),
            )
            .await?;
        }
    }
    let outing = get(&mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(outing)
}

/// Changes the plan of an outing that has not ended. `version` is the one that was read.
pub async fn replan(
    app: &App,
    caller: &Caller,
    id: OutingId,
    version: i64,
    typed: &TypedPlan,
) -> Result<Outing, Problem> {
    let plan = typed.check()?;
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, caller.programme, id).await?;
    if outing.version != version {
        return Err(Problem::changed_meanwhile());
    }
    if !outing.state.plan_may_change() {
        return Err(wrong_state(outing.state));
    }
    may_be_planned(&mut tx, caller, typed).await?;
    store::update_plan(&mut tx, caller.programme, id, &plan).await?;
    store::set_sites(&mut tx, caller.programme, id, &typed.sites).await?;
    set_crew(&mut tx, caller.programme, id, typed).await?;
    let outing = get(&mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(outing)
}

async fn set_crew(
    tx: &mut Tx,
    programme: ProgrammeId,
    id: OutingId,
    typed: &TypedPlan,
) -> Result<(), Problem> {
    if let Some(crew) = &typed.crew {
        store::set_crew(tx, programme, id, crew).await?;
    }
    Ok(())
}

/// Sites of the programme, none of them where the people who live there said no; people of it.
async fn may_be_planned(tx: &mut Tx, caller: &Caller, typed: &TypedPlan) -> Result<(), Problem> {
    may_be_walked(tx, caller, &typed.sites).await?;
    let Some(crew) = &typed.crew else {
        return Ok(());
    };
    for peer in &crew.peers {
        if !people::store::exists(tx, caller.programme, *peer).await? {
            return Err(Invalid::new("peers", "unknown_peer").into());
        }
    }
    let colleagues = store::colleagues(tx, caller.programme).await?;
    let known = |id: &AccountId| colleagues.iter().any(|it| it.id == id.0);
    if !crew.staff.iter().all(known) {
        return Err(Invalid::new("staff", "unknown_account").into());
    }
    Ok(())
}

/// Sites of the programme, none of them where the people who live there said no.
async fn may_be_walked(tx: &mut Tx, caller: &Caller, ids: &[SiteId]) -> Result<(), Problem> {
    use sites::store::{Unplannable, nature, unplannable};
    let wrong = |code| Err(Invalid::new("sites", code).into());
    for id in ids {
        if nature(tx, caller.programme, *id).await?.is_none() {
            return wrong("unknown_site");
        }
        match unplannable(tx, caller.programme, *id).await? {
            None => {}
            Some(Unplannable::ResidentsSaidNo) => return wrong("residents_said_no"),
            Some(Unplannable::Merged) => return wrong("unknown_site"),
        }
    }
    Ok(())
}

fn wrong_state(state: OutingState) -> Problem {
    Problem::state(
        match state {
            OutingState::Planned => "outing_not_open",
            OutingState::Open => "outing_open",
            OutingState::Closed => "outing_closed",
            OutingState::Cancelled => "outing_cancelled",
        },
        say::refused_in_this_state(&state.label()),
    )
}

/// Says how many coordinators and agents are there.
pub async fn set_staff(
    app: &App,
    caller: &Caller,
    id: OutingId,
    coordinators: u32,
    agents: u32,
) -> Result<Outing, Problem> {
    const STAFF_MAX: u32 = 50;
    for (field, n) in [("coordinators", coordinators), ("agents", agents)] {
        if n > STAFF_MAX {
            return Err(Invalid::new(field, "out_of_range").into());
        }
    }
    let mut tx = app.db.write().await?;
    before_the_end(&mut tx, caller, id).await?;
    store::set_staff(&mut tx, caller.programme, id, coordinators, agents).await?;
    let outing = get(&mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(outing)
}

/// Says which equipment was checked, by code.
pub async fn set_equipment(
    app: &App,
    caller: &Caller,
    id: OutingId,
    codes: &[String],
) -> Result<Outing, Problem> {
    let known: Option<Vec<Equipment>> = codes.iter().map(|it| Equipment::from_code(it)).collect();
    let known = known.ok_or_else(|| Invalid::new("checked", "unknown_value"))?;
    let codes: Vec<&str> = known.iter().map(|it| it.code()).collect();
    let mut tx = app.db.write().await?;
    before_the_end(&mut tx, caller, id).await?;
    store::set_equipment(&mut tx, caller.programme, id, &codes).await?;
    let outing = get(&mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(outing)
}

async fn before_the_end(tx: &mut Tx, caller: &Caller, id: OutingId) -> Result<Outing, Problem> {
    let outing = hold(tx, caller.programme, id).await?;
    if outing.state.plan_may_change() {
        Ok(outing)
    } else {
        Err(wrong_state(outing.state))
    }
}

/// What is missing for the green light, with what was agreed about the agent at the places the
/// outing goes to.
pub async fn missing_now(
    tx: &mut Tx,
    programme: ProgrammeId,
    settings: &Settings,
    outing: &Outing,
) -> Result<Vec<Missing>, Problem> {
    let accesses = store::accesses(tx, programme, outing.id).await?;
    let rule = &settings.green_light;
    let missing = missing_for_walk(rule, &outing.ready, &accesses, outing.agent_told);
    Ok(missing)
}

/// Says whether the agent was told where to wait outside.
pub async fn set_agent_told(
    app: &App,
    caller: &Caller,
    id: OutingId,
    told: bool,
) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    before_the_end(&mut tx, caller, id).await?;
    store::set_agent_told(&mut tx, caller.programme, id, told).await?;
    tx.commit().await?;
    Ok(())
}

/// Opens an outing: the light is green, or a reason says why it is opened all the same.
pub async fn open(
    app: &App,
    caller: &Caller,
    id: OutingId,
    override_reason: Option<&str>,
) -> Result<Outing, Problem> {
    let reason = override_reason
        .filter(|text| !text.trim().is_empty())
        .map(|text| Reason::new("override", text))
        .transpose()?;
    let now = app.now();
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, caller.programme, id).await?;
    outing.state.open().map_err(|wrong| wrong_state(wrong.0))?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let missing = missing_now(&mut tx, caller.programme, &settings, &outing).await?;
    let mut sealer = Sealer::new(&app.keys, caller.programme, now);
    let sealed = match (missing.is_empty(), reason) {
        (true, _) => None,
        (false, Some(reason)) => Some(seal_override(&mut tx, &mut sealer, id, &reason).await?),
        (false, None) => return Err(no_green_light(&missing)),
    };
    store::set_opened(&mut tx, caller.programme, id, now, sealed).await?;
    let outing = get(&mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(outing)
}

async fn seal_override(
    tx: &mut Tx,
    sealer: &mut Sealer<'_>,
    id: OutingId,
    reason: &Reason,
) -> Result<Vec<u8>, Problem> {
    let value = OverrideReason(reason.as_str().to_owned());
    let sealed = sealer.seal(tx, Scope::Outing(id), &value).await?;
    Ok(sealed.into_bytes())
}

fn no_green_light(missing: &[Missing]) -> Problem {
    let mut problem = Problem::state("no_green_light", say::REFUSED_NOT_GREEN);
    problem.errors = missing
        .iter()
        .map(|it| domain::FieldError {
            field: it.code(),
            code: "missing",
        })
        .collect();
    problem
}

/// The green light as a coordinator's phone recorded it, with no network.
pub struct PavementLight {
    /// One code a person: `coordinator`, `agent`.
    pub staff: Vec<String>,
    /// What was checked.
    pub equipment: Vec<Equipment>,
    /// The agent was told where to wait outside.
    pub agent_told: bool,
    /// Why it was opened all the same.
    pub override_reason: Option<Reason>,
}

/// Opens an outing by the fact a coordinator's phone hands in. It happened: what the light says is
/// kept, and an outing that is open or over already stays as it is.
pub async fn open_from_pavement(
    tx: &mut Tx,
    sealer: &mut Sealer<'_>,
    programme: ProgrammeId,
    id: OutingId,
    light: PavementLight,
    now: Instant,
) -> Result<(), Problem> {
    let outing = hold(tx, programme, id).await?;
    if outing.state.open().is_err() {
        return Ok(());
    }
    let count = |role: &str| {
        let n = light.staff.iter().filter(|it| *it == role).count();
        u32::try_from(n).unwrap_or(u32::MAX)
    };
    let ready = Readiness {
        coordinators: count("coordinator"),
        agents: count("agent"),
        equipment: light.equipment.iter().map(|it| it.code().into()).collect(),
    };
    let rule = programmes::settings(tx, programme).await?.green_light;
    let accesses = store::accesses(tx, programme, id).await?;
    let told = light.agent_told;
    let missing = missing_for_walk(&rule, &ready, &accesses, told);
    let sealed = match (missing.is_empty(), &light.override_reason) {
        (true, _) => None,
        (false, Some(reason)) => Some(seal_override(tx, sealer, id, reason).await?),
        // Not green and no reason: the fact is kept, the outing waits for a coordinator.
        (false, None) => return Ok(()),
    };
    let codes: Vec<&str> = light.equipment.iter().map(|it| it.code()).collect();
    store::set_staff(tx, programme, id, ready.coordinators, ready.agents).await?;
    store::set_equipment(tx, programme, id, &codes).await?;
    store::set_agent_told(tx, programme, id, told).await?;
    store::set_opened(tx, programme, id, now, sealed).await?;
    Ok(())
}

/// Marks a peer present, or takes that back, as a coordinator's fact.
pub async fn mark_presence(
    app: &App,
    caller: &Caller,
    id: OutingId,
    peer: PeerId,
    present: bool,
) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, caller.programme, id).await?;
    if outing.state != OutingState::Open {
        return Err(wrong_state(outing.state));
    }
    if !people::store::exists(&mut tx, caller.programme, peer).await? {
        return Err(Problem::unknown(
            "peer",
            "unknown_peer",
            say::REFUSED_NOT_IN_CREW,
        ));
    }
    let kind = Kind::Presence { peer, present };
    facts::record_at_desk(&mut tx, app, caller, id, kind).await?;
    tx.commit().await?;
    Ok(())
}

/// Closes an outing: state, closing record, one line per confirmed presence, in one transaction.
/// While phones may still hold facts, only who says `anyway` does.
pub async fn close(
    app: &App,
    caller: &Caller,
    id: OutingId,
    anyway: bool,
) -> Result<Outing, Problem> {
    let by = account(caller)?;
    let now = app.now();
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, caller.programme, id).await?;
    let state = outing.state.close().map_err(|wrong| wrong_state(wrong.0))?;
    if !anyway {
        let held = review::held(&mut tx, caller.programme, id, now).await?;
        if !held.is_empty() {
            return Err(phones_may_hold(&held));
        }
    }
    let marks = facts::store::marks(&mut tx, caller.programme, id).await?;
    let confirmed = domain::presence::confirmed(marks);
    store::set_ended(&mut tx, caller.programme, id, state, by, now).await?;
    allowances::make_due(&mut tx, caller.programme, &outing, &confirmed, now).await?;
    let outing = get(&mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(outing)
}

fn phones_may_hold(held: &[review::Held]) -> Problem {
    let mut problem = Problem::state("phones_may_hold", say::REFUSED_PHONES_MAY_HOLD);
    problem.errors = held
        .iter()
        .map(|it| domain::FieldError {
            field: format!("phones.{}", it.device),
            code: it.why.code(),
        })
        .collect();
    problem
}

/// Calls an outing off before it opened.
pub async fn cancel(app: &App, caller: &Caller, id: OutingId) -> Result<Outing, Problem> {
    let by = account(caller)?;
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, caller.programme, id).await?;
    let state = outing
        .state
        .cancel()
        .map_err(|wrong| wrong_state(wrong.0))?;
    store::set_ended(&mut tx, caller.programme, id, state, by, app.now()).await?;
    let outing = get(&mut tx, caller, id).await?;
    tx.commit().await?;
    Ok(outing)
}

/// A joining code, to be shown.
#[derive(Debug)]
pub struct ShownCode {
    /// The six signs.
    pub code: JoinCode,
    /// Until when it opens.
    pub expires_at: Instant,
}

/// The code that opens an outing now, if there is one. It is computed again, not kept.
pub fn shown_code(app: &App, programme: ProgrammeId, outing: &Outing) -> Option<ShownCode> {
    let expires_at = outing.code_expires_at.filter(|until| *until > app.now())?;
    Some(ShownCode {
        code: code_of(app, programme, outing.id, outing.code_round),
        expires_at,
    })
}

/// Makes a new joining code; the one before opens nothing any more.
pub async fn renew_code(app: &App, caller: &Caller, id: OutingId) -> Result<ShownCode, Problem> {
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, caller.programme, id).await?;
    if !outing.state.may_be_joined() {
        return Err(wrong_state(outing.state));
    }
    let shown = give_code(&mut tx, app, caller.programme, &outing).await?;
    tx.commit().await?;
    Ok(shown)
}

/// Gives an outing a code that no other outing has.
pub async fn give_code(
    tx: &mut Tx,
    app: &App,
    programme: ProgrammeId,
    outing: &Outing,
) -> Result<ShownCode, Problem> {
    let expires_at = app.now().plus_ms(CODE_LIFE_MS);
    for round in outing.code_round + 1..=outing.code_round + CODE_TRIES {
        let code = code_of(app, programme, outing.id, round);
        let mac = code_mac(app, &code);
        if is_free(tx, &mac).await? {
            store::set_code(tx, programme, outing.id, round, mac, expires_at).await?;
            return Ok(ShownCode { code, expires_at });
        }
    }
    Err(Problem::internal("no free joining code"))
}

/// No outing and no coordinator has a code of this hash.
async fn is_free(tx: &mut Tx, mac: &[u8]) -> Result<bool, Problem> {
    Ok(store::by_code(tx, mac.to_vec()).await?.is_none()
        && crew::store::personal_code(tx, mac.to_vec())
            .await?
            .is_none())
}

/// A code that makes one phone the caller's own: random, for ten minutes, for one use. The one
/// before ends.
pub async fn personal_code(app: &App, caller: &Caller, id: OutingId) -> Result<ShownCode, Problem> {
    let (account, now) = (account(caller)?, app.now());
    let expires_at = now.plus_ms(PERSONAL_CODE_LIFE_MS);
    let mut tx = app.db.write().await?;
    let outing = hold(&mut tx, caller.programme, id).await?;
    if !outing.state.may_be_joined() {
        return Err(wrong_state(outing.state));
    }
    for _ in 0..CODE_TRIES {
        let code = JoinCode::from_random(rand::random());
        let mac = code_mac(app, &code);
        let kept = crew::store::PersonalCode {
            mac: mac.clone(),
            programme: caller.programme,
            outing: id,
            account,
            expires_at,
        };
        if is_free(&mut tx, &mac).await?
            && crew::store::insert_personal_code(&mut tx, kept, now).await?
        {
            tx.commit().await?;
            return Ok(ShownCode { code, expires_at });
        }
    }
    Err(Problem::internal("no free joining code"))
}

/// Thirty bits that only the key file can tell, so that the database never holds a code.
fn code_of(app: &App, programme: ProgrammeId, outing: OutingId, round: i64) -> JoinCode {
    let name = format!("{programme}/{outing}/{round}");
    let mac = app.keys.mac("join code of an outing", name.as_bytes());
    let bits = mac
        .first_chunk::<4>()
        .map_or(0, |it| u32::from_be_bytes(*it));
    JoinCode::from_random(bits)
}

/// What is kept of a code, to find its outing.
fn code_mac(app: &App, code: &JoinCode) -> Vec<u8> {
    app.keys.mac("join code", code.as_str().as_bytes())
}

/// Until when a phone reads, and until when it may hand in facts: the end of the day after, and
/// the programme's delay.
fn phone_terms(settings: &Settings, outing: &Outing) -> (Instant, Instant) {
    let reads_until = start_of_day(settings, outing.day.plus_days(2));
    let hand_in_ms = i64::from(settings.hand_in_days).saturating_mul(DAY_MS);
    (reads_until, reads_until.plus_ms(hand_in_ms))
}

/// Is it between the eve and the day after? Discreet sites reach a phone only then.
fn within_discreet_term(settings: &Settings, outing: &Outing, now: Instant) -> bool {
    let today = local_day(settings, now);
    (outing.day.plus_days(-1)..=outing.day.plus_days(1)).contains(&today)
}

/// Says whose a joined phone is: only the association's and a peer's get discreet sites. Kept as a
/// fact too, so that an earlier word from the pavement that comes later changes nothing.
pub async fn confirm_phone(
    app: &App,
    caller: &Caller,
    id: OutingId,
    device: DeviceId,
    whose: Whose,
) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    if !crew::store::confirm_phone(&mut tx, caller.programme, id, device, whose).await? {
        return Err(Problem::not_found());
    }
    let kind = Kind::PhoneConfirmed { device, whose };
    facts::record_at_desk(&mut tx, app, caller, id, kind).await?;
    tx.commit().await?;
    Ok(())
}

/// Shuts a joined phone out.
pub async fn revoke_phone(
    app: &App,
    caller: &Caller,
    id: OutingId,
    device: DeviceId,
) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    if !crew::store::revoke_phone(&mut tx, caller.programme, id, device, app.now()).await? {
        return Err(Problem::not_found());
    }
    tx.commit().await?;
    Ok(())
}
