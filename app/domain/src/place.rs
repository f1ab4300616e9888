//! Places: a checked position on the earth, the nature of a site, its state.

use crate::problem::Invalid;
use serde::{Deserialize, Serialize};

/// A point in WGS 84 degrees. Made only by [`Position::new`]: one that exists is on the earth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawPosition")]
pub struct Position {
    lat: f64,
    lon: f64,
}

#[derive(Deserialize)]
struct RawPosition {
    lat: f64,
    lon: f64,
}

impl TryFrom<RawPosition> for Position {
    type Error = Invalid;
    fn try_from(raw: RawPosition) -> Result<Self, Invalid> {
        Position::new(raw.lat, raw.lon)
    }
}

impl Position {
    /// Latitude and longitude in degrees.
    ///
    /// Refuses what is out of range, what is no number, and 0,0: a phone without a fix says
    /// « null island », and nobody picks anything up there.
    pub fn new(lat: f64, lon: f64) -> Result<Self, Invalid> {
        if !(-90.0..=90.0).contains(&lat) {
            return Err(Invalid::new("lat", "out_of_range"));
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(Invalid::new("lon", "out_of_range"));
        }
        if lat == 0.0 && lon == 0.0 {
            return Err(Invalid::new("lat", "null_island"));
        }
        Ok(Self { lat, lon })
    }

    /// Degrees north.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Degrees east.
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// Distance in metres along the great circle (haversine, mean earth radius of the IUGG,
    /// 6,371,008.8 m): exact enough (0.5 %) to sort a list on a phone.
    pub fn distance_m(self, other: Self) -> f64 {
        const EARTH_RADIUS_M: f64 = 6_371_008.8;
        let (lat_a, lat_b) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = (lat_b - lat_a) / 2.0;
        let half_lon = (other.lon - self.lon).to_radians() / 2.0;
        let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

/// What a site is: this decides who may know where it is (the walls).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// A public space: street, square, car park.
    Public,
    /// A squat or a place where somebody lives: its exact point is never the city's to know.
    Discreet,
}

impl Nature {
    /// As in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Discreet => "discreet",
        }
    }

    /// From the database or the API.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "public" => Ok(Self::Public),
            "discreet" => Ok(Self::Discreet),
            _ => Err(Invalid::new("nature", "unknown_value")),
        }
    }
}

/// Where a site stands: `vu → prévu → fait → revenu`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteState {
    /// Flagged, on no outing yet.
    Seen,
    /// On an outing to come or under way.
    Planned,
    /// Picked up at the last outing that went there.
    Done,
    /// Flagged again after it was done.
    Returned,
}

impl SiteState {
    /// As in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Returned => "returned",
        }
    }

    /// The word on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Seen => "vu",
            Self::Planned => "prévu",
            Self::Done => "fait",
            Self::Returned => "revenu",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_on_the_earth_and_not_on_null_island() {
        assert!(Position::new(44.8378, -0.5792).is_ok());
        assert!(Position::new(0.0, 3.0).is_ok());
        for (lat, lon) in [
            (90.1, 0.0),
            (-90.1, 0.0),
            (10.0, 180.1),
            (10.0, -180.1),
            (f64::NAN, 1.0),
            (1.0, f64::INFINITY),
            (0.0, 0.0),
            (-0.0, 0.0),
        ] {
            assert!(Position::new(lat, lon).is_err(), "{lat},{lon}");
        }
    }

    #[test]
    fn a_position_in_json_is_checked_too() {
        assert!(serde_json::from_str::<Position>(r#"{"lat":44.8,"lon":-0.57}"#).is_ok());
        assert!(serde_json::from_str::<Position>(r#"{"lat":0,"lon":0}"#).is_err());
    }

    #[test]
    fn a_minute_of_latitude_is_a_nautical_mile() {
        let a = Position::new(44.0, -0.5).unwrap();
        let b = Position::new(44.0 + 1.0 / 60.0, -0.5).unwrap();
        assert!((a.distance_m(b) - 1853.2).abs() < 1.0);
        assert!(a.distance_m(a) < 0.001);
    }
}
