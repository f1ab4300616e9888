//! Allowances and lists as JSON and files.

use super::issue::ListContent;
use super::life::store::LineOnList;
use super::life::{self, Paying, Receipted, contest};
use super::store::{self, ListRow};
use super::{Issued, download, files, rates, receipts, statement};
use crate::access::{Action, Caller, Role, Who};
use crate::app::App;
use crate::export::csv::Dialect;
use crate::http::error::Problem;
use crate::http::paging::{Page, Paging};
use crate::http::reading::{MaybeJson, Path, Query, ReadJson};
use crate::programmes;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::allowance::{AllowanceState, ListNumber, Rate, RateTable, Receipt};
use domain::outing::Reason;
use domain::people::Title;
use domain::programme::PaymentMode;
use domain::{AllowanceId, Cents, Day, Invalid, ListId, OutingId, PeerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A line, as the association and its peer see it.
#[derive(Serialize)]
pub struct LineJson {
    id: AllowanceId,
    peer: PeerId,
    outing: OutingId,
    outing_day: String,
    entry: String,
    amount_cents: Cents,
    state: String,
    contested: bool,
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
    LineJson {
        list: line.list().map(|it| it.to_string()),
        contested: line.is_contested(),
        id: AllowanceId(line.id),
        peer: PeerId(line.peer_id),
        outing: OutingId(line.outing_id),
        outing_day: line.outing_day,
        entry: line.entry,
        amount_cents: Cents(line.amount_cents),
        state: line.state,
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
    state: String,
    paid_cents: Cents,
    statement: Option<String>,
}

fn list_json(list: &ListRow) -> ListJson {
    ListJson {
        id: ListId(list.id),
        number: list.number().to_string(),
        issued_on: list.issued_on.clone(),
        lines: list.lines,
        total_cents: Cents(list.total_cents),
        state: list.state.clone(),
        paid_cents: Cents(list.paid_cents),
        statement: list.statement().map(|it| it.to_string()),
    }
}

/// What a list may be asked by: where it stands, or `open`: it waits for the payer.
const LIST_STATES: [&str; 6] = [
    "preparing",
    "issued",
    "sent",
    "acknowledged",
    "settled",
    "open",
];

/// `GET /api/v1/allowance-lists`: newest first; `after` is the id of the last one seen.
pub async fn lists(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
    Query(query): Query<LinesQuery>,
) -> Result<Json<Page<ListJson>>, Problem> {
    let state = query.state.as_deref().unwrap_or_default();
    if !state.is_empty() && !LIST_STATES.contains(&state) {
        return Err(Invalid::new("state", "unknown_value").into());
    }
    let mut tx = app.db.read().await?;
    let before = match paging.after {
        Some(id) => {
            let last = store::list_by_id(&mut tx, caller.programme, ListId(id)).await?;
            last.ok_or_else(|| Invalid::new("after", "unknown_list"))?
                .number()
        }
        None => store::AFTER_THE_LAST,
    };
    let rows = store::lists(&mut tx, caller.programme, before, paging.limit + 1, state).await?;
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
    let file = download(&app, &caller, number, &file, dialect).await?;
    Ok(saved(file.bytes, file.media_type, &file.name))
}

/// An answer that a browser saves under a name.
fn saved(bytes: Vec<u8>, media_type: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(media_type);
    headers.insert(header::CONTENT_TYPE, kind);
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// `?line=…`: the receipt of one line; of all of them when left out.
#[derive(Deserialize)]
pub struct ReceiptsQuery {
    line: Option<AllowanceId>,
}

/// `GET /api/v1/allowance-lists/{number}/receipts.pdf`
pub async fn receipts_pdf(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Query(query): Query<ReceiptsQuery>,
) -> Result<Response, Problem> {
    let number = number_in(&number)?;
    let bytes = receipts::of_list(&app, &caller, number, query.line).await?;
    let name = format!("recus-{number}.pdf");
    Ok(saved(bytes, "application/pdf", &name))
}

/// A list by what people call it. What is no number leads nowhere, like another programme's.
fn number_in(path: &str) -> Result<ListNumber, Problem> {
    path.parse().map_err(|_| Problem::not_found())
}

async fn told(app: &App, caller: &Caller, number: ListNumber) -> Result<Json<ListJson>, Problem> {
    let mut tx = app.db.read().await?;
    let list = store::list(&mut tx, caller.programme, number).await?;
    Ok(Json(list_json(&list.ok_or_else(Problem::not_found)?)))
}

/// A line as its list has it. The payer reads names, the association whose line it is.
#[derive(Serialize)]
pub struct ListLineJson {
    id: AllowanceId,
    peer: Option<PeerId>,
    surname: Option<String>,
    first_name: Option<String>,
    outing_day: String,
    entry: String,
    amount_cents: Cents,
    state: String,
    returned: bool,
    mode: Option<String>,
    paid_on: Option<String>,
    receipt: Option<String>,
}

/// `GET /api/v1/allowance-lists/{number}/lines`
pub async fn lines_on(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Json<Page<ListLineJson>>, Problem> {
    let number = number_in(&number)?;
    let is_payer = caller.role() == Role::Clerk;
    // The payer's look at names is journalled, which is writing.
    let mut tx = if is_payer {
        app.db.write().await?
    } else {
        app.db.read().await?
    };
    let programme = caller.programme;
    let list = store::list(&mut tx, programme, number).await?;
    let list = ListId(list.ok_or_else(Problem::not_found)?.id);
    let lines = life::store::lines_on(&mut tx, programme, list).await?;
    let content = if is_payer {
        let asked = (caller.actor(), Action::ListShown);
        match files::open_list(&mut tx, &app, programme, list, asked).await {
            // Lines stay when their names are destroyed.
            Err(gone) if gone.status == StatusCode::GONE => None,
            opened => Some(opened?),
        }
    } else {
        None
    };
    tx.commit().await?;
    let items = lines
        .into_iter()
        .map(|it| on_list(it, is_payer, content.as_ref()));
    Ok(Json(Page {
        items: items.collect(),
        next: None,
    }))
}

fn on_list(line: LineOnList, is_payer: bool, content: Option<&ListContent>) -> ListLineJson {
    let id = AllowanceId(line.line_id);
    let identity = content.and_then(|it| it.names().get(&id).copied());
    ListLineJson {
        id,
        peer: (!is_payer).then_some(PeerId(line.peer_id)),
        surname: identity.map(|it| it.surname.clone()),
        first_name: identity.map(|it| it.first_name.clone()),
        outing_day: line.outing_day,
        entry: line.entry,
        amount_cents: Cents(line.amount_cents),
        state: line.state,
        returned: line.returned_act.is_some(),
        mode: line.mode,
        paid_on: line.paid_on,
        receipt: line.receipt,
    }
}

/// Under which id an act is done: sent twice, done once.
#[derive(Default, Deserialize)]
pub struct ActBody {
    id: Option<Uuid>,
}

impl ActBody {
    fn id(&self) -> Uuid {
        self.id.unwrap_or_else(Uuid::now_v7)
    }
}

/// `POST /api/v1/allowance-lists/{number}/send`
pub async fn send(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    MaybeJson(body): MaybeJson<ActBody>,
) -> Result<Json<ListJson>, Problem> {
    let number = number_in(&number)?;
    life::send(&app, &caller, number, body.id()).await?;
    told(&app, &caller, number).await
}

/// `POST /api/v1/allowance-lists/{number}/acknowledge`
pub async fn acknowledge(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    MaybeJson(body): MaybeJson<ActBody>,
) -> Result<Json<ListJson>, Problem> {
    let number = number_in(&number)?;
    life::acknowledge(&app, &caller, number, body.id()).await?;
    told(&app, &caller, number).await
}

/// How lines are paid; what is left out is as usual.
#[derive(Default, Deserialize)]
pub struct PayBody {
    id: Option<Uuid>,
    lines: Option<Vec<AllowanceId>>,
    decision: Option<String>,
    mode: Option<String>,
    paid_on: Option<String>,
    hand: Option<String>,
    #[serde(default)]
    vouchers: BTreeMap<AllowanceId, Vec<String>>,
    receipt: Option<ReceiptBody>,
}

/// How it is known that the person has it.
#[derive(Deserialize)]
pub struct ReceiptBody {
    how: String,
    names: Option<String>,
}

impl ReceiptBody {
    fn read(&self) -> Result<Receipted, Invalid> {
        let how = Receipt::from_code(&self.how);
        let how = how.ok_or_else(|| Invalid::new("how", "unknown_value"))?;
        let names = self.names.as_deref().map(|it| Reason::new("names", it));
        Receipted::new(how, names.transpose()?)
    }
}

impl PayBody {
    fn read(self) -> Result<Paying, Invalid> {
        let title = |field, text: Option<String>| -> Result<Option<Title>, Invalid> {
            text.map(|it| Title::new(field, &it)).transpose()
        };
        let mode = self.mode.as_deref().map(|code| {
            PaymentMode::from_code(code).ok_or_else(|| Invalid::new("mode", "unknown_value"))
        });
        let paid_on = self.paid_on.as_deref().map(|day| {
            day.parse::<Day>()
                .map_err(|_| Invalid::new("paid_on", "not_a_day"))
        });
        let mut vouchers = BTreeMap::new();
        for (line, numbers) in self.vouchers {
            let numbers = numbers.iter().map(|it| Title::new("vouchers", it));
            vouchers.insert(line, numbers.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Paying {
            id: self.id.unwrap_or_else(Uuid::now_v7),
            lines: self.lines,
            decision: title("decision", self.decision)?,
            mode: mode.transpose()?,
            paid_on: paid_on.transpose()?,
            hand: title("hand", self.hand)?,
            vouchers,
            receipt: self.receipt.map(|it| it.read()).transpose()?,
        })
    }
}

/// `POST /api/v1/allowance-lists/{number}/pay`
pub async fn pay(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    MaybeJson(body): MaybeJson<PayBody>,
) -> Result<Json<ListJson>, Problem> {
    let number = number_in(&number)?;
    life::pay(&app, &caller, number, body.read()?).await?;
    told(&app, &caller, number).await
}

/// Which lines were received, and how it is known.
#[derive(Deserialize)]
pub struct ReceiveBody {
    id: Option<Uuid>,
    lines: Option<Vec<AllowanceId>>,
    how: String,
    names: Option<String>,
}

/// `POST /api/v1/allowance-lists/{number}/receipts`
pub async fn receive(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    ReadJson(body): ReadJson<ReceiveBody>,
) -> Result<Json<ListJson>, Problem> {
    let number = number_in(&number)?;
    let ReceiveBody {
        id,
        lines,
        how,
        names,
    } = body;
    let receipt = ReceiptBody { how, names }.read()?;
    let act = (id.unwrap_or_else(Uuid::now_v7), lines.as_deref());
    life::receive(&app, &caller, number, act, &receipt).await?;
    told(&app, &caller, number).await
}

/// Which line comes back, and why.
#[derive(Deserialize)]
pub struct ReturnBody {
    id: Option<Uuid>,
    line: AllowanceId,
    reason: String,
}

/// `POST /api/v1/allowance-lists/{number}/returns`
pub async fn give_back(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    ReadJson(body): ReadJson<ReturnBody>,
) -> Result<Json<ListJson>, Problem> {
    let number = number_in(&number)?;
    let reason = Reason::new("reason", &body.reason)?;
    let act = (body.id.unwrap_or_else(Uuid::now_v7), body.line);
    life::give_back(&app, &caller, number, act, &reason).await?;
    told(&app, &caller, number).await
}

/// `POST /api/v1/allowance-lists/{number}/statement`
pub async fn settle(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    MaybeJson(body): MaybeJson<ActBody>,
) -> Result<(StatusCode, Json<ListJson>), Problem> {
    let number = number_in(&number)?;
    statement::issue(&app, &caller, number, body.id()).await?;
    Ok((StatusCode::CREATED, told(&app, &caller, number).await?))
}

/// What somebody says about a line.
#[derive(Default, Deserialize)]
pub struct WordsBody {
    id: Option<Uuid>,
    words: Option<String>,
}

async fn line_told(
    app: &App,
    caller: &Caller,
    line: AllowanceId,
) -> Result<Json<LineJson>, Problem> {
    let mut tx = app.db.read().await?;
    let found = store::line(&mut tx, caller.programme, line).await?;
    Ok(Json(line_json(found.ok_or_else(Problem::not_found)?)))
}

/// `POST /api/v1/allowances/{id}/contest`
pub async fn contest_one(
    State(app): State<App>,
    caller: Caller,
    Path(line): Path<AllowanceId>,
    MaybeJson(body): MaybeJson<WordsBody>,
) -> Result<Json<LineJson>, Problem> {
    let words = body.words.as_deref().map(|it| Reason::new("words", it));
    contest::contest(&app, &caller, line, words.transpose()?).await?;
    line_told(&app, &caller, line).await
}

/// `POST /api/v1/allowances/{id}/answer`
pub async fn answer_one(
    State(app): State<App>,
    caller: Caller,
    Path(line): Path<AllowanceId>,
    MaybeJson(body): MaybeJson<WordsBody>,
) -> Result<Json<LineJson>, Problem> {
    let words = Reason::new("words", body.words.as_deref().unwrap_or_default())?;
    let act = (body.id.unwrap_or_else(Uuid::now_v7), &words);
    contest::answer(&app, &caller, line, act).await?;
    line_told(&app, &caller, line).await
}

/// The amounts of a presence.
#[derive(Serialize)]
pub struct RatesJson {
    rates: Vec<Rate>,
}

fn rates_json(table: &RateTable) -> Json<RatesJson> {
    Json(RatesJson {
        rates: table.all().to_vec(),
    })
}

/// `GET /api/v1/rates`
pub async fn rates(State(app): State<App>, caller: Caller) -> Result<Json<RatesJson>, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    Ok(rates_json(&settings.rates))
}

/// An amount and its first day.
#[derive(Deserialize)]
pub struct RateBody {
    from: String,
    amount_cents: i64,
}

/// `POST /api/v1/rates`
pub async fn set_rate(
    State(app): State<App>,
    caller: Caller,
    ReadJson(body): ReadJson<RateBody>,
) -> Result<Json<RatesJson>, Problem> {
    let from = body.from.parse::<Day>();
    let rate = Rate {
        from: from.map_err(|_| Invalid::new("from", "not_a_day"))?,
        amount_cents: Cents(body.amount_cents),
    };
    Ok(rates_json(&rates::set(&app, &caller, rate).await?))
}
