//! What is printed for the pavement: the sheet of the crew, and the mission card. Neither names
//! anybody; the card names no place either.

use super::{meeting, title_of};
use crate::access::{Action, Caller};
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, capital, crumbs, listed, note, scrolling};
use crate::http::reading::{Path, Query};
use crate::outings::get;
use crate::outings::store::{self, Outing};
use crate::programmes;
use crate::sites::{self, CoordinatorSite};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::french::{counted, weekday_and_date};
use domain::outing::Equipment;
use domain::{Day, Nature, OutingId, Settings};
use leptos::prelude::*;
use serde::Deserialize;
use words::desk::common;
use words::desk::outings::print as say;

/// Mission cards on one sheet of paper.
const CARDS_PER_SHEET: usize = 4;

/// « oui » prints discreet places too: each time it is in the journal.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    discrets: String,
}

struct CrewSheet {
    settings: Settings,
    outing: Outing,
    sites: Vec<CoordinatorSite>,
    left_out: usize,
    today: Day,
}

/// `GET /sorties/{id}/feuille`
pub async fn sheet_for_crew(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = app.db.write().await?;
    let outing = get(&mut tx, &caller, id).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let order = store::site_ids(&mut tx, caller.programme, id).await?;
    let public = sites::store::public_sites_of(&mut tx, caller.programme, id).await?;
    let mut shown: Vec<CoordinatorSite> = public.into_iter().map(sites::from_public).collect();
    if asked.discrets == "oui" {
        let sealed = sites::store::discreet_sites_of(&mut tx, caller.programme, id).await?;
        let mut opened = sites::open(&mut tx, &app, &caller, Action::SitesPrinted, sealed).await?;
        shown.append(&mut opened);
    }
    shown.sort_by_key(|site| order.iter().position(|id| *id == site.id));
    tx.commit().await?;
    let sheet = CrewSheet {
        left_out: order.len().saturating_sub(shown.len()),
        today: local_day(&settings, app.now()),
        sites: shown,
        settings,
        outing,
    };
    let title = say::sheet_title(&weekday_and_date(sheet.outing.day));
    let frame = Frame::of(&app.assets, &caller, &sheet.settings, title, "/sorties");
    Ok(page(&frame, || crew_view(&sheet)).into_response())
}

fn crew_view(sheet: &CrewSheet) -> AnyView {
    let here = format!("/sorties/{}", sheet.outing.id);
    let rows: Vec<_> = sheet.sites.iter().enumerate().map(crew_row).collect();
    let blank: Vec<_> = (0..3).map(|_| blank_row()).collect();
    view! {
        {crumbs(here, common::THE_OUTING)}
        <article class="crew-sheet">
            <h1>{title_of(&sheet.outing, sheet.today)}</h1>
            {meeting(&sheet.outing).map(|text| view! { <p class="rendezvous">{say::SHEET_MEETING_PREFIX}" "{text}</p> })}
            {phone(&sheet.settings)}
            {left_out(sheet)}
            {scrolling(common::SITES, view! {
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{common::SITE}</th>
                            <th scope="col" class="write">{common::SYRINGES}</th>
                            <th scope="col" class="write">{say::SHEET_HEAD_OTHERS}</th>
                            <th scope="col" class="tick">{say::SHEET_HEAD_DONE}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}{blank}</tbody>
                </table>
            })}
            {equipment(&sheet.settings)}
            <p class="rules">{say::SHEET_RULES}</p>
        </article>
        {how_to_print(say::SHEET_HOW_TO_PRINT)}
    }
    .into_any()
}

fn crew_row((rank, site): (usize, &CoordinatorSite)) -> AnyView {
    let discreet = (site.nature == Nature::Discreet).then_some(common::DISCREET_SITE);
    let title = site.title.clone();
    view! {
        <tr>
            <th scope="row">
                <b>{rank + 1}". "{title}</b>
                {discreet.map(|text| view! { <small class="line">{text}</small> })}
            </th>
            <td class="write"></td>
            <td class="write"></td>
            <td class="tick"><span class="box"></span></td>
        </tr>
    }
    .into_any()
}

