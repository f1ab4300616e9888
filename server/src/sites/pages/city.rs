//! What the city reads of discreet sites: lines by quarter, said so that nobody looks for more.

use domain::city::{Area, CityQuarter};
use domain::french::counted;
use domain::place::SiteState;
use leptos::prelude::*;

/// The card of an agent's list.
pub fn card(lines: &[CityQuarter]) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card">
            <h2>"Lieux discrets"</h2>
            <p class="soft">
                "Des endroits où quelqu’un vit peut-être. L’association s’en occupe. Ici, on ne dit que le quartier."
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
                    <th scope="col">"Où"</th>
                    <th scope="col">"Combien"</th>
                    <th scope="col">"État"</th>
                    <th scope="col">"Dernier passage"</th>
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
        Area::Other => "Autre secteur".into(),
        Area::Town => "Dans la ville".into(),
    };
    let sites = match line.sites {
        Some(n) => counted(i64::from(n), "lieu", "lieux"),
        None => "quelques-uns".into(),
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
        format!("semaine\u{a0}{week} de {year}")
    });
    view! {
        <tr>
            <th scope="row">{area}</th>
            <td data-label="Combien">{sites}</td>
            <td data-label="État">{states.join(", ")}</td>
            <td data-label="Dernier passage">{week}</td>
        </tr>
    }
    .into_any()
}
