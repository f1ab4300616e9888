//! SQL of a body's people: accounts, invitations, own sessions. Every statement about a body names
//! programme and role, so that no administrator reaches another one.

use crate::access::Role;
use crate::access::role::Staff;
use crate::db::{DbError, Tx, sql};
use domain::{AccountId, Instant, ProgrammeId};
use uuid::Uuid;

/// Somebody of a body, as its administrator sees them.
#[derive(Clone, sqlx::FromRow)]
pub struct Member {
    /// Their account.
    pub id: Uuid,
    /// E-mail.
    pub login: String,
    /// Name.
    pub name: String,
    /// May they manage the others?
    pub administers: bool,
    /// A second factor is in use.
    pub has_second_factor: bool,
    /// Since when.
    pub created_at: i64,
    /// When they last did something, to the day, as far as it is known.
    pub seen_at: Option<i64>,
}

const SELECT_MEMBERS: &str = "
    select a.id, a.login, a.name, a.administers, a.sealed_totp is not null as has_second_factor,
      a.created_at,
      (select max(s.seen_at) from sessions s
       where s.programme_id = a.programme_id and s.account_id = a.id) as seen_at
    from accounts a
    where a.programme_id = $1 and a.role = $2 and a.ended_at is null
    order by a.name, a.id";

/// The people of a body.
pub async fn members(
    tx: &mut Tx,
    programme: ProgrammeId,
    role: Role,
) -> Result<Vec<Member>, DbError> {
    let query = sql(SELECT_MEMBERS).bind(programme).bind(role.as_str());
    query.all(tx).await
}

/// One's own account.
#[derive(sqlx::FromRow)]
pub struct Own {
    /// E-mail.
    pub login: String,
    /// Name.
    pub name: String,
    /// PHC string.
    pub password_hash: String,
    /// A second factor is in use.
    pub has_second_factor: bool,
}

const SELECT_OWN: &str = "
    select login, name, password_hash, sealed_totp is not null as has_second_factor
    from accounts where programme_id = $1 and id = $2 and role = $3 and ended_at is null";

/// One's own account.
pub async fn own(tx: &mut Tx, of: &Staff) -> Result<Option<Own>, DbError> {
    let query = sql(SELECT_OWN).bind(of.programme).bind(of.account);
    query.bind(of.role.as_str()).maybe(tx).await
}

const SET_ADMINISTERS: &str = "
    update accounts set administers = $4
    where programme_id = $1 and id = $2 and role = $3 and ended_at is null";

/// Lets somebody manage the others of their body, or no longer.
pub async fn set_administers(tx: &mut Tx, of: &Staff, truth: bool) -> Result<bool, DbError> {
    let update = sql(SET_ADMINISTERS).bind(of.programme).bind(of.account);
    Ok(update.bind(of.role.as_str()).bind(truth).run(tx).await? == 1)
}

const SET_LOGIN: &str = "update accounts set login = $3 where programme_id = $1 and id = $2";

/// Gives an account another e-mail.
pub async fn set_login(tx: &mut Tx, of: &Staff, login: &str) -> Result<(), DbError> {
    let update = sql(SET_LOGIN).bind(of.programme).bind(of.account);
    update.bind(login).run(tx).await?;
    Ok(())
}

const END: &str = "
    update accounts set ended_at = $4, administers = false, login = $5, password_hash = ''
    where programme_id = $1 and id = $2 and role = $3 and ended_at is null";
const REVOKE_TOKENS: &str = "
    update api_tokens set revoked_at = $3
    where programme_id = $1 and account_id = $2 and revoked_at is null";
const DELETE_LINKS_BY: &str = "
    delete from invitations
    where programme_id = $1 and made_by = $2 and used_at is null";
const DELETE_LINKS_FOR: &str = "
    delete from invitations
    where programme_id = $1 and account_id = $2 and used_at is null";

/// Ends an account: nothing opens with it any more, and its e-mail is free again.
pub async fn end(tx: &mut Tx, of: &Staff, now: Instant) -> Result<bool, DbError> {
    // No e-mail has a colon.
    let login = format!("ended:{}", of.account);
    let update = sql(END).bind(of.programme).bind(of.account);
    let update = update.bind(of.role.as_str()).bind(now).bind(login);
    if update.run(tx).await? == 0 {
        return Ok(false);
    }
    let revoke = sql(REVOKE_TOKENS).bind(of.programme).bind(of.account);
    revoke.bind(now).run(tx).await?;
    delete_links_by(tx, of).await?;
    delete_links_for(tx, of).await?;
    Ok(true)
}

