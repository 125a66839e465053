//! Paths of PATCH operations (RFC 7644 §3.5.2): any text is parsed or refused, and what is shown parses to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure_scim::path::PatchPath;

/// Showing may add brackets and spaces, so only texts well below the limits have to come back.
const SHORT: usize = 200;

fuzz_target!(|text: &str| {
    let Ok(path) = PatchPath::parse(text) else { return };
    if text.len() < SHORT {
        let shown = path.to_string();
        assert_eq!(PatchPath::parse(&shown).as_ref(), Ok(&path), "`{text}` was shown as `{shown}`");
    }
});
