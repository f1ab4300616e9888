//! The rules of a programme of collective syringe pickup, shared by the phone and the server.
//!
//! Pure: this crate reads no clock, no randomness and no storage. Instants, ids and rates are
//! passed in; what comes out depends on nothing else. Every type that comes from outside is
//! validated when it is made, so that a value that exists is a value that is right.

pub mod allowance;
pub mod city;
pub mod code;
pub mod crew;
pub mod fact;
pub mod french;
pub mod ids;
pub mod limits;
pub mod money;
pub mod outing;
pub mod people;
pub mod place;
pub mod presence;
pub mod problem;
pub mod programme;
pub mod results;
pub mod setting;
pub mod time;
pub mod totals;
pub mod walk;

pub use code::JoinCode;
pub use fact::{Fact, Kind};
pub use ids::{
    AccountId, AllowanceId, CardId, DeviceId, FactId, ListId, OutingId, PeerId, ProgrammeId, SiteId,
};
pub use money::Cents;
pub use outing::OutingState;
pub use people::{Animal, CivilIdentity, Pseudonym, Sign, SignColour};
pub use place::{Nature, Position, SiteState};
pub use problem::{FieldError, Invalid};
pub use programme::Settings;
pub use time::{Day, Instant};
