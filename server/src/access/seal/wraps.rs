//! Data keys as a whole: wrapped anew under the month's key, and looked at when the server starts.
//!
//! Before a month is destroyed in the key file, every data key that lives is wrapped under the
//! current one. What was destroyed in the database before that stays behind in old backups, under a
//! key that is nowhere any more.

use super::{SealError, decrypt, encrypt};
use crate::access::keys::{Key, KeyError, KeyFile, Month};
use crate::app::App;
use crate::db::{DbError, Tx, sql};
use domain::ProgrammeId;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Keys that are wrapped anew in one transaction.
const KEYS_PER_WRAPPING: i64 = 500;

#[derive(sqlx::FromRow)]
struct Wrapped {
    programme_id: Uuid,
    scope: String,
    subject_id: Uuid,
    wrapped_under: Month,
    wrapped: Vec<u8>,
}

impl Wrapped {
    /// The same as for a key that is looked up by its scope.
    fn bound(&self) -> Vec<u8> {
        let programme = ProgrammeId(self.programme_id);
        format!("{programme}/{}/{}/key", self.scope, self.subject_id).into_bytes()
    }

    fn open(&self, keys: &KeyFile) -> Result<Key, KeyError> {
        let wrapping = keys.of_month(&self.wrapped_under)?;
        let plain = decrypt(&wrapping, &self.wrapped, &self.bound())?;
        let key = <[u8; 32]>::try_from(plain.as_slice()).map_err(|_| KeyError::Sealed)?;
        Ok(Zeroizing::new(key))
    }
}

const SELECT_ANY: &str = "select subject_id from data_keys limit 1";

/// Was anything ever sealed in this database, and still is?
pub async fn any_key(tx: &mut Tx) -> Result<bool, DbError> {
    let row: Option<(Uuid,)> = sql(SELECT_ANY).maybe(tx).await?;
    Ok(row.is_some())
}

const SELECT_MONTHS: &str = "select distinct wrapped_under from data_keys";
const SELECT_ONE_OF_MONTH: &str = "
    select programme_id, scope, subject_id, wrapped_under, wrapped from data_keys
    where wrapped_under = $1 limit 1";

/// Opens one data key of each month: a file that lacks a month, or has another one under its name,
/// is not the file of this database.
pub async fn check_keys(tx: &mut Tx, keys: &KeyFile) -> Result<(), SealError> {
    let months: Vec<(String,)> = sql(SELECT_MONTHS).all(tx).await?;
    let path = || keys.path().to_owned();
    for (month,) in months {
        let query = sql(SELECT_ONE_OF_MONTH).bind(month.as_str());
        let Some(one) = query.maybe::<Wrapped>(tx).await? else {
            continue;
        };
        match one.open(keys) {
            Ok(_) => {}
            Err(KeyError::Gone(month)) => return Err(KeyError::Old(path(), month).into()),
            Err(_) => return Err(KeyError::Other(path()).into()),
        }
    }
    Ok(())
}

const SELECT_NOT_UNDER: &str = "
    select programme_id, scope, subject_id, wrapped_under, wrapped from data_keys
    where wrapped_under <> $1
    order by wrapped_under, programme_id, scope, subject_id
    limit $2";
const UPDATE_WRAPPED: &str = "
    update data_keys set wrapped_under = $4, wrapped = $5
    where programme_id = $1 and scope = $2 and subject_id = $3 and wrapped_under = $6";

/// Wraps every data key under the key of the current month. Answers how many it wrapped. A key
/// destroyed meanwhile stays destroyed.
pub async fn wrap_anew(app: &App) -> Result<u64, SealError> {
    let (keys, mut done) = (&app.keys, 0);
    loop {
        let (month, wrapping) = keys.current(app.now())?;
        let mut tx = app.db.write().await?;
        let query = sql(SELECT_NOT_UNDER).bind(month.as_str());
        let old: Vec<Wrapped> = query.bind(KEYS_PER_WRAPPING).all(&mut tx).await?;
        let count = old.len() as u64;
        for it in old {
            let key = it.open(keys)?;
            let wrapped = encrypt(&wrapping, &[&*key], &it.bound())?;
            sql(UPDATE_WRAPPED)
                .bind(it.programme_id)
                .bind(it.scope)
                .bind(it.subject_id)
                .bind(month.as_str())
                .bind(wrapped)
                .bind(it.wrapped_under)
                .run(&mut tx)
                .await?;
        }
        tx.commit().await?;
        done += count;
        if count == 0 {
            return Ok(done);
        }
    }
}

const COUNT_UNDER: &str = "
    select cast(count(*) as bigint) from data_keys where wrapped_under = $1";

/// Destroys the months in the key file whose time has come. What lives is wrapped anew before; a
/// month that something in the database still needs is left, whatever its age.
pub async fn destroy_months(app: &App, forget_days: u32) -> Result<Vec<Month>, SealError> {
    let due = app.keys.overdue(app.now(), forget_days);
    if due.is_empty() {
        return Ok(due);
    }
    wrap_anew(app).await?;
    destroy_unused(app, due).await
}

async fn destroy_unused(app: &App, due: Vec<Month>) -> Result<Vec<Month>, SealError> {
    let mut tx = app.db.read().await?;
    let mut unused = Vec::with_capacity(due.len());
    for month in due {
        let (n,): (i64,) = sql(COUNT_UNDER).bind(month.as_str()).one(&mut tx).await?;
        if n == 0 {
            unused.push(month);
        }
    }
    drop(tx);
    app.keys.destroy(&unused)?;
    Ok(unused)
}

/// New wrapping keys at once, and every old one destroyed: for a key file that somebody may have
/// seen. Backups made before open nothing any more.
pub async fn rotate(app: &App) -> Result<(u64, Vec<Month>), SealError> {
    let old = app.keys.months();
    app.keys.renew(app.now())?;
    let wrapped = wrap_anew(app).await?;
    Ok((wrapped, destroy_unused(app, old).await?))
}
