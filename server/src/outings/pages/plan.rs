//! `/sorties/prevoir`: planning an outing.

use super::plan_form::{Change, PlanForm};
use super::{today, walk};
use crate::access::Caller;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, error_line, note};
use crate::http::reading::Path;
use crate::outings::store::{self, Colleague};
use crate::outings::walk::{WalkSite, offered, store as walk_store};
use crate::outings::{get, wrong_state};
use crate::people::store::Peer;
use crate::{people, programmes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::counted;
use domain::{AccountId, Nature, OutingId, Settings, SiteId};
use leptos::prelude::*;
use uuid::Uuid;
use words::desk::common;
use words::desk::common::count;
use words::desk::outings::plan as say;

/// `GET /sorties/prevoir`
pub async fn plan_page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let day = today(&app, &settings);
    let form = PlanForm::proposed(&mut tx, caller.programme, day).await?;
    drop(tx);
    planning(&app, &caller, form, Asked::New, Faults::default()).await
}

/// `GET /sorties/{id}/modifier`
pub async fn edit_page(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let outing = get(&mut tx, &caller, id).await?;
    if !outing.state.plan_may_change() {
        return Err(wrong_state(outing.state));
    }
    let form = PlanForm::written(&mut tx, caller.programme, &outing).await?;
    drop(tx);
    planning(
        &app,
        &caller,
        form,
        Asked::Edit(Vec::new()),
        Faults::default(),
    )
    .await
}

/// What the form is for.
pub enum Asked {
    /// A new outing.
    New,
    /// Another plan for one, after what somebody else changed meanwhile.
    Edit(Vec<Change>),
}

/// The planning form, with what was typed and what is wrong with it.
pub async fn planning(
    app: &App,
    caller: &Caller,
    form: PlanForm,
    asked: Asked,
    faults: Faults,
) -> Result<Response, Problem> {
    let programme = caller.programme;
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    let both: Vec<SiteId> = form.sites.iter().chain(&form.was_sites).copied().collect();
    let shown = Shown {
        sites: offered(&mut tx, app, caller, &both).await?,
        refused: walk_store::refused(&mut tx, programme).await?,
        peers: people::store::all(&mut tx, programme).await?,
        colleagues: store::colleagues(&mut tx, programme).await?,
        now: app.now(),
        settings,
        form,
        asked,
        faults,
    };
    tx.commit().await?;
    let title = shown.title();
    let title = if shown.faults.is_empty() {
        title.to_owned()
    } else {
        say::title_to_review(&title)
    };
    let frame = Frame::of(&app.assets, caller, &shown.settings, title, "/sorties");
    Ok(page(&frame, || view(&shown)).into_response())
}

/// All that the form is made from.
struct Shown {
    settings: Settings,
    form: PlanForm,
    asked: Asked,
    faults: Faults,
    sites: Vec<WalkSite>,
    refused: i64,
    peers: Vec<Peer>,
    colleagues: Vec<Colleague>,
    now: domain::Instant,
}

impl Shown {
    fn title(&self) -> &'static str {
        match self.asked {
            Asked::New => common::PLAN_AN_OUTING,
            Asked::Edit(_) => say::TITLE_EDIT,
        }
    }
}

fn view(shown: &Shown) -> AnyView {
    let (form, faults) = (&shown.form, &shown.faults);
    let id = form.id.unwrap_or_else(|| OutingId(Uuid::now_v7()));
    let here = format!("/sorties/{id}");
    let (action, back, save, leave) = match shown.asked {
        Asked::New => (
            "/sorties".to_owned(),
            ("/sorties".to_owned(), common::OUTINGS),
            common::PLAN_THE_OUTING,
            say::LEAVE_NEW,
        ),
        Asked::Edit(_) => (
            format!("{here}/modifier"),
            (here, common::THE_OUTING),
            say::SAVE_EDIT,
            say::LEAVE_EDIT,
        ),
    };
    let wrong = (!faults.is_empty()).then(|| note(Tone::Alarm, say::FAULTS));
    let away = back.0.clone();
    view! {
        {crumbs(back.0, back.1)}
        <div class="head"><h1>{shown.title()}</h1></div>
        {wrong}
        {meanwhile(shown)}
        <form class="form planning" method="post" action=action novalidate>
            <input type="hidden" name="id" value=id.to_string()/>
            {as_it_was_read(shown)}
            <section class="card form">{when_and_where(shown)}</section>
            <section class="card">{site_choices(shown)}</section>
            <section class="card">{crew_choices(shown)}</section>
            <p class="actions">
                <button class="primary">{save}</button>
                <a class="button quiet" href=away>{leave}</a>
            </p>
        </form>
    }
    .into_any()
}

