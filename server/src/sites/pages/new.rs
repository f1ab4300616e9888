//! `/lieux/nouveau`: a site is told, read again with what is near it and with what the city will
//! see of it, then kept. Two pages and no script needed; the id comes with the form, so that a
//! button pressed twice makes one site.

use super::point::{Doubts, TypedPoint, around_town, chooser, doubts, warned};
use super::{choice, city, map, state_tag};
use crate::access::Caller;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, error_line, in_text_area, note};
use crate::programmes;
use crate::sites::create::NewPlace;
use crate::sites::near::{self, Nearby};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::city::{Area, CityQuarter, HiddenSite};
use domain::fact::AgentAccess;
use domain::french::{counted, distance};
use domain::outing::Reason;
use domain::people::Title;
use domain::place::{Pictogram, SiteState};
use domain::{Nature, Settings, SiteId};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;
use words::desk::common;
use words::desk::common::count;
use words::desk::sites::new as say;

/// A new site, as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PlaceForm {
    id: Option<Uuid>,
    /// `relire`, `corriger` or `garder`.
    #[serde(default)]
    pub geste: String,
    #[serde(default)]
    nature: String,
    #[serde(default)]
    title: String,
    #[serde(flatten)]
    point: TypedPoint,
    #[serde(default)]
    pictogram: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    residents: String,
    #[serde(default)]
    agent: String,
}

impl PlaceForm {
    /// A site that can be made, or what to do about each field.
    pub fn check(&self, asks_agent: bool) -> Result<NewPlace, Faults> {
        let nature =
            Nature::parse(&self.nature).map_err(|_| Faults::one("nature", say::REFUSED_NATURE))?;
        let title = Title::new("title", &self.title)
            .map_err(|_| Faults::one("title", say::REFUSED_TITLE))?;
        let at = self.point.check()?;
        let typed = Some(self.note.as_str()).filter(|it| !it.trim().is_empty());
        let note = typed.map(|it| Reason::new("note", it)).transpose();
        let note = note.map_err(|_| Faults::one("note", say::REFUSED_NOTE_TOO_LONG))?;
        let agent = AgentAccess::from_code(&self.agent);
        if nature == Nature::Discreet && asks_agent && agent.is_none() {
            return Err(Faults::one("agent", say::REFUSED_AGENT));
        }
        Ok(NewPlace {
            id: SiteId(self.id.unwrap_or_else(Uuid::now_v7)),
            nature,
            title,
            at,
            note,
            residents_agree: match self.residents.as_str() {
                "oui" => Some(true),
                "non" => Some(false),
                _ => None,
            },
            pictogram: Pictogram::from_code(&self.pictogram),
            agent,
        })
    }

    /// Everything again, for the button of the next page.
    fn hidden(&self) -> AnyView {
        let id = self.id.map(|it| it.to_string());
        let texts = [
            ("id", id.unwrap_or_default()),
            ("nature", self.nature.clone()),
            ("title", self.title.clone()),
            ("pictogram", self.pictogram.clone()),
            ("note", self.note.clone()),
            ("residents", self.residents.clone()),
            ("agent", self.agent.clone()),
        ];
        let inputs =
            texts.map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
        view! { {inputs.into_iter().collect::<Vec<_>>()}{self.point.hidden()} }.into_any()
    }
}

/// `GET /lieux/nouveau`
pub async fn new_page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    form_page(&app, &caller, &PlaceForm::default(), Faults::default()).await
}

/// The form, empty or as it was typed with what is wrong.
pub async fn form_page(
    app: &App,
    caller: &Caller,
    form: &PlaceForm,
    faults: Faults,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let around = around_town(&mut tx, app, caller).await?;
    tx.commit().await?;
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut frame = Frame::of(&app.assets, caller, &settings, common::ADD_A_SITE, "/lieux");
    frame.with_map = true;
    let shown = page(&frame, || form_view(&settings, form, around, &faults));
    Ok((status, shown).into_response())
}

