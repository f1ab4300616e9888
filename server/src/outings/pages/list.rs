//! `/sorties`: what comes, what was done, page by page.

use super::{meeting, state_tag, title_of, today};
use crate::access::Caller;
use crate::app::App;
use crate::db::Tx;
use crate::facts;
use crate::http::charts::{Bar, Chart};
use crate::http::error::Problem;
use crate::http::hints::Hints;
use crate::http::origin::Origin;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, capital, day_leaf, note, tabs};
use crate::http::reading::Query;
use crate::outings::store::{self, Outing};
use crate::outings::{calendar, series};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CALENDAR, NEXT, PLUS, REFRESH};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::fact::Item;
use domain::french::counted;
use domain::limits::PAGE_ITEMS_MAX;
use domain::{Day, OutingId, OutingState, ProgrammeId};
use leptos::prelude::*;
use serde::Deserialize;
use std::ops::RangeInclusive;
use uuid::Uuid;
use words::desk::common;
use words::desk::common::count;
use words::desk::outings::list as say;

/// Outings on one page.
const OUTINGS_PER_PAGE: u32 = 20;
/// Outings to come on the first page: two months of weeks.
const COMING_SHOWN: u32 = 9;

/// Outings on the chart of a year: one a week.
const BARS_MAX: u32 = 53;
/// Fewer are no picture yet.
const BARS_MIN: usize = 3;

/// Which page.
#[derive(Deserialize)]
pub struct Asked {
    /// Outings before this one.
    avant: Option<OutingId>,
    /// « annulee », « deja », « calendrier », « arretee ».
    #[serde(default)]
    fait: String,
    /// « prevues »: all that comes.
    #[serde(default)]
    voir: String,
    /// From the end of this year on, backwards.
    #[serde(default)]
    annee: String,
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
    origin: Origin,
    hints: Hints,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let day = today(&app, &settings);
    let year_ago = day.plus_days(-365);
    let year: Option<i16> = asked.annee.parse().ok();
    let next_year = year.and_then(|it| Day::new(it.checked_add(1)?, 1, 1));
    let before = match (asked.avant, next_year) {
        (None, None) => store::AFTER_THE_LAST,
        (None, Some(day)) => (day, OutingId(Uuid::nil())),
        (Some(id), _) => {
            let last = super::super::get(&mut tx, &caller, id).await?;
            (last.day, last.id)
        }
    };
    let first_page = asked.avant.is_none() && next_year.is_none();
    let comes = if asked.voir == "prevues" {
        PAGE_ITEMS_MAX
    } else {
        COMING_SHOWN
    };
    let mut coming = match first_page {
        true => store::coming(&mut tx, caller.programme, day, comes + 1).await?,
        false => Vec::new(),
    };
    let more_comes = coming.len() > comes as usize;
    coming.truncate(comes as usize);
    let limit = OUTINGS_PER_PAGE + 1;
    let mut past = store::past(&mut tx, caller.programme, day, before, limit).await?;
    let more = past.len() > OUTINGS_PER_PAGE as usize;
    past.truncate(OUTINGS_PER_PAGE as usize);
    let shown = Shown {
        older: past.last().filter(|_| more).map(|it| it.id),
        may_copy: series::store::last(&mut tx, caller.programme, day)
            .await?
            .is_some(),
        coming: rows_of(&mut tx, caller.programme, coming).await?,
        past: rows_of(&mut tx, caller.programme, past).await?,
        feed: calendar::path(&app, &mut tx, &caller).await?,
        year: match first_page {
            true => store::harvests(&mut tx, caller.programme, year_ago, BARS_MAX).await?,
            false => Vec::new(),
        },
        years: {
            let first = store::first_day(&mut tx, caller.programme).await?;
            first.map_or(0, |it| it.0.year())..=day.0.year()
        },
        asked_year: year.filter(|_| next_year.is_some()),
        hint: hints.of_page("/sorties").filter(|_| first_page),
        more_comes,
        today: day,
        first_page,
        done: asked.fait,
        origin: origin.0,
    };
    drop(tx);
    let frame = Frame::of(&app.assets, &caller, &settings, common::OUTINGS, "/sorties");
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
    coming: Vec<Row>,
    past: Vec<Row>,
    more_comes: bool,
    older: Option<OutingId>,
    may_copy: bool,
    feed: Option<String>,
    /// What each outing of a year picked up.
    year: Vec<(OutingId, Day, i64)>,
    /// From the first year there was an outing to this one.
    years: RangeInclusive<i16>,
    asked_year: Option<i16>,
    hint: Option<AnyView>,
    today: Day,
    first_page: bool,
    done: String,
    origin: String,
}

