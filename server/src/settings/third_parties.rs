//! « Tiers autorisés »: somebody whom a law lets ask (police, justice, taxes) asks for something.
//! A checklist to print, and the register of what was asked and answered, sealed.

mod store;

use crate::access::{Action, Caller, Opening, Scope, Sealable, Sealer, journal};
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, capital, crumbs, note};
use crate::http::reading::{Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::CHECK;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::date;
use domain::outing::Reason;
use domain::people::Title;
use domain::{Day, FieldError, Invalid, Settings};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use words::desk::common;
use words::desk::settings::third_parties as say;

/// What was asked, in words that may name somebody.
#[derive(Serialize, Deserialize)]
struct Words {
    who: String,
    law: String,
    what: String,
    given: String,
}

impl Sealable for Words {
    const LABEL: &'static str = "third party request";
}

/// One line of the register, opened.
struct Line {
    asked_on: Day,
    answered: String,
    words: Words,
}

/// What was answered.
const ANSWERS: [(&str, &str); 4] = [
    ("refused", say::ANSWER_REFUSED),
    ("nothing", say::ANSWER_NOTHING),
    ("partly", say::ANSWER_PARTLY),
    ("given", say::ANSWER_GIVEN),
];

/// What was typed. The id comes with the form: sent twice, it is one line.
#[derive(Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    id: Uuid,
    #[serde(default)]
    jour: String,
    #[serde(default)]
    qui: String,
    #[serde(default)]
    texte: String,
    #[serde(default)]
    quoi: String,
    #[serde(default)]
    reponse: String,
    #[serde(default)]
    donne: String,
}

impl Typed {
    fn read(&self, today: Day) -> Result<(Day, &'static str, Words), Invalid> {
        let day: Day = self
            .jour
            .parse()
            .map_err(|_| Invalid::new("jour", "not_a_day"))?;
        if day > today {
            return Err(Invalid::new("jour", "in_the_future"));
        }
        let answer = ANSWERS.iter().find(|(code, _)| *code == self.reponse);
        let (answer, _) = answer.ok_or_else(|| Invalid::new("reponse", "unknown_value"))?;
        let words = Words {
            who: Title::new("qui", &self.qui)?.as_str().into(),
            law: Title::new("texte", &self.texte)?.as_str().into(),
            what: Reason::new("quoi", &self.quoi)?.as_str().into(),
            given: match self.donne.trim() {
                "" => String::new(),
                text => Reason::new("donne", text)?.as_str().into(),
            },
        };
        Ok((day, answer, words))
    }
}

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    fait: String,
}

/// `GET /reglages/tiers-autorises`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    shown(
        &app,
        &caller,
        asked.fait == "oui",
        &Typed::default(),
        &Faults::default(),
    )
    .await
}

