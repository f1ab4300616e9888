//! The lease of the day's work: one server does it, and another takes over from one that died.

use crate::app::App;
use crate::db::{DbError, sql};

/// How long a server may be at it before another thinks it dead.
const LEASE_MS: i64 = 30 * 60_000;

const INSERT: &str = "
    insert into jobs (name, leased_until, done_day) values ('daily', 0, '') on conflict do nothing";
const TAKE: &str = "
    update jobs set leased_until = $2
    where name = 'daily' and done_day <> $3 and leased_until < $1";
const DONE: &str = "update jobs set leased_until = 0, done_day = $1 where name = 'daily'";

fn today(app: &App) -> String {
    app.now().to_string().chars().take(10).collect()
}

/// Takes it. `false`: it was done today, or somebody is at it.
pub(super) async fn take(app: &App) -> Result<bool, DbError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    sql(INSERT).run(&mut tx).await?;
    let query = sql(TAKE)
        .bind(now)
        .bind(now.plus_ms(LEASE_MS))
        .bind(today(app));
    let taken = query.run(&mut tx).await? == 1;
    tx.commit().await?;
    Ok(taken)
}

/// It is done for today.
pub(super) async fn done(app: &App) -> Result<(), DbError> {
    let mut tx = app.db.write().await?;
    sql(DONE).bind(today(app)).run(&mut tx).await?;
    tx.commit().await
}