fn view(shown: Shown) -> AnyView {
    let today = shown.today;
    let coming_is_empty = shown.coming.is_empty() && shown.first_page;
    let older = older_link(shown.older, shown.first_page);
    let feed = shown
        .first_page
        .then(|| calendar_card(shown.feed.as_deref(), &shown.origin));
    let further = shown.more_comes.then(|| {
        view! {
            <nav class="pages" aria-label=say::COMING_PAGES_LABEL>
                <a class="button quiet" href="/sorties?voir=prevues">
                    {say::COMING_ALL}
                    <Icon path=NEXT/>
                </a>
            </nav>
        }
    });
    view! {
        <div class="head">
            <h1>{common::OUTINGS}</h1>
            {shown.may_copy.then(copy_button)}
            <a class="button primary" href="/sorties/prevoir">
                <Icon path=PLUS/>
                {common::PLAN_AN_OUTING}
            </a>
        </div>
        {done_note(&shown.done)}
        {shown.hint}
        {section(say::COMING_TITLE, shown.coming, today)}
        {further}
        {coming_is_empty.then(nothing_planned)}
        {year_card(&shown.year)}
        {years_nav(&shown.years, shown.asked_year)}
        {section(say::PAST_TITLE, shown.past, today)}
        {older}
        {feed}
    }
    .into_any()
}

/// Every year is one tap away.
fn years_nav(years: &RangeInclusive<i16>, asked: Option<i16>) -> Option<AnyView> {
    /// Years before these are reached page by page.
    const IN_SIGHT: usize = 8;
    // Without any outing the first year is none.
    if *years.start() == 0 || years.start() == years.end() {
        return None;
    }
    let links = years.clone().rev().take(IN_SIGHT).map(|year| {
        let href = format!("/sorties?annee={year}");
        (href, year, asked == Some(year))
    });
    Some(tabs(say::YEARS_LABEL, links))
}

fn nothing_planned() -> AnyView {
    view! {
        <div class="empty">
            <Icon path=CALENDAR/>
            <h2>{common::NO_OUTING_PLANNED}</h2>
            <p>{say::EMPTY_ABOUT}</p>
            <a class="button" href="/sorties/prevoir"><Icon path=PLUS/>{common::PLAN_AN_OUTING}</a>
        </div>
    }
    .into_any()
}

/// A year of outings as bars, each with the way to its page in the table behind.
fn year_card(year: &[(OutingId, Day, i64)]) -> Option<AnyView> {
    if year.len() < BARS_MIN {
        return None;
    }
    let mut month = 0;
    let bars = year.iter().map(|(id, day, syringes)| {
        let begins = day.0.month() != std::mem::replace(&mut month, day.0.month());
        Bar {
            label: domain::french::date(*day),
            mark: begins.then(|| domain::french::month_name(*day).to_owned()),
            value: *syringes,
            href: Some(format!("/sorties/{id}")),
        }
    });
    let chart = Chart {
        id: "annee",
        title: say::chart_title(&year.len()),
        heads: (common::OUTING, common::SYRINGES),
        bars: bars.collect(),
    };
    Some(
        view! {
            <section class="card">
                <h2>{say::YEAR_TITLE}</h2>
                <p class="soft">{say::YEAR_ABOUT}</p>
                {chart.standing()}
            </section>
        }
        .into_any(),
    )
}

fn done_note(done: &str) -> Option<AnyView> {
    let sentence = match done {
        "annulee" => say::DONE_CANCELLED,
        "calendrier" => say::DONE_CALENDAR_ADDRESS,
        _ => return None,
    };
    Some(note(Tone::Info, sentence))
}

