//! Filters (RFC 7644 §3.4.2.2): any text is parsed or refused, and what is shown parses to the same filter again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure_scim::filter::Filter;

/// Showing may add brackets and spaces, so only texts well below the limits have to come back.
const SHORT: usize = 200;

fuzz_target!(|text: &str| {
    let Ok(filter) = Filter::parse(text) else { return };
    if text.len() < SHORT {
        let shown = filter.to_string();
        assert_eq!(Filter::parse(&shown).as_ref(), Ok(&filter), "`{text}` was shown as `{shown}`");
    }
});
