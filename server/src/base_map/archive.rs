//! Where things are in a PMTiles archive (version 3): its sections, and the entries of a directory.
//! The `pmtiles` crate reads tiles one by one and keeps this to itself; to tell a size beforehand
//! and to fetch neighbours together, lengths and offsets are needed.

use super::area::Area;
use crate::cli::Failure;
use axum::body::Bytes;
use pmtiles::{Compression, Header};
use std::io::Read;

/// Header and root directory are within so many bytes, says the format.
pub(super) const HEAD_BYTES: u64 = 16_384;
/// The header alone.
const HEADER_BYTES: usize = 127;
/// A directory or a description that unfolds to more than this is no map's.
const UNFOLDED_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A piece of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Span {
    pub(super) fn end(self) -> u64 {
        self.offset.saturating_add(self.length)
    }

    /// A piece of this piece.
    pub(super) fn within(self, offset: u64, length: u64) -> Result<Self, Failure> {
        let end = offset.checked_add(length).filter(|end| *end <= self.length);
        let start = self.offset.checked_add(offset);
        match (start, end) {
            (Some(offset), Some(_)) => Ok(Self { offset, length }),
            _ => Err(broken()),
        }
    }
}

/// The header.
pub(super) struct Head {
    pub(super) header: Header,
    pub(super) root: Span,
    pub(super) metadata: Span,
    pub(super) leaves: Span,
    pub(super) data: Span,
}

impl Head {
    /// From the first bytes of the archive.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let first = bytes
            .get(..HEADER_BYTES)
            .ok_or("this is no PMTiles archive")?;
        let header = Header::try_from_bytes(Bytes::copy_from_slice(first))
            .map_err(|e| format!("this is no PMTiles archive: {e}"))?;
        if header.spec_version() != 3 {
            return Err("only version 3 of PMTiles is read".into());
        }
        let number = |at: usize| {
            let eight = first[at..].first_chunk::<8>();
            eight.map_or(0, |it| u64::from_le_bytes(*it))
        };
        let span = |at: usize| Span {
            offset: number(at),
            length: number(at + 8),
        };
        Ok(Self {
            header,
            root: span(8),
            metadata: span(24),
            leaves: span(40),
            data: span(56),
        })
    }

    /// The box the archive covers.
    pub(super) fn area(&self) -> Area {
        let it = &self.header;
        Area {
            west: it.min_longitude,
            south: it.min_latitude,
            east: it.max_longitude,
            north: it.max_latitude,
        }
    }

    /// Unfolds a directory or the description.
    pub(super) fn unfold(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut plain = Vec::new();
        match self.header.internal_compression() {
            Compression::None => plain.extend_from_slice(bytes),
            Compression::Gzip => {
                let gzip = flate2::read::MultiGzDecoder::new(bytes);
                gzip.take(UNFOLDED_BYTES_MAX + 1)
                    .read_to_end(&mut plain)
                    .map_err(|_| broken())?;
            }
            other => return Err(format!("directories folded with {other:?} are not read").into()),
        }
        match plain.len() as u64 > UNFOLDED_BYTES_MAX {
            true => Err(broken()),
            false => Ok(plain),
        }
    }
}

/// One line of a directory: a run of tiles that look the same, or another directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// The first tile.
    pub(super) tile: u64,
    /// From the start of its section.
    pub(super) offset: u64,
    /// Bytes.
    pub(super) length: u64,
    /// How many tiles; none: it is a directory.
    pub(super) run: u64,
}

/// The entries of an unfolded directory, in the order of their tiles.
pub(super) fn entries(mut bytes: &[u8]) -> Result<Vec<Entry>, Failure> {
    let count = usize::try_from(number(&mut bytes)?).map_err(|_| broken())?;
    if count > bytes.len() / 4 {
        return Err(broken());
    }
    let mut all = vec![Entry::default(); count];
    let mut tile = 0u64;
    for entry in &mut all {
        tile = tile.checked_add(number(&mut bytes)?).ok_or_else(broken)?;
        entry.tile = tile;
    }
    for entry in &mut all {
        entry.run = number(&mut bytes)?;
    }
    for entry in &mut all {
        entry.length = number(&mut bytes)?;
    }
    let mut follows = 0u64;
    for entry in &mut all {
        entry.offset = match number(&mut bytes)? {
            0 => follows,
            more => more - 1,
        };
        follows = entry.offset.checked_add(entry.length).ok_or_else(broken)?;
    }
    Ok(all)
}

/// A number in groups of seven bits, the low ones first.
fn number(bytes: &mut &[u8]) -> Result<u64, Failure> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or_else(broken)?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(broken())
}

/// What is said of an archive whose inside makes no sense.
pub(super) fn broken() -> Failure {
    "this archive is damaged: its directories make no sense".into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_directory_is_read_column_by_column() {
        // Two tiles in a row and one further on, then a directory right behind them.
        let bytes = [3, 5, 3, 10, 2, 1, 0, 100, 200, 1, 7, 1, 0, 9];
        let all = entries(&bytes).unwrap();
        let entry = |tile, offset, length, run| Entry {
            tile,
            offset,
            length,
            run,
        };
        assert_eq!(
            all,
            [
                entry(5, 0, 100, 2),
                entry(8, 100, 200, 1),
                entry(18, 8, 7, 0)
            ]
        );
    }

    proptest! {
        #[test]
        fn noise_is_an_error_and_never_a_panic(bytes: Vec<u8>) {
            _ = entries(&bytes);
            prop_assert!(Head::read(&bytes).is_err());
        }
    }
}
