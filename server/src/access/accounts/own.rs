//! `/compte`: one's own e-mail, password, codes and sessions.

use super::invitation::{new_password_fields, unlike};
use super::pages::words;
use super::store::{self, Own, Session};
use super::{appoint_again, login_of, strong_enough, subject};
use crate::access::credentials::{is_password, new_session_token, open_session, session_hash};
use crate::access::role::Staff;
use crate::access::second_factor::pages::{codes_view, with_cookies};
use crate::access::store as accounts;
use crate::access::tokens::store::name_of_hash;
use crate::access::{Action, Caller, journal, second_factor};
use crate::app::{App, local_day, local_hour};
use crate::http::error::Problem;
use crate::http::page::{Frame, page};
use crate::http::pieces::{Faults, Field, Tone, note};
use crate::http::reading::{Path, Query, ReadForm};
use crate::programmes;
use app::ui::Icon;
use app::ui::pictograms::{PEOPLE, PHONE};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Instant, Invalid, Settings, french};
use leptos::prelude::*;
use serde::Deserialize;
use uuid::Uuid;
use words::desk::access::accounts::own as say;
use words::desk::common;

/// What the form before this page did.
#[derive(Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    fait: String,
}

/// `GET /compte`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    of: Staff,
    headers: HeaderMap,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    shown(&app, &caller, &of, &headers, &done.fait, Wrong::default()).await
}

/// What was wrong in which form.
#[derive(Default)]
struct Wrong {
    form: &'static str,
    login: String,
    faults: Faults,
}

impl Wrong {
    fn in_form(&self, form: &str) -> Faults {
        if self.form == form {
            self.faults.clone()
        } else {
            Faults::default()
        }
    }
}

struct Account {
    own: Own,
    codes_left: i64,
    sessions: Vec<Session>,
    this: Option<Vec<u8>>,
}

async fn shown(
    app: &App,
    caller: &Caller,
    of: &Staff,
    headers: &HeaderMap,
    done: &str,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, of.programme).await?;
    let own = store::own(&mut tx, of).await?;
    let account = Account {
        own: own.ok_or_else(Problem::not_found)?,
        codes_left: second_factor::store::recovery_left(&mut tx, of).await?,
        sessions: store::sessions(&mut tx, of, now).await?,
        this: session_hash(headers),
    };
    drop(tx);
    let frame = Frame::of(
        &app.assets,
        caller,
        &settings,
        common::MY_ACCOUNT,
        "/compte",
    );
    let administers = caller.administers();
    let html = page(&frame, || {
        view! {
            <div class="head">
                <div>
                    <h1>{common::MY_ACCOUNT}</h1>
                    <p class="soft">{account.own.name.clone()}" · "{account.own.login.clone()}</p>
                </div>
            </div>
            {done_note(done)}
            {administers.then(people_link)}
            {sessions_view(&account, &settings, now)}
            {code_view(&account, &wrong.in_form("codes"))}
            {password_form(&wrong.in_form("password"))}
            {login_form(&wrong)}
        }
        .into_any()
    });
    let status = match wrong.faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, html).into_response())
}

fn done_note(done: &str) -> Option<AnyView> {
    let words = match done {
        "mot-de-passe" => say::DONE_PASSWORD_CHANGED,
        "session" => say::DONE_SESSION_CLOSED,
        "adresse" => say::DONE_ADDRESS_CHANGED,
        _ => return None,
    };
    Some(note(Tone::Ok, words))
}

fn people_link() -> AnyView {
    view! {
        <a class="card door" href="/comptes">
            <Icon path=PEOPLE/>
            <span>
                <b>{say::TEAM_ACCOUNTS_LINK}</b>
                <small>{say::TEAM_ACCOUNTS_ABOUT}</small>
            </span>
        </a>
    }
    .into_any()
}

