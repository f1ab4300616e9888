//! `GET /journal`: who did what, in sentences, the newest first, a day under its title.

use super::{About, Body, Entry, Wanted, month_words, months, people, read};
use crate::access::Caller;
use crate::app::{App, local_day, local_hour, start_of_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{capital, day_title, unbroken};
use crate::http::reading::Query;
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{BACK, DOWNLOAD, INFO, NEXT};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Day, Instant, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;
use words::desk::access::journal::book as say;
use words::desk::common;

/// Rows on a page.
const ROWS: usize = 50;

/// What is asked for. A value that nobody knows filters nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    mois: String,
    #[serde(default)]
    jour: String,
    #[serde(default)]
    genre: String,
    #[serde(default)]
    qui: String,
    #[serde(default)]
    avant: String,
}

impl Asked {
    /// The address of this with one value changed; the page begins anew.
    fn with(&self, name: &str, value: &str) -> String {
        let keep = |key: &'static str, mine: &str| {
            let value = if key == name { value } else { mine };
            // A day is of a month: whoever chooses a month leaves the day.
            let is_left = key == "jour" && name == "mois";
            (!value.is_empty() && !is_left).then(|| format!("{key}={value}"))
        };
        let parts: Vec<String> = [
            keep("mois", &self.mois),
            keep("jour", &self.jour),
            keep("genre", &self.genre),
            keep("qui", &self.qui),
            keep("avant", ""),
        ]
        .into_iter()
        .flatten()
        .collect();
        match parts.as_slice() {
            [] => "/journal".into(),
            parts => format!("/journal?{}", parts.join("&")),
        }
    }

    fn wanted(&self, settings: &Settings) -> Wanted {
        let of_day = |day: Day| {
            (
                start_of_day(settings, day),
                start_of_day(settings, day.plus_days(1)),
            )
        };
        let day = self.jour.parse().ok().map(of_day);
        let bounds = day.or_else(|| bounds_of_month(settings, &self.mois));
        let before = self
            .avant
            .split_once('.')
            .and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.parse::<Uuid>().ok()?)));
        Wanted {
            from: bounds.map(|it| it.0),
            to: bounds.map(|it| it.1),
            about: About::parse(&self.genre),
            who: self.qui.parse().ok(),
            before,
        }
    }
}

/// The first moment of a month, and of the next one, where the programme is.
pub fn bounds_of_month(settings: &Settings, month: &str) -> Option<(Instant, Instant)> {
    let first: Day = format!("{month}-01").parse().ok()?;
    let later = first.plus_days(31);
    let next = later.plus_days(1 - i32::from(later.0.day()));
    Some((start_of_day(settings, first), start_of_day(settings, next)))
}

struct Sheet {
    settings: Settings,
    asked: Asked,
    body: Body,
    today: Day,
    entries: Vec<Entry>,
    older: Option<String>,
    months: Vec<String>,
    people: Vec<(Uuid, String)>,
}

/// `GET /journal`
pub async fn journal(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (programme, body) = (caller.programme, Body::of(caller.role()));
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    let wanted = asked.wanted(&settings);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let mut entries = read(&mut tx, programme, body, &wanted, limit).await?;
    let months = months(&mut tx, &app, programme, &settings).await?;
    let people = people(&mut tx, programme, body, Instant::from_ms(i64::MIN)).await?;
    drop(tx);
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let last = entries.last().filter(|_| more);
    let older = last.map(|it| {
        let here = asked.with("avant", "");
        let mark = if here.contains('?') { '&' } else { '?' };
        format!("{here}{mark}avant={}.{}", it.at.as_ms(), it.id)
    });
    let today = local_day(&settings, app.now());
    let sheet = Sheet {
        settings: settings.clone(),
        asked,
        body,
        today,
        entries,
        older,
        months,
        people,
    };
    let frame = Frame::of(&app.assets, &caller, &settings, common::JOURNAL, "/journal");
    Ok(page(&frame, || view(&sheet)).into_response())
}

fn view(it: &Sheet) -> AnyView {
    let month = it.asked.mois.clone();
    let file = match month.as_str() {
        "" => "/api/v1/journal.csv".to_owned(),
        month => format!("/api/v1/journal.csv?month={month}"),
    };
    let kept = it.settings.terms.journal_months;
    view! {
        <div class="head">
            <div>
                <h1>{common::JOURNAL}</h1>
                <p class="soft">{whose(it)}</p>
            </div>
            <a class="button" href=file download=true>
                <Icon path=DOWNLOAD/>
                {say::DOWNLOAD_MONTH}
            </a>
        </div>
        {filters(it)}
        {days(it)}
        {turning(it)}
        <p class="soft">{say::KEPT_BEFORE_MONTHS}" "{kept}" "{say::KEPT_AFTER_MONTHS}</p>
    }
    .into_any()
}

