//! The pages of settings: the table for everybody, and a form for each group.

use super::{READ_AS, change, read_as, terms, zones};
use crate::access::{Caller, Role};
use crate::allowances::pages::follow::rates_form;
use crate::app::App;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Tone, capital, crumbs, error_line, in_text_area, note};
use crate::http::reading::{Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, EDIT, INFO, NEXT};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::setting::{self, Group, Setting, Shape};
use domain::{FieldError, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::common;
use words::desk::settings as desk;
use words::{Lang, kept as say};

/// Which group, and what the form before this page did.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    groupe: String,
    #[serde(default)]
    fait: String,
}

/// `GET /reglages`
pub async fn overview(
    State(app): State<App>,
    caller: Caller,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let role = caller.role();
    // Staff read French.
    let lang = match role {
        Role::Peer => reader.lang,
        _ => Lang::FRENCH,
    };
    let title = match role {
        Role::Coordinator => common::SETTINGS,
        _ => lang.say(words::page::WHAT_IS_KEPT),
    };
    let mut frame = Frame::of(&app.assets, &caller, &settings, title, "/reglages");
    if role == Role::Peer {
        frame.narrow = true;
        frame.part = Some("place");
        frame.reader = Some(reader);
    }
    let days = app.forget_days;
    Ok(page(&frame, || {
        overview_view((&caller, lang), &settings, days, &asked)
    })
    .into_response())
}

fn overview_view(
    (caller, lang): (&Caller, Lang),
    settings: &Settings,
    days: u32,
    asked: &Asked,
) -> AnyView {
    let role = caller.role();
    let is_coordinator = role == Role::Coordinator;
    let done = (asked.fait == "oui").then(|| note(Tone::Ok, desk::SAVED));
    let title = if is_coordinator {
        common::SETTINGS
    } else {
        lang.say(say::TITLE)
    };
    view! {
        <div class="head"><h1>{title}</h1></div>
        {done}
        {is_coordinator.then(|| groups(settings, caller.administers()))}
        {terms_table((role, lang), settings, days, is_coordinator)}
        {old_copies((role, lang), days)}
        {is_coordinator.then(more)}
    }
    .into_any()
}

