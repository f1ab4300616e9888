//! `/lieux/{id}`: where it stands, what happened there, and how to change it.

use super::map::{mark, town_card};
use super::new::agent_words;
use super::point::one_site;
use super::{about, choice, state_tag};
use crate::access::{Caller, Role};
use crate::app::{App, local_day};
use crate::db::Tx;
use crate::flags;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, crumbs, in_text_area, note, scrolling};
use crate::http::reading::{Path, Query};
use crate::outings::simple::item_words;
use crate::programmes;
use crate::sites::history::{self, History, Visit};
use crate::sites::store;
use crate::sites::{CoordinatorSite, quarters};
use app::ui::Icon;
use app::ui::pictograms::{FLAG, PIN};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::fact::{AgentAccess, Item};
use domain::french::{counted, date};
use domain::place::Pictogram;
use domain::{FactId, Instant, Nature, Settings, SiteId};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;
use words::desk::common;
use words::desk::common::count;
use words::desk::sites::site as say;

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// Why a form of this page was refused, and what was typed.
#[derive(Clone, Debug, Default)]
pub struct Wrong {
    /// In words.
    pub sentence: String,
    /// The title as it was typed.
    pub title: String,
    /// The note as it was typed.
    pub note: String,
}

/// One site, as its page shows it.
struct Sheet {
    settings: Settings,
    site: CoordinatorSite,
    history: History,
    quarter: Option<String>,
    is_coordinator: bool,
    /// Pictures of flags, of a public site only: when it was seen, and the picture.
    photos: Vec<(Instant, FactId)>,
    /// Since when it is over.
    closed_at: Option<Instant>,
    wrong: Option<Wrong>,
}

/// `GET /lieux/{id}`
pub async fn detail(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SiteId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    site_page(&app, &caller, id, &done.fait, None).await
}

/// The page of a site, after a form or before it.
pub async fn site_page(
    app: &App,
    caller: &Caller,
    id: SiteId,
    done: &str,
    wrong: Option<Wrong>,
) -> Result<Response, Problem> {
    let programme = caller.programme;
    let is_coordinator = caller.role() == Role::Coordinator;
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, programme).await?;
    // A duplicate is read where it joined.
    let id = store::root(&mut tx, programme, id).await?.unwrap_or(id);
    let site = one_site(&mut tx, app, caller, id).await?;
    let history = history::of(&mut tx, caller, id).await?;
    let names = quarters::store::names(&mut tx, programme).await?;
    let quarter = site.about.quarter.as_ref();
    let quarter = quarter.and_then(|it| names.get(it).cloned());
    let photos = photos(&mut tx, caller, &site).await?;
    let closed_at = store::closed_at(&mut tx, programme, id).await?;
    tx.commit().await?;
    let sheet = Sheet {
        settings: settings.clone(),
        site,
        history,
        quarter,
        is_coordinator,
        photos,
        closed_at,
        wrong,
    };
    let title = sheet.site.title.clone();
    let mut frame = Frame::of(&app.assets, caller, &settings, title, "/lieux");
    frame.with_map = true;
    Ok(page(&frame, || view(&sheet, done)).into_response())
}

/// The pictures of a public site's flags, with the day each was flagged.
async fn photos(
    tx: &mut Tx,
    caller: &Caller,
    site: &CoordinatorSite,
) -> Result<Vec<(Instant, FactId)>, Problem> {
    if site.nature == Nature::Discreet {
        return Ok(Vec::new());
    }
    let photos = flags::store::photos(tx, caller.programme, site.id).await?;
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    let sightings = flags::store::sightings(tx, caller.programme).await?;
    let seen_at = |flag: FactId| sightings.iter().find(|it| it.id == flag.0).map(|it| it.at);
    let dated = photos.into_iter().filter_map(|(flag, photo)| {
        let at = Instant::from_ms(seen_at(flag)?);
        Some((at, photo))
    });
    let mut dated: Vec<_> = dated.collect();
    dated.sort_by_key(|it| std::cmp::Reverse(it.0));
    Ok(dated)
}

