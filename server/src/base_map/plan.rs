//! What is to be fetched: the tiles of the box, and the parts of the file that hold them.

use super::archive::{Entry, Head, Span, broken, entries};
use super::source::Source;
use crate::cli::Failure;
use crate::hex::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Directories within directories: more than this is a ring.
const DEPTH_MAX: u32 = 4;
/// Two tiles this near are fetched together: asking again takes longer than what lies between.
const GAP_BYTES: u64 = 16 * 1024;
/// One part: large enough not to ask a thousand times, small enough that little is lost when the
/// network goes.
const PART_BYTES_MAX: u64 = 256 * 1024;

/// A tile, and where its bytes are in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) id: u64,
    pub(super) at: Span,
}

/// Tiles and parts.
#[derive(Debug)]
pub(super) struct Plan {
    /// In the order of their ids.
    pub(super) tiles: Vec<Tile>,
    /// In the order of the file, without overlap.
    pub(super) parts: Vec<Span>,
}

impl Plan {
    /// Looks up the tiles that are wanted (sorted ids), reading only the directories they are in.
    pub(super) fn make(
        source: &mut Source,
        head: &Head,
        root: &[u8],
        wanted: &[u64],
    ) -> Result<Self, Failure> {
        let mut tiles = Vec::new();
        let root = entries(&head.unfold(root)?)?;
        look_up(source, head, &root, wanted, DEPTH_MAX, &mut tiles)?;
        tiles.sort_unstable_by_key(|tile| tile.id);
        tiles.dedup_by_key(|tile| tile.id);
        let parts = parts(&tiles);
        Ok(Self { tiles, parts })
    }

    /// Bytes of the tiles, those that look the same counted once.
    pub(super) fn tile_bytes(&self) -> u64 {
        distinct(&self.tiles).values().sum()
    }

    /// Bytes that are fetched.
    pub(super) fn part_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.length).sum()
    }

    /// Names this very plan, so that what was fetched for another is not taken for it.
    pub(super) fn name(&self, version: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(version);
        for part in &self.parts {
            hash.update(part.offset.to_le_bytes());
            hash.update(part.length.to_le_bytes());
        }
        hex(&hash.finalize())
    }
}

fn look_up(
    source: &mut Source,
    head: &Head,
    directory: &[Entry],
    wanted: &[u64],
    depth_left: u32,
    found: &mut Vec<Tile>,
) -> Result<(), Failure> {
    for (index, entry) in directory.iter().enumerate() {
        // A directory goes on until the next entry begins.
        let next = directory.get(index + 1).map_or(u64::MAX, |it| it.tile);
        let end = match entry.run {
            0 => next,
            run => entry.tile.saturating_add(run),
        };
        let from = wanted.partition_point(|id| *id < entry.tile);
        let to = wanted.partition_point(|id| *id < end);
        let Some(here) = wanted.get(from..to).filter(|it| !it.is_empty()) else {
            continue;
        };
        if entry.run > 0 {
            let at = head.data.within(entry.offset, entry.length)?;
            found.extend(here.iter().map(|id| Tile { id: *id, at }));
            continue;
        }
        if depth_left == 0 {
            return Err(broken());
        }
        let leaf = source.part(head.leaves.within(entry.offset, entry.length)?)?;
        let leaf = entries(&head.unfold(&leaf)?)?;
        look_up(source, head, &leaf, here, depth_left - 1, found)?;
    }
    Ok(())
}

/// Length by offset: tiles that look the same (sea, fields) share their bytes.
fn distinct(tiles: &[Tile]) -> BTreeMap<u64, u64> {
    let mut all: BTreeMap<u64, u64> = BTreeMap::new();
    for tile in tiles {
        let length = all.entry(tile.at.offset).or_default();
        *length = tile.at.length.max(*length);
    }
    all
}

fn parts(tiles: &[Tile]) -> Vec<Span> {
    let mut parts: Vec<Span> = Vec::new();
    for (offset, length) in distinct(tiles) {
        let end = offset.saturating_add(length);
        if let Some(part) = parts.last_mut() {
            let overlaps = offset < part.end();
            let near = offset.saturating_sub(part.end()) <= GAP_BYTES;
            if overlaps || (near && end - part.offset <= PART_BYTES_MAX) {
                part.length = part.length.max(end - part.offset);
                continue;
            }
        }
        parts.push(Span { offset, length });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(id: u64, offset: u64, length: u64) -> Tile {
        Tile {
            id,
            at: Span { offset, length },
        }
    }

    #[test]
    fn neighbours_come_together_and_what_looks_the_same_once() {
        let tiles = [
            tile(1, 0, 100),
            tile(2, 100, 50),
            tile(3, 0, 100),
            tile(4, 20_000, 10),
            tile(5, 150 + GAP_BYTES, 10),
            tile(6, 1_000_000, 300_000),
            tile(7, 1_300_000, 10),
        ];
        let plan = Plan {
            tiles: tiles.to_vec(),
            parts: parts(&tiles),
        };
        let span = |offset, length| Span { offset, length };
        let together = 20_010;
        assert_eq!(
            plan.parts,
            [
                span(0, together),
                span(1_000_000, 300_000),
                span(1_300_000, 10)
            ]
        );
        assert_eq!(plan.tile_bytes(), 100 + 50 + 10 + 10 + 300_000 + 10);
        assert_ne!(plan.name("a"), plan.name("b"));
    }
}
