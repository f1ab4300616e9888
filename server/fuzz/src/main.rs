//! Facts, alone and in a batch.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::facts(bytes));
