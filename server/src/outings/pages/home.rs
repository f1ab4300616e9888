//! `/` for those who run outings, and for the city's agents.

use super::list::calendar_card;
use super::{meeting, state_tag, title_of, today};
use crate::access::Caller;
use crate::allowances;
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::page::{Frame, page};
use crate::http::pieces::{clock, day_leaf};
use crate::outings::calendar;
use crate::outings::store::{self, Outing};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{CALENDAR, EURO, LIST, NEXT};
use axum::response::{IntoResponse, Response};
use domain::limits::PAGE_ITEMS_MAX;
use domain::{Day, OutingId, OutingState, ProgrammeId};
use leptos::prelude::*;
use uuid::Uuid;

/// Outings that are not over, in the order they come.
async fn not_over(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Outing>, Problem> {
    let end = (Day(jiff::civil::Date::MAX), OutingId(Uuid::max()));
    let mut rows = store::page(tx, programme, end, PAGE_ITEMS_MAX).await?;
    rows.retain(|it| matches!(it.state, OutingState::Planned | OutingState::Open));
    rows.reverse();
    Ok(rows)
}

/// The one to look at: one that is open, else the next one planned, else one that was forgotten.
fn first_of(outings: &[Outing], today: Day) -> Option<&Outing> {
    let open = outings.iter().find(|it| it.state == OutingState::Open);
    let next = outings.iter().find(|it| it.day >= today);
    open.or(next).or(outings.last())
}

/// `/` for a coordinator: the one next thing to do.
pub async fn coordinator_home(app: &App, caller: &Caller) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let outings = not_over(&mut tx, caller.programme).await?;
    let aids = allowances::pages::what_waits(&mut tx, caller).await?;
    drop(tx);
    let today = today(app, &settings);
    let hello = format!("Bonjour {}", caller.name().unwrap_or_default());
    let frame = Frame::of(&app.assets, caller, &settings, "Accueil", "/");
    Ok(page(&frame, || {
        view! {
            <h1>{hello}</h1>
            {match first_of(&outings, today) {
                Some(outing) => next_outing(outing, today),
                None => nothing_planned(),
            }}
            <ul class="rows">
                {way("/aides", EURO, "Aides", aids)}
                {way("/sorties", LIST, "Toutes les sorties", "Celles qui viennent, celles qui sont faites".into())}
            </ul>
        }
        .into_any()
    })
    .into_response())
}

fn next_outing(outing: &Outing, today: Day) -> AnyView {
    let (state, day) = (outing.state, outing.day);
    let here = format!("/sorties/{}", outing.id);
    let (href, action) = match state {
        OutingState::Open if day < today => (format!("{here}/fin"), "Terminer la sortie"),
        OutingState::Open => (here, "Suivre la sortie"),
        _ if day < today => (here, "Ouvrir ou annuler la sortie"),
        _ if day == today => (format!("{here}#depart"), "Préparer le départ"),
        _ => (here, "Voir la sortie"),
    };
    let when = match i64::from((day.0 - today.0).get_days()) {
        0 => "Aujourd’hui".to_owned(),
        1 => "Demain".to_owned(),
        2..7 => format!("Dans {}\u{a0}jours", (day.0 - today.0).get_days()),
        _ => "Sortie".to_owned(),
    };
    view! {
        <section class="card next">
            <div>
                <p class="tags">{state_tag(state)}<span class="soft">{when}</span></p>
                <h2 class="big">{title_of(outing, today)}</h2>
                {meeting(outing).map(|text| view! { <p>"Rendez-vous "{text}</p> })}
            </div>
            <a class="button primary" href=href>
                {action}
                <Icon path=NEXT/>
            </a>
        </section>
    }
    .into_any()
}

fn nothing_planned() -> AnyView {
    view! {
        <section class="card next">
            <div>
                <h2 class="big">"Pas de sortie prévue"</h2>
                <p>"On choisit un jour et des lieux. L’équipe peut rejoindre ensuite."</p>
            </div>
            <a class="button primary" href="/sorties/prevoir">
                <Icon path=CALENDAR/>
                "Prévoir une sortie"
            </a>
        </section>
    }
    .into_any()
}

fn way(href: &'static str, path: &'static str, title: &'static str, what: String) -> AnyView {
    view! {
        <li>
            <a class="card row" href=href>
                <span class="row-mark"><Icon path=path/></span>
                <span class="row-text">
                    <b>{title}</b>
                    <small>{what}</small>
                </span>
                <span class="row-mark"><Icon path=NEXT/></span>
            </a>
        </li>
    }
    .into_any()
}

/// `/` for an agent: when and where the crew meets, and nothing else.
pub async fn agent_home(app: &App, caller: &Caller, origin: &Origin) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let mut outings = not_over(&mut tx, caller.programme).await?;
    let feed = calendar::path(app, &mut tx, caller).await?;
    drop(tx);
    let today = today(app, &settings);
    outings.retain(|it| it.day >= today);
    let association = settings.association.the();
    let frame = Frame::of(&app.assets, caller, &settings, "Sorties à venir", "/");
    Ok(page(&frame, || {
        let rows: Vec<_> = outings.iter().map(|it| agent_row(it, today)).collect();
        let none = rows.is_empty().then(|| {
            view! {
                <div class="empty">
                    <Icon path=CALENDAR/>
                    <h2>"Pas de sortie prévue"</h2>
                    <p>"La prochaine paraîtra ici, avec son jour et son heure."</p>
                </div>
            }
        });
        view! {
            <div class="head">
                <div>
                    <h1>"Sorties à venir"</h1>
                    <p class="soft">"Organisées par "{association}"."</p>
                </div>
            </div>
            {none}
            <ul class="rows">{rows}</ul>
            {calendar_card(feed.as_deref(), &origin.0)}
        }
        .into_any()
    })
    .into_response())
}

fn agent_row(outing: &Outing, today: Day) -> AnyView {
    let hour = outing.starts_at.as_deref().map(clock);
    let place = outing.meeting_point.clone();
    let is_today = outing.day == today;
    view! {
        <li class:today=is_today>
            <div class="card row">
                {day_leaf(outing.day)}
                <span class="row-text">
                    <b>{title_of(outing, today)}</b>
                    {hour.map(|text| view! { <span class="line">{text}</span> })}
                    {place.map(|text| view! { <small>"Rendez-vous\u{a0}: "{text}</small> })}
                </span>
                {is_today.then(|| view! {
                    <span class="row-end"><span class="tag info">"Aujourd’hui"</span></span>
                })}
            </div>
        </li>
    }
    .into_any()
}
