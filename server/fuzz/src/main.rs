//! The fuzzer: `FUZZ_TARGET` names which parser.
#![no_main]

use fuzz::{TARGETS, Target};
use std::sync::LazyLock;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let wanted = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(name, _)| *name == wanted);
    match found {
        Some((_, target)) => *target,
        None => {
            eprintln!("FUZZ_TARGET is « {wanted} », and there is no such target");
            std::process::exit(2);
        }
    }
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
