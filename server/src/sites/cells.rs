//! In which square of the ground a discreet site lies, as a keyed hash beside its sealed point: so
//! that a map from near and a search for duplicates open the few sites that may be in sight, not
//! every one. Without the key file the hash says no more than that two sites share a square; with
//! it, no more than a quarter does.

use super::store::Bounds;
use crate::access::KeyFile;
use domain::{Position, ProgrammeId};
use std::collections::HashSet;

/// A square is 1.1 km from south to north, and 0.8 km wide at Bordeaux.
const SQUARES_PER_DEGREE: f64 = 100.0;
/// A box over more squares than this is a whole town: everything may be in it.
const IN_SIGHT_MAX: i64 = 400;
const CELL_BYTES: usize = 16;

/// A square of one programme. Nobody reads from it where it is.
pub type Cell = Vec<u8>;

/// The square a point lies in.
pub fn of(keys: &KeyFile, programme: ProgrammeId, at: Position) -> Cell {
    hashed(keys, programme, (line(at.lat()), line(at.lon())))
}

/// The squares that a box touches; nothing when they are too many to tell.
pub fn in_sight(keys: &KeyFile, programme: ProgrammeId, within: Bounds) -> Option<HashSet<Cell>> {
    let (rows, columns) = (
        line(within.south)..=line(within.north),
        line(within.west)..=line(within.east),
    );
    let count = |it: &std::ops::RangeInclusive<i64>| (it.end() - it.start() + 1).max(0);
    if count(&rows) * count(&columns) > IN_SIGHT_MAX {
        return None;
    }
    let squares = rows.flat_map(|row| columns.clone().map(move |column| (row, column)));
    Some(squares.map(|it| hashed(keys, programme, it)).collect())
}

fn line(degrees: f64) -> i64 {
    (degrees * SQUARES_PER_DEGREE).floor() as i64
}

fn hashed(keys: &KeyFile, programme: ProgrammeId, (row, column): (i64, i64)) -> Cell {
    let mut square = programme.0.as_bytes().to_vec();
    square.extend_from_slice(&row.to_be_bytes());
    square.extend_from_slice(&column.to_be_bytes());
    let mut cell = keys.mac("cell", &square);
    cell.truncate(CELL_BYTES);
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn keys() -> KeyFile {
        let name = format!("cueillette-cells-{}.key", Uuid::new_v4());
        let path = std::env::temp_dir().join(name);
        let (keys, _) = KeyFile::load_or_create(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        keys
    }

    proptest! {
        #[test]
        fn every_point_of_a_box_is_in_a_square_in_sight(
            south in -80f64..80.0, west in -179f64..179.0,
            high in 0f64..0.05, wide in 0f64..0.05, up in 0f64..=1.0, right in 0f64..=1.0,
        ) {
            static KEYS: std::sync::LazyLock<KeyFile> = std::sync::LazyLock::new(keys);
            let programme = ProgrammeId(Uuid::from_u128(7));
            let within = Bounds { west, south, east: west + wide, north: south + high };
            let at = Position::new(south + high * up, west + wide * right).unwrap();
            prop_assume!(within.contains(at));
            let squares = in_sight(&KEYS, programme, within).unwrap();
            prop_assert!(squares.len() <= 49);
            prop_assert!(squares.contains(&of(&KEYS, programme, at)));
        }
    }

    #[test]
    fn a_whole_country_is_too_much_to_tell_and_another_programme_has_other_squares() {
        let keys = keys();
        let (one, other) = (
            ProgrammeId(Uuid::from_u128(1)),
            ProgrammeId(Uuid::from_u128(2)),
        );
        assert!(in_sight(&keys, one, Bounds::ALL).is_none());
        let at = Position::new(44.837, -0.579).unwrap();
        assert_ne!(of(&keys, one, at), of(&keys, other, at));
    }
}
