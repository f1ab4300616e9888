//! « Je me suis piqué·e »: what to do after a needle-stick, the same bytes for everyone who reads the
//! same language. It works with no script and, kept by the worker, with no network: so each language
//! has an address of its own, and another one is chosen by a link. It asks nothing and keeps nothing.
//!
//! What a programme set besides is on the phone, in the pack of its outing: a script fills the
//! empty places from there (`data-help…`), and offers to read aloud where the device has a voice.

use super::assets::Assets;
use super::error::Problem;
use super::language::Reader;
use super::page::{Html, render};
use super::reading::Path;
use super::speech;
use super::terrain::kept_by_the_worker;
use super::{alone, appearance};
use crate::app::App;
use app::ui::Icon;
use app::ui::pictograms::{BACK, BOTTLE, CLOCK, DROP, INFO, PLUS, RING, WARNING};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use leptos::prelude::*;
use serde_json::json;
use words::{Lang, OFFERS, Plural, Text, marks, needle as say};

/// `GET /aide/piqure`: in the reader's language.
pub async fn page(State(app): State<App>, reader: Reader) -> Response {
    let mut response = kept_by_the_worker(html(&app.assets, reader.lang));
    let by_cookie = HeaderValue::from_static("cookie");
    response.headers_mut().append(header::VARY, by_cookie);
    response
}

/// `GET /aide/piqure/{langue}`: in that one, whoever asks.
pub async fn in_language(
    State(app): State<App>,
    Path(tag): Path<String>,
) -> Result<Response, Problem> {
    let lang = Lang::of(&tag).ok_or_else(Problem::not_found)?;
    Ok(kept_by_the_worker(html(&app.assets, lang)))
}

fn html(assets: &Assets, lang: Lang) -> Html {
    appearance::for_everyone(|| render(|| document(assets, lang)))
}

fn document(assets: &Assets, lang: Lang) -> AnyView {
    let title = lang.say(say::TITLE);
    let main = view! {
        <main class="plain aid" data-words=words_of_help(lang)>
            <h1>{title}</h1>
            <div class="read" data-read-aloud data-words=speech::words_of_reading(lang)></div>
            <ol class="aid-steps" role="list">{steps(lang)}</ol>
            {clock(lang)}
            <div data-help-places hidden></div>
            {calls(lang)}
            {promises(lang)}
            <a class="button primary" href="/terrain">
                <Icon path=BACK/>
                {lang.say(say::BACK)}
            </a>
            {languages(lang)}
        </main>
    };
    alone::document(assets, lang, title, Some("help.js"), main.into_any())
}

/// What the script says, by the names it uses (help.js, help/pack.js).
fn words_of_help(lang: Lang) -> String {
    let forms = |it: Plural<1>| [lang.count(it, 1, ["{n}"]), lang.count(it, 2, ["{n}"])];
    let words = json!({
        "start": lang.say(say::TIMER_START),
        "again": lang.say(say::TIMER_AGAIN),
        "bar": lang.say(say::TIMER_BAR),
        "left": lang.fill(say::TIMER_LEFT, ["{time}"]),
        "both": lang.fill(say::TIMER_BOTH, ["{minutes}", "{seconds}"]),
        "minutes": forms(say::TIMER_MINUTES),
        "seconds": forms(say::TIMER_SECONDS),
        "done": lang.say(say::TIMER_DONE),
        "where_to_go": lang.say(say::WHERE_TO_GO),
        "call_place": lang.fill(say::CALL_PLACE, ["{name}"]),
        "call_coordination": lang.say(say::CALL_COORDINATION),
        "validated": lang.fill(say::VALIDATED, ["{doctor}"]),
    });
    words.to_string()
}

fn step(path: &'static str, title: &'static str, content: impl IntoView + 'static) -> AnyView {
    view! {
        <li>
            <h2>
                <Icon path=path/>
                {title}
            </h2>
            {content.into_view()}
        </li>
    }
    .into_any()
}

