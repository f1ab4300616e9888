//! `/` for those who run outings.

use super::{Next, Waiting, store, waiting, way};
use crate::access::Caller;
use crate::allowances::pages::{Waits, what_waits};
use crate::app::{App, local_day};
use crate::backup;
use crate::db::Tx;
use crate::flags;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, clock, day_title, note};
use crate::outings::pages::{not_over, state_tag, title_of};
use crate::outings::store::{self as outings, Outing};
use crate::settings::first_steps;
use crate::sites::pages::waiting_words;
use crate::{people, programmes, sites};
use app::ui::Icon;
use app::ui::pictograms::{
    CALENDAR, CHECK, EURO, FLAG, HAND, LIST, PEOPLE, PIN, SEND, SHEET, WALK,
};
use axum::response::{IntoResponse, Response};
use domain::french::{amount, counted, date};
use domain::time::DAY_MS;
use domain::{Day, Instant, OutingId, OutingState, Settings};
use leptos::prelude::*;
use words::desk::common;
use words::desk::common::count;
use words::desk::home::coordinator as say;

/// A backup is made every day; one that is older than this was forgotten.
const BACKUP_MS_MAX: i64 = 2 * DAY_MS;

/// All that a coordinator is told at the door.
struct Home {
    settings: Settings,
    slug: String,
    today: Day,
    administers: bool,
    /// Not over, in the order they come.
    outings: Vec<Outing>,
    /// There was an outing before.
    has_begun: bool,
    places: usize,
    people: usize,
    aids: Waits,
    proposals: usize,
    heres: usize,
    late: Vec<(OutingId, Day)>,
    /// Places that the city flagged, and how many of them urgently.
    flagged: (usize, usize),
    /// Nobody made a backup for too long: when the last one was.
    no_backup_since: Option<Option<Instant>>,
}

impl Home {
    async fn load(app: &App, caller: &Caller) -> Result<Self, Problem> {
        let programme = caller.programme;
        let mut tx = app.db.read().await?;
        let settings = programmes::settings(&mut tx, programme).await?;
        let today = local_day(&settings, app.now());
        let atlas = app.atlases.of(&mut tx, programme).await?;
        let last = outings::AFTER_THE_LAST;
        let past = outings::past(&mut tx, programme, today, last, 1).await?;
        let peers = people::store::everybody(&mut tx, programme).await?;
        let flagged = flags::waiting(&mut tx, app, programme).await?;
        Ok(Self {
            slug: programmes::slug(&mut tx, programme)
                .await?
                .unwrap_or_default(),
            administers: caller.administers(),
            outings: not_over(&mut tx, programme).await?,
            has_begun: !past.is_empty(),
            places: atlas.sites.len() + atlas.discreet.len(),
            people: peers.len(),
            aids: what_waits(&mut tx, caller, &peers).await?,
            proposals: sites::proposals::store::waiting(&mut tx, programme)
                .await?
                .len(),
            heres: sites::here::store::count_waiting(&mut tx, programme).await?,
            late: store::with_late_facts(&mut tx, programme).await?,
            flagged: flags::places_of(&flagged),
            no_backup_since: backup_missing(&mut tx, app, caller).await?,
            today,
            settings,
        })
    }
}

/// Told to administrators only: others can do nothing about it. A demonstration needs none.
async fn backup_missing(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
) -> Result<Option<Option<Instant>>, Problem> {
    if !caller.administers() || programmes::is_demo(tx, caller.programme).await? {
        return Ok(None);
    }
    let last = backup::last_made_in(tx).await?;
    let is_late = last.is_none_or(|at| app.now().as_ms() - at.as_ms() > BACKUP_MS_MAX);
    Ok(is_late.then_some(last))
}

