//! `cueillette key print|restore|rotate`: the key file on paper and back, and new keys at once.

use super::{Failure, said, say};
use crate::access::keys::paper;
use crate::access::seal::wraps;
use crate::app::App;
use clap::Subcommand;
use domain::Day;
use jiff::Zoned;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Print a copy for paper, with checks, and how to type it in again
    Print,
    /// Make the key file again from a copy that was typed in (`-`: from standard input)
    Restore {
        /// The typed lines
        file: PathBuf,
    },
    /// New wrapping keys at once, for a key file that somebody may have seen
    Rotate {
        /// Backups made before now open nothing any more: say that you know
        #[arg(long)]
        older_backups_are_lost: bool,
    },
}

/// Makes the key file of typed lines. Needs no database: what it opens is seen when one is served.
pub(super) fn restore(key_file: &Path, typed: &Path) -> Result<(), Failure> {
    let mut text = Zeroizing::new(String::new());
    if typed == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        let read = std::fs::read_to_string(typed);
        *text = read.map_err(|e| Failure(format!("{}: {e}", typed.display())))?;
    }
    let keys = paper::restore(key_file, &text)?;
    say!(
        "made the key file {} with {} months; destroy {} now",
        key_file.display(),
        keys.months().len(),
        typed.display()
    )?;
    Ok(())
}

/// What needs the database that the keys open.
pub(super) async fn run(app: &App, command: KeyCommand) -> Result<(), Failure> {
    match command {
        KeyCommand::Print => {
            app.keys.make_ahead(app.now())?;
            let today = Day(Zoned::now().date());
            let copy = paper::print(&app.keys, today, app.forget_days);
            said::text(format_args!("{}", *copy))
        }
        KeyCommand::Rotate {
            older_backups_are_lost: false,
        } => Err(Failure(
            "backups made before now would open nothing any more; say --older-backups-are-lost"
                .into(),
        )),
        KeyCommand::Rotate { .. } => {
            let (wrapped, gone) = wraps::rotate(app).await?;
            say!(
                "{wrapped} data keys wrapped anew, {} wrapping keys destroyed; print a new paper \
                 copy (cueillette key print) and destroy every old one",
                gone.len()
            )?;
            Ok(())
        }
        KeyCommand::Restore { .. } => Ok(()),
    }
}
