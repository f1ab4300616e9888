//! When this database was last backed up, kept in it: monitoring, the doctor and
//! administrators' home page look there.

use crate::db::{Db, DbError, Tx, sql};
use domain::Instant;

const SELECT: &str = "select value from server_marks where name = 'last backup'";
const DELETE: &str = "delete from server_marks where name = 'last backup'";
const INSERT: &str = "insert into server_marks (name, value) values ('last backup', $1)";

/// When the last verified backup was begun, if there ever was one.
pub async fn last_made(db: &Db) -> Result<Option<Instant>, DbError> {
    last_made_in(&mut db.read().await?).await
}

/// The same, where a transaction reads already.
pub async fn last_made_in(tx: &mut Tx) -> Result<Option<Instant>, DbError> {
    let row: Option<(Vec<u8>,)> = sql(SELECT).maybe(tx).await?;
    let value = row.and_then(|(value,)| <[u8; 8]>::try_from(value).ok());
    Ok(value.map(|it| Instant::from_ms(i64::from_be_bytes(it))))
}

/// A backup begun at that moment is verified.
pub async fn mark_made(db: &Db, at: Instant) -> Result<(), DbError> {
    let mut tx = db.write().await?;
    sql(DELETE).run(&mut tx).await?;
    let insert = sql(INSERT).bind(at.as_ms().to_be_bytes().to_vec());
    insert.run(&mut tx).await?;
    tx.commit().await
}
