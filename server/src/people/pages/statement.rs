//! `GET /moi/releve`: own outings and amounts of a year, on paper. It says nothing of why, and the
//! name is a line to fill in by hand: the paper is nobody's until its owner wants it.

use super::aids::{self, Aid};
use super::home::Asked;
use super::{frame, myself};
use crate::access::Caller;
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::page;
use crate::http::pieces::{capital, crumbs};
use crate::http::reading::Query;
use crate::programmes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::{amount, amount_in_words, date, date_cell};
use domain::{Cents, Day, Settings};
use leptos::prelude::*;

struct Statement {
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
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
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
        settings: settings.clone(),
        has_identity: peer.has_identity,
        year,
        today,
        aids,
    };
    let frame = frame(&app, &caller, &settings, "Relevé", "/moi");
    Ok(page(&frame, || view_of(&statement)).into_response())
}

fn view_of(it: &Statement) -> AnyView {
    let total: Cents = it.aids.iter().map(Aid::worth).sum();
    let rows: Vec<_> = it.aids.iter().map(|aid| row(it, aid)).collect();
    let object = capital(&it.settings.list_object);
    view! {
        <div class="on-screen">{crumbs(format!("/moi?annee={}", it.year), "Mes aides")}</div>
        <article class="card own-statement">
            <h1>"Relevé "{it.year}</h1>
            <p>{object}</p>
            <p class="to-fill">"Nom et prénom\u{a0}: "<span></span></p>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Sortie"</th>
                        <th scope="col">"Aide"</th>
                        <th scope="col" class="n">"Montant"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row" colspan="2">"Total"</th>
                        <td class="n">{amount(total)}</td>
                    </tr>
                </tfoot>
            </table>
            <p>"Soit "{amount_in_words(total)}"."</p>
            <p class="soft">"Relevé fait le "{date(it.today)}"."</p>
        </article>
        {files(it)}
        <p class="soft on-screen">"Pour imprimer\u{a0}: dans le navigateur, Imprimer. Le nom s’écrit à la main, si vous voulez."</p>
    }
    .into_any()
}

/// The same as a file. The name stands on it only when its owner asks for that.
fn files(it: &Statement) -> AnyView {
    let href = format!("/moi/releve.pdf?annee={}", it.year);
    let named = it.has_identity.then(|| {
        let href = format!("{href}&nom=oui");
        view! { <a class="button quiet" href=href download>"PDF avec mon nom"</a> }
    });
    view! {
        <p class="actions on-screen">
            <a class="button" href=href download>"PDF"</a>
            {named}
        </p>
    }
    .into_any()
}

fn row(it: &Statement, aid: &Aid) -> AnyView {
    let (_, said) = aid.standing(&it.settings, it.has_identity);
    view! {
        <tr>
            <th scope="row">{date_cell(aid.day)}</th>
            <td>{said}</td>
            <td class="n">{amount(aid.worth())}</td>
        </tr>
    }
    .into_any()
}
