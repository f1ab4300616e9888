//! A hundred thousand schedules of the outbox, each made from one number.
//!
//! `CUEILLETTE_SEED=<seed> cargo test -p app schedules` plays one again, step by step.

use super::server::Mutant;
use super::world::{Outcome, PHONES_MAX, play};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const SCHEDULES: u64 = 100_000;

/// Written past the capture of the test runner: the figures are to be seen on success too.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn asked_seed() -> Option<u64> {
    let seed = std::env::var("CUEILLETTE_SEED").ok()?;
    Some(seed.parse().expect("CUEILLETTE_SEED is a whole number"))
}

/// Plays schedules on all cores until one fails or all are done; the lowest seed that failed, and
/// how many facts and requests there were.
fn play_many(base: u64, count: u64, mutant: Mutant) -> (Option<(u64, Outcome)>, u64, u64) {
    let (next, facts, requests) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let worker = || {
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= count {
                return None;
            }
            let seed = base.wrapping_add(n);
            let outcome = play(seed, mutant, false);
            facts.fetch_add(outcome.facts as u64, Ordering::Relaxed);
            requests.fetch_add(u64::from(outcome.requests), Ordering::Relaxed);
            if outcome.fault.is_some() {
                next.store(count, Ordering::Relaxed);
                return Some((seed, outcome));
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let failed = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        let failed = workers.into_iter().filter_map(|it| it.join().unwrap());
        failed.min_by_key(|it| it.0)
    });
    (failed, facts.into_inner(), requests.into_inner())
}

#[test]
fn nothing_is_lost_nothing_counts_twice_and_the_outbox_empties() {
    if let Some(seed) = asked_seed() {
        let outcome = play(seed, Mutant::None, true);
        outcome.trace.iter().for_each(|line| say(line));
        say(&format!(
            "outbox: schedule {seed} replayed, {} steps",
            outcome.trace.len()
        ));
        assert_eq!(outcome.fault, None);
        return;
    }
    let base = RandomState::new().hash_one("base seed");
    say(&format!(
        "outbox: {SCHEDULES} schedules of up to {PHONES_MAX} phones, base seed {base}"
    ));
    let start = Instant::now();
    let (failed, facts, requests) = play_many(base, SCHEDULES, Mutant::None);
    if let Some((seed, Outcome { fault, .. })) = failed {
        panic!("{fault:?}; CUEILLETTE_SEED={seed} plays it again");
    }
    let seconds = start.elapsed().as_secs_f32();
    say(&format!(
        "outbox: all hold: {facts} facts, {requests} requests, {seconds:.1} s"
    ));
}

#[test]
fn a_seed_replays_exactly() {
    for seed in 0..200 {
        let first = play(seed, Mutant::None, true);
        assert_eq!(first, play(seed, Mutant::None, true));
        let silent = play(seed, Mutant::None, false);
        let trace = first.trace.clone();
        assert_eq!(first, Outcome { trace, ..silent });
    }
    let (one, other) = (play(1, Mutant::None, true), play(2, Mutant::None, true));
    assert_ne!(one.trace, other.trace);
}

#[test]
fn a_phone_that_forgets_too_early_is_caught() {
    let (failed, ..) = play_many(0, 1_000, Mutant::PhoneForgetsTooEarly);
    let (seed, outcome) = failed.unwrap();
    let fault = outcome.fault.clone().unwrap();
    assert!(fault.ends_with("was forgotten too early"), "{fault}");
    // The seed it names shows the same fault again.
    assert_eq!(play(seed, Mutant::PhoneForgetsTooEarly, false), outcome);
}

#[test]
fn a_server_that_counts_again_is_caught() {
    let (failed, ..) = play_many(0, 1_000, Mutant::ServerCountsAgain);
    let fault = failed.and_then(|it| it.1.fault).unwrap();
    assert!(fault.contains("items counted, not"), "{fault}");
}
