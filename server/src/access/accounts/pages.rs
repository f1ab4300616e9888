//! `/comptes`: the people of one's own body, for those who manage them.

use super::store::{Member, Waiting};
use super::{body, end, invite, let_administer, offer_password, store, withdraw};
use crate::access::Caller;
use crate::access::role::Administrator;
use crate::app::{App, local_day};
use crate::export::collate;
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, crumbs, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::http::sifting::{Asked, Choices};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{KEY, NEXT, PERSON};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{AccountId, FieldError, Instant, Settings, french};
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;
use words::desk::access::accounts as say;
use words::desk::common;

const ADMINISTERS: &str = "gere";
const NO_CODE: &str = "sans-code";
const NO_SESSION: &str = "sans-session";
const NEWEST: &str = "nouveau";
const CHOICES: Choices = Choices {
    path: "/comptes",
    at: "",
    states_name: say::STATES_NAME,
    states: &[
        ("", common::EVERYBODY),
        (ADMINISTERS, say::STATE_ADMINISTERS),
        (NO_CODE, say::STATE_NO_CODE),
        (NO_SESSION, say::STATE_NO_SESSION),
    ],
    orders: &[("", say::ORDER_BY_NAME), (NEWEST, say::ORDER_NEWEST)],
};

/// Those who are asked for, in the order that is asked for.
fn among<'a>(asked: &Asked, all: &'a [Member]) -> Vec<&'a Member> {
    let state = CHOICES.state(asked);
    let wanted = |it: &&Member| match state {
        ADMINISTERS => it.administers,
        NO_CODE => !it.has_second_factor,
        NO_SESSION => it.seen_at.is_none(),
        _ => true,
    };
    let mut shown: Vec<_> = all.iter().filter(wanted).collect();
    match CHOICES.order(asked) {
        NEWEST => shown.sort_by_key(|it| std::cmp::Reverse(it.created_at)),
        _ => {
            let order = collate::french();
            shown.sort_by(|a, b| order.compare(&a.name, &b.name));
        }
    }
    shown
}

/// `GET /comptes`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    by: Administrator,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    list_page(
        &app,
        &caller,
        &by,
        &asked,
        Inviting::default(),
        &Faults::default(),
    )
    .await
}

async fn list_page(
    app: &App,
    caller: &Caller,
    Administrator(by): &Administrator,
    asked: &Asked,
    typed: Inviting,
    faults: &Faults,
) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, by.programme).await?;
    let members = store::members(&mut tx, by.programme, by.role).await?;
    let waiting = store::waiting(&mut tx, by.programme, by.role, now).await?;
    drop(tx);
    let whose = body(&settings, by.role)
        .map(|it| it.of_the())
        .unwrap_or_default();
    let frame = Frame::of(&app.assets, caller, &settings, common::ACCOUNTS, "/comptes");
    let shown = page(&frame, || {
        let own = by.account.0;
        let shown = among(asked, &members);
        let rows: Vec<_> = shown
            .iter()
            .map(|it| row(it, own, &settings, now))
            .collect();
        let nobody = rows.is_empty().then(|| {
            view! { <div class="empty"><Icon path=PERSON/><p>{say::EMPTY}</p></div> }
        });
        view! {
            {crumbs("/compte".into(), common::MY_ACCOUNT)}
            <div class="head">
                <div>
                    <h1>{common::ACCOUNTS}</h1>
                    <p class="soft">{say::INTRO_BEFORE_WHOSE}" "{whose}{say::INTRO_AFTER_WHOSE}</p>
                </div>
            </div>
            {done_note(&asked.fait)}
            <section class="card accounts">
                <h2>{say::LIST_TITLE}</h2>
                {CHOICES.links(asked, members.len())}
                {nobody}
                <ul class="rows">{rows}</ul>
            </section>
            {waiting_view(&waiting, &settings)}
            {invite_form(typed, faults)}
            {keys_link()}
        }
        .into_any()
    });
    Ok(shown.into_response())
}

