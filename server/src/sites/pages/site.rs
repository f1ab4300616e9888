//! `/lieux/{id}`: where it stands, what happened there, and how to change it.

use super::{about, asked_sites, choice, state_tag};
use crate::access::{Caller, Role};
use crate::app::{App, local_day};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Tone, crumbs, note};
use crate::http::reading::{Path, Query};
use crate::outings::simple::item_words;
use crate::sites::history::{self, History, Visit};
use crate::sites::store;
use crate::sites::{CoordinatorSite, from_public, one_for_coordinator};
use crate::{programmes, sites};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::fact::Item;
use domain::french::{counted, date};
use domain::place::Pictogram;
use domain::{Instant, Nature, Settings, SiteId};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;

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
    /// Sites this one may be merged into, by title.
    others: Vec<(SiteId, String)>,
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
    let site = match is_coordinator {
        true => one_for_coordinator(&mut tx, app, caller, id).await?,
        false => {
            let found = store::public_site(&mut tx, programme, id).await?;
            from_public(found.ok_or_else(Problem::not_found)?)
        }
    };
    let history = history::of(&mut tx, caller, id).await?;
    let names = sites::quarters::store::names(&mut tx, programme).await?;
    let quarter = site
        .about
        .quarter
        .as_ref()
        .and_then(|it| names.get(it).cloned());
    let others = match is_coordinator {
        true => asked_sites(&mut tx, app, caller, &super::Asked::default()).await?,
        false => Vec::new(),
    };
    tx.commit().await?;
    // What is discreet never joins what the city sees.
    let may_join = |it: &CoordinatorSite| {
        it.id != id && (site.nature, it.nature) != (Nature::Discreet, Nature::Public)
    };
    let others = others
        .into_iter()
        .filter(|it| may_join(it))
        .map(|it| (it.id, it.title))
        .collect();
    let sheet = Sheet {
        settings: settings.clone(),
        site,
        history,
        quarter,
        is_coordinator,
        others,
        wrong,
    };
    let title = sheet.site.title.clone();
    let mut frame = Frame::of(&app.assets, caller, &settings, title, "/lieux");
    frame.with_map = true;
    Ok(page(&frame, || view(&sheet, done)).into_response())
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
        {crumbs("/lieux".into(), "Lieux")}
        <div class="head">
            <div>
                <p class="tags">{state_tag(site.state)}</p>
                <h1>{site.title.clone()}</h1>
                <p class="soft">{words.join(" · ")}</p>
            </div>
        </div>
        {done_note(done)}
        {refusal(site)}
        <div class="two">
            <div class="col">
                {site.note.clone().map(|text| view! {
                    <section class="card"><h2>"Pour l’équipe"</h2><p class="said">{text}</p></section>
                })}
                {past(sheet)}
                {seen(sheet)}
            </div>
            <div class="col">
                {map_card(site)}
                {change_card(sheet)}
                {sheet.is_coordinator.then(|| merge_card(sheet))}
            </div>
        </div>
    }
    .into_any()
}

fn done_note(done: &str) -> Option<AnyView> {
    let sentence = match done {
        "change" => "C’est changé.",
        "discret" => "Ce lieu est discret maintenant. La mairie ne le voit plus.",
        "reuni" => "Les deux lieux n’en font plus qu’un. Voici leur histoire commune.",
        _ => return None,
    };
    Some(note(Tone::Ok, sentence))
}

fn refusal(site: &CoordinatorSite) -> Option<AnyView> {
    let refused = site.residents_agree == Some(false);
    refused.then(|| {
        note(
            Tone::Wait,
            "Les habitants ont dit non. Ce lieu n’est plus proposé pour une sortie.",
        )
    })
}

fn day(sheet: &Sheet, at: Instant) -> String {
    date(local_day(&sheet.settings, at))
}

fn past(sheet: &Sheet) -> AnyView {
    let visits = &sheet.history.outings;
    if visits.is_empty() && sheet.history.city_pickups.is_empty() {
        return view! {
            <section class="card">
                <h2>"Ramassages"</h2>
                <p class="soft">"Pas encore de ramassage ici."</p>
            </section>
        }
        .into_any();
    }
    let rows: Vec<_> = visits.iter().map(|it| visit_row(sheet, it)).collect();
    let own: Vec<_> = sheet
        .history
        .city_pickups
        .iter()
        .map(|it| {
            let what = item_words(Item::Syringe, it.count);
            view! { <li>{day(sheet, it.at)}" · "{what}", par la mairie"</li> }
        })
        .collect();
    let own = (!own.is_empty()).then(|| view! { <h3>"Hors des sorties"</h3><ul>{own}</ul> });
    let joined = sheet.history.merged.len();
    let joined = (joined > 0).then(|| {
        let n = i64::try_from(joined).unwrap_or(i64::MAX);
        let words = counted(n, "autre lieu réuni ici.", "autres lieux réunis ici.");
        view! { <p class="soft">"Avec l’histoire de "{words}</p> }
    });
    view! {
        <section class="card">
            <h2>"Ramassages"</h2>
            <table class="stack">
                <thead>
                    <tr>
                        <th scope="col">"Sortie"</th>
                        <th scope="col" class="n">"Comptées"</th>
                        <th scope="col" class="n">"Estimées"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {own}
            {joined}
        </section>
    }
    .into_any()
}

