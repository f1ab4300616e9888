//! « Proposer un lieu »: what kind, where, and before it is sent what the city will see of it. The
//! proposal is a fact by the same way in as the recorder's.
//!
//! Nothing here depends on a discreet site: the rule is told, never how it would turn out.

use super::places::nature_words;
use super::{frame, myself};
use crate::access::Caller;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::page;
use crate::http::pieces::{Faults, Tone, crumbs, error_line, in_text_area, note};
use crate::http::reading::{Query, ReadForm};
use crate::programmes;
use crate::sites::proposals::{self, Found, Proposal};
use crate::sites::quarters;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, EDIT, HERE, MAP, NEXT, PIN, PIN_DISCREET};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::fact::AgentAccess;
use domain::outing::Reason;
use domain::{FactId, Nature, Position, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;

/// The form, as it was sent.
#[derive(Clone, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    id: Option<FactId>,
    /// The proposal that this one replaces; empty for a new one.
    #[serde(default)]
    remplace: String,
    #[serde(default)]
    nature: String,
    #[serde(default)]
    lat: String,
    #[serde(default)]
    lon: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    habitants: String,
    #[serde(default)]
    agent: String,
    #[serde(default)]
    geste: String,
}

/// What kind was chosen, or which proposal is changed.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    nature: String,
    #[serde(default)]
    de: String,
}

/// `GET /moi/lieux/proposer`: first what kind of place; then the form.
pub async fn propose_page(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if let Ok(id) = asked.de.parse::<FactId>() {
        let it = proposals::own_one(&app, &caller, id).await?;
        let it = it.filter(|it| it.decision.is_none());
        let typed = Typed::of(&it.ok_or_else(Problem::not_found)?);
        return form_page(&app, &caller, &typed, &Faults::default()).await;
    }
    if Nature::parse(&asked.nature).is_err() {
        return kinds_page(&app, &caller).await;
    }
    let typed = Typed {
        id: Some(FactId(Uuid::now_v7())),
        nature: asked.nature,
        ..Typed::default()
    };
    form_page(&app, &caller, &typed, &Faults::default()).await
}

impl Typed {
    fn of(it: &Proposal) -> Self {
        let degrees = |of: fn(Position) -> f64| it.at.map(|at| of(at).to_string());
        Self {
            id: Some(FactId(Uuid::now_v7())),
            remplace: it.id.to_string(),
            nature: it.nature.as_str().into(),
            lat: degrees(Position::lat).unwrap_or_default(),
            lon: degrees(Position::lon).unwrap_or_default(),
            note: it.note.clone().unwrap_or_default(),
            habitants: match it.residents_agree {
                Some(true) => "oui".into(),
                Some(false) => "non".into(),
                None => String::new(),
            },
            agent: it.agent.map(AgentAccess::code).unwrap_or_default().into(),
            geste: String::new(),
        }
    }

    fn at(&self) -> Option<Position> {
        let (lat, lon) = (self.lat.parse().ok()?, self.lon.parse().ok()?);
        Position::new(lat, lon).ok()
    }

    fn check(&self, settings: &Settings) -> Result<Found, Faults> {
        let kind = "Choisissez le type de lieu.";
        let nature = Nature::parse(&self.nature).map_err(|_| Faults::one("nature", kind))?;
        let place = "Dites où c’est\u{a0}: touchez un des deux boutons.";
        let at = self.at().ok_or_else(|| Faults::one("lieu", place))?;
        let long = "Le mot est trop long. Gardez l’essentiel.";
        let words = Some(self.note.trim()).filter(|it| !it.is_empty());
        let words = words.map(|it| Reason::new("note", it)).transpose();
        let words = words.map_err(|_| Faults::one("note", long))?;
        let discreet = nature == Nature::Discreet;
        let agent = AgentAccess::from_code(&self.agent).filter(|_| discreet);
        if discreet && settings.city.is_some() && agent.is_none() {
            return Err(Faults::one("agent", "Choisissez ce que fait l’agent."));
        }
        Ok(Found {
            id: self.id.unwrap_or_else(|| FactId(Uuid::now_v7())),
            nature,
            at,
            words: words.map(|it| it.as_str().to_owned()),
            residents_agree: match self.habitants.as_str() {
                "oui" if discreet => Some(true),
                "non" if discreet => Some(false),
                _ => None,
            },
            agent,
        })
    }
}

