//! Peers: pseudonyms, picture signs, and the civil identity of those who want the money.

pub mod api;
pub mod attestation;
pub mod away;
pub mod erase;
pub mod identity;
pub mod own_data;
pub mod pages;
pub mod store;
pub mod yearly;

use crate::access::{Scope, Sealer};
use crate::db::Tx;
use crate::http::error::Problem;
use domain::{CivilIdentity, PeerId, ProgrammeId};

/// Seals and keeps a peer's civil identity.
pub async fn keep_identity(
    tx: &mut Tx,
    sealer: &mut Sealer<'_>,
    programme: ProgrammeId,
    peer: PeerId,
    identity: &CivilIdentity,
) -> Result<(), Problem> {
    let sealed = sealer.seal(tx, Scope::Identity(peer), identity).await?;
    store::set_identity(tx, programme, peer, sealed).await?;
    Ok(())
}
