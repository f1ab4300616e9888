//! Restoring: a backup is looked at, brought up to this version beside the database, held against
//! the key file, and only then takes the database's place, at once.

use super::manifest::{Manifest, totals_of_file, totals_of_server};
use super::table::{tables, tell_ids};
use super::write::sound;
use super::{private_file, rows, sync_folder_of, with_word};
use crate::cli::Failure;
use crate::db::{Db, DbError, newest, sql};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Looks at a backup: is it one, of a version we know, and whole to the last row?
pub async fn verify(path: &Path) -> Result<Manifest, Failure> {
    let shown = path.display();
    let not_one = || {
        format!(
            "{shown} is not a backup of this program: give the file that `cueillette backup` made"
        )
    };
    if !path.is_file() {
        return Err(format!("there is no backup at {shown}: give its path").into());
    }
    let damaged = |why: String| format!("{shown} is damaged ({why}): take another backup");
    let options = SqliteConnectOptions::new().filename(path);
    let file = options.read_only(true).immutable(true).connect().await;
    let mut file = file.map_err(|_| not_one())?;
    let manifest = Manifest::read(&mut file).await;
    let manifest = manifest.map_err(|wrong| match wrong.sentence() {
        it if it.contains("not a database") => not_one(),
        it => format!("{shown}: {it}"),
    })?;
    let manifest = manifest.ok_or_else(not_one)?;
    if manifest.schema > newest() {
        return Err(format!(
            "{shown} was made by a newer version ({}, migration {}; this one knows {}): restore it \
             with that program",
            manifest.version,
            manifest.schema,
            newest()
        )
        .into());
    }
    let whole = async {
        sound(&mut file).await?;
        for table in tables(&mut file).await? {
            let found = rows::tally(&mut file, &table).await?;
            if manifest.tables.get(&table.name) != Some(&found) {
                return Err(Failure::from(format!("rows of {} changed", table.name)));
            }
        }
        Ok(file)
    };
    let file = whole
        .await
        .map_err(|why| damaged(why.sentence().to_owned()))?;
    file.close().await?;
    Ok(manifest)
}

/// A copy of a backup, brought up to this version; deleted when dropped.
pub struct Staged {
    /// Open, as any database.
    pub db: Db,
    path: PathBuf,
}

impl Drop for Staged {
    fn drop(&mut self) {
        for word in ["", "-wal", "-shm"] {
            _ = std::fs::remove_file(with_word(&self.path, word));
        }
    }
}

/// What comes into a programme by itself. Whoever had a way in that was taken from them after the
/// backup must not have it again; people sign in anew, phones in the field go on.
const WAYS_IN: [&str; 5] = [
    "delete from sessions",
    "delete from peer_sessions",
    "delete from sign_in_steps",
    "delete from invitations",
    "delete from phone_codes",
];
const OWN_TABLES: [&str; 3] = [
    "drop table backup_manifest",
    "drop table backup_tables",
    "drop table backup_totals",
];

/// Copies a verified backup beside `near` and brings the copy up to this version.
pub async fn stage(backup: &Path, near: &Path) -> Result<Staged, Failure> {
    let path = with_word(near, ".restoring");
    for word in ["", "-wal", "-shm"] {
        _ = std::fs::remove_file(with_word(&path, word));
    }
    let mut copy = private_file(&path).map_err(|wrong| {
        format!(
            "{} cannot be written ({wrong}): this user needs the right to write in that folder",
            path.display()
        )
    })?;
    std::io::copy(&mut File::open(backup)?, &mut copy)?;
    let db = Db::open(&url_of(&path)).await?;
    let staged = Staged { db, path };
    staged.db.migrate().await?;
    let mut tx = staged.db.write().await?;
    for text in WAYS_IN.into_iter().chain(OWN_TABLES) {
        sql(text).run(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(staged)
}

/// Signs that mean something in an address are written otherwise.
fn url_of(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = path.replace('%', "%25").replace('?', "%3F");
    format!("sqlite:{}", path.replace('#', "%23"))
}

/// The copy becomes the database: renamed into its place.
pub async fn replace_file(staged: &Staged, target: &Path) -> Result<(), Failure> {
    staged.db.close().await;
    File::open(&staged.path)?.sync_all()?;
    // What the old file had not taken in yet must never be read into the new one.
    for word in ["-wal", "-shm"] {
        _ = std::fs::remove_file(with_word(target, word));
    }
    sync_folder_of(target)?;
    std::fs::rename(&staged.path, target)?;
    Ok(sync_folder_of(target)?)
}

/// The copy's rows take the place of PostgreSQL's, in one transaction.
pub async fn replace_rows(staged: &Staged, db: &Db, overwrite: bool) -> Result<(), Failure> {
    let (Db::Sqlite(from), Db::Postgres(to)) = (&staged.db, db) else {
        return Err("this is no PostgreSQL".into());
    };
    let mut from = from.readers().acquire().await?;
    let mut tables = tables(&mut from).await?;
    let mut to = to.acquire().await?;
    let mut tx = to.begin().await?;
    tell_ids(&mut tables, &mut tx).await?;
    let there: Option<(i32,)> = sqlx::query_as("select 1 from programmes limit 1")
        .fetch_optional(&mut *tx)
        .await?;
    if there.is_some() && !overwrite {
        return Err("the database is not empty".into());
    }
    for table in tables.iter().rev() {
        let text = format!("delete from \"{}\"", table.name);
        sqlx::query(AssertSqlSafe(text)).execute(&mut *tx).await?;
    }
    for table in &tables {
        rows::into_server(&mut from, &mut tx, table).await?;
    }
    let came = totals_of_server(&mut tx, "").await?;
    if came != totals_of_file(&mut from, "").await? {
        return Err("what arrived is not what was sent: nothing was changed; try again".into());
    }
    tx.commit().await?;
    Ok(())
}

/// Does a database hold anything that a restore would end?
pub async fn holds_anything(db: &Db) -> Result<bool, DbError> {
    let mut tx = db.read().await?;
    let query = sql("select id from programmes limit 1");
    let row: Option<(uuid::Uuid,)> = query.maybe(&mut tx).await?;
    Ok(row.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;
    use std::collections::BTreeMap;

    #[tokio::test]
    async fn a_backup_of_a_newer_version_is_left_to_the_newer_program() {
        let path = std::env::temp_dir().join(format!("backup-{}", uuid::Uuid::new_v4()));
        let options = SqliteConnectOptions::new().filename(&path);
        let mut file = options.create_if_missing(true).connect().await.unwrap();
        let manifest = Manifest {
            version: "9.9.9".into(),
            schema: newest() + 1,
            engine: "sqlite".into(),
            made_at: Instant::from_ms(0),
            tables: BTreeMap::new(),
            totals: BTreeMap::new(),
        };
        manifest.keep(&mut file).await.unwrap();
        file.close().await.unwrap();
        let said = verify(&path).await.unwrap_err();
        std::fs::remove_file(&path).unwrap();
        let said = said.sentence();
        assert!(
            said.contains("was made by a newer version (9.9.9"),
            "{said}"
        );
    }
}