fn sessions_view(account: &Account, settings: &Settings, now: Instant) -> AnyView {
    let rows: Vec<_> = account
        .sessions
        .iter()
        .map(|it| {
            let is_this = account.this.as_ref() == Some(&it.token_hash);
            session_row(it, is_this, settings, now)
        })
        .collect();
    view! {
        <section class="card accounts">
            <h2>{say::SESSIONS_TITLE}</h2>
            <p class="soft">{say::SESSIONS_INTRO}</p>
            <ul class="rows">{rows}</ul>
            <form method="post" action="/compte/sessions">
                <p class="actions"><button>{say::SIGN_OUT_EVERYWHERE}</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// A session by its device, when it began, and the day it was last seen.
fn session_row(it: &Session, is_this: bool, settings: &Settings, now: Instant) -> AnyView {
    let device = match it.device.is_empty() {
        true => say::DEVICE_UNKNOWN.to_owned(),
        false => it.device.clone(),
    };
    let (began, seen) = (
        Instant::from_ms(it.created_at),
        Instant::from_ms(it.seen_at),
    );
    let day = |at| match local_day(settings, at) {
        day if day == local_day(settings, now) => common::TODAY.to_owned(),
        day => say::on_day(&french::date(day)),
    };
    let (began, seen) = (
        say::day_and_hour(&day(began), &local_hour(settings, began)),
        day(seen),
    );
    let end = match is_this {
        true => view! { <span class="tag ok">{say::SESSION_THIS_ONE}</span> }.into_any(),
        false => {
            let which = say::session_which(&device, &began);
            view! { <button class="quiet">{common::CLOSE}<span class="sr">" "{say::CLOSE_WHICH_SESSION}" "{which}</span></button> }
                .into_any()
        }
    };
    let text = view! {
        <Icon path=PHONE/>
        <span class="row-text">
            <b>{device}</b>
            <small>{say::SESSION_OPENED}" "{began}"."</small>
            <small>{say::SESSION_USED}" "{seen}"."</small>
        </span>
        {end}
    };
    let action = format!("/compte/sessions/{}", name_of_hash(&it.token_hash));
    match is_this {
        true => view! { <li class="row">{text}</li> }.into_any(),
        false => view! { <li><form class="row" method="post" action=action>{text}</form></li> }
            .into_any(),
    }
}

fn current_password(faults: &Faults, id: &'static str) -> AnyView {
    let field = Field {
        name: id,
        label: say::LABEL_CURRENT_PASSWORD,
        kind: "password",
        error: faults.at("current"),
        autocomplete: Some("current-password"),
        ..Field::default()
    };
    field.view()
}

fn code_view(account: &Account, faults: &Faults) -> AnyView {
    let left = french::counted(
        account.codes_left,
        say::RECOVERY_CODES_ONE,
        say::RECOVERY_CODES_MANY,
    );
    let (what, action, button) = match account.own.has_second_factor {
        true => (say::code_on(&left), "/compte/codes", say::RENEW_CODES),
        false => (
            say::CODE_OFF.to_owned(),
            "/compte/second-facteur",
            say::ADD_CODE,
        ),
    };
    view! {
        <form class="form card account" method="post" action=action novalidate>
            <h2>{say::CODE_TITLE}</h2>
            <p>{what}</p>
            {current_password(faults, "pour-le-code")}
            <p class="actions"><button>{button}</button></p>
        </form>
    }
    .into_any()
}

fn password_form(faults: &Faults) -> AnyView {
    view! {
        <form class="form card account" method="post" action="/compte/mot-de-passe" novalidate>
            <h2>{say::PASSWORD_TITLE}</h2>
            <p class="soft">{say::PASSWORD_INTRO}</p>
            {current_password(faults, "pour-le-mot-de-passe")}
            {new_password_fields(faults)}
            <p class="actions"><button class="primary">{say::PASSWORD_TITLE}</button></p>
        </form>
    }
    .into_any()
}

fn login_form(wrong: &Wrong) -> AnyView {
    let faults = wrong.in_form("login");
    let login = Field {
        name: "login",
        label: say::LABEL_NEW_ADDRESS,
        kind: "email",
        value: wrong.login.clone(),
        error: faults.at("login"),
        autocomplete: Some("email"),
        ..Field::default()
    };
    view! {
        <form class="form card account" method="post" action="/compte/adresse" novalidate>
            <h2>{say::CHANGE_ADDRESS}</h2>
            {login.view()}
            {current_password(&faults, "pour-l-adresse")}
            <p class="actions"><button class="primary">{say::CHANGE_ADDRESS}</button></p>
        </form>
    }
    .into_any()
}

/// What was typed in one of the forms. Each names its password field otherwise: ids on a page differ.
#[derive(Default, Deserialize)]
pub struct Typed {
    #[serde(
        default,
        alias = "pour-le-code",
        alias = "pour-le-mot-de-passe",
        alias = "pour-l-adresse"
    )]
    current: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

async fn current_fault(app: &App, of: &Staff, current: &str) -> Result<Option<Faults>, Problem> {
    if is_password(app, of, current.to_owned()).await? {
        return Ok(None);
    }
    let sentence = say::REFUSED_CURRENT_PASSWORD;
    Ok(Some(Faults::one("current", sentence)))
}

/// Where somebody is told that the password is changed.
const CHANGED: &str = "/compte?fait=mot-de-passe";

/// `POST /compte/mot-de-passe`
pub async fn change_password(
    State(app): State<App>,
    caller: Caller,
    of: Staff,
    headers: HeaderMap,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let faults = match current_fault(&app, &of, &typed.current).await? {
        // The second tap on the button: the first one changed it.
        Some(_) if is_changed_already(&app, &of, &typed).await? => {
            return Ok(Redirect::to(CHANGED).into_response());
        }
        Some(faults) => Some(faults),
        None => match unlike(&typed.password, &typed.again) {
            Some(faults) => Some(faults),
            None => match check_strength(&app, &of, &typed.password).await {
                Ok(()) => None,
                Err(problem) => Some(Faults::of(&problem, words).ok_or(problem)?),
            },
        },
    };
    if let Some(faults) = faults {
        let wrong = Wrong {
            form: "password",
            faults,
            ..Wrong::default()
        };
        return shown(&app, &caller, &of, &headers, "", wrong).await;
    }
    let (kept, now) = (app.hashing.hash(typed.password).await?, app.now());
    let mut tx = app.db.write().await?;
    accounts::set_password(&mut tx, &of, &kept).await?;
    second_factor::store::delete_steps(&mut tx, &of).await?;
    store::delete_links_for(&mut tx, &of).await?;
    let (action, about) = (Action::PasswordChanged, subject(of.account));
    journal::write(&mut tx, of.programme, of.actor(), action, &about, now).await?;
    let cookie = open_session(&app, &mut tx, &of, &headers, new_session_token()).await?;
    tx.commit().await?;
    Ok(with_cookies(
        Redirect::to(CHANGED).into_response(),
        [cookie],
    ))
}

/// The new password is the one of today already.
async fn is_changed_already(app: &App, of: &Staff, typed: &Typed) -> Result<bool, Problem> {
    let agrees = typed.password == typed.again;
    Ok(agrees && is_password(app, of, typed.password.clone()).await?)
}

async fn check_strength(app: &App, of: &Staff, password: &str) -> Result<(), Problem> {
    let mut tx = app.db.read().await?;
    let settings = programmes::settings(&mut tx, of.programme).await?;
    let own = store::own(&mut tx, of).await?;
    let own = own.ok_or_else(Problem::not_found)?;
    let with_code = own.has_second_factor || second_factor::is_required(&settings, of.role);
    let about = [own.name.as_str(), own.login.as_str()];
    Ok(strong_enough(
        &settings, of.role, password, about, with_code,
    )?)
}

/// `POST /compte/adresse`
pub async fn change_login(
    State(app): State<App>,
    caller: Caller,
    of: Staff,
    headers: HeaderMap,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    let faults = match current_fault(&app, &of, &typed.current).await? {
        Some(faults) => Some(faults),
        None => match set_login(&app, &of, &typed.login).await {
            Ok(()) => None,
            Err(problem) => Some(Faults::of(&problem, words).ok_or(problem)?),
        },
    };
    match faults {
        None => Ok(Redirect::to("/compte?fait=adresse").into_response()),
        Some(faults) => {
            let wrong = Wrong {
                form: "login",
                login: typed.login,
                faults,
            };
            shown(&app, &caller, &of, &headers, "", wrong).await
        }
    }
}

async fn set_login(app: &App, of: &Staff, typed: &str) -> Result<(), Problem> {
    let (login, now) = (login_of(typed)?, app.now());
    let mut tx = app.db.write().await?;
    let own = store::own(&mut tx, of).await?;
    let own = own.ok_or_else(Problem::not_found)?;
    if accounts::account_by_login(&mut tx, &login).await?.is_some() {
        return Err(Invalid::new("login", "taken").into());
    }
    store::set_login(&mut tx, of, &login).await?;
    appoint_again(&mut tx, of.programme, &own.login, Some(&login)).await?;
    let (action, about) = (Action::LoginChanged, subject(of.account));
    journal::write(&mut tx, of.programme, of.actor(), action, &about, now).await?;
    tx.commit().await?;
    Ok(())
}

/// `POST /compte/codes`: recovery codes anew, shown this once.
pub async fn renew_codes(
    State(app): State<App>,
    caller: Caller,
    of: Staff,
    headers: HeaderMap,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    if let Some(faults) = current_fault(&app, &of, &typed.current).await? {
        return code_fault(&app, &caller, &of, &headers, faults).await;
    }
    let mut tx = app.db.write().await?;
    let own = store::own(&mut tx, &of).await?;
    if !own.is_some_and(|it| it.has_second_factor) {
        let words = say::REFUSED_NO_CODE_YET;
        return Err(Problem::state("no_second_factor", words));
    }
    let codes = second_factor::new_codes(&app, &mut tx, &of).await?;
    tx.commit().await?;
    let frame = Frame::for_anyone(&app.assets, common::RECOVERY_CODES);
    Ok(page(&frame, || codes_view(codes, "/compte".into())).into_response())
}

/// `POST /compte/second-facteur`: a secret is proposed; the page that shows it comes next.
pub async fn add_second_factor(
    State(app): State<App>,
    caller: Caller,
    of: Staff,
    headers: HeaderMap,
    ReadForm(typed): ReadForm<Typed>,
) -> Result<Response, Problem> {
    if let Some(faults) = current_fault(&app, &of, &typed.current).await? {
        return code_fault(&app, &caller, &of, &headers, faults).await;
    }
    let cookie = second_factor::propose(&app, &of).await?;
    let to = Redirect::to("/connexion/second-facteur?vers=/compte").into_response();
    Ok(with_cookies(to, [cookie]))
}

async fn code_fault(
    app: &App,
    caller: &Caller,
    of: &Staff,
    headers: &HeaderMap,
    faults: Faults,
) -> Result<Response, Problem> {
    let wrong = Wrong {
        form: "codes",
        faults,
        ..Wrong::default()
    };
    shown(app, caller, of, headers, "", wrong).await
}

/// Whoever closes sessions is in one of them: a program closes no door.
fn must_be_in_one(all: &[Session], headers: &HeaderMap) -> Result<(), Problem> {
    let this = session_hash(headers);
    if all.iter().any(|it| Some(&it.token_hash) == this.as_ref()) {
        return Ok(());
    }
    let words = say::REFUSED_NOT_A_SESSION;
    Err(Problem::state("not_a_session", words))
}

/// `POST /compte/sessions`: every session ends, this one too.
pub async fn leave_everywhere(
    State(app): State<App>,
    of: Staff,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    must_be_in_one(&store::sessions(&mut tx, &of, now).await?, &headers)?;
    accounts::delete_sessions_of(&mut tx, &of).await?;
    second_factor::store::delete_steps(&mut tx, &of).await?;
    let action = Action::SignedOutEverywhere;
    journal::write(&mut tx, of.programme, of.actor(), action, &[], now).await?;
    tx.commit().await?;
    Ok(Redirect::to("/connexion?fait=sortie").into_response())
}

/// `POST /compte/sessions/{id}`: one session ends; this one, and one is out.
pub async fn leave_one(
    State(app): State<App>,
    of: Staff,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let all = store::sessions(&mut tx, &of, now).await?;
    let found = all.iter().find(|it| name_of_hash(&it.token_hash) == id);
    let found = found.ok_or_else(Problem::not_found)?;
    must_be_in_one(&all, &headers)?;
    store::delete_session(&mut tx, &of, found).await?;
    let action = Action::SessionEnded;
    journal::write(&mut tx, of.programme, of.actor(), action, &[], now).await?;
    tx.commit().await?;
    Ok(Redirect::to("/compte?fait=session").into_response())
}
