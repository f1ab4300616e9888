//! « Avant la première sortie »: what an association settles before anybody walks. A list to tick,
//! and papers that are filled in from the settings as far as a program can know.

use super::papers::{self, Paper};
use crate::access::{Action, Caller, journal};
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, crumbs, note};
use crate::http::reading::{Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CHECK, NEXT};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::{counted, date};
use domain::programme::FirstStep;
use domain::{Day, Invalid, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::Lang;
use words::desk::common;
use words::desk::settings::first_steps as say;

const HERE: &str = "/avant-la-premiere-sortie";

/// One thing to settle.
struct Step {
    code: &'static str,
    title: &'static str,
    why: &'static str,
    todo: &'static [&'static str],
    /// Where it is done here, or what helps: address and words.
    help: Option<(&'static str, &'static str)>,
}

const STEPS: [Step; 11] = [
    Step {
        code: "convention",
        title: say::CONVENTION_TITLE,
        why: say::CONVENTION_WHY,
        todo: &[
            say::CONVENTION_WHO,
            say::CONVENTION_AMOUNT,
            say::CONVENTION_SIGN,
        ],
        help: Some(("/avant-la-premiere-sortie/convention", say::CONVENTION_LINK)),
    },
    Step {
        code: "responsable",
        title: say::REGISTER_TITLE,
        why: say::REGISTER_WHY,
        todo: &[say::REGISTER_NAME, say::REGISTER_ENTER],
        help: Some(("/avant-la-premiere-sortie/registre", say::REGISTER_LINK)),
    },
    Step {
        code: "information",
        title: say::NOTICE_TITLE,
        why: say::NOTICE_WHY,
        todo: &[say::NOTICE_PRINT, say::NOTICE_DISPLAY],
        help: Some(("/avant-la-premiere-sortie/information", say::NOTICE_LINK)),
    },
    Step {
        code: "aipd",
        title: say::IMPACT_TITLE,
        why: say::IMPACT_WHY,
        todo: &[say::IMPACT_REREAD, say::IMPACT_COMPLETE],
        help: Some(("/avant-la-premiere-sortie/aipd", say::IMPACT_LINK)),
    },
    Step {
        code: "hebergement",
        title: say::HOSTING_TITLE,
        why: say::HOSTING_WHY,
        todo: &[say::HOSTING_OWN, say::HOSTING_HOST],
        help: None,
    },
    Step {
        code: "cle",
        title: say::KEY_TITLE,
        why: say::KEY_WHY,
        todo: &[say::KEY_PRINT, say::KEY_BACKUP, say::KEY_REHEARSE],
        help: Some(("/reglages", say::KEY_LINK)),
    },
    Step {
        code: "assurance",
        title: say::INSURANCE_TITLE,
        why: say::INSURANCE_WHY,
        todo: &[say::INSURANCE_WRITE, say::INSURANCE_KEEP],
        help: None,
    },
    Step {
        code: "medecin",
        title: say::PHYSICIAN_TITLE,
        why: say::PHYSICIAN_WHY,
        todo: &[say::PHYSICIAN_REREAD, say::PHYSICIAN_WRITE],
        help: Some(("/reglages/modifier?groupe=piqure", say::PHYSICIAN_LINK)),
    },
    Step {
        code: "regie",
        title: say::CASH_TITLE,
        why: say::CASH_WHY,
        todo: &[say::CASH_CREATE, say::CASH_ADVANCE],
        help: None,
    },
    Step {
        code: "dechets",
        title: say::WASTE_TITLE,
        why: say::WASTE_WHY,
        todo: &[say::WASTE_CONTRACT, say::WASTE_SLIPS],
        help: None,
    },
    Step {
        code: "police",
        title: say::POLICE_TITLE,
        why: say::POLICE_WHY,
        todo: &[say::POLICE_TELL, say::POLICE_CARD],
        help: None,
    },
];

/// All of them, settled on one day: for a programme that walks since long.
pub fn all_on(day: Day) -> Vec<FirstStep> {
    let done = STEPS.iter().map(|it| FirstStep {
        code: it.code.to_owned(),
        on: day,
    });
    done.collect()
}

/// How many are settled, of how many.
pub fn settled(settings: &Settings) -> (usize, usize) {
    let done = STEPS.iter().filter(|it| done_on(settings, it).is_some());
    (done.count(), STEPS.len())
}

fn done_on<'a>(settings: &'a Settings, step: &Step) -> Option<&'a FirstStep> {
    settings.first_steps.iter().find(|it| it.code == step.code)
}

