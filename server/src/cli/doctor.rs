//! `cueillette doctor`: looks for what must never be, in the database itself, and changes nothing.
//!
//! The ledger is recomputed from presences, in SQL, apart from the code that wrote it. The journal's
//! chain is worked out again with the key file.

mod store;

use super::Failure;
use crate::access::journal::chain;
use crate::app::App;
use crate::db::Tx;
use crate::programmes;
use domain::allowance::{RateTable, worth};
use domain::{Cents, ProgrammeId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Looks at everything; one line for each thing that is wrong, and failure if there is any.
pub(super) async fn run(app: &App) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let faults = ledger(&mut tx).await?;
    if faults.is_empty() {
        let (lines, lists) = store::counts(&mut tx).await?;
        println!("ledger: balanced ({lines} lines, {lists} lists)");
    }
    for fault in &faults {
        println!("ledger: {fault}");
    }
    let journal = chain::check(&mut tx, &app.keys).await?;
    if journal.faults.is_empty() {
        println!(
            "journal: whole ({} rows linked, {} waiting, {} months destroyed in time)",
            journal.linked, journal.waiting, journal.destroyed
        );
    }
    for fault in &journal.faults {
        println!("journal: {fault}");
    }
    let (ledger, journal) = (faults.len(), journal.faults.len());
    match ledger + journal {
        0 => Ok(()),
        _ => Err(Failure(format!(
            "{ledger} faults in the ledger, {journal} in the journal"
        ))),
    }
}

/// What is wrong with the ledger, of every programme: nothing, unless a rule was broken.
pub async fn ledger(tx: &mut Tx) -> Result<Vec<String>, Failure> {
    let mut faults = unbalanced(tx).await?;
    faults.extend(store::broken(tx).await?);
    Ok(faults)
}

/// The sum of all lines, in every state, is what the presences of closed outings are worth: as a
/// whole for each programme, and for each outing.
async fn unbalanced(tx: &mut Tx) -> Result<Vec<String>, Failure> {
    let mut faults = Vec::new();
    let mut rates: BTreeMap<ProgrammeId, RateTable> = BTreeMap::new();
    for outing in store::outings(tx).await? {
        let programme = ProgrammeId(outing.programme_id);
        let table = match rates.entry(programme) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(programmes::settings(tx, programme).await?.rates),
        };
        let present = u32::try_from(outing.present)?;
        let day = outing.day.parse().map_err(|e| format!("outing day: {e}"))?;
        let (owed, lines) = (worth([(day, present)], table), Cents(outing.lines_cents));
        if owed != lines {
            faults.push(format!(
                "outing {} of {}: {present} present are worth {} cents, its lines come to {}",
                outing.id, outing.day, owed.0, lines.0
            ));
        }
    }
    Ok(faults)
}
