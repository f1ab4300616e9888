//! Places: a checked position on the earth, the nature of a site, its state.

use crate::problem::Invalid;
use crate::time::Instant;
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

/// What was recorded about a site, as far as its state asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visits {
    /// It is on an outing to come or under way.
    pub planned: bool,
    /// The last time it was done: an outing that went there closed, or the city picked up itself.
    pub done_at: Option<Instant>,
    /// The last time somebody saw needles there.
    pub seen_at: Option<Instant>,
}

impl Visits {
    /// Where the site stands. The one rule: packs, API and pages all ask here.
    ///
    /// What was seen at the very moment it was done was picked up.
    pub fn state(self) -> SiteState {
        match (self.planned, self.done_at, self.seen_at) {
            (true, _, _) => SiteState::Planned,
            (false, None, _) => SiteState::Seen,
            (false, Some(done), Some(seen)) if seen > done => SiteState::Returned,
            (false, Some(_), _) => SiteState::Done,
        }
    }

    /// The visits of two sites that turned out to be one.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self {
            planned: self.planned || other.planned,
            done_at: self.done_at.max(other.done_at),
            seen_at: self.seen_at.max(other.seen_at),
        }
    }
}

impl SiteState {
    /// In the order of a site's life.
    pub const ALL: [Self; 4] = [Self::Seen, Self::Planned, Self::Done, Self::Returned];

    /// From a query.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| Invalid::new("state", "unknown_value"))
    }
}

crate::people::coded_enum! {
    /// What a site looks like, for a list or a sheet that is read at a glance.
    Pictogram {
        /// A street or a pavement.
        Street = "street", "rue";
        /// A square or a garden.
        Garden = "garden", "square ou jardin";
        /// Where children play.
        Playground = "playground", "aire de jeux";
        /// A car park.
        Parking = "parking", "parking";
        /// A quay or a bank.
        Waterside = "waterside", "bord de l’eau";
        /// A bridge, a tunnel.
        Bridge = "bridge", "pont";
        /// A building.
        Building = "building", "bâtiment";
        /// Waste ground.
        Ground = "ground", "terrain";
    }
}

crate::people::coded_enum! {
    /// Why a proposal is not taken, said kindly to who made it.
    DeclineReason {
        /// It is known.
        Known = "known", "ce lieu est déjà connu, merci d’y avoir pensé";
        /// The people who live there said no.
        Residents = "residents", "les personnes qui vivent là préfèrent qu’on ne vienne pas";
        /// Too dangerous.
        Risk = "risk", "c’est trop risqué pour l’équipe";
        /// Out of the area.
        TooFar = "too_far", "c’est trop loin pour notre marche";
        /// Nothing was found.
        NotFound = "not_found", "nous n’avons pas retrouvé l’endroit, venez nous le montrer";
        /// Anything else: the words say it.
        Other = "other", "une autre raison";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn visits() -> impl Strategy<Value = Visits> {
        let at = || proptest::option::of((0i64..5).prop_map(Instant::from_ms));
        (any::<bool>(), at(), at()).prop_map(|(planned, done_at, seen_at)| Visits {
            planned,
            done_at,
            seen_at,
        })
    }

    proptest! {
        #[test]
        fn a_site_on_an_outing_to_come_is_planned_whatever_happened(it in visits()) {
            prop_assert_eq!(it.state() == SiteState::Planned, it.planned);
        }

        #[test]
        fn a_site_returns_only_after_it_was_done_and_only_by_being_seen_later(it in visits()) {
            if it.state() == SiteState::Returned {
                prop_assert!(it.seen_at > it.done_at && it.done_at.is_some());
            }
            if it.state() == SiteState::Done {
                prop_assert!(it.done_at.is_some() && it.seen_at <= it.done_at);
            }
        }

        #[test]
        fn doing_it_again_later_than_all_that_was_seen_makes_it_done(it in visits(), later in 5i64..9) {
            let done = Visits { planned: false, done_at: Some(Instant::from_ms(later)), ..it };
            prop_assert_eq!(done.state(), SiteState::Done);
        }

        #[test]
        fn joining_asks_no_order_and_nothing_twice(a in visits(), b in visits(), c in visits()) {
            prop_assert_eq!(a.joined(b), b.joined(a));
            prop_assert_eq!(a.joined(b).joined(c), a.joined(b.joined(c)));
            prop_assert_eq!(a.joined(a), a);
        }
    }

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