/// `POST /reglages/tiers-autorises`
pub async fn keep(
    State(app): State<App>,
    caller: Caller,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    let (day, answered, words) = match typed.read(local_day(&settings, now)) {
        Ok(read) => read,
        Err(wrong) => {
            drop(tx);
            let faults = Faults::of(&wrong.into(), fault_words).unwrap_or_default();
            let page = shown(&app, &caller, false, &typed, &faults).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let scope = Scope::Request(typed.id);
    let sealed = Sealer::new(&app.keys, programme, now)
        .seal(&mut tx, scope, &words)
        .await?;
    let new = store::Kept {
        id: typed.id,
        asked_on: day.to_string(),
        answered: answered.to_owned(),
        sealed: sealed.into_bytes(),
    };
    if store::insert(&mut tx, programme, new, &caller, now).await? {
        let (subjects, action) = ([scope.journal_name()], Action::RequestKept);
        journal::write(&mut tx, programme, caller.actor(), action, &subjects, now).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/reglages/tiers-autorises?fait=oui").into_response())
}

fn fault_words(wrong: &FieldError) -> Option<&'static str> {
    Some(match wrong.field.as_str() {
        "jour" => say::WRONG_DAY,
        "qui" => say::WRONG_WHO,
        "texte" => say::WRONG_LAW,
        "quoi" => say::WRONG_ASKED,
        "donne" => say::WRONG_TOO_LONG,
        "reponse" => say::WRONG_ANSWER,
        _ => return None,
    })
}

async fn lines(app: &App, caller: &Caller) -> Result<Vec<Line>, Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let kept = store::all(&mut tx, programme).await?;
    let sealed: Vec<_> = kept.into_iter().map(store::Kept::sealed).collect();
    let named = sealed.iter().map(|it| it.2.scope()).collect();
    let (actor, action) = (caller.actor(), Action::RequestsShown);
    let mut opening =
        Opening::begin(&mut tx, &app.keys, programme, actor, action, named, now).await?;
    let mut lines = Vec::with_capacity(sealed.len());
    for (day, answered, words) in &sealed {
        lines.push(Line {
            asked_on: day.parse().map_err(Problem::invalid)?,
            answered: answered.clone(),
            words: opening.open(&mut tx, words).await?,
        });
    }
    tx.commit().await?;
    Ok(lines)
}

async fn shown(
    app: &App,
    caller: &Caller,
    done: bool,
    typed: &Typed,
    faults: &Faults,
) -> Result<Response, Problem> {
    let lines = lines(app, caller).await?;
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let frame = Frame::of(&app.assets, caller, &settings, say::TITLE, "/reglages");
    Ok(page(&frame, || view(&settings, &lines, done, typed, faults)).into_response())
}

fn view(
    settings: &Settings,
    lines: &[Line],
    done: bool,
    typed: &Typed,
    faults: &Faults,
) -> AnyView {
    view! {
        <div class="on-screen">{crumbs("/reglages".into(), common::SETTINGS)}</div>
        <div class="head"><h1>{say::HEADING}</h1></div>
        {done.then(|| note(Tone::Ok, say::SAVED))}
        {checklist(settings)}
        <div class="on-screen register">
            {register(lines)}
            {form(typed, faults)}
        </div>
    }
    .into_any()
}

const STEPS: [(&str, &str); 9] = [
    (say::WAIT, say::WAIT_HOW),
    (say::NOTE_WHO, say::NOTE_WHO_HOW),
    (say::WRITTEN, say::WRITTEN_HOW),
    (say::READ_LAW, say::READ_LAW_HOW),
    (say::CALL, say::CALL_HOW),
    (say::LOOK, say::LOOK_HOW),
    (say::GIVE_LEAST, say::GIVE_LEAST_HOW),
    (say::HAND_OVER, say::HAND_OVER_HOW),
    (say::RECORD, say::RECORD_HOW),
];

fn checklist(settings: &Settings) -> AnyView {
    let steps: Vec<_> = STEPS
        .into_iter()
        .map(|(title, words)| view! { <li><b>{title}</b>" "{words}</li> })
        .collect();
    let association = capital(&settings.association.the());
    view! {
        <section class="card checklist">
            <h2>{say::CHECKLIST_TITLE}</h2>
            <p>{say::CHECKLIST_INTRO}" "{association}" "{say::CHECKLIST_ALONE}</p>
            <ol class="to-tick">{steps}</ol>
            <p class="to-fill">{say::CHECKLIST_RECEIVED}" "<span></span></p>
            <p class="to-fill">{say::CHECKLIST_BY}" "<span></span></p>
            <p class="soft on-screen">{say::PRINT_HINT}</p>
        </section>
    }
    .into_any()
}

fn register(lines: &[Line]) -> AnyView {
    if lines.is_empty() {
        return view! {
            <section class="card"><h2>{say::REGISTER_TITLE}</h2><p class="soft">{say::REGISTER_EMPTY}</p></section>
        }
        .into_any();
    }
    let rows: Vec<_> = lines
        .iter()
        .map(|it| {
            let answer = ANSWERS.iter().find(|(code, _)| *code == it.answered);
            let answer = answer.map_or("", |(_, label)| label);
            let given = Some(it.words.given.clone()).filter(|it| !it.is_empty());
            view! {
                <tr>
                    <td>{date(it.asked_on)}</td>
                    <td data-label=common::WHO>{it.words.who.clone()}</td>
                    <td data-label=say::COLUMN_LAW>{it.words.law.clone()}</td>
                    <td data-label=common::WHAT>{it.words.what.clone()}</td>
                    <td data-label=say::COLUMN_ANSWER>{answer}{given.map(|it| format!("\u{a0}: {it}"))}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="card">
            <h2>{say::REGISTER_TITLE}</h2>
            <table class="terms">
                <thead>
                    <tr>
                        <th scope="col">{common::DAY}</th><th scope="col">{common::WHO}</th><th scope="col">{say::COLUMN_LAW}</th>
                        <th scope="col">{common::WHAT}</th><th scope="col">{say::COLUMN_ANSWER}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn form(typed: &Typed, faults: &Faults) -> AnyView {
    let field = |name, label, kind, value: &str, help: Option<&str>| {
        Field {
            name,
            label,
            kind,
            value: value.into(),
            help: help.map(Into::into),
            error: faults.at(name),
            ..Field::default()
        }
        .view()
    };
    let options: Vec<_> = ANSWERS
        .into_iter()
        .map(|(code, label)| view! { <option value=code selected=typed.reponse == code>{label}</option> })
        .collect();
    let id = match typed.id.is_nil() {
        true => Uuid::now_v7(),
        false => typed.id,
    };
    view! {
        <form class="card form" method="post" action="/reglages/tiers-autorises">
            <h2>{say::FORM_TITLE}</h2>
            <input type="hidden" name="id" value=id.to_string()/>
            {field("jour", say::LABEL_DAY, "date", &typed.jour, None)}
            {field("qui", say::LABEL_WHO, "text", &typed.qui, Some(say::HINT_WHO))}
            {field("texte", say::LABEL_LAW, "text", &typed.texte, Some(say::HINT_LAW))}
            {field("quoi", say::LABEL_ASKED, "text", &typed.quoi, None)}
            <div class="field">
                <label for="reponse">{say::COLUMN_ANSWER}</label>
                <select id="reponse" name="reponse">{options}</select>
            </div>
            {field("donne", say::LABEL_GIVEN, "text", &typed.donne, Some(say::HINT_GIVEN))}
            <p class="actions"><button class="primary"><Icon path=CHECK/>{say::SAVE}</button></p>
        </form>
    }
    .into_any()
}
