//! `/terrain/simple`: counting on a phone that cannot run the recorder. Plain forms, no script.
//!
//! Such a phone is a crew phone like any other: it joins by code, its token is in a cookie that
//! only these addresses read, and what it records goes in by the same door as every fact.

use super::crew;
use crate::access::{Caller, Who, credentials};
use crate::app::App;
use crate::facts;
use crate::http::appearance::theme;
use crate::http::assets::Assets;
use crate::http::client::ClientAddress;
use crate::http::error::Problem;
use crate::http::language::Reader;
use crate::http::page::{Html, render};
use crate::http::pieces::{Faults, Field, Tone, error_line, note};
use crate::http::reading::{Query, ReadForm};
use app::ui::Icon;
use app::ui::pictograms::{BASKET, CHECK, TRASH, UNDO, WARNING};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::crew::{FactStatus, JoinRequest, Pack};
use domain::fact::{Count, Item, Method};
use domain::french::counted;
use domain::limits::COUNT_MAX;
use domain::{DeviceId, Instant, Nature, SiteId};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use words::desk::common::count;
use words::desk::outings::simple as desk;
use words::recorder::{item as items, join as joining, not_joined, tabs};
use words::{Lang, simple as texts};

const HERE: &str = "/terrain/simple";

/// A phone that joined an outing and may still read.
struct CrewPhone {
    caller: Caller,
    device: DeviceId,
}

fn crew_phone(caller: Option<Extension<Caller>>) -> Option<CrewPhone> {
    let Extension(caller) = caller?;
    match caller.who {
        Who::Phone {
            device,
            reads: true,
            ..
        } => Some(CrewPhone { caller, device }),
        _ => None,
    }
}

/// What the last form did, carried by the address it leads to.
#[derive(Default, Deserialize)]
pub struct Done {
    /// How many were kept.
    #[serde(default)]
    garde: Option<u32>,
    /// Of what.
    #[serde(default)]
    quoi: String,
    /// The place stays chosen for the next ones.
    #[serde(default)]
    lieu: String,
    /// The fact that may be taken back.
    #[serde(default)]
    releve: Option<Uuid>,
    /// It was taken back.
    #[serde(default)]
    repris: Option<u8>,
}

/// `GET /terrain/simple`: joining, or counting.
pub async fn page(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    reader: Reader,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let lang = reader.lang;
    match crew_phone(caller) {
        None => Ok(join_page(
            &app.assets,
            reader,
            Joining::default(),
            &Faults::default(),
        )),
        Some(phone) => {
            let typed = Typed {
                lieu: done.lieu.clone(),
                ..Typed::default()
            };
            let faults = Faults::default();
            count_page(&app, reader, &phone, typed, &faults, said(lang, &done)).await
        }
    }
}

/// « Gardé : + 5 seringues », with a way back.
fn said(lang: Lang, done: &Done) -> Option<AnyView> {
    if done.repris.is_some() {
        return Some(note(Tone::Info, lang.say(texts::TAKEN_BACK)));
    }
    let (count, item) = (done.garde?, Item::from_code(&done.quoi)?);
    let kept = lang.fill(texts::KEPT, [&things(lang, item, i64::from(count))]);
    let back = done.releve.map(|id| {
        view! {
            <form method="post" action="/terrain/simple/reprendre">
                <input type="hidden" name="target" value=id.to_string()/>
                <input type="hidden" name="id" value=Uuid::now_v7().to_string()/>
                <button class="quiet">
                    <Icon path=UNDO/>
                    {lang.say(texts::TAKE_BACK)}
                </button>
            </form>
        }
    });
    Some(
        view! {
            <div class="kept-line">
                {note(Tone::Ok, view! { <b>{kept}</b> })}
                {back}
            </div>
        }
        .into_any(),
    )
}

/// « 5 seringues », for whoever reads this page.
fn things(lang: Lang, item: Item, n: i64) -> String {
    let words = match item {
        Item::Syringe => items::SYRINGES,
        Item::Needle => items::NEEDLES,
        Item::Pipe => items::PIPES,
        Item::Other => items::OTHERS,
    };
    lang.counted(words, n)
}

/// « 5 seringues », at the desk.
pub fn item_words(item: Item, n: i64) -> String {
    match item {
        Item::Syringe => counted(n, count::SYRINGE, count::SYRINGES),
        Item::Needle => counted(n, count::NEEDLE, count::NEEDLES),
        Item::Pipe => counted(n, count::PIPE, count::PIPES),
        Item::Other => counted(n, desk::ITEM_OTHER_ONE, desk::ITEM_OTHER_MANY),
    }
}

// ---- Joining

/// The joining form, as it was sent.
#[derive(Default, Deserialize)]
pub struct Joining {
    #[serde(default)]
    code: String,
    #[serde(default)]
    device: Option<Uuid>,
}

