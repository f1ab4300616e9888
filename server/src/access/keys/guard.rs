//! Is this the key file that the database was sealed with? Asked before anything is served: a wrong
//! one would seal new values that nobody can open together with the old.

use super::{KeyError, KeyFile};
use crate::access::seal::{SealError, wraps};
use crate::db::{Db, Tx, sql};
use std::path::Path;

const SELECT_MARK: &str = "select value from server_marks where name = 'key file'";
const INSERT_MARK: &str = "
    insert into server_marks (name, value) values ('key file', $1) on conflict do nothing";

/// The key file of a database that is migrated. A database that nothing was sealed in takes the one
/// that is there, or a new one; answers whether it was made.
pub async fn open(db: &Db, path: &Path) -> Result<(KeyFile, bool), SealError> {
    let mut tx = db.write().await?;
    let known = mark(&mut tx).await?;
    let was_sealed = known.is_some() || wraps::any_key(&mut tx).await?;
    let (keys, made) = match KeyFile::load(path)? {
        Some(keys) => (keys, false),
        None if was_sealed => return Err(KeyError::Missing(path.to_owned()).into()),
        None => KeyFile::load_or_create(path)?,
    };
    let own = keys.fingerprint();
    if known.as_ref().is_some_and(|it| *it != own) {
        return Err(KeyError::Other(path.to_owned()).into());
    }
    wraps::check_keys(&mut tx, &keys).await?;
    if known.is_none() {
        sql(INSERT_MARK).bind(own).run(&mut tx).await?;
    }
    tx.commit().await?;
    Ok((keys, made))
}

/// The key file of a database, looked at and nothing else: neither made nor written down.
pub async fn look(db: &Db, path: &Path) -> Result<KeyFile, SealError> {
    let mut tx = db.read().await?;
    let keys = KeyFile::load(path)?.ok_or_else(|| KeyError::Missing(path.to_owned()))?;
    let known = mark(&mut tx).await?;
    if known.is_some_and(|it| it != keys.fingerprint()) {
        return Err(KeyError::Other(path.to_owned()).into());
    }
    wraps::check_keys(&mut tx, &keys).await?;
    Ok(keys)
}

async fn mark(tx: &mut Tx) -> Result<Option<Vec<u8>>, SealError> {
    let row: Option<(Vec<u8>,)> = sql(SELECT_MARK).maybe(tx).await?;
    Ok(row.map(|(value,)| value))
}