fn when_and_where(shown: &Shown) -> AnyView {
    let (form, faults) = (&shown.form, &shown.faults);
    let when = Field {
        name: "day",
        label: common::DAY,
        kind: "date",
        value: form.day.clone(),
        error: faults.at("day"),
        ..Field::default()
    };
    let hour = Field {
        name: "starts_at",
        label: say::LABEL_HOUR,
        kind: "time",
        value: form.starts_at.clone(),
        error: faults.at("starts_at"),
        ..Field::default()
    };
    let place = Field {
        name: "meeting_point",
        label: say::LABEL_MEETING,
        kind: "text",
        value: form.meeting_point.clone(),
        help: Some(meeting_help(&shown.settings)),
        error: faults.at("meeting_point"),
        ..Field::default()
    };
    let repeat = matches!(shown.asked, Asked::New).then(|| {
        let field = Field {
            name: "repeat_until",
            label: say::LABEL_LAST_DAY,
            kind: "date",
            value: form.repeat_until.clone(),
            help: Some(say::REPETITION_HELP.into()),
            error: faults.at("repeat_until"),
            ..Field::default()
        };
        let open = !form.repeat_until.is_empty();
        view! {
            <details open=open>
                <summary>{say::REPETITION_TITLE}</summary>
                {field.view()}
            </details>
        }
    });
    view! {
        <div class="side">{when.view()}{hour.view()}</div>
        {place.view()}
        {repeat}
    }
    .into_any()
}

/// What its reader read goes back with the form.
fn as_it_was_read(shown: &Shown) -> Option<AnyView> {
    let form = &shown.form;
    if matches!(shown.asked, Asked::New) {
        return None;
    }
    let many = |name: &'static str, ids: Vec<String>| {
        ids.into_iter()
            .map(|id| view! { <input type="hidden" name=name value=id/> })
            .collect::<Vec<_>>()
    };
    Some(
        view! {
            <input type="hidden" name="was_day" value=form.was_day.clone()/>
            <input type="hidden" name="was_starts_at" value=form.was_starts_at.clone()/>
            <input type="hidden" name="was_meeting_point" value=form.was_meeting_point.clone()/>
            {many("was_sites", form.was_sites.iter().map(ToString::to_string).collect())}
            {many("was_peers", form.was_peers.iter().map(ToString::to_string).collect())}
            {many("was_staff", form.was_staff.iter().map(ToString::to_string).collect())}
        }
        .into_any(),
    )
}

