//! The command line: `cueillette serve`, `migrate`, `demo`, `programme`, `account`, `token`, `base-map`,
//! `import`, `backup`, `restore`, `doctor`, `link-journal`, `retention`, `key`.
//!
//! Exit codes: 0 done, 1 failed with one clear line on stderr, 2 wrong usage.

mod accounts;
mod backup;
mod base_map;
pub mod doctor;
mod import;
mod keys;
mod lock;
mod opening;
pub mod programmes;
mod restore;
mod retention;
mod routes;
mod said;
mod serve;

use crate::access::journal::chain;
use crate::access::keys::guard;
use crate::app::{App, Clock};
use crate::config::{Config, Flags, ServeFlags};
use crate::db::Patience;
use crate::demo;
use crate::outings::totals::kept as totals;
use crate::sites::kept;
use clap::{Parser, Subcommand};
use domain::ProgrammeId;
use said::{aside, say};
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
    Migrate {
        /// And work out anew what is kept so that pages are quick (see `doctor`)
        #[arg(long)]
        rebuild: bool,
    },
    /// Load the two demonstration programmes (only into a database without real ones)
    Demo {
        /// Print accounts, tokens and ids as JSON
        #[arg(long)]
        json: bool,
        /// Multiply the two years of history
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
        scale: u32,
    },
    /// Programmes: the towns that this server serves
    #[command(subcommand)]
    Programme(programmes::ProgrammeCommand),
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
    /// Put every row of this moment into one file, while the server serves; no keys are in it
    Backup(backup::BackupFlags),
    /// Make the database of a backup, on either engine; stop every server first
    Restore(restore::RestoreFlags),
    /// Look for what must never be, in the database and around it: one line for each thing
    Doctor,
    /// Link the rows of the journal that are not linked yet (`serve` does it every few minutes)
    LinkJournal,
    /// Destroy what has come to the end of its term, and say what that was (`serve` does it daily)
    Retention,
    /// The key file: on paper and back, and new keys
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// Print the table of routes as JSON
    #[command(hide = true)]
    Routes,
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
            aside!("cueillette: {}", sentence.replace('\n', " "));
            std::process::ExitCode::FAILURE
        }
    }
}

/// What needs no database is done without one.
async fn dispatch(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::BaseMap(flags) => base_map::run(flags).await,
        Command::Import(import::ImportCommand::Template { of }) => import::print(of),
        Command::Routes => routes::print(),
        Command::Key(keys::KeyCommand::Restore { file }) => {
            let config = Config::resolve(&cli.flags, &ServeFlags::default())?;
            keys::restore(&config.key_file, &file)
        }
        Command::Serve(flags) => serve::run(&Config::resolve(&cli.flags, &flags)?).await,
        command => {
            let config = Config::resolve(&cli.flags, &ServeFlags::default())?;
            match command {
                Command::Backup(flags) => backup::run(&config, &flags).await,
                Command::Restore(flags) => restore::run(&config, &flags).await,
                Command::Doctor => doctor::run(&config).await,
                command => with_database(&config, command).await,
            }
        }
    }
}

/// The application on its database, brought up to this version, with the keys that open it.
async fn app_of(config: &Config, patience: Patience) -> Result<App, Failure> {
    let db = opening::migrated(config, patience).await?;
    let (keys, made) = guard::open(&db, &config.key_file).await?;
    if made {
        warn_of_new_keys(&config.key_file);
    }
    Ok(App::new(db, keys, Clock::System, config.base_map.clone())
        .reached_at(config.public_url.clone())
        .behind(config.trusted_proxies.clone())
        .forgetting_after(config.forget_after_days))
}

async fn with_database(config: &Config, command: Command) -> Result<(), Failure> {
    let app = app_of(config, Patience::Working).await?;
    let done = on_database(&app, command).await;
    app.db.close().await;
    done
}

async fn on_database(app: &App, command: Command) -> Result<(), Failure> {
    match command {
        // The others were done without one, or brought up to this version is all they are.
        Command::Migrate { rebuild: true } => rebuild(app).await,
        Command::Migrate { .. }
        | Command::Serve(_)
        | Command::BaseMap(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Routes
        | Command::Doctor => Ok(()),
        Command::Demo { json, scale } => {
            let loaded = demo::load(app, scale).await?;
            if json {
                say!("{}", serde_json::to_string_pretty(&loaded)?)?;
            } else {
                say!("{}", loaded.as_text())?;
            }
            Ok(())
        }
        Command::Programme(command) => programmes::run(app, command).await,
        Command::Account(command) => accounts::account(app, command).await,
        Command::Token(command) => accounts::token(app, command).await,
        Command::Import(command) => import::run(app, command).await,
        Command::LinkJournal => {
            let linked = chain::link_all(app).await?;
            say!("journal: {linked} rows linked")?;
            Ok(())
        }
        Command::Retention => retention::run(app).await,
        Command::Key(command) => keys::run(app, command).await,
    }
}

/// Works out anew, for every programme, what follows from all that was recorded.
async fn rebuild(app: &App) -> Result<(), Failure> {
    let mut tx = app.db.write().await?;
    for (programme, _) in chain::store::programmes(&mut tx).await? {
        kept::rebuild(&mut tx, programme).await?;
        totals::rebuild(&mut tx, programme).await?;
    }
    Ok(tx.commit().await?)
}

/// Loud, once: whoever loses this file loses everything that is sealed.
fn warn_of_new_keys(path: &Path) {
    let line = "!".repeat(74);
    aside!(
        "! {line}\n\
         ! cueillette made the key file {}.\n\
         ! Without it nothing that is sealed can ever be read again, from no backup.\n\
         ! Keep a copy NOW, apart from the database and its backups: on paper, with\n\
         ! `cueillette key print`, in a safe.\n\
         ! {line}",
        path.display()
    );
}

async fn programme_of(app: &App, name: &str) -> Result<ProgrammeId, Failure> {
    let mut tx = app.db.read().await?;
    let found = crate::programmes::named(&mut tx, name).await?;
    found.ok_or_else(|| Failure(format!("there is no programme called {name}")))
}