fn keys_link() -> AnyView {
    view! {
        <a class="card door" href="/comptes/cles">
            <Icon path=KEY/>
            <span>
                <b>{say::KEYS_LINK}</b>
                <small>{say::KEYS_ABOUT}</small>
            </span>
        </a>
    }
    .into_any()
}

fn done_note(done: &str) -> Option<AnyView> {
    let words = match done {
        "fin" => say::DONE_CLOSED,
        "droit" => say::DONE_RIGHT_GIVEN,
        "sans-droit" => say::DONE_RIGHT_REMOVED,
        "annulee" => say::DONE_LINK_CANCELLED,
        _ => return None,
    };
    Some(note(Tone::Ok, words))
}

fn row(member: &Member, own: Uuid, settings: &Settings, now: Instant) -> AnyView {
    let href = format!("/comptes/{}", member.id);
    let (name, login) = (member.name.clone(), member.login.clone());
    let is_own = (member.id == own).then(|| view! { " "{say::ROW_YOU} });
    let seen = seen_words(member.seen_at, settings, now);
    let administers = member
        .administers
        .then(|| view! { <span class="tag">{say::ROW_ADMINISTERS}</span> });
    let code = member
        .has_second_factor
        .then(|| view! { <span class="tag ok">{say::ROW_WITH_CODE}</span> });
    view! {
        <li>
            <a class="row somebody" href=href>
                <Icon path=PERSON/>
                <span class="row-text">
                    <b>{name}{is_own}</b>
                    <small>{login}</small>
                    <small>{seen}</small>
                </span>
                <span class="row-tags">{administers}{code}</span>
                <Icon path=NEXT/>
            </a>
        </li>
    }
    .into_any()
}

/// The last use of a session that is still open, by day: more is nobody's business.
fn seen_words(at: Option<i64>, settings: &Settings, now: Instant) -> String {
    let Some(at) = at else {
        return say::SEEN_NO_SESSION.into();
    };
    let day = local_day(settings, Instant::from_ms(at));
    match day == local_day(settings, now) {
        true => say::SEEN_TODAY.into(),
        false => say::seen_on_day(&french::date(day)),
    }
}

fn waiting_view(waiting: &[Waiting], settings: &Settings) -> Option<AnyView> {
    if waiting.is_empty() {
        return None;
    }
    let rows: Vec<_> = waiting.iter().map(|it| waiting_row(it, settings)).collect();
    let view = view! {
        <section class="card accounts">
            <h2>{say::WAITING_TITLE}</h2>
            <ul class="rows">{rows}</ul>
        </section>
    };
    Some(view.into_any())
}

fn waiting_row(it: &Waiting, settings: &Settings) -> AnyView {
    let until = french::date(local_day(settings, Instant::from_ms(it.expires_at)));
    let (name, whose) = (it.name.clone(), it.name.clone());
    let what = match it.is_reset {
        true => say::WAITING_NEW_PASSWORD,
        false => say::WAITING_INVITATION,
    };
    let action = format!("/comptes/liens/{}", it.id);
    view! {
        <li>
            <form class="row" method="post" action=action>
                <Icon path=KEY/>
                <span class="row-text">
                    <b>{name}</b>
                    <small>{it.login.clone()}</small>
                    <small>{what}{say::WAITING_UNTIL}" "{until}</small>
                </span>
                <button class="quiet">{common::CANCEL}<span class="sr">" "{say::CANCEL_WHICH_LINK}" "{whose}</span></button>
            </form>
        </li>
    }
    .into_any()
}