/// The links that somebody made and nobody used yet are dead.
pub async fn delete_links_by(tx: &mut Tx, of: &Staff) -> Result<(), DbError> {
    let delete = sql(DELETE_LINKS_BY).bind(of.programme).bind(of.account);
    delete.run(tx).await?;
    Ok(())
}

/// The links for somebody that nobody used yet are dead.
pub async fn delete_links_for(tx: &mut Tx, of: &Staff) -> Result<(), DbError> {
    let delete = sql(DELETE_LINKS_FOR).bind(of.programme).bind(of.account);
    delete.run(tx).await?;
    Ok(())
}

/// A link to be made.
pub struct NewLink<'a> {
    /// What is kept of it.
    pub token_hash: Vec<u8>,
    /// Its id, to take it back.
    pub id: Uuid,
    /// Its programme.
    pub programme: ProgrammeId,
    /// Into which body.
    pub role: Role,
    /// May they manage the others?
    pub administers: bool,
    /// For a new password of this account; otherwise for a new account.
    pub account: Option<AccountId>,
    /// The second factor goes with the old password.
    pub drops_second_factor: bool,
    /// E-mail; whoever uses the link says it where it is not known.
    pub login: Option<&'a str>,
    /// Name, as whoever invites knows them.
    pub name: &'a str,
    /// The administrator; none for the command line.
    pub by: Option<AccountId>,
    /// Until when it works.
    pub expires_at: Instant,
}

