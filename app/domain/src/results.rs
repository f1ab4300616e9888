//! What anybody may read of a programme's results at public places: sums by quarter of the town,
//! never a single place.
//!
//! A quarter is named only when enough of its places gave something. The others are put together as
//! « autres secteurs », which need as many places from at least two quarters. Where that cannot be,
//! all is one line for the town, and where even the town is too few, nothing is told: leaving out
//! only the rest would let a reader subtract. A part of a year is told once it is over, so that the
//! difference between two readings is a part of a year too.

use crate::city::{Area, OTHER_QUARTERS_MIN};
use std::collections::BTreeMap;

/// A public place in one part of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of its quarter; none outside every quarter.
    pub quarter: Option<String>,
    /// What was picked up there.
    pub syringes: i64,
}

/// What was picked up in one area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaSum {
    /// Where.
    pub area: Area,
    /// How many.
    pub syringes: i64,
}

/// The sums to tell: named quarters by name, then the others, or one line for the town, or nothing.
pub fn by_area(places: &[Place], small_cell_min: u32) -> Vec<AreaSum> {
    let min = usize::try_from(small_cell_min).unwrap_or(usize::MAX).max(2);
    let gave = || places.iter().filter(|it| it.syringes > 0);
    let mut quarters: BTreeMap<&Option<String>, Vec<i64>> = BTreeMap::new();
    for place in gave() {
        quarters
            .entry(&place.quarter)
            .or_default()
            .push(place.syringes);
    }
    let mut lines = Vec::new();
    let (mut others, mut other_quarters) = (Vec::new(), 0);
    for (name, sums) in quarters {
        match name {
            Some(name) if sums.len() >= min => lines.push(AreaSum {
                area: Area::Quarter(name.clone()),
                syringes: sums.iter().sum(),
            }),
            _ => {
                other_quarters += 1;
                others.extend(sums);
            }
        }
    }
    if others.is_empty() {
        return lines;
    }
    if others.len() >= min && other_quarters >= OTHER_QUARTERS_MIN {
        lines.push(AreaSum {
            area: Area::Other,
            syringes: others.iter().sum(),
        });
        return lines;
    }
    if gave().count() < min {
        return Vec::new();
    }
    vec![AreaSum {
        area: Area::Town,
        syringes: gave().map(|it| it.syringes).sum(),
    }]
}

/// Does one outing's sum at public places say nothing of a single one?
pub fn is_of_enough_places(places: &[i64], small_cell_min: u32) -> bool {
    let min = usize::try_from(small_cell_min).unwrap_or(usize::MAX).max(2);
    places.iter().filter(|n| **n > 0).count() >= min
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIN: u32 = 3;

    fn place(quarter: Option<&str>, syringes: i64) -> Place {
        Place {
            quarter: quarter.map(Into::into),
            syringes,
        }
    }

    fn places() -> impl Strategy<Value = Vec<Place>> {
        let quarter = proptest::option::of((0u8..5).prop_map(|n| format!("Quartier {n}")));
        let one = (quarter, 0..30i64).prop_map(|(quarter, syringes)| Place { quarter, syringes });
        proptest::collection::vec(one, 0..24)
    }

    proptest! {
        #[test]
        fn what_is_told_is_all_or_nothing(places in places(), min in 2u32..6) {
            let told: i64 = by_area(&places, min).iter().map(|it| it.syringes).sum();
            let all: i64 = places.iter().map(|it| it.syringes).sum();
            let gave = places.iter().filter(|it| it.syringes > 0).count();
            prop_assert!(told == all || told == 0 && gave < min as usize);
        }

        #[test]
        fn no_line_is_of_fewer_places_than_the_programme_asks(places in places(), min in 2u32..6) {
            let lines = by_area(&places, min);
            let named = |it: &Place| {
                let name = it.quarter.clone().map(Area::Quarter);
                lines.iter().any(|line| Some(&line.area) == name.as_ref())
            };
            for line in &lines {
                let of = places.iter().filter(|it| it.syringes > 0 && match &line.area {
                    Area::Quarter(name) => it.quarter.as_ref() == Some(name),
                    Area::Other => !named(it),
                    Area::Town => true,
                });
                prop_assert!(of.count() >= min as usize);
            }
            prop_assert!(lines.len() == 1 || !lines.iter().any(|it| it.area == Area::Town));
        }
    }

    #[test]
    fn a_lone_small_quarter_hides_in_the_town() {
        let mut all: Vec<Place> = (1..=4).map(|n| place(Some("Sud"), n)).collect();
        assert_eq!(by_area(&all, MIN)[0].area, Area::Quarter("Sud".into()));
        all.push(place(Some("Nord"), 7));
        let lines = by_area(&all, MIN);
        assert_eq!((lines.len(), &lines[0].area), (1, &Area::Town));
        assert_eq!(lines[0].syringes, 17);
        all.extend([place(None, 1), place(None, 1)]);
        let lines = by_area(&all, MIN);
        assert_eq!((&lines[1].area, lines[1].syringes), (&Area::Other, 9));
        assert_eq!(by_area(&all[4..6], MIN), []);
    }

    #[test]
    fn places_without_anything_do_not_make_a_cell_larger() {
        let all = [
            place(Some("Sud"), 5),
            place(Some("Sud"), 0),
            place(Some("Sud"), 0),
        ];
        assert_eq!(by_area(&all, MIN), []);
        assert!(!is_of_enough_places(&[5, 0, 0, 2], MIN));
        assert!(is_of_enough_places(&[5, 1, 0, 2], MIN));
    }
}
