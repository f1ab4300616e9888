//! One server on one SQLite file: two would each believe what they keep in memory.
//!
//! Commands that read (`backup`, `doctor`) or write (`demo`, `import`, `account`…) may run beside a
//! server: SQLite's own lock makes writers wait for each other. `restore` replaces the whole file,
//! and takes this lock like a server.

use super::Failure;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Held for as long as it lives; a process that dies lets go of it, whatever it died of.
#[derive(Debug)]
pub(super) struct Alone {
    _file: File,
}

/// Takes the lock beside a database, or says who must be stopped.
pub(super) fn alone(database: &Path) -> Result<Alone, Failure> {
    let path = beside(database);
    let failed = |wrong: std::io::Error| {
        Failure(format!(
            "{} cannot be written ({wrong}): this user needs the right to write in that folder, \
             and the disk must not be read-only",
            path.display()
        ))
    };
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Alone { _file: file }),
        Err(TryLockError::WouldBlock) => Err(Failure(format!(
            "another server is using {}: stop it first, or give this one a database of its own",
            database.display()
        ))),
        Err(TryLockError::Error(wrong)) => Err(failed(wrong)),
    }
}

/// `data/cueillette.sqlite.lock`, by whatever way the file is reached.
fn beside(database: &Path) -> PathBuf {
    let real = database.canonicalize();
    let mut name = real
        .unwrap_or_else(|_| database.to_owned())
        .into_os_string();
    name.push(".lock");
    name.into()
}
