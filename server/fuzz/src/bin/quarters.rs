//! Quarters as GeoJSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::quarters(bytes));