/// `/` for a coordinator.
pub(super) async fn home(app: &App, caller: &Caller) -> Result<Response, Problem> {
    let it = Home::load(app, caller).await?;
    let hello = say::hello(&caller.name().unwrap_or_default());
    let frame = Frame::of(&app.assets, caller, &it.settings, say::TITLE, "/");
    Ok(page(&frame, || {
        let first = it.first();
        view! {
            <h1>{hello}</h1>
            {backup_note(&it)}
            {next(&it, first)}
            {waiting(rows(&it, first))}
            <ul class="rows">
                {way("/sorties".into(), LIST, say::ALL_OUTINGS, say::ALL_OUTINGS_ABOUT)}
                {it.has_begun.then(|| way(format!("/resultats/{}", it.slug), SHEET, common::RESULTS, say::RESULTS_ABOUT))}
            </ul>
        }
        .into_any()
    })
    .into_response())
}

fn backup_note(it: &Home) -> Option<AnyView> {
    let last = it.no_backup_since?;
    let said = match last {
        None => say::BACKUP_NEVER.to_owned(),
        Some(at) => say::backup_last(&date(local_day(&it.settings, at))),
    };
    Some(note(
        Tone::Alarm,
        view! {
            <p><b>{said}</b></p>
            <p>{say::BACKUP_WHAT_TO_DO}" "<a href="/aide/administration#sauvegardes">{say::BACKUP_HOW}</a></p>
        },
    ))
}

/// The outing that comes first: one to end, one under way, today's, one that was forgotten, the next.
fn first_of(outings: &[Outing], today: Day) -> Option<&Outing> {
    let rank = |it: &&Outing| match it.state {
        OutingState::Open if it.day < today => 0,
        OutingState::Open => 1,
        _ if it.day == today => 2,
        _ if it.day < today => 3,
        _ => 4,
    };
    outings.iter().min_by_key(rank)
}

/// The one next thing.
#[derive(Clone, Copy)]
enum First<'a> {
    /// Nobody went out yet, and nothing is planned.
    Begin,
    Outing(&'a Outing),
    LookAt,
    Plan,
}

impl Home {
    fn first(&self) -> First<'_> {
        match first_of(&self.outings, self.today) {
            _ if !self.has_begun && self.places == 0 => First::Begin,
            Some(outing) => First::Outing(outing),
            None if !self.has_begun => First::Begin,
            None if self.to_look_at() > 0 => First::LookAt,
            None => First::Plan,
        }
    }
}

fn next(it: &Home, first: First<'_>) -> AnyView {
    match first {
        First::Begin => first_days(it),
        First::Outing(outing) => next_outing(outing, it.today).view(),
        First::LookAt => to_look_at(it).view(),
        First::Plan => nothing_planned(it).view(),
    }
}

fn next_outing(outing: &Outing, today: Day) -> Next {
    let (state, day) = (outing.state, outing.day);
    let here = format!("/sorties/{}", outing.id);
    let (href, action) = match state {
        OutingState::Open if day < today => (format!("{here}/fin"), common::END_THE_OUTING),
        OutingState::Open => (here, say::OUTING_FOLLOW),
        _ if day < today => (here, say::OUTING_OPEN_OR_CALL_OFF),
        _ if day == today => (format!("{here}#depart"), say::OUTING_PREPARE),
        _ => (here, say::OUTING_SEE),
    };
    let days = (day.0 - today.0).get_days();
    let when = match i64::from(days) {
        ..0 => say::WHEN_TO_END.to_owned(),
        0 => say::WHEN_TODAY.to_owned(),
        1 => say::WHEN_TOMORROW.to_owned(),
        2..7 => say::when_in_days(&days),
        _ => say::WHEN_NEXT.to_owned(),
    };
    let hour = outing.starts_at.as_deref().map(clock);
    let title = match hour {
        Some(hour) => format!("{}, {hour}", title_of(outing, today)),
        None => title_of(outing, today),
    };
    let place = outing.meeting_point.clone();
    Next {
        tags: view! { {state_tag(state)}<span class="soft">{when}</span> }.into_any(),
        title,
        about: place.map(|it| say::outing_meeting_point(&it)),
        more: None,
        href,
        action,
    }
}

