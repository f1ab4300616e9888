//! The people of a body: invited, given a new password, ended, by an administrator of that body
//! and of no other. No mail leaves this server: links are shown once, to be handed over.

pub mod invitation;
pub mod own;
pub mod pages;
pub mod store;

use crate::access::credentials::{new_token, token_hash, token_of_form};
use crate::access::role::Staff;
use crate::access::store::{self as accounts, NewAccount};
use crate::access::{Action, Role, journal, passwords, second_factor};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::http::error::Problem;
use crate::outings::calendar;
use crate::programmes;
use domain::limits::{INVITATIONS_MAX, LOGIN_CHARS_MAX, TITLE_CHARS_MAX};
use domain::programme::BodyName;
use domain::{AccountId, Instant, Invalid, ProgrammeId, Settings};
use store::{Link, NewLink};
use uuid::Uuid;
use words::desk::access::accounts as say;

/// A link into a body waits a week.
const INVITATION_LIFE_MS: i64 = 7 * 86_400_000;
/// A link that replaces a password, or makes the first account, waits a day.
const SHORT_LIFE_MS: i64 = 86_400_000;
const LINK_PREFIX: &str = "lien";

/// The body of a role, by name.
pub fn body(settings: &Settings, role: Role) -> Option<&BodyName> {
    match role {
        Role::Coordinator => Some(&settings.association),
        Role::Agent => settings.city.as_ref(),
        Role::Clerk => Some(&settings.payer),
        _ => None,
    }
}

/// An e-mail, lower case. Whether somebody reads it cannot be known without writing to it.
pub fn login_of(typed: &str) -> Result<String, Invalid> {
    let login = typed.trim().to_lowercase();
    let (name, host) = login.split_once('@').unwrap_or_default();
    let plain = login
        .chars()
        .all(|c| !c.is_whitespace() && !c.is_control() && c != ':');
    let whole = !name.is_empty() && !host.is_empty() && !host.contains('@');
    if whole && plain && login.chars().count() <= LOGIN_CHARS_MAX {
        Ok(login)
    } else {
        Err(Invalid::new("login", "not_an_email"))
    }
}

/// A name to be greeted by.
pub fn name_of(typed: &str) -> Result<String, Invalid> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(Invalid::new("name", "missing")),
        n if n > TITLE_CHARS_MAX || name.chars().any(char::is_control) => {
            Err(Invalid::new("name", "out_of_range"))
        }
        _ => Ok(name),
    }
}

fn subject(account: AccountId) -> Vec<String> {
    vec![format!("account:{account}")]
}

/// Makes a link by which somebody joins the administrator's own body. Answers the token.
pub async fn invite(
    app: &App,
    by: &Staff,
    form: Uuid,
    (name, login): (&str, &str),
    administers: bool,
) -> Result<String, Problem> {
    let (name, login, now) = (name_of(name)?, login_of(login)?, app.now());
    let mut tx = app.db.write().await?;
    let members = store::members(&mut tx, by.programme, by.role).await?;
    if members.iter().any(|it| it.login == login) {
        return Err(Invalid::new("login", "has_account").into());
    }
    store::delete_links_to(&mut tx, by.programme, by.role, &login).await?;
    let waiting = store::waiting(&mut tx, by.programme, by.role, now).await?;
    if waiting.len() >= INVITATIONS_MAX {
        let words = say::REFUSED_TOO_MANY_INVITATIONS;
        return Err(Problem::state("too_many_invitations", words));
    }
    let token = token_of_form(&app.keys, LINK_PREFIX, by.account, form);
    let new = NewLink {
        administers,
        login: Some(&login),
        by: Some(by.account),
        ..new_link(
            &token,
            (by.programme, by.role),
            &name,
            now,
            INVITATION_LIFE_MS,
        )
    };
    store::insert_link(&mut tx, new, now).await?;
    journal::write(
        &mut tx,
        by.programme,
        by.actor(),
        Action::AccountInvited,
        &[],
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(token)
}

fn new_link<'a>(
    token: &str,
    (programme, role): (ProgrammeId, Role),
    name: &'a str,
    now: Instant,
    life_ms: i64,
) -> NewLink<'a> {
    NewLink {
        token_hash: token_hash(token),
        id: Uuid::now_v7(),
        programme,
        role,
        administers: false,
        account: None,
        drops_second_factor: false,
        login: None,
        name,
        by: None,
        expires_at: now.plus_ms(life_ms),
    }
}

/// Somebody of the administrator's own body; anybody else is not there.
async fn member(tx: &mut Tx, by: &Staff, id: AccountId) -> Result<(Staff, store::Member), Problem> {
    let members = store::members(tx, by.programme, by.role).await?;
    let found = members.into_iter().find(|it| it.id == id.0);
    let of = Staff {
        account: id,
        ..by.clone()
    };
    found.map(|it| (of, it)).ok_or_else(Problem::not_found)
}