/// `GET /avant-la-premiere-sortie`
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let frame = Frame::of(
        &app.assets,
        &caller,
        &settings,
        common::BEFORE_THE_FIRST_OUTING,
        "/reglages",
    );
    Ok(page(&frame, || view(&settings, caller.administers())).into_response())
}

fn view(settings: &Settings, may_tick: bool) -> AnyView {
    let (done, of) = settled(settings);
    let how_far = match done == of {
        true => say::ALL_SETTLED.to_owned(),
        false => say::how_far(&counted_settled(done), &of),
    };
    let who = (!may_tick).then(|| note(Tone::Info, say::WHO_TICKS));
    let steps: Vec<_> = STEPS
        .iter()
        .map(|it| card(settings, it, may_tick))
        .collect();
    view! {
        {crumbs("/reglages".into(), common::SETTINGS)}
        <div class="head"><h1>{common::BEFORE_THE_FIRST_OUTING}</h1></div>
        <p>{how_far}" "{say::INTRO}</p>
        {who}
        <ol class="first-steps">{steps}</ol>
    }
    .into_any()
}

fn counted_settled(n: usize) -> String {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    counted(n, say::DONE_ONE, say::DONE_MANY)
}

fn card(settings: &Settings, step: &'static Step, may_tick: bool) -> AnyView {
    let done = done_on(settings, step);
    let since = done.map(|it| view! { <p class="tags"><span class="tag ok"><Icon path=CHECK/>{say::DONE_ON}" "{date(it.on)}</span></p> });
    let todo: Vec<_> = step
        .todo
        .iter()
        .map(|it| view! { <li>{*it}</li> })
        .collect();
    let help = step
        .help
        .map(|(href, words)| view! { <p><a href=href>{words}<Icon path=NEXT/></a></p> });
    let tick = may_tick.then(|| tick(step, done.is_some()));
    view! {
        <li class="card" id=step.code>
            <h2>{step.title}</h2>
            {since}
            <p>{step.why}</p>
            <ul>{todo}</ul>
            {help}
            {tick}
        </li>
    }
    .into_any()
}

fn tick(step: &'static Step, is_done: bool) -> AnyView {
    let (value, words, class) = match is_done {
        true => ("non", say::BUTTON_NOT_DONE, "quiet"),
        false => ("oui", say::BUTTON_DONE, "primary"),
    };
    view! {
        <form method="post" action=HERE>
            <input type="hidden" name="etape" value=step.code/>
            <button class=class name="fait" value=value aria-label=format!("{words}\u{a0}: {}", step.title)>{words}</button>
        </form>
    }
    .into_any()
}

/// What was ticked, or not any more.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    etape: String,
    #[serde(default)]
    fait: String,
}

/// `POST /avant-la-premiere-sortie`
pub async fn save(
    State(app): State<App>,
    caller: Caller,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let step = STEPS.iter().find(|it| it.code == typed.etape);
    let step = step.ok_or_else(|| Invalid::new("etape", "unknown_value"))?;
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    let mut settings = programmes::hold_settings(&mut tx, programme).await?;
    let was_done = done_on(&settings, step).is_some();
    let is_done = typed.fait == "oui";
    if was_done != is_done {
        settings.first_steps.retain(|it| it.code != step.code);
        if is_done {
            let on = local_day(&settings, now);
            let code = step.code.to_owned();
            settings.first_steps.push(FirstStep { code, on });
        }
        programmes::set_settings(&mut tx, programme, &settings).await?;
        let about = ["setting:first_steps".to_owned()];
        let (actor, action) = (caller.actor(), Action::SettingChanged);
        journal::write(&mut tx, programme, actor, action, &about, now).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("{HERE}#{}", step.code)).into_response())
}

/// The language of a paper that people read; French when none is asked for.
#[derive(Default, Deserialize)]
pub struct InLanguage {
    #[serde(default)]
    langue: String,
}

/// `GET /avant-la-premiere-sortie/{paper}`
pub async fn paper(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(asked): Query<InLanguage>,
) -> Result<Response, Problem> {
    let paper = Paper::parse(&code).ok_or_else(Problem::not_found)?;
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let frame = Frame::of(&app.assets, &caller, &settings, paper.title(), "/reglages");
    let days = app.forget_days;
    let lang = Lang::of(&asked.langue).unwrap_or_default();
    Ok(page(&frame, || {
        view! {
            <div class="on-screen">{crumbs(HERE.into(), common::BEFORE_THE_FIRST_OUTING)}</div>
            {match paper {
                Paper::Notice => papers::notice(&settings, days, lang),
                _ => papers::view(paper, &settings, days),
            }}
        }
        .into_any()
    })
    .into_response())
}
