//! Does the journal still say what it said? Each fault names a row, a rank or a month.

use super::store::{self, Segment, Standing};
use super::{LATE_MS, first_hash, hash_of, seal_of, seal_of_chain};
use crate::access::keys::KeyFile;
use crate::db::{DbError, Tx};
use domain::ProgrammeId;

/// What was looked at, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Checked {
    /// Rows that stand in a chain.
    pub linked: u64,
    /// Rows that wait for the next linking.
    pub waiting: u64,
    /// Months whose rows were destroyed at the end of their term.
    pub destroyed: u64,
    /// What must not be: nothing, unless somebody changed the past.
    pub faults: Vec<String>,
}

/// Works every chain out again.
pub async fn check(tx: &mut Tx, keys: &KeyFile) -> Result<Checked, DbError> {
    let mut checked = Checked::default();
    for (programme, slug) in store::programmes(tx).await? {
        let mut faults = Vec::new();
        one(tx, keys, programme, &mut checked, &mut faults).await?;
        let told = faults.into_iter().map(|it| format!("{slug}: {it}"));
        checked.faults.extend(told);
    }
    Ok(checked)
}

async fn one(
    tx: &mut Tx,
    keys: &KeyFile,
    programme: ProgrammeId,
    checked: &mut Checked,
    faults: &mut Vec<String>,
) -> Result<(), DbError> {
    let chain = store::chain(tx, programme).await?;
    let segments = store::segments(tx, programme).await?;
    let newest = segments.last().map_or("", |it| it.month.as_str());
    let is_whole = chain.as_ref().map_or(segments.is_empty(), |it| {
        it.month == newest && it.seal == seal_of_chain(keys, programme, newest)
    });
    if !is_whole {
        faults.push(format!("the chain does not end with its month {newest}"));
    }
    let mut before = first_hash(keys, programme);
    for segment in &segments {
        let month = &segment.month;
        if segment.before_hash != before {
            faults.push(format!(
                "month {month} does not begin where the one before ended"
            ));
        }
        if segment.seal != seal_of(keys, programme, segment) {
            faults.push(format!("month {month} does not end as it was sealed"));
        }
        before.clone_from(&segment.head);
        match segment.destroyed_at {
            Some(_) => checked.destroyed += 1,
            None => checked.linked += rows(tx, keys, programme, segment, faults).await?,
        }
    }
    let last = segments
        .last()
        .map_or(i64::MIN, |it| it.linked_at - LATE_MS);
    let (late, waiting) = store::standing_apart(tx, programme, last).await?;
    checked.waiting += waiting;
    let late = late
        .iter()
        .map(|id| format!("row {id} was inserted afterwards"));
    faults.extend(late);
    Ok(())
}

/// Follows the rows of one month.
async fn rows(
    tx: &mut Tx,
    keys: &KeyFile,
    programme: ProgrammeId,
    segment: &Segment,
    faults: &mut Vec<String>,
) -> Result<u64, DbError> {
    let month = &segment.month;
    let mut at = Segment {
        links: 0,
        head: segment.before_hash.clone(),
        ..segment.clone()
    };
    let mut seen = 0;
    loop {
        let some = store::standing(tx, programme, month, at.links).await?;
        if some.is_empty() {
            break;
        }
        for Standing { link, id, row } in some {
            for rank in at.links + 1..link.rank {
                faults.push(format!("the row at place {rank} of {month} was removed"));
            }
            (at.links, at.linked_at) = (link.rank, link.linked_at);
            seen += 1;
            match row {
                None => faults.push(format!("row {id} of {month} was removed")),
                Some(row) if hash_of(keys, programme, &at, &row) != link.hash => {
                    faults.push(format!("row {id} of {month} was changed or moved"));
                }
                Some(_) => {}
            }
            at.head = link.hash;
        }
    }
    for rank in at.links + 1..=segment.links {
        faults.push(format!("the row at place {rank} of {month} was removed"));
    }
    if at.links == segment.links && at.head != segment.head {
        faults.push(format!(
            "the last row of {month} is not the one it ended with"
        ));
    }
    Ok(seen)
}