/// Makes a link by which a member sets a new password. Answers the token and their name.
pub async fn offer_password(
    app: &App,
    by: &Staff,
    id: AccountId,
    drops_second_factor: bool,
) -> Result<(String, String), Problem> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let (of, member) = member(&mut tx, by, id).await?;
    store::delete_links_for(&mut tx, &of).await?;
    let token = new_token(LINK_PREFIX);
    let new = NewLink {
        account: Some(id),
        drops_second_factor,
        by: Some(by.account),
        ..new_link(
            &token,
            (by.programme, by.role),
            &member.name,
            now,
            SHORT_LIFE_MS,
        )
    };
    store::insert_link(&mut tx, new, now).await?;
    let action = Action::PasswordLinkMade;
    journal::write(&mut tx, by.programme, by.actor(), action, &subject(id), now).await?;
    tx.commit().await?;
    Ok((token, member.name))
}

/// Lets a member manage the others, or no longer. Nobody takes this from themselves: somebody
/// would be left without.
pub async fn let_administer(
    app: &App,
    by: &Staff,
    id: AccountId,
    truth: bool,
) -> Result<(), Problem> {
    not_oneself(by, id)?;
    let now = app.now();
    let mut tx = app.db.write().await?;
    let (of, _) = member(&mut tx, by, id).await?;
    store::set_administers(&mut tx, &of, truth).await?;
    let action = if truth {
        Action::AdministrationGiven
    } else {
        store::delete_links_by(&mut tx, &of).await?;
        Action::AdministrationTaken
    };
    journal::write(&mut tx, by.programme, by.actor(), action, &subject(id), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a member's account: sessions, tokens, calendar and own phone die at once.
pub async fn end(app: &App, by: &Staff, id: AccountId) -> Result<(), Problem> {
    not_oneself(by, id)?;
    let now = app.now();
    let mut tx = app.db.write().await?;
    let (of, member) = member(&mut tx, by, id).await?;
    second_factor::remove(&mut tx, &of).await?;
    store::end(&mut tx, &of, now).await?;
    accounts::delete_sessions_of(&mut tx, &of).await?;
    calendar::store::revoke(&mut tx, by.programme, id).await?;
    appoint_again(&mut tx, by.programme, &member.login, None).await?;
    let action = Action::AccountEnded;
    journal::write(&mut tx, by.programme, by.actor(), action, &subject(id), now).await?;
    tx.commit().await?;
    Ok(())
}

fn not_oneself(by: &Staff, id: AccountId) -> Result<(), Problem> {
    if by.account != id {
        return Ok(());
    }
    let words = say::REFUSED_NOT_ONESELF;
    Err(Problem::state("own_account", words))
}

/// The payer appoints by e-mail: an address that changes or goes must not leave its right behind.
async fn appoint_again(
    tx: &mut Tx,
    programme: ProgrammeId,
    old: &str,
    new: Option<&str>,
) -> Result<(), DbError> {
    let settings = programmes::settings(tx, programme).await?;
    if !settings.appointed.iter().any(|it| it == old) {
        return Ok(());
    }
    let mut settings = programmes::hold_settings(tx, programme).await?;
    settings.appointed.retain(|it| it != old);
    settings.appointed.extend(new.map(str::to_owned));
    programmes::set_settings(tx, programme, &settings).await
}

/// Takes back a link of one's own body that nobody used yet.
pub async fn withdraw(app: &App, by: &Staff, id: Uuid) -> Result<(), Problem> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    if !store::withdraw(&mut tx, by.programme, by.role, id).await? {
        return Err(Problem::not_found());
    }
    let action = Action::InvitationWithdrawn;
    journal::write(&mut tx, by.programme, by.actor(), action, &[], now).await?;
    tx.commit().await?;
    Ok(())
}

/// What somebody with a link says.
pub struct Accepting {
    /// Name, for a new account.
    pub name: String,
    /// E-mail, where the link does not say it.
    pub login: String,
    /// Password.
    pub password: String,
}

/// Uses a link: makes the account, or replaces the password. The link is dead after it.
pub async fn accept(app: &App, token: &str, it: Accepting) -> Result<(), Problem> {
    let (now, hash) = (app.now(), token_hash(token));
    let mut tx = app.db.read().await?;
    let link = store::link(&mut tx, hash.clone(), now).await?;
    let link = link.ok_or_else(dead_link)?;
    let settings = programmes::settings(&mut tx, ProgrammeId(link.programme_id)).await?;
    drop(tx);
    let role = Role::parse(&link.role).ok_or_else(dead_link)?;
    let (name, login) = match link.account_id {
        Some(_) => (link.name.clone(), link.login.clone().unwrap_or_default()),
        None => (
            name_of(&it.name)?,
            login_of(link.login.as_deref().unwrap_or(&it.login))?,
        ),
    };
    let with_code = second_factor::is_required(&settings, role);
    strong_enough(&settings, role, &it.password, [&name, &login], with_code)?;
    let kept = app.hashing.hash(it.password).await?;
    let mut tx = app.db.write().await?;
    if !store::use_link(&mut tx, hash, now).await? {
        return Err(dead_link());
    }
    match link.account_id {
        Some(account) => renew(&mut tx, &link, role, AccountId(account), &kept, now).await?,
        None => make(&mut tx, &link, role, (&name, &login), &kept, now).await?,
    }
    tx.commit().await?;
    Ok(())
}

async fn make(
    tx: &mut Tx,
    link: &Link,
    role: Role,
    (name, login): (&str, &str),
    kept: &str,
    now: Instant,
) -> Result<(), Problem> {
    if accounts::account_by_login(tx, login).await?.is_some() {
        return Err(Invalid::new("login", "taken").into());
    }
    let of = Staff {
        programme: ProgrammeId(link.programme_id),
        role,
        account: AccountId(Uuid::now_v7()),
    };
    let new = NewAccount {
        programme: of.programme,
        id: of.account,
        role,
        login,
        name,
        password_hash: kept,
        administers: link.administers,
    };
    accounts::insert_account(tx, new, now).await?;
    let (action, about) = (Action::AccountMade, subject(of.account));
    journal::write(tx, of.programme, of.actor(), action, &about, now).await?;
    Ok(())
}

async fn renew(
    tx: &mut Tx,
    link: &Link,
    role: Role,
    account: AccountId,
    kept: &str,
    now: Instant,
) -> Result<(), Problem> {
    let of = Staff {
        programme: ProgrammeId(link.programme_id),
        role,
        account,
    };
    accounts::set_password(tx, &of, kept).await?;
    let (actor, about) = (of.actor(), subject(account));
    journal::write(
        tx,
        of.programme,
        actor,
        Action::PasswordChanged,
        &about,
        now,
    )
    .await?;
    if link.drops_second_factor {
        second_factor::remove(tx, &of).await?;
        let action = Action::SecondFactorDropped;
        journal::write(tx, of.programme, actor, action, &about, now).await?;
    } else {
        second_factor::store::delete_steps(tx, &of).await?;
    }
    Ok(())
}

/// A password that this person may take: strong enough beside what others know of them.
pub fn strong_enough(
    settings: &Settings,
    role: Role,
    password: &str,
    about: [&str; 2],
    with_code: bool,
) -> Result<(), Invalid> {
    let body = body(settings, role).map_or("", |it| it.name.as_str());
    let known = [about[0], about[1], body, &settings.town];
    passwords::strength(password, &known, with_code).map_err(|weak| {
        Invalid::new(
            "password",
            match weak {
                passwords::Weak::Common => "too_common",
                passwords::Weak::Short => "too_weak",
                passwords::Weak::Long => "too_long",
            },
        )
    })
}

/// Used, expired, taken back and never made are one answer.
pub fn dead_link() -> Problem {
    let words = say::REFUSED_DEAD_LINK;
    Problem::gone("dead_link", words)
}

/// One-time links by which the first administrator of each programme without accounts comes in.
/// Answers short name and token; those made before are dead.
pub async fn set_up_links(app: &App) -> Result<Vec<(String, String)>, DbError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let mut links = Vec::new();
    for (programme, slug) in store::without_accounts(&mut tx).await? {
        links.push((slug, set_up_link(&mut tx, programme, now).await?));
    }
    tx.commit().await?;
    Ok(links)
}

/// One such link; answers its token.
pub async fn set_up_link(
    tx: &mut Tx,
    programme: ProgrammeId,
    now: Instant,
) -> Result<String, DbError> {
    let token = new_token(LINK_PREFIX);
    let whose = (programme, Role::Coordinator);
    let new = NewLink {
        administers: true,
        ..new_link(&token, whose, "", now, SHORT_LIFE_MS)
    };
    store::insert_link(tx, new, now).await?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_kept_in_lower_case_and_what_is_none_is_refused() {
        assert_eq!(
            login_of(" Camille@LaCase.example ").unwrap(),
            "camille@lacase.example"
        );
        for wrong in ["", "camille", "@x", "a@", "a b@c", "a@b@c", "ended:1@x"] {
            assert!(login_of(wrong).is_err(), "{wrong}");
        }
        assert_eq!(name_of("  Camille   Roy ").unwrap(), "Camille Roy");
        assert!(name_of(" ").is_err());
    }
}
