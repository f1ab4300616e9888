//! The second factor of the staff: a code that changes every 30 s, or a recovery code that is good
//! once. Asked for after the password, within a step that is no session and opens nothing.
//!
//! A try is counted before it is looked at, so that many at the same time are no more tries.
//!
//! A step that is done stays for a minute, for the same code in the same step only: two taps, or an
//! answer that was lost, lead to the session that is open, and show the same recovery codes.

pub mod pages;
pub mod store;
pub mod totp;

use crate::access::credentials::{
    AGAIN_MS, cookie, cookie_of_open, new_token, open_session, set_cookie, token_hash,
    token_of_session,
};
use crate::access::role::Staff;
use crate::access::{Action, Opening, Role, Scope, Sealer, journal, seal};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use axum::http::{HeaderMap, HeaderValue};
use domain::code::{SIGNS, signs_of};
use domain::limits::{CODE_TRIES_MAX, CODE_WAIT_S};
use domain::{Instant, Settings};
use rand::RngCore;
use store::Step;
use totp::Secret;

/// Only the pages that ask for the code read this cookie.
const STEP_COOKIE: &str = "__Host-step";
/// A step lasts long enough to install a program on a phone.
const STEP_LIFE_MS: i64 = 15 * 60_000;
const RECOVERY_CODES: usize = 10;
/// Fifty bits each.
const RECOVERY_SIGNS: usize = 10;

/// What came of a code.
pub enum Entered {
    /// There is no step: it took too long, or nobody gave a password.
    NoStep,
    /// A session is open: its cookie.
    In(Option<HeaderValue>),
    /// It is not right, or was used.
    Wrong,
    /// Too many wrong codes: so many seconds.
    Wait(u32),
}

/// Must this role come in with a second factor?
pub fn is_required(settings: &Settings, role: Role) -> bool {
    let mut roles = settings.second_factor_for.iter();
    roles.any(|it| it == role.as_str())
}

/// The password was right: asks for the code next. Answers the cookie of the step.
pub async fn ask(app: &App, of: &Staff) -> Result<Option<HeaderValue>, Problem> {
    let mut tx = app.db.write().await?;
    let cookie = begin(app, &mut tx, of, None).await?;
    tx.commit().await?;
    Ok(cookie)
}

/// The password was right: proposes a secret to be copied.
pub async fn propose(app: &App, of: &Staff) -> Result<Option<HeaderValue>, Problem> {
    let mut tx = app.db.write().await?;
    let mut sealer = Sealer::new(&app.keys, of.programme, app.now());
    let scope = Scope::Account(of.account);
    let secret = sealer.seal(&mut tx, scope, &Secret::random()).await?;
    let cookie = begin(app, &mut tx, of, Some(secret)).await?;
    tx.commit().await?;
    Ok(cookie)
}

async fn begin(
    app: &App,
    tx: &mut Tx,
    of: &Staff,
    proposed: Option<crate::access::Sealed<Secret>>,
) -> Result<Option<HeaderValue>, Problem> {
    let (now, token) = (app.now(), new_token("step"));
    let until = now.plus_ms(STEP_LIFE_MS);
    store::insert_step(tx, token_hash(&token), of, proposed, (now, until)).await?;
    Ok(set_cookie(STEP_COOKIE, &token, STEP_LIFE_MS / 1000))
}

/// The cookie that ends a step in the browser.
pub fn no_step_cookie() -> Option<HeaderValue> {
    set_cookie(STEP_COOKIE, "", 0)
}

/// The step of a request.
pub async fn step_of(app: &App, tx: &mut Tx, headers: &HeaderMap) -> Result<Option<Step>, Problem> {
    let Some(token) = cookie(headers, STEP_COOKIE) else {
        return Ok(None);
    };
    Ok(store::step(tx, token_hash(token), app.now()).await?)
}

