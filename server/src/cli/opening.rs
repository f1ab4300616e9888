//! Opening the database of a command. What cannot be used is refused in one sentence that says what
//! it is and what to do.

use super::Failure;
use crate::config::Config;
use crate::db::{Db, DbError, Patience, Standing};
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;
use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What a SQLite file begins with.
const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A database as an operator knows it: never with a password in it.
pub(super) enum Place {
    File(PathBuf),
    Server {
        address: String,
        name: String,
        user: String,
    },
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server { name, address, .. } => {
                write!(f, "the database {name} on PostgreSQL at {address}")
            }
        }
    }
}

impl Place {
    pub(super) fn of(config: &Config) -> Self {
        if let Some(file) = config.sqlite_file() {
            return Self::File(file);
        }
        let options = PgConnectOptions::from_str(&config.database).ok();
        let Some(options) = options else {
            let unknown = || "(unknown)".to_owned();
            return Self::Server {
                address: "that address".into(),
                name: unknown(),
                user: unknown(),
            };
        };
        let user = options.get_username();
        Self::Server {
            address: format!("{}:{}", options.get_host(), options.get_port()),
            name: options.get_database().unwrap_or(user).to_owned(),
            user: user.to_owned(),
        }
    }

    /// What the engine said, as a sentence for the operator.
    pub(super) fn refusal(&self, error: &DbError) -> Failure {
        let engine = match error {
            DbError::Engine(error)
            | DbError::Migration(
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
            ) => error,
            DbError::Shared(error) => error.as_ref(),
            other => return Failure(format!("{self}: {other}")),
        };
        Failure(match self {
            Self::File(path) => of_file(path, engine),
            Self::Server {
                address,
                name,
                user,
            } => of_server(address, name, user, engine),
        })
    }
}

/// SQLite's answer in words. Its extended codes begin with these bytes.
fn of_file(path: &Path, error: &sqlx::Error) -> String {
    let path = path.display();
    let code = error.as_database_error().and_then(|it| it.code());
    let code = code
        .and_then(|it| it.parse::<i32>().ok())
        .map(|it| it & 0xff);
    match (code, error) {
        (Some(5 | 6), _) | (None, sqlx::Error::PoolTimedOut) => format!(
            "another program holds {path}: stop it, or wait until it is done, and try again"
        ),
        (Some(3 | 8 | 14 | 23), _) => format!(
            "{path} cannot be opened for writing: this user needs the right to write to it and to \
             its folder, and the disk must not be read-only"
        ),
        (Some(10 | 13), _) => format!(
            "the disk of {path} took no more (full, or a limit of this user): nothing half done \
             is left; make room, and try again"
        ),
        (Some(11 | 26), _) => format!(
            "{path} is damaged: restore the last backup (cueillette restore FILE --overwrite)"
        ),
        _ => format!("{path}: {error}"),
    }
}

/// PostgreSQL's answer in words (SQLSTATE).
fn of_server(address: &str, name: &str, user: &str, error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|it| it.code());
    match (code.unwrap_or(Cow::Borrowed("")).as_ref(), error) {
        ("3D000", _) => format!(
            "PostgreSQL at {address} has no database called {name}: make it (createdb {name}), or \
             give another with --database"
        ),
        ("28P01" | "28000", _) => format!(
            "PostgreSQL at {address} does not let {user} in: check the user's name and password \
             in --database, and pg_hba.conf"
        ),
        ("42501", _) => format!(
            "{user} may not make tables in the database {name}: make it the owner (alter database \
             {name} owner to {user}), or grant create on its schema"
        ),
        ("53100", _) => format!(
            "the disk of PostgreSQL at {address} is full: nothing half done is left; make room, \
             and try again"
        ),
        ("53300", _) => format!(
            "PostgreSQL at {address} has no connection left: raise max_connections, or stop what \
             holds them"
        ),
        ("25006", _) => format!(
            "PostgreSQL at {address} only reads now (a standby?): give the address of the one that \
             writes"
        ),
        (_, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Tls(_)) => format!(
            "PostgreSQL at {address} cannot be reached: is it running, and is the address in \
             --database right?"
        ),
        _ => format!("PostgreSQL at {address}: {error}"),
    }
}

