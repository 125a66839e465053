//! Request bodies: any bytes are parsed or refused within the limits; what is accepted is what `serde_json` would read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = tenure_scim::json::parse(bytes, &Default::default()) {
        // We may refuse more than the library does (depth, length, repeated keys), but never read something else.
        assert_eq!(serde_json::from_slice::<Value>(bytes).ok(), Some(value));
    }
});
