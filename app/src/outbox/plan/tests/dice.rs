//! Chance that one number repeats exactly.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// All the chance of one schedule.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The same seed gives the same schedule, on every machine.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Any number at all.
    pub fn any(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// One of `0..n`; 0 when there is nothing to choose from.
    pub fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap();
        usize::try_from((u64::from(self.any()) * n) >> 32).unwrap()
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}