/// Opens a database, makes it when it is not there, and brings it up to this version.
pub(super) async fn migrated(config: &Config, patience: Patience) -> Result<Db, Failure> {
    let place = Place::of(config);
    if let Place::File(path) = &place {
        make_folder_of(path)?;
        look_at_file(path)?;
    }
    let db = opened(config, &place, patience).await?;
    match standing(&db, &place).await? {
        Standing::Empty | Standing::Older(_) | Standing::Current => {}
        other => return Err(not_ours(&place, &other)),
    }
    db.migrate().await.map_err(|wrong| place.refusal(&wrong))?;
    Ok(db)
}

/// Opens a database that is there, of this version or an older one, and leaves it as it is.
pub(super) async fn as_it_is(config: &Config) -> Result<(Db, Standing), Failure> {
    let place = Place::of(config);
    if let Place::File(path) = &place {
        if !path.exists() {
            return Err(Failure(format!(
                "there is no database at {place}: give its place with --database"
            )));
        }
        look_at_file(path)?;
    }
    let db = opened(config, &place, Patience::Working).await?;
    match standing(&db, &place).await? {
        found @ (Standing::Older(_) | Standing::Current) => Ok((db, found)),
        other => Err(not_ours(&place, &other)),
    }
}

async fn opened(config: &Config, place: &Place, patience: Patience) -> Result<Db, Failure> {
    let db = Db::open_for(&config.database, patience).await;
    db.map_err(|wrong| place.refusal(&wrong))
}

async fn standing(db: &Db, place: &Place) -> Result<Standing, Failure> {
    let found = db.standing().await;
    found.map_err(|wrong| place.refusal(&wrong))
}

fn not_ours(place: &Place, standing: &Standing) -> Failure {
    Failure(match standing {
        Standing::Empty => format!(
            "nothing is in {place} yet: bring it up to this version (cueillette migrate) or \
             restore a backup into it"
        ),
        Standing::Foreign => format!(
            "{place} holds the tables of another program: give this one a database of its own"
        ),
        Standing::Newer(version) => format!(
            "{place} was made by a newer version (migration {version}, this one knows {}): run \
             the newer program, or restore a backup of this version",
            crate::db::newest()
        ),
        Standing::Changed(version) => format!(
            "migration {version} of {place} is not the one of this program: run the released \
             program that made it, or restore a backup"
        ),
        Standing::Halfway(version) => format!(
            "migration {version} of {place} stopped half way: restore the backup made before it"
        ),
        Standing::Older(_) => format!(
            "{place} is of an older version: bring it up to this one first (cueillette migrate)"
        ),
        Standing::Current => format!("{place} is of this version"),
    })
}

/// An older database, where this version's is wanted.
pub(super) fn older(config: &Config, version: i64) -> Failure {
    not_ours(&Place::of(config), &Standing::Older(version))
}

pub(super) fn make_folder_of(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let Some(folder) = folder else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|wrong| {
        Failure(format!(
            "the folder {} cannot be made ({wrong}): make it, or give another place with --database",
            folder.display()
        ))
    })
}

/// A file that is something else is told apart before the engine touches it.
fn look_at_file(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Failure(format!(
            "{shown} is a folder: give a file in it, for example {}",
            path.join("cueillette.sqlite").display()
        )));
    }
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(wrong) if wrong.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(wrong) => {
            return Err(Failure(format!(
                "{shown} cannot be read ({wrong}): give this user the right to"
            )));
        }
    };
    let mut head = Vec::with_capacity(SQLITE_MAGIC.len());
    let limit = SQLITE_MAGIC.len() as u64;
    _ = file.by_ref().take(limit).read_to_end(&mut head)?;
    if head.is_empty() || head == SQLITE_MAGIC {
        return Ok(());
    }
    Err(Failure(format!(
        "{shown} is not a database (or its beginning is destroyed): give another place with \
         --database, or restore a backup there (cueillette restore FILE --overwrite)"
    )))
}
