//! From a request's credentials to its caller: session cookie, crew token, API token.
//!
//! Only hashes of tokens are kept: they are 256 random bits, so one SHA-256 is enough.

use super::role::{Caller, Role, Staff, Who};
use super::{KeyFile, accounts, cards, device, journal, second_factor, store, tokens};
use crate::access::Action;
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use crate::programmes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::fact::Whose;
use domain::{AccountId, DeviceId, Instant, OutingId, PeerId, ProgrammeId};
use rand::RngCore;
use sha2::{Digest, Sha256};
use std::fmt::Display;
use uuid::Uuid;

/// `__Host-`: only over HTTPS (or on loopback), only this host, whole path.
const SESSION_COOKIE: &str = "__Host-session";
/// The token of a crew phone that cannot run the recorder.
const CREW_COOKIE: &str = "__Host-crew";
/// Only the form without script takes that cookie: it opens nothing else.
const CREW_COOKIE_PATH: &str = "/terrain/simple";
/// A desk session ends after so long.
const SESSION_LIFE_MS: i64 = 12 * 3_600_000;
/// What the token of a desk session begins with.
const SESSION_PREFIX: &str = "session";
/// So long the same form, sent again, is the same act: two taps, or an answer that was lost.
pub const AGAIN_MS: i64 = 60_000;
const TOKEN_BYTES: usize = 32;
const DAY_MS: i64 = 86_400_000;

/// A fresh secret token with a prefix that says what it is for.
pub fn new_token(prefix: &str) -> String {
    let mut bytes = [0; TOKEN_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The token that a form makes: computed from the form's own id under the key file, so that the same
/// form sent twice makes the same one.
pub fn token_of_form(keys: &KeyFile, prefix: &str, by: AccountId, form: impl Display) -> String {
    let named = format!("{prefix}/{by}/{form}");
    let bits = keys.mac("token of a form", named.as_bytes());
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bits))
}

