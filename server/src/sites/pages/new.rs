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
        let nature = Nature::parse(&self.nature).map_err(|_| {
            Faults::one(
                "nature",
                "Dites si c’est un espace public ou un lieu discret.",
            )
        })?;
        let title = Title::new("title", &self.title).map_err(|_| {
            Faults::one(
                "title",
                "Écrivez un nom, sur une ligne, de 120 signes au plus.",
            )
        })?;
        let at = self.point.check()?;
        let typed = Some(self.note.as_str()).filter(|it| !it.trim().is_empty());
        let note = typed.map(|it| Reason::new("note", it)).transpose();
        let note = note.map_err(|_| {
            Faults::one(
                "note",
                "Le mot est trop long. Gardez 2\u{a0}000 signes au plus.",
            )
        })?;
        let agent = AgentAccess::from_code(&self.agent);
        if nature == Nature::Discreet && asks_agent && agent.is_none() {
            return Err(Faults::one("agent", "Choisissez ce que fait l’agent."));
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
    let mut frame = Frame::of(&app.assets, caller, &settings, "Ajouter un lieu", "/lieux");
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
    let mut pictures = vec![(String::new(), "Pas d’image".to_owned())];
    let known = Pictogram::ALL.iter();
    pictures.extend(known.map(|it| (it.code().to_owned(), it.label().to_owned())));
    let title = Field {
        name: "title",
        label: "Nom du lieu",
        kind: "text",
        value: form.title.clone(),
        help: Some("Court, et facile à dire. L’équipe le lit sur le téléphone.".into()),
        error: faults.at("title"),
        ..Field::default()
    };
    let note_error = faults.at("note");
    let note = form.note.clone();
    view! {
        {crumbs("/lieux".into(), "Lieux")}
        <div class="head"><div><h1>"Ajouter un lieu"</h1></div></div>
        {(!faults.is_empty()).then(|| note_above(faults))}
        <form class="card form new-place" method="post" action="/lieux/nouveau">
            <input type="hidden" name="id" value=id/>
            {natures(settings, form, faults)}
            {title.view()}
            {chooser(&form.point, around, faults)}
            {discreet(settings, form, faults)}
            {choice("pictogram".into(), "pictogram", "Image (si on veut)", pictures, &form.pictogram)}
            <div class="field">
                <label for="note">"Un mot pour l’équipe (si on veut)"</label>
                <p class="help">"Par où passer, à quoi faire attention. L’association seule le lit, et le téléphone de la sortie."</p>
                {note_error.map(|text| error_line("note-erreur".into(), text))}
                <textarea id="note" name="note" rows="3" maxlength="2000" inner_html=in_text_area(&note)></textarea>
            </div>
            <p class="actions">
                <button class="primary" name="geste" value="relire">"Relire avant d’ajouter"</button>
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
            format!(
                "Rue, square, parking. {} voit le point.",
                crate::http::pieces::capital(&city)
            ),
            format!(
                "Squat, endroit où quelqu’un vit. {} ne voit jamais le point.",
                crate::http::pieces::capital(&city)
            ),
        ),
        None => (
            "Rue, square, parking.".into(),
            "Squat, endroit où quelqu’un vit.".into(),
        ),
    };
    let options = vec![
        ("public", "Espace public", public),
        ("discreet", "Lieu discret", discreet),
    ];
    view! {
        <fieldset>
            <legend>"Quelle sorte de lieu\u{a0}?"</legend>
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
        ("oui", "Oui", String::new()),
        (
            "non",
            "Non",
            "Ce lieu ne sera pas proposé pour une sortie.".to_owned(),
        ),
        ("", "Pas demandé", String::new()),
    ];
    let agent = settings.city.as_ref().map(|_| {
        let all = AgentAccess::ALL.iter();
        let options = all.map(|it| (it.code(), agent_words(*it), String::new()));
        view! {
            <fieldset>
                <legend>"L’agent qui marche avec nous"</legend>
                <p class="help">"Il verra ce lieu de ses yeux. L’équipe suit ce choix."</p>
                {faults.at("agent").map(|text| error_line("agent-erreur".into(), text))}
                <div class="choices">{radios("agent", options.collect(), &form.agent)}</div>
            </fieldset>
        }
    });
    view! {
        <div class="if-discreet form">
            <fieldset>
                <legend>"Les habitants sont d’accord\u{a0}?"</legend>
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
        AgentAccess::Enters => "Il entre avec nous",
        AgentAccess::Waits => "Il attend dehors",
        AgentAccess::Absent => "Il ne vient pas",
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
    let mut frame = Frame::of(&app.assets, caller, &settings, "Relire", "/lieux");
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
        {crumbs("/lieux".into(), "Lieux")}
        <div class="head">
            <div>
                <p class="tags"><span class="tag info">"pas encore ajouté"</span></p>
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
                    view! { <section class="card"><h2>"Pour l’équipe"</h2><p class="said">{words}</p></section> }
                })}
                <form class="actions" method="post" action="/lieux/nouveau">
                    {form.hidden()}
                    <button class="primary" name="geste" value="garder">"Ajouter ce lieu"</button>
                    <button name="geste" value="corriger">"Corriger"</button>
                </form>
            </div>
            {map::town_card(&mark, "Où c’est")}
        </div>
    }
    .into_any()
}

