//! `/sorties/prevoir`: planning an outing.

use super::today;
use crate::access::Caller;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, error_line, note};
use crate::outings::TypedPlan;
use crate::outings::store::{self, Outing};
use crate::sites::CoordinatorSite;
use crate::{programmes, sites};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::counted;
use domain::place::SiteState;
use domain::{Day, Nature, OutingId, Settings, SiteId};
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;

/// The form, as it was sent or as it is proposed.
#[derive(Default, Deserialize)]
pub struct PlanForm {
    /// Made by the server with the form: sent twice, one outing.
    pub id: Option<OutingId>,
    #[serde(default)]
    day: String,
    #[serde(default)]
    starts_at: String,
    #[serde(default)]
    meeting_point: String,
    #[serde(default)]
    sites: Vec<SiteId>,
}

impl PlanForm {
    /// For the rules of outings.
    pub fn typed(&self) -> TypedPlan {
        TypedPlan {
            day: self.day.clone(),
            starts_at: Some(self.starts_at.clone()),
            meeting_point: Some(self.meeting_point.clone()),
            sites: self.sites.clone(),
        }
    }

    /// As the last time: same hour, same place, a week later.
    fn proposed(last: Option<Outing>, today: Day) -> Self {
        const WEEK: i32 = 7;
        let Some(last) = last else {
            return Self::default();
        };
        let mut day = last.day.plus_days(WEEK);
        while day <= today {
            day = day.plus_days(WEEK);
        }
        Self {
            id: None,
            day: day.to_string(),
            starts_at: last.starts_at.unwrap_or_default(),
            meeting_point: last.meeting_point.unwrap_or_default(),
            sites: Vec::new(),
        }
    }
}

/// `GET /sorties/prevoir`
pub async fn plan_page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let end = (Day(jiff::civil::Date::MAX), OutingId(Uuid::max()));
    let last = store::page(&mut tx, caller.programme, end, 1).await?.pop();
    drop(tx);
    let form = PlanForm::proposed(last, today(&app, &settings));
    planning(&app, &caller, form, Faults::default()).await
}

/// The planning form, with what was typed and what is wrong with it.
pub async fn planning(
    app: &App,
    caller: &Caller,
    form: PlanForm,
    faults: Faults,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let sites = sites::for_coordinator(&mut tx, app, caller).await?;
    tx.commit().await?;
    let title = if faults.is_empty() {
        "Prévoir une sortie"
    } else {
        "Prévoir une sortie\u{a0}: à revoir"
    };
    let frame = Frame::of(&app.assets, caller, &settings, title, "/sorties");
    Ok(page(&frame, || view(&settings, &form, &faults, &sites)).into_response())
}

fn view(
    settings: &Settings,
    form: &PlanForm,
    faults: &Faults,
    sites: &[CoordinatorSite],
) -> AnyView {
    let id = form.id.unwrap_or_else(|| OutingId(Uuid::now_v7()));
    let wrong =
        (!faults.is_empty()).then(|| note(Tone::Alarm, "Un point est à revoir. Rien n’est perdu."));
    let when = Field {
        name: "day",
        label: "Jour",
        kind: "date",
        value: form.day.clone(),
        error: faults.at("day"),
        ..Field::default()
    };
    let hour = Field {
        name: "starts_at",
        label: "Heure du rendez-vous",
        kind: "time",
        value: form.starts_at.clone(),
        error: faults.at("starts_at"),
        ..Field::default()
    };
    let place = Field {
        name: "meeting_point",
        label: "Lieu du rendez-vous",
        kind: "text",
        value: form.meeting_point.clone(),
        help: Some(meeting_help(settings)),
        error: faults.at("meeting_point"),
        ..Field::default()
    };
    view! {
        {crumbs("/sorties".into(), "Sorties")}
        <div class="head"><h1>"Prévoir une sortie"</h1></div>
        {wrong}
        <form class="form planning" method="post" action="/sorties" novalidate>
            <input type="hidden" name="id" value=id.to_string()/>
            <section class="card form">
                <div class="side">{when.view()}{hour.view()}</div>
                {place.view()}
            </section>
            <section class="card">
                {site_choices(sites, form, faults.at("sites"))}
            </section>
            <p class="actions">
                <button class="primary">"Prévoir la sortie"</button>
                <a class="button quiet" href="/sorties">"Ne rien prévoir"</a>
            </p>
        </form>
    }
    .into_any()
}

/// Where the city takes part, its agents read the meeting point.
fn meeting_help(settings: &Settings) -> String {
    match &settings.city {
        Some(city) => format!(
            "Les agents {} le voient aussi. N’écrivez pas de lieu discret.",
            city.of_the()
        ),
        None => "Toute l’équipe le voit. N’écrivez pas de lieu discret.".into(),
    }
}

fn site_choices(sites: &[CoordinatorSite], form: &PlanForm, error: Option<String>) -> AnyView {
    let of = |nature: Nature| {
        let offered = sites
            .iter()
            .filter(|it| it.nature == nature && it.residents_agree != Some(false));
        offered
            .map(|it| site_choice(it, form.sites.contains(&it.id)))
            .collect::<Vec<_>>()
    };
    let (public, discreet) = (of(Nature::Public), of(Nature::Discreet));
    let no_site = public.is_empty() && discreet.is_empty();
    let error = error.map(|text| error_line("sites-erreur".into(), text));
    view! {
        <h2>"Lieux de la marche"</h2>
        {error}
        {no_site.then(|| view! { <p class="soft">"Pas encore de lieu connu. La sortie peut se faire sans."</p> })}
        {group("Espaces publics", public)}
        {group("Lieux discrets", discreet)}
        {not_offered(sites)}
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

fn site_choice(site: &CoordinatorSite, checked: bool) -> AnyView {
    let (id, title) = (site.id.to_string(), site.title.clone());
    let state = match site.state {
        SiteState::Planned => "déjà prévu",
        other => other.label(),
    };
    let residents = match (site.nature, site.residents_agree) {
        (Nature::Public, _) => None,
        (Nature::Discreet, Some(true)) => Some(" · habitants d’accord"),
        (Nature::Discreet, _) => Some(" · accord pas encore demandé"),
    };
    view! {
        <label class="choice">
            <input type="checkbox" name="sites" value=id checked=checked/>
            <span>
                {title}
                <small>{state}{residents}</small>
            </span>
        </label>
    }
    .into_any()
}

fn not_offered(sites: &[CoordinatorSite]) -> Option<AnyView> {
    let refused = sites
        .iter()
        .filter(|it| it.residents_agree == Some(false))
        .count();
    if refused == 0 {
        return None;
    }
    let sites = counted(
        refused as i64,
        "lieu discret n’est pas proposé",
        "lieux discrets ne sont pas proposés",
    );
    Some(view! { <p class="soft">{sites}"\u{a0}: les habitants ont dit non."</p> }.into_any())
}
