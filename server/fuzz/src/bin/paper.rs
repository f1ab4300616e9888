//! The key file typed in from paper.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::paper(bytes));
