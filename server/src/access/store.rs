//! SQL of accounts, sessions and tokens. Only hashes of secrets are kept.

use super::Role;
use super::role::Staff;
use crate::db::{DbError, Tx, sql};
use domain::{AccountId, Instant, PeerId, ProgrammeId};
use uuid::Uuid;

/// An account to be made.
pub struct NewAccount<'a> {
    /// Its programme.
    pub programme: ProgrammeId,
    /// Its id.
    pub id: AccountId,
    /// Coordinator, agent or clerk.
    pub role: Role,
    /// E-mail, lower case.
    pub login: &'a str,
    /// How the screen greets them.
    pub name: &'a str,
    /// PHC string.
    pub password_hash: &'a str,
    /// May they manage the people of their body?
    pub administers: bool,
}

/// What sign-in needs of an account.
#[derive(sqlx::FromRow)]
pub struct SignInRow {
    /// Its programme.
    pub programme_id: Uuid,
    /// Its id.
    pub id: Uuid,
    /// PHC string.
    pub password_hash: String,
    /// Coordinator, agent or clerk.
    pub role: String,
    /// A second factor is in use.
    pub has_second_factor: bool,
}

impl SignInRow {
    /// Whose account it is.
    pub fn staff(&self) -> Option<Staff> {
        Some(Staff {
            programme: ProgrammeId(self.programme_id),
            role: Role::parse(&self.role)?,
            account: AccountId(self.id),
        })
    }
}

/// A staff session, as the caller it makes.
#[derive(sqlx::FromRow)]
pub struct StaffRow {
    /// Programme.
    pub programme_id: Uuid,
    /// Account.
    pub account_id: Uuid,
    /// Role.
    pub role: String,
    /// Name.
    pub name: String,
    /// May they manage the people of their body?
    pub administers: bool,
    /// When the session was last written down as used.
    pub seen_at: i64,
}

/// An API token.
#[derive(sqlx::FromRow)]
pub struct TokenRow {
    /// Programme.
    pub programme_id: Uuid,
    /// Role.
    pub role: String,
    /// Account it acts for.
    pub account_id: Option<Uuid>,
    /// Peer it acts for.
    pub peer_id: Option<Uuid>,
    /// Name of that account.
    pub name: Option<String>,
    /// The hour of its last use.
    pub last_used_at: Option<i64>,
}

/// A joined phone.
#[derive(sqlx::FromRow)]
pub struct PhoneRow {
    /// Programme.
    pub programme_id: Uuid,
    /// Outing joined.
    pub outing_id: Uuid,
    /// Phone.
    pub device_id: Uuid,
    /// Until when it reads.
    pub reads_until: i64,
    /// Whose.
    pub whose: Option<String>,
    /// The coordinator whose own phone it is.
    pub account_id: Option<Uuid>,
}

const INSERT_ACCOUNT: &str = "
    insert into accounts
      (programme_id, id, role, login, name, password_hash, created_at, administers)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Makes an account.
