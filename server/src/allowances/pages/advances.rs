//! Papers of the advance: the sheet of a day, with room for signatures; what is left of it, the
//! bundle that asks the payer to replenish it, and what the payer put back.

use super::hands::{Desk, Row, held, purse, why_not};
use super::payer;
use crate::access::Caller;
use crate::allowances::hands::advance::{self, AdvanceDay, Books, DaySheet};
use crate::allowances::life;
use crate::app::{App, local_day};
use crate::export::csv::Dialect;
use crate::export::table::{Cell, Table};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Field, Tone, crumbs, day_title, note, scrolling};
use crate::http::reading::{Path, Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::DOWNLOAD;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::french::{amount, amount_cell, amount_in_words, date, number};
use domain::{Cents, Day, Invalid, OutingId, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;
use words::desk::allowances::advances as say;
use words::desk::common;

/// `GET /sorties/{id}/aides/feuille` and `GET /ccas/remise/{id}/feuille`
pub async fn sheet(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    let it = held(&app, &caller, id).await?;
    let day = day_title(it.outing.day, it.today);
    let title = say::sheet_page_title(&date(it.outing.day));
    let frame = Frame::of(&app.assets, &caller, &it.settings, title, it.desk.part());
    let rows: Vec<_> = it.rows.iter().filter(|it| it.is_named()).collect();
    let content = || {
        let rows: Vec<_> = rows.into_iter().map(signed_row).collect();
        view! {
            {crumbs(it.desk.path(id), say::SHEET_BACK)}
            <article class="card paid-sheet">
                <h1>{say::SHEET_TITLE}</h1>
                <p>{day}" · "{it.settings.association.name.clone()}</p>
                {scrolling(say::SHEET_TABLE, view! {
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{common::NAME}</th>
                                <th scope="col" class="n">{common::AMOUNT}</th>
                                <th scope="col">{common::STATE}</th>
                                <th scope="col" class="write">{common::SIGNATURE}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                })}
                {purse(it.sheet)}
                <p>{say::SHEET_PAID_PREFIX}" "{amount_in_words(it.sheet.paid)}"."</p>
                {signatures(&it.settings)}
            </article>
            <p class="soft on-screen">{say::SHEET_PRINT_HINT}</p>
        }
        .into_any()
    };
    Ok(page(&frame, content).into_response())
}

fn signed_row(row: &Row) -> AnyView {
    let word = if row.waits() { "" } else { why_not(row).1 };
    let apart = row
        .told_apart()
        .map(|it| view! { <br/><small>{it}</small> });
    view! {
        <tr>
            <th scope="row">{row.name()}{apart}</th>
            <td class="n">{amount(Cents(row.line.amount_cents))}</td>
            <td>{word}</td>
            <td class="write"></td>
        </tr>
    }
    .into_any()
}

/// Who had the purse, and who counted it again.
fn signatures(settings: &Settings) -> AnyView {
    let payer = say::signature_payer(&settings.payer.the());
    view! {
        <div class="signatures">
            <p>{say::SIGNATURE_APPOINTED}</p>
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
    desk: Desk,
    settings: Settings,
    today: Day,
    from: Day,
    books: Books,
    /// Those since `from`.
    days: Vec<AdvanceDay>,
    /// Money may be put into the advance by whoever looks at it.
    may_replenish: bool,
}

impl Bundle {
    fn total(&self) -> (i64, DaySheet) {
        let before = self.days.first().map(|it| it.sheet.before);
        let given = self.books.replenishments.iter();
        // What was given between two of these days is in none of their sheets.
        let given = given.filter(|it| {
            let first = self.days.first().is_some_and(|day| it.on > day.day);
            first && self.days.last().is_some_and(|day| it.on <= day.day)
        });
        let zero = DaySheet {
            before: before.unwrap_or_default() + given.map(|it| it.amount).sum(),
            ..DaySheet::default()
        };
        self.days.iter().fold((0, zero), |(lines, sum), it| {
            let sum = DaySheet {
                before: sum.before,
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
    let books = advance::books(&mut tx, caller.programme).await?;
    let last = books.replenishments.last().map(|it| it.on);
    let from = asked.depuis.parse();
    let from = from.unwrap_or(last.unwrap_or(Day(today.0.first_of_month())));
    Ok(Bundle {
        desk: Desk::of(caller),
        may_replenish: life::may_pay(&mut tx, &settings, caller).await?,
        days: books.since(from),
        settings,
        today,
        from,
        books,
    })
}

/// `GET /aides/avances` and `GET /ccas/avances`
pub async fn replenish(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    shown(&app, &caller, &asked, None).await
}

async fn shown(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    refused: Option<Problem>,
) -> Result<Response, Problem> {
    let bundle = bundle(app, caller, asked).await?;
    let here = match bundle.desk {
        Desk::Association => "/aides",
        Desk::Payer => "/ccas/avances",
    };
    let frame = Frame::of(&app.assets, caller, &bundle.settings, say::TITLE, here);
    let said = refused.as_ref().map(told);
    let status = refused.map_or(StatusCode::OK, |it| it.status);
    let page = page(&frame, || replenish_view(&bundle, said));
    Ok((status, page).into_response())
}

/// Money that the payer put into the advance.
#[derive(Deserialize)]
pub struct Replenishing {
    id: Uuid,
    #[serde(default)]
    le: String,
    #[serde(default)]
    montant: String,
}

/// `POST /aides/avances` and `POST /ccas/avances`
pub async fn replenished(
    State(app): State<App>,
    caller: Caller,
    ReadForm(form): ReadForm<Replenishing>,
) -> Result<Response, Problem> {
    let written = async {
        let on = form.le.parse::<Day>();
        let on = on.map_err(|_| Invalid::new("given_on", "not_a_day"))?;
        let amount = super::follow::euros(&form.montant);
        let amount = amount.ok_or_else(|| Invalid::new("amount", "out_of_range"))?;
        advance::replenish(&app, &caller, (form.id, on, amount)).await
    };
    match written.await {
        Ok(()) => Ok(Redirect::to(Desk::of(&caller).books()).into_response()),
        Err(problem) if problem.is_for_the_form() => {
            shown(&app, &caller, &Asked::default(), Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

fn told(problem: &Problem) -> String {
    let fault = problem.errors.first();
    let sentence = match fault.map(|it| (it.field.as_str(), it.code)) {
        Some(("given_on", "in_the_future")) => say::REFUSED_FUTURE_DATE,
        Some(("given_on", _)) => say::REFUSED_NO_DATE,
        Some(("amount", _)) => say::REFUSED_AMOUNT,
        _ => return payer::told(problem),
    };
    sentence.to_owned()
}

/// `GET /aides/avances.csv` and `GET /ccas/avances.csv`
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
        name: say::TABLE_NAME,
        columns: &["jour", "personnes", "recu", "remis", "rendu"],
        rows: bundle.days.iter().map(row).collect(),
    }
}

fn replenish_view(bundle: &Bundle, said: Option<String>) -> AnyView {
    let left = bundle.books.left();
    let said = said.map(|text| note(Tone::Alarm, text));
    let short = (left.0 < 0).then(|| {
        let words = say::MORE_THAN_RECEIVED;
        note(Tone::Wait, words)
    });
    let back = match bundle.desk {
        Desk::Association => crumbs("/aides".into(), common::AIDS),
        Desk::Payer => ().into_any(),
    };
    view! {
        {back}
        <div class="head">
            <div>
                <h1>{say::TITLE}</h1>
                <p class="soft">{say::INTRO}</p>
            </div>
        </div>
        {said}
        {short}
        <section class="card sheet-card">
            <p>
                <b class="amount">{amount(left)}</b>
                <br/>
                <span class="soft">{say::LEFT_TODAY}</span>
            </p>
        </section>
        {bundle_card(bundle)}
        {bundle.may_replenish.then(|| replenish_card(bundle))}
        {given_card(&bundle.books)}
    }
    .into_any()
}

/// What was handed over since the last time: the bundle that goes with asking for more.
fn bundle_card(bundle: &Bundle) -> AnyView {
    let (lines, sum) = bundle.total();
    let csv = format!("{}.csv?depuis={}", bundle.desk.books(), bundle.from);
    let since = Field {
        name: "depuis",
        label: say::LABEL_SINCE,
        kind: "date",
        value: bundle.from.to_string(),
        ..Field::default()
    };
    view! {
        <section class="card">
            <h2>{say::BUNDLE_TITLE_BEFORE_DATE}" "{date(bundle.from)}</h2>
            <form class="search-line" method="get" action=bundle.desk.books()>
                {since.view()}
                <button>{say::SHOW}</button>
            </form>
            <p class="worth">
                <b class="amount">{amount(sum.paid)}</b>
                <br/>
                <span class="soft">{say::PAID_TO_PEOPLE}" "{amount_in_words(sum.paid)}</span>
            </p>
            {days_table(bundle, (lines, sum))}
            <div class="actions">
                <a class="button" href=csv download><Icon path=DOWNLOAD/>{common::DOWNLOAD_FOR_EXCEL}</a>
            </div>
        </section>
    }
    .into_any()
}

fn replenish_card(bundle: &Bundle) -> AnyView {
    let on = Field {
        name: "le",
        label: say::RECEIVED_ON,
        kind: "date",
        value: bundle.today.to_string(),
        ..Field::default()
    };
    let how_much = Field {
        name: "montant",
        label: say::LABEL_AMOUNT,
        kind: "text",
        inputmode: Some("decimal"),
        ..Field::default()
    };
    let title = match bundle.desk {
        Desk::Association => say::replenish_title_association(&bundle.settings.payer.of_the()),
        Desk::Payer => say::REPLENISH_TITLE_PAYER.to_owned(),
    };
    view! {
        <section class="card">
            <h2>{title}</h2>
            <form class="form" method="post" action=bundle.desk.books()>
                <input type="hidden" name="id" value=Uuid::now_v7().to_string()/>
                <div class="side">{on.view()}{how_much.view()}</div>
                <p class="help">{say::REPLENISH_HELP}</p>
                <div class="actions"><button class="primary">{say::REPLENISH}</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// What the payer put into it, the latest first.
fn given_card(books: &Books) -> Option<AnyView> {
    let rows: Vec<_> = books
        .replenishments
        .iter()
        .rev()
        .map(|it| {
            view! {
                <tr>
                    <th scope="row">{date(it.on)}</th>
                    <td data-label=say::COLUMN_NOTED_BY>{it.by.clone()}</td>
                    <td class="n" data-label=common::AMOUNT>{amount(it.amount)}</td>
                </tr>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{say::REPLENISHED_TITLE}</h2>
                <table class="stack">
                    <thead>
                        <tr>
                            <th scope="col">{say::RECEIVED_ON}</th>
                            <th scope="col">{say::COLUMN_NOTED_BY}</th>
                            <th scope="col" class="n">{common::AMOUNT}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any()
    })
}

fn days_table(bundle: &Bundle, (lines, sum): (i64, DaySheet)) -> AnyView {
    if bundle.days.is_empty() {
        return view! { <p class="soft">{say::DAYS_EMPTY}</p> }.into_any();
    }
    let rows: Vec<_> = bundle
        .days
        .iter()
        .map(|it| {
            let href = bundle.desk.path(it.outing);
            let day = view! { <a href=href>{date(it.day)}</a> }.into_any();
            day_row(day, it.lines, it.sheet)
        })
        .collect();
    let total = view! { {common::TOTAL} }.into_any();
    view! {
        <table class="stack">
            <thead>
                <tr>
                    <th scope="col">{common::OUTING}</th>
                    <th scope="col" class="n">{say::SHEET_TABLE}</th>
                    <th scope="col" class="n">{common::RECEIPT}</th>
                    <th scope="col" class="n">{say::COLUMN_PAID}</th>
                    <th scope="col" class="n">{say::COLUMN_RETURNED}</th>
                    <th scope="col" class="n">{say::COLUMN_LEFT}</th>
                </tr>
            </thead>
            <tbody>{rows}{day_row(total, lines, sum)}</tbody>
        </table>
    }
    .into_any()
}

fn day_row(what: AnyView, lines: i64, sheet: DaySheet) -> AnyView {
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td class="n" data-label=say::SHEET_TABLE>{number(lines)}</td>
            <td class="n" data-label=common::RECEIPT>{amount(sheet.received)}</td>
            <td class="n" data-label=say::COLUMN_PAID>{amount(sheet.paid)}</td>
            <td class="n" data-label=say::COLUMN_RETURNED>{amount(sheet.returned)}</td>
            <td class="n" data-label=say::COLUMN_LEFT>{amount(sheet.left())}</td>
        </tr>
    }
    .into_any()
}
