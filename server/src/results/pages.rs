//! `/resultats`: pages for anybody, the same bytes whoever asks, with no script.

use super::{Results, data, of, programmes, views};
use crate::app::App;
use crate::http::error::Problem;
use crate::http::page::{Frame, Html, page};
use crate::http::reading::{Path, Query};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use words::desk::common;
use words::desk::results as say;

/// Others may keep these pages for so long: their figures change once an outing at most.
const KEPT: &str = "public, max-age=300";

/// Which year, and in which form.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// The latest one, if none is said.
    #[serde(default)]
    annee: String,
    /// As a page to print and put on a wall.
    affiche: Option<String>,
}

/// `GET /resultats`: the programmes of this server; the only one is shown at once.
pub async fn index(State(app): State<App>) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let all = programmes(&mut tx).await?;
    drop(tx);
    if let [one] = &all[..] {
        return Ok(kept(Redirect::to(&format!("/resultats/{}", one.slug))));
    }
    let frame = Frame {
        narrow: false,
        ..Frame::for_anyone(&app.assets, common::RESULTS)
    };
    Ok(kept(page(&frame, || views::index(&all))))
}

/// `GET /resultats/{programme}`
pub async fn programme(
    State(app): State<App>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let results = of(&app, &mut tx, &slug, asked.annee.parse().ok()).await?;
    drop(tx);
    Ok(kept(shown(&app, &results, asked.affiche.is_some())))
}

fn shown(app: &App, results: &Results, as_poster: bool) -> Html {
    let title = say::window_title(&results.year, &results.settings.name);
    let frame = Frame {
        settings: Some(&results.settings),
        narrow: false,
        ..Frame::for_anyone(&app.assets, title)
    };
    page(&frame, || match as_poster {
        true => views::poster(results, app.public_url.as_deref()),
        false => views::results(results),
    })
}

/// `GET /resultats/{programme}/donnees.csv`: all years, as open data.
pub async fn open_data(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Response, Problem> {
    let csv = data::csv(&app, &slug).await?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let name = HeaderValue::from_static("attachment; filename=\"resultats.csv\"");
    let head = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok(kept((head, csv)))
}

fn kept(answer: impl IntoResponse) -> Response {
    let mut answer = answer.into_response();
    let value = HeaderValue::from_static(KEPT);
    answer.headers_mut().insert(header::CACHE_CONTROL, value);
    answer
}
