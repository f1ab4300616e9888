//! The city's flags at a desk or on an agent's phone: what to see today, the list, one place.

mod detail;
mod list;
mod today;

pub use detail::{detail, picked_up};
pub use list::list;
pub use today::home;

use super::Flag;
use crate::sites::pages::state_tag_with;
use app::ui::Icon;
use app::ui::pictograms::{FLAG, RING};
use domain::place::SiteState;
use domain::{Day, Settings, french};
use leptos::prelude::*;
use words::desk::common::count;
use words::desk::flags as say;

/// The state of a flag, with the day of the outing that goes there.
fn state_tag(state: SiteState, planned_on: Option<Day>) -> AnyView {
    let day = planned_on.filter(|_| state == SiteState::Planned);
    let day = day.map(|day| format!(" {}", say::state_planned_day(&french::date_cell(day))));
    state_tag_with(state, day.unwrap_or_default())
}

/// What became of one flag: done once somebody went there after it, otherwise as its place stands.
fn outcome(flag: &Flag) -> SiteState {
    if flag.is_open() {
        flag.state
    } else {
        SiteState::Done
    }
}

/// « Urgent », « près d’enfants »: what comes before the rest.
fn warnings(urgent: bool, near_children: bool) -> AnyView {
    view! {
        {urgent.then(|| view! { <span class="tag alarm">{say::TAG_URGENT}</span> })}
        {near_children.then(|| view! { <span class="tag wait">{say::TAG_NEAR_CHILDREN}</span> })}
    }
    .into_any()
}

/// « · 4 vues ».
fn seen(count: Option<i64>) -> Option<String> {
    count.map(|n| format!(" · {}", french::counted(n, count::LOOK, count::LOOKS)))
}

/// The way to the recorder of flags.
fn to_flagging() -> AnyView {
    view! {
        <a class="button primary" href="/signaler">
            <Icon path=FLAG/>
            {say::OPEN_RECORDER}
        </a>
    }
    .into_any()
}

/// For what cannot wait: the city's own number.
fn emergency(settings: &Settings) -> Option<AnyView> {
    let number = settings.city_emergency_phone.clone()?;
    let city = settings.city.as_ref().map(|it| it.the());
    let spoken = say::call_city(&city.unwrap_or_default(), &number);
    let href = format!("tel:{}", number.replace(char::is_whitespace, ""));
    Some(
        view! {
            <a class="button call" href=href aria-label=spoken>
                <Icon path=RING/>
                {number}
            </a>
        }
        .into_any(),
    )
}

/// « Ramassé par nous », with how many. The id of the fact comes with the form: sent twice, it
/// counts once.
fn picked_up_form(site: domain::SiteId, error: Option<String>) -> AnyView {
    let action = format!("/signalements/{site}/ramasse");
    let (id, error_id) = (format!("nombre-{site}"), format!("erreur-{site}"));
    let about = error.is_some().then(|| error_id.clone());
    let invalid = error.is_some().then_some("true");
    view! {
        <form class="picked-up" method="post" action=action>
            <input type="hidden" name="fact" value=uuid::Uuid::new_v4().to_string()/>
            <label for=id.clone()>{say::LABEL_PICKED_UP_COUNT}</label>
            <input
                id=id
                name="count"
                type="number"
                inputmode="numeric"
                min="1"
                max=domain::limits::COUNT_MAX.to_string()
                required=true
                autocomplete="off"
                aria-describedby=about
                aria-invalid=invalid
            />
            <button>{say::PICKED_UP_BY_US}</button>
            {error.map(|text| crate::http::pieces::error_line(error_id, text))}
        </form>
    }
    .into_any()
}