fn form_view(
    settings: &Settings,
    form: &PlaceForm,
    around: Option<String>,
    faults: &Faults,
) -> AnyView {
    let id = form.id.unwrap_or_else(Uuid::now_v7).to_string();
    let mut pictures = vec![(String::new(), say::NO_PICTURE.to_owned())];
    let known = Pictogram::ALL.iter();
    pictures.extend(known.map(|it| (it.code().to_owned(), it.label().to_owned())));
    let title = Field {
        name: "title",
        label: common::SITE_NAME,
        kind: "text",
        value: form.title.clone(),
        help: Some(say::HELP_TITLE.into()),
        error: faults.at("title"),
        ..Field::default()
    };
    let note_error = faults.at("note");
    let note = form.note.clone();
    view! {
        {crumbs("/lieux".into(), common::SITES)}
        <div class="head"><div><h1>{common::ADD_A_SITE}</h1></div></div>
        {(!faults.is_empty()).then(|| note_above(faults))}
        <form class="card form new-place" method="post" action="/lieux/nouveau">
            <input type="hidden" name="id" value=id/>
            {natures(settings, form, faults)}
            {title.view()}
            {chooser(&form.point, around, faults)}
            {discreet(settings, form, faults)}
            {choice("pictogram".into(), "pictogram", say::LABEL_PICTURE, pictures, &form.pictogram)}
            <div class="field">
                <label for="note">{say::LABEL_NOTE}</label>
                <p class="help">{say::HELP_NOTE}</p>
                {note_error.map(|text| error_line("note-erreur".into(), text))}
                <textarea id="note" name="note" rows="3" maxlength="2000" inner_html=in_text_area(&note)></textarea>
            </div>
            <p class="actions">
                <button class="primary" name="geste" value="relire">{say::REVIEW}</button>
            </p>
        </form>
    }
    .into_any()
}

fn note_above(faults: &Faults) -> AnyView {
    let all = ["nature", "title", "point", "agent", "note"];
    let words: Vec<_> = all.iter().filter_map(|it| faults.at(it)).collect();
    note(Tone::Alarm, view! { <p>{words.join(" ")}</p> })
}

/// Choices of which one is taken, each with a line of help.
fn radios(
    name: &'static str,
    options: Vec<(&'static str, &'static str, String)>,
    chosen: &str,
) -> Vec<AnyView> {
    let one = |(value, words, help): (&'static str, &'static str, String)| {
        let checked = value == chosen;
        let help = (!help.is_empty()).then(|| view! { <small>{help}</small> });
        view! {
            <label class="choice">
                <input type="radio" name=name value=value checked=checked/>
                <span>{words}{help}</span>
            </label>
        }
        .into_any()
    };
    options.into_iter().map(one).collect()
}

fn natures(settings: &Settings, form: &PlaceForm, faults: &Faults) -> AnyView {
    let city = settings.city.as_ref().map(|it| it.the());
    let (public, discreet) = match city {
        Some(city) => (
            say::help_public_city(&crate::http::pieces::capital(&city)),
            say::help_discreet_city(&crate::http::pieces::capital(&city)),
        ),
        None => (say::HELP_PUBLIC.into(), say::HELP_DISCREET.into()),
    };
    let options = vec![
        ("public", say::NATURE_PUBLIC, public),
        ("discreet", common::DISCREET_SITE_TITLE, discreet),
    ];
    view! {
        <fieldset>
            <legend>{say::LABEL_NATURE}</legend>
            {faults.at("nature").map(|text| error_line("nature-erreur".into(), text))}
            <div class="choices">{radios("nature", options, &form.nature)}</div>
        </fieldset>
    }
    .into_any()
}