/// What somebody else changed while this form was open: before, now, and what was typed here.
fn meanwhile(shown: &Shown) -> Option<AnyView> {
    let Asked::Edit(changes) = &shown.asked else {
        return None;
    };
    if changes.is_empty() {
        return None;
    }
    let again = format!("/sorties/{}/modifier", shown.form.id?);
    let rows: Vec<_> = changes.iter().map(|it| changed_row(shown, it)).collect();
    let told = note(
        Tone::Alarm,
        view! {
            <b>{say::MEANWHILE_TITLE}</b>
            " "{say::MEANWHILE_ABOUT}" "
            <a href=again>{say::MEANWHILE_TAKE_OTHER}</a>
        },
    );
    Some(
        view! {
            {told}
            <section class="card">
                <h2>{say::CHANGES_TITLE}</h2>
                <table class="changes">
                    <thead>
                        <tr>
                            <th scope="col">{common::WHAT}</th>
                            <th scope="col">{say::HEAD_BEFORE}</th>
                            <th scope="col">{say::HEAD_NOW}</th>
                            <th scope="col">{say::HEAD_YOU}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

fn changed_row(shown: &Shown, change: &Change) -> AnyView {
    let form = &shown.form;
    let cell = |text: &str| {
        if text.is_empty() {
            "–".to_owned()
        } else {
            text.to_owned()
        }
    };
    let (what, was, is, typed) = match change {
        Change::Text {
            what,
            was,
            is,
            typed,
        } => (*what, cell(was), cell(is), cell(typed)),
        Change::Sites => {
            let now = form.was_sites.len() as i64;
            let mine = form.sites.len() as i64;
            let words = |n| counted(n, count::SITE, count::SITES);
            (
                common::SITES,
                say::ANOTHER_LIST.into(),
                words(now),
                words(mine),
            )
        }
        Change::Crew => {
            let now = (form.was_peers.len() + form.was_staff.len()) as i64;
            let mine = (form.peers.len() + form.staff.len()) as i64;
            let words = |n| counted(n, count::PERSON, count::PEOPLE);
            (
                common::TEAM,
                say::ANOTHER_LIST.into(),
                words(now),
                words(mine),
            )
        }
    };
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td>{was}</td>
            <td><b>{is}</b></td>
            <td>{typed}</td>
        </tr>
    }
    .into_any()
}

/// Where the city takes part, its agents read the meeting point.
fn meeting_help(settings: &Settings) -> String {
    match &settings.city {
        Some(city) => say::meeting_help_with_city(&city.of_the()),
        None => say::MEETING_HELP.into(),
    }
}

fn site_choices(shown: &Shown) -> AnyView {
    let of = |nature: Nature| {
        let offered = shown.sites.iter().filter(|it| it.nature == nature);
        offered.map(|it| site_choice(shown, it)).collect::<Vec<_>>()
    };
    let (public, discreet) = (of(Nature::Public), of(Nature::Discreet));
    let no_site = public.is_empty() && discreet.is_empty();
    let error = shown.faults.at("sites");
    let error = error.map(|text| error_line("sites-erreur".into(), text));
    let about = match shown.asked {
        Asked::New => say::SITES_HELP_NEW,
        Asked::Edit(_) => say::SITES_HELP_EDIT,
    };
    view! {
        <h2>{say::SITES_TITLE}</h2>
        {error}
        {no_site.then(|| view! { <p class="soft">{say::SITES_NONE}</p> })}
        {(!no_site).then(|| view! { <p class="soft">{about}</p> })}
        {group(say::SITES_PUBLIC, public)}
        {group(say::SITES_DISCREET, discreet)}
        {not_offered(shown.refused)}
    }
    .into_any()
}

fn group(legend: &'static str, choices: Vec<AnyView>) -> Option<AnyView> {
    if choices.is_empty() {
        return None;
    }
    Some(
        view! {
            <fieldset>
                <legend>{legend}</legend>
                <div class="choices">{choices}</div>
            </fieldset>
        }
        .into_any(),
    )
}

fn site_choice(shown: &Shown, site: &WalkSite) -> AnyView {
    let checked = shown.form.sites.contains(&site.id);
    let (id, title) = (site.id.to_string(), site.title.clone());
    let about = walk::about(site, &shown.settings, shown.now);
    view! {
        <label class="choice">
            <input type="checkbox" name="sites" value=id checked=checked/>
            <span>
                {title}
                <small>{about}</small>
            </span>
        </label>
    }
    .into_any()
}

fn not_offered(refused: i64) -> Option<AnyView> {
    if refused == 0 {
        return None;
    }
    let sites = counted(refused, say::NOT_OFFERED_ONE, say::NOT_OFFERED_MANY);
    Some(view! { <p class="soft">{sites}{say::NOT_OFFERED_WHY}</p> }.into_any())
}

/// Who is expected: folded, for it is often the same people.
fn crew_choices(shown: &Shown) -> AnyView {
    let form = &shown.form;
    let peers = shown.peers.iter().map(|it| {
        let (id, name) = (it.id.to_string(), it.pseudonym.clone());
        person_choice("peers", id, name, None, form.peers.contains(&it.id))
    });
    let staff = shown.colleagues.iter().map(|it| {
        let checked = form.staff.contains(&AccountId(it.id));
        let body = body_of(&shown.settings, &it.role);
        person_choice("staff", it.id.to_string(), it.name.clone(), body, checked)
    });
    let (peers, staff): (Vec<_>, Vec<_>) = (peers.collect(), staff.collect());
    let how_many = (form.peers.len() + form.staff.len()) as i64;
    let summary = match how_many {
        0 => say::CREW_TITLE.to_owned(),
        n => say::crew_title_counted(&counted(n, count::PERSON, count::PEOPLE)),
    };
    let error = shown.faults.at("crew");
    let open = error.is_some();
    view! {
        <details open=open>
            <summary>{summary}</summary>
            {error.map(|text| error_line("crew-erreur".into(), text))}
            {group(say::CREW_PEERS, peers)}
            {group(say::CREW_STAFF, staff)}
        </details>
    }
    .into_any()
}

fn body_of(settings: &Settings, role: &str) -> Option<String> {
    match role {
        "agent" => settings.city.as_ref().map(|it| it.name.clone()),
        _ => Some(settings.association.name.clone()),
    }
}

fn person_choice(
    field: &'static str,
    id: String,
    name: String,
    body: Option<String>,
    checked: bool,
) -> AnyView {
    view! {
        <label class="choice">
            <input type="checkbox" name=field value=id checked=checked/>
            <span>
                {name}
                {body.map(|text| view! { <small>{text}</small> })}
            </span>
        </label>
    }
    .into_any()
}