fn view(sheet: &Sheet, done: &str) -> AnyView {
    let site = &sheet.site;
    let place = sheet
        .quarter
        .clone()
        .unwrap_or_else(|| sheet.settings.town.clone());
    let words = [Some(place), Some(about(site)).filter(|it| !it.is_empty())];
    let words: Vec<String> = words.into_iter().flatten().collect();
    view! {
        {crumbs("/lieux".into(), common::SITES)}
        <div class="head">
            <div>
                <p class="tags">{state_tag(site.state)}</p>
                <h1>{site.title.clone()}</h1>
                <p class="soft">{words.join(" · ")}</p>
            </div>
        </div>
        {done_note(done)}
        {refusal(site)}
        {sheet.closed_at.map(|at| over(sheet, at))}
        <div class="two one-place">
            <div class="col">
                {site.note.clone().map(|text| view! {
                    <section class="card"><h2>{say::NOTE_TITLE}</h2><p class="said">{text}</p></section>
                })}
                {past(sheet)}
                {seen(sheet)}
                {pictures(sheet)}
            </div>
            <div class="col">
                {town_card(&json!([mark(site)]), say::MAP_LABEL)}
                {ways(sheet)}
                {change_card(sheet)}
                {(site.nature == Nature::Discreet && sheet.closed_at.is_none()).then(|| close_card(sheet))}
            </div>
        </div>
    }
    .into_any()
}

/// What is over, until when it can be said otherwise.
fn over(sheet: &Sheet, at: Instant) -> AnyView {
    let days = sheet.settings.terms.closed_site_days;
    let day = local_day(&sheet.settings, at);
    let end = date(day.plus_days(i32::try_from(days).unwrap_or(i32::MAX)));
    let words = say::closed(&date(day), &end);
    let action = format!("/lieux/{}/fermer", sheet.site.id);
    note(
        Tone::Wait,
        view! {
            <p>{words}</p>
            <form method="post" action=action>
                <button name="geste" value="rouvrir">{say::REOPEN}</button>
            </form>
        },
    )
}

fn close_card(sheet: &Sheet) -> AnyView {
    let days = sheet.settings.terms.closed_site_days;
    let action = format!("/lieux/{}/fermer", sheet.site.id);
    let words = say::close_intro(&days);
    view! {
        <details class="card">
            <summary>{say::CLOSE_TITLE}</summary>
            <p>{words}</p>
            <form method="post" action=action>
                <button class="danger" name="geste" value="fermer">{say::CLOSE}</button>
            </form>
        </details>
    }
    .into_any()
}

fn done_note(done: &str) -> Option<AnyView> {
    let sentence = match done {
        "ajoute" => say::DONE_ADDED,
        "change" => say::DONE_CHANGED,
        "rouvert" => say::DONE_REOPENED,
        "deplace" => say::DONE_MOVED,
        "discret" => say::DONE_DISCREET,
        "reuni" => say::DONE_MERGED,
        _ => return None,
    };
    Some(note(Tone::Ok, sentence))
}

fn refusal(site: &CoordinatorSite) -> Option<AnyView> {
    let refused = site.residents_agree == Some(false);
    refused.then(|| note(Tone::Wait, say::RESIDENTS_REFUSED))
}

fn day(sheet: &Sheet, at: Instant) -> String {
    date(local_day(&sheet.settings, at))
}

/// Outings that are shown at once; the older ones are one touch away.
const VISITS_SHOWN: usize = 8;

fn past(sheet: &Sheet) -> AnyView {
    let visits = &sheet.history.outings;
    if visits.is_empty() && sheet.history.city_pickups.is_empty() {
        return view! {
            <section class="card">
                <h2>{say::VISITS_TITLE}</h2>
                <p class="soft">{say::VISITS_EMPTY}</p>
            </section>
        }
        .into_any();
    }
    let (latest, older) = visits.split_at(visits.len().min(VISITS_SHOWN));
    let older = (!older.is_empty()).then(|| {
        let n = i64::try_from(older.len()).unwrap_or(i64::MAX);
        let words = counted(n, say::OLDER_ONE, say::OLDER_MANY);
        view! { <details><summary>{words}</summary>{visit_table(sheet, older)}</details> }
    });
    let own: Vec<_> = sheet
        .history
        .city_pickups
        .iter()
        .map(|it| {
            let what = item_words(Item::Syringe, it.count);
            view! { <li>{day(sheet, it.at)}" · "{what}{say::CITY_PICKUP_END}</li> }
        })
        .collect();
    let own = (!own.is_empty()).then(|| view! { <h3>{say::CITY_PICKUPS_TITLE}</h3><ul>{own}</ul> });
    let joined = i64::try_from(sheet.history.merged.len()).unwrap_or(i64::MAX);
    let joined = (joined > 0).then(|| {
        let words = counted(joined, say::JOINED_ONE, say::JOINED_MANY);
        view! { <p class="soft">{say::JOINED}" "{words}</p> }
    });
    view! {
        <section class="card">
            <h2>{say::VISITS_TITLE}</h2>
            {in_all(visits)}
            {visit_table(sheet, latest)}
            {older}
            {own}
            {joined}
        </section>
    }
    .into_any()
}