/// What is asked of a place where somebody may live. The style sheet shows it once « lieu discret »
/// is chosen; a browser that cannot always shows it.
fn discreet(settings: &Settings, form: &PlaceForm, faults: &Faults) -> AnyView {
    let residents = vec![
        ("oui", say::RESIDENTS_YES, String::new()),
        ("non", say::RESIDENTS_NO, say::HELP_RESIDENTS_NO.to_owned()),
        ("", say::RESIDENTS_NOT_ASKED, String::new()),
    ];
    let agent = settings.city.as_ref().map(|_| {
        let all = AgentAccess::ALL.iter();
        let options = all.map(|it| (it.code(), agent_words(*it), String::new()));
        view! {
            <fieldset>
                <legend>{say::LABEL_AGENT}</legend>
                <p class="help">{say::HELP_AGENT}</p>
                {faults.at("agent").map(|text| error_line("agent-erreur".into(), text))}
                <div class="choices">{radios("agent", options.collect(), &form.agent)}</div>
            </fieldset>
        }
    });
    view! {
        <div class="if-discreet form">
            <fieldset>
                <legend>{say::LABEL_RESIDENTS}</legend>
                <div class="choices">{radios("residents", residents, &form.residents)}</div>
            </fieldset>
            {agent}
        </div>
    }
    .into_any()
}

/// What was agreed about the agent, in words for a choice.
pub fn agent_words(it: AgentAccess) -> &'static str {
    match it {
        AgentAccess::Enters => say::AGENT_ENTERS,
        AgentAccess::Waits => say::AGENT_WAITS,
        AgentAccess::Absent => say::AGENT_ABSENT,
    }
}

/// Everything that is read again before a site is made.
struct Review {
    settings: Settings,
    place: NewPlace,
    doubts: Doubts,
    nearby: Vec<Nearby>,
    /// The line of the city's view that a discreet site would be in.
    line: Option<CityQuarter>,
}

/// The page to read again: what was typed, what is near, and what the city will see.
pub async fn review_page(
    app: &App,
    caller: &Caller,
    form: &PlaceForm,
    place: NewPlace,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let doubts = doubts(&mut tx, app, caller, place.at).await?;
    let nearby = near::nearby(&mut tx, app, caller, place.at, place.id.0).await?;
    let line = match place.nature {
        Nature::Public => None,
        Nature::Discreet => {
            let one_more = HiddenSite {
                quarter: doubts.quarter.clone(),
                state: SiteState::Seen,
                done_week: None,
            };
            let lines =
                crate::sites::city::lines_with(&mut tx, caller.programme, Some(one_more)).await?;
            line_of(lines, doubts.quarter.as_deref())
        }
    };
    tx.commit().await?;
    let review = Review {
        settings: settings.clone(),
        place,
        doubts,
        nearby,
        line,
    };
    // Without an id of its own, the form would make another site each time.
    let mut form = form.clone();
    form.id = Some(review.place.id.0);
    let mut frame = Frame::of(
        &app.assets,
        caller,
        &settings,
        say::REVIEW_PAGE_TITLE,
        "/lieux",
    );
    frame.with_map = true;
    Ok(page(&frame, || review_view(&review, &form)).into_response())
}

/// The line that a site of this quarter is told in.
fn line_of(lines: Vec<CityQuarter>, quarter: Option<&str>) -> Option<CityQuarter> {
    let named = |line: &&CityQuarter| matches!(&line.area, Area::Quarter(name) if Some(name.as_str()) == quarter);
    let found = lines.iter().find(named).cloned();
    found.or_else(|| {
        lines
            .into_iter()
            .rfind(|it| !matches!(it.area, Area::Quarter(_)))
    })
}

fn review_view(review: &Review, form: &PlaceForm) -> AnyView {
    let place = &review.place;
    let title = place.title.as_str().to_owned();
    let mark = json!([{
        "id": place.id, "title": title, "lat": place.at.lat(), "lon": place.at.lon(),
        "nature": place.nature.as_str(), "state": "seen",
    }]);
    view! {
        {crumbs("/lieux".into(), common::SITES)}
        <div class="head">
            <div>
                <p class="tags"><span class="tag info">{say::TAG_NOT_ADDED}</span></p>
                <h1>{title}</h1>
                <p class="soft">{told(review)}</p>
            </div>
        </div>
        {review.doubts.warning.clone().map(warned)}
        {near_note(&review.nearby)}
        <div class="two">
            <div class="col">
                {city_card(review)}
                {place.note.as_ref().map(|it| {
                    let words = it.as_str().to_owned();
                    view! { <section class="card"><h2>{say::NOTE_TITLE}</h2><p class="said">{words}</p></section> }
                })}
                <form class="actions" method="post" action="/lieux/nouveau">
                    {form.hidden()}
                    <button class="primary" name="geste" value="garder">{say::ADD}</button>
                    <button name="geste" value="corriger">{say::CORRECT}</button>
                </form>
            </div>
            {map::town_card(&mark, say::MAP_LABEL)}
        </div>
    }
    .into_any()
}

