//! The journal as a chain: each row is hashed with the one before it, under a key of the key file,
//! so that whoever can write into the database, but has no key, cannot change the past unseen.
//!
//! Requests only insert their row and wait for nobody. A job links afterwards what is not linked
//! yet, in the order of time and id, one programme at a time: two servers that do it at once wait
//! for each other at the chain's row. A month is a segment; its end stays when its rows are
//! destroyed, so that the next month still begins where it ended.

mod check;
pub mod store;

pub use check::{Checked, check};

use super::{Action, Actor, Row, write};
use crate::access::keys::{KeyFile, Month, month_of};
use crate::access::role::Role;
use crate::app::App;
use crate::db::{DbError, Tx};
use domain::time::DAY_MS;
use domain::{Instant, ProgrammeId};
use store::{Link, Segment};

/// How long after its time a row may still come to be linked: its transaction, and clocks that do
/// not agree. What comes later was put there afterwards, and stays unlinked for the doctor to name.
pub const LATE_MS: i64 = DAY_MS;
/// Rows that are linked in one transaction.
const ROWS_PER_LINKING: usize = 1_000;

/// Links what is not linked yet, of every programme. Answers how many rows it linked.
pub async fn link_all(app: &App) -> Result<u64, DbError> {
    let mut tx = app.db.read().await?;
    let programmes = store::programmes(&mut tx).await?;
    drop(tx);
    let mut linked = 0;
    for (programme, _) in programmes {
        loop {
            let n = link_some(app, programme).await?;
            linked += n as u64;
            if n < ROWS_PER_LINKING {
                break;
            }
        }
    }
    Ok(linked)
}

/// Links some rows of one programme, in one transaction.
async fn link_some(app: &App, programme: ProgrammeId) -> Result<usize, DbError> {
    let mut tx = app.db.read().await?;
    if !store::has_unlinked(&mut tx, programme, LATE_MS).await? {
        return Ok(0);
    }
    drop(tx);
    let (keys, now) = (&app.keys, app.now());
    let mut tx = app.db.write().await?;
    store::begin_chain(&mut tx, programme, seal_of_chain(keys, programme, "")).await?;
    let chain = store::hold_chain(&mut tx, programme).await?;
    let mut segment = store::segment(&mut tx, programme, &chain.month).await?;
    let since = segment
        .as_ref()
        .map_or(i64::MIN, |it| it.linked_at - LATE_MS);
    let rows = store::unlinked(&mut tx, programme, since, ROWS_PER_LINKING).await?;
    let count = rows.len();
    for row in rows {
        let month = month_of(Instant::from_ms(row.at));
        let mut open = match segment.take() {
            Some(it) if it.month >= month && it.destroyed_at.is_none() => it,
            last => {
                if let Some(last) = &last {
                    keep(&mut tx, keys, programme, last).await?;
                }
                begin(keys, programme, last, month, now)
            }
        };
        open.links += 1;
        open.linked_at = now.as_ms();
        let link = Link {
            month: open.month.clone(),
            rank: open.links,
            linked_at: open.linked_at,
            hash: hash_of(keys, programme, &open, &row),
        };
        open.head.clone_from(&link.hash);
        store::insert_link(&mut tx, programme, row.id, link).await?;
        segment = Some(open);
    }
    if let Some(last) = &segment {
        keep(&mut tx, keys, programme, last).await?;
        let seal = seal_of_chain(keys, programme, &last.month);
        store::set_chain(&mut tx, programme, &last.month, seal).await?;
    }
    tx.commit().await?;
    Ok(count)
}

/// The next month begins where the one before ended. One that was destroyed while its chain stood
/// still is not begun again: what comes then belongs to the month of today.
fn begin(
    keys: &KeyFile,
    programme: ProgrammeId,
    last: Option<Segment>,
    month: Month,
    now: Instant,
) -> Segment {
    let (month, before) = match last {
        Some(last) if last.month >= month => (month_of(now), last.head),
        Some(last) => (month, last.head),
        None => (month, first_hash(keys, programme)),
    };
    Segment {
        month,
        links: 0,
        head: before.clone(),
        before_hash: before,
        linked_at: now.as_ms(),
        destroyed_at: None,
        seal: Vec::new(),
    }
}