/// `POST /moi/lieux`: looks at it, changes it, or sends it.
pub async fn propose(
    State(app): State<App>,
    caller: Caller,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let peer = myself(&mut tx, &caller).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let found = match typed.check(&settings) {
        Ok(found) => found,
        Err(faults) => {
            let form = form_page(&app, &caller, &typed, &faults).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response());
        }
    };
    match typed.geste.as_str() {
        "proposer" => {
            proposals::propose(&app, &caller, peer.id, &found).await?;
            if let Ok(before) = typed.remplace.parse() {
                proposals::withdraw(&app, &caller, peer.id, before).await?;
            }
            Ok(Redirect::to("/moi/lieux?fait=propose").into_response())
        }
        "changer" => form_page(&app, &caller, &typed, &Faults::default()).await,
        _ => preview_page(&app, &caller, &settings, &typed, &found).await,
    }
}

async fn kinds_page(app: &App, caller: &Caller) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let frame = frame(app, caller, &settings, "Proposer un lieu", "/moi/lieux");
    Ok(page(&frame, || {
        view! {
            {crumbs("/moi/lieux".into(), "Mes lieux")}
            <h1>"C’est quel lieu\u{a0}?"</h1>
            <ul class="doors">
                <li>{kind("public", PIN, "Lieu public", "La rue, un parc, un parking. Tout le monde peut y aller.")}</li>
                <li>{kind("discreet", PIN_DISCREET, "Lieu discret", "Un squat, un endroit où quelqu’un vit ou dort.")}</li>
            </ul>
        }
        .into_any()
    })
    .into_response())
}

fn kind(
    nature: &'static str,
    path: &'static str,
    title: &'static str,
    what: &'static str,
) -> AnyView {
    view! {
        <a class="card door" href=format!("/moi/lieux/proposer?nature={nature}")>
            <Icon path=path/>
            <span><b>{title}</b><small>{what}</small></span>
        </a>
    }
    .into_any()
}

async fn form_page(
    app: &App,
    caller: &Caller,
    typed: &Typed,
    faults: &Faults,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let title = match faults.is_empty() {
        true => "Proposer un lieu",
        false => "Il manque quelque chose",
    };
    let mut frame = frame(app, caller, &settings, title, "/moi/lieux");
    frame.with_map = true;
    Ok(page(&frame, || form_view(&settings, typed, faults)).into_response())
}

fn form_view(settings: &Settings, typed: &Typed, faults: &Faults) -> AnyView {
    let nature = Nature::parse(&typed.nature).unwrap_or(Nature::Public);
    let (path, what) = nature_words(nature);
    let discreet = (nature == Nature::Discreet).then(|| discreet_fields(settings, typed, faults));
    let error = faults
        .at("note")
        .map(|it| error_line("note-erreur".into(), it));
    let id = typed.id.map(|it| it.to_string()).unwrap_or_default();
    view! {
        {crumbs("/moi/lieux/proposer".into(), "Choisir un autre type")}
        <h1 class="with-sign"><Icon path=path/>{what}</h1>
        <form class="form card" method="post" action="/moi/lieux">
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="remplace" value=typed.remplace.clone()/>
            <input type="hidden" name="nature" value=nature.as_str()/>
            {place_field(typed, faults)}
            {discreet}
            <div class="field">
                <label for="note">"Un mot pour le retrouver, si vous voulez"</label>
                <p class="help">"Seule l’équipe le lit. Pas de nom de personne."</p>
                {error}
                <textarea id="note" name="note" maxlength="2000" inner_html=in_text_area(&typed.note)></textarea>
            </div>
            <button class="primary" name="geste" value="voir">
                "Voir avant d’envoyer"
                <Icon path=NEXT/>
            </button>
        </form>
    }
    .into_any()
}

