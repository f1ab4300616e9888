//! A box on the earth, as it is typed, and the tiles that cover it.

use crate::cli::Failure;
use pmtiles::{TileCoord, TileId};
use std::fmt;
use std::str::FromStr;

/// A town has some thousands of tiles; a box that takes more than this is a mistake.
const TILES_MAX: u64 = 200_000;
/// Where the square map of the world ends, in degrees north and south.
const MAP_ENDS_AT: f64 = 85.051_128;

/// West, south, east, north, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
}

impl FromStr for Area {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|it| it.trim().parse()).collect();
        let Ok([west, south, east, north]) = numbers.as_deref() else {
            return Err("a box is four numbers: west,south,east,north".into());
        };
        let (west, south, east, north) = (*west, *south, *east, *north);
        let on_earth = |degrees: f64, most: f64| (-most..=most).contains(&degrees);
        if ![west, east].iter().all(|it| on_earth(*it, 180.0)) {
            return Err("west and east go from -180 to 180".into());
        }
        if ![south, north].iter().all(|it| on_earth(*it, 90.0)) {
            return Err("south and north go from -90 to 90: longitude comes first".into());
        }
        if west == east || south == north {
            return Err("this box is empty".into());
        }
        if west > east || south > north {
            return Err(
                "the order is west,south,east,north: west below east, south below north".into(),
            );
        }
        Ok(Self {
            west,
            south,
            east,
            north,
        })
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            west,
            south,
            east,
            north,
        } = self;
        write!(f, "{west},{south},{east},{north}")
    }
}

impl Area {
    /// What two boxes have in common.
    pub(super) fn common(self, other: Self) -> Option<Self> {
        let it = Self {
            west: self.west.max(other.west),
            south: self.south.max(other.south),
            east: self.east.min(other.east),
            north: self.north.min(other.north),
        };
        (it.west < it.east && it.south < it.north).then_some(it)
    }

    /// The box of somebody who wrote latitudes first.
    pub(super) fn turned(self) -> Self {
        Self {
            west: self.south,
            south: self.west,
            east: self.north,
            north: self.east,
        }
    }

    /// The ids of every tile that touches it, in order.
    pub(super) fn tile_ids(self, zooms: std::ops::RangeInclusive<u8>) -> Result<Vec<u64>, Failure> {
        let mut ids = Vec::new();
        for zoom in zooms {
            let (columns, rows) = (
                column(self.west, zoom)..=column(self.east, zoom),
                row(self.north, zoom)..=row(self.south, zoom),
            );
            let wide = u64::from(columns.end() - columns.start()) + 1;
            let high = u64::from(rows.end() - rows.start()) + 1;
            if ids.len() as u64 + wide * high > TILES_MAX {
                return Err("this box is too large for a town's map: give a smaller one, or a smaller --max-zoom".into());
            }
            for x in columns {
                for y in rows.clone() {
                    ids.push(TileId::from(TileCoord::new(zoom, x, y)?).value());
                }
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }
}

fn column(lon: f64, zoom: u8) -> u32 {
    on_grid((lon + 180.0) / 360.0, zoom)
}

fn row(lat: f64, zoom: u8) -> u32 {
    let lat = lat.clamp(-MAP_ENDS_AT, MAP_ENDS_AT).to_radians();
    on_grid((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0, zoom)
}

/// Which of the 2^zoom tiles a fraction of the map's width falls in.
fn on_grid(fraction: f64, zoom: u8) -> u32 {
    let tiles = 2f64.powi(i32::from(zoom));
    // Within 0..2^31: the cast cuts nothing off.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let tile = (fraction * tiles).floor().clamp(0.0, tiles - 1.0) as u32;
    tile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_west_south_east_north_and_nothing_else() {
        let area: Area = "-0.64, 44.80,-0.53,44.87".parse().unwrap();
        assert_eq!(area.to_string(), "-0.64,44.8,-0.53,44.87");
        for (wrong, why) in [
            ("", "four numbers"),
            ("1,2,3", "four numbers"),
            ("a,b,c,d", "four numbers"),
            ("NaN,44,1,45", "-180"),
            ("-0.64,144,-0.53,145", "longitude comes first"),
            ("-0.53,44.80,-0.64,44.87", "west below east"),
            ("-0.64,44.87,-0.53,44.80", "south below north"),
            ("-0.64,44.80,-0.64,44.87", "empty"),
        ] {
            let said = wrong.parse::<Area>().unwrap_err();
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }

    #[test]
    fn tiles_are_those_that_everybody_else_counts() {
        // Bordeaux, place de la Bourse: the tile that OpenStreetMap shows.
        assert_eq!((column(-0.5696, 15), row(44.8412, 15)), (16332, 11807));
        assert_eq!((column(180.0, 3), row(-90.0, 3)), (7, 7));
        assert_eq!((column(-180.0, 3), row(90.0, 3)), (0, 0));
        let area: Area = "-0.64,44.80,-0.53,44.87".parse().unwrap();
        let ids = area.tile_ids(0..=2).unwrap();
        assert_eq!(ids.len(), 3);
        assert!(area.tile_ids(0..=15).unwrap().is_sorted());
    }

    #[test]
    fn a_country_is_no_town() {
        let area: Area = "-5,42,8,51".parse().unwrap();
        assert!(area.tile_ids(0..=15).is_err());
        assert!(area.tile_ids(0..=9).is_ok());
    }
}
