//! Backups: one file that holds every row of one moment, whichever engine it came from.
//!
//! The file is a SQLite database with the same tables: a town that grows moves from SQLite to
//! PostgreSQL by restoring its backup there, and back again. It holds no key: what is sealed in it
//! opens with the key file alone. What it holds is written down in it when it is made (rows and a
//! sum of each table, and totals that people know), so that whoever restores it can tell a damaged
//! one.

mod manifest;
mod mark;
mod read;
mod rows;
mod table;
mod write;

pub use manifest::{Manifest, totals};
pub use mark::{last_made, last_made_in, mark_made};
pub use read::{Staged, holds_anything, replace_file, replace_rows, stage, verify};
pub use write::{Source, write};

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// An empty file that only its owner reads; one that is there is not touched.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// What was renamed or deleted in a folder is so after a power cut too.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The same path with a word behind it.
fn with_word(path: &Path, word: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(word);
    name.into()
}
