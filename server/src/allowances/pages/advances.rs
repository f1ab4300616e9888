//! Papers of the advance: the sheet of a day, with room for signatures, and the bundle that asks
//! the payer to replenish it.

use super::hands::{Row, held, purse, why_not};
use crate::access::Caller;
use crate::allowances::hands::{self, AdvanceDay, DaySheet};
use crate::app::{App, local_day};
use crate::export::csv::Dialect;
use crate::export::table::{Cell, Table};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Field, crumbs, day_title};
use crate::http::reading::{Path, Query};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::DOWNLOAD;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::french::{amount, amount_cell, amount_in_words, date, number};
use domain::{Cents, Day, OutingId, Settings};
use leptos::prelude::*;
use serde::Deserialize;

/// `GET /sorties/{id}/aides/feuille`
pub async fn sheet(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    let it = held(&app, &caller, id).await?;
    let day = day_title(it.outing.day, it.today);
    let title = format!("Feuille d’avance du {}", date(it.outing.day));
    let frame = Frame::of(&app.assets, &caller, &it.settings, title, "/sorties");
    let rows: Vec<_> = it.rows.iter().filter(|it| it.is_named()).collect();
    let content = || {
        let rows: Vec<_> = rows.into_iter().map(signed_row).collect();
        view! {
            {crumbs(format!("/sorties/{id}/aides"), "La remise")}
            <article class="card paid-sheet">
                <h1>"Feuille d’avance"</h1>
                <p>{day}" · "{it.settings.association.name.clone()}</p>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Nom"</th>
                            <th scope="col" class="n">"Montant"</th>
                            <th scope="col">"État"</th>
                            <th scope="col" class="write">"Signature"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {purse(it.sheet)}
                <p>"Remis\u{a0}: "{amount_in_words(it.sheet.paid)}"."</p>
                {signatures(&it.settings)}
            </article>
            <p class="soft on-screen">"Dans le navigateur\u{a0}: Imprimer. La feuille porte des noms\u{a0}: elle se garde sous clé."</p>
        }
        .into_any()
    };
    Ok(page(&frame, content).into_response())
}

fn signed_row(row: &Row) -> AnyView {
    let word = if row.waits() { "" } else { why_not(row).1 };
    view! {
        <tr>
            <th scope="row">{row.name()}</th>
            <td class="n">{amount(Cents(row.line.amount_cents))}</td>
            <td>{word}</td>
            <td class="write"></td>
        </tr>
    }
    .into_any()
}

/// Who had the purse, and who counted it again.
fn signatures(settings: &Settings) -> AnyView {
    let payer = format!("Pour {}", settings.payer.the());
    view! {
        <div class="signatures">
            <p>"La personne désignée pour remettre"</p>
            <p>{payer}</p>
        </div>
    }
    .into_any()
}

// ---- Replenishing

/// Since when.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// A day; the first of this month when left out.
    #[serde(default)]
    depuis: String,
}

struct Bundle {
    settings: Settings,
    from: Day,
    days: Vec<AdvanceDay>,
}

impl Bundle {
    fn total(&self) -> (i64, DaySheet) {
        let zero = (0, DaySheet::default());
        self.days.iter().fold(zero, |(lines, sum), it| {
            let sum = DaySheet {
                received: sum.received + it.sheet.received,
                paid: sum.paid + it.sheet.paid,
                returned: sum.returned + it.sheet.returned,
            };
            (lines + it.lines, sum)
        })
    }
}

async fn bundle(app: &App, caller: &Caller, asked: &Asked) -> Result<Bundle, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let today = local_day(&settings, app.now());
    let from = asked.depuis.parse();
    let from = from.unwrap_or(Day(today.0.first_of_month()));
    let days = hands::days(&mut tx, caller.programme, from).await?;
    Ok(Bundle {
        settings,
        from,
        days,
    })
}

