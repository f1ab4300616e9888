//! What passes between a crew phone and the server, as both sides read and write it.
//!
//! Additive: a phone that was off for months must still be understood, so every new field has a
//! default.

use crate::ids::{AccountId, DeviceId, OutingId, PeerId, ProgrammeId, SiteId};
use crate::outing::GreenLightRule;
use crate::people::Sign;
use crate::place::{Nature, SiteState};
use crate::programme::NeedleStickHelp;
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
    /// Where the town's base map is on this server, if it has one.
    #[serde(default)]
    pub base_map: String,
    /// After a needle-stick.
    #[serde(default)]
    pub help: NeedleStickHelp,
    /// What a coordinator's own phone needs besides; no other phone gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<PackLead>,
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
    /// A coordinator marked them present.
    #[serde(default)]
    pub present: bool,
}

/// What a coordinator's own phone needs besides: to give the green light, mark presences, make a
/// newcomer and say whose the other phones are, with no network. Its `peers` are all of the
/// programme's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackLead {
    /// What opens this outing: the programme's rule, and what was agreed about the agent at its
    /// discreet places, told among the equipment.
    pub green_light: GreenLightRule,
    /// The words of the equipment, in the order of the screen.
    pub equipment: Vec<PackEquipment>,
    /// The other phones that joined.
    pub phones: Vec<PackPhone>,
    /// Every picture sign there is.
    pub signs: Vec<PackSign>,
    /// How the animals of the signs are drawn, on a square of 24.
    pub animals: Vec<PackAnimal>,
}

/// Something to check before leaving.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackEquipment {
    /// Its code in an `opening`.
    pub code: String,
    /// « chaussures fermées ».
    pub label: String,
}

/// A phone that joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackPhone {
    /// Which.
    pub device: DeviceId,
    /// Since when.
    pub joined_at: Instant,
    /// Whose it is, once a coordinator said so.
    pub whose: Option<String>,
}

/// A picture sign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackSign {
    /// Its code in a `newcomer`: `hedgehog-blue`.
    pub sign: Sign,
    /// « hérisson bleu ».
    pub label: String,
    /// Somebody of the programme has it.
    pub taken: bool,
}

/// How one animal is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackAnimal {
    /// The first part of a sign's code.
    pub animal: String,
    /// The outline, filled lightly.
    pub body: String,
    /// The strokes on it.
    pub lines: String,
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

/// `GET /api/v1/flagging`: what an agent's phone needs to flag with no network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagPack {
    /// Whose phone this is: what it records is never sent under another account.
    pub account: AccountId,
    /// « la mairie », with its article.
    pub city: String,
    /// The city's own emergency number, where it has one: for urgent flags.
    #[serde(default)]
    pub emergency_phone: Option<String>,
    /// The day of the next outing.
    #[serde(default)]
    pub next_outing: Option<Day>,
    /// What may be flagged.
    pub categories: Vec<FlagCategory>,
    /// Public sites only: a flag near one is shown it.
    pub sites: Vec<FlagSite>,
    /// The latest flags of this account, with what became of them.
    pub own: Vec<OwnFlag>,
    /// The server's clock.
    pub server_time: Instant,
}

/// Something that may be flagged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagCategory {
    /// Its code in a `sighting`.
    pub code: String,
    /// « une seringue ».
    pub label: String,
}

/// A public site, as somebody who flags knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagSite {
    /// Its id.
    pub id: SiteId,
    /// Its title.
    pub title: String,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Where it stands.
    pub state: SiteState,
    /// The day of its latest sighting or visit.
    pub since: Day,
}

/// What became of a flag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnFlag {
    /// The site it became, or was added to.
    pub title: String,
    /// When it was flagged.
    pub day: Day,
    /// Where the site stands now.
    pub state: SiteState,
    /// The day of the outing that goes there, while one is planned.
    #[serde(default)]
    pub planned_on: Option<Day>,
    /// How many were picked up there since.
    #[serde(default)]
    pub picked_up: Option<u32>,
}

/// The header in which a phone names the account it records for: a session of another is refused.
pub const ACCOUNT_HEADER: &str = "x-account";

/// `POST /api/v1/facts`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactsRequest {
    /// As they were recorded, at most [`crate::limits::FACTS_PER_BATCH_MAX`].
    pub facts: Vec<serde_json::Value>,
    /// By the sender's clock, when this was sent: how far it is from the server's is kept with
    /// each fact, so that a wrong clock can be understood and nothing is rewritten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Instant>,
}

/// Facts that a phone could not send, as a file that a coordinator hands in for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandIn {
    /// [`HAND_IN_FORMAT`].
    pub cueillette: u32,
    /// Their outing.
    pub outing: OutingId,
    /// The phone that recorded them.
    pub device: DeviceId,
    /// As they were recorded.
    pub facts: Vec<serde_json::Value>,
}

/// The format of [`HandIn`] that this version writes and reads.
pub const HAND_IN_FORMAT: u32 = 1;

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
