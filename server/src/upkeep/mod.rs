//! What the server does by itself: it links the journal every few minutes, and once a day ends what
//! has come to its end, in the database and then in the key file.
//!
//! Several servers may share a database: a lease lets one of them do the day's work, and it is done
//! in steps that each may be asked for again.

pub mod ends;
mod lease;
mod store;

use crate::access::journal::chain;
use crate::access::seal::{SealError, wraps};
use crate::allowances::retention;
use crate::app::App;
use rand::Rng;
use std::time::Duration;

/// How often the journal is linked, in seconds, and how much that may vary: servers that started
/// together do not come together.
const EVERY_S: u64 = 600;
const JITTER_S: u64 = 300;
/// A server that starts answers people first.
const FIRST_S: u64 = 30;

/// Begins the work beside the requests.
pub fn start(app: &App) {
    let app = app.clone();
    tokio::spawn(async move {
        let mut wait_s = FIRST_S;
        loop {
            let jitter_s = rand::rng().random_range(0..JITTER_S);
            tokio::time::sleep(Duration::from_secs(wait_s + jitter_s)).await;
            wait_s = EVERY_S;
            turn(&app).await;
        }
    });
}

/// One turn. What fails is told in the log, and tried again at the next.
async fn turn(app: &App) {
    let linked = chain::link_all(app).await;
    app.metrics.job("journal", linked.is_ok());
    if let Err(wrong) = linked {
        tracing::error!(cause = %wrong, "the journal could not be linked");
    }
    let daily = daily_if_due(app).await;
    // Another server may have done it: then this one tells nothing.
    if !matches!(daily, Ok(None)) {
        app.metrics.job("daily", daily.is_ok());
    }
    match daily {
        Ok(done) => {
            for it in done.unwrap_or_default() {
                tracing::info!(ended = %it, "retention");
            }
        }
        Err(wrong) => tracing::error!(cause = %wrong, "the day's work stopped"),
    }
}

/// The day's work, unless it was done today or another server is at it.
pub async fn daily_if_due(app: &App) -> Result<Option<Vec<String>>, SealError> {
    if !lease::take(app).await? {
        return Ok(None);
    }
    let done = daily(app).await?;
    lease::done(app).await?;
    Ok(Some(done))
}

/// The day's work; one line for each thing that ended. Asked again, it finds nothing.
pub async fn daily(app: &App) -> Result<Vec<String>, SealError> {
    chain::link_all(app).await?;
    let lists = retention::run(app).await?;
    let mut done: Vec<String> = lists.iter().map(ToString::to_string).collect();
    done.extend(ends::run(app).await?);
    // What says that something ended is linked too.
    chain::link_all(app).await?;
    app.db.learn().await?;
    app.keys.make_ahead(app.now())?;
    // Last: what was destroyed above is not wrapped anew.
    let months = wraps::destroy_months(app, app.forget_days).await?;
    done.extend(
        months
            .iter()
            .map(|it| format!("key file: the key of {it} destroyed")),
    );
    Ok(done)
}
