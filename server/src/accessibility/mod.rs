//! « Déclaration d'accessibilité » (loi 2005-102, article 47; décret 2019-768): what was really
//! checked, what was not, and what somebody can do who is kept out. Its figures are those that the
//! walk of every page wrote into `checked.json`; nothing here is claimed that was not looked at.

mod words;

use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use ::words::desk::accessibility as say;
use ::words::desk::common::count;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Day;
use domain::french::{counted, date_cell, number};
use leptos::prelude::*;
use serde::Deserialize;
use std::sync::LazyLock;

/// Written by `end2end/tests/every-page.spec.js` with CUEILLETTE_CHECKED set.
const CHECKED: &str = include_str!("checked.json");

static WALK: LazyLock<Option<Walk>> = LazyLock::new(|| serde_json::from_str(CHECKED).ok());

/// One walk of every page, in a real browser.
#[derive(Deserialize)]
struct Walk {
    /// When.
    day: Day,
    /// Version of axe-core.
    axe: String,
    /// Version of the browser.
    chromium: String,
    /// Rules of axe-core that were asked.
    rules: u32,
    /// Width and height, CSS pixels.
    sizes: Vec<(u32, u32)>,
    /// How often a page was looked at: once for each role, size and theme.
    views: u32,
    /// Stops of the keyboard.
    stops: u32,
    /// Each page.
    pages: Vec<Page>,
}

/// One page of the walk.
#[derive(Deserialize)]
struct Page {
    /// As in the table of routes.
    path: String,
    /// How often it was looked at with axe-core.
    views: u32,
    /// How often with no script.
    without_script: u32,
}

/// `GET /accessibilite`
pub async fn show(State(app): State<App>) -> Result<Response, Problem> {
    let walk = WALK.as_ref().ok_or_else(Problem::not_found)?;
    let frame = Frame {
        narrow: false,
        ..Frame::for_anyone(&app.assets, words::TITLE)
    };
    Ok(page(&frame, || statement(walk)).into_response())
}

fn statement(walk: &Walk) -> AnyView {
    view! {
        <div class="head"><h1>{words::TITLE}</h1></div>
        <section class="card">
            <p>{words::PROMISE}</p>
            <p>{words::SCOPE}</p>
        </section>
        <section class="card">
            <h2>{say::CONFORMITY}</h2>
            <p>{words::STATE}</p>
            <p>{words::STATE_WHY}</p>
        </section>
        {results(walk)}
        {list(say::NOT_CHECKED, &words::NOT_CHECKED)}
        {list(say::NOT_ACCESSIBLE, &words::NOT_ACCESSIBLE)}
        {means(walk)}
        <section class="card">
            <h2>{say::CONTACT}</h2>
            <p>{words::CONTACT}</p>
            <p>{words::CONTACT_HOW}</p>
        </section>
        {appeal()}
    }
    .into_any()
}

fn results(walk: &Walk) -> AnyView {
    let pages = i64::try_from(walk.pages.len()).unwrap_or(i64::MAX);
    let sizes: Vec<_> = walk
        .sizes
        .iter()
        .map(|(w, h)| format!("{w}\u{a0}×\u{a0}{h}"))
        .collect();
    let found = [
        say::result_pages(
            &counted(pages, count::PAGE, count::PAGES),
            &number(i64::from(walk.views)),
            &sizes.join(", "),
        ),
        say::result_rules(&number(i64::from(walk.rules))),
        say::result_stops(&number(i64::from(walk.stops))),
    ];
    let found = found.into_iter().chain(words::CHECKED.map(str::to_owned));
    let found: Vec<_> = found.map(|it| view! { <li>{it}</li> }).collect();
    view! {
        <section class="card">
            <h2>{say::RESULTS}</h2>
            <p>{say::results_made_on(&date_cell(walk.day))}</p>
            <ul>{found}</ul>
            {each_page(walk)}
        </section>
    }
    .into_any()
}

fn each_page(walk: &Walk) -> AnyView {
    let rows: Vec<_> = walk
        .pages
        .iter()
        .map(|it| {
            view! {
                <tr>
                    <th scope="row"><code>{it.path.clone()}</code></th>
                    <td class="n" data-label=say::COLUMN_VIEWS>{number(i64::from(it.views))}</td>
                    <td class="n" data-label=say::COLUMN_WITHOUT_SCRIPT>{number(i64::from(it.without_script))}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <details>
            <summary>{say::EACH_PAGE}</summary>
            <table>
                <caption>{say::EACH_PAGE_CAPTION}</caption>
                <thead>
                    <tr>
                        <th scope="col">{say::COLUMN_ADDRESS}</th>
                        <th scope="col" class="n">{say::COLUMN_VIEWS}</th>
                        <th scope="col" class="n">{say::COLUMN_WITHOUT_SCRIPT}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
    .into_any()
}

fn list(title: &'static str, what: &'static [&'static str]) -> AnyView {
    let items: Vec<_> = what.iter().map(|it| view! { <li>{*it}</li> }).collect();
    view! {
        <section class="card">
            <h2>{title}</h2>
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}

fn means(walk: &Walk) -> AnyView {
    view! {
        <section class="card">
            <h2>{say::MEANS}</h2>
            <p>{say::means_made_on(&date_cell(walk.day))}</p>
            <ul>
                <li>{say::MEANS_TECHNOLOGIES}</li>
                <li>{say::means_tools(&walk.axe, &walk.chromium)}</li>
            </ul>
        </section>
    }
    .into_any()
}

fn appeal() -> AnyView {
    view! {
        <section class="card">
            <h2>{say::APPEAL}</h2>
            <p>{words::APPEAL}</p>
            <ul>
                <li><a href="https://formulaire.defenseurdesdroits.fr/" rel="noreferrer">{say::APPEAL_WRITE}</a></li>
                <li><a href="https://www.defenseurdesdroits.fr/carte-des-delegues" rel="noreferrer">{say::APPEAL_DELEGATE}</a></li>
                <li>{words::APPEAL_POST}</li>
                <li>{words::APPEAL_CALL}</li>
            </ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::table::{Kind, table};
    use axum::http::Method;
    use std::collections::BTreeSet;

    /// Pages of the table that are files in a browser: nothing in them is read on a screen.
    const FILES: [&str; 2] = ["/resultats/{programme}/donnees.csv", "/calendrier/{file}"];

    #[test]
    fn the_statement_tells_of_every_page_there_is_and_of_no_other() {
        let walk = WALK.as_ref().unwrap();
        let told: BTreeSet<&str> = walk.pages.iter().map(|it| it.path.as_str()).collect();
        let table = table();
        let pages = table
            .iter()
            .filter(|it| it.kind == Kind::Page && it.method == Method::GET);
        let there: BTreeSet<&str> = pages
            .map(|it| it.path)
            .filter(|it| !FILES.contains(it))
            .collect();
        assert_eq!(
            told, there,
            "walk every page again: see end2end/tests/every-page.spec.js"
        );
    }

    #[test]
    fn every_page_of_the_statement_was_really_looked_at() {
        let walk = WALK.as_ref().unwrap();
        for page in &walk.pages {
            assert!(page.views >= 3, "{}", page.path);
            assert!(page.without_script >= 3, "{}", page.path);
        }
        let views: u32 = walk.pages.iter().map(|it| it.views).sum();
        assert_eq!(views, walk.views);
    }
}