/// The script of the page (place.js) brings the two buttons to life and fills the point.
fn place_field(typed: &Typed, faults: &Faults) -> AnyView {
    let error = faults
        .at("lieu")
        .map(|it| error_line("lieu-erreur".into(), it));
    let there = typed.at().map(|_| "Le point est choisi.");
    view! {
        <fieldset data-place>
            <legend>"C’est où\u{a0}?"</legend>
            {error}
            <input type="hidden" name="lat" value=typed.lat.clone()/>
            <input type="hidden" name="lon" value=typed.lon.clone()/>
            <button type="button" data-here><Icon path=HERE/>"Là où je suis"</button>
            <button type="button" data-on-map><Icon path=MAP/>"Choisir sur la carte"</button>
            <p class="place-said" role="status">{there}</p>
            <div class="map" data-map hidden></div>
            <noscript><p>"Pour dire où c’est, cette page a besoin de JavaScript. Dites-le à l’équipe."</p></noscript>
        </fieldset>
    }
    .into_any()
}

fn discreet_fields(settings: &Settings, typed: &Typed, faults: &Faults) -> AnyView {
    let agree = &typed.habitants;
    let error = faults
        .at("agent")
        .map(|it| error_line("agent-erreur".into(), it));
    let agent = settings.city.is_some().then(|| {
        let choices: Vec<_> = AgentAccess::ALL
            .iter()
            .map(|it| {
                let words = access_words(*it);
                choice("agent", it.code(), words, None, typed.agent == it.code())
            })
            .collect();
        view! {
            <fieldset>
                <legend>"L’agent de la ville, pendant la sortie"</legend>
                <p class="help">"L’agent qui marche avec nous verra ce lieu de ses yeux."</p>
                {error}
                {choices}
            </fieldset>
        }
    });
    view! {
        <fieldset>
            <legend>"Les gens qui vivent là sont d’accord\u{a0}?"</legend>
            {choice("habitants", "oui", "Oui", None, agree == "oui")}
            {choice("habitants", "", "Pas encore demandé", None, agree.is_empty())}
            {choice("habitants", "non", "Non", Some("On n’ira pas. Le lieu ne pourra pas être prévu."), agree == "non")}
        </fieldset>
        {agent}
    }
    .into_any()
}

fn access_words(it: AgentAccess) -> &'static str {
    match it {
        AgentAccess::Enters => "entre avec nous",
        AgentAccess::Waits => "attend dehors",
        AgentAccess::Absent => "ne vient pas",
    }
}

fn choice(
    name: &'static str,
    value: &'static str,
    words: &'static str,
    help: Option<&'static str>,
    checked: bool,
) -> AnyView {
    let help = help.map(|text| view! { <small>{text}</small> });
    view! {
        <label class="choice">
            <input type="radio" name=name value=value checked=checked/>
            <span>{words}{help}</span>
        </label>
    }
    .into_any()
}

async fn preview_page(
    app: &App,
    caller: &Caller,
    settings: &Settings,
    typed: &Typed,
    found: &Found,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let quarters = quarters::store::all(&mut tx, caller.programme).await?;
    drop(tx);
    let quarter = quarters.of(found.at).map(|it| it.name.clone());
    let frame = frame(app, caller, settings, "Avant d’envoyer", "/moi/lieux");
    Ok(page(&frame, || preview(settings, typed, found, quarter)).into_response())
}

