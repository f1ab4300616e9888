//! What passes between a crew phone and the server, as both sides read and write it.
//!
//! Additive: a phone that was off for months must still be understood, so every new field has a
//! default.

use crate::ids::{DeviceId, OutingId, PeerId, ProgrammeId, SiteId};
use crate::people::Sign;
use crate::place::{Nature, SiteState};
use crate::time::{Day, Instant};
use serde::{Deserialize, Serialize};

/// `POST /api/v1/crew/join`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinRequest {
    /// The joining code, as typed.
    pub code: String,
    /// The phone.
    pub device: DeviceId,
}

/// What a phone gets for a good code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinAnswer {
    /// Bearer token, bound to this outing and this phone.
    pub token: String,
    /// The outing joined.
    pub outing: OutingId,
    /// Its programme.
    pub programme: ProgrammeId,
    /// Until when the token reads; afterwards it may only hand in facts.
    pub expires_at: Instant,
}

/// `GET /api/v1/crew/pack`: what a phone needs offline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// The outing.
    pub outing: PackOuting,
    /// The sites this phone may know, in the order of the walk.
    pub sites: Vec<PackSite>,
    /// The crew this phone may know by sign and pseudonym.
    #[serde(default)]
    pub peers: Vec<PackPeer>,
    /// Words that differ from town to town.
    pub texts: PackTexts,
    /// Limits and settings.
    pub limits: PackLimits,
    /// The server's clock, to measure the phone's against.
    pub server_time: Instant,
}

/// The outing, as its crew knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackOuting {
    /// Its id.
    pub id: OutingId,
    /// Its day.
    pub day: Day,
    /// Neutral title: « Sortie de mardi ».
    pub title: String,
    /// `planned`, `open`, `closed`, `cancelled`.
    pub state: String,
    /// Until when this phone may read.
    pub reads_until: Instant,
}

/// A site, as the crew of its outing knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackSite {
    /// Its id.
    pub id: SiteId,
    /// Its title.
    pub title: String,
    /// Public or discreet.
    pub nature: Nature,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Where it stands.
    pub state: SiteState,
}

/// Somebody of the crew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackPeer {
    /// Their id.
    pub id: PeerId,
    /// Their picture sign.
    pub sign: Sign,
    /// What they are called.
    pub pseudonym: String,
}

/// Words that differ from town to town.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackTexts {
    /// « La CASE ».
    pub association: String,
    /// « la mairie », where one takes part.
    pub city: Option<String>,
}

/// Limits and settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackLimits {
    /// Facts in one batch.
    pub facts_per_batch: usize,
    /// Items in one pickup.
    pub count_max: u32,
    /// Litres of the usual sharps box.
    pub full_box_litres: u32,
    /// Items it is estimated at.
    pub full_box_count: u32,
}

/// The answer to `POST /api/v1/facts`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactsAnswer {
    /// One per fact, in the order sent.
    pub results: Vec<FactResult>,
    /// The server's clock.
    pub server_time: Instant,
}

/// What became of one fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactResult {
    /// Place in the batch, from 0.
    pub index: usize,
    /// The fact's id as it was sent, if it could be read.
    pub id: Option<String>,
    /// What became of it.
    pub status: FactStatus,
    /// `late`, `early`, `time_to_check`, `unknown_kind`, or why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Which field, when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// What became of a fact. All four are answers: the phone may let go of its copy or, when
/// refused, show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactStatus {
    /// Kept.
    Accepted,
    /// Already there, with the same content.
    Duplicate,
    /// Already there with another content: kept aside, shown to a person.
    Conflict,
    /// Not a fact that this sender may record: kept aside, shown to a person.
    Refused,
}