const INSERT_LINK: &str = "
    insert into invitations (token_hash, id, programme_id, role, administers, account_id,
      drops_second_factor, login, name, made_by, made_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

// Used or expired, they are names and addresses that nobody needs.
const SWEEP_LINKS: &str = "delete from invitations where used_at is not null or expires_at <= $1";

/// Makes a link, and sweeps those that are over.
pub async fn insert_link(tx: &mut Tx, it: NewLink<'_>, now: Instant) -> Result<(), DbError> {
    sql(SWEEP_LINKS).bind(now).run(tx).await?;
    sql(INSERT_LINK)
        .bind(it.token_hash)
        .bind(it.id)
        .bind(it.programme)
        .bind(it.role.as_str())
        .bind(it.administers)
        .bind(it.account)
        .bind(it.drops_second_factor)
        .bind(it.login)
        .bind(it.name)
        .bind(it.by)
        .bind(now)
        .bind(it.expires_at)
        .run(tx)
        .await?;
    Ok(())
}

const DELETE_LINKS_TO: &str = "
    delete from invitations
    where programme_id = $1 and role = $2 and login = $3 and account_id is null
      and used_at is null";

/// An earlier invitation of the same address is dead.
pub async fn delete_links_to(
    tx: &mut Tx,
    programme: ProgrammeId,
    role: Role,
    login: &str,
) -> Result<(), DbError> {
    let delete = sql(DELETE_LINKS_TO).bind(programme).bind(role.as_str());
    delete.bind(login).run(tx).await?;
    Ok(())
}

/// A link that was not used yet.
#[derive(sqlx::FromRow)]
pub struct Link {
    /// Its programme.
    pub programme_id: Uuid,
    /// Into which body.
    pub role: String,
    /// May they manage the others?
    pub administers: bool,
    /// For a new password of this account.
    pub account_id: Option<Uuid>,
    /// The second factor goes with the old password.
    pub drops_second_factor: bool,
    /// E-mail, where it is known.
    pub login: Option<String>,
    /// Name.
    pub name: String,
}

// A set-up link (nobody made it) is dead once the programme has an account.
const SELECT_LINK: &str = "
    select i.programme_id, i.role, i.administers, i.account_id, i.drops_second_factor,
      coalesce(a.login, i.login) as login, coalesce(a.name, i.name) as name
    from invitations i
    left join accounts a on a.programme_id = i.programme_id and a.id = i.account_id
    where i.token_hash = $1 and i.used_at is null and i.expires_at > $2
      and (i.account_id is null or a.ended_at is null)
      and (i.made_by is not null or i.account_id is not null or not exists
        (select 1 from accounts o where o.programme_id = i.programme_id))";

/// The link of a token, while it works.
pub async fn link(tx: &mut Tx, hash: Vec<u8>, now: Instant) -> Result<Option<Link>, DbError> {
    sql(SELECT_LINK).bind(hash).bind(now).maybe(tx).await
}

const USE_LINK: &str = "
    update invitations set used_at = $2
    where token_hash = $1 and used_at is null and expires_at > $2";

/// Uses a link; `false` when somebody just did.
pub async fn use_link(tx: &mut Tx, hash: Vec<u8>, now: Instant) -> Result<bool, DbError> {
    Ok(sql(USE_LINK).bind(hash).bind(now).run(tx).await? == 1)
}

/// An invitation that waits.
#[derive(Clone, sqlx::FromRow)]
pub struct Waiting {
    /// Its id.
    pub id: Uuid,
    /// Whom it is for.
    pub name: String,
    /// Their e-mail.
    pub login: Option<String>,
    /// For a new password, not a new account.
    pub is_reset: bool,
    /// Until when.
    pub expires_at: i64,
}

const SELECT_WAITING: &str = "
    select i.id, coalesce(a.name, i.name) as name, coalesce(a.login, i.login) as login,
      i.account_id is not null as is_reset, i.expires_at
    from invitations i
    left join accounts a on a.programme_id = i.programme_id and a.id = i.account_id
    where i.programme_id = $1 and i.role = $2 and i.used_at is null and i.expires_at > $3
    order by i.made_at, i.id";

/// The links of a body that wait to be used.
pub async fn waiting(
    tx: &mut Tx,
    programme: ProgrammeId,
    role: Role,
    now: Instant,
) -> Result<Vec<Waiting>, DbError> {
    let query = sql(SELECT_WAITING).bind(programme).bind(role.as_str());
    query.bind(now).all(tx).await
}

const WITHDRAW: &str = "
    delete from invitations
    where programme_id = $1 and role = $2 and id = $3 and used_at is null";

/// Takes a link back.
pub async fn withdraw(
    tx: &mut Tx,
    programme: ProgrammeId,
    role: Role,
    id: Uuid,
) -> Result<bool, DbError> {
    let delete = sql(WITHDRAW).bind(programme).bind(role.as_str()).bind(id);
    Ok(delete.run(tx).await? == 1)
}

const SELECT_EMPTY: &str = "
    select p.id, p.slug from programmes p
    where p.is_demo = false
      and not exists (select 1 from accounts a where a.programme_id = p.id)
    order by p.slug";
const DELETE_SET_UP: &str = "
    delete from invitations
    where programme_id = $1 and made_by is null and account_id is null and used_at is null";

/// Real programmes that nobody can come into yet; the set-up links they had are dead.
pub async fn without_accounts(tx: &mut Tx) -> Result<Vec<(ProgrammeId, String)>, DbError> {
    let rows: Vec<(Uuid, String)> = sql(SELECT_EMPTY).all(tx).await?;
    for (id, _) in &rows {
        sql(DELETE_SET_UP).bind(*id).run(tx).await?;
    }
    let found = rows.into_iter().map(|(id, slug)| (ProgrammeId(id), slug));
    Ok(found.collect())
}

/// A session of one's own.
#[derive(Clone, sqlx::FromRow)]
pub struct Session {
    /// What is kept of its token: to know the one that asks.
    pub token_hash: Vec<u8>,
    /// Which kind of device.
    pub device: String,
    /// Since when.
    pub created_at: i64,
    /// Last used, to the day.
    pub seen_at: i64,
}

const SELECT_SESSIONS: &str = "
    select token_hash, device, created_at, seen_at from sessions
    where programme_id = $1 and account_id = $2 and expires_at > $3
    order by created_at desc";

/// One's own sessions, the latest first.
pub async fn sessions(tx: &mut Tx, of: &Staff, now: Instant) -> Result<Vec<Session>, DbError> {
    let query = sql(SELECT_SESSIONS).bind(of.programme).bind(of.account);
    query.bind(now).all(tx).await
}

const DELETE_SESSION: &str = "
    delete from sessions where programme_id = $1 and account_id = $2 and token_hash = $3";

/// Ends one of one's own sessions.
pub async fn delete_session(tx: &mut Tx, of: &Staff, it: &Session) -> Result<(), DbError> {
    let delete = sql(DELETE_SESSION).bind(of.programme).bind(of.account);
    delete.bind(it.token_hash.clone()).run(tx).await?;
    Ok(())
}
