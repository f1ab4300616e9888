//! Writing years of history without waiting for the disk at each commit.
//!
//! Everywhere else a commit is durable before it is answered. Here nobody waits for an answer: a
//! power cut may take the last commits away, never leave half of one, and the next load makes them
//! again.

use crate::app::App;
use crate::db::{Db, DbError};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqlitePoolOptions, SqliteSynchronous};

/// The same application on connections of its own, to be closed after use.
pub(super) async fn in_haste(app: &App) -> Result<App, DbError> {
    let db = match &app.db {
        Db::Sqlite { writer, readers } => {
            let options = writer.connect_options().as_ref().clone();
            let options = options.synchronous(SqliteSynchronous::Normal);
            let pool = SqlitePoolOptions::new().max_connections(1);
            Db::Sqlite {
                writer: pool.connect_with(options).await?,
                readers: readers.clone(),
            }
        }
        Db::Postgres(pool) => {
            let options = pool.connect_options().as_ref().clone();
            let options = options.options([("synchronous_commit", "off")]);
            let pool = PgPoolOptions::new().max_connections(2);
            Db::Postgres(pool.connect_with(options).await?)
        }
    };
    Ok(App { db, ..app.clone() })
}

/// Lets go of what [`in_haste`] opened, and of nothing else.
pub(super) async fn close(app: App) {
    match app.db {
        Db::Sqlite { writer, .. } => writer.close().await,
        Db::Postgres(pool) => pool.close().await,
    }
}