/// « Lieu discret · La Bastide · les habitants sont d’accord · l’agent attend dehors »
fn told(review: &Review) -> String {
    let place = &review.place;
    let is_discreet = place.nature == Nature::Discreet;
    let residents = match place.residents_agree {
        Some(true) => "les habitants sont d’accord",
        Some(false) => "les habitants ont dit non",
        None => "pas encore demandé aux habitants",
    };
    let words = [
        Some(
            if is_discreet {
                "lieu discret"
            } else {
                "espace public"
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
            let title = it.title.clone().unwrap_or_else(|| "Lieu proposé".into());
            let age = match it.age_days {
                0 => "vu aujourd’hui".to_owned(),
                days => format!("vu il y a {}", counted(days, "jour", "jours")),
            };
            let away = distance(f64::from(it.distance_m));
            view! {
                <li>
                    <a href=href>{title}</a>
                    " à "{away}" · "{age}" "
                    {it.state.map(state_tag)}
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        note(
            Tone::Wait,
            view! {
                <p><b>"Déjà connu tout près. C’est le même\u{a0}?"</b></p>
                <ul>{rows}</ul>
                <p>"Si c’est le même, n’ajoutez rien."</p>
            },
        )
    })
}

/// « Ce que la mairie verra », exactly.
fn city_card(review: &Review) -> AnyView {
    let Some(city) = review.settings.city.as_ref().map(|it| it.the()) else {
        return view! { <section class="card"><p>"L’association seule verra ce lieu."</p></section> }
            .into_any();
    };
    let title = format!("Ce que {city} verra");
    let content = match (review.place.nature, &review.line) {
        (Nature::Public, _) => view! {
            <p>"Le nom, le point sur la carte, l’image, et ce qu’on y ramasse."</p>
            <p class="soft">"Jamais le mot pour l’équipe."</p>
        }
        .into_any(),
        (Nature::Discreet, Some(line)) => view! {
            <p>"Cette ligne, et rien d’autre\u{a0}:"</p>
            {city::table(std::slice::from_ref(line))}
            <p class="soft">"Jamais le point. Jamais le nom. Jamais le mot pour l’équipe. Jamais les nombres."</p>
            <p>{own_eyes(review.place.agent)}</p>
        }
        .into_any(),
        (Nature::Discreet, None) => view! { <p>"Rien."</p> }.into_any(),
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
        Some(AgentAccess::Absent) => "L’agent ne vient pas ici\u{a0}: il ne verra pas ce lieu.",
        Some(AgentAccess::Waits) => {
            "L’agent qui marche avec nous attend dehors\u{a0}: il verra de ses yeux où nous entrons."
        }
        _ => "L’agent qui marche avec nous verra ce lieu de ses yeux.",
    }
}