fn invite_form(typed: Inviting, faults: &Faults) -> AnyView {
    let name = Field {
        name: "name",
        label: say::LABEL_NAME,
        kind: "text",
        value: typed.name,
        error: faults.at("name"),
        ..Field::default()
    };
    let login = Field {
        name: "login",
        label: common::MAIL_ADDRESS,
        kind: "email",
        value: typed.login,
        help: Some(say::HINT_ADDRESS.into()),
        error: faults.at("login"),
        ..Field::default()
    };
    let ticked = typed.administers.is_some();
    view! {
        <form class="form card account" method="post" action="/comptes" novalidate id="inviter">
            <h2>{say::INVITE_TITLE}</h2>
            <input type="hidden" name="id" value=Uuid::new_v4().to_string()/>
            {name.view()}
            {login.view()}
            <label class="choice">
                <input type="checkbox" name="administers" value="oui" checked=ticked/>
                <span>{say::INVITE_ADMINISTERS_TOO}</span>
            </label>
            <p class="actions"><button class="primary">{say::MAKE_INVITATION_LINK}</button></p>
        </form>
    }
    .into_any()
}

/// Whom to invite.
#[derive(Default, Deserialize)]
pub struct Inviting {
    /// Made with the form: sent twice, one link.
    id: Option<Uuid>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    login: String,
    administers: Option<String>,
}

/// What is wrong with a name or an e-mail, in words.
pub fn words(error: &FieldError) -> Option<&'static str> {
    Some(match (error.field.as_str(), error.code) {
        ("name", "missing") => say::REFUSED_NAME_MISSING,
        ("name", _) => say::REFUSED_NAME_TOO_LONG,
        ("login", "has_account") => say::REFUSED_HAS_ACCOUNT,
        ("login", "taken") => say::REFUSED_ADDRESS_TAKEN,
        ("login", _) => say::REFUSED_ADDRESS_SHAPE,
        ("password", "too_common") => super::passwords::Weak::Common.sentence(),
        ("password", "too_weak") => super::passwords::Weak::Short.sentence(),
        ("password", _) => super::passwords::Weak::Long.sentence(),
        _ => return None,
    })
}

/// `POST /comptes`: an invitation, whose link is shown this once.
pub async fn invite_one(
    State(app): State<App>,
    caller: Caller,
    by: Administrator,
    origin: Origin,
    ReadForm(typed): ReadForm<Inviting>,
) -> Result<Response, Problem> {
    let administers = typed.administers.is_some();
    let form = typed.id.unwrap_or_else(Uuid::new_v4);
    match invite(&app, &by.0, form, (&typed.name, &typed.login), administers).await {
        Ok(token) => {
            let name = typed.name.trim().to_owned();
            let what = say::LINK_FOR_INVITATION;
            link_page(&app, &caller, &origin, &token, name, what).await
        }
        Err(problem) => {
            let faults = Faults::of(&problem, words).ok_or(problem)?;
            let asked = Asked::default();
            let form = list_page(&app, &caller, &by, &asked, typed, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response())
        }
    }
}

/// A link to hand over, this once.
async fn link_page(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    token: &str,
    name: String,
    what: &'static str,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, caller.programme).await?;
    drop(tx);
    let link = format!("{}/invitation/{token}", origin.0);
    let frame = Frame::of(
        &app.assets,
        caller,
        &settings,
        say::LINK_PAGE_TITLE,
        "/comptes",
    );
    let shown = page(&frame, || {
        view! {
            {crumbs("/comptes".into(), common::ACCOUNTS)}
            <div class="head"><h1>{say::LINK_HEADING_BEFORE_NAME}" "{name}</h1></div>
            <section class="card">
                {note(Tone::Wait, say::LINK_COPY_NOW)}
                <p class="secret" data-link>{link}</p>
                <p>{what}" "{say::LINK_GOOD_ONCE}</p>
                <p class="soft">{say::LINK_HOW_TO_GIVE}</p>
                <p class="actions"><a class="button primary" href="/comptes">{say::LINK_GIVEN}</a></p>
            </section>
        }
        .into_any()
    });
    Ok(shown.into_response())
}

/// `GET /comptes/{id}`
pub async fn detail(
    State(app): State<App>,
    caller: Caller,
    Administrator(by): Administrator,
    Path(id): Path<AccountId>,
) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, by.programme).await?;
    let (_, member) = super::member(&mut tx, &by, id).await?;
    drop(tx);
    let title = member.name.clone();
    let frame = Frame::of(&app.assets, &caller, &settings, title, "/comptes");
    let is_own = by.account == id;
    let shown = page(&frame, || detail_view(&member, is_own));
    Ok(shown.into_response())
}

