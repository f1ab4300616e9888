//! Instants as epoch milliseconds and civil days. Nothing here reads a clock.

use crate::problem::Invalid;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z; RFC 3339 in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// From milliseconds since the epoch; out of year −9999..9999 is held at the border.
    pub fn from_ms(ms: i64) -> Self {
        Self(ms.clamp(
            Timestamp::MIN.as_millisecond(),
            Timestamp::MAX.as_millisecond(),
        ))
    }

    /// Milliseconds since the epoch.
    pub fn as_ms(self) -> i64 {
        self.0
    }

    /// Later by so many milliseconds.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self::from_ms(self.0.saturating_add(ms))
    }

    /// For the time zone work of the server.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

impl FromStr for Instant {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let at: Timestamp = text
            .parse()
            .map_err(|_| Invalid::new("time", "not_rfc3339"))?;
        Ok(Self(at.as_millisecond()))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// A civil day (no hour, no zone): `2026-11-24` in JSON and in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub civil::Date);

impl Day {
    /// A day of the Gregorian calendar, or nothing when there is none such.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// Later by so many days (earlier when negative); held at the ends of the calendar.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// Midnight UTC of that day, in epoch milliseconds: enough to judge whether a time is absurd.
    pub fn utc_midnight(self) -> Instant {
        let days = (self.0 - civil::date(1970, 1, 1)).get_days();
        Instant::from_ms(i64::from(days) * DAY_MS)
    }

    /// ISO 8601 year and week: weeks begin on Monday and belong to the year of their Thursday.
    pub fn iso_week(self) -> (i16, i8) {
        let week = self.0.iso_week_date();
        (week.year(), week.week())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = Invalid;
    /// Only `YYYY-MM-DD`: what a form and the database give.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("date", "not_a_day");
        if text.len() != 10 {
            return Err(wrong());
        }
        text.parse().map(Self).map_err(|_| wrong())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_its_text_form() {
        let at: Instant = "2026-11-24T13:05:00.250Z".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-24T13:05:00.250Z");
        assert_eq!(at.as_ms() % 1000, 250);
    }

    #[test]
    fn an_offset_is_understood_and_half_a_time_is_not() {
        let at: Instant = "2026-11-24T14:05:00+01:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-24T13:05:00.000Z");
        for wrong in ["", "2026-11-24", "hier", "2026-13-01T00:00:00Z"] {
            assert!(wrong.parse::<Instant>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_week_belongs_to_the_year_of_its_thursday() {
        assert_eq!(Day::new(2027, 1, 1).unwrap().iso_week(), (2026, 53));
        assert_eq!(Day::new(2026, 11, 24).unwrap().iso_week(), (2026, 48));
    }

    #[test]
    fn midnight_of_a_day_is_counted_from_1970() {
        assert_eq!(Day::new(1970, 1, 2).unwrap().utc_midnight().as_ms(), DAY_MS);
        let day = Day::new(2026, 11, 24).unwrap();
        assert_eq!(day.utc_midnight().to_string(), "2026-11-24T00:00:00.000Z");
    }

    #[test]
    fn a_day_is_written_one_way_only() {
        assert_eq!(
            "2024-02-29".parse::<Day>().unwrap().to_string(),
            "2024-02-29"
        );
        for wrong in ["2023-02-29", "24/11/2026", "2026-1-1", "20261124", ""] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }
}