impl Home {
    fn to_look_at(&self) -> i64 {
        count(self.proposals + self.heres)
    }

    /// « 1 lieu proposé, 12 ramassages « ici » ».
    fn to_look_at_words(&self) -> String {
        waiting_words(self.proposals, self.heres).join(", ")
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn to_look_at(it: &Home) -> Next {
    Next {
        tags: view! { <span class="tag todo">{common::TO_LOOK_AT}</span> }.into_any(),
        title: it.to_look_at_words(),
        about: Some(say::LOOK_AT_ABOUT.into()),
        more: Some(plan_link()),
        href: "/lieux/a-regarder".into(),
        action: say::LOOK_AT,
    }
}

fn plan_link() -> AnyView {
    view! {
        <a class="button" href="/sorties/prevoir"><Icon path=CALENDAR/>{common::PLAN_AN_OUTING}</a>
    }
    .into_any()
}

fn nothing_planned(it: &Home) -> Next {
    let crew = match it.people {
        0 => say::PLAN_ABOUT_ALONE,
        _ => say::PLAN_ABOUT_CREW,
    };
    Next {
        tags: ().into_any(),
        title: common::NO_OUTING_PLANNED.into(),
        about: Some(crew.into()),
        more: None,
        href: "/sorties/prevoir".into(),
        action: common::PLAN_AN_OUTING,
    }
}

/// Before the first outing: what to do, in its order, with what is done ticked.
fn first_days(it: &Home) -> AnyView {
    let (done, of) = first_steps::settled(&it.settings);
    let settled = it.administers.then(|| {
        step(
            done == of,
            "/avant-la-premiere-sortie",
            say::BEGIN_SETTLE,
            say::begin_settle_about(&done, &of),
        )
    });
    view! {
        <section class="card next">
            <div>
                <h2 class="big">{say::BEGIN_TITLE}</h2>
                <p>{say::BEGIN_INTRO}</p>
            </div>
            <ol class="rows to-begin" role="list">
                {settled}
                {step(it.places > 0, "/lieux/nouveau", say::BEGIN_PLACE, say::BEGIN_PLACE_ABOUT.into())}
                {step(it.people > 0, "/equipe", say::BEGIN_CARDS, say::BEGIN_CARDS_ABOUT.into())}
                {step(!it.outings.is_empty(), "/sorties/prevoir", common::PLAN_THE_OUTING, say::BEGIN_OUTING_ABOUT.into())}
            </ol>
            <p><a href="/aide/coordination">{say::BEGIN_WEEK}</a></p>
        </section>
    }
    .into_any()
}

fn step(is_done: bool, href: &'static str, title: &'static str, about: String) -> AnyView {
    let mark = match is_done {
        true => view! { <span class="tag ok"><Icon path=CHECK/>{say::STEP_DONE}</span> }.into_any(),
        false => view! { <span class="tag todo">{say::STEP_TO_DO}</span> }.into_any(),
    };
    view! {
        <li>
            <a class="card row in-line" href=href>
                <span class="row-text"><b>{title}</b><small>{about}</small></span>
                {mark}
            </a>
        </li>
    }
    .into_any()
}

/// What waits besides the one next thing, what is most pressing first.
fn rows(it: &Home, first: First<'_>) -> Vec<Waiting> {
    let mut rows = Vec::new();
    rows.extend(urgent_flags(it));
    rows.extend(unfinished_outings(it, first));
    rows.extend(
        it.late
            .iter()
            .map(|(id, day)| late_outing(*id, *day, it.today)),
    );
    rows.extend(disagreements(it));
    // What is the one next thing already is not said twice.
    if it.to_look_at() > 0 && !matches!(first, First::LookAt) {
        rows.push(Waiting {
            picture: PIN,
            title: say::PLACES_TO_LOOK_AT.into(),
            about: it.to_look_at_words(),
            href: "/lieux/a-regarder".into(),
            count: Some(it.to_look_at()),
            is_urgent: false,
        });
    }
    rows.extend(aids(it));
    if !matches!(first, First::Begin) {
        rows.extend(first_steps_left(it));
    }
    rows
}

fn urgent_flags(it: &Home) -> Option<Waiting> {
    let (places, urgent) = it.flagged;
    let city = it.settings.city.as_ref()?;
    (places > 0).then(|| Waiting {
        picture: FLAG,
        title: say::flagged_by(&city.the()),
        about: match urgent {
            0 => say::FLAGGED_ABOUT.into(),
            n => say::flagged_urgent(&counted(count(n), count::URGENT, count::URGENT_MANY)),
        },
        href: match urgent {
            0 => "/signalements".into(),
            _ => "/signalements?urgent=oui".into(),
        },
        count: Some(count(places)),
        is_urgent: urgent > 0,
    })
}

/// Outings of days gone by that nobody ended, opened or called off.
fn unfinished_outings(it: &Home, first: First<'_>) -> Vec<Waiting> {
    let chosen = match first {
        First::Outing(outing) => Some(outing.id),
        _ => None,
    };
    let behind = it.outings.iter().filter(|o| o.day < it.today);
    let rows = behind.filter(|o| Some(o.id) != chosen).map(|o| {
        let is_open = o.state == OutingState::Open;
        Waiting {
            picture: WALK,
            title: title_of(o, it.today),
            about: match is_open {
                true => say::UNFINISHED_OPEN.into(),
                false => say::UNFINISHED_NOT_OPENED.into(),
            },
            href: match is_open {
                true => format!("/sorties/{}/fin", o.id),
                false => format!("/sorties/{}", o.id),
            },
            count: None,
            is_urgent: false,
        }
    });
    rows.collect()
}

fn late_outing(id: OutingId, day: Day, today: Day) -> Waiting {
    Waiting {
        picture: SEND,
        title: day_title(day, today),
        about: say::LATE_RECORDS.into(),
        href: format!("/sorties/{id}"),
        count: None,
        is_urgent: false,
    }
}

fn disagreements(it: &Home) -> Option<Waiting> {
    let n = it.aids.contested;
    (n > 0).then(|| Waiting {
        picture: HAND,
        title: say::DISAGREEMENTS.into(),
        about: counted(n, say::DISAGREEMENTS_ONE, say::DISAGREEMENTS_MANY),
        href: "/aides".into(),
        count: Some(n),
        is_urgent: true,
    })
}

fn aids(it: &Home) -> Vec<Waiting> {
    let aids = &it.aids;
    let row = |picture, title: &str, about: String, n: i64| {
        (n > 0).then(|| Waiting {
            picture,
            title: title.to_owned(),
            about,
            href: "/aides".into(),
            count: Some(n),
            is_urgent: false,
        })
    };
    let payer = it.settings.payer.to_the();
    let rows = [
        row(
            EURO,
            say::AIDS_TO_LIST,
            amount(aids.ready_worth),
            aids.ready,
        ),
        row(
            SHEET,
            say::LISTS_TO_SEND,
            say::lists_to_send_about(&payer),
            aids.unsent,
        ),
        row(
            PEOPLE,
            say::AIDS_WITHOUT_NAME,
            say::aids_without_name_about(&amount(aids.unnamed_worth)),
            aids.unnamed,
        ),
    ];
    rows.into_iter().flatten().collect()
}

fn first_steps_left(it: &Home) -> Option<Waiting> {
    let (done, of) = first_steps::settled(&it.settings);
    (it.administers && done < of).then(|| Waiting {
        picture: CHECK,
        title: common::BEFORE_THE_FIRST_OUTING.into(),
        about: say::first_steps_done(&done, &of),
        href: "/avant-la-premiere-sortie".into(),
        count: Some(count(of - done)),
        is_urgent: false,
    })
}
