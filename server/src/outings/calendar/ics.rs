//! The text of a calendar feed (RFC 5545): lines end with CR LF, long ones are folded, text is
//! escaped, times are UTC so that no time zone needs describing.

use domain::{Day, Instant};
use jiff::tz::TimeZone;
use words::desk::common;

/// Octets of a line before it is folded (RFC 5545, 3.1).
const LINE_OCTETS_MAX: usize = 75;
/// Two hours, as an outing takes.
const DURATION: &str = "PT2H";
/// What a calendar shows: neutral on a phone that lies on a table.
const SUMMARY: &str = common::OUTING;

/// When an outing begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// At an hour.
    At(Instant),
    /// On a day, the hour is not known.
    On(Day),
}

impl Start {
    /// The hour of a plan where the programme is. An hour that a change of clocks skips is the
    /// hour after it.
    pub fn of(time_zone: &str, day: Day, hour: Option<&str>) -> Self {
        let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
        let clock = hour.and_then(|it| it.parse::<jiff::civil::Time>().ok());
        let there = clock.and_then(|it| day.0.to_datetime(it).to_zoned(zone).ok());
        there.map_or(Self::On(day), |it| {
            Self::At(Instant::from_ms(it.timestamp().as_millisecond()))
        })
    }
}

/// One outing.
#[derive(Clone, Debug)]
pub struct Event {
    /// The same for ever.
    pub uid: String,
    /// When.
    pub start: Start,
    /// Grows with every change.
    pub sequence: i64,
    /// Called off.
    pub cancelled: bool,
}

/// The feed, made at `now`.
pub fn calendar(events: &[Event], now: Instant) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| text.push_str(&folded(&format!("{name}:{value}")));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Cueillette//Sorties//FR");
    line("CALSCALE", "GREGORIAN");
    line("METHOD", "PUBLISH");
    line("X-WR-CALNAME", &escaped(common::OUTINGS));
    for event in events {
        line("BEGIN", "VEVENT");
        line("UID", &escaped(&event.uid));
        line("DTSTAMP", &utc(now));
        match event.start {
            Start::At(at) => {
                line("DTSTART", &utc(at));
                line("DURATION", DURATION);
            }
            Start::On(day) => line("DTSTART;VALUE=DATE", &day.0.strftime("%Y%m%d").to_string()),
        }
        line("SEQUENCE", &event.sequence.to_string());
        line("SUMMARY", &escaped(SUMMARY));
        line("CLASS", "PRIVATE");
        if event.cancelled {
            line("STATUS", "CANCELLED");
        }
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    text
}

fn utc(at: Instant) -> String {
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' | ';' | ',' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            sign if sign.is_control() => {}
            sign => out.push(sign),
        }
    }
    out
}

/// A line of 75 octets at most; what is longer goes on after a space, never within a character.
fn folded(line: &str) -> String {
    let (mut out, mut used) = (String::with_capacity(line.len() + 2), 0);
    for sign in line.chars() {
        if used + sign.len_utf8() > LINE_OCTETS_MAX {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(sign);
        used += sign.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_folded_between_characters_and_unfolds_to_itself() {
        let line = format!("SUMMARY:{}", "é€🌍".repeat(40));
        let text = folded(&line);
        for part in text.trim_end().split("\r\n") {
            assert!(part.len() <= LINE_OCTETS_MAX, "{}", part.len());
        }
        assert_eq!(text.replace("\r\n ", "").trim_end(), line);
        assert_eq!(folded("END:VEVENT"), "END:VEVENT\r\n");
        assert_eq!(folded(&"a".repeat(75)), format!("{}\r\n", "a".repeat(75)));
    }

    #[test]
    fn text_is_escaped_and_can_end_no_line() {
        assert_eq!(
            escaped("a;b,c\\d\r\nEND:VEVENT"),
            "a\\;b\\,c\\\\d\\nEND:VEVENT"
        );
    }

    #[test]
    fn an_hour_of_the_place_is_told_in_utc_summer_and_winter() {
        let start = |day: &str| Start::of("Europe/Paris", day.parse().unwrap(), Some("14:00"));
        let at = |text: &str| Start::At(text.parse().unwrap());
        assert_eq!(start("2026-11-24"), at("2026-11-24T13:00:00Z"));
        assert_eq!(start("2026-07-24"), at("2026-07-24T12:00:00Z"));
        let skipped = Start::of("Europe/Paris", "2026-03-29".parse().unwrap(), Some("02:30"));
        assert_eq!(skipped, at("2026-03-29T01:30:00Z"));
        let day: Day = "2026-11-24".parse().unwrap();
        assert_eq!(Start::of("Europe/Paris", day, None), Start::On(day));
    }

    #[test]
    fn a_feed_says_outing_and_nothing_else() {
        let event = |cancelled| Event {
            uid: "1@cueillette".into(),
            start: Start::At("2026-11-24T13:00:00Z".parse().unwrap()),
            sequence: 3,
            cancelled,
        };
        let now = "2026-11-20T08:00:00Z".parse().unwrap();
        let text = calendar(&[event(false), event(true)], now);
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        assert_eq!(text.matches("SUMMARY:Sortie\r\n").count(), 2);
        assert_eq!(text.matches("STATUS:CANCELLED\r\n").count(), 1);
        assert!(text.contains("DTSTART:20261124T130000Z\r\nDURATION:PT2H\r\n"));
        assert!(text.contains("DTSTAMP:20261120T080000Z\r\n"));
        assert!(!text.replace("\r\n", "").contains('\n'));
    }
}
