//! `/signalements`: the city's flags with filters, and the files to take away.

use super::{outcome, state_tag, to_flagging, warnings};
use crate::access::{Caller, Role};
use crate::app::{App, local_day};
use crate::flags::export::place_of;
use crate::flags::{Flag, book, category_label};
use crate::http::error::Problem;
use crate::http::hints::Hints;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, day_leaf, note};
use crate::http::reading::Query;
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{DOWNLOAD, FLAG, NEXT};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::{self, counted};
use domain::place::SiteState;
use domain::{Instant, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::BTreeSet;
use words::desk::common;
use words::desk::common::count;
use words::desk::flags::list as say;

/// Flags on the page; all of them are in the files.
const FLAGS_SHOWN_MAX: usize = 100;

/// What is asked for. A value that nobody knows filters nothing.
#[derive(Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    etat: String,
    #[serde(default)]
    quartier: String,
    #[serde(default)]
    urgent: String,
}

impl Asked {
    fn lets(&self, settings: &Settings, flag: &Flag) -> bool {
        let state = SiteState::parse(&self.etat).ok();
        let quarter = Some(&self.quartier).filter(|it| !it.is_empty());
        state.is_none_or(|it| it == outcome(flag))
            && quarter.is_none_or(|it| *it == place_of(settings, &flag.quarter))
            && (self.urgent != "oui" || flag.urgent)
    }
}

/// `GET /signalements`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
    hints: Hints,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let flags = book(&mut tx, &app, caller.programme).await?.flags;
    drop(tx);
    let quarters: BTreeSet<String> = flags
        .iter()
        .map(|it| place_of(&settings, &it.quarter))
        .collect();
    let shown: Vec<&Flag> = flags
        .iter()
        .filter(|it| asked.lets(&settings, it))
        .collect();
    let is_agent = caller.role() == Role::Agent;
    let frame = Frame::of(
        &app.assets,
        &caller,
        &settings,
        common::FLAGS,
        "/signalements",
    );
    Ok(page(&frame, || {
        view! {
            <div class="head">
                <div>
                    <h1>{common::FLAGS}</h1>
                    <p class="soft">{counted(shown.len() as i64, count::FLAG, count::FLAGS)}</p>
                </div>
                {is_agent.then(to_flagging)}
            </div>
            {hints.of_page("/signalements")}
            {filters(&asked, quarters)}
            {rows(&settings, &shown)}
            {is_agent.then(files)}
        }
        .into_any()
    })
    .into_response())
}

fn filters(asked: &Asked, quarters: BTreeSet<String>) -> AnyView {
    let states = SiteState::ALL.map(|it| (it.as_str().to_owned(), it.label().to_owned()));
    let quarters: Vec<_> = quarters.into_iter().map(|it| (it.clone(), it)).collect();
    let urgent = asked.urgent == "oui";
    view! {
        <form class="card filters" method="get" action="/signalements">
            {select("etat", common::STATE, states.into(), &asked.etat)}
            {select("quartier", common::QUARTER, quarters, &asked.quartier)}
            <label class="choice">
                <input type="checkbox" name="urgent" value="oui" checked=urgent/>
                <span>{say::FILTER_URGENT_ONLY}</span>
            </label>
            <button class="primary">{say::APPLY_FILTERS}</button>
        </form>
    }
    .into_any()
}

fn select(
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: &str,
) -> AnyView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>
                <option value="">{common::ALL_MASCULINE}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

fn rows(settings: &Settings, flags: &[&Flag]) -> AnyView {
    if flags.is_empty() {
        return view! {
            <div class="empty">
                <Icon path=FLAG/>
                <p>{say::EMPTY}</p>
            </div>
        }
        .into_any();
    }
    let more = (flags.len() > FLAGS_SHOWN_MAX).then(|| {
        let words = say::more_than_shown(&FLAGS_SHOWN_MAX);
        note(Tone::Info, words)
    });
    let shown = flags.iter().take(FLAGS_SHOWN_MAX);
    let rows: Vec<_> = shown.map(|it| row(settings, it)).collect();
    view! { {more}<ul class="rows flags">{rows}</ul> }.into_any()
}

fn row(settings: &Settings, flag: &Flag) -> AnyView {
    let href = format!("/signalements/{}", flag.site);
    let state = outcome(flag);
    let what = category_label(&flag.category);
    let place = place_of(settings, &flag.quarter);
    view! {
        <li>
            <a class="card row" href=href>
                {day_leaf(local_day(settings, flag.at))}
                <span class="row-text">
                    <b>{flag.title.clone()}</b>
                    <small>{what}" · "{place}</small>
                </span>
                <span class="row-end">
                    {warnings(flag.urgent && flag.is_open(), flag.near_children && flag.is_open())}
                    <span class="figures">
                        {state_tag(state, flag.planned_on)}
                        {flag.done_at.map(|at| view! { <span class="soft">{done(settings, flag, at)}</span> })}
                    </span>
                    <Icon path=NEXT/>
                </span>
            </a>
        </li>
    }
    .into_any()
}

/// « le 24/11/2026, 23 ».
fn done(settings: &Settings, flag: &Flag, at: Instant) -> String {
    let day = french::date_cell(local_day(settings, at));
    match flag.picked_up {
        0 => say::done_day(&day),
        n => say::done_day_count(&day, &french::number(n)),
    }
}

fn files() -> AnyView {
    let link = |href: &'static str, label: &'static str| {
        view! {
            <a class="button" href=href download=true>
                <Icon path=DOWNLOAD/>
                {label}
            </a>
        }
    };
    view! {
        <section class="card">
            <h2>{say::FILES_TITLE}</h2>
            <p class="soft">{say::FILES_INTRO}</p>
            <p class="actions">
                {link("/api/v1/flagging/signalements.xlsx", say::FILE_WORKBOOK)}
                {link("/api/v1/flagging/signalements.csv", say::FILE_FLAGS)}
                {link("/api/v1/flagging/mois.csv", say::FILE_MONTHS)}
            </p>
            <p class="help">
                {say::OPEN_DATA_LABEL}" "
                <a href="/api/v1/flagging/signalements.csv?dialect=open-data">{say::OPEN_DATA_FLAGS}</a>
                ", "
                <a href="/api/v1/flagging/mois.csv?dialect=open-data">{say::OPEN_DATA_MONTHS}</a>
                "."
            </p>
        </section>
    }
    .into_any()
}