/// Whose part this is, said plainly.
fn whose(it: &Sheet) -> String {
    let body = match it.body {
        Body::Association => Some(&it.settings.association),
        Body::City => it.settings.city.as_ref(),
        Body::Payer => Some(&it.settings.payer),
    };
    let of = body.map_or_else(|| say::WHOSE_YOUR_SERVICE.into(), |it| it.of_the());
    let more = match it.body {
        Body::Association => say::WHOSE_AND_PEERS,
        _ => "",
    };
    say::intro(&of, &more)
}

fn filters(it: &Sheet) -> AnyView {
    let asked = &it.asked;
    let link = |name: &str, value: &str, label: String, chosen: bool| {
        let href = asked.with(name, value);
        let current = chosen.then_some("true");
        view! { <a href=href aria-current=current>{label}</a> }.into_any()
    };
    let months: Vec<_> = it
        .months
        .iter()
        .filter_map(|month| {
            let label = capital(&month_words(month)?);
            Some(link("mois", month, label, *month == asked.mois))
        })
        .collect();
    let kinds: Vec<_> = About::ALL
        .iter()
        .map(|kind| {
            let is_chosen = kind.code() == asked.genre;
            link("genre", kind.code(), kind.label().into(), is_chosen)
        })
        .collect();
    let people: Vec<_> = it
        .people
        .iter()
        .map(|(id, name)| {
            let id = id.to_string();
            link("qui", &id, name.clone(), id == asked.qui)
        })
        .collect();
    let day = asked.jour.parse::<Day>().ok().map(|day| {
        let label = say::filter_day_remove(&day_title(day, it.today));
        view! { <p class="links">{link("jour", "", label, true)}</p> }
    });
    let parts = [&asked.mois, &asked.jour, &asked.genre, &asked.qui];
    let is_chosen = parts.iter().any(|it| !it.is_empty());
    view! {
        <details class="card" open=is_chosen>
            <summary>{say::FILTERS_TITLE}</summary>
            <div class="chooser">
            {one_filter(common::MONTH, link("mois", "", common::ALL_MASCULINE.into(), asked.mois.is_empty() && asked.jour.is_empty()), months)}
            {day}
            {one_filter(say::FILTER_KIND, link("genre", "", say::FILTER_KIND_ALL.into(), asked.genre.is_empty()), kinds)}
            {(!people.is_empty()).then(|| one_filter(common::WHO, link("qui", "", common::EVERYBODY.into(), asked.qui.is_empty()), people))}
            </div>
        </details>
    }
    .into_any()
}

fn one_filter(title: &'static str, all: AnyView, links: Vec<AnyView>) -> AnyView {
    view! {
        <div>
            <h2>{title}</h2>
            <p class="links">{all}{links}</p>
        </div>
    }
    .into_any()
}

fn days(it: &Sheet) -> AnyView {
    if it.entries.is_empty() {
        return view! {
            <div class="empty">
                <Icon path=INFO/>
                <p>{say::EMPTY}</p>
            </div>
        }
        .into_any();
    }
    let mut by_day: Vec<(Day, Vec<&Entry>)> = Vec::new();
    for entry in &it.entries {
        let day = local_day(&it.settings, entry.at);
        match by_day.last_mut() {
            Some((last, entries)) if *last == day => entries.push(entry),
            _ => by_day.push((day, vec![entry])),
        }
    }
    let days: Vec<_> = by_day
        .into_iter()
        .map(|(day, entries)| one_day(it, day, &entries))
        .collect();
    view! { <section class="card journal">{days}</section> }.into_any()
}

fn one_day(it: &Sheet, day: Day, entries: &[&Entry]) -> AnyView {
    let rows: Vec<_> = entries.iter().map(|entry| row(it, entry)).collect();
    let href = it.asked.with("jour", &day.to_string());
    view! {
        <h2><a href=href>{day_title(day, it.today)}</a></h2>
        <ul>{rows}</ul>
    }
    .into_any()
}

fn row(it: &Sheet, entry: &Entry) -> AnyView {
    let hour = local_hour(&it.settings, entry.at);
    let end = if entry.to.is_empty() { "." } else { "\u{a0}: " };
    let sentence = format!("{} {}{end}", entry.who, entry.what);
    let to = (!entry.to.is_empty()).then(|| view! { <b>{unbroken(&entry.to)}</b> });
    view! {
        <li>
            <span class="num soft">{hour}</span>
            <span>{sentence}{to}</span>
        </li>
    }
    .into_any()
}

fn turning(it: &Sheet) -> Option<AnyView> {
    let newest = (!it.asked.avant.is_empty()).then(|| {
        let href = it.asked.with("avant", "");
        view! { <a class="button quiet" href=href><Icon path=BACK/>{say::NEWER}</a> }
    });
    let older = it.older.clone().map(|href| {
        view! { <a class="button quiet" href=href>{say::OLDER}<Icon path=NEXT/></a> }
    });
    (newest.is_some() || older.is_some()).then(|| {
        view! { <nav class="pages" aria-label=say::TURNING_LABEL>{newest}{older}</nav> }.into_any()
    })
}
