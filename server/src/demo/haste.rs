//! Writing years of history without waiting for the disk at each commit.
//!
//! Everywhere else a commit is durable before it is answered. Here nobody waits for an answer: a
//! power cut may take the last commits away, never leave half of one, and the next load makes them
//! again.

use crate::app::App;
use crate::db::{Db, DbError};

/// The same application on connections of its own, to be closed after use.
pub(super) async fn in_haste(app: &App) -> Result<App, DbError> {
    let db = match &app.db {
        Db::Sqlite(file) => Db::Sqlite(file.in_haste().await?),
        Db::Postgres(pool) => Db::Postgres(pool.in_haste(2).await?),
    };
    Ok(App { db, ..app.clone() })
}

/// Lets go of what [`in_haste`] opened, and of nothing else.
pub(super) async fn close(app: App) {
    match app.db {
        Db::Sqlite(file) => file.close_writer().await,
        Db::Postgres(pool) => pool.close().await,
    }
}