/// « Lieu discret · La Bastide · les habitants sont d’accord · l’agent attend dehors »
fn told(review: &Review) -> String {
    let place = &review.place;
    let is_discreet = place.nature == Nature::Discreet;
    let residents = match place.residents_agree {
        Some(true) => say::TOLD_RESIDENTS_AGREE,
        Some(false) => say::TOLD_RESIDENTS_REFUSE,
        None => say::TOLD_RESIDENTS_NOT_ASKED,
    };
    let words = [
        Some(
            if is_discreet {
                common::DISCREET_SITE
            } else {
                say::TOLD_PUBLIC
            }
            .to_owned(),
        ),
        review.doubts.quarter.clone(),
        place.pictogram.map(|it| it.label().to_owned()),
        is_discreet.then(|| residents.to_owned()),
        place
            .agent
            .filter(|_| is_discreet)
            .map(|it| it.label().to_owned()),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What is known within a few steps: perhaps it is the same.
fn near_note(nearby: &[Nearby]) -> Option<AnyView> {
    let rows: Vec<_> = nearby
        .iter()
        .map(|it| {
            let href = format!("/lieux/{}", it.id);
            let title = it
                .title
                .clone()
                .unwrap_or_else(|| say::NEAR_UNTITLED.into());
            let age = match it.age_days {
                0 => say::NEAR_SEEN_TODAY.to_owned(),
                days => say::near_seen_ago(&counted(days, count::DAY, count::DAYS)),
            };
            let away = distance(f64::from(it.distance_m));
            view! {
                <li>
                    <a href=href>{title}</a>
                    " "{say::NEAR_DISTANCE}" "{away}" · "{age}" "
                    {it.state.map(state_tag)}
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        note(
            Tone::Wait,
            view! {
                <p><b>{say::NEAR_TITLE}</b></p>
                <ul>{rows}</ul>
                <p>{say::NEAR_ADVICE}</p>
            },
        )
    })
}

/// « Ce que la mairie verra », exactly.
fn city_card(review: &Review) -> AnyView {
    let Some(city) = review.settings.city.as_ref().map(|it| it.the()) else {
        return view! { <section class="card"><p>{say::ASSOCIATION_ONLY}</p></section> }.into_any();
    };
    let title = say::city_title(&city);
    let content = match (review.place.nature, &review.line) {
        (Nature::Public, _) => view! {
            <p>{say::CITY_PUBLIC}</p>
            <p class="soft">{say::CITY_PUBLIC_NEVER}</p>
        }
        .into_any(),
        (Nature::Discreet, Some(line)) => view! {
            <p>{say::CITY_DISCREET}</p>
            {city::table(std::slice::from_ref(line))}
            <p class="soft">{say::CITY_DISCREET_NEVER}</p>
            <p>{own_eyes(review.place.agent)}</p>
        }
        .into_any(),
        (Nature::Discreet, None) => view! { <p>{say::CITY_NOTHING}</p> }.into_any(),
    };
    view! { <section class="card">
        <h2>{title}</h2>
        {content}
    </section> }
    .into_any()
}

/// What no database hides.
fn own_eyes(agent: Option<AgentAccess>) -> &'static str {
    match agent {
        Some(AgentAccess::Absent) => say::EYES_AGENT_ABSENT,
        Some(AgentAccess::Waits) => say::EYES_AGENT_WAITS,
        _ => say::EYES_AGENT_ENTERS,
    }
}
