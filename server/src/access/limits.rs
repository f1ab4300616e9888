//! Wrong tries, counted per address or per account, so that a six-sign code or a password is not
//! guessed.
//!
//! Only wrong tries count: a whole crew joins behind one address without waiting.

use domain::Instant;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Addresses (or accounts) remembered at most; beyond it the oldest windows are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// Wrong tries of one kind.
#[derive(Debug)]
pub struct WrongTries<K = IpAddr> {
    tries_max: u32,
    wait_s: u32,
    seen: Mutex<HashMap<K, (u32, Instant)>>,
}

impl<K: Eq + Hash> WrongTries<K> {
    /// So many wrong tries, then a wait of so many seconds.
    pub fn new(tries_max: u32, wait_s: u32) -> Self {
        Self {
            tries_max,
            wait_s,
            seen: Mutex::new(HashMap::new()),
        }
    }

    /// `Err(seconds)` when this one must wait.
    pub fn may_try(&self, who: K, now: Instant) -> Result<(), u32> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(&who) {
            Some((tries, since)) if *tries >= self.tries_max => {
                let passed_s = (now.as_ms() - since.as_ms()) / 1000;
                let left_s = i64::from(self.wait_s) - passed_s;
                u32::try_from(left_s)
                    .map_or(Ok(()), |left| if left == 0 { Ok(()) } else { Err(left) })
            }
            _ => Ok(()),
        }
    }

    /// Counts one wrong try.
    pub fn wrong(&self, who: K, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let window_ms = i64::from(self.wait_s) * 1000;
        if seen.len() >= REMEMBERED_MAX {
            seen.retain(|_, (_, since)| now.as_ms() - since.as_ms() < window_ms);
        }
        let entry = seen.entry(who).or_insert((0, now));
        if now.as_ms() - entry.1.as_ms() >= window_ms {
            *entry = (0, now);
        }
        entry.0 += 1;
        if entry.0 == self.tries_max {
            entry.1 = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_so_many_wrong_tries_an_address_waits_and_others_do_not() {
        let tries = WrongTries::new(3, 60);
        let (a, b): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let at = |s: i64| Instant::from_ms(s * 1000);
        for second in 0..3 {
            assert!(tries.may_try(a, at(second)).is_ok());
            tries.wrong(a, at(second));
        }
        assert_eq!(tries.may_try(a, at(12)), Err(50));
        assert!(tries.may_try(b, at(12)).is_ok());
        assert!(tries.may_try(a, at(62)).is_ok());
        tries.wrong(a, at(62));
        assert!(tries.may_try(a, at(63)).is_ok(), "a new window begins");
    }
}
