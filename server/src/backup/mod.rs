//! Backups: one file that holds every row, whichever engine it came from.
//!
//! The file is a SQLite database with the same tables: a town that grows moves from SQLite to
//! PostgreSQL by restoring its backup there, and back. It holds no key: what is sealed stays sealed.

mod mark;

pub use mark::{last_made, mark_made};