pub async fn insert_account(tx: &mut Tx, it: NewAccount<'_>, now: Instant) -> Result<(), DbError> {
    sql(INSERT_ACCOUNT)
        .bind(it.programme)
        .bind(it.id)
        .bind(it.role.as_str())
        .bind(it.login)
        .bind(it.name)
        .bind(it.password_hash)
        .bind(now)
        .bind(it.administers)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_SIGN_IN: &str = "
    select programme_id, id, password_hash, role, sealed_totp is not null as has_second_factor
    from accounts where login = $1 and ended_at is null";

/// The account of a login.
pub async fn account_by_login(tx: &mut Tx, login: &str) -> Result<Option<SignInRow>, DbError> {
    sql(SELECT_SIGN_IN).bind(login).maybe(tx).await
}

const HOLD_ACCOUNT: &str = "select id from accounts where programme_id = $1 and id = $2";

/// One at a time signs in as this account, until the transaction ends.
pub async fn hold_account(tx: &mut Tx, of: &Staff) -> Result<(), DbError> {
    let hold = sql(HOLD_ACCOUNT).bind(of.programme).bind(of.account);
    hold.for_update().maybe::<(Uuid,)>(tx).await?;
    Ok(())
}

const INSERT_SESSION: &str = "
    insert into sessions
      (token_hash, programme_id, account_id, created_at, seen_at, expires_at, device)
    values ($1, $2, $3, $4, $4, $5, $6)";

/// Opens a session.
pub async fn insert_session(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    of: &Staff,
    device: String,
    (now, expires_at): (Instant, Instant),
) -> Result<(), DbError> {
    sql(INSERT_SESSION)
        .bind(token_hash)
        .bind(of.programme)
        .bind(of.account)
        .bind(now)
        .bind(expires_at)
        .bind(device)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_SESSION: &str = "
    select a.programme_id, a.id as account_id, a.role, a.name, a.administers, s.seen_at
    from sessions s join accounts a on a.programme_id = s.programme_id and a.id = s.account_id
    where s.token_hash = $1 and s.expires_at > $2 and a.ended_at is null";

/// The staff of a session that still holds.
pub async fn session(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    now: Instant,
) -> Result<Option<StaffRow>, DbError> {
    sql(SELECT_SESSION)
        .bind(token_hash)
        .bind(now)
        .maybe(tx)
        .await
}

const SET_SEEN: &str = "update sessions set seen_at = $2 where token_hash = $1";

/// It was used now.
pub async fn set_seen(tx: &mut Tx, token_hash: Vec<u8>, now: Instant) -> Result<(), DbError> {
    sql(SET_SEEN).bind(token_hash).bind(now).run(tx).await?;
    Ok(())
}

const DELETE_SESSIONS_OF_ACCOUNT: &str =
    "delete from sessions where programme_id = $1 and account_id = $2";

/// Ends every session of an account.
pub async fn delete_sessions_of(tx: &mut Tx, of: &Staff) -> Result<(), DbError> {
    let delete = sql(DELETE_SESSIONS_OF_ACCOUNT).bind(of.programme);
    delete.bind(of.account).run(tx).await?;
    Ok(())
}

const DELETE_SESSION: &str = "delete from sessions where token_hash = $1";
const DELETE_EXPIRED: &str = "delete from sessions where expires_at <= $1";

/// Ends a session, and sweeps those that ended by themselves.
pub async fn delete_session(tx: &mut Tx, token_hash: Vec<u8>, now: Instant) -> Result<(), DbError> {
    sql(DELETE_SESSION).bind(token_hash).run(tx).await?;
    sql(DELETE_EXPIRED).bind(now).run(tx).await?;
    Ok(())
}

const INSERT_TOKEN: &str = "
    insert into api_tokens (token_hash, programme_id, name, role, account_id, peer_id, created_at)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// An API token to be made.
pub struct NewToken<'a> {
    /// Hash of the token.
    pub token_hash: Vec<u8>,
    /// Its programme.
    pub programme: ProgrammeId,
    /// What it is for.
    pub name: &'a str,
    /// Its role.
    pub role: Role,
    /// The account it acts for.
    pub account: Option<AccountId>,
    /// The peer it acts for.
    pub peer: Option<PeerId>,
}

/// Makes an API token.
pub async fn insert_token(tx: &mut Tx, it: NewToken<'_>, now: Instant) -> Result<(), DbError> {
    sql(INSERT_TOKEN)
        .bind(it.token_hash)
        .bind(it.programme)
        .bind(it.name)
        .bind(it.role.as_str())
        .bind(it.account)
        .bind(it.peer)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

const SELECT_TOKEN: &str = "
    select t.programme_id, t.role, t.account_id, t.peer_id, a.name, t.last_used_at
    from api_tokens t
    left join accounts a on a.programme_id = t.programme_id and a.id = t.account_id
    where t.token_hash = $1 and t.revoked_at is null and a.ended_at is null";

/// The token of a hash, unless revoked.
pub async fn token(tx: &mut Tx, token_hash: Vec<u8>) -> Result<Option<TokenRow>, DbError> {
    sql(SELECT_TOKEN).bind(token_hash).maybe(tx).await
}

// A coordinator's own phone falls silent with the account: nobody else answers for what it says.
const SELECT_PHONE: &str = "
    select p.programme_id, p.outing_id, p.device_id, p.reads_until, p.whose, p.account_id
    from crew_phones p
    left join accounts a on a.programme_id = p.programme_id and a.id = p.account_id
      and a.role = 'coordinator' and a.ended_at is null
    where p.token_hash = $1 and p.revoked_at is null and p.hands_in_until > $2
      and (p.account_id is null or a.id is not null)";

/// The joined phone of a hash, while it may still hand in facts.
pub async fn phone(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    now: Instant,
) -> Result<Option<PhoneRow>, DbError> {
    sql(SELECT_PHONE).bind(token_hash).bind(now).maybe(tx).await
}

const SELECT_ACCOUNT_OF_ROLE: &str = "
    select id from accounts where programme_id = $1 and role = $2 and ended_at is null
    order by created_at, id limit 1";

/// The first account of a role: the one a command-line token acts for.
pub async fn first_account(
    tx: &mut Tx,
    programme: ProgrammeId,
    role: Role,
) -> Result<Option<AccountId>, DbError> {
    let row: Option<(Uuid,)> = sql(SELECT_ACCOUNT_OF_ROLE)
        .bind(programme)
        .bind(role.as_str())
        .maybe(tx)
        .await?;
    Ok(row.map(|(id,)| AccountId(id)))
}

/// A line of `account list`.
#[derive(sqlx::FromRow)]
pub struct AccountLine {
    /// Programme slug.
    pub slug: String,
    /// Role.
    pub role: String,
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// May they manage the people of their body?
    pub administers: bool,
}

const SELECT_ACCOUNTS: &str = "
    select p.slug, a.role, a.login, a.name, a.administers
    from accounts a join programmes p on p.id = a.programme_id
    where a.ended_at is null
    order by p.slug, a.role, a.login";

/// Every account, for the operator.
pub async fn accounts(tx: &mut Tx) -> Result<Vec<AccountLine>, DbError> {
    sql(SELECT_ACCOUNTS).all(tx).await
}

const UPDATE_PASSWORD: &str =
    "update accounts set password_hash = $3 where programme_id = $1 and id = $2";

/// Gives an account a new password and ends its sessions.
pub async fn set_password(tx: &mut Tx, of: &Staff, hash: &str) -> Result<(), DbError> {
    let update = sql(UPDATE_PASSWORD).bind(of.programme).bind(of.account);
    update.bind(hash).run(tx).await?;
    delete_sessions_of(tx, of).await
}
