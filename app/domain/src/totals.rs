//! What the city may know of the programme's total, discreet places included.
//!
//! The city knows every public place's counts with their dates, so any total it is told gives away
//! the sum of what was picked up elsewhere. That sum must say nothing of a single place. Hence:
//!
//! - Only months that are over are told, and a month whose hidden part is not that of enough
//!   places, none of them more than half of it, waits and is told with the next: what is told is a
//!   row of periods that never overlap, so no difference between two totals is finer than one.
//! - Not even « nothing at discreet places » is told: a hidden part of nothing is of no place.
//! - What was picked up « ici » may lie in any place: it makes up for none that is missing, and
//!   is one place more in that none may be more than half.
//! - What is told once stays told: a period is judged and summed by what was known when its outings
//!   closed, so nothing that comes later moves its ends or its sum.

use crate::ids::SiteId;
use crate::time::Day;
use std::collections::BTreeMap;

/// What outings that closed in one month picked up, as it was known when each closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthSums {
    /// Its first day.
    pub month: Day,
    /// Everything.
    pub total: i64,
    /// Of which at discreet places, by place.
    pub discreet: BTreeMap<SiteId, i64>,
    /// Of which « ici », decided by nobody.
    pub here: i64,
}

/// A total that the city is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// First day of its first month.
    pub first: Day,
    /// First day of its last month; the same for a single month.
    pub last: Day,
    /// Everything picked up.
    pub total: i64,
}

/// The totals to tell, from months in their order. What is left at the end waits for more.
pub fn told(months: &[MonthSums], small_cell_min: u32) -> Vec<Told> {
    let mut told = Vec::new();
    let mut waits: Option<MonthSums> = None;
    for next in months {
        let first = waits.as_ref().map_or(next.month, |it| it.month);
        let period = match waits.take() {
            Some(waiting) => joined(waiting, next),
            None => next.clone(),
        };
        if says_nothing(&period, small_cell_min) {
            told.push(Told {
                first,
                last: next.month,
                total: period.total,
            });
        } else {
            waits = Some(period);
        }
    }
    told
}

fn joined(mut period: MonthSums, next: &MonthSums) -> MonthSums {
    period.total += next.total;
    period.here += next.here;
    for (site, n) in &next.discreet {
        *period.discreet.entry(*site).or_insert(0) += n;
    }
    period
}

/// Does the hidden part of a period say nothing of a single place?
fn says_nothing(period: &MonthSums, small_cell_min: u32) -> bool {
    let places = period.discreet.values().filter(|n| **n > 0);
    let (count, sum) = places
        .clone()
        .fold((0_u32, 0), |(count, sum), n| (count + 1, sum + n));
    let largest = places.max().copied().unwrap_or(0).max(period.here);
    count >= small_cell_min.max(2) && 2 * largest <= sum + period.here
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const MIN: u32 = 3;

    fn site(n: u128) -> SiteId {
        SiteId(Uuid::from_u128(n))
    }

    fn month(n: usize, public: i64, here: i64, discreet: &[(u128, i64)]) -> MonthSums {
        let hidden: i64 = discreet.iter().map(|it| it.1).sum();
        MonthSums {
            month: Day::new(2020 + (n / 12) as i16, (n % 12) as i8 + 1, 1).unwrap(),
            total: public + here + hidden,
            discreet: discreet.iter().map(|(id, n)| (site(*id), *n)).collect(),
            here,
        }
    }

    fn months() -> impl Strategy<Value = Vec<MonthSums>> {
        let discreet = prop::collection::btree_map(0..8u128, 0..40i64, 0..6);
        let one = (0..200i64, 0..12i64, discreet);
        prop::collection::vec(one, 0..30).prop_map(|all| {
            let all = all.into_iter().enumerate();
            all.map(|(n, (public, here, discreet))| {
                let discreet: Vec<_> = discreet.into_iter().collect();
                month(n, public, here, &discreet)
            })
            .collect()
        })
    }

    /// The hidden part of what lies from one month to another.
    fn hidden(months: &[MonthSums], it: &Told) -> MonthSums {
        let mut inside = months
            .iter()
            .filter(|m| (it.first..=it.last).contains(&m.month));
        let first = inside.next().unwrap().clone();
        inside.fold(first, joined)
    }

    proptest! {
        #[test]
        fn whatever_is_subtracted_is_the_sum_of_enough_places_none_of_them_most_of_it(
            months in months(), from in 0..30usize, to in 0..30usize,
        ) {
            let told = told(&months, MIN);
            // All that differences of totals can give: a run of periods.
            let run = told.get(from.min(to)..=from.max(to)).unwrap_or(&told);
            let (Some(first), Some(last)) = (run.first(), run.last()) else { return Ok(()) };
            let whole = Told { first: first.first, last: last.last, total: 0 };
            let rest = hidden(&months, &whole);
            let counts: Vec<i64> = rest.discreet.values().copied().filter(|n| *n > 0).collect();
            prop_assert!(counts.len() >= MIN as usize);
            let sum = counts.iter().sum::<i64>() + rest.here;
            for n in counts.into_iter().chain([rest.here]) {
                prop_assert!(2 * n <= sum, "{n} of {sum}");
            }
        }

        #[test]
        fn periods_follow_each_other_and_hold_all_that_was_picked_up_in_them(months in months()) {
            let told = told(&months, MIN);
            for it in &told {
                prop_assert!(it.first <= it.last);
                prop_assert_eq!(it.total, hidden(&months, it).total);
            }
            for two in told.windows(2) {
                prop_assert!(two[0].last < two[1].first);
            }
        }

        #[test]
        fn a_month_more_changes_nothing_that_was_told(months in months(), cut in 0..30usize) {
            let before = told(&months[..cut.min(months.len())], MIN);
            prop_assert_eq!(&told(&months, MIN)[..before.len()], &before[..]);
        }
    }

    #[test]
    fn a_month_of_one_discreet_place_waits_for_months_of_others() {
        let months = [
            month(0, 100, 0, &[(1, 10), (2, 10), (3, 10)]),
            month(1, 50, 0, &[(1, 7)]),
            month(2, 50, 0, &[(2, 7), (3, 7)]),
            month(3, 50, 0, &[]),
        ];
        let told: Vec<_> = told(&months, MIN)
            .iter()
            .map(|it| (it.first.0.month(), it.last.0.month(), it.total))
            .collect();
        assert_eq!(told, [(1, 1, 130), (2, 3, 121)]);
    }

    #[test]
    fn a_place_that_gives_most_of_the_hidden_part_keeps_its_month_back() {
        let of = |largest, here| month(0, 50, here, &[(1, largest), (2, 5), (3, 5)]);
        assert_eq!(told(&[of(10, 0)], MIN).len(), 1);
        assert_eq!(told(&[of(11, 0)], MIN).len(), 0);
        assert_eq!(told(&[of(10, 20)], MIN).len(), 1);
        assert_eq!(
            told(&[of(10, 21)], MIN).len(),
            0,
            "« ici » may be one place"
        );
        let two = month(0, 50, 9, &[(1, 9), (2, 9)]);
        assert_eq!(told(&[two], MIN).len(), 0, "or one of these");
    }
}
