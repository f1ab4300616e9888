//! The allowance: one line per presence, at the rate of the outing's day, and its life until the
//! money is in somebody's hand.
//!
//! Nothing here knows a count: the money comes from taking part (domain rule, and invariant:
//! no code path leads from a count to an amount).
//!
//! Two things may go wrong with a line, and they are not the same. The *presence* was wrong: a
//! counter-line takes the amount back, so that the sum of all lines is always what the presences
//! are worth. Or the presence was right and the payer could not pay it on this list (a name, a date
//! of birth): the line is still owed, so it goes back to `due`, for a later list; the list it was
//! on keeps it, marked as returned.

use crate::ids::PeerId;
use crate::money::Cents;
use crate::people::coded_enum;
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

/// Cents that one presence may be worth: more than nothing, and no slip of the keyboard.
const AMOUNT_CENTS: std::ops::RangeInclusive<i64> = 1..=100_000;

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

    /// The table with one rate more, or with another amount for a first day that is there already.
    ///
    /// `counted_until` is the last outing day that lines were made for: a rate that begins on it or
    /// before would change what those presences are worth, and lists may be sealed with them.
    pub fn with(&self, rate: Rate, counted_until: Option<Day>) -> Result<Self, Invalid> {
        if counted_until.is_some_and(|day| rate.from <= day) {
            return Err(Invalid::new("from", "before_what_was_counted"));
        }
        if !AMOUNT_CENTS.contains(&rate.amount_cents.0) {
            return Err(Invalid::new("amount_cents", "out_of_range"));
        }
        let kept = self.0.iter().filter(|it| it.from != rate.from).copied();
        Self::new(kept.chain([rate]).collect())
    }

    /// Every rate, by first day.
    pub fn all(&self) -> &[Rate] {
        &self.0
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

coded_enum! {
    /// What a line says: that somebody took part, or that this was a mistake.
    Entry {
        /// One per peer and outing.
        Original = "original", "aide";
        /// Takes its original back; at most one per original, its amount negative.
        Counter = "counter", "reprise";
    }
}

coded_enum! {
    /// Where a line stands. « Contesté » is a mark beside it, not a state.
    AllowanceState {
        /// The outing is closed.
        Due = "due", "due";
        /// On a numbered list.
        Listed = "listed", "sur une liste";
        /// The list was sent to the payer.
        Sent = "sent", "envoyée";
        /// Paid.
        Paid = "paid", "payée";
        /// In the person's hand.
        Received = "received", "reçue";
    }
}

coded_enum! {
    /// What moves a line from one state to the next.
    Step {
        /// A list is issued with it.
        List = "listed", "mise sur une liste";
        /// Its list is sent.
        Send = "sent", "envoyée";
        /// The payer paid it.
        Pay = "paid", "payée";
        /// It reached the person.
        Receive = "received", "reçue";
        /// The payer could not pay it: it is still owed.
        GiveBack = "returned", "retournée";
    }
}

/// A line cannot take this step where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongStep {
    /// Where it stands.
    pub state: AllowanceState,
    /// What was asked.
    pub step: Step,
}

impl WrongStep {
    /// As in the API: the first thing that stands in the way.
    pub fn code(self) -> &'static str {
        use AllowanceState::{Due, Listed, Paid, Received, Sent};
        match (self.step, self.state) {
            (Step::List, _) => "already_listed",
            (_, Due) => "not_listed",
            (Step::Send, _) => "already_sent",
            (_, Listed) => "not_sent",
            (Step::Receive, Sent) => "not_paid",
            (Step::Receive, _) => "already_received",
            (_, Sent | Paid | Received) => "already_paid",
        }
    }
}

impl Step {
    /// Where a line must stand for this step.
    pub fn from(self) -> AllowanceState {
        match self {
            Self::List => AllowanceState::Due,
            Self::Send => AllowanceState::Listed,
            Self::Pay | Self::GiveBack => AllowanceState::Sent,
            Self::Receive => AllowanceState::Paid,
        }
    }

    /// Where it stands afterwards.
    pub fn to(self) -> AllowanceState {
        match self {
            Self::List => AllowanceState::Listed,
            Self::Send => AllowanceState::Sent,
            Self::Pay => AllowanceState::Paid,
            Self::Receive => AllowanceState::Received,
            Self::GiveBack => AllowanceState::Due,
        }
    }
}

impl AllowanceState {
    /// Where a line stands after a step, which must be the right one from here.
    pub fn after(self, step: Step) -> Result<Self, WrongStep> {
        if self == step.from() {
            Ok(step.to())
        } else {
            Err(WrongStep { state: self, step })
        }
    }