/// One idea a sentence; the order is the order of the hands.
fn steps(lang: Lang) -> Vec<AnyView> {
    let p = |text: Text| view! { <p>{lang.say(text)}</p> };
    let t = |text: Text| lang.say(text);
    let never = view! { <p class="never">{t(say::STOP_BLOOD)}</p> };
    let washing = (p(say::WASH_NOW), p(say::WASH_SOAP), p(say::WASH_RINSE));
    let going = (
        p(say::EMERGENCY_HOUR),
        p(say::EMERGENCY_SAY),
        in_french(lang),
    );
    let asking = (p(say::TREATMENT_HIV), p(say::TREATMENT_SOON));
    vec![
        step(WARNING, t(say::STOP), never),
        step(DROP, t(say::WASH), washing),
        step(BOTTLE, t(say::DISINFECT), disinfecting(lang)),
        step(PLUS, t(say::EMERGENCY), going),
        step(CLOCK, t(say::TREATMENT), asking),
    ]
}

/// At the hospital somebody reads French: the sentence to show.
fn in_french(lang: Lang) -> Option<AnyView> {
    let said = Lang::FRENCH.say(say::SAID_IN_FRENCH);
    (lang != Lang::FRENCH)
        .then(|| view! { <p>{lang.say(say::IN_FRENCH)}" "<b lang="fr">{said}</b></p> }.into_any())
}

fn disinfecting(lang: Lang) -> impl IntoView {
    let with = [say::DAKIN, say::BLEACH, say::ALCOHOL, say::POVIDONE];
    let with = with.map(|it| view! { <li>{lang.say(it)}</li> });
    view! {
        <p><b>{lang.say(say::DISINFECT_LONG)}</b></p>
        <p>{lang.say(say::DISINFECT_WITH)}</p>
        <ul>{Vec::from(with)}</ul>
        <p>{lang.say(say::EYE_OR_MOUTH)}</p>
        <wash-timer></wash-timer>
    }
}

fn clock(lang: Lang) -> impl IntoView {
    let line = |time: Text, then: Text| {
        view! { <p><b>{lang.say(time)}</b>{lang.say(then)}</p> }
    };
    view! {
        <section>
            <h2>{lang.say(say::TIME)}</h2>
            {line(say::HOUR_1, say::HOUR_1_THEN)}
            {line(say::HOURS_4, say::HOURS_4_THEN)}
            {line(say::HOURS_48, say::HOURS_48_THEN)}
        </section>
    }
}

fn calls(lang: Lang) -> impl IntoView {
    let call = |number: &str| {
        view! {
            <a class="button" href=format!("tel:{number}")>
                <Icon path=RING/>
                {lang.fill(say::CALL_NUMBER, [number])}
            </a>
        }
    };
    view! {
        <section class="calls" data-help>
            <h2>{lang.say(say::CALLS)}</h2>
            {call("15")}
            {call("112")}
            <div data-help-coordinator hidden></div>
        </section>
    }
}

fn promises(lang: Lang) -> impl IntoView {
    view! {
        <p><b>{lang.say(say::STILL_OWED)}</b></p>
        <p>{lang.say(say::NOTHING_KEPT)}</p>
        <p class="note" data-help-validated>
            <Icon path=INFO/>
            <span>{lang.say(say::TO_VALIDATE)}</span>
        </p>
    }
}

/// The languages, each by its own name: links, which also work with no network. The script keeps
/// what was chosen.
fn languages(lang: Lang) -> impl IntoView {
    let links = OFFERS.iter().zip(marks()).map(|(it, mark)| {
        let current = (it.tag == lang.tag()).then_some("true");
        let href = format!("/aide/piqure/{}", it.tag);
        let mark = (!mark.is_empty()).then(|| view! { <small>" ("{mark}")"</small> });
        view! {
            <li>
                <a class="button quiet" href=href lang=it.tag hreflang=it.tag aria-current=current data-lang=it.tag>{it.name}</a>
                {mark}
            </li>
        }
    });
    let links: Vec<_> = links.collect();
    view! { <nav class="languages" aria-label=lang.say(words::language::CHOOSE)><ul class="guide-languages" role="list">{links}</ul></nav> }
}
