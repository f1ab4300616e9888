//! What this phone has counted on one outing, and what can still be taken back.
//!
//! Kept beside the facts and written in the same transaction, so that opening the recorder reads
//! one line and not ten thousand facts. It holds no point: what was counted « ici » is one number.

use super::lead::Marks;
use crate::json::{Json, listed, quoted};
use domain::fact::{Encounter, Item};
use domain::{FactId, SiteId};

/// Gestures that can be taken back, the latest ones.
pub const GESTURES_MAX: usize = 50;

/// Running totals and the latest gestures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    lines: Vec<Line>,
    gestures: Vec<Gesture>,
    /// What a coordinator said on this phone.
    pub marks: Marks,
}

/// What a tap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Something picked up.
    Item(Item),
    /// Somebody met: a number, never a person.
    Met(Encounter),
}

impl What {
    fn code(self) -> &'static str {
        match self {
            Self::Item(item) => item.code(),
            Self::Met(who) => who.code(),
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        let met = || Encounter::from_code(code).map(Self::Met);
        Item::from_code(code).map(Self::Item).or_else(met)
    }
}

/// How many of one thing at one place.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    place: Option<SiteId>,
    what: What,
    count: u32,
}

/// One tap, as it can be told and taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Gesture {
    /// The fact it made.
    pub fact: FactId,
    /// At a site, or « ici ».
    pub place: Option<SiteId>,
    /// What.
    pub what: What,
    /// How many.
    pub count: u32,
}

impl Ledger {
    /// As it was kept; what cannot be read is left out.
    pub fn from_text(text: &str) -> Self {
        let json = Json::read(text).unwrap_or(Json::Null);
        let lines = json.get("lines").items().iter();
        let gestures = json.get("gestures").items().iter();
        Self {
            lines: lines.filter_map(Line::from_json).collect(),
            gestures: gestures.filter_map(Gesture::from_json).collect(),
            marks: Marks::from_json(json.get("marks")),
        }
    }

    /// As it is kept.
    pub fn to_text(&self) -> String {
        let mut lines = self
            .lines
            .iter()
            .map(|it| fields(it.place, it.what, it.count) + "]");
        let mut gestures = self.gestures.iter().map(|it| {
            let fact = quoted(&it.fact.to_string());
            [&fields(it.place, it.what, it.count), ",", &fact, "]"].concat()
        });
        let (lines, gestures) = (listed(&mut lines), listed(&mut gestures));
        let marks = self.marks.to_text();
        let parts = [
            "{\"lines\":[",
            &lines,
            "],\"gestures\":[",
            &gestures,
            "],\"marks\":[",
            &marks,
            "]}",
        ];
        parts.concat()
    }

    /// Adds what a tap counted.
    pub fn add(&mut self, gesture: Gesture) {
        let count = gesture.count;
        match self.line(gesture.place, gesture.what) {
            Some(line) => line.count = line.count.saturating_add(count),
            None => self.lines.push(Line {
                place: gesture.place,
                what: gesture.what,
                count,
            }),
        }
        if self.gestures.len() == GESTURES_MAX {
            self.gestures.remove(0);
        }
        self.gestures.push(gesture);
    }

    /// Takes a tap back; false when it was taken back already or is too old.
    pub fn take_back(&mut self, fact: FactId) -> bool {
        let Some(at) = self.gestures.iter().position(|it| it.fact == fact) else {
            return false;
        };
        let gesture = self.gestures.remove(at);
        if let Some(line) = self.line(gesture.place, gesture.what) {
            line.count = line.count.saturating_sub(gesture.count);
        }
        true
    }

    /// The latest gesture that can be taken back.
    pub fn last(&self) -> Option<&Gesture> {
        self.gestures.last()
    }

    /// The gestures that can be taken back, the latest first.
    pub fn latest(&self) -> impl Iterator<Item = &Gesture> {
        self.gestures.iter().rev()
    }

    /// Everything of this kind, wherever it was.
    pub fn total(&self, what: What) -> u32 {
        let of_kind = self.lines.iter().filter(|it| it.what == what);
        of_kind.map(|it| it.count).sum()
    }

    /// Everything of this kind at one place.
    pub fn total_at(&self, place: Option<SiteId>, what: What) -> u32 {
        let here = |it: &&Line| it.what == what && it.place == place;
        self.lines.iter().find(here).map_or(0, |it| it.count)
    }

    /// How many places something was picked up at.
    pub fn places(&self) -> u32 {
        let mut seen: Vec<Option<SiteId>> = Vec::new();
        for line in &self.lines {
            if line.count > 0 && matches!(line.what, What::Item(_)) && !seen.contains(&line.place) {
                seen.push(line.place);
            }
        }
        u32::try_from(seen.len()).unwrap_or(u32::MAX)
    }

