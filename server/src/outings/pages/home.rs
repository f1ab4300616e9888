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
use crate::http::pieces::{capital, clock, day_leaf};
use crate::outings::store::{self, Outing};
use crate::outings::{calendar, totals};
use crate::programmes;
use crate::settings::first_steps;
use app::ui::Icon;
use app::ui::pictograms::{CALENDAR, CHECK, EURO, LIST, NEXT};
use axum::response::{IntoResponse, Response};
use domain::french::{self, number};
use domain::limits::PAGE_ITEMS_MAX;
use domain::totals::Told;
use domain::{Day, OutingState, ProgrammeId};
use leptos::prelude::*;

/// Totals on an agent's page: a year of months.
const TOTALS_SHOWN: u32 = 12;

/// Outings that are not over, in the order they come.
async fn not_over(tx: &mut Tx, programme: ProgrammeId) -> Result<Vec<Outing>, Problem> {
    let never = Day(jiff::civil::Date::MAX);
    let mut rows = store::coming(tx, programme, never, PAGE_ITEMS_MAX).await?;
    rows.retain(|it| it.state != OutingState::Cancelled);
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
    let (done, of) = first_steps::settled(&settings);
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
                {(done < of && caller.administers()).then(|| way("/avant-la-premiere-sortie", CHECK, "Avant la première sortie", format!("{done} sur {of}")))}
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

/// What an agent may know of the outings: when and where the crew meets, and nothing else.
pub struct AgentOutings {
    /// In the order they come.
    pub coming: Vec<Outing>,
    association: String,
    feed: Option<String>,
    /// What the programme picked up, as far as the city may know it.
    totals: Vec<Told>,
    today: Day,
}

impl AgentOutings {
    /// The outings that come, and the agent's own calendar feed.
    pub async fn load(app: &App, tx: &mut Tx, caller: &Caller) -> Result<Self, Problem> {
        let settings = programmes::settings(tx, caller.programme).await?;
        let today = today(app, &settings);
        let mut coming = not_over(tx, caller.programme).await?;
        coming.retain(|it| it.day >= today);
        Ok(Self {
            coming,
            association: settings.association.the(),
            feed: calendar::path(app, tx, caller).await?,
            totals: totals::for_city(tx, caller.programme, &settings, app.now(), TOTALS_SHOWN)
                .await?,
            today,
        })
    }

    /// A section of the agent's home.
    pub fn view(&self, origin: &Origin) -> AnyView {
        let rows: Vec<_> = self
            .coming
            .iter()
            .map(|it| agent_row(it, self.today))
            .collect();
        let none = rows.is_empty().then(|| {
            view! {
                <div class="empty">
                    <Icon path=CALENDAR/>
                    <h3>"Pas de sortie prévue"</h3>
                    <p>"La prochaine paraîtra ici, avec son jour et son heure."</p>
                </div>
            }
        });
        let association = self.association.clone();
        view! {
            <section class="months">
                <h2>"Sorties à venir"</h2>
                <p class="soft">"Organisées par "{association}"."</p>
                {none}
                <ul class="rows">{rows}</ul>
                {calendar_card(self.feed.as_deref(), &origin.0)}
            </section>
            {totals_card(&self.totals)}
        }
        .into_any()
    }
}

/// The programme's totals: the only number in which discreet places are. See [`domain::totals`].
fn totals_card(told: &[Told]) -> AnyView {
    let row = |it: &Told| {
        view! {
            <tr>
                <th scope="row">{months_of(it)}</th>
                <td class="n">{number(it.total)}</td>
            </tr>
        }
    };
    let rows: Vec<_> = told.iter().rev().map(row).collect();
    let table = (!rows.is_empty()).then(|| {
        view! {
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Sorties terminées en"</th>
                        <th scope="col" class="n">"Seringues"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    let none = told
        .is_empty()
        .then(|| view! { <p>"Pas encore de total."</p> });
    view! {
        <section class="card" id="totaux">
            <h2>"Ramassées par tout le programme"</h2>
            <p class="soft">"Tous les lieux, discrets compris. Un mois paraît quand il est fini, et quand son total ne dit rien d’un lieu discret. Sinon il attend le mois suivant\u{a0}: les deux paraissent ensemble."</p>
            {none}
            {table}
        </section>
    }
    .into_any()
}

/// « octobre 2026 », « août à octobre 2026 ».
fn months_of(it: &Told) -> String {
    let (first, last) = (it.first, it.last);
    if first == last {
        return capital(&french::month(last));
    }
    let from = match first.0.year() == last.0.year() {
        true => french::month_name(first).to_owned(),
        false => french::month(first),
    };
    capital(&format!("{from} à {}", french::month(last)))
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