fn groups(settings: &Settings, may_change: bool) -> AnyView {
    let rows: Vec<_> = Group::ALL
        .into_iter()
        .map(|group| {
            let some: Vec<_> = setting::ALL.iter().filter(|it| it.group == group).collect();
            let mut names: Vec<_> = some.iter().map(|it| it.label.to_lowercase()).collect();
            if group == Group::Money {
                names.insert(0, desk::PRESENCE_AMOUNT.into());
            }
            let names = names.join(", ");
            let href = format!("/reglages/modifier?groupe={}", group.code());
            let text = view! {
                <span class="row-text">
                    <b>{group.label()}</b>
                    <small>{names}</small>
                </span>
            };
            match may_change {
                true => view! { <li><a class="card row" href=href>{text}<span class="row-end"><Icon path=NEXT/></span></a></li> }.into_any(),
                false => view! { <li><details class="card"><summary>{group.label()}</summary>{values(settings, &some)}</details></li> }.into_any(),
            }
        })
        .collect();
    let who = (!may_change).then(|| note(Tone::Info, desk::WHO_MAY_CHANGE));
    view! {
        {who}
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

/// What is set, to read only.
fn values(settings: &Settings, some: &[&Setting]) -> AnyView {
    let pairs: Vec<_> = some
        .iter()
        .map(|it| {
            let value = value_words(it, &setting::read(settings, it.code));
            view! { <div><dt>{it.label}</dt><dd>{value}</dd></div> }
        })
        .collect();
    view! { <dl class="pairs">{pairs}</dl> }.into_any()
}

fn value_words(it: &Setting, text: &str) -> String {
    match it.shape {
        _ if text.is_empty() => "—".into(),
        Shape::Number(_, _, unit) => format!("{text} {unit}"),
        Shape::MaybeEuros => format!("{text} €"),
        Shape::Zone => zones::label(text),
        Shape::One(known) | Shape::Some(known) => {
            let chosen = known
                .iter()
                .filter(|(code, _)| text.split(' ').any(|it| it == *code));
            chosen
                .map(|(_, label)| *label)
                .collect::<Vec<_>>()
                .join(", ")
        }
        _ => text.replace('\n', ", "),
    }
}

fn terms_table(
    (role, lang): (Role, Lang),
    settings: &Settings,
    days: u32,
    titled: bool,
) -> AnyView {
    let heads = [say::WHAT, say::WHY, say::HOW_LONG, say::STAYS];
    let [what, why, how_long, stays] = heads.map(|it| lang.say(it));
    let rows: Vec<_> = terms::of(lang, role, settings, days)
        .into_iter()
        .map(|it| {
            view! {
                <tr>
                    <td>{it.what}</td>
                    <td data-label=why>{it.why}</td>
                    <td data-label=how_long>{it.how_long}</td>
                    <td data-label=stays>{it.stays}</td>
                </tr>
            }
        })
        .collect();
    let title = titled.then(|| view! { <h2>{lang.say(say::TITLE)}</h2> });
    view! {
        <section class="card">
            {title}
            <table class="terms">
                <thead>
                    <tr>
                        <th scope="col">{what}</th>
                        <th scope="col">{why}</th>
                        <th scope="col">{how_long}</th>
                        <th scope="col">{stays}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="soft">{lang.say(say::EACH_NIGHT)}</p>
        </section>
    }
    .into_any()
}

/// What makes forgetting true: old copies of the key, and what to do with them.
fn old_copies((role, lang): (Role, Lang), days: u32) -> AnyView {
    if role != Role::Coordinator {
        return note(Tone::Info, lang.fill(say::OLD_COPIES, [&days.to_string()]));
    }
    view! {
        <section class="card old-copies">
            <h2>{desk::OLD_COPIES_TITLE}</h2>
            <p>{desk::OLD_COPIES_MONTH_KEYS}</p>
            <p>{desk::OLD_COPIES_DESTROYED_BEFORE}" "<b>{days}" "{desk::OLD_COPIES_DAYS_UNIT}</b>" "{desk::OLD_COPIES_DESTROYED_AFTER}</p>
            <p>{desk::OLD_COPIES_TODO}</p>
            <ol>
                <li>{desk::OLD_COPIES_APART}</li>
                <li>{desk::OLD_COPIES_PAPER}" "<code>"cueillette key print"</code>"."</li>
                <li>{desk::OLD_COPIES_CUT_BEFORE}" "{days}" "{desk::OLD_COPIES_CUT_AFTER}</li>
                <li>{desk::OLD_COPIES_REPLACE}</li>
                <li>{desk::OLD_COPIES_SIGN}</li>
                <li>{desk::OLD_COPIES_LOST}" "<code>"cueillette key rotate"</code>" "{desk::OLD_COPIES_SAME_DAY}</li>
                <li>{desk::OLD_COPIES_BACKUP_BEFORE}" "{days - 31}" "{desk::OLD_COPIES_BACKUP_AFTER}</li>
            </ol>
        </section>
    }
    .into_any()
}

fn more() -> AnyView {
    view! {
        <section class="card">
            <h2>{desk::MORE_TITLE}</h2>
            <ul class="ways">
                <li><a class="button" href="/avant-la-premiere-sortie"><Icon path=CHECK/><span><b>{common::BEFORE_THE_FIRST_OUTING}</b><small>{desk::MORE_FIRST_STEPS}</small></span></a></li>
                <li><a class="button" href="/journal"><Icon path=INFO/><span><b>{common::JOURNAL}</b><small>{desk::MORE_JOURNAL}</small></span></a></li>
                <li><a class="button" href="/reglages/tiers-autorises"><Icon path=CHECK/><span><b>{desk::MORE_THIRD_PARTIES}</b><small>{desk::MORE_THIRD_PARTIES_ABOUT}</small></span></a></li>
            </ul>
        </section>
    }
    .into_any()
}

/// `GET /reglages/modifier?groupe=…`
pub async fn edit(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let Some(group) = Group::parse(&asked.groupe) else {
        return Ok(Redirect::to("/reglages").into_response());
    };
    shown(&app, &caller, group, None, &Faults::default()).await
}

/// `POST /reglages/modifier`
pub async fn save(
    State(app): State<App>,
    caller: Caller,
    ReadForm(typed): ReadForm<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let group = typed.iter().find(|(name, _)| name == "groupe");
    let Some(group) = group.and_then(|(_, code)| Group::parse(code)) else {
        return Ok(Redirect::to("/reglages").into_response());
    };
    match change(&app, &caller, group, &typed).await {
        Ok(changed) => {
            let end = if changed.is_empty() { "" } else { "?fait=oui" };
            Ok(Redirect::to(&format!("/reglages{end}")).into_response())
        }
        Err(problem) => {
            let Some(faults) = Faults::of(&problem, words) else {
                return Err(problem);
            };
            let page = shown(&app, &caller, group, Some(&typed), &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn words(wrong: &FieldError) -> Option<&'static str> {
    setting::find(&wrong.field)?;
    Some(match wrong.code {
        "missing" => desk::WRONG_MISSING,
        "too_long" => desk::WRONG_TOO_LONG,
        "control_character" => desk::WRONG_SEVERAL_LINES,
        "out_of_range" => desk::WRONG_NUMBER,
        "not_an_amount" => desk::WRONG_AMOUNT,
        "not_a_phone" => desk::WRONG_PHONE,
        _ => desk::WRONG_CHOICE,
    })
}

async fn shown(
    app: &App,
    caller: &Caller,
    group: Group,
    typed: Option<&[(String, String)]>,
    faults: &Faults,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let mut frame = Frame::of(&app.assets, caller, &settings, group.label(), "/reglages");
    frame.narrow = true;
    Ok(page(&frame, || form(&settings, group, typed, faults)).into_response())
}

fn form(
    settings: &Settings,
    group: Group,
    typed: Option<&[(String, String)]>,
    faults: &Faults,
) -> AnyView {
    let some = setting::ALL.iter().filter(|it| it.group == group);
    let fields: Vec<_> = some
        .map(|it| {
            let said = typed.map(|all| {
                let mine = all.iter().filter(|(name, _)| name == it.code);
                mine.map(|(_, text)| text.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            });
            let value = said.unwrap_or_else(|| setting::read(settings, it.code));
            one(it, &value, faults.at(it.code))
        })
        .collect();
    // A form that comes back for a mistake was still filled in from what was read first.
    let read = typed.and_then(|all| all.iter().find(|(name, _)| name == READ_AS));
    let read = read.map_or_else(|| read_as(settings, group), |(_, text)| text.clone());
    view! {
        {crumbs("/reglages".into(), common::SETTINGS)}
        <div class="head"><h1>{group.label()}</h1></div>
        <form class="card form settings" method="post" action="/reglages/modifier">
            <input type="hidden" name="groupe" value=group.code()/>
            <input type="hidden" name=READ_AS value=read/>
            {fields}
            <p class="actions">
                <button class="primary"><Icon path=EDIT/>{desk::SAVE}</button>
            </p>
            <p class="soft">{desk::JOURNAL_NOTICE}</p>
        </form>
        {(group == Group::Money).then(|| rates(settings))}
        {(group == Group::Money).then(|| decided_by_payer(settings))}
    }
    .into_any()
}

/// Amounts by first day: each new one is added, none is changed.
fn rates(settings: &Settings) -> AnyView {
    view! {
        <section class="card" id="montants">
            <h2>{desk::RATES_TITLE}</h2>
            <p class="soft">{desk::RATES_INTRO}</p>
            {rates_form(settings, "reglages")}
        </section>
    }
    .into_any()
}

fn decided_by_payer(settings: &Settings) -> AnyView {
    let who = capital(&settings.payer.the());
    note(
        Tone::Info,
        view! {
            {who}" "{desk::DECIDED_BY_PAYER}
        },
    )
}

/// One setting: its name, what it changes, and how to write it.
fn one(it: &'static Setting, value: &str, error: Option<String>) -> AnyView {
    let (code, help_id, error_id) = (
        it.code,
        format!("{}-aide", it.code),
        format!("{}-erreur", it.code),
    );
    let about = match error {
        Some(_) => format!("{error_id} {help_id}"),
        None => help_id.clone(),
    };
    let invalid = error.is_some().then_some("true");
    let value = value.to_owned();
    let input = match it.shape {
        Shape::Number(min, max, unit) => view! {
            <div class="with-unit">
                <input id=code name=code type="number" inputmode="numeric" min=min.to_string() max=max.to_string() value=value required aria-describedby=about aria-invalid=invalid/>
                <span>{desk::unit_with_bounds(&unit, &min, &max)}</span>
            </div>
        }
        .into_any(),
        Shape::Lines => view! {
            <textarea id=code name=code rows="4" aria-describedby=about aria-invalid=invalid inner_html=in_text_area(&value)></textarea>
        }
        .into_any(),
        Shape::One(known) => {
            let options: Vec<_> = known
                .iter()
                .map(|(code, label)| view! { <option value=*code selected=*code == value>{*label}</option> })
                .collect();
            view! { <select id=code name=code aria-describedby=about aria-invalid=invalid>{options}</select> }.into_any()
        }
        Shape::Zone => view! {
            <select id=code name=code aria-describedby=about aria-invalid=invalid>{zones::options(&value)}</select>
        }
        .into_any(),
        Shape::Some(known) => return several(it, known, &value, error),
        Shape::Line | Shape::MaybeLine | Shape::MaybeEuros => {
            let keyboard = (it.shape == Shape::MaybeEuros).then_some("decimal");
            view! {
                <input id=code name=code type="text" inputmode=keyboard value=value autocomplete="off" aria-describedby=about aria-invalid=invalid/>
            }
            .into_any()
        }
    };
    view! {
        <div class="field setting">
            <label for=code>{it.label}</label>
            <p class="help" id=help_id>{it.effect}</p>
            {error.map(|text| error_line(error_id, text))}
            {input}
        </div>
    }
    .into_any()
}

fn several(
    it: &'static Setting,
    known: &'static [(&'static str, &'static str)],
    value: &str,
    error: Option<String>,
) -> AnyView {
    let boxes: Vec<_> = known
        .iter()
        .map(|(code, label)| {
            let checked = value.split(' ').any(|it| it == *code);
            view! {
                <label class="choice">
                    <input type="checkbox" name=it.code value=*code checked=checked/>
                    <span>{*label}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="setting">
            <legend>{it.label}</legend>
            <p class="help">{it.effect}</p>
            {error.map(|text| error_line(format!("{}-erreur", it.code), text))}
            {boxes}
        </fieldset>
    }
    .into_any()
}