    fn line(&mut self, place: Option<SiteId>, what: What) -> Option<&mut Line> {
        let same = |it: &&mut Line| it.what == what && it.place == place;
        self.lines.iter_mut().find(same)
    }
}

impl Line {
    fn from_json(json: &Json) -> Option<Self> {
        let [place, what, count, ..] = json.items() else {
            return None;
        };
        Some(Self {
            place: place.id(),
            what: What::from_code(what.text()?)?,
            count: count.whole()?,
        })
    }
}

impl Gesture {
    fn from_json(json: &Json) -> Option<Self> {
        let Line { place, what, count } = Line::from_json(json)?;
        Some(Self {
            fact: json.items().get(3)?.id()?,
            place,
            what,
            count,
        })
    }
}

/// `["id or nothing","syringe",5`
fn fields(place: Option<SiteId>, what: What, count: u32) -> String {
    let place = place.map(|it| it.to_string()).unwrap_or_default();
    [
        "[",
        &quoted(&place),
        ",",
        &quoted(what.code()),
        ",",
        &count.to_string(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn gesture(n: u128, place: Option<u128>, what: What, count: u32) -> Gesture {
        Gesture {
            fact: FactId(Uuid::from_u128(n)),
            place: place.map(|it| SiteId(Uuid::from_u128(it))),
            what,
            count,
        }
    }

    #[test]
    fn kinds_and_places_are_counted_apart() {
        let mut ledger = Ledger::default();
        ledger.add(gesture(1, Some(7), What::Item(Item::Syringe), 5));
        ledger.add(gesture(2, None, What::Item(Item::Syringe), 1));
        ledger.add(gesture(3, Some(7), What::Item(Item::Pipe), 10));
        let seven = Some(SiteId(Uuid::from_u128(7)));
        assert_eq!(ledger.total(What::Item(Item::Syringe)), 6);
        assert_eq!(ledger.total_at(seven, What::Item(Item::Syringe)), 5);
        assert_eq!(ledger.total_at(None, What::Item(Item::Syringe)), 1);
        assert_eq!(ledger.total_at(seven, What::Item(Item::Pipe)), 10);
        assert_eq!(ledger.total(What::Item(Item::Needle)), 0);
    }

    #[test]
    fn whom_one_meets_is_counted_beside_what_one_picks_up() {
        let mut ledger = Ledger::default();
        let resident = What::Met(Encounter::Resident);
        ledger.add(gesture(1, None, resident, 1));
        ledger.add(gesture(2, Some(7), What::Item(Item::Syringe), 5));
        ledger.add(gesture(3, Some(8), What::Item(Item::Pipe), 5));
        assert_eq!(ledger.total(resident), 1);
        assert_eq!(ledger.places(), 2);
        assert!(ledger.take_back(FactId(Uuid::from_u128(3))));
        assert_eq!(ledger.places(), 1);
        assert_eq!(Ledger::from_text(&ledger.to_text()), ledger);
    }

    #[test]
    fn a_gesture_is_taken_back_once_and_the_one_before_is_next() {
        let mut ledger = Ledger::default();
        ledger.add(gesture(1, None, What::Item(Item::Syringe), 5));
        ledger.add(gesture(2, None, What::Item(Item::Syringe), 10));
        let last = ledger.last().unwrap().fact;
        assert!(ledger.take_back(last));
        assert!(!ledger.take_back(last));
        assert_eq!(ledger.total(What::Item(Item::Syringe)), 5);
        assert_eq!(ledger.last().map(|it| it.count), Some(5));
    }

    #[test]
    fn a_ledger_that_cannot_be_read_is_empty() {
        for wrong in [
            "",
            "{",
            "[]",
            r#"{"lines":[[],["x"],["","needle",-1]],"gestures":7}"#,
        ] {
            assert_eq!(Ledger::from_text(wrong), Ledger::default(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_total_is_what_was_added_and_not_taken_back(
            taps in prop::collection::vec((1u32..1_000, 0u128..4, any::<bool>()), 0..200),
        ) {
            let mut ledger = Ledger::default();
            let mut expected = 0u32;
            for (n, (count, place, undo)) in (0u128..).zip(taps) {
                ledger.add(gesture(n, (place > 0).then_some(place), What::Item(Item::Needle), count));
                expected += count;
                if undo && let Some(last) = ledger.last().cloned() {
                    prop_assert!(ledger.take_back(last.fact));
                    expected -= last.count;
                }
            }
            prop_assert_eq!(ledger.total(What::Item(Item::Needle)), expected);
            prop_assert_eq!(Ledger::from_text(&ledger.to_text()), ledger);
        }
    }
}
