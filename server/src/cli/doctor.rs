//! `cueillette doctor`: looks for what must never be, in the database itself and around it, and
//! changes nothing. One line for each thing, with what to do about it.
//!
//! The ledger is recomputed from presences, in SQL, apart from the code that wrote it. The journal's
//! chain is worked out again with the key file. What is kept so that pages are quick is worked out
//! again from all that was recorded.

mod engine;
mod kept;
mod key_file;
mod machine;
mod report;
mod rows;
mod store;

use super::{Failure, opening};
use crate::access::journal::chain;
use crate::access::keys::KeyFile;
use crate::config::Config;
use crate::db::{Standing, Tx, newest};
use crate::programmes;
use domain::allowance::{RateTable, worth};
use domain::{Cents, ProgrammeId};
use report::Report;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Looks at everything; one line for each thing that is wrong, and failure if there is any.
pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let (db, standing) = opening::as_it_is(config).await?;
    let mut report = Report::default();
    if let Standing::Older(version) = standing {
        return Err(opening::older(config, version));
    }
    report.well("migrations", format!("complete ({})", newest()));
    engine::look(&db, &mut report).await?;
    let keys = key_file::look(&db, config, &mut report).await?;
    let mut tx = db.read().await?;
    look_at_ledger(&mut tx, &mut report).await?;
    if let Some(keys) = keys {
        look_at_journal(&mut tx, &keys, &mut report).await?;
    }
    kept::look(&mut tx, &mut report).await?;
    rows::look(&mut tx, &mut report).await?;
    drop(tx);
    machine::look(&db, config, &mut report).await?;
    db.close().await;
    report.end()
}

async fn look_at_ledger(tx: &mut Tx, report: &mut Report) -> Result<(), Failure> {
    let faults = ledger(tx).await?;
    if faults.is_empty() {
        let (lines, lists) = store::counts(tx).await?;
        report.well("ledger", format!("balanced ({lines} lines, {lists} lists)"));
    }
    for fault in faults {
        report.fault("ledger", fault, "ask for help before anything is paid");
    }
    Ok(())
}

async fn look_at_journal(tx: &mut Tx, keys: &KeyFile, report: &mut Report) -> Result<(), Failure> {
    let journal = chain::check(tx, keys).await?;
    if journal.faults.is_empty() {
        report.well(
            "journal",
            format!(
                "whole ({} rows linked, {} waiting, {} months destroyed in time)",
                journal.linked, journal.waiting, journal.destroyed
            ),
        );
    }
    for fault in journal.faults {
        report.fault("journal", fault, "somebody changed the past: find out who");
    }
    Ok(())
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
