//! `GET /moi/lieux`: my proposals and what became of each. One that waits may be changed or taken
//! back.

use super::{frame, myself, read_aloud};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::page;
use crate::http::pieces::{Tone, note};
use crate::http::reading::{Path, Query};
use crate::http::speech;
use crate::programmes;
use crate::sites::proposals::store::Decision;
use crate::sites::proposals::{self, Proposal};
use app::ui::Icon;
use app::ui::pictograms::{EDIT, PIN, PIN_DISCREET, PLUS, TRASH};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::place::DeclineReason;
use domain::{FactId, Nature, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::{Lang, Text, me::places as say, page as around};

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// `GET /moi/lieux`
pub async fn places(
    State(app): State<App>,
    caller: Caller,
    reader: Reader,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let lang = reader.lang;
    let mut tx = app.db.write().await?;
    myself(&mut tx, &caller).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let own = proposals::own(&mut tx, &app, &caller).await?;
    tx.commit().await?;
    let title = lang.say(say::TITLE);
    let frame = frame(&app, &caller, &settings, &reader, title, "/moi/lieux");
    Ok(page(&frame, || view_of(&own, &settings, &done.fait, lang)).into_response())
}

fn view_of(own: &[Proposal], settings: &Settings, done: &str, lang: Lang) -> AnyView {
    let rows: Vec<_> = own.iter().map(|it| row(it, settings, lang)).collect();
    let told = match done {
        "propose" => Some(say::SENT),
        "retire" => Some(say::WITHDRAWN),
        _ => None,
    };
    let nothing = rows.is_empty().then(|| {
        view! {
            <div class="empty">
                <Icon path=PIN/>
                <p>{lang.say(say::NOTHING)}</p>
            </div>
        }
    });
    view! {
        <h1>{lang.say(say::TITLE)}</h1>
        {read_aloud(lang)}
        {told.map(|words| note(Tone::Ok, lang.say(words)))}
        <p class="ways-on">
            <a class="button primary" href="/moi/lieux/proposer"><Icon path=PLUS/>{lang.say(say::PROPOSE)}</a>
        </p>
        {nothing}
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

/// A place in words: public or discreet, with its picture.
pub(in crate::people) fn nature_words(nature: Nature) -> (&'static str, Text) {
    match nature {
        Nature::Public => (PIN, say::PUBLIC),
        Nature::Discreet => (PIN_DISCREET, say::DISCREET),
    }
}

fn row(it: &Proposal, settings: &Settings, lang: Lang) -> AnyView {
    let (path, what) = nature_words(it.nature);
    let day = speech::full(lang, local_day(settings, it.received_at));
    let said = it.note.as_ref();
    let said = said.map(|text| {
        let quoted = lang.fill(around::QUOTED, [text]);
        view! { <p class="said">{quoted}</p> }
    });
    view! {
        <li class="card own-place">
            <p class="own-place-what">
                <Icon path=path/>
                <span><b>{lang.say(what)}</b><small class="soft line">{lang.fill(say::PROPOSED_ON, [&day])}</small></span>
            </p>
            {said}
            {answer(it, lang)}
        </li>
    }
    .into_any()
}

fn answer(it: &Proposal, lang: Lang) -> AnyView {
    let Some((decision, _)) = it.decision else {
        return waiting(it.id, lang);
    };
    let (class, word, words) = match decision {
        Decision::Accepted(_) => ("tag ok", say::ACCEPTED, Some(say::ACCEPTED_HELP)),
        Decision::Merged(_) => ("tag ok", say::KNOWN, Some(say::KNOWN_HELP)),
        Decision::Declined(reason) => ("tag", say::DECLINED, why_not(reason)),
    };
    let from_team = it.words.as_ref();
    let from_team = from_team.map(|text| {
        let words = lang.fill(say::FROM_TEAM, [text]);
        view! { <p class="said">{words}</p> }
    });
    view! {
        <p><span class=class>{lang.say(word)}</span></p>
        <p>{words.map(|it| lang.say(it))}</p>
        {from_team}
    }
    .into_any()
}

/// Any other reason is told in the team's own words.
fn why_not(reason: DeclineReason) -> Option<Text> {
    Some(match reason {
        DeclineReason::Known => say::DECLINED_KNOWN,
        DeclineReason::Residents => say::DECLINED_RESIDENTS,
        DeclineReason::Risk => say::DECLINED_RISK,
        DeclineReason::TooFar => say::DECLINED_TOO_FAR,
        DeclineReason::NotFound => say::DECLINED_NOT_FOUND,
        DeclineReason::Other => return None,
    })
}

fn waiting(id: FactId, lang: Lang) -> AnyView {
    view! {
        <p><span class="tag wait">{lang.say(say::WAITING)}</span>" "{lang.say(say::WAITING_HELP)}</p>
        <form class="ways-on" method="post" action=format!("/moi/lieux/{id}/retirer")>
            <a class="button" href=format!("/moi/lieux/proposer?de={id}")>
                <Icon path=EDIT/>
                {lang.say(say::CHANGE)}
            </a>
            <button class="quiet"><Icon path=TRASH/>{lang.say(say::WITHDRAW)}</button>
        </form>
    }
    .into_any()
}

/// `POST /moi/lieux/{id}/retirer`
pub async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let peer = myself(&mut tx, &caller).await?;
    drop(tx);
    proposals::withdraw(&app, &caller, peer.id, id).await?;
    Ok(Redirect::to("/moi/lieux?fait=retire").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pieces::capital;

    #[test]
    fn a_peer_reads_the_reason_that_the_coordinator_chose() {
        for reason in DeclineReason::ALL {
            let told = why_not(*reason).map(|it| Lang::FRENCH.say(it).to_owned());
            let chosen = format!("{}.", capital(reason.label()));
            let expected = (*reason != DeclineReason::Other).then_some(chosen);
            assert_eq!(told, expected);
        }
    }
}