/// Checks a code of the second factor, or a recovery code, and opens a session.
pub async fn enter(app: &App, headers: &HeaderMap, typed: &str) -> Result<Entered, Problem> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let Some(step) = step_of(app, &mut tx, headers)
        .await?
        .filter(|it| it.kept.is_some())
    else {
        return Ok(Entered::NoStep);
    };
    let tries = store::spend_try(&mut tx, &step.of, now).await?;
    let tries = match tries {
        None => {
            let until = store::wait_until(&mut tx, &step.of).await?;
            return Ok(Entered::Wait(seconds_until(until, now)));
        }
        // Others at the same time spent what was left.
        Some(tries) if tries > CODE_TRIES_MAX => {
            drop(tx);
            return refused(app, &step.of, tries).await;
        }
        Some(tries) => tries,
    };
    tx.commit().await?;
    let token = token_of_code(app, headers, &step.of, typed);
    let mut tx = app.db.write().await?;
    if is_right(app, &mut tx, &step, typed).await? {
        store::set_wait(&mut tx, &step.of, None).await?;
        end_steps(app, &mut tx, &step.of, headers).await?;
        let cookie = open_session(app, &mut tx, &step.of, headers, token).await?;
        tx.commit().await?;
        return Ok(Entered::In(cookie));
    }
    // With it goes the word that somebody signed in.
    drop(tx);
    let mut tx = app.db.write().await?;
    if let Some(cookie) = cookie_of_open(&mut tx, &token, now).await? {
        store::set_wait(&mut tx, &step.of, None).await?;
        tx.commit().await?;
        return Ok(Entered::In(Some(cookie)));
    }
    drop(tx);
    refused(app, &step.of, tries).await
}

/// The token of the session that this code opens within this step.
fn token_of_code(app: &App, headers: &HeaderMap, of: &Staff, typed: &str) -> String {
    let code: String = typed.chars().filter(|it| it.is_alphanumeric()).collect();
    let step = cookie(headers, STEP_COOKIE).unwrap_or_default();
    token_of_session(&app.keys, of, format_args!("{step}/{code}"))
}

async fn end_steps(app: &App, tx: &mut Tx, of: &Staff, headers: &HeaderMap) -> Result<(), Problem> {
    let done = token_hash(cookie(headers, STEP_COOKIE).unwrap_or_default());
    store::end_steps(tx, of, done, app.now().plus_ms(AGAIN_MS)).await?;
    Ok(())
}

async fn refused(app: &App, of: &Staff, tries: i64) -> Result<Entered, Problem> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    journal::write(
        &mut tx,
        of.programme,
        of.actor(),
        Action::CodeRefused,
        &[],
        now,
    )
    .await?;
    let must_wait = tries >= CODE_TRIES_MAX;
    if must_wait {
        let until = now.plus_ms(i64::from(CODE_WAIT_S) * 1000);
        store::set_wait(&mut tx, of, Some(until)).await?;
    }
    tx.commit().await?;
    Ok(match must_wait {
        true => Entered::Wait(CODE_WAIT_S),
        false => Entered::Wrong,
    })
}

fn seconds_until(until: Option<i64>, now: Instant) -> u32 {
    let left_ms = until.unwrap_or(0) - now.as_ms();
    u32::try_from(left_ms / 1000 + 1).unwrap_or(1)
}

/// Is it right? The journal's rows are written here, and go with the transaction when it is not.
async fn is_right(app: &App, tx: &mut Tx, step: &Step, typed: &str) -> Result<bool, Problem> {
    let (of, now) = (&step.of, app.now());
    let digits: String = typed.chars().filter(|it| !it.is_whitespace()).collect();
    if let Ok(code) = signs_of(typed, RECOVERY_SIGNS) {
        let mac = recovery_mac(app, of, &code);
        for action in [Action::RecoveryCodeUsed, Action::SignedIn] {
            journal::write(tx, of.programme, of.actor(), action, &[], now).await?;
        }
        return Ok(store::use_recovery(tx, of, mac, now).await?);
    }
    let Some(kept) = &step.kept else {
        return Ok(false);
    };
    let secret = opened(app, tx, of, Action::SignedIn, kept).await?;
    match secret.step_of(&digits, now.as_ms().div_euclid(1000), step.used) {
        Some(used) => Ok(store::set_used(tx, of, used).await?),
        None => Ok(false),
    }
}

async fn opened(
    app: &App,
    tx: &mut Tx,
    of: &Staff,
    action: Action,
    sealed: &crate::access::Sealed<Secret>,
) -> Result<Secret, Problem> {
    let named = vec![Scope::Account(of.account)];
    let (keys, now) = (&app.keys, app.now());
    let opening = Opening::begin(tx, keys, of.programme, of.actor(), action, named, now);
    let mut opening = opening.await?;
    Ok(opening.open(tx, sealed).await?)
}

/// The secret that a step proposes, to be shown to its owner.
pub async fn proposed(app: &App, headers: &HeaderMap) -> Result<Option<(String, Secret)>, Problem> {
    let mut tx = app.db.write().await?;
    let Some(step) = step_of(app, &mut tx, headers).await? else {
        return Ok(None);
    };
    let Some(proposed) = &step.proposed else {
        return Ok(None);
    };
    let action = Action::SecondFactorShown;
    let secret = opened(app, &mut tx, &step.of, action, proposed).await?;
    tx.commit().await?;
    Ok(Some((step.login, secret)))
}

