//! The order of a walk: nearest neighbour, then 2-opt, on the distances between the places.

use crate::place::Position;

/// How often 2-opt goes over the whole walk before it is content: each round shortens the walk,
/// and a hundred places settle in a dozen.
const ROUNDS_MAX: usize = 60;
/// Less than this is no improvement, in metres: rounding must not turn in circles.
const GAIN_MIN_M: f64 = 0.001;

/// How long the walk is from place to place, in metres, as the crow flies.
pub fn length_m(points: &[Position]) -> f64 {
    points.windows(2).map(|it| it[0].distance_m(it[1])).sum()
}

/// An order for a walk that begins anywhere and ends anywhere, as indexes into `points`: never
/// longer than the order given, and the same for the same points.
pub fn proposed(points: &[Position]) -> Vec<usize> {
    let between = Between::new(points);
    let given: Vec<usize> = (0..points.len()).collect();
    let nearest = (0..points.len())
        .map(|start| between.nearest_from(start))
        .min_by(|a, b| between.length(a).total_cmp(&between.length(b)));
    let tried = [Some(given.clone()), nearest];
    let shortest = tried
        .into_iter()
        .flatten()
        .map(|order| between.untangled(order))
        .min_by(|a, b| between.length(a).total_cmp(&between.length(b)));
    shortest
        .filter(|it| between.length(it) < between.length(&given) - GAIN_MIN_M)
        .unwrap_or(given)
}

/// The distances between all the places, worked out once.
struct Between {
    count: usize,
    metres: Vec<f64>,
}

impl Between {
    fn new(points: &[Position]) -> Self {
        let from = |a: &Position| points.iter().map(|b| a.distance_m(*b)).collect::<Vec<_>>();
        Self {
            count: points.len(),
            metres: points.iter().flat_map(from).collect(),
        }
    }

    fn m(&self, a: usize, b: usize) -> f64 {
        self.metres[a * self.count + b]
    }

    fn length(&self, order: &[usize]) -> f64 {
        order.windows(2).map(|it| self.m(it[0], it[1])).sum()
    }

    /// Always on to the nearest place that is left; of two as near, the first.
    fn nearest_from(&self, start: usize) -> Vec<usize> {
        let mut left: Vec<usize> = (0..self.count).filter(|it| *it != start).collect();
        let mut order = vec![start];
        let mut here = start;
        while let Some((at, _)) = left
            .iter()
            .enumerate()
            .min_by(|a, b| self.m(here, *a.1).total_cmp(&self.m(here, *b.1)))
        {
            here = left.remove(at);
            order.push(here);
        }
        order
    }

    /// 2-opt: turns a stretch of the walk round wherever that makes it shorter. The ends are open,
    /// so a stretch at an end has only one join to look at.
    fn untangled(&self, mut order: Vec<usize>) -> Vec<usize> {
        for _ in 0..ROUNDS_MAX {
            if !self.one_round(&mut order) {
                break;
            }
        }
        order
    }

    fn one_round(&self, order: &mut [usize]) -> bool {
        let mut shorter = false;
        for from in 0..order.len() {
            for to in from + 1..order.len() {
                if self.gain_of_turning(order, from, to) > GAIN_MIN_M {
                    order[from..=to].reverse();
                    shorter = true;
                }
            }
        }
        shorter
    }

    fn gain_of_turning(&self, order: &[usize], from: usize, to: usize) -> f64 {
        let (first, last) = (order[from], order[to]);
        let before = from.checked_sub(1).map(|it| order[it]);
        let after = order.get(to + 1).copied();
        let at_start = before.map_or(0.0, |it| self.m(it, first) - self.m(it, last));
        let at_end = after.map_or(0.0, |it| self.m(last, it) - self.m(first, it));
        at_start + at_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lat: f64, lon: f64) -> Position {
        Position::new(lat, lon).unwrap()
    }

    fn in_order(points: &[Position], order: &[usize]) -> Vec<Position> {
        order.iter().map(|it| points[*it]).collect()
    }

    proptest! {
        #[test]
        fn a_proposed_walk_goes_to_the_same_places_and_is_never_longer(
            raw in proptest::collection::vec((44.80f64..44.90, -0.65f64..-0.50), 0..40)
        ) {
            let points: Vec<Position> = raw.into_iter().map(|(lat, lon)| at(lat, lon)).collect();
            let order = proposed(&points);
            let mut places = order.clone();
            places.sort_unstable();
            prop_assert_eq!(places, (0..points.len()).collect::<Vec<_>>());
            let walked = length_m(&in_order(&points, &order));
            prop_assert!(walked <= length_m(&points) + GAIN_MIN_M);
            prop_assert_eq!(&order, &proposed(&points), "asked twice, the same answer");
            let again = in_order(&points, &order);
            prop_assert!(length_m(&in_order(&again, &proposed(&again))) <= walked + GAIN_MIN_M);
        }

        #[test]
        fn places_along_one_street_are_walked_from_one_end_to_the_other(
            mut lons in proptest::collection::btree_set(-6_500i32..-5_000, 2..20)
                .prop_map(|it| it.into_iter().collect::<Vec<_>>()),
            seed in any::<u64>(),
        ) {
            let shuffled = seed as usize % lons.len();
            lons.rotate_left(shuffled);
            let points: Vec<Position> = lons.iter().map(|it| at(44.84, f64::from(*it) / 10_000.0)).collect();
            let walked = length_m(&in_order(&points, &proposed(&points)));
            let (west, east) = (lons.iter().min().unwrap(), lons.iter().max().unwrap());
            let street = at(44.84, f64::from(*west) / 10_000.0).distance_m(at(44.84, f64::from(*east) / 10_000.0));
            prop_assert!(walked < street * 1.001 + 1.0, "{walked} m in a street of {street} m");
        }
    }

    #[test]
    fn a_walk_that_crosses_itself_is_untangled() {
        let square = [
            at(44.84, -0.58),
            at(44.85, -0.56),
            at(44.84, -0.56),
            at(44.85, -0.58),
        ];
        let order = proposed(&square);
        assert!(length_m(&in_order(&square, &order)) < length_m(&square) * 0.8);
    }

    #[test]
    fn a_hundred_places_are_ordered_and_places_on_one_spot_do_no_harm() {
        let spot = at(44.84, -0.58);
        assert_eq!(proposed(&[spot; 5]), [0, 1, 2, 3, 4]);
        let many: Vec<Position> = (0..100u32)
            .map(|n| {
                at(
                    44.80 + f64::from(n * 37 % 100) / 1e3,
                    -0.60 + f64::from(n * 53 % 100) / 1e3,
                )
            })
            .collect();
        assert!(length_m(&in_order(&many, &proposed(&many))) < length_m(&many) / 2.0);
    }
}