/// `POST /terrain/simple/rejoindre`
pub async fn join(
    State(app): State<App>,
    ClientAddress(from): ClientAddress,
    reader: Reader,
    ReadForm(typed): ReadForm<Joining>,
) -> Result<Response, Problem> {
    let asked = JoinRequest {
        code: typed.code.clone(),
        device: DeviceId(typed.device.unwrap_or_else(Uuid::new_v4)),
    };
    let joined = match crew::join(&app, from, &asked).await {
        Ok(joined) => joined,
        Err(problem) if problem.status.is_client_error() => {
            let faults = Faults::one("code", why_not_joined(reader.lang, &problem));
            let page = join_page(&app.assets, reader, typed, &faults);
            return Ok((problem.status, page).into_response());
        }
        Err(problem) => return Err(problem),
    };
    let cookie = credentials::crew_cookie(&joined.token, app.now(), joined.expires_at);
    Ok(with_cookie(Redirect::to(HERE).into_response(), cookie))
}

fn why_not_joined(lang: Lang, problem: &Problem) -> String {
    let text = match problem.code {
        "invalid" => texts::NOT_A_CODE,
        "unknown_code" | "code_expired" => texts::UNKNOWN,
        "phone_revoked" => texts::REVOKED,
        "outing_closed" => not_joined::CLOSED,
        "outing_cancelled" => texts::CANCELLED,
        _ if problem.status == StatusCode::TOO_MANY_REQUESTS => not_joined::TOO_MANY,
        _ => not_joined::SERVER,
    };
    lang.say(text).to_owned()
}

fn join_page(assets: &Assets, reader: Reader, typed: Joining, faults: &Faults) -> Response {
    let lang = reader.lang;
    let device = typed.device.unwrap_or_else(Uuid::new_v4);
    let error = faults.at("code");
    let title = if error.is_some() {
        texts::CODE_AGAIN
    } else {
        joining::TITLE
    };
    plain(assets, reader, lang.say(title), move || {
        let code = Field {
            name: "code",
            label: lang.say(joining::LABEL),
            kind: "text",
            value: typed.code,
            help: Some(lang.say(joining::HELP).into()),
            error,
            class: Some("code-input"),
            ..Field::default()
        };
        view! {
            <Icon path=BASKET/>
            <h1>{lang.say(joining::TITLE)}</h1>
            <p>{lang.say(texts::ABOUT)}</p>
            <form class="form" method="post" action="/terrain/simple/rejoindre" novalidate>
                <input type="hidden" name="device" value=device.to_string()/>
                {code.view()}
                <button class="primary">{lang.say(joining::BUTTON)}</button>
            </form>
        }
        .into_any()
    })
}

fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /terrain/simple/effacer`: nothing of the outing stays on this phone.
pub async fn forget() -> Response {
    let response = Redirect::to(HERE).into_response();
    with_cookie(response, credentials::no_crew_cookie())
}

// ---- Counting

/// The counting form, as it was sent.
#[derive(Default, Deserialize)]
pub struct Typed {
    /// Id of the fact, made by the server with the form: sent twice, it counts once.
    #[serde(default)]
    id: Option<Uuid>,
    /// When the form was made, for the same reason.
    #[serde(default)]
    at: String,
    #[serde(default)]
    seq: u32,
    /// A site, or nothing for « ici ».
    #[serde(default)]
    lieu: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    count: String,
    #[serde(default)]
    method: String,
}

/// A form that is right.
struct Counted {
    site: Option<SiteId>,
    item: Item,
    count: Count,
    method: Method,
}

impl Typed {
    fn check(&self, lang: Lang, pack: &Pack) -> Result<Counted, Faults> {
        let count = self.count.trim().parse().ok();
        let count = count.and_then(|n| Count::new(n).ok());
        let count = count.ok_or_else(|| {
            let most = lang.number(i64::from(COUNT_MAX));
            Faults::one("count", lang.fill(texts::OUT_OF_RANGE, [&most]))
        })?;
        let site = match self.lieu.as_str() {
            "" => None,
            text => {
                let known = pack.sites.iter().find(|it| it.id.to_string() == text);
                let gone = || Faults::one("lieu", lang.say(texts::NO_SUCH_PLACE));
                let known = known.ok_or_else(gone)?;
                Some(known.id)
            }
        };
        Ok(Counted {
            site,
            count,
            item: Item::from_code(&self.item).unwrap_or(Item::Syringe),
            method: Method::from_code(&self.method).unwrap_or(Method::Counted),
        })
    }

    fn fact(&self, phone: &CrewPhone, pack: &Pack, it: &Counted, now: Instant) -> Value {
        let mut data = json!({
            "item": it.item.code(), "count": it.count.get(), "method": it.method.code(),
        });
        if let Some(site) = it.site {
            data["site"] = json!(site);
        }
        let at: Instant = self.at.parse().unwrap_or(now);
        json!({
            "id": self.id.unwrap_or_else(Uuid::now_v7),
            "kind": "pickup",
            "outing": pack.outing.id,
            "device": phone.device,
            "seq": self.seq,
            "recorded_at": at,
            "data": data,
        })
    }
}

/// `POST /terrain/simple`: one pickup.
pub async fn record(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    reader: Reader,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let Some(phone) = crew_phone(caller) else {
        return Ok(Redirect::to(HERE).into_response());
    };
    let pack = crew::pack(&app, &phone.caller).await?;
    let lang = reader.lang;
    let it = match typed.check(lang, &pack) {
        Ok(it) => it,
        Err(faults) => {
            let page = count_page(&app, reader, &phone, typed, &faults, None).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let fact = typed.fact(&phone, &pack, &it, app.now());
    let status = send(&app, &phone, &fact).await?;
    if !matches!(status, Some(FactStatus::Accepted | FactStatus::Duplicate)) {
        let fresh = Typed { id: None, ..typed };
        let faults = Faults::one("count", lang.say(texts::USED_BEFORE));
        let page = count_page(&app, reader, &phone, fresh, &faults, None).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let to = format!(
        "{HERE}?garde={}&quoi={}&lieu={}&releve={}",
        it.count.get(),
        it.item.code(),
        it.site.map(|site| site.to_string()).unwrap_or_default(),
        fact["id"].as_str().unwrap_or_default(),
    );
    Ok(Redirect::to(&to).into_response())
}

async fn send(app: &App, phone: &CrewPhone, fact: &Value) -> Result<Option<FactStatus>, Problem> {
    let answer = facts::receive(
        app,
        &phone.caller,
        facts::Delivery::default(),
        std::slice::from_ref(fact),
    )
    .await?;
    Ok(answer.results.first().map(|it| it.status))
}

/// The last count, taken back.
#[derive(Deserialize)]
pub struct TakingBack {
    id: Uuid,
    target: Uuid,
}

/// `POST /terrain/simple/reprendre`
pub async fn take_back(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    ReadForm(asked): ReadForm<TakingBack>,
) -> Result<Response, Problem> {
    let Some(phone) = crew_phone(caller) else {
        return Ok(Redirect::to(HERE).into_response());
    };
    let Who::Phone { outing, .. } = phone.caller.who else {
        return Err(Problem::forbidden());
    };
    let fact = json!({
        "id": asked.id,
        "kind": "void",
        "outing": outing,
        "device": phone.device,
        "seq": next_seq(&app, &phone).await?,
        "recorded_at": app.now(),
        "data": {"target": asked.target},
    });
    send(&app, &phone, &fact).await?;
    Ok(Redirect::to(&format!("{HERE}?repris=1")).into_response())
}

/// One more than the facts this phone handed in.
async fn next_seq(app: &App, phone: &CrewPhone) -> Result<u32, Problem> {
    let Who::Phone { outing, device, .. } = phone.caller.who else {
        return Ok(0);
    };
    let mut tx = app.db.read().await?;
    let phones = crew::store::phones(&mut tx, phone.caller.programme, outing).await?;
    let mine = phones.iter().find(|it| it.device_id == device.0);
    Ok(mine.map_or(0, |it| u32::try_from(it.facts).unwrap_or(u32::MAX - 1) + 1))
}

/// Syringes of the whole team so far.
async fn team_total(app: &App, phone: &CrewPhone, pack: &Pack) -> Result<i64, Problem> {
    let mut tx = app.db.read().await?;
    let programme = phone.caller.programme;
    let sums = facts::store::pickup_sums(&mut tx, programme, pack.outing.id).await?;
    let syringes = sums.iter().filter(|it| it.item == Item::Syringe.code());
    Ok(syringes.map(|it| it.total).sum())
}

async fn count_page(
    app: &App,
    reader: Reader,
    phone: &CrewPhone,
    typed: Typed,
    faults: &Faults,
    said: Option<AnyView>,
) -> Result<Response, Problem> {
    let pack = crew::pack(app, &phone.caller).await?;
    let total = team_total(app, phone, &pack).await?;
    let hidden = Hidden {
        id: typed.id.unwrap_or_else(Uuid::now_v7),
        at: app.now(),
        seq: next_seq(app, phone).await?,
    };
    let faults = faults.clone();
    let lang = reader.lang;
    let title = if faults.is_empty() {
        texts::COUNT
    } else {
        texts::NUMBER_AGAIN
    };
    Ok(plain(&app.assets, reader, lang.say(title), move || {
        let closed = matches!(pack.outing.state.as_str(), "closed" | "cancelled");
        view! {
            <h1>{pack.outing.title.clone()}</h1>
            {said}
            {closed.then(|| note(Tone::Wait, lang.say(texts::LATE)))}
            <p class="count">
                <output>{lang.number(total)}</output>
                <span class="soft">{lang.count(texts::ALL_SYRINGES, total, [])}</span>
            </p>
            {count_form(lang, &pack, typed, &faults, &hidden)}
            <form method="post" action="/terrain/simple/effacer">
                <button class="quiet">
                    <Icon path=TRASH/>
                    {lang.say(words::recorder::end::WIPE)}
                </button>
            </form>
        }
        .into_any()
    }))
}

/// What makes a form sent twice one fact.
struct Hidden {
    id: Uuid,
    at: Instant,
    seq: u32,
}

fn count_form(lang: Lang, pack: &Pack, typed: Typed, faults: &Faults, hidden: &Hidden) -> AnyView {
    let count = Field {
        name: "count",
        label: lang.say(texts::HOW_MANY),
        kind: "number",
        value: typed.count,
        error: faults.at("count"),
        inputmode: Some("numeric"),
        class: Some("how-many"),
        ..Field::default()
    };
    let kinds: Vec<_> = Item::ALL
        .iter()
        .map(|it| (it.code(), lang.say(item_label(*it))))
        .collect();
    let methods: Vec<_> = [
        (Method::Counted, texts::COUNTED),
        (Method::Estimated, texts::ESTIMATED),
    ]
    .map(|(it, label)| (it.code(), lang.say(label)))
    .to_vec();
    view! {
        <form class="form" method="post" action=HERE novalidate>
            <input type="hidden" name="id" value=hidden.id.to_string()/>
            <input type="hidden" name="at" value=hidden.at.to_string()/>
            <input type="hidden" name="seq" value=hidden.seq.to_string()/>
            {place_field(lang, pack, &typed.lieu, faults.at("lieu"))}
            {count.view()}
            {choices("item", lang.say(texts::WHAT), kinds, &typed.item)}
            {choices("method", lang.say(texts::HOW), methods, &typed.method)}
            <button class="primary">
                <Icon path=CHECK/>
                {lang.say(texts::KEEP)}
            </button>
        </form>
    }
    .into_any()
}

fn item_label(item: Item) -> words::Text {
    match item {
        Item::Syringe => texts::SYRINGES,
        Item::Needle => texts::NEEDLES,
        Item::Pipe => texts::PIPES,
        Item::Other => texts::OTHERS,
    }
}

fn place_field(lang: Lang, pack: &Pack, chosen: &str, error: Option<String>) -> AnyView {
    let options: Vec<_> = pack
        .sites
        .iter()
        .map(|site| {
            let id = site.id.to_string();
            let selected = id == chosen;
            let label = match site.nature {
                Nature::Public => site.title.clone(),
                Nature::Discreet => lang.fill(texts::DISCREET, [&site.title]),
            };
            view! { <option value=id selected=selected>{label}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for="lieu">{lang.say(texts::WHERE)}</label>
            {error.map(|text| error_line("lieu-erreur".into(), text))}
            <select id="lieu" name="lieu">
                <option value="">{lang.say(texts::HERE)}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// One of a few, all in sight; the first one when nothing was chosen.
fn choices(
    name: &'static str,
    legend: &'static str,
    options: Vec<(&'static str, &'static str)>,
    chosen: &str,
) -> AnyView {
    let known = options.iter().any(|(code, _)| *code == chosen);
    let boxes: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(rank, (code, label))| {
            let checked = if known { code == chosen } else { rank == 0 };
            view! {
                <label class="choice">
                    <input type="radio" name=name value=code checked=checked/>
                    {label}
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="pair">
            <legend>{legend}</legend>
            {boxes}
        </fieldset>
    }
    .into_any()
}

/// A page of the recorder's look, without its script. Its title says nothing to whoever picks the
/// phone up.
fn plain(
    assets: &Assets,
    reader: Reader,
    title: &'static str,
    content: impl FnOnce() -> AnyView,
) -> Response {
    let lang = reader.lang;
    let style = assets.path("terrain.css").map(str::to_owned);
    let title = format!("{title} · Cueillette");
    let html: Html = render(|| {
        view! {
            <html lang=lang.tag() data-theme=theme()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="theme-color" content="#0b4f5f"/>
                    <title>{title}</title>
                    <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                    {style.map(|href| view! { <link rel="stylesheet" href=href/> })}
                </head>
                <body>
                    <main class="plain">
                        {content()}
                        <a class="button danger" href="/aide/piqure">
                            <Icon path=WARNING/>
                            {lang.say(tabs::NEEDLE_STICK)}
                        </a>
                        {reader.rows()}
                    </main>
                </body>
            </html>
        }
        .into_any()
    });
    html.into_response()
}