/// What came of the first code of a new second factor.
pub enum Confirmed {
    /// There is no step.
    NoStep,
    /// The code does not fit the secret.
    Wrong,
    /// It is in use: the cookie of the new session, and the recovery codes, shown this once.
    Done(Option<HeaderValue>, Vec<String>),
}

/// Takes a proposed secret into use. Every other session of the account ends.
pub async fn confirm(app: &App, headers: &HeaderMap, code: &str) -> Result<Confirmed, Problem> {
    let now_s = app.now().as_ms().div_euclid(1000);
    let mut tx = app.db.write().await?;
    let Some(step) = step_of(app, &mut tx, headers).await? else {
        return Ok(Confirmed::NoStep);
    };
    let Some(proposed) = step.proposed else {
        return Ok(Confirmed::NoStep);
    };
    let of = &step.of;
    crate::access::store::hold_account(&mut tx, of).await?;
    let codes = codes_of_step(app, headers, of);
    let token = token_of_code(app, headers, of, code);
    if let Some(cookie) = cookie_of_open(&mut tx, &token, app.now()).await? {
        return Ok(Confirmed::Done(Some(cookie), codes));
    }
    let secret = opened(app, &mut tx, of, Action::SecondFactorSet, &proposed).await?;
    let digits: String = code.chars().filter(|it| !it.is_whitespace()).collect();
    let Some(used) = secret.step_of(&digits, now_s, None) else {
        return Ok(Confirmed::Wrong);
    };
    store::set_secret(&mut tx, of, Some(proposed), Some(used)).await?;
    keep_codes(app, &mut tx, of, &codes).await?;
    end_steps(app, &mut tx, of, headers).await?;
    crate::access::store::delete_sessions_of(&mut tx, of).await?;
    let (programme, now) = (of.programme, app.now());
    journal::write(&mut tx, programme, of.actor(), Action::SignedIn, &[], now).await?;
    let cookie = open_session(app, &mut tx, of, headers, token).await?;
    tx.commit().await?;
    Ok(Confirmed::Done(cookie, codes))
}

/// Makes recovery codes anew; those before are dead.
pub async fn new_codes(app: &App, tx: &mut Tx, of: &Staff) -> Result<Vec<String>, Problem> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| random_code()).collect();
    keep_codes(app, tx, of, &codes).await?;
    Ok(codes)
}

async fn keep_codes(app: &App, tx: &mut Tx, of: &Staff, codes: &[String]) -> Result<(), Problem> {
    let macs = codes.iter().map(|it| recovery_mac(app, of, it)).collect();
    store::set_recovery(tx, of, macs).await?;
    let (action, now) = (Action::RecoveryCodesMade, app.now());
    journal::write(tx, of.programme, of.actor(), action, &[], now).await?;
    Ok(())
}

/// The codes that a step gives: the same ones when its answer was lost. They follow from the step's
/// token, 256 random bits that are kept nowhere.
fn codes_of_step(app: &App, headers: &HeaderMap, of: &Staff) -> Vec<String> {
    let step = cookie(headers, STEP_COOKIE).unwrap_or_default();
    let code = |rank: usize| {
        let content = format!("{}/{step}/{rank}", of.account);
        code_of(&app.keys.mac("recovery codes of a step", content.as_bytes()))
    };
    (0..RECOVERY_CODES).map(code).collect()
}

fn random_code() -> String {
    let mut bytes = [0; RECOVERY_SIGNS];
    rand::rng().fill_bytes(&mut bytes);
    code_of(&bytes)
}

fn code_of(bytes: &[u8]) -> String {
    let signs = bytes.iter().take(RECOVERY_SIGNS);
    signs
        .map(|it| char::from(SIGNS[usize::from(it & 31)]))
        .collect()
}

/// Fifty bits could be found again from a plain hash: this one is keyed, by the key file.
fn recovery_mac(app: &App, of: &Staff, code: &str) -> Vec<u8> {
    let content = format!("{} {code}", of.account);
    app.keys.mac("recovery code", content.as_bytes())
}

/// Takes the second factor of an account away, with its key.
pub async fn remove(tx: &mut Tx, of: &Staff) -> Result<(), Problem> {
    store::set_secret(tx, of, None, None).await?;
    store::set_recovery(tx, of, Vec::new()).await?;
    store::delete_steps(tx, of).await?;
    seal::destroy(tx, of.programme, Scope::Account(of.account)).await?;
    Ok(())
}
