//! The allowance: one line per presence, at the rate of the outing's day.
//!
//! Nothing here knows a count: the money comes from taking part (domain rule, and invariant:
//! no code path leads from a count to an amount).

use crate::ids::PeerId;
use crate::money::Cents;
use crate::problem::Invalid;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An amount and the first day it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// First day.
    pub from: Day,
    /// Amount of one presence.
    pub amount_cents: Cents,
}

/// The rates of a programme, by first day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Rate>", into = "Vec<Rate>")]
pub struct RateTable(Vec<Rate>);

impl RateTable {
    /// At least one rate, every amount above zero, no day twice; any order.
    pub fn new(mut rates: Vec<Rate>) -> Result<Self, Invalid> {
        rates.sort_by_key(|rate| rate.from);
        if rates.is_empty() {
            return Err(Invalid::new("rates", "missing"));
        }
        if rates.iter().any(|rate| rate.amount_cents <= Cents(0)) {
            return Err(Invalid::new("rates.amount_cents", "out_of_range"));
        }
        if rates.windows(2).any(|pair| pair[0].from == pair[1].from) {
            return Err(Invalid::new("rates.from", "twice"));
        }
        Ok(Self(rates))
    }

    /// The amount of one presence on that day. A day before the first rate takes the first one:
    /// an outing is never worth nothing because a table began too late.
    pub fn amount_on(&self, day: Day) -> Cents {
        let held = self.0.iter().rev().find(|rate| rate.from <= day);
        held.or(self.0.first())
            .map_or(Cents(0), |rate| rate.amount_cents)
    }
}

impl TryFrom<Vec<Rate>> for RateTable {
    type Error = Invalid;
    fn try_from(rates: Vec<Rate>) -> Result<Self, Invalid> {
        Self::new(rates)
    }
}

impl From<RateTable> for Vec<Rate> {
    fn from(table: RateTable) -> Self {
        table.0
    }
}

/// One line that closing an outing makes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueLine {
    /// Who took part.
    pub peer: PeerId,
    /// What is owed.
    pub amount: Cents,
}

/// The lines of an outing that closes: one per confirmed presence.
pub fn due_lines(confirmed: &BTreeSet<PeerId>, day: Day, rates: &RateTable) -> Vec<DueLine> {
    let amount = rates.amount_on(day);
    confirmed
        .iter()
        .map(|peer| DueLine {
            peer: *peer,
            amount,
        })
        .collect()
}

/// Where a line stands. « Contesté » is a mark beside it, not a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowanceState {
    /// The outing is closed.
    Due,
    /// On a numbered list.
    Listed,
    /// The list was sent to the payer.
    Sent,
    /// Paid.
    Paid,
    /// In the person's hand.
    Received,
}

impl AllowanceState {
    /// As in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Listed => "listed",
            Self::Sent => "sent",
            Self::Paid => "paid",
            Self::Received => "received",
        }
    }

    /// From the database or the API.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        [
            Self::Due,
            Self::Listed,
            Self::Sent,
            Self::Paid,
            Self::Received,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| Invalid::new("state", "unknown_value"))
    }
}

/// The number of a list: `2026-0007`, without gaps per programme and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListNumber {
    /// Civil year of issue, in the programme's time zone.
    pub year: i16,
    /// 1, 2, 3…
    pub rank: u32,
}

impl std::fmt::Display for ListNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:04}", self.year, self.rank)
    }
}

impl std::str::FromStr for ListNumber {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("number", "not_a_list_number");
        let (year, rank) = text.split_once('-').ok_or_else(wrong)?;
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if year.len() != 4 || rank.len() < 4 || !digits(year) || !digits(rank) {
            return Err(wrong());
        }
        Ok(Self {
            year: year.parse().map_err(|_| wrong())?,
            rank: rank.parse().map_err(|_| wrong())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn rate(year: i16, cents: i64) -> Rate {
        Rate {
            from: Day::new(year, 1, 1).unwrap(),
            amount_cents: Cents(cents),
        }
    }

    #[test]
    fn the_amount_is_that_of_the_outings_day() {
        let table = RateTable::new(vec![rate(2026, 1_800), rate(2019, 1_500)]).unwrap();
        assert_eq!(
            table.amount_on(Day::new(2025, 12, 31).unwrap()),
            Cents(1_500)
        );
        assert_eq!(table.amount_on(Day::new(2026, 1, 1).unwrap()), Cents(1_800));
        assert_eq!(table.amount_on(Day::new(2001, 1, 1).unwrap()), Cents(1_500));
    }

    #[test]
    fn a_rate_table_has_no_free_outing_and_no_day_twice() {
        assert!(RateTable::new(vec![]).is_err());
        assert!(RateTable::new(vec![rate(2026, 0)]).is_err());
        assert!(RateTable::new(vec![rate(2026, -1)]).is_err());
        assert!(RateTable::new(vec![rate(2026, 1), rate(2026, 2)]).is_err());
    }

    #[test]
    fn eight_present_at_fifteen_euros_make_one_hundred_and_twenty() {
        let peers: BTreeSet<PeerId> = (0..8).map(|n| PeerId(Uuid::from_u128(n))).collect();
        let table = RateTable::new(vec![rate(2019, 1_500)]).unwrap();
        let lines = due_lines(&peers, Day::new(2026, 11, 24).unwrap(), &table);
        assert_eq!(lines.len(), 8);
        assert_eq!(
            lines.iter().map(|line| line.amount).sum::<Cents>(),
            Cents(12_000)
        );
    }

    #[test]
    fn a_list_number_is_written_with_four_digits_and_read_back() {
        let number = ListNumber {
            year: 2026,
            rank: 7,
        };
        assert_eq!(number.to_string(), "2026-0007");
        assert_eq!("2026-0007".parse::<ListNumber>().unwrap(), number);
        assert_eq!("2026-12345".parse::<ListNumber>().unwrap().rank, 12_345);
        for wrong in [
            "2026-7",
            "2026",
            "26-0001",
            "2026-00a1",
            "2026--001",
            "../list",
        ] {
            assert!(wrong.parse::<ListNumber>().is_err(), "{wrong}");
        }
    }
}