fn visit_row(sheet: &Sheet, visit: &Visit) -> AnyView {
    let day = visit
        .day
        .parse()
        .map(date)
        .unwrap_or_else(|_| visit.day.clone());
    let name = match sheet.is_coordinator {
        true => {
            let href = format!("/sorties/{}", visit.outing);
            view! { <a href=href>{day}</a> }.into_any()
        }
        false => day.into_any(),
    };
    let (counted, estimated) = (visit.counted, visit.estimated);
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="n" data-label="Comptées">{domain::french::number(counted)}</td>
            <td class="n" data-label="Estimées">{domain::french::number(estimated)}</td>
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
                .map(|n| format!("environ\u{a0}{}", domain::french::number(n)));
            let urgent = (it.urgency == "urgent").then(|| "urgent".to_owned());
            let children = it.near_children.then(|| "près d’enfants".to_owned());
            let words: Vec<String> = [count, urgent, children].into_iter().flatten().collect();
            let words = (!words.is_empty()).then(|| format!(" · {}", words.join(", ")));
            view! { <li>{day(sheet, it.at)}{words}</li> }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>"Signalé"</h2>
                <ul>{rows}</ul>
            </section>
        }
        .into_any()
    })
}

fn map_card(site: &CoordinatorSite) -> AnyView {
    let sites = json!([{
        "id": site.id, "title": site.title, "lat": site.at.lat(), "lon": site.at.lon(),
        "nature": site.nature.as_str(), "state": site.state.as_str(),
    }]);
    super::map::town_card(&sites, "Où c’est")
}

fn change_card(sheet: &Sheet) -> AnyView {
    let (site, wrong) = (&sheet.site, sheet.wrong.clone());
    let action = format!("/lieux/{}", site.id);
    let (title, note_text) = match &wrong {
        Some(it) => (it.title.clone(), it.note.clone()),
        None => (site.title.clone(), site.note.clone().unwrap_or_default()),
    };
    let error = wrong.map(|it| note(Tone::Alarm, it.sentence));
    let mut pictures = vec![(String::new(), "Pas d’image".to_owned())];
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
        true => "Un mot pour l’équipe",
        false => {
            "Un mot pour l’équipe (l’association seule le lit\u{a0}; laissez vide pour ne rien changer)"
        }
    };
    view! {
        <section class="card" id="changer">
            <h2>"Changer"</h2>
            {error}
            <form class="form" method="post" action=action>
                <input type="hidden" name="version" value=site.about.version.to_string()/>
                <div class="field">
                    <label for="title">"Nom du lieu"</label>
                    <input id="title" name="title" value=title autocomplete="off" maxlength="120"/>
                </div>
                <div class="field">
                    <label for="note">{words}</label>
                    <textarea id="note" name="note" rows="3" maxlength="2000">{note_text}</textarea>
                </div>
                {choice("pictogram".into(), "pictogram", "Image", pictures, picture)}
                {sheet.is_coordinator.then(|| discretion(site))}
                <button class="primary">"Garder"</button>
            </form>
        </section>
    }
    .into_any()
}

/// The residents' word for a discreet site; for a public one, the way to make it discreet.
fn discretion(site: &CoordinatorSite) -> AnyView {
    if site.nature == Nature::Discreet {
        let options = [("", "pas demandé"), ("oui", "oui"), ("non", "non")];
        let options = options.map(|(code, words)| (code.to_owned(), words.to_owned()));
        let chosen = match site.residents_agree {
            None => "",
            Some(true) => "oui",
            Some(false) => "non",
        };
        let label =
            "Les habitants sont d’accord\u{a0}? «\u{a0}Non\u{a0}» retire ce lieu des sorties.";
        return choice(
            "residents".into(),
            "residents",
            label,
            options.to_vec(),
            chosen,
        );
    }
    view! {
        <label class="choice">
            <input type="checkbox" name="discret" value="oui"/>
            <span>"Quelqu’un vit ici\u{a0}: en faire un lieu discret. La mairie ne le verra plus, ni son histoire. On ne revient pas en arrière."</span>
        </label>
    }
    .into_any()
}

fn merge_card(sheet: &Sheet) -> AnyView {
    let action = format!("/lieux/{}/reunir", sheet.site.id);
    let options: Vec<_> = sheet
        .others
        .iter()
        .map(|(id, title)| (id.to_string(), title.clone()))
        .collect();
    if options.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card">
            <h2>"C’est le même lieu qu’un autre\u{a0}?"</h2>
            <p class="soft">"Leur histoire devient commune. Celui-ci ne sera plus proposé."</p>
            <form class="form" method="post" action=action>
                {choice("into".into(), "into", "Le lieu qui reste", options, "")}
                <button>"Réunir les deux lieux"</button>
            </form>
        </section>
    }
    .into_any()
}
