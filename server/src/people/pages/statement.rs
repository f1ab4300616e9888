//! `GET /moi/releve`: own outings and amounts of a year, on paper. It says nothing of why, and the
//! name is a line to fill in by hand: the paper is nobody's until its owner wants it.

use super::aids::{self, Aid};
use super::home::Asked;
use super::{frame, myself};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::page;
use crate::http::pieces::{capital, crumbs, scrolling};
use crate::http::reading::Query;
use crate::http::speech;
use crate::programmes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::amount_in_words;
use domain::{Cents, Day, Settings};
use leptos::prelude::*;
use words::desk::people::statement as desk;
use words::{Lang, me::home, me::statement as say};

struct Statement {
    lang: Lang,
    settings: Settings,
    has_identity: bool,
    year: i16,
    today: Day,
    aids: Vec<Aid>,
}

/// `GET /moi/releve?annee=2026`
pub async fn statement(
    State(app): State<App>,
    caller: Caller,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = reader.lang;
    let mut tx = app.db.read().await?;
    let peer = myself(&mut tx, &caller).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let mut aids = aids::of(&mut tx, &caller, &peer).await?;
    drop(tx);
    let today = local_day(&settings, app.now());
    let year = aids::year_of(&asked.annee, today);
    aids.retain(|it| it.day.0.year() == year);
    aids.reverse();
    let statement = Statement {
        lang,
        settings: settings.clone(),
        has_identity: peer.has_identity,
        year,
        today,
        aids,
    };
    let frame = frame(
        &app,
        &caller,
        &settings,
        &reader,
        lang.say(say::TITLE),
        "/moi",
    );
    Ok(page(&frame, || view_of(&statement)).into_response())
}

fn view_of(it: &Statement) -> AnyView {
    let lang = it.lang;
    let total: Cents = it.aids.iter().map(Aid::worth).sum();
    let rows: Vec<_> = it.aids.iter().map(|aid| row(it, aid)).collect();
    // As the programme words it, for whoever is shown the paper.
    let object = capital(&it.settings.list_object);
    let back = format!("/moi?annee={}", it.year);
    let heading = lang.fill(say::HEADING, [&it.year.to_string()]);
    let made_on = lang.fill(say::MADE_ON, [&speech::full(lang, it.today)]);
    view! {
        <div class="on-screen">{crumbs(back, lang.say(home::TITLE))}</div>
        <article class="card own-statement">
            <h1>{heading.clone()}</h1>
            <p lang="fr">{object}</p>
            <p class="to-fill">{lang.say(say::NAME)}" "<span></span></p>
            {scrolling(&heading, view! {
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{lang.say(say::OUTING)}</th>
                            <th scope="col">{lang.say(say::AID)}</th>
                            <th scope="col" class="n">{lang.say(say::AMOUNT)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row" colspan="2">{lang.say(say::TOTAL)}</th>
                            <td class="n">{speech::amount(lang, total)}</td>
                        </tr>
                    </tfoot>
                </table>
            })}
            {in_words(total, lang)}
            <p class="soft">{made_on}</p>
        </article>
        {files(it)}
        <p class="soft on-screen">{lang.say(say::PRINT)}</p>
    }
    .into_any()
}

/// The sum in words, for offices: they read French, and have the file besides.
fn in_words(total: Cents, lang: Lang) -> Option<AnyView> {
    (lang == Lang::FRENCH)
        .then(|| view! { <p>{desk::SUM_IN_WORDS}" "{amount_in_words(total)}"."</p> }.into_any())
}

/// The same as a file, in French: it is for offices. The name stands on it only when its owner asks
/// for that.
fn files(it: &Statement) -> AnyView {
    let lang = it.lang;
    let href = format!("/moi/releve.pdf?annee={}", it.year);
    let named = it.has_identity.then(|| {
        let href = format!("{href}&nom=oui");
        view! { <a class="button quiet" href=href download>{lang.say(say::PDF_NAMED)}</a> }
    });
    view! {
        <p class="actions on-screen">
            <a class="button" href=href download>{lang.say(say::PDF)}</a>
            {named}
        </p>
    }
    .into_any()
}

fn row(it: &Statement, aid: &Aid) -> AnyView {
    let (_, said) = aid.standing(&it.settings, it.has_identity, it.lang);
    view! {
        <tr>
            <th scope="row">{speech::in_figures(it.lang, aid.day)}</th>
            <td>{said}</td>
            <td class="n">{speech::amount(it.lang, aid.worth())}</td>
        </tr>
    }
    .into_any()
}
