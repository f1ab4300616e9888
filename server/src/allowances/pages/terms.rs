//! `/ccas/reglages`: « Enveloppe et remise », what the payer decides by itself.

use super::follow::euros;
use super::payer;
use crate::access::Caller;
use crate::allowances::life::store::{Appointable, who_may_be_appointed};
use crate::allowances::terms;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, note};
use crate::http::reading::{Query, ReadForm};
use crate::programmes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::amount_cell;
use domain::{AccountId, Invalid, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::allowances::terms as say;

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    fait: String,
}

/// `GET /ccas/reglages`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let done = (asked.fait == "oui").then_some(say::SAVED);
    shown(&app, &caller, done, None).await
}

/// One of the two forms.
#[derive(Default, Deserialize)]
pub struct Setting {
    geste: String,
    #[serde(default)]
    annee: i16,
    #[serde(default)]
    montant: String,
    #[serde(default)]
    qui: Vec<AccountId>,
}

/// `POST /ccas/reglages`
pub async fn act(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<Setting>,
) -> Result<Response, Problem> {
    match set(&app, &caller, &form).await {
        Ok(()) => Ok(Redirect::to("/ccas/reglages?fait=oui").into_response()),
        Err(problem) if problem.is_for_the_form() => {
            shown(&app, &caller, None, Some((problem, form))).await
        }
        Err(problem) => Err(problem),
    }
}

async fn set(app: &App, caller: &Caller, form: &Setting) -> Result<(), Problem> {
    match form.geste.as_str() {
        "enveloppe" => {
            let typed = form.montant.trim();
            let amount = match typed {
                "" => None,
                // Spaces part thousands as people write them.
                _ => Some(
                    euros(&typed.replace([' ', '\u{a0}', '\u{202f}'], ""))
                        .ok_or_else(|| Invalid::new("amount", "out_of_range"))?,
                ),
            };
            terms::set_budget(app, caller, form.annee, amount).await
        }
        "designer" => terms::appoint(app, caller, &form.qui).await,
        _ => Err(Problem::malformed("geste", "unknown_value")),
    }
}

fn told(problem: &Problem) -> String {
    let fault = problem.errors.first();
    let sentence = match fault.map(|it| (it.field.as_str(), it.code)) {
        Some(("amount", _)) => say::REFUSED_AMOUNT,
        Some(("year", _)) => say::REFUSED_YEAR,
        Some(("accounts", _)) => say::REFUSED_ACCOUNT,
        _ => return payer::told(problem),
    };
    sentence.to_owned()
}

struct Shown {
    settings: Settings,
    year: i16,
    staff: Vec<Appointable>,
    done: Option<&'static str>,
    refused: Option<(String, Setting)>,
}

async fn shown(
    app: &App,
    caller: &Caller,
    done: Option<&'static str>,
    refused: Option<(Problem, Setting)>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let staff = who_may_be_appointed(&mut tx, caller.programme).await?;
    drop(tx);
    let status = refused.as_ref().map_or(StatusCode::OK, |it| it.0.status);
    let it = Shown {
        year: local_day(&settings, app.now()).0.year(),
        staff,
        done,
        refused: refused.map(|(problem, form)| (told(&problem), form)),
        settings: settings.clone(),
    };
    let title = say::TITLE;
    let frame = Frame::of(&app.assets, caller, &settings, title, "/ccas/reglages");
    Ok((status, page(&frame, || view_of(&it))).into_response())
}

fn view_of(it: &Shown) -> AnyView {
    let done = it.done.map(|text| note(Tone::Ok, text));
    let refused = it.refused.as_ref();
    let refused = refused.map(|(text, _)| note(Tone::Alarm, text.clone()));
    view! {
        <div class="head">
            <div>
                <h1>{say::TITLE}</h1>
                <p class="soft">{say::INTRO}</p>
            </div>
        </div>
        {done}
        {refused}
        <section class="card">
            <h2>{say::ENVELOPE_TITLE}</h2>
            {envelope_form(it, it.year)}
            {envelope_form(it, it.year + 1)}
            <p class="help">{say::ENVELOPE_HELP}</p>
        </section>
        {appoint_card(it)}
    }
    .into_any()
}

fn envelope_form(it: &Shown, year: i16) -> AnyView {
    let kept = it.settings.budgets.iter().find(|it| it.year == year);
    let kept = kept.map(|it| amount_cell(it.amount_cents));
    let typed = it.refused.as_ref().map(|(_, form)| form);
    let typed = typed.filter(|it| it.geste == "enveloppe" && it.annee == year);
    let typed = typed.map(|it| it.montant.clone());
    let id = format!("montant-{year}");
    view! {
        <form class="search-line" method="post" action="/ccas/reglages">
            <input type="hidden" name="annee" value=year.to_string()/>
            <div class="field">
                <label for=id.clone()>{say::LABEL_ENVELOPE_BEFORE_YEAR}" "{year}{say::LABEL_ENVELOPE_AFTER_YEAR}</label>
                <input
                    id=id
                    name="montant"
                    inputmode="decimal"
                    autocomplete="off"
                    value=typed.or(kept).unwrap_or_default()
                />
            </div>
            <button name="geste" value="enveloppe">
                {say::SAVE}<span class="sr">" "{say::SAVE_BEFORE_YEAR}" "{year}</span>
            </button>
        </form>
    }
    .into_any()
}

fn appoint_card(it: &Shown) -> AnyView {
    let choices: Vec<_> = it.staff.iter().map(|one| choice(it, one)).collect();
    view! {
        <section class="card">
            <h2>{say::APPOINTED_TITLE}</h2>
            <p class="soft">
                {say::APPOINTED_INTRO}
            </p>
            <form class="form" method="post" action="/ccas/reglages">
                <fieldset>
                    <legend class="sr">{say::APPOINTED_LEGEND}</legend>
                    <div class="choices">{choices}</div>
                </fieldset>
                <div class="actions">
                    <button class="primary" name="geste" value="designer">{say::APPOINT}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn choice(it: &Shown, one: &Appointable) -> AnyView {
    let body = match one.role.as_str() {
        "clerk" => it.settings.payer.name.clone(),
        _ => it.settings.association.name.clone(),
    };
    let checked = it.settings.appointed.contains(&one.login);
    view! {
        <label class="choice">
            <input type="checkbox" name="qui" value=one.id.to_string() checked=checked/>
            <span class="row-text">
                <b>{one.name.clone()}</b>
                <small>{body}" · "{one.login.clone()}</small>
            </span>
        </label>
    }
    .into_any()
}