/// `GET /aides/avances`
pub async fn replenish(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let bundle = bundle(&app, &caller, &asked).await?;
    let frame = Frame::of(
        &app.assets,
        &caller,
        &bundle.settings,
        "Reconstituer l’avance",
        "/aides",
    );
    Ok(page(&frame, || replenish_view(&bundle)).into_response())
}

/// `GET /aides/avances.csv`
pub async fn replenish_csv(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let bundle = bundle(&app, &caller, &asked).await?;
    let text = table(&bundle).csv(Dialect::ExcelFr);
    let name = format!("attachment; filename=\"avances-{}.csv\"", bundle.from);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, text.map_err(Problem::internal)?).into_response())
}

fn table(bundle: &Bundle) -> Table {
    let money = |cents| Cell::Text(amount_cell(cents));
    let row = |it: &AdvanceDay| {
        vec![
            Cell::Day(it.day),
            Cell::Whole(it.lines),
            money(it.sheet.received),
            money(it.sheet.paid),
            money(it.sheet.returned),
        ]
    };
    Table {
        name: "Avances",
        columns: &["jour", "personnes", "recu", "remis", "rendu"],
        rows: bundle.days.iter().map(row).collect(),
    }
}

fn replenish_view(bundle: &Bundle) -> AnyView {
    let (lines, sum) = bundle.total();
    let csv = format!("/aides/avances.csv?depuis={}", bundle.from);
    let payer = bundle.settings.payer.to_the();
    let since = Field {
        name: "depuis",
        label: "Depuis la dernière fois, le",
        kind: "date",
        value: bundle.from.to_string(),
        ..Field::default()
    };
    view! {
        {crumbs("/aides".into(), "Aides")}
        <div class="head">
            <div>
                <h1>"Reconstituer l’avance"</h1>
                <p class="soft">"Ce qui a été remis depuis le "{date(bundle.from)}", à demander "{payer}"."</p>
            </div>
        </div>
        <form class="card search-line" method="get" action="/aides/avances">
            {since.view()}
            <button>"Voir"</button>
        </form>
        <section class="card sheet-card">
            <p>
                <b class="amount">{amount(sum.paid)}</b>
                <br/>
                <span class="soft">{amount_in_words(sum.paid)}</span>
            </p>
            <div class="actions">
                <a class="button" href=csv download><Icon path=DOWNLOAD/>"Télécharger pour Excel"</a>
            </div>
        </section>
        {days_card(bundle, (lines, sum))}
    }
    .into_any()
}

fn days_card(bundle: &Bundle, (lines, sum): (i64, DaySheet)) -> AnyView {
    if bundle.days.is_empty() {
        return view! { <section class="card"><p class="soft">"Rien n’a été remis depuis ce jour."</p></section> }
            .into_any();
    }
    let rows: Vec<_> = bundle
        .days
        .iter()
        .map(|it| {
            let href = format!("/sorties/{}/aides", it.outing);
            let day = view! { <a href=href>{date(it.day)}</a> }.into_any();
            day_row(day, it.lines, it.sheet)
        })
        .collect();
    let total = view! { "Total" }.into_any();
    view! {
        <section class="card">
            <h2>"Jour par jour"</h2>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">"Sortie"</th>
                        <th scope="col" class="n">"Personnes"</th>
                        <th scope="col" class="n">"Reçu"</th>
                        <th scope="col" class="n">"Remis"</th>
                        <th scope="col" class="n">"Rendu"</th>
                        <th scope="col" class="n">"Reste"</th>
                    </tr>
                </thead>
                <tbody>{rows}{day_row(total, lines, sum)}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn day_row(what: AnyView, lines: i64, sheet: DaySheet) -> AnyView {
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td class="n" data-label="Personnes">{number(lines)}</td>
            <td class="n" data-label="Reçu">{amount(sheet.received)}</td>
            <td class="n" data-label="Remis">{amount(sheet.paid)}</td>
            <td class="n" data-label="Rendu">{amount(sheet.returned)}</td>
            <td class="n" data-label="Reste">{amount(sheet.left())}</td>
        </tr>
    }
    .into_any()
}