/// « 812 ramassées en 38 sorties, dont 40 estimées. »
fn in_all(visits: &[Visit]) -> Option<AnyView> {
    let total: i64 = visits.iter().map(|it| it.counted + it.estimated).sum();
    let estimated: i64 = visits.iter().map(|it| it.estimated).sum();
    let outings = i64::try_from(visits.len()).unwrap_or(i64::MAX);
    let outings = counted(outings, count::OUTING, count::OUTINGS);
    let estimated = (estimated > 0).then(|| {
        let n = domain::french::number(estimated);
        say::total_estimated(&n)
    });
    (!visits.is_empty()).then(|| {
        let total = counted(total, say::TOTAL_ONE, say::TOTAL_MANY);
        view! { <p class="soft">{total}" "{say::TOTAL_IN}" "{outings}{estimated}"."</p> }.into_any()
    })
}

fn visit_table(sheet: &Sheet, visits: &[Visit]) -> Option<AnyView> {
    let rows: Vec<_> = visits.iter().map(|it| visit_row(sheet, it)).collect();
    (!rows.is_empty()).then(|| {
        scrolling(
            say::VISITS_TITLE,
            view! {
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{common::OUTING}</th>
                            <th scope="col" class="n">{say::COLUMN_COUNTED}</th>
                            <th scope="col" class="n">{say::COLUMN_ESTIMATED}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            },
        )
    })
}

fn visit_row(sheet: &Sheet, visit: &Visit) -> AnyView {
    let day = visit
        .day
        .parse()
        // On the smallest phones a date takes two lines.
        .map(|day| date(day).replace('\u{a0}', " "))
        .unwrap_or_else(|_| visit.day.clone());
    let name = match sheet.is_coordinator {
        true => {
            let href = format!("/sorties/{}", visit.outing);
            view! { <a href=href>{day}</a> }.into_any()
        }
        false => day.into_any(),
    };
    // Nothing is a dash: the numbers stand out.
    let figure = |n: i64| match n {
        0 => "–".to_owned(),
        n => domain::french::number(n),
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="n">{figure(visit.counted)}</td>
            <td class="n">{figure(visit.estimated)}</td>
        </tr>
    }
    .into_any()
}

fn seen(sheet: &Sheet) -> Option<AnyView> {
    let all = &sheet.history.sightings;
    let rows: Vec<_> = all
        .iter()
        .map(|it| {
            let count = it
                .count
                .map(|n| say::seen_about(&domain::french::number(n)));
            let urgent = (it.urgency == "urgent").then(|| say::SEEN_URGENT.to_owned());
            let children = it.near_children.then(|| say::SEEN_NEAR_CHILDREN.to_owned());
            let words: Vec<String> = [count, urgent, children].into_iter().flatten().collect();
            let words = (!words.is_empty()).then(|| format!(" · {}", words.join(", ")));
            view! { <li>{day(sheet, it.at)}{words}</li> }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{say::SEEN_TITLE}</h2>
                <ul>{rows}</ul>
            </section>
        }
        .into_any()
    })
}

/// What an agent saw, in pictures.
fn pictures(sheet: &Sheet) -> Option<AnyView> {
    let all: Vec<_> = sheet
        .photos
        .iter()
        .map(|(at, id)| {
            let day = day(sheet, *at);
            let src = format!("/api/v1/photos/{id}");
            let (href, alt) = (src.clone(), say::picture_alt(&day));
            view! {
                <li>
                    <a class="picture" href=href>
                        <img src=src alt=alt loading="lazy"/>
                    </a>
                    <small class="soft">{say::PICTURE_DAY}" "{day}</small>
                </li>
            }
        })
        .collect();
    (!all.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{say::PICTURES_TITLE}</h2>
                <ul class="pictures">{all}</ul>
            </section>
        }
        .into_any()
    })
}

