//! `cueillette serve`: from settings to a server that listens, and to one that stopped.

use super::{Failure, app_of, aside, lock, opening, programmes, say};
use crate::app::App;
use crate::config::Config;
use crate::db::Patience;
use crate::http::{metrics, router};
use crate::upkeep;
use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long requests in flight have to end once the server was asked to stop. A phone whose answer
/// does not come sends again.
const LAST_ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// How long the database has to let go of its connections after that.
const LETTING_GO_WITHIN: Duration = Duration::from_secs(5);

/// Serves until it is asked to stop.
pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let file = config.sqlite_file();
    if let Some(file) = &file {
        opening::make_folder_of(file)?;
    }
    let _alone = file.as_deref().map(lock::alone).transpose()?;
    let app = app_of(config, Patience::Serving).await?;
    warn_of_plain_http(config.listen);
    if !app.assets.is_built() {
        aside!("cueillette: no built assets; run `cargo xtask build` first.");
    }
    let listener = listening(config.listen).await?;
    let watched = match config.metrics_listen {
        Some(address) => Some(listening(address).await?),
        None => None,
    };
    // A server that stopped between a number and its files left them to this one. A document that
    // fails is told in the log and made when somebody looks at it: it keeps nobody from serving.
    if let Err(problem) = crate::allowances::files::finish_all(&app).await {
        let cause = problem.cause().unwrap_or(problem.code);
        tracing::error!(cause, "the files of a list could not be made");
    }
    // Before anybody can know that it serves.
    let asked = asked_to_stop()?;
    say!("Cueillette: http://{}/", listener.local_addr()?)?;
    print_set_up_links(&app, listener.local_addr()?).await?;
    upkeep::start(&app);
    if let Some(listener) = watched {
        say!(
            "Cueillette: metrics at http://{}/metrics",
            listener.local_addr()?
        )?;
        tokio::spawn(axum::serve(listener, metrics::router(app.clone())).into_future());
    }
    until_asked_to_stop(&app, listener, asked).await?;
    _ = tokio::time::timeout(LETTING_GO_WITHIN, app.db.close()).await;
    Ok(())
}

async fn listening(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|wrong| {
        Failure(format!(
            "cannot listen on {address} ({wrong}): stop what listens there, or give another address"
        ))
    })
}

/// Answers requests; once asked to stop takes no new ones, and ends those in flight.
async fn until_asked_to_stop(
    app: &App,
    listener: TcpListener,
    mut asked: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let mut heard = asked.clone();
    let service = router::router(app.clone());
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        _ = heard.wait_for(|it| *it).await;
    });
    let out_of_time = async {
        _ = asked.wait_for(|it| *it).await;
        tokio::time::sleep(LAST_ANSWERS_WITHIN).await;
    };
    tokio::select! {
        ended = server.into_future() => ended?,
        () = out_of_time => tracing::warn!(
            seconds = LAST_ANSWERS_WITHIN.as_secs(),
            "requests that took longer were given up when stopping"
        ),
    }
    Ok(())
}

fn warn_of_plain_http(listen: SocketAddr) {
    if !listen.ip().is_loopback() {
        aside!(
            "cueillette: listening on {listen} without HTTPS. Browsers then refuse sign-in, work \
             without network and position: put a reverse proxy with HTTPS in front (see README)."
        );
    }
}

/// Nobody can come into a programme without accounts: a link, once, for its first administrator.
async fn print_set_up_links(app: &App, listen: SocketAddr) -> Result<(), Failure> {
    let origin = app.public_url.as_deref().map(str::to_owned);
    let origin = origin.unwrap_or_else(|| format!("http://{listen}"));
    for (slug, token) in crate::access::accounts::set_up_links(app).await? {
        say!("{}", programmes::set_up_line(&origin, &slug, &token))?;
    }
    Ok(())
}

/// Ctrl-C and a service manager's SIGTERM are heard from now on.
#[cfg(unix)]
fn asked_to_stop() -> Result<watch::Receiver<bool>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (say, asked) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        _ = say.send(true);
    });
    Ok(asked)
}

/// Ctrl-C is heard from now on.
#[cfg(not(unix))]
fn asked_to_stop() -> Result<watch::Receiver<bool>, Failure> {
    let (say, asked) = watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            _ = say.send(true);
        }
        // Nobody asked, and nobody can: it serves until it is killed.
        std::future::pending::<()>().await;
    });
    Ok(asked)
}
