//! SQL of second factors: steps of a sign-in that is not done, secrets, recovery codes.

use crate::access::role::Staff;
use crate::access::second_factor::totp::Secret;
use crate::access::{Role, Scope, Sealed};
use crate::db::{DbError, Tx, sql};
use domain::{AccountId, Instant, ProgrammeId};
use uuid::Uuid;

const INSERT_STEP: &str = "
    insert into sign_in_steps (token_hash, programme_id, account_id, sealed_totp, expires_at)
    values ($1, $2, $3, $4, $5)";
const DELETE_OLD_STEPS: &str = "delete from sign_in_steps where expires_at <= $1";

/// Begins a step, with the secret that is proposed if there is none yet; sweeps old ones.
pub async fn insert_step(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    of: &Staff,
    proposed: Option<Sealed<Secret>>,
    (now, expires_at): (Instant, Instant),
) -> Result<(), DbError> {
    sql(DELETE_OLD_STEPS).bind(now).run(tx).await?;
    sql(INSERT_STEP)
        .bind(token_hash)
        .bind(of.programme)
        .bind(of.account)
        .bind(proposed.map(Sealed::into_bytes))
        .bind(expires_at)
        .run(tx)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StepRow {
    programme_id: Uuid,
    account_id: Uuid,
    role: String,
    login: String,
    proposed: Option<Vec<u8>>,
    kept: Option<Vec<u8>>,
    totp_step: Option<i64>,
}

/// A step of somebody whose password was right.
pub struct Step {
    /// Who.
    pub of: Staff,
    /// Their e-mail.
    pub login: String,
    /// A secret to be copied, when this step sets a second factor up.
    pub proposed: Option<Sealed<Secret>>,
    /// The secret in use.
    pub kept: Option<Sealed<Secret>>,
    /// The last step of time whose code was used.
    pub used: Option<i64>,
}

const SELECT_STEP: &str = "
    select s.programme_id, s.account_id, a.role, a.login, s.sealed_totp as proposed,
      a.sealed_totp as kept, a.totp_step
    from sign_in_steps s
    join accounts a on a.programme_id = s.programme_id and a.id = s.account_id
    where s.token_hash = $1 and s.expires_at > $2 and a.ended_at is null";

/// The step of a token, while it lasts.
pub async fn step(tx: &mut Tx, token_hash: Vec<u8>, now: Instant) -> Result<Option<Step>, DbError> {
    let query = sql(SELECT_STEP).bind(token_hash).bind(now);
    let row: Option<StepRow> = query.maybe(tx).await?;
    Ok(row.and_then(|row| {
        let account = AccountId(row.account_id);
        let sealed = |bytes| Sealed::from_row(Scope::Account(account), bytes);
        Some(Step {
            of: Staff {
                programme: ProgrammeId(row.programme_id),
                role: Role::parse(&row.role)?,
                account,
            },
            login: row.login,
            proposed: row.proposed.map(sealed),
            kept: row.kept.map(sealed),
            used: row.totp_step,
        })
    }))
}

const DELETE_STEPS: &str = "delete from sign_in_steps where programme_id = $1 and account_id = $2";

/// Ends every step of an account.
pub async fn delete_steps(tx: &mut Tx, of: &Staff) -> Result<(), DbError> {
    let delete = sql(DELETE_STEPS).bind(of.programme).bind(of.account);
    delete.run(tx).await?;
    Ok(())
}

const DELETE_OTHER_STEPS: &str = "
    delete from sign_in_steps where programme_id = $1 and account_id = $2 and token_hash <> $3";
const SHORTEN_STEP: &str =
    "update sign_in_steps set expires_at = $2 where token_hash = $1 and expires_at > $2";

/// A step is done: every other one of the account ends, and itself lasts no longer than this.
pub async fn end_steps(
    tx: &mut Tx,
    of: &Staff,
    done: Vec<u8>,
    until: Instant,
) -> Result<(), DbError> {
    let delete = sql(DELETE_OTHER_STEPS).bind(of.programme).bind(of.account);
    delete.bind(done.clone()).run(tx).await?;
    sql(SHORTEN_STEP).bind(done).bind(until).run(tx).await?;
    Ok(())
}

const SPEND_TRY: &str = "
    update accounts set wrong_codes = wrong_codes + 1
    where programme_id = $1 and id = $2 and (codes_wait_until is null or codes_wait_until <= $3)
    returning wrong_codes";

/// Counts a try before it is looked at. `None`: this account must wait.
pub async fn spend_try(tx: &mut Tx, of: &Staff, now: Instant) -> Result<Option<i64>, DbError> {
    let query = sql(SPEND_TRY).bind(of.programme).bind(of.account).bind(now);
    Ok(query.maybe::<(i64,)>(tx).await?.map(|(tries,)| tries))
}

const SET_WAIT: &str = "
    update accounts set wrong_codes = 0, codes_wait_until = $3
    where programme_id = $1 and id = $2";

/// Nobody tries a code before then; the count begins anew.
pub async fn set_wait(tx: &mut Tx, of: &Staff, until: Option<Instant>) -> Result<(), DbError> {
    let update = sql(SET_WAIT).bind(of.programme).bind(of.account);
    update.bind(until).run(tx).await?;
    Ok(())
}

const SELECT_WAIT: &str =
    "select codes_wait_until from accounts where programme_id = $1 and id = $2";

/// Until when this account waits.
pub async fn wait_until(tx: &mut Tx, of: &Staff) -> Result<Option<i64>, DbError> {
    let query = sql(SELECT_WAIT).bind(of.programme).bind(of.account);
    let row: Option<(Option<i64>,)> = query.maybe(tx).await?;
    Ok(row.and_then(|(until,)| until))
}

const SET_USED: &str = "
    update accounts set totp_step = $3
    where programme_id = $1 and id = $2 and (totp_step is null or totp_step < $3)";

/// The code of a step of time is used; `false` when somebody used it just now.
pub async fn set_used(tx: &mut Tx, of: &Staff, step: i64) -> Result<bool, DbError> {
    let update = sql(SET_USED).bind(of.programme).bind(of.account);
    Ok(update.bind(step).run(tx).await? == 1)
}

const SET_SECRET: &str = "
    update accounts set sealed_totp = $3, totp_step = $4, wrong_codes = 0, codes_wait_until = null
    where programme_id = $1 and id = $2";

/// Keeps a secret, whose first code was just used; or none.
pub async fn set_secret(
    tx: &mut Tx,
    of: &Staff,
    secret: Option<Sealed<Secret>>,
    used: Option<i64>,
) -> Result<(), DbError> {
    sql(SET_SECRET)
        .bind(of.programme)
        .bind(of.account)
        .bind(secret.map(Sealed::into_bytes))
        .bind(used)
        .run(tx)
        .await?;
    Ok(())
}

const DELETE_RECOVERY: &str =
    "delete from recovery_codes where programme_id = $1 and account_id = $2";
const INSERT_RECOVERY: &str =
    "insert into recovery_codes (programme_id, account_id, code_mac) values ($1, $2, $3)";

/// Replaces the recovery codes of an account.
pub async fn set_recovery(tx: &mut Tx, of: &Staff, macs: Vec<Vec<u8>>) -> Result<(), DbError> {
    let delete = sql(DELETE_RECOVERY).bind(of.programme).bind(of.account);
    delete.run(tx).await?;
    for mac in macs {
        let insert = sql(INSERT_RECOVERY).bind(of.programme).bind(of.account);
        insert.bind(mac).run(tx).await?;
    }
    Ok(())
}

const USE_RECOVERY: &str = "
    update recovery_codes set used_at = $4
    where programme_id = $1 and account_id = $2 and code_mac = $3 and used_at is null";

/// Uses a recovery code; `false` when it is none, or was used.
pub async fn use_recovery(
    tx: &mut Tx,
    of: &Staff,
    mac: Vec<u8>,
    now: Instant,
) -> Result<bool, DbError> {
    let update = sql(USE_RECOVERY).bind(of.programme).bind(of.account);
    Ok(update.bind(mac).bind(now).run(tx).await? == 1)
}

const COUNT_RECOVERY: &str = "
    select cast(count(*) as bigint) from recovery_codes
    where programme_id = $1 and account_id = $2 and used_at is null";

/// How many recovery codes are left.
pub async fn recovery_left(tx: &mut Tx, of: &Staff) -> Result<i64, DbError> {
    let query = sql(COUNT_RECOVERY).bind(of.programme).bind(of.account);
    Ok(query.one::<(i64,)>(tx).await?.0)
}
