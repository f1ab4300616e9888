//! The key file: does it open this database, for months to come, and does nobody else read it?

use super::report::Report;
use crate::access::keys::{KeyFile, guard};
use crate::cli::Failure;
use crate::config::Config;
use crate::db::Db;
use std::path::{Path, PathBuf};

/// What a SQLite file begins with, a backup too.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";
/// Fewer months ahead than this: no server ran for long.
const MONTHS_AHEAD_MIN: usize = 2;

/// Answers the keys when they are the right ones.
pub(super) async fn look(
    db: &Db,
    config: &Config,
    report: &mut Report,
) -> Result<Option<KeyFile>, Failure> {
    let path = &config.key_file;
    let keys = match guard::look(db, path).await {
        Ok(keys) => keys,
        Err(wrong) => {
            report.fault("key file", wrong.to_string(), "");
            return Ok(None);
        }
    };
    let shown = path.display();
    if let Some(mode) = readable_by_others(path) {
        let what = format!("others than its owner may use {shown} (mode {mode:o})");
        report.fault("key file", what, &format!("chmod 600 {shown}"));
    } else {
        report.well(
            "key file",
            format!(
                "{shown} opens this database ({} months)",
                keys.months().len()
            ),
        );
    }
    let today = jiff::Timestamp::now().to_string();
    let ahead = keys
        .months()
        .iter()
        .filter(|it| it[..7] > today[..7])
        .count();
    if ahead < MONTHS_AHEAD_MIN {
        report.note(
            "key file",
            "it holds no keys of the months to come: they are made by `cueillette serve` within a \
             day, or by `cueillette key print`",
        );
    }
    if let Some(backup) = database_beside(config) {
        let backup = backup.display();
        let what =
            format!("{backup} lies in the folder of the key file: keep backups apart from it");
        report.note("key file", what);
    }
    Ok(Some(keys))
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> Option<u32> {
    None
}

/// Another database than this one in the folder of the key file: a backup, most likely.
fn database_beside(config: &Config) -> Option<PathBuf> {
    use std::io::Read;
    let folder = config.key_file.parent()?;
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let own = config.sqlite_file().and_then(|it| it.canonicalize().ok());
    let is_other = |path: &PathBuf| {
        let mut head = Vec::new();
        let file = std::fs::File::open(path);
        let read = file.and_then(|it| it.take(SQLITE_MAGIC.len() as u64).read_to_end(&mut head));
        read.is_ok() && head == SQLITE_MAGIC && path.canonicalize().ok() != own
    };
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    entries
        .map(|it| it.path())
        .filter(|it| it.is_file())
        .find(is_other)
}
