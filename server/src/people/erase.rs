//! Forgetting a peer: by herself, by a coordinator, or long after the last contact.
//!
//! The civil identity and its key go, the card, its sessions and tokens, the pseudonym and the
//! picture sign. Lines of the ledger and presences stay, under a number: accounts must add up, and
//! say nothing of whom.

use super::store;
use crate::access::{Action, Caller, Scope, journal, seal};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::http::error::Problem;
use crate::programmes;
use domain::{Instant, PeerId, ProgrammeId};

/// Forgets a peer. `false`: nobody by that id, or forgotten before.
pub async fn erase(
    tx: &mut Tx,
    programme: ProgrammeId,
    peer: PeerId,
    now: Instant,
) -> Result<bool, DbError> {
    // Numbers are taken one after the other.
    programmes::hold_settings(tx, programme).await?;
    if !store::exists(tx, programme, peer).await? {
        return Ok(false);
    }
    let number = store::next_erased_number(tx, programme).await?;
    if !store::set_erased(tx, programme, peer, number, now).await? {
        return Ok(false);
    }
    seal::destroy(tx, programme, Scope::Identity(peer)).await?;
    store::end_access(tx, programme, peer, now).await?;
    Ok(true)
}

/// The same, by somebody who asked for it: 404 when there is nobody to forget.
pub async fn on_demand(app: &App, caller: &Caller, peer: PeerId) -> Result<(), Problem> {
    let (programme, now) = (caller.programme, app.now());
    let mut tx = app.db.write().await?;
    if !erase(&mut tx, programme, peer, now).await? {
        return Err(Problem::not_found());
    }
    let (subjects, action) = ([format!("peer:{peer}")], Action::PeerErased);
    journal::write(&mut tx, programme, caller.actor(), action, &subjects, now).await?;
    tx.commit().await?;
    Ok(())
}