/// Room for « ici ».
fn blank_row() -> AnyView {
    view! {
        <tr>
            <th scope="row">{say::SHEET_HERE_PREFIX}" "</th>
            <td class="write"></td>
            <td class="write"></td>
            <td class="tick"><span class="box"></span></td>
        </tr>
    }
    .into_any()
}

fn left_out(sheet: &CrewSheet) -> Option<AnyView> {
    if sheet.left_out == 0 {
        return None;
    }
    let words = counted(sheet.left_out as i64, say::LEFT_OUT_ONE, say::LEFT_OUT_MANY);
    let href = format!("/sorties/{}/feuille?discrets=oui", sheet.outing.id);
    let told = note(
        Tone::Info,
        view! {
            {words}" "{say::LEFT_OUT_ABOUT}" "<a href=href>{say::LEFT_OUT_PRINT}</a>" "{say::LEFT_OUT_LOGGED}
        },
    );
    Some(view! { <div class="on-screen">{told}</div> }.into_any())
}

fn phone(settings: &Settings) -> Option<AnyView> {
    let number = settings.help.coordinator_phone.clone()?;
    Some(
        view! { <p class="rendezvous">{say::PHONE_PREFIX}" "<b class="whole">{number}</b></p> }
            .into_any(),
    )
}

fn equipment(settings: &Settings) -> AnyView {
    let rule = &settings.green_light.equipment;
    let items: Vec<_> = Equipment::ALL
        .iter()
        .filter(|it| rule.iter().any(|code| code == it.code()))
        .map(|it| view! { <li><span class="box"></span>{capital(it.label())}</li> })
        .collect();
    view! { <ul class="to-tick">{items}</ul> }.into_any()
}

fn how_to_print(words: &'static str) -> AnyView {
    view! { <p class="soft on-screen">{words}" "{say::HOW_TO_PRINT}</p> }.into_any()
}

/// `GET /sorties/{id}/carte-mission`
pub async fn mission_card(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OutingId>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let outing = get(&mut tx, &caller, id).await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let title = say::mission_title_of_day(&weekday_and_date(outing.day));
    let frame = Frame::of(&app.assets, &caller, &settings, title, "/sorties");
    Ok(page(&frame, || cards(&settings, &outing)).into_response())
}

fn cards(settings: &Settings, outing: &Outing) -> AnyView {
    let here = format!("/sorties/{}", outing.id);
    let all: Vec<_> = (0..CARDS_PER_SHEET)
        .map(|rank| card(settings, outing.day, rank))
        .collect();
    view! {
        {crumbs(here, common::THE_OUTING)}
        <h1 class="on-screen">{say::MISSION_TITLE}</h1>
        {how_to_print(say::MISSION_HOW_TO_PRINT)}
        <div class="cards">{all}</div>
    }
    .into_any()
}

/// Date, bodies, text of law, phone. The same card for everybody: it says nothing of who holds it.
fn card(settings: &Settings, day: Day, rank: usize) -> AnyView {
    let mut bodies = vec![capital(&settings.association.the())];
    bodies.extend(settings.city.as_ref().map(|it| it.the()));
    let date = capital(&weekday_and_date(day));
    let year = day.0.year();
    let number = settings.help.coordinator_phone.clone();
    let hidden = (rank > 0).then_some("true");
    let copy = if rank > 0 { "mission copy" } else { "mission" };
    view! {
        <article class=copy aria-hidden=hidden>
            <p class="what">{capital(&settings.peer_word)}</p>
            <p class="when">{date}" "{year}</p>
            <p>{say::MISSION_TEXT}" "{listed(&bodies)}"."</p>
            <p class="law">{say::MISSION_LAW}</p>
            {number.map(|text| view! { <p class="call">{say::MISSION_RESPONSIBLE}" "<b class="whole">{text}</b></p> })}
        </article>
    }
    .into_any()
}