    /// As in the database and the API.
    pub fn as_str(self) -> &'static str {
        self.code()
    }

    /// From the database or the API.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::from_code(text).ok_or_else(|| Invalid::new("state", "unknown_value"))
    }
}

/// Whether a due line may go on the next list, given where the other line of the same peer and
/// outing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// It may.
    Ready,
    /// Original and counter-line are both due: nobody was paid, nothing is to be taken back. They
    /// cancel each other for good, and no list ever shows either.
    Cancelled,
    /// A counter-line whose original is on a list and not paid: there is nothing to take back yet.
    /// It becomes ready when the payer pays, cancelled when the payer returns.
    Waits,
}

/// So original and counter-line never meet on one list (see [`Listing`]).
pub fn listing(entry: Entry, other: Option<AllowanceState>) -> Listing {
    use AllowanceState::{Due, Listed, Paid, Received, Sent};
    match (entry, other) {
        (_, Some(Due)) => Listing::Cancelled,
        (Entry::Counter, Some(Listed | Sent)) => Listing::Waits,
        (Entry::Counter, None | Some(Paid | Received)) | (Entry::Original, _) => Listing::Ready,
    }
}

/// Nothing more is expected of a line on its list: it is in the person's hand, or a bank has it, or
/// it took something back and nobody signs for that.
pub fn is_settled(entry: Entry, state: AllowanceState, by_transfer: bool) -> bool {
    match state {
        AllowanceState::Received => true,
        AllowanceState::Paid => entry == Entry::Counter || by_transfer,
        _ => false,
    }
}

coded_enum! {
    /// How it is known that the money reached the person.
    Receipt {
        /// They signed the printed list.
        Signed = "signed", "signature sur la liste";
        /// Two people saw it.
        Witnesses = "witnesses", "devant deux témoins";
        /// Somebody they sent took it.
        Representative = "representative", "par une personne de confiance";
    }
}

impl Receipt {
    /// A signature speaks for itself; otherwise somebody's name must be written.
    pub fn needs_names(self) -> bool {
        self != Self::Signed
    }
}

/// What the presences of closed outings are worth: of each its day and how many took part.
pub fn worth(closed: impl IntoIterator<Item = (Day, u32)>, rates: &RateTable) -> Cents {
    let each = closed.into_iter().map(|(day, present)| {
        let cents = rates.amount_on(day).0.saturating_mul(i64::from(present));
        Cents(cents)
    });
    each.sum()
}

/// The ledger does not balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imbalance {
    /// The sum of all lines, in every state, counter-lines negative.
    pub lines: Cents,
    /// What the presences are worth.
    pub presences: Cents,
}

/// The one equation of the ledger: the sum of all lines, in every state, is what the presences of
/// closed outings are worth.
pub fn balance(
    lines: impl IntoIterator<Item = Cents>,
    closed: impl IntoIterator<Item = (Day, u32)>,
    rates: &RateTable,
) -> Result<Cents, Imbalance> {
    let (lines, presences) = (lines.into_iter().sum(), worth(closed, rates));
    if lines == presences {
        Ok(lines)
    } else {
        Err(Imbalance { lines, presences })
    }
}

