#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| buhphone_fuzz::signatures(data));
