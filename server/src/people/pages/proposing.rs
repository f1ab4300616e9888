//! « Proposer un lieu »: what kind, where, and before it is sent what the city will see of it. The
//! proposal is a fact by the same way in as the recorder's.
//!
//! Nothing here depends on a discreet site: the rule is told, never how it would turn out.

use super::places::nature_words;
use super::{frame, myself};
use crate::access::Caller;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::page;
use crate::http::pieces::{Faults, Tone, crumbs, error_line, in_text_area, note};
use crate::http::reading::{Query, ReadForm};
use crate::http::speech;
use crate::programmes;
use crate::sites::proposals::{self, Found, Proposal};
use crate::sites::quarters;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, EDIT, HERE, MAP, NEXT};
use app::ui::texts;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::fact::AgentAccess;
use domain::outing::Reason;
use domain::{FactId, Nature, Position, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;
use words::{Lang, Text, me::places as place, me::proposing as say, page as around};

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
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if let Ok(id) = asked.de.parse::<FactId>() {
        let it = proposals::own_one(&app, &caller, id).await?;
        let it = it.filter(|it| it.decision.is_none());
        let typed = Typed::of(&it.ok_or_else(Problem::not_found)?);
        return form_page(&app, &caller, &typed, &Faults::default(), &reader).await;
    }
    if Nature::parse(&asked.nature).is_err() {
        return kinds_page(&app, &caller, &reader).await;
    }
    let typed = Typed {
        id: Some(FactId(Uuid::now_v7())),
        nature: asked.nature,
        ..Typed::default()
    };
    form_page(&app, &caller, &typed, &Faults::default(), &reader).await
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

    fn check(&self, settings: &Settings, lang: Lang) -> Result<Found, Faults> {
        let fault = |field, text| Faults::one(field, lang.say(text));
        let nature = Nature::parse(&self.nature).map_err(|_| fault("nature", say::SAY_KIND))?;
        let at = self.at().ok_or_else(|| fault("lieu", say::SAY_WHERE))?;
        let words = Some(self.note.trim()).filter(|it| !it.is_empty());
        let words = words.map(|it| Reason::new("note", it)).transpose();
        let words = words.map_err(|_| fault("note", say::TOO_LONG))?;
        let discreet = nature == Nature::Discreet;
        let agent = AgentAccess::from_code(&self.agent).filter(|_| discreet);
        if discreet && settings.city.is_some() && agent.is_none() {
            return Err(fault("agent", say::SAY_AGENT));
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
    reader: Reader,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let peer = myself(&mut tx, &caller).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let found = match typed.check(&settings, reader.lang) {
        Ok(found) => found,
        Err(faults) => {
            let form = form_page(&app, &caller, &typed, &faults, &reader).await?;
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
        "changer" => form_page(&app, &caller, &typed, &Faults::default(), &reader).await,
        _ => preview_page(&app, &caller, (&settings, &reader), &typed, &found).await,
    }
}

async fn kinds_page(app: &App, caller: &Caller, reader: &Reader) -> Result<Response, Problem> {
    let lang = reader.lang;
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let title = lang.say(place::PROPOSE);
    let frame = frame(app, caller, &settings, reader, title, "/moi/lieux");
    Ok(page(&frame, || {
        view! {
            {crumbs("/moi/lieux".into(), lang.say(place::TITLE))}
            <h1>{lang.say(say::WHAT)}</h1>
            <ul class="doors">
                <li>{kind(Nature::Public, lang)}</li>
                <li>{kind(Nature::Discreet, lang)}</li>
            </ul>
        }
        .into_any()
    })
    .into_response())
}

fn kind(nature: Nature, lang: Lang) -> AnyView {
    let (path, title) = nature_words(nature);
    let what = match nature {
        Nature::Public => say::PUBLIC_HELP,
        Nature::Discreet => say::DISCREET_HELP,
    };
    let href = format!("/moi/lieux/proposer?nature={}", nature.as_str());
    view! {
        <a class="card door" href=href>
            <Icon path=path/>
            <span><b>{lang.say(title)}</b><small>{lang.say(what)}</small></span>
        </a>
    }
    .into_any()
}

async fn form_page(
    app: &App,
    caller: &Caller,
    typed: &Typed,
    faults: &Faults,
    reader: &Reader,
) -> Result<Response, Problem> {
    let lang = reader.lang;
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let title = match faults.is_empty() {
        true => place::PROPOSE,
        false => say::MISSING,
    };
    let title = lang.say(title);
    let mut frame = frame(app, caller, &settings, reader, title, "/moi/lieux");
    frame.with_map = true;
    Ok(page(&frame, || form_view(&settings, typed, faults, lang)).into_response())
}

fn form_view(settings: &Settings, typed: &Typed, faults: &Faults, lang: Lang) -> AnyView {
    let nature = Nature::parse(&typed.nature).unwrap_or(Nature::Public);
    let (path, what) = nature_words(nature);
    let discreet =
        (nature == Nature::Discreet).then(|| discreet_fields(settings, typed, faults, lang));
    let error = faults
        .at("note")
        .map(|it| error_line("note-erreur".into(), it));
    let id = typed.id.map(|it| it.to_string()).unwrap_or_default();
    view! {
        {crumbs("/moi/lieux/proposer".into(), lang.say(say::OTHER_KIND))}
        <h1 class="with-sign"><Icon path=path/>{lang.say(what)}</h1>
        <form class="form card" method="post" action="/moi/lieux">
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="remplace" value=typed.remplace.clone()/>
            <input type="hidden" name="nature" value=nature.as_str()/>
            {place_field(typed, faults, lang)}
            {discreet}
            <div class="field">
                <label for="note">{lang.say(say::NOTE)}</label>
                <p class="help">{lang.say(say::NOTE_HELP)}</p>
                {error}
                <textarea id="note" name="note" maxlength="2000" inner_html=in_text_area(&typed.note)></textarea>
            </div>
            <button class="primary" name="geste" value="voir">
                {lang.say(say::LOOK)}
                <Icon path=NEXT/>
            </button>
        </form>
    }
    .into_any()
}

/// The script of the page (place.js) brings the two buttons to life and fills the point.
fn place_field(typed: &Typed, faults: &Faults, lang: Lang) -> AnyView {
    let error = faults
        .at("lieu")
        .map(|it| error_line("lieu-erreur".into(), it));
    let there = typed.at().map(|_| lang.say(say::CHOSEN));
    view! {
        <fieldset data-place data-words=words_of_place(lang)>
            <legend>{lang.say(say::WHERE_IS_IT)}</legend>
            {error}
            <input type="hidden" name="lat" value=typed.lat.clone()/>
            <input type="hidden" name="lon" value=typed.lon.clone()/>
            <button type="button" data-here><Icon path=HERE/>{lang.say(say::HERE)}</button>
            <button type="button" data-on-map><Icon path=MAP/>{lang.say(say::ON_MAP)}</button>
            <p class="place-said" role="status">{there}</p>
            <div class="map" data-map hidden></div>
            <noscript><p>{lang.say(say::NO_SCRIPT)}</p></noscript>
        </fieldset>
    }
    .into_any()
}

/// What the script says.
fn words_of_place(lang: Lang) -> String {
    let words = json!({
        "looking": lang.say(say::LOOKING),
        "found": lang.fill(say::FOUND, ["{n}"]),
        "not_found": lang.say(say::NOT_FOUND),
        "chosen": lang.say(say::CHOSEN),
        "touch": lang.say(say::TOUCH),
        "map": words_of_map(lang),
    });
    words.to_string()
}

/// What the map says by itself.
fn words_of_map(lang: Lang) -> serde_json::Map<String, serde_json::Value> {
    let mut all = serde_json::Map::new();
    texts::each_of_map(|name, text| drop(all.insert(name.into(), lang.say(text).into())));
    texts::each_number_of_map(|name, text| {
        all.insert(name.into(), lang.fill(text, ["{n}"]).into());
    });
    all
}

fn discreet_fields(settings: &Settings, typed: &Typed, faults: &Faults, lang: Lang) -> AnyView {
    let agree = &typed.habitants;
    let error = faults
        .at("agent")
        .map(|it| error_line("agent-erreur".into(), it));
    let agent = settings.city.is_some().then(|| {
        let choices: Vec<_> = AgentAccess::ALL
            .iter()
            .map(|it| {
                let words = lang.say(access_words(*it));
                choice("agent", it.code(), words, None, typed.agent == it.code())
            })
            .collect();
        view! {
            <fieldset>
                <legend>{lang.say(say::AGENT)}</legend>
                <p class="help">{lang.say(say::AGENT_EYES)}</p>
                {error}
                {choices}
            </fieldset>
        }
    });
    let agrees = |value: &'static str, words, help: Option<Text>| {
        let help = help.map(|it| lang.say(it));
        choice("habitants", value, lang.say(words), help, agree == value)
    };
    view! {
        <fieldset>
            <legend>{lang.say(say::AGREE)}</legend>
            {agrees("oui", say::YES, None)}
            {agrees("", say::NOT_ASKED, None)}
            {agrees("non", say::NO, Some(say::NO_HELP))}
        </fieldset>
        {agent}
    }
    .into_any()
}

fn access_words(it: AgentAccess) -> Text {
    match it {
        AgentAccess::Enters => say::ENTERS,
        AgentAccess::Waits => say::WAITS,
        AgentAccess::Absent => say::ABSENT,
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
    (settings, reader): (&Settings, &Reader),
    typed: &Typed,
    found: &Found,
) -> Result<Response, Problem> {
    let lang = reader.lang;
    let mut tx = app.db.read().await?;
    let quarters = quarters::store::all(&mut tx, caller.programme).await?;
    drop(tx);
    let quarter = quarters.of(found.at).map(|it| it.name.clone());
    let title = lang.say(say::BEFORE);
    let frame = frame(app, caller, settings, reader, title, "/moi/lieux");
    let preview = || preview((settings, lang), typed, found, quarter);
    Ok(page(&frame, preview).into_response())
}

fn preview(
    (settings, lang): (&Settings, Lang),
    typed: &Typed,
    found: &Found,
    quarter: Option<String>,
) -> AnyView {
    let (path, what) = nature_words(found.nature);
    let refused =
        (found.residents_agree == Some(false)).then(|| note(Tone::Wait, lang.say(say::REFUSED)));
    let words = found.words.as_ref().map(|it| {
        let quoted = lang.fill(around::QUOTED, [it]);
        view! { <p class="said">{quoted}</p> }
    });
    view! {
        <h1>{lang.say(say::BEFORE)}</h1>
        <p class="own-place-what"><Icon path=path/><b>{lang.say(what)}</b></p>
        {match &settings.city {
            Some(city) => city_sees((settings, lang), &speech::the(lang, city), found, quarter),
            None => view! { <p>{lang.say(say::ONLY_ASSOCIATION)}</p> }.into_any(),
        }}
        {own_eyes(settings, found, lang)}
        <section class="card">
            <h2>{lang.say(say::TEAM_SEES)}</h2>
            <p>{lang.say(say::TEAM_SEES_HELP)}</p>
            {words}
        </section>
        {refused}
        {sending(typed, lang)}
    }
    .into_any()
}

/// As the city's database will hold it.
fn city_sees(
    (settings, lang): (&Settings, Lang),
    city: &str,
    found: &Found,
    quarter: Option<String>,
) -> AnyView {
    let line = |what: Text, said: String| {
        view! { <div><dt>{lang.say(what)}</dt><dd>{said}</dd></div> }
    };
    let said = |text: Text| lang.say(text).to_owned();
    let lines = match found.nature {
        Nature::Public => vec![
            line(say::POINT, said(say::POINT_EXACT)),
            line(
                say::QUARTER,
                quarter.unwrap_or_else(|| settings.town.clone()),
            ),
            line(say::WHO, said(say::WHO_NOBODY)),
            line(say::WORD, said(say::NEVER)),
        ],
        Nature::Discreet => vec![
            line(say::POINT, said(say::NEVER)),
            line(say::QUARTER, hidden_quarter(settings, quarter, lang)),
            line(say::WHEN, said(say::WEEK)),
            line(say::WORD, said(say::NEVER)),
        ],
    };
    view! {
        <section class="card city-sees">
            <h2>{lang.fill(say::CITY_SEES, [city])}</h2>
            <dl class="pairs known">{lines}</dl>
            <p class="soft">{lang.say(say::NOT_BEFORE)}</p>
        </section>
    }
    .into_any()
}

fn hidden_quarter(settings: &Settings, quarter: Option<String>, lang: Lang) -> String {
    let n = settings.small_cell_min.to_string();
    match quarter {
        Some(name) => lang.fill(say::QUARTER_HIDDEN, [&name, &n]),
        None => lang.fill(say::QUARTER_UNKNOWN, [&n]),
    }
}

fn own_eyes(settings: &Settings, found: &Found, lang: Lang) -> Option<AnyView> {
    settings.city.as_ref()?;
    let words = match found.agent? {
        AgentAccess::Absent => say::AGENT_ABSENT,
        AgentAccess::Waits => say::AGENT_WAITS,
        AgentAccess::Enters => say::AGENT_EYES,
    };
    Some(note(Tone::Info, lang.say(words)))
}

/// The same form, hidden: sent, or typed once more.
fn sending(typed: &Typed, lang: Lang) -> AnyView {
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
            <button class="primary" name="geste" value="proposer"><Icon path=CHECK/>{lang.say(say::SEND)}</button>
            <button class="quiet" name="geste" value="changer"><Icon path=EDIT/>{lang.say(say::CHANGE)}</button>
        </form>
    }
    .into_any()
}
