//! Who comes in, what they may do, and what is locked away: roles, credentials, sealing, journal.

pub mod cards;
pub mod credentials;
pub mod journal;
pub mod keys;
pub mod limits;
pub mod pages;
pub mod passwords;
pub mod role;
pub mod seal;
pub mod store;

pub use journal::{Action, Actor};
pub use keys::KeyFile;
pub use role::{Caller, Role, Who};
pub use seal::{Opening, Scope, Sealable, Sealed, Sealer};
