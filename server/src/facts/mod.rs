//! Receiving facts: the one way in for everything that happened outside.
//!
//! Check each fact alone, seal what must be sealed, insert, and answer per fact. One bad fact
//! never holds back the others, and what is refused is kept aside.

pub mod api;
mod check;
pub mod crowd;
mod effects;
mod form;
pub mod hand_in;
mod receive;
pub mod store;

pub use receive::receive;

use crate::access::keys::KeyedHash;
use crate::access::{Caller, Sealable};
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Problem;
use domain::fact::Kind;
use domain::{AccountId, DeviceId, Fact, FactId, Instant, OutingId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::NewFact;
use uuid::Uuid;

/// What of a fact only a coordinator may open: the point of an « ici », and free words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FactSecret {
    /// Degrees north, degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<(f64, f64)>,
    /// Metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
    /// Free words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Data of a kind this version does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Value>,
}

impl Sealable for FactSecret {
    const LABEL: &'static str = "fact";
}

/// How a batch came in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delivery {
    /// When it was sent, by the sender's clock.
    pub sent_at: Option<Instant>,
    /// The coordinator who handed it in for a phone.
    pub handed_in_by: Option<AccountId>,
}

/// Keeps what a coordinator says at a desk: a fact like any other, on time by definition.
pub async fn record_at_desk(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    outing: OutingId,
    kind: Kind,
) -> Result<(), Problem> {
    let (now, actor) = (app.now(), caller.actor());
    let fact = Fact {
        id: FactId(Uuid::now_v7()),
        outing: Some(outing),
        device: DeviceId(actor.id.unwrap_or_default()),
        seq: 0,
        recorded_at: now,
        kind,
    };
    let new = NewFact {
        received_at: now,
        sender_role: actor.role.as_str(),
        sender_id: actor.id,
        sender_ahead_ms: None,
        handed_in_by: None,
        early: false,
        late: false,
        time_to_check: false,
        columns: form::columns_of(&fact.kind),
        data: form::data_of(&fact.kind).to_string(),
        sealed: None,
        content_mac: content_mac(app, &fact.to_json())?,
        fact,
    };
    store::insert(tx, caller.programme, new).await?;
    Ok(())
}

/// Keyed hash of the canonical form (RFC 8785): same content, whatever the order of its fields.
pub fn content_mac(app: &App, raw: &Value) -> Result<Vec<u8>, Problem> {
    Hasher::new(app).content_mac(raw)
}

/// The same for many.
struct Hasher(KeyedHash);

impl Hasher {
    fn new(app: &App) -> Self {
        Self(app.keys.hashing("fact"))
    }

    fn content_mac(&self, raw: &Value) -> Result<Vec<u8>, Problem> {
        let canonical = serde_json_canonicalizer::to_vec(raw)
            .map_err(|e| Problem::internal(format!("canonical form: {e}")))?;
        Ok(self.0.mac(&canonical))
    }
}
