//! The command line: `cueillette serve`, `migrate`, `demo`, `account`, `token`, `base-map`,
//! `import`, `doctor`, `link-journal`, `retention`, `key`.
//!
//! Exit codes: 0 done, 1 failed with one clear line on stderr, 2 wrong usage.

mod accounts;
mod base_map;
pub mod doctor;
mod import;
mod keys;
mod retention;

use crate::access::keys::guard;
use crate::app::{App, Clock};
use crate::config::{Config, Flags, ServeFlags};
use crate::db::Db;
use crate::{demo, http, programmes, upkeep};
use clap::{Parser, Subcommand};
use domain::ProgrammeId;
use std::net::SocketAddr;
use std::path::Path;

/// Collective pickup of used syringes: outings, sites, allowances.
#[derive(Parser)]
#[command(name = "cueillette", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the application
    Serve(ServeFlags),
    /// Bring the database up to this version
    Migrate,
    /// Load the two demonstration programmes (only into a database without real ones)
    Demo {
        /// Print accounts, tokens and ids as JSON
        #[arg(long)]
        json: bool,
        /// Multiply the two years of history
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
        scale: u32,
    },
    /// Staff accounts
    #[command(subcommand)]
    Account(accounts::AccountCommand),
    /// Tokens for programs
    #[command(subcommand)]
    Token(accounts::TokenCommand),
    /// Cut a town's map out of a large one (OpenStreetMap data)
    BaseMap(base_map::BaseMapFlags),
    /// Bring in what was before, from spreadsheets: all of a file, or nothing
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Look for what must never be in the database: does the money add up, is the journal whole?
    Doctor,
    /// Link the rows of the journal that are not linked yet (`serve` does it every few minutes)
    LinkJournal,
    /// Destroy what has come to the end of its term, and say what that was (`serve` does it daily)
    Retention,
    /// The key file: on paper and back, and new keys
    #[command(subcommand)]
    Key(keys::KeyCommand),
}

/// Why a command failed: one sentence for the operator.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// The sentence.
    pub fn sentence(&self) -> &str {
        &self.0
    }
}

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs the command line; answers the exit code.
pub async fn run(cli: Cli) -> std::process::ExitCode {
    match dispatch(cli).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(Failure(sentence)) => {
            eprintln!("cueillette: {}", sentence.replace('\n', " "));
            std::process::ExitCode::FAILURE
        }
    }
}

/// What needs no database is done without one.
async fn dispatch(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::BaseMap(flags) => base_map::run(flags).await,
        Command::Import(import::ImportCommand::Template { of }) => {
            import::print(of);
            Ok(())
        }
        Command::Key(keys::KeyCommand::Restore { file }) => {
            let config = Config::resolve(&cli.flags, &ServeFlags::default())?;
            keys::restore(&config.key_file, &file)
        }
        command => with_database(&cli.flags, command).await,
    }
}

async fn with_database(flags: &Flags, command: Command) -> Result<(), Failure> {
    let serve_flags = match &command {
        Command::Serve(flags) => flags.clone(),
        _ => ServeFlags::default(),
    };
    let config = Config::resolve(flags, &serve_flags)?;
    make_folder_of(&config.database)?;
    let db = Db::open(&config.database).await?;
    db.migrate().await?;
    let (keys, made) = guard::open(&db, &config.key_file).await?;
    if made {
        warn_of_new_keys(&config.key_file);
    }
    let app = App::new(db, keys, Clock::System, config.base_map.clone())
        .reached_at(config.public_url.clone())
        .behind(config.trusted_proxies.clone())
        .forgetting_after(config.forget_after_days);
    match command {
        Command::Serve(_) => serve(app, config.listen).await,
        Command::Migrate | Command::BaseMap(_) => Ok(()),
        Command::Demo { json, scale } => {
            let loaded = demo::load(&app, scale).await?;
            if json {
                println!("{}", serde_json::to_string_pretty(&loaded)?);
            } else {
                println!("{}", loaded.as_text());
            }
            Ok(())
        }
        Command::Account(command) => accounts::account(&app, command).await,
        Command::Token(command) => accounts::token(&app, command).await,
        Command::Import(command) => import::run(&app, command).await,
        Command::Doctor => doctor::run(&app).await,
        Command::LinkJournal => {
            let linked = crate::access::journal::chain::link_all(&app).await?;
            println!("journal: {linked} rows linked");
            Ok(())
        }
        Command::Retention => retention::run(&app).await,
        Command::Key(command) => keys::run(&app, command).await,
    }
}

/// Loud, once: whoever loses this file loses everything that is sealed.
fn warn_of_new_keys(path: &Path) {
    let line = "!".repeat(74);
    eprintln!(
        "! {line}\n\
         ! cueillette made the key file {}.\n\
         ! Without it nothing that is sealed can ever be read again, from no backup.\n\
         ! Keep a copy NOW, apart from the database and its backups: on paper, with\n\
         ! `cueillette key print`, in a safe.\n\
         ! {line}",
        path.display()
    );
}

fn make_folder_of(database: &str) -> Result<(), Failure> {
    let Some(path) = database.strip_prefix("sqlite:") else {
        return Ok(());
    };
    match Path::new(path.trim_start_matches("//")).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => Ok(std::fs::create_dir_all(folder)?),
        _ => Ok(()),
    }
}

async fn serve(app: App, listen: SocketAddr) -> Result<(), Failure> {
    if !listen.ip().is_loopback() {
        eprintln!(
            "cueillette: listening on {listen} without HTTPS. Browsers then refuse sign-in, work \
             without network and position: put a reverse proxy with HTTPS in front (see README)."
        );
    }
    if !app.assets.is_built() {
        eprintln!("cueillette: no built assets; run `cargo xtask build` first.");
    }
    // A server that stopped between a number and its files left them to this one. A document that
    // fails is told in the log and made when somebody looks at it: it keeps nobody from serving.
    _ = crate::allowances::files::finish_all(&app).await;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|e| Failure(format!("cannot listen on {listen}: {e}")))?;
    println!("Cueillette: http://{}/", listener.local_addr()?);
    print_set_up_links(&app, listener.local_addr()?).await?;
    let db = app.db.clone();
    upkeep::start(&app);
    let service = http::router::router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(asked_to_stop())
        .await?;
    db.close().await;
    Ok(())
}

/// Nobody can come into a programme without accounts: a link, once, for its first administrator.
async fn print_set_up_links(app: &App, listen: SocketAddr) -> Result<(), Failure> {
    let origin = app.public_url.as_deref().map(str::to_owned);
    let origin = origin.unwrap_or_else(|| format!("http://{listen}"));
    for (slug, token) in crate::access::accounts::set_up_links(app).await? {
        println!(
            "Cueillette: {slug} has no account yet. For its first administrator, once, within \
             24 hours: {origin}/invitation/{token}"
        );
    }
    Ok(())
}

/// Ctrl-C or a service manager's SIGTERM: requests in flight are answered first.
async fn asked_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

async fn programme_of(app: &App, name: &str) -> Result<ProgrammeId, Failure> {
    let mut tx = app.db.read().await?;
    let found = programmes::named(&mut tx, name).await?;
    found.ok_or_else(|| Failure(format!("there is no programme called {name}")))
}