/// Last week's hour, meeting point, places and crew, in one tap.
fn copy_button() -> AnyView {
    let id = OutingId(Uuid::now_v7()).to_string();
    view! {
        <form method="post" action="/sorties/copier">
            <input type="hidden" name="id" value=id/>
            <button><Icon path=REFRESH/>{say::COPY_LAST_WEEK}</button>
        </form>
    }
    .into_any()
}

/// Outings under the name of their month, as on a calendar.
fn section(title: &'static str, rows: Vec<Row>, today: Day) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let mut months: Vec<(String, Vec<AnyView>)> = Vec::new();
    for it in &rows {
        let month = month_title(it.outing.day, today);
        match months.last_mut() {
            Some((name, list)) if *name == month => list.push(row(it, today)),
            _ => months.push((month, vec![row(it, today)])),
        }
    }
    let months: Vec<_> = months
        .into_iter()
        .map(|(name, list)| view! { <h3>{name}</h3><ul class="rows">{list}</ul> })
        .collect();
    Some(
        view! {
            <section class="months">
                <h2>{title}</h2>
                {months}
            </section>
        }
        .into_any(),
    )
}

/// « Novembre », with its year when it is not this one.
fn month_title(day: Day, today: Day) -> String {
    let date = domain::french::date(day);
    let name = date.split(['\u{a0}', ' ']).nth(1).unwrap_or_default();
    let name = capital(name);
    if day.0.year() == today.0.year() {
        name
    } else {
        format!("{name}\u{a0}{}", day.0.year())
    }
}

/// The secret address of the feed, for the calendar of a phone or a desk.
pub fn calendar_card(feed: Option<&str>, origin: &str) -> AnyView {
    let content = match feed {
        None => view! {
            <p>{say::CALENDAR_ABOUT}</p>
            <form class="actions" method="post" action="/calendrier">
                <button name="geste" value="faire"><Icon path=CALENDAR/>{say::CALENDAR_MAKE}</button>
            </form>
        }
        .into_any(),
        Some(path) => {
            let address = format!("{origin}{path}");
            view! {
                <p>{say::CALENDAR_HOW}</p>
                <div class="field">
                    <label for="adresse">{say::LABEL_CALENDAR_ADDRESS}</label>
                    <input id="adresse" type="text" readonly value=address/>
                </div>
                <form class="actions" method="post" action="/calendrier">
                    <button class="quiet" name="geste" value="faire"><Icon path=REFRESH/>{say::CALENDAR_CHANGE}</button>
                    <button class="quiet" name="geste" value="retirer">{say::CALENDAR_WITHDRAW}</button>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <details class="card" id="calendrier">
            <summary>{say::CALENDAR_TITLE}</summary>
            {content}
        </details>
    }
    .into_any()
}

fn row(row: &Row, today: Day) -> AnyView {
    let outing = &row.outing;
    let href = format!("/sorties/{}", outing.id);
    let is_today = outing.day == today;
    let has_begun = matches!(outing.state, OutingState::Open | OutingState::Closed);
    let figures = has_begun.then(|| {
        let syringes = counted(row.syringes, count::SYRINGE, count::SYRINGES);
        let presences = took_part(outing, row.presences);
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

/// Presences; of an outing of the past, those whom its file counted: nobody is named there.
fn took_part(outing: &Outing, presences: usize) -> String {
    match outing.peers_counted {
        Some(n) => counted(n, say::PARTICIPANT_ONE, say::PARTICIPANT_MANY),
        None => counted(presences as i64, say::PRESENCE_ONE, say::PRESENCE_MANY),
    }
}

fn older_link(older: Option<OutingId>, first_page: bool) -> Option<AnyView> {
    if older.is_none() && first_page {
        return None;
    }
    let older = older.map(|id| {
        let href = format!("/sorties?avant={id}");
        view! {
            <a class="button quiet" href=href>
                {say::OLDER}
                <Icon path=NEXT/>
            </a>
        }
    });
    let newest = (!first_page).then(|| {
        view! { <a class="button quiet" href="/sorties">{say::BACK_TO_NEWEST}</a> }
    });
    Some(
        view! { <nav class="pages" aria-label=common::MORE_OF_THE_LIST>{newest}{older}</nav> }
            .into_any(),
    )
}
