//! The places of an outing: a table, and the same on a map.

use super::sheet::{Place, Sheet, of_item};
use crate::outings::simple::item_words;
use crate::outings::summary::BySite;
use crate::sites::pages::state_tag;
use domain::fact::Item;
use domain::french::{counted, number};
use domain::place::SiteState;
use domain::{Nature, OutingState, SiteId};
use leptos::prelude::*;
use serde_json::json;
use words::desk::common;
use words::desk::outings::places as say;

/// Table of places, in the order of the walk.
pub fn table_card(sheet: &Sheet) -> AnyView {
    if sheet.places.is_empty() {
        let choose = sheet.outing.state.plan_may_change().then(|| {
            let href = format!("/sorties/{}/marche", sheet.outing.id);
            view! { <p><a href=href>{say::CHOOSE}</a></p> }
        });
        let here = sheet
            .outing
            .state
            .plan_may_change()
            .then(|| view! { " "{say::TEAM_MAY_COUNT_HERE} });
        return view! {
            <section class="card">
                <h2>{common::SITES}</h2>
                <p class="soft">{say::EMPTY}{here}</p>
                {choose}
            </section>
        }
        .into_any();
    }
    let rows: Vec<_> = sheet
        .places
        .iter()
        .map(|it| row(it, sheet.outing.state))
        .collect();
    let reorder = sheet.outing.state.plan_may_change().then(|| {
        let href = format!("/sorties/{}/marche", sheet.outing.id);
        view! { <p><a href=href>{say::CHANGE}</a></p> }
    });
    view! {
        <section class="card">
            <h2>{say::TITLE}</h2>
            <table class="places">
                <thead>
                    <tr>
                        <th scope="col">{common::SITE}</th>
                        <th scope="col">{common::STATE}</th>
                        <th scope="col" class="n">{common::PICKED_UP}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {reorder}
        </section>
    }
    .into_any()
}

fn row(place: &Place, outing: OutingState) -> AnyView {
    let (picked, others) = match &place.picked {
        Some(it) => (number(of_item(&it.totals, Item::Syringe)), other_items(it)),
        None => ("–".into(), None),
    };
    let estimated = place.estimated;
    let estimated = (estimated > 0).then(|| {
        say::of_which_estimated(&counted(estimated, say::ESTIMATED_ONE, say::ESTIMATED_MANY))
    });
    view! {
        <tr>
            <th scope="row">{name(place)}</th>
            <td>{state(place, outing)}</td>
            <td class="n">
                {picked}
                {estimated.map(|text| view! { <small class="soft line">{text}</small> })}
                {others.map(|text| view! { <small class="soft line">{text}</small> })}
            </td>
        </tr>
    }
    .into_any()
}

/// « 3 aiguilles, 1 pipe »: what was picked up besides syringes.
fn other_items(picked: &BySite) -> Option<String> {
    let words: Vec<String> = Item::ALL
        .iter()
        .filter(|it| **it != Item::Syringe)
        .filter_map(|it| {
            let n = of_item(&picked.totals, *it);
            (n > 0).then(|| format!("+\u{a0}{}", item_words(*it, n)))
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn name(place: &Place) -> AnyView {
    let Some(site) = &place.site else {
        return view! { {say::HERE_TO_ATTACH} }.into_any();
    };
    let discreet = (site.nature == Nature::Discreet).then_some(common::DISCREET_SITE);
    let beside = (!place.on_plan).then_some(say::BESIDE_THE_PLAN);
    let about: Vec<&str> = [discreet, beside].into_iter().flatten().collect();
    let about = (!about.is_empty()).then(|| about.join(" · "));
    let title = site.title.clone();
    view! {
        {title}
        {about.map(|text| view! { <small class="soft line">{text}</small> })}
    }
    .into_any()
}

/// The title of a site that this sheet shows; « ici » for none.
pub fn title_of_site(sheet: &Sheet, id: Option<SiteId>) -> String {
    let sites = sheet.places.iter().filter_map(|it| it.site.as_ref());
    let found = id.and_then(|id| sites.clone().find(|it| it.id == id));
    found.map_or_else(|| say::HERE.to_owned(), |it| it.title.clone())
}

fn state(place: &Place, outing: OutingState) -> AnyView {
    let is_over = matches!(outing, OutingState::Closed | OutingState::Cancelled);
    match (&place.site, &place.picked) {
        (None, _) => view! { <span class="tag todo">{say::STATE_TO_SEE}</span> }.into_any(),
        (Some(_), Some(_)) => state_tag(SiteState::Done),
        // Nobody knows whether it was clean or not reached: only what was noted is said.
        (Some(_), None) if is_over => {
            view! { <span class="tag">{say::STATE_NOTHING_NOTED}</span> }.into_any()
        }
        (Some(_), None) => state_tag(SiteState::Planned),
    }
}

/// The same places on a map; without script, the table says it all.
pub fn map_card(sheet: &Sheet) -> Option<AnyView> {
    let is_over = matches!(
        sheet.outing.state,
        OutingState::Closed | OutingState::Cancelled
    );
    let sites: Vec<_> = sheet
        .places
        .iter()
        .filter_map(|place| {
            let site = place.site.as_ref()?;
            let count = place
                .picked
                .as_ref()
                .map(|it| of_item(&it.totals, Item::Syringe));
            let state = match (&place.picked, is_over) {
                (Some(_), _) => "done",
                (None, false) => "planned",
                (None, true) => "seen",
            };
            Some(json!({
                "id": site.id, "title": site.title, "lat": site.at.lat(), "lon": site.at.lon(),
                "nature": site.nature.as_str(), "state": state, "count": count,
            }))
        })
        .collect();
    if sites.is_empty() {
        return None;
    }
    // `<` could close the script element early.
    let data = json!(sites).to_string().replace('<', "\\u003c");
    Some(
        view! {
            <section class="card town-card" aria-label=say::MAP_LABEL>
                <div class="map">
                    <cueillette-map
                        base="/base-map.pmtiles"
                        operator-hint=say::MAP_MISSING
                    >
                        <script type="application/json" inner_html=data></script>
                    </cueillette-map>
                </div>
                <noscript><p class="soft">{say::MAP_NEEDS_SCRIPT}</p></noscript>
            </section>
        }
        .into_any(),
    )
}
