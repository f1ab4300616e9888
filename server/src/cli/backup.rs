//! `cueillette backup FILE`: every row of one moment in one file, while the server serves.

use super::{Failure, aside, opening, say};
use crate::backup::{self, Source};
use crate::config::Config;
use crate::db::{Db, Standing};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct BackupFlags {
    /// Where to: a file, or a folder, in which the file is named by the moment
    to: PathBuf,
    /// Replace the file when it is there
    #[arg(long)]
    overwrite: bool,
    /// In a folder: keep so many of these files, the newest, and delete the others
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1000))]
    keep: Option<u16>,
}

/// How a file in a folder is called, around the moment.
const NAME: (&str, &str) = ("cueillette-", ".sqlite");
/// `2026-11-22T17-14-05Z`
const MOMENT_CHARS: usize = 20;

pub(super) async fn run(config: &Config, flags: &BackupFlags) -> Result<(), Failure> {
    let folder = is_folder(&flags.to).then_some(flags.to.as_path());
    if flags.keep.is_some() && folder.is_none() {
        return Err("--keep counts the backups of a folder: give a folder that is there".into());
    }
    let to = folder.map_or_else(|| flags.to.clone(), |it| it.join(name_of_now()));
    refuse_what_is_there(config, &to, flags.overwrite)?;
    let (db, standing) = opening::as_it_is(config).await?;
    let schema = match standing {
        Standing::Older(version) => Some(version),
        _ => None,
    };
    let source = match (config.sqlite_file(), &db) {
        (Some(file), Db::Sqlite(_)) => Source::File(file),
        _ => Source::Server(&db),
    };
    let made = backup::write(&source, schema, &to).await?;
    // Who only may read makes backups too; monitoring then looks at the files.
    if schema.is_none() && backup::mark_made(&db, made.made_at).await.is_err() {
        aside!("cueillette: the backup is made; that it was could not be noted in the database");
    }
    db.close().await;
    let bytes = std::fs::metadata(&to)?.len();
    say!(
        "backup: {} verified: {} rows of {}, {:.1} MB",
        to.display(),
        made.rows(),
        made.made_at,
        bytes as f64 / 1_000_000.0
    )?;
    if is_same_folder(&to, &config.key_file) {
        aside!(
            "cueillette: the key file is in the same folder as this backup: whoever takes both \
             reads everything. Keep backups apart from it."
        );
    }
    match (flags.keep, folder) {
        (Some(keep), Some(folder)) => rotate(folder, keep.into()),
        _ => Ok(()),
    }
}

fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// In the order of names is in the order of time.
fn name_of_now() -> String {
    let moment = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ");
    format!("{}{moment}{}", NAME.0, NAME.1)
}

fn refuse_what_is_there(config: &Config, to: &Path, overwrite: bool) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().ok();
    let itself = config.sqlite_file().and_then(|it| real(&it));
    if itself.is_some() && itself == real(to) {
        return Err("a backup does not replace the database itself: give another place".into());
    }
    match to.try_exists() {
        Ok(true) if !overwrite => Err(Failure(format!(
            "{} is there already: give another name, or --overwrite",
            to.display()
        ))),
        _ => Ok(()),
    }
}

fn is_same_folder(a: &Path, b: &Path) -> bool {
    let folder = |path: &Path| path.canonicalize().ok()?.parent().map(Path::to_owned);
    folder(a).is_some() && folder(a) == folder(b)
}

/// Deletes the oldest of our own files in a folder, and nothing else there.
fn rotate(folder: &Path, keep: usize) -> Result<(), Failure> {
    let mut ours = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_ours) {
            ours.push(entry.path());
        }
    }
    ours.sort();
    let old = ours.len().saturating_sub(keep);
    for path in ours.iter().take(old) {
        std::fs::remove_file(path)?;
    }
    say!(
        "backup: {} kept, {old} older ones deleted",
        ours.len() - old
    )?;
    Ok(())
}

fn is_ours(name: &str) -> bool {
    let moment = name.strip_prefix(NAME.0);
    let moment = moment.and_then(|it| it.strip_suffix(NAME.1));
    let fits = |(n, c): (usize, u8)| match n {
        4 | 7 | 13 | 16 => c == b'-',
        10 => c == b'T',
        19 => c == b'Z',
        _ => c.is_ascii_digit(),
    };
    moment.is_some_and(|it| it.len() == MOMENT_CHARS && it.bytes().enumerate().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_named_by_a_moment_are_ever_deleted() {
        assert!(is_ours(&name_of_now()));
        for other in [
            "cueillette.sqlite",
            "cueillette-2026.sqlite",
            "cueillette-2026-11-22T17-14-05Z.sqlite.part",
            "cueillette-2026-11-22 17-14-05Z.sqlite",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
