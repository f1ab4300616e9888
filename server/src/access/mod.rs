//! Who comes in, what they may do, and what is locked away: roles, credentials, sealing, journal.

pub mod accounts;
pub mod cards;
pub mod credentials;
pub mod device;
pub mod journal;
pub mod keys;
pub mod limits;
pub mod pages;
pub mod passwords;
pub mod role;
pub mod seal;
pub mod second_factor;
pub mod store;
pub mod tokens;

pub use journal::{Action, Actor};
pub use keys::KeyFile;
pub use role::{Administrator, Caller, Role, Staff, Who};
pub use seal::{Opening, Scope, SealError, Sealable, Sealed, Sealer};