async fn keep(
    tx: &mut Tx,
    keys: &KeyFile,
    programme: ProgrammeId,
    segment: &Segment,
) -> Result<(), DbError> {
    let seal = seal_of(keys, programme, segment);
    store::keep_segment(tx, programme, segment, seal).await
}

/// Destroys the months of the journal of a programme that ended before `first_kept`; answers each
/// with how many rows it had. Each is one transaction, and leaves a row that says so.
pub async fn destroy_before(
    app: &App,
    programme: ProgrammeId,
    first_kept: &str,
) -> Result<Vec<(Month, i64)>, DbError> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let due = store::months_before(&mut tx, programme, first_kept).await?;
    drop(tx);
    let mut destroyed = Vec::new();
    for month in due {
        let mut tx = app.db.write().await?;
        store::hold_chain(&mut tx, programme).await?;
        let Some(mut segment) = store::segment(&mut tx, programme, &month).await? else {
            continue;
        };
        if segment.destroyed_at.is_some() {
            continue;
        }
        store::delete_rows(&mut tx, programme, &month).await?;
        segment.destroyed_at = Some(now.as_ms());
        keep(&mut tx, &app.keys, programme, &segment).await?;
        let nobody = Actor {
            role: Role::Anon,
            id: None,
        };
        let subjects = [format!("month:{month}"), format!("rows:{}", segment.links)];
        let action = Action::JournalDestroyed;
        write(&mut tx, programme, nobody, action, &subjects, now).await?;
        tx.commit().await?;
        destroyed.push((month, segment.links));
    }
    Ok(destroyed)
}

/// Where a chain begins: no other programme's begins there.
fn first_hash(keys: &KeyFile, programme: ProgrammeId) -> Vec<u8> {
    keys.mac("journal begins", programme.0.as_bytes())
}

/// The hash of a row at the end of an open segment, whose head is the row before it.
fn hash_of(keys: &KeyFile, programme: ProgrammeId, open: &Segment, row: &Row) -> Vec<u8> {
    let mut bytes = Bytes::default();
    bytes
        .put(&open.head)
        .put(programme.0.as_bytes())
        .put(open.month.as_bytes())
        .put(&open.links.to_be_bytes())
        .put(&open.linked_at.to_be_bytes())
        .put(row.id.as_bytes())
        .put(&row.at.to_be_bytes())
        .put(row.actor_role.as_bytes())
        .put(row.actor_id.as_ref().map_or(&[][..], |it| it.as_bytes()))
        .put(row.action.as_bytes())
        .put(row.subjects.as_bytes());
    keys.mac("journal row", &bytes.0)
}

/// Over everything that is said of a segment: neither its end nor that it was destroyed can be
/// made up.
fn seal_of(keys: &KeyFile, programme: ProgrammeId, it: &Segment) -> Vec<u8> {
    let destroyed = it.destroyed_at.map(i64::to_be_bytes);
    let mut bytes = Bytes::default();
    bytes
        .put(programme.0.as_bytes())
        .put(it.month.as_bytes())
        .put(&it.links.to_be_bytes())
        .put(&it.before_hash)
        .put(&it.head)
        .put(&it.linked_at.to_be_bytes())
        .put(destroyed.as_ref().map_or(&[][..], |it| &it[..]));
    keys.mac("journal segment", &bytes.0)
}

fn seal_of_chain(keys: &KeyFile, programme: ProgrammeId, month: &str) -> Vec<u8> {
    let mut bytes = Bytes::default();
    bytes.put(programme.0.as_bytes()).put(month.as_bytes());
    keys.mac("journal chain", &bytes.0)
}

/// Parts, each after its length: no two lists of parts are the same bytes.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn put(&mut self, part: &[u8]) -> &mut Self {
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part);
        self
    }
}
