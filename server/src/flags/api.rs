//! What an agent's phone needs to flag, pictures, and the city's flags as files.

use super::photos;
use super::{Book, CATEGORIES, Flag, book, export, since};
use crate::access::{Caller, Who};
use crate::app::{App, local_day};
use crate::export::csv::Dialect;
use crate::export::table;
use crate::http::error::Problem;
use crate::http::reading::{Path, Query};
use crate::{outings, programmes};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::crew::{FlagCategory, FlagPack, FlagSite, OwnFlag};
use domain::limits::OWN_FLAGS_MAX;
use domain::{AccountId, FactId, Instant, Invalid, OutingState, Settings};
use serde::Deserialize;

/// Outings to look at for the next one: cancelled ones are among those that come.
const COMING_MAX: u32 = 20;

/// `GET /api/v1/flagging`
pub async fn pack(State(app): State<App>, caller: Caller) -> Result<Json<FlagPack>, Problem> {
    let Who::Staff { account, .. } = caller.who else {
        return Err(Problem::forbidden());
    };
    let now = app.now();
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let today = local_day(&settings, now);
    let programme = caller.programme;
    let coming = outings::store::coming(&mut tx, programme, today, COMING_MAX).await?;
    let book = book(&mut tx, &app, programme).await?;
    let next = coming
        .iter()
        .find(|it| it.day >= today && matches!(it.state, OutingState::Planned | OutingState::Open));
    let city = settings.city.as_ref().unwrap_or(&settings.association);
    Ok(Json(FlagPack {
        account,
        city: city.the(),
        emergency_phone: settings.city_emergency_phone.clone(),
        next_outing: next.map(|it| it.day),
        categories: categories(),
        sites: sites(&settings, &book, now),
        own: own(&settings, &book, account),
        server_time: now,
    }))
}

fn categories() -> Vec<FlagCategory> {
    let all = CATEGORIES.iter().map(|(code, label)| FlagCategory {
        code: (*code).into(),
        label: (*label).into(),
    });
    all.collect()
}

fn sites(settings: &Settings, book: &Book, now: Instant) -> Vec<FlagSite> {
    let all = book.atlas.sites.iter().map(|site| FlagSite {
        id: site.id,
        title: site.title.clone(),
        lat: site.at.lat(),
        lon: site.at.lon(),
        state: site.state,
        since: since(settings, site, now),
    });
    all.collect()
}

fn own(settings: &Settings, book: &Book, account: AccountId) -> Vec<OwnFlag> {
    let own = book.flags.iter().filter(|it| it.sender == Some(account));
    let told = |flag: &Flag| OwnFlag {
        title: flag.title.clone(),
        day: local_day(settings, flag.at),
        state: flag.state,
        planned_on: flag.planned_on,
        picked_up: flag.done_at.and(u32::try_from(flag.picked_up).ok()),
    };
    own.take(OWN_FLAGS_MAX).map(told).collect()
}

/// `GET /api/v1/photos/{id}`: one picture, never kept by a browser.
pub async fn photo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FactId>,
) -> Result<Response, Problem> {
    let bytes = photos::open(&app, &caller, id).await?;
    let kind = HeaderValue::from_static("image/jpeg");
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

/// `?dialect=excel-fr`
#[derive(Deserialize)]
pub struct FileQuery {
    dialect: Option<String>,
}

/// `GET /api/v1/flagging/{file}`: the city's own flags, delays and counts.
pub async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Query(query): Query<FileQuery>,
) -> Result<Response, Problem> {
    let dialect = match query.dialect.as_deref() {
        None => Dialect::ExcelFr,
        Some(code) => {
            Dialect::from_code(code).ok_or_else(|| Invalid::new("dialect", "unknown_value"))?
        }
    };
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    let book = book(&mut tx, &app, caller.programme).await?;
    drop(tx);
    let today = local_day(&settings, app.now());
    let (flags, months) = (
        export::flags(&settings, &book),
        export::months(&settings, &book),
    );
    const CSV: &str = "text/csv; charset=utf-8";
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let csv = |table: table::Table| table.csv(dialect).map_err(Problem::internal);
    let (kind, bytes) = match name.as_str() {
        "signalements.csv" => (CSV, csv(flags)?.into_bytes()),
        "mois.csv" => (CSV, csv(months)?.into_bytes()),
        "signalements.xlsx" => {
            let book = table::workbook(&[flags, months], today).map_err(Problem::internal)?;
            (XLSX, book)
        }
        _ => return Err(Problem::not_found()),
    };
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let mut response = (
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind))],
        bytes,
    )
        .into_response();
    if let Ok(named) = named {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, named);
    }
    Ok(response)
}