/// What else can be done with a site, each on a page of its own.
fn ways(sheet: &Sheet) -> AnyView {
    let id = sheet.site.id;
    let (to_move, to_merge, flags) = (
        format!("/lieux/{id}/deplacer"),
        format!("/lieux/{id}/reunir"),
        format!("/signalements/{id}"),
    );
    let is_flagged = sheet.site.nature == Nature::Public && !sheet.history.sightings.is_empty();
    view! {
        <p class="actions place-ways">
            <a class="button" href=to_move><Icon path=PIN/>{say::WAY_MOVE}</a>
            {is_flagged.then(|| view! {
                <a class="button" href=flags><Icon path=FLAG/>{say::WAY_FLAGS}</a>
            })}
            {sheet.is_coordinator.then(|| view! {
                <a class="button" href=to_merge>{say::WAY_MERGE}</a>
            })}
        </p>
    }
    .into_any()
}

fn change_card(sheet: &Sheet) -> AnyView {
    let (site, wrong) = (&sheet.site, sheet.wrong.clone());
    let action = format!("/lieux/{}", site.id);
    let (title, note_text) = match &wrong {
        Some(it) => (it.title.clone(), it.note.clone()),
        None => (site.title.clone(), site.note.clone().unwrap_or_default()),
    };
    let error = wrong.map(|it| note(Tone::Alarm, it.sentence));
    let mut pictures = vec![(String::new(), say::NO_PICTURE.to_owned())];
    pictures.extend(
        Pictogram::ALL
            .iter()
            .map(|it| (it.code().to_owned(), it.label().to_owned())),
    );
    let picture = site
        .about
        .pictogram
        .map(Pictogram::code)
        .unwrap_or_default();
    let words = match sheet.is_coordinator {
        true => say::LABEL_NOTE,
        false => say::LABEL_NOTE_CITY,
    };
    view! {
        <section class="card" id="changer">
            <h2>{say::CHANGE_TITLE}</h2>
            {error}
            <form class="form" method="post" action=action>
                <input type="hidden" name="version" value=site.about.version.to_string()/>
                <div class="field">
                    <label for="title">{common::SITE_NAME}</label>
                    <input id="title" name="title" value=title autocomplete="off" maxlength="120"/>
                </div>
                <div class="field">
                    <label for="note">{words}</label>
                    <textarea id="note" name="note" rows="3" maxlength="2000" inner_html=in_text_area(&note_text)></textarea>
                </div>
                {choice("pictogram".into(), "pictogram", say::LABEL_PICTURE, pictures, picture)}
                {sheet.is_coordinator.then(|| discretion(site))}
                <button class="primary">{say::KEEP}</button>
            </form>
        </section>
    }
    .into_any()
}

/// What was agreed about the agent: the green light obeys it.
fn agent_choice(site: &CoordinatorSite) -> AnyView {
    let known = AgentAccess::ALL.iter();
    let known = known.map(|it| (it.code().to_owned(), agent_words(*it).to_owned()));
    let options = std::iter::once((String::new(), say::AGENT_NOT_AGREED.to_owned())).chain(known);
    let chosen = site.about.agent.map_or("", AgentAccess::code);
    choice(
        "agent".into(),
        "agent",
        say::LABEL_AGENT,
        options.collect(),
        chosen,
    )
}

/// The residents' word for a discreet site; for a public one, the way to make it discreet.
fn discretion(site: &CoordinatorSite) -> AnyView {
    if site.nature == Nature::Discreet {
        let options = [
            ("", say::RESIDENTS_NOT_ASKED),
            ("oui", say::RESIDENTS_YES),
            ("non", say::RESIDENTS_NO),
        ];
        let options = options.map(|(code, words)| (code.to_owned(), words.to_owned()));
        let chosen = match site.residents_agree {
            None => "",
            Some(true) => "oui",
            Some(false) => "non",
        };
        let label = say::LABEL_RESIDENTS;
        let residents = choice(
            "residents".into(),
            "residents",
            label,
            options.to_vec(),
            chosen,
        );
        return view! { {residents} {agent_choice(site)} }.into_any();
    }
    view! {
        <label class="choice">
            <input type="checkbox" name="discret" value="oui"/>
            <span>{say::MAKE_DISCREET}</span>
        </label>
    }
    .into_any()
}