/// What is kept of a token.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Layer: finds out who is asking and leaves the [`Caller`] in the request.
pub async fn identify(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if let Some(caller) = caller_of(&app, request.uri().path(), request.headers()).await? {
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

async fn caller_of(app: &App, path: &str, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let now = app.now();
    if let Some(token) = bearer(headers) {
        let mut tx = app.db.read().await?;
        let hash = token_hash(token);
        if let Some(row) = store::phone(&mut tx, hash.clone(), now).await? {
            return Ok(Some(phone_caller(row, now)));
        }
        let row = store::token(&mut tx, hash.clone()).await?;
        drop(tx);
        if let Some(row) = &row {
            note_use(app, hash, row.last_used_at, now).await?;
        }
        return Ok(row.and_then(token_caller));
    }
    if path.starts_with(CREW_COOKIE_PATH)
        && let Some(token) = cookie(headers, CREW_COOKIE)
    {
        let mut tx = app.db.read().await?;
        if let Some(row) = store::phone(&mut tx, token_hash(token), now).await? {
            return Ok(Some(phone_caller(row, now)));
        }
    }
    let Some(token) = cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    if is_peers(token) {
        return cards::caller_of(app, token, now).await;
    }
    staff_session(app, token, now).await
}

/// A program's last use is written down once an hour, and no finer.
async fn note_use(
    app: &App,
    hash: Vec<u8>,
    last: Option<i64>,
    now: Instant,
) -> Result<(), Problem> {
    let Some(hour) = tokens::store::hour_to_note(last, now) else {
        return Ok(());
    };
    let mut tx = app.db.write().await?;
    tokens::store::set_used(&mut tx, hash, hour).await?;
    tx.commit().await?;
    Ok(())
}

/// The staff of a session's token. Its last use is written down once a day.
async fn staff_session(app: &App, token: &str, now: Instant) -> Result<Option<Caller>, Problem> {
    let mut tx = app.db.read().await?;
    let row = store::session(&mut tx, token_hash(token), now).await?;
    drop(tx);
    let Some(row) = row else {
        return Ok(None);
    };
    let day = |at_ms: i64| at_ms.div_euclid(DAY_MS);
    if day(row.seen_at) != day(now.as_ms()) {
        let mut tx = app.db.write().await?;
        store::set_seen(&mut tx, token_hash(token), now).await?;
        tx.commit().await?;
    }
    let caller = staff_caller(row.programme_id, &row.role, row.account_id, row.name);
    Ok(caller.map(|caller| caller.administering(row.administers)))
}

fn phone_caller(row: store::PhoneRow, now: Instant) -> Caller {
    Caller {
        programme: ProgrammeId(row.programme_id),
        who: Who::Phone {
            outing: OutingId(row.outing_id),
            device: DeviceId(row.device_id),
            reads: now.as_ms() < row.reads_until,
            whose: row.whose.as_deref().and_then(Whose::from_code),
            account: row.account_id.map(AccountId),
        },
    }
}

fn token_caller(row: store::TokenRow) -> Option<Caller> {
    match (row.peer_id, row.account_id) {
        (Some(peer), _) => Some(Caller {
            programme: ProgrammeId(row.programme_id),
            who: Who::Peer(PeerId(peer)),
        }),
        (None, Some(account)) => staff_caller(
            row.programme_id,
            &row.role,
            account,
            row.name.unwrap_or_default(),
        ),
        (None, None) => None,
    }
}

fn staff_caller(
    programme: uuid::Uuid,
    role: &str,
    account: uuid::Uuid,
    name: String,
) -> Option<Caller> {
    let role = Role::parse(role)
        .filter(|role| matches!(role, Role::Coordinator | Role::Agent | Role::Clerk))?;
    Some(Caller {
        programme: ProgrammeId(programme),
        who: Who::Staff {
            role,
            account: AccountId(account),
            name,
            // A program never manages people: only somebody who signed in does.
            administers: false,
        },
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// What came of a login and a password.
pub enum SignIn {
    /// Not right: nobody is told which of the two.
    Refused,
    /// Too many wrong passwords for this account, or this would-be account: so many seconds.
    Wait(u32),
    /// A session is open: its cookie.
    In(Option<HeaderValue>),
    /// The second factor is asked for on this page: the cookie of the step.
    Next(&'static str, Option<HeaderValue>),
}

/// Checks a login and a password. An unknown login and a wrong password take the same path: one
/// hash is computed, the try is counted, and the answer is the same. The same form, sent again,
/// opens no other session.
pub async fn sign_in(
    app: &App,
    login: &str,
    password: String,
    form: Option<Uuid>,
    headers: &HeaderMap,
) -> Result<SignIn, Problem> {
    let login = login.trim().to_lowercase();
    if let Err(seconds) = may_try(app, &login) {
        return Ok(SignIn::Wait(seconds));
    }
    let mut tx = app.db.read().await?;
    let account = store::account_by_login(&mut tx, &login).await?;
    drop(tx);
    let kept = account.as_ref().map(|row| row.password_hash.clone());
    let good = app.hashing.matches(password, kept).await?;
    let Some((account, of)) = account
        .filter(|_| good)
        .and_then(|it| it.staff().map(|of| (it, of)))
    else {
        was_wrong(app, &login);
        return Ok(SignIn::Refused);
    };
    if account.has_second_factor {
        let cookie = second_factor::ask(app, &of).await?;
        return Ok(SignIn::Next("/connexion/code", cookie));
    }
    let mut tx = app.db.write().await?;
    let settings = programmes::settings(&mut tx, of.programme).await?;
    if second_factor::is_required(&settings, of.role) {
        drop(tx);
        let cookie = second_factor::propose(app, &of).await?;
        return Ok(SignIn::Next("/connexion/second-facteur", cookie));
    }
    store::hold_account(&mut tx, &of).await?;
    let (actor, now) = (of.actor(), app.now());
    let tokens = form.map(|form| tokens_of_sign_in(&app.keys, &of, form, now));
    for token in tokens.iter().flatten() {
        if let Some(cookie) = cookie_of_open(&mut tx, token, now).await? {
            return Ok(SignIn::In(Some(cookie)));
        }
    }
    journal::write(&mut tx, of.programme, actor, Action::SignedIn, &[], now).await?;
    let token = tokens.map_or_else(new_session_token, |[token, _]| token);
    let cookie = open_session(app, &mut tx, &of, headers, token).await?;
    tx.commit().await?;
    Ok(SignIn::In(cookie))
}

/// The session that this form opens now, and the one that it opened a minute ago. Later the same
/// form opens another one: what was closed does not open again.
fn tokens_of_sign_in(keys: &KeyFile, of: &Staff, form: Uuid, now: Instant) -> [String; 2] {
    let minute = now.as_ms().div_euclid(AGAIN_MS);
    [minute, minute - 1].map(|it| token_of_session(keys, of, format_args!("{form}/{it}")))
}

/// The token of the session that something opens, however often it is sent.
pub fn token_of_session(keys: &KeyFile, of: &Staff, by: impl Display) -> String {
    token_of_form(keys, SESSION_PREFIX, of.account, by)
}

/// The token of a session that nothing else opens.
pub fn new_session_token() -> String {
    new_token(SESSION_PREFIX)
}

/// The cookie of the session that this token names, as long as it is open.
pub async fn cookie_of_open(
    tx: &mut Tx,
    token: &str,
    now: Instant,
) -> Result<Option<HeaderValue>, Problem> {
    let open = store::session(tx, token_hash(token), now).await?;
    Ok(open.and_then(|_| session_cookie(token)))
}

/// Is this the password of an account? A wrong one counts like at the door. `Err`: must wait.
pub async fn is_password(app: &App, of: &Staff, password: String) -> Result<bool, Problem> {
    let mut tx = app.db.read().await?;
    let own = accounts::store::own(&mut tx, of).await?;
    drop(tx);
    let own = own.ok_or_else(Problem::unauthenticated)?;
    may_try(app, &own.login).map_err(Problem::too_many)?;
    let good = app
        .hashing
        .matches(password, Some(own.password_hash))
        .await?;
    if !good {
        was_wrong(app, &own.login);
    }
    Ok(good)
}

fn may_try(app: &App, login: &str) -> Result<(), u32> {
    app.account_tries.may_try(token_hash(login), app.now())
}

fn was_wrong(app: &App, login: &str) {
    app.account_tries.wrong(token_hash(login), app.now());
}

/// Opens a session under this token, which no request named before, and ends the one that this
/// browser had. Answers the cookie.
pub async fn open_session(
    app: &App,
    tx: &mut Tx,
    of: &Staff,
    headers: &HeaderMap,
    token: String,
) -> Result<Option<HeaderValue>, Problem> {
    let now = app.now();
    forget_session(tx, headers, now).await?;
    let times = (now, now.plus_ms(SESSION_LIFE_MS));
    store::insert_session(tx, token_hash(&token), of, device::in_words(headers), times).await?;
    Ok(session_cookie(&token))
}

fn session_cookie(token: &str) -> Option<HeaderValue> {
    set_cookie(SESSION_COOKIE, token, SESSION_LIFE_MS / 1000)
}

/// What is kept of this request's session token, to know one's own among several.
pub fn session_hash(headers: &HeaderMap) -> Option<Vec<u8>> {
    cookie(headers, SESSION_COOKIE).map(token_hash)
}

/// Ends the session of this request. Answers the cookie that takes the cookie away.
pub async fn sign_out(app: &App, headers: &HeaderMap) -> Result<Option<HeaderValue>, Problem> {
    end_session(app, headers).await?;
    Ok(set_cookie(SESSION_COOKIE, "", 0))
}

/// Ends the session of this request, of staff or of a peer, if there is one.
pub async fn end_session(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    forget_session(&mut tx, headers, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn forget_session(tx: &mut Tx, headers: &HeaderMap, now: Instant) -> Result<(), Problem> {
    let Some(token) = cookie(headers, SESSION_COOKIE) else {
        return Ok(());
    };
    if is_peers(token) {
        cards::store::delete_session(tx, token_hash(token)).await?;
    } else {
        store::delete_session(tx, token_hash(token), now).await?;
    }
    Ok(())
}

fn is_peers(token: &str) -> bool {
    let rest = token.strip_prefix(cards::TOKEN_PREFIX);
    rest.is_some_and(|it| it.starts_with('_'))
}

/// The session of a peer takes the place of any other: one browser is one person at a time.
pub fn peer_cookie(token: &str) -> Option<HeaderValue> {
    set_cookie(SESSION_COOKIE, token, cards::SESSION_LIFE_MS / 1000)
}

/// The cookie that keeps a crew token in a browser without the recorder, until it reads no more.
pub fn crew_cookie(token: &str, now: Instant, until: Instant) -> Option<HeaderValue> {
    let life_s = (until.as_ms() - now.as_ms()) / 1000;
    set_cookie(CREW_COOKIE, token, life_s.max(0))
}

/// The cookie that makes such a browser forget.
pub fn no_crew_cookie() -> Option<HeaderValue> {
    set_cookie(CREW_COOKIE, "", 0)
}

/// A cookie of this host only, over HTTPS only, out of reach of scripts.
pub fn set_cookie(name: &str, value: &str, max_age_s: i64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Max-Age={max_age_s}; Secure; HttpOnly; SameSite=Lax"
    ))
    .ok()
}
