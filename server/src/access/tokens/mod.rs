//! Keys for programs: named, of one role of one programme, shown once, kept as a hash, taken back.
//!
//! A program acts for the account that made its key, within that role's wall, and never manages
//! people, settings or keys: for that somebody must have signed in.

pub mod pages;
pub mod store;

use super::credentials::{new_token, token_hash, token_of_form};
use super::role::Staff;
use super::store::{NewToken, insert_token};
use super::{Action, Actor, journal};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::http::error::Problem;
use domain::limits::{API_TOKENS_MAX, TITLE_CHARS_MAX};
use domain::{Instant, Invalid};
use store::Line;
use uuid::Uuid;
use words::desk::access::tokens as say;

const PREFIX: &str = "api";

/// What a key is for, as a person says it.
pub fn name_of(typed: &str) -> Result<String, Invalid> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(Invalid::new("name", "missing")),
        n if n > TITLE_CHARS_MAX => Err(Invalid::new("name", "too_long")),
        _ if name.chars().any(char::is_control) => Err(Invalid::new("name", "control_character")),
        _ => Ok(name),
    }
}

/// Makes a key of an administrator's own body. Answers it: it is nowhere else. The same form sent
/// twice makes one key; once that was taken back, it makes none.
pub async fn make(app: &App, by: &Staff, form: Uuid, typed: &str) -> Result<String, Problem> {
    let name = name_of(typed)?;
    let token = token_of_form(&app.keys, PREFIX, by.account, form);
    let hash = token_hash(&token);
    let mut tx = app.db.write().await?;
    let there = store::of_body(&mut tx, by.programme, by.role).await?;
    if there.iter().any(|it| it.id() == store::name_of_hash(&hash)) {
        return Ok(token);
    }
    if store::was_made(&mut tx, by.programme, &hash).await? {
        return Err(Problem::not_found());
    }
    if there.len() >= API_TOKENS_MAX {
        let words = say::REFUSED_TOO_MANY;
        return Err(Problem::state("too_many_tokens", words));
    }
    keep(&mut tx, by, by.actor(), (&name, hash), app.now()).await?;
    tx.commit().await?;
    Ok(token)
}

/// Makes a key that acts for an account.
pub async fn make_for(
    tx: &mut Tx,
    of: &Staff,
    by: Actor,
    name: &str,
    now: Instant,
) -> Result<String, DbError> {
    let token = new_token(PREFIX);
    keep(tx, of, by, (name, token_hash(&token)), now).await?;
    Ok(token)
}

/// Keeps what is needed to recognise a key, and tells the journal who made it.
async fn keep(
    tx: &mut Tx,
    of: &Staff,
    by: Actor,
    (name, hash): (&str, Vec<u8>),
    now: Instant,
) -> Result<(), DbError> {
    let about = [subject(store::name_of_hash(&hash))];
    let new = NewToken {
        token_hash: hash,
        programme: of.programme,
        name,
        role: of.role,
        account: Some(of.account),
        peer: None,
    };
    insert_token(tx, new, now).await?;
    journal::write(tx, of.programme, by, Action::TokenMade, &about, now).await
}

/// Takes back a key of an administrator's own body; any other is not there.
pub async fn take_back(app: &App, by: &Staff, id: Uuid) -> Result<(), Problem> {
    let mut tx = app.db.write().await?;
    let there = store::of_body(&mut tx, by.programme, by.role).await?;
    let found = there.iter().find(|it| it.id() == id);
    let found = found.ok_or_else(Problem::not_found)?;
    revoke(&mut tx, found, by.actor(), app.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a key back: from this moment it opens nothing.
pub async fn revoke(tx: &mut Tx, it: &Line, by: Actor, now: Instant) -> Result<(), DbError> {
    store::revoke(tx, it, now).await?;
    let (about, action) = ([subject(it.id())], Action::TokenRevoked);
    journal::write(tx, it.programme(), by, action, &about, now).await
}

fn subject(id: Uuid) -> String {
    format!("token:{id}")
}
