//! `/sorties`: what comes, what was done, page by page.

use super::{meeting, state_tag, title_of, today};
use crate::access::Caller;
use crate::app::App;
use crate::db::Tx;
use crate::facts;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{day_leaf, note};
use crate::http::reading::Query;
use crate::outings::store::{self, Outing};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CALENDAR, NEXT, PLUS};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::fact::Item;
use domain::french::counted;
use domain::{Day, OutingId, OutingState, ProgrammeId};
use leptos::prelude::*;
use serde::Deserialize;

/// Outings on one page.
const OUTINGS_PER_PAGE: u32 = 20;

/// Which page.
#[derive(Deserialize)]
pub struct Asked {
    /// Outings before this one.
    avant: Option<OutingId>,
    /// « annulee ».
    #[serde(default)]
    fait: String,
}

/// An outing and what it came to.
struct Row {
    outing: Outing,
    syringes: i64,
    presences: usize,
}

/// `GET /sorties`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let before = match asked.avant {
        None => store::AFTER_THE_LAST,
        Some(id) => {
            let last = super::super::get(&mut tx, &caller, id).await?;
            (last.day, last.id)
        }
    };
    let mut outings = store::page(&mut tx, caller.programme, before, OUTINGS_PER_PAGE + 1).await?;
    let more = outings.len() > OUTINGS_PER_PAGE as usize;
    outings.truncate(OUTINGS_PER_PAGE as usize);
    let older = outings.last().filter(|_| more).map(|it| it.id);
    let rows = rows_of(&mut tx, caller.programme, outings).await?;
    drop(tx);
    let shown = Shown {
        rows,
        older,
        today: today(&app, &settings),
        first_page: asked.avant.is_none(),
        cancelled: asked.fait == "annulee",
    };
    let frame = Frame::of(&app.assets, &caller, &settings, "Sorties", "/sorties");
    Ok(page(&frame, || view(shown)).into_response())
}

async fn rows_of(
    tx: &mut Tx,
    programme: ProgrammeId,
    outings: Vec<Outing>,
) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::with_capacity(outings.len());
    for outing in outings {
        let sums = facts::store::pickup_sums(tx, programme, outing.id).await?;
        let marks = facts::store::marks(tx, programme, outing.id).await?;
        let syringes = sums.iter().filter(|it| it.item == Item::Syringe.code());
        rows.push(Row {
            syringes: syringes.map(|it| it.total).sum(),
            presences: domain::presence::confirmed(marks).len(),
            outing,
        });
    }
    Ok(rows)
}

struct Shown {
    rows: Vec<Row>,
    older: Option<OutingId>,
    today: Day,
    first_page: bool,
    cancelled: bool,
}

fn view(shown: Shown) -> AnyView {
    let today = shown.today;
    let (mut coming, past): (Vec<Row>, Vec<Row>) = shown
        .rows
        .into_iter()
        .partition(|it| matches!(it.outing.state, OutingState::Planned | OutingState::Open));
    coming.reverse();
    let coming_is_empty = coming.is_empty() && shown.first_page;
    let cancelled = shown
        .cancelled
        .then(|| note(crate::http::pieces::Tone::Info, "La sortie est annulée."));
    view! {
        <div class="head">
            <h1>"Sorties"</h1>
            <a class="button primary" href="/sorties/prevoir">
                <Icon path=PLUS/>
                "Prévoir une sortie"
            </a>
        </div>
        {cancelled}
        {section("À venir", coming, today)}
        {coming_is_empty.then(|| view! {
            <div class="empty">
                <Icon path=CALENDAR/>
                <p>"Pas de sortie prévue. On en prévoit une par semaine, d’habitude."</p>
            </div>
        })}
        {section("Passées", past, today)}
        {older_link(shown.older, shown.first_page)}
    }
    .into_any()
}

fn section(title: &'static str, rows: Vec<Row>, today: Day) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let rows: Vec<_> = rows.into_iter().map(|it| row(&it, today)).collect();
    Some(
        view! {
            <section>
                <h2>{title}</h2>
                <ul class="rows">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn row(row: &Row, today: Day) -> AnyView {
    let outing = &row.outing;
    let href = format!("/sorties/{}", outing.id);
    let is_today = outing.day == today;
    let has_begun = matches!(outing.state, OutingState::Open | OutingState::Closed);
    let figures = has_begun.then(|| {
        let syringes = counted(row.syringes, "seringue", "seringues");
        let presences = counted(row.presences as i64, "présence", "présences");
        view! {
            <span class="figures">
                <b class="num whole">{syringes}</b>
                <span class="soft num whole">{presences}</span>
            </span>
        }
    });
    // Past and over goes without saying: a tag is for what is otherwise.
    let tag = (outing.state != OutingState::Closed).then(|| state_tag(outing.state));
    view! {
        <li class:today=is_today>
            <a class="card row" href=href>
                {day_leaf(outing.day)}
                <span class="row-text">
                    <b>{title_of(outing, today)}</b>
                    {meeting(outing).map(|text| view! { <small>{text}</small> })}
                </span>
                <span class="row-end">
                    {tag}
                    {figures}
                    <Icon path=NEXT/>
                </span>
            </a>
        </li>
    }
    .into_any()
}

fn older_link(older: Option<OutingId>, first_page: bool) -> Option<AnyView> {
    if older.is_none() && first_page {
        return None;
    }
    let older = older.map(|id| {
        let href = format!("/sorties?avant={id}");
        view! {
            <a class="button quiet" href=href>
                "Sorties plus anciennes"
                <Icon path=NEXT/>
            </a>
        }
    });
    let newest = (!first_page).then(|| {
        view! { <a class="button quiet" href="/sorties">"Revenir aux plus récentes"</a> }
    });
    Some(
        view! { <nav class="pages" aria-label="Suite de la liste">{newest}{older}</nav> }
            .into_any(),
    )
}
