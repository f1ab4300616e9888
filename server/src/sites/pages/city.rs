//! What the city reads of discreet sites: lines by quarter, said so that nobody looks for more.

use domain::city::{Area, CityQuarter};
use domain::french::counted;
use domain::place::SiteState;
use leptos::prelude::*;
use words::desk::common;
use words::desk::common::count;
use words::desk::sites::city as say;

/// The card of an agent's list.
pub fn card(lines: &[CityQuarter]) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card">
            <h2>{say::TITLE}</h2>
            <p class="soft">
                {say::INTRO}
            </p>
            {table(lines)}
        </section>
    }
    .into_any()
}

/// The lines as the city reads them.
pub fn table(lines: &[CityQuarter]) -> AnyView {
    let rows: Vec<_> = lines.iter().map(row).collect();
    view! {
        <table class="stack">
            <thead>
                <tr>
                    <th scope="col">{say::COLUMN_WHERE}</th>
                    <th scope="col">{say::COLUMN_COUNT}</th>
                    <th scope="col">{common::STATE}</th>
                    <th scope="col">{say::COLUMN_LAST_VISIT}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(line: &CityQuarter) -> AnyView {
    let area = match &line.area {
        Area::Quarter(name) => name.clone(),
        Area::Other => say::AREA_OTHER.into(),
        Area::Town => say::AREA_TOWN.into(),
    };
    let sites = match line.sites {
        Some(n) => counted(i64::from(n), count::SITE, count::SITES),
        None => say::A_FEW.into(),
    };
    let states: Vec<String> = SiteState::ALL
        .iter()
        .filter_map(|it| {
            let n = *line.states.get(it.as_str())?;
            let (one, many) = (it.label(), format!("{}s", it.label()));
            Some(counted(i64::from(n), one, &many))
        })
        .collect();
    let week = line.done_week.as_deref().and_then(|it| it.split_once("-W"));
    let week = week.map(|(year, week)| {
        let week = week.trim_start_matches('0');
        say::last_visit_week(&week, &year)
    });
    view! {
        <tr>
            <th scope="row">{area}</th>
            <td data-label=say::COLUMN_COUNT>{sites}</td>
            <td data-label=common::STATE>{states.join(", ")}</td>
            <td data-label=say::COLUMN_LAST_VISIT>{week}</td>
        </tr>
    }
    .into_any()
}