/// For how many months in a row somebody was paid, up to the last of these days. What regular
/// payments mean for other rights is for the association to judge (CASF R. 262-11, 14°).
pub fn months_in_a_row(paid: &BTreeSet<Day>) -> u32 {
    let month = |day: &Day| i32::from(day.0.year()) * 12 + i32::from(day.0.month());
    let months: BTreeSet<i32> = paid.iter().map(month).collect();
    let mut newest_first = months.iter().rev();
    let Some(last) = newest_first.next() else {
        return 0;
    };
    let run = newest_first.zip(1..).take_while(|(it, n)| **it == last - n);
    u32::try_from(run.count())
        .unwrap_or(u32::MAX)
        .saturating_add(1)
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

    const STATES: [AllowanceState; 5] = [
        AllowanceState::Due,
        AllowanceState::Listed,
        AllowanceState::Sent,
        AllowanceState::Paid,
        AllowanceState::Received,
    ];

    #[test]
    fn a_line_goes_one_way_step_by_step_and_back_only_before_it_is_paid() {
        let allowed: Vec<_> = STATES
            .iter()
            .flat_map(|state| Step::ALL.iter().map(move |step| (*state, *step)))
            .filter_map(|(state, step)| Some((state.code(), state.after(step).ok()?.code())))
            .collect();
        let wanted = [
            ("due", "listed"),
            ("listed", "sent"),
            ("sent", "paid"),
            ("sent", "due"),
            ("paid", "received"),
        ];
        assert_eq!(allowed, wanted);
    }

    #[test]
    fn a_wrong_step_says_what_stands_in_the_way() {
        use AllowanceState::{Due, Listed, Paid, Received, Sent};
        for (state, step, code) in [
            (Sent, Step::List, "already_listed"),
            (Due, Step::Pay, "not_listed"),
            (Listed, Step::Pay, "not_sent"),
            (Sent, Step::Send, "already_sent"),
            (Paid, Step::Pay, "already_paid"),
            (Received, Step::Pay, "already_paid"),
            (Sent, Step::Receive, "not_paid"),
            (Received, Step::Receive, "already_received"),
            (Paid, Step::GiveBack, "already_paid"),
        ] {
            assert_eq!(state.after(step).unwrap_err().code(), code);
        }
    }

    #[test]
    fn an_original_and_its_counter_line_never_meet_on_a_list() {
        use AllowanceState::{Due, Listed, Paid, Sent};
        assert_eq!(listing(Entry::Original, None), Listing::Ready);
        for entry in [Entry::Original, Entry::Counter] {
            assert_eq!(listing(entry, Some(Due)), Listing::Cancelled);
        }
        assert_eq!(listing(Entry::Counter, Some(Listed)), Listing::Waits);
        assert_eq!(listing(Entry::Counter, Some(Sent)), Listing::Waits);
        assert_eq!(listing(Entry::Counter, Some(Paid)), Listing::Ready);
    }

    #[test]
    fn a_line_is_settled_in_hand_by_a_bank_or_as_a_deduction() {
        use AllowanceState::{Paid, Received, Sent};
        assert!(is_settled(Entry::Original, Received, false));
        assert!(is_settled(Entry::Original, Paid, true));
        assert!(is_settled(Entry::Counter, Paid, false));
        assert!(!is_settled(Entry::Original, Paid, false));
        assert!(!is_settled(Entry::Counter, Sent, true));
    }

    #[test]
    fn a_new_rate_never_reaches_back_to_what_was_counted() {
        let table = RateTable::new(vec![rate(2019, 1_500)]).unwrap();
        let counted = Day::new(2026, 11, 24);
        let code = |rate| table.with(rate, counted).unwrap_err().0.code;
        assert_eq!(code(rate(2026, 1_800)), "before_what_was_counted");
        assert_eq!(code(rate(2027, 0)), "out_of_range");
        assert_eq!(code(rate(2027, -1_500)), "out_of_range");
        assert_eq!(code(rate(2027, 1_500_000)), "out_of_range");
        let more = table.with(rate(2027, 1_800), counted).unwrap();
        let more = more.with(rate(2027, 1_700), counted).unwrap();
        assert_eq!(more.amount_on(Day::new(2027, 1, 1).unwrap()), Cents(1_700));
        assert_eq!(more.amount_on(counted.unwrap()), Cents(1_500));
        assert_eq!(more.all().len(), 2);
    }

    #[test]
    fn the_sum_of_all_lines_is_what_the_presences_are_worth() {
        let table = RateTable::new(vec![rate(2019, 1_500), rate(2026, 1_800)]).unwrap();
        let closed = [
            (Day::new(2025, 6, 1).unwrap(), 2),
            (Day::new(2026, 6, 1).unwrap(), 1),
        ];
        let lines = [1_500, 1_500, 1_800, 1_800, -1_800].map(Cents);
        assert_eq!(balance(lines, closed, &table), Ok(Cents(4_800)));
        let wrong = Imbalance {
            lines: Cents(4_800),
            presences: Cents(3_000),
        };
        assert_eq!(balance(lines, [closed[0]], &table), Err(wrong));
    }

    #[test]
    fn months_count_in_a_row_across_the_new_year_and_a_gap_begins_anew() {
        let days = |all: &[(i16, i8)]| -> BTreeSet<Day> {
            let days = all.iter().map(|(year, month)| Day::new(*year, *month, 3));
            days.map(Option::unwrap).collect()
        };
        assert_eq!(months_in_a_row(&days(&[])), 0);
        assert_eq!(months_in_a_row(&days(&[(2026, 11)])), 1);
        assert_eq!(
            months_in_a_row(&days(&[(2026, 11), (2026, 12), (2027, 1)])),
            3
        );
        assert_eq!(
            months_in_a_row(&days(&[(2026, 8), (2026, 11), (2026, 12)])),
            2
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