fn detail_view(member: &Member, is_own: bool) -> AnyView {
    let (name, login) = (member.name.clone(), member.login.clone());
    let acts = match is_own {
        true => note(
            Tone::Info,
            view! { {say::DETAIL_IS_YOU}" "<a href="/compte">{common::MY_ACCOUNT}</a>"." },
        ),
        false => acts(member),
    };
    view! {
        {crumbs("/comptes".into(), common::ACCOUNTS)}
        <div class="head">
            <div>
                <h1>{name}</h1>
                <p class="soft">{login}</p>
            </div>
        </div>
        {acts}
    }
    .into_any()
}

fn acts(member: &Member) -> AnyView {
    let action = format!("/comptes/{}", member.id);
    let (to_reset, to_manage, to_end) = (action.clone(), action.clone(), action);
    let lost = member.has_second_factor.then(|| {
        view! {
            <label class="choice">
                <input type="checkbox" name="telephone" value="perdu"/>
                <span>{say::RESET_PHONE_LOST_TOO}</span>
            </label>
        }
    });
    let (act, what, button) = match member.administers {
        true => ("ne-plus-gerer", say::RIGHT_HELD, say::RIGHT_REMOVE),
        false => ("gerer", say::RIGHT_NOT_HELD, say::RIGHT_GIVE),
    };
    view! {
        <form class="form card account" method="post" action=to_reset>
            <h2>{say::RESET_TITLE}</h2>
            <p>{say::RESET_INTRO}</p>
            {lost}
            <p class="actions">
                <button class="primary" name="action" value="mot-de-passe">{say::RESET_MAKE_LINK}</button>
            </p>
        </form>
        <form class="form card account" method="post" action=to_manage>
            <h2>{say::RIGHT_TITLE}</h2>
            <p>{what}</p>
            <p class="actions"><button name="action" value=act>{button}</button></p>
        </form>
        <form class="form card account" method="post" action=to_end>
            <h2>{say::CLOSE_TITLE}</h2>
            <p>{say::CLOSE_INTRO}</p>
            <p class="actions">
                <button class="danger" name="action" value="fin">{say::CLOSE_ACCOUNT}</button>
            </p>
        </form>
    }
    .into_any()
}

/// What to do with a member.
#[derive(Deserialize)]
pub struct Acting {
    #[serde(default)]
    action: String,
    telephone: Option<String>,
}

/// `POST /comptes/{id}`
pub async fn act(
    State(app): State<App>,
    caller: Caller,
    Administrator(by): Administrator,
    origin: Origin,
    Path(id): Path<AccountId>,
    ReadForm(form): ReadForm<Acting>,
) -> Result<Response, Problem> {
    let done = match form.action.as_str() {
        "mot-de-passe" => {
            let drops = form.telephone.is_some();
            let (token, name) = offer_password(&app, &by, id, drops).await?;
            let what = say::LINK_FOR_NEW_PASSWORD;
            return link_page(&app, &caller, &origin, &token, name, what).await;
        }
        "gerer" => {
            let_administer(&app, &by, id, true).await?;
            "droit"
        }
        "ne-plus-gerer" => {
            let_administer(&app, &by, id, false).await?;
            "sans-droit"
        }
        "fin" => {
            end(&app, &by, id).await?;
            "fin"
        }
        _ => return Err(Problem::malformed("action", "unknown")),
    };
    Ok(Redirect::to(&format!("/comptes?fait={done}")).into_response())
}

/// `POST /comptes/liens/{id}`: takes a link back.
pub async fn withdraw_one(
    State(app): State<App>,
    Administrator(by): Administrator,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    withdraw(&app, &by, id).await?;
    Ok(Redirect::to("/comptes?fait=annulee").into_response())
}