fn preview(settings: &Settings, typed: &Typed, found: &Found, quarter: Option<String>) -> AnyView {
    let (path, what) = nature_words(found.nature);
    let refused = (found.residents_agree == Some(false)).then(|| {
        note(
            Tone::Wait,
            "Les gens qui vivent là ne sont pas d’accord\u{a0}: on n’ira pas.",
        )
    });
    view! {
        <h1>"Avant d’envoyer"</h1>
        <p class="own-place-what"><Icon path=path/><b>{what}</b></p>
        {match &settings.city {
            Some(city) => city_sees(settings, &city.the(), found, quarter),
            None => view! { <p>"L’association seule verra ce lieu."</p> }.into_any(),
        }}
        {own_eyes(settings, found)}
        <section class="card">
            <h2>"Ce que l’équipe verra"</h2>
            <p>"Le point exact et votre mot. C’est écrit\u{a0}: « proposé par un pair »."</p>
            {found.words.clone().map(|it| view! { <p class="said">"« "{it}" »"</p> })}
        </section>
        {refused}
        {sending(typed)}
    }
    .into_any()
}

/// As the city's database will hold it.
fn city_sees(settings: &Settings, city: &str, found: &Found, quarter: Option<String>) -> AnyView {
    let line = |what: &'static str, said: String| {
        view! { <div><dt>{what}</dt><dd>{said}</dd></div> }
    };
    let lines = match found.nature {
        Nature::Public => vec![
            line("Le point", "exact, sur la carte".into()),
            line(
                "Le quartier",
                quarter.unwrap_or_else(|| settings.town.clone()),
            ),
            line("Qui l’a proposé", "un pair, sans nom".into()),
            line("Votre mot", "jamais".into()),
        ],
        Nature::Discreet => vec![
            line("Le point", "jamais".into()),
            line("Le quartier", hidden_quarter(settings, quarter)),
            line("Quand on y passe", "la semaine, pas le jour".into()),
            line("Votre mot", "jamais".into()),
        ],
    };
    view! {
        <section class="card city-sees">
            <h2>"Voici ce que "{city.to_owned()}" verra"</h2>
            <dl class="pairs known">{lines}</dl>
            <p class="soft">"Rien avant que l’équipe ait dit oui."</p>
        </section>
    }
    .into_any()
}

fn hidden_quarter(settings: &Settings, quarter: Option<String>) -> String {
    let n = settings.small_cell_min;
    match quarter {
        Some(name) => format!(
            "{name}, seulement s’il y a {n} lieux discrets dans ce quartier. Sinon\u{a0}: \
             « autre secteur »."
        ),
        None => format!("« autre secteur », et seulement s’il y a {n} lieux discrets."),
    }
}

fn own_eyes(settings: &Settings, found: &Found) -> Option<AnyView> {
    settings.city.as_ref()?;
    let agent = found.agent?;
    let words = match agent {
        AgentAccess::Absent => "L’agent ne vient pas à cet endroit.",
        AgentAccess::Waits => "L’agent attend dehors. Il verra la rue, pas dedans.",
        AgentAccess::Enters => "L’agent qui marche avec nous verra ce lieu de ses yeux.",
    };
    Some(note(Tone::Info, words))
}

/// The same form, hidden: sent, or typed once more.
fn sending(typed: &Typed) -> AnyView {
    let id = typed.id.map(|it| it.to_string()).unwrap_or_default();
    let hidden: Vec<_> = [
        ("id", id),
        ("remplace", typed.remplace.clone()),
        ("nature", typed.nature.clone()),
        ("lat", typed.lat.clone()),
        ("lon", typed.lon.clone()),
        ("note", typed.note.clone()),
        ("habitants", typed.habitants.clone()),
        ("agent", typed.agent.clone()),
    ]
    .into_iter()
    .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
    .collect();
    view! {
        <form class="ways-on" method="post" action="/moi/lieux">
            {hidden}
            <button class="primary" name="geste" value="proposer"><Icon path=CHECK/>"Proposer"</button>
            <button class="quiet" name="geste" value="changer"><Icon path=EDIT/>"Changer"</button>
        </form>
    }
    .into_any()
}
