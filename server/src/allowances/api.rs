//! Allowances and lists as JSON and files.

use super::store::{self, ListRow};
use super::{Issued, download};
use crate::access::{Caller, Who};
use crate::app::App;
use crate::export::csv::Dialect;
use crate::http::error::Problem;
use crate::http::paging::{Page, Paging};
use crate::http::reading::Query;
use crate::http::reading::{MaybeJson, Path};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::allowance::{AllowanceState, ListNumber};
use domain::{AllowanceId, Cents, Invalid, ListId, OutingId, PeerId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A line, as the association and its peer see it.
#[derive(Serialize)]
pub struct LineJson {
    id: AllowanceId,
    peer: PeerId,
    outing: OutingId,
    outing_day: String,
    amount_cents: Cents,
    state: String,
    list: Option<String>,
}

/// `?state=due`
#[derive(Deserialize)]
pub struct LinesQuery {
    state: Option<String>,
}

/// `GET /api/v1/allowances`: a coordinator sees all, a peer their own.
pub async fn lines(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
    Query(query): Query<LinesQuery>,
) -> Result<Json<Page<LineJson>>, Problem> {
    let state = match query.state.as_deref() {
        None | Some("") => "",
        Some(text) => AllowanceState::parse(text)?.as_str(),
    };
    let after = AllowanceId(paging.after.unwrap_or(Uuid::nil()));
    let (programme, limit) = (caller.programme, paging.limit + 1);
    let mut tx = app.db.read().await?;
    let rows = match caller.who {
        Who::Peer(peer) => {
            store::lines_of_peer(&mut tx, programme, peer, state, after, limit).await?
        }
        _ => store::lines(&mut tx, programme, state, after, limit).await?,
    };
    let page = paging.page(rows, |line| line.id);
    Ok(Json(Page {
        items: page.items.into_iter().map(line_json).collect(),
        next: page.next,
    }))
}

fn line_json(line: store::Line) -> LineJson {
    let list = line.list_year.zip(line.list_rank);
    LineJson {
        id: AllowanceId(line.id),
        peer: PeerId(line.peer_id),
        outing: OutingId(line.outing_id),
        outing_day: line.outing_day,
        amount_cents: Cents(line.amount_cents),
        state: line.state,
        list: list.map(|(year, rank)| format!("{year:04}-{rank:04}")),
    }
}

/// A list.
#[derive(Serialize)]
pub struct ListJson {
    id: ListId,
    number: String,
    issued_on: String,
    lines: i64,
    total_cents: Cents,
}

fn list_json(list: &ListRow) -> ListJson {
    ListJson {
        id: ListId(list.id),
        number: list.number().to_string(),
        issued_on: list.issued_on.clone(),
        lines: list.lines,
        total_cents: Cents(list.total_cents),
    }
}

/// `GET /api/v1/allowance-lists`: newest first; `after` is the id of the last one seen.
pub async fn lists(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<Page<ListJson>>, Problem> {
    let mut tx = app.db.read().await?;
    let before = match paging.after {
        Some(id) => {
            let last = store::list_by_id(&mut tx, caller.programme, ListId(id)).await?;
            last.ok_or_else(|| Invalid::new("after", "unknown_list"))?
                .number()
        }
        None => store::AFTER_THE_LAST,
    };
    let rows = store::lists(&mut tx, caller.programme, before, paging.limit + 1).await?;
    let page = paging.page(rows, |list| list.id);
    Ok(Json(Page {
        items: page.items.iter().map(list_json).collect(),
        next: page.next,
    }))
}

/// Which outings; all due lines when left out.
#[derive(Default, Deserialize)]
pub struct IssueBody {
    id: Option<ListId>,
    outings: Option<Vec<OutingId>>,
}

/// What was issued.
#[derive(Serialize)]
pub struct IssuedJson {
    #[serde(flatten)]
    list: ListJson,
    /// Due lines that stay, because their peer gave no civil identity.
    without_identity: usize,
}

/// `POST /api/v1/allowance-lists`
pub async fn issue(
    State(app): State<App>,
    caller: Caller,
    MaybeJson(body): MaybeJson<IssueBody>,
) -> Result<(StatusCode, Json<IssuedJson>), Problem> {
    let id = body.id.unwrap_or_else(|| ListId(Uuid::now_v7()));
    let Issued {
        list,
        without_identity,
    } = super::issue(&app, &caller, id, body.outings.as_deref()).await?;
    let json = IssuedJson {
        list: list_json(&list),
        without_identity,
    };
    Ok((StatusCode::CREATED, Json(json)))
}

/// `?dialect=excel-fr`
#[derive(Deserialize)]
pub struct FileQuery {
    dialect: Option<String>,
}

/// `GET /api/v1/allowance-lists/{number}/{file}`
pub async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((number, file)): Path<(String, String)>,
    Query(query): Query<FileQuery>,
) -> Result<Response, Problem> {
    let number: ListNumber = number.parse().map_err(|_| Problem::not_found())?;
    let dialect = match query.dialect.as_deref() {
        None => Dialect::ExcelFr,
        Some(code) => {
            Dialect::from_code(code).ok_or_else(|| Invalid::new("dialect", "unknown_value"))?
        }
    };
    let text = download(&app, &caller, number, &file, dialect).await?;
    let name = format!("attachment; filename=\"etat-{number}.csv\"");
    let mut response = text.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
