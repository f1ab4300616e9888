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
    let title = format!("Feuille du {}", weekday_and_date(sheet.outing.day));
    let frame = Frame::of(&app.assets, &caller, &sheet.settings, title, "/sorties");
    Ok(page(&frame, || crew_view(&sheet)).into_response())
}

fn crew_view(sheet: &CrewSheet) -> AnyView {
    let here = format!("/sorties/{}", sheet.outing.id);
    let rows: Vec<_> = sheet.sites.iter().enumerate().map(crew_row).collect();
    let blank: Vec<_> = (0..3).map(|_| blank_row()).collect();
    view! {
        {crumbs(here, "La sortie")}
        <article class="crew-sheet">
            <h1>{title_of(&sheet.outing, sheet.today)}</h1>
            {meeting(&sheet.outing).map(|text| view! { <p class="rendezvous">"Rendez-vous "{text}</p> })}
            {phone(&sheet.settings)}
            {left_out(sheet)}
            {scrolling("Lieux", view! {
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Lieu"</th>
                            <th scope="col" class="write">"Seringues"</th>
                            <th scope="col" class="write">"Autres"</th>
                            <th scope="col" class="tick">"Fait"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}{blank}</tbody>
                </table>
            })}
            {equipment(&sheet.settings)}
            <p class="rules">"On ne rebouche jamais. On prend avec la pince, la pointe en avant. La boîte est posée par terre, près de la seringue. On ne remplit pas au-dessus du trait. Piqué·e\u{a0}: on arrête, on lave, on appelle."</p>
        </article>
        {how_to_print("Imprimez sur une feuille A4. La feuille ne porte aucun nom de personne.")}
    }
    .into_any()
}

fn crew_row((rank, site): (usize, &CoordinatorSite)) -> AnyView {
    let discreet = (site.nature == Nature::Discreet).then_some("lieu discret");
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
            <th scope="row">"Ici\u{a0}: "</th>
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
    let words = counted(
        sheet.left_out as i64,
        "lieu discret n’est pas sur cette feuille.",
        "lieux discrets ne sont pas sur cette feuille.",
    );
    let href = format!("/sorties/{}/feuille?discrets=oui", sheet.outing.id);
    let told = note(
        Tone::Info,
        view! {
            {words}" Une feuille se perd. "<a href=href>"Les imprimer quand même"</a>" (c’est noté au journal)."
        },
    );
    Some(view! { <div class="on-screen">{told}</div> }.into_any())
}

fn phone(settings: &Settings) -> Option<AnyView> {
    let number = settings.help.coordinator_phone.clone()?;
    Some(
        view! { <p class="rendezvous">"En cas de souci\u{a0}: "<b class="whole">{number}</b></p> }
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
    view! { <p class="soft on-screen">{words}" Dans le navigateur\u{a0}: Imprimer."</p> }.into_any()
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
    let title = format!("Carte de mission du {}", weekday_and_date(outing.day));
    let frame = Frame::of(&app.assets, &caller, &settings, title, "/sorties");
    Ok(page(&frame, || cards(&settings, &outing)).into_response())
}

fn cards(settings: &Settings, outing: &Outing) -> AnyView {
    let here = format!("/sorties/{}", outing.id);
    let all: Vec<_> = (0..CARDS_PER_SHEET)
        .map(|rank| card(settings, outing.day, rank))
        .collect();
    view! {
        {crumbs(here, "La sortie")}
        <h1 class="on-screen">"Carte de mission"</h1>
        {how_to_print("Quatre cartes par feuille A4, à découper. Sans nom et sans lieu\u{a0}: la police reconnaît l’action, personne d’autre n’apprend rien.")}
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
            <p>"La personne qui porte cette carte participe aujourd’hui à une action de prévention et de ramassage de matériel usagé, organisée par "{listed(&bodies)}"."</p>
            <p class="law">"Réduction des risques\u{a0}: code de la santé publique, articles L. 3411-8 et R. 3121-33-1, annexe 31-2. Les personnes qui prennent part à ces actions sont protégées. Les forces de l’ordre sont invitées à faciliter leur intervention."</p>
            {number.map(|text| view! { <p class="call">"Responsable\u{a0}: "<b class="whole">{text}</b></p> })}
        </article>
    }
    .into_any()
}
