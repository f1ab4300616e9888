//! Presence: what the money comes from. There is no absence; a mistake is voided.

use crate::ids::{FactId, PeerId};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// One presence fact that nobody voided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The fact that says so.
    pub id: FactId,
    /// Who.
    pub peer: PeerId,
    /// Took part; `false` takes an earlier mark back.
    pub present: bool,
    /// When it was recorded, by the clock of whoever recorded it.
    pub recorded_at: Instant,
    /// Said by a coordinator: what a crew phone says is a suggestion.
    pub by_coordinator: bool,
}

/// Who took part, as coordinators say it: for each peer the latest coordinator's mark by
/// (recorded_at, id) decides. The order in which marks are given changes nothing.
pub fn confirmed(marks: impl IntoIterator<Item = Mark>) -> BTreeSet<PeerId> {
    present(marks.into_iter().filter(|mark| mark.by_coordinator))
}

/// Who crew phones saw and no coordinator has decided about: shown as a suggestion.
pub fn suggested(marks: impl IntoIterator<Item = Mark> + Clone) -> BTreeSet<PeerId> {
    let decided: BTreeSet<PeerId> = marks
        .clone()
        .into_iter()
        .filter(|mark| mark.by_coordinator)
        .map(|mark| mark.peer)
        .collect();
    let mut seen = present(marks.into_iter().filter(|mark| !mark.by_coordinator));
    seen.retain(|peer| !decided.contains(peer));
    seen
}

fn present(marks: impl Iterator<Item = Mark>) -> BTreeSet<PeerId> {
    let mut latest: BTreeMap<PeerId, Mark> = BTreeMap::new();
    for mark in marks {
        latest
            .entry(mark.peer)
            .and_modify(|kept| {
                if (mark.recorded_at, mark.id) > (kept.recorded_at, kept.id) {
                    *kept = mark;
                }
            })
            .or_insert(mark);
    }
    latest
        .into_values()
        .filter(|mark| mark.present)
        .map(|mark| mark.peer)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn mark(id: u128, peer: u128, present: bool, at: i64, by_coordinator: bool) -> Mark {
        Mark {
            id: FactId(Uuid::from_u128(id)),
            peer: PeerId(Uuid::from_u128(peer)),
            present,
            recorded_at: Instant::from_ms(at),
            by_coordinator,
        }
    }

    #[test]
    fn the_latest_word_of_a_coordinator_decides() {
        let marks = [mark(1, 7, true, 10, true), mark(2, 7, false, 20, true)];
        assert!(confirmed(marks).is_empty());
        let marks = [mark(1, 7, false, 10, true), mark(2, 7, true, 10, true)];
        assert_eq!(confirmed(marks).len(), 1, "same instant: the greater id");
    }

    #[test]
    fn a_crew_phone_only_suggests() {
        let marks = [
            mark(1, 7, true, 10, false),
            mark(2, 8, true, 5, true),
            mark(3, 8, true, 9, false),
        ];
        assert_eq!(confirmed(marks), [PeerId(Uuid::from_u128(8))].into());
        assert_eq!(suggested(marks), [PeerId(Uuid::from_u128(7))].into());
    }

    proptest! {
        #[test]
        fn order_and_repetition_change_nothing(
            marks in prop::collection::vec((0u128..20, 0u128..4, any::<bool>(), 0i64..5, any::<bool>()), 0..30),
            seed: u64,
        ) {
            // The id decides the content: two facts with one id are the same fact.
            let mut unique = BTreeMap::new();
            for (id, peer, present, at, by) in marks {
                unique.entry(id).or_insert(mark(id, peer, present, at, by));
            }
            let marks: Vec<Mark> = unique.into_values().collect();
            let mut shuffled = marks.clone();
            shuffled.extend(marks.iter().take(5));
            let n = shuffled.len().max(1) as u64;
            for i in 0..shuffled.len() {
                let j = (seed.wrapping_mul(i as u64 + 1) % n) as usize;
                shuffled.swap(i, j);
            }
            prop_assert_eq!(confirmed(marks.clone()), confirmed(shuffled.clone()));
            prop_assert_eq!(suggested(marks), suggested(shuffled));
        }
    }
}
