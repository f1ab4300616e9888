//! `cueillette restore FILE`: a backup becomes the database, on either engine, or nothing changes.

use super::{Failure, lock, opening, say, warn_of_new_keys};
use crate::access::keys::{KeyError, guard};
use crate::access::seal::SealError;
use crate::backup::{self, Manifest, Staged};
use crate::config::Config;
use crate::db::{Db, Patience, Standing};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct RestoreFlags {
    /// The file that `backup` made
    file: PathBuf,
    /// Replace whatever the database holds
    #[arg(long)]
    overwrite: bool,
}

pub(super) async fn run(config: &Config, flags: &RestoreFlags) -> Result<(), Failure> {
    let manifest = backup::verify(&flags.file).await?;
    match config.sqlite_file() {
        Some(target) => into_file(config, flags, &manifest, &target).await?,
        None => into_server(config, flags, &manifest).await?,
    }
    tell(&flags.file, &manifest)
}

async fn into_file(
    config: &Config,
    flags: &RestoreFlags,
    manifest: &Manifest,
    target: &Path,
) -> Result<(), Failure> {
    opening::make_folder_of(target)?;
    let _alone = lock::alone(target)?;
    if !flags.overwrite && holds_something(config, target).await {
        return Err(in_the_way(&target.display().to_string()));
    }
    let staged = prepared(config, flags, manifest, target).await?;
    backup::replace_file(&staged, target).await
}

/// Anything that is not plainly an empty database is something.
async fn holds_something(config: &Config, target: &Path) -> bool {
    if std::fs::metadata(target).is_ok_and(|it| it.len() == 0) || !target.exists() {
        return false;
    }
    let Ok(db) = Db::open_for(&config.database, Patience::Working).await else {
        return true;
    };
    let holds = match db.standing().await {
        Ok(Standing::Empty) => false,
        Ok(Standing::Current | Standing::Older(_)) => {
            backup::holds_anything(&db).await.unwrap_or(true)
        }
        _ => true,
    };
    db.close().await;
    holds
}

async fn into_server(
    config: &Config,
    flags: &RestoreFlags,
    manifest: &Manifest,
) -> Result<(), Failure> {
    let db = opening::migrated(config, Patience::Working).await?;
    if !flags.overwrite && backup::holds_anything(&db).await? {
        return Err(in_the_way("the database"));
    }
    opening::make_folder_of(&config.key_file)?;
    let staged = prepared(config, flags, manifest, &config.key_file).await?;
    backup::replace_rows(&staged, &db, flags.overwrite).await?;
    db.learn().await?;
    db.close().await;
    Ok(())
}

fn in_the_way(what: &str) -> Failure {
    Failure(format!(
        "{what} is not empty: give a database of its own, or --overwrite to replace all it holds \
         (back it up first)"
    ))
}

/// A copy that is of this version, opens with the key file, and holds what the backup says.
async fn prepared(
    config: &Config,
    flags: &RestoreFlags,
    manifest: &Manifest,
    near: &Path,
) -> Result<Staged, Failure> {
    let staged = backup::stage(&flags.file, near).await?;
    let opened = guard::open(&staged.db, &config.key_file).await;
    let (_, made) = opened.map_err(|wrong| match wrong {
        SealError::Key(KeyError::Old(path, month)) => Failure(format!(
            "this backup was sealed under the key of {month}, which {} does not hold: it was \
             destroyed because its time had passed, or that file is an old copy; restore a newer \
             backup, or put the newest key file there",
            path.display()
        )),
        other => other.into(),
    })?;
    if made {
        warn_of_new_keys(&config.key_file);
    }
    if backup::totals(&staged.db).await? != manifest.totals {
        return Err("the copy does not hold what the backup says: nothing was changed".into());
    }
    staged.db.learn().await?;
    Ok(staged)
}

fn tell(file: &Path, it: &Manifest) -> Result<(), Failure> {
    say!(
        "restored {}: the database as it was at {} ({} rows, made on {} by version {})",
        file.display(),
        it.made_at,
        it.rows(),
        it.engine,
        it.version
    )?;
    for (name, value) in &it.totals {
        say!("  {name}: {value}")?;
    }
    say!(
        "What came later is not in it. Phones that still hold facts send them by themselves.\n\
         - Everybody signs in again; invitations and personal codes are to be made anew.\n\
         - Accounts, cards, tokens and phones that were ended since then are alive again: end \
         them again. Passwords are those of then.\n\
         - Peers who were forgotten since then are there again: forget them again. Whatever else \
         had its time meanwhile ends at the next daily work (cueillette retention).\n\
         Look at it with `cueillette doctor`, then serve."
    )
}
