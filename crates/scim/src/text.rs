//! The text of values: which characters we take, the one key for comparison without case, and `dateTime` values.
//!
//! Filters, sorting and the store's key columns all use [`fold`], so that what a filter finds, a unique index also
//! refuses. RFC 7643 §2.2 (`caseExact`) and §2.3.5 (`dateTime`).

use jiff::Timestamp;
use jiff::civil::DateTime;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// The key under which two texts are equal without regard to case: canonically equivalent texts share it.
///
/// Lower case is taken letter by letter, never by context, so that the key of a part is a part of the key.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        };
    }
    // Lower case of a decomposed letter may compose where its capital does not (`H` and a line below), hence NFC last.
    Cow::Owned(text.nfd().flat_map(char::to_lowercase).map(without_final_sigma).nfc().collect())
}

/// Greek writes one small letter in two ways; its capital is the same.
fn without_final_sigma(letter: char) -> char {
    if letter == 'ς' { 'σ' } else { letter }
}

/// Whether a text has only characters that a value may have; the error says which one it has not.
///
/// # Errors
/// NUL, control characters other than tab and line ends, and the invisible characters that reorder text
/// (U+202A to U+202E, U+2066 to U+2069): they make one name look like another in every console that shows it.
pub fn check(text: &str) -> Result<(), &'static str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Ok(());
    }
    text.chars().find_map(forbidden).map_or(Ok(()), Err)
}

fn forbidden(character: char) -> Option<&'static str> {
    match character {
        '\t' | '\n' | '\r' => None,
        '\0' => Some("a NUL character"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some("an invisible character that reorders text")
        }
        other if other.is_control() => Some("a control character"),
        _ => None,
    }
}

/// Reads a `dateTime` value. One without an offset is taken as UTC, which `xsd:dateTime` leaves open.
pub fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // INVARIANT: a date alone is not a dateTime (RFC 7643 §2.3.5), although jiff would read it as midnight.
    let date_and_time = text.get(10..11).is_some_and(|separator| matches!(separator, "T" | "t" | " "));
    if !date_and_time {
        return None;
    }
    let utc = || text.parse::<DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    text.parse().ok().or_else(|| utc().map(|zoned| zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn same(left: &str, right: &str) {
        assert_eq!(fold(left), fold(right));
    }

    #[test]
    fn case_and_composition_do_not_matter() {
        same("JYoung@Example.COM", "jyoung@example.com");
        same("ÅSA", "a\u{30a}sa");
        same("ΟΔΟΣ", "οδος");
        same("H\u{331}", "ẖ");
        same("ÉCOLE", "école");
        assert_ne!(fold("ecole"), fold("école"));
    }

    #[test]
    fn lower_case_ascii_is_not_copied() {
        assert!(matches!(fold("bjensen"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_readable_characters_pass() {
        for good in ["", "Zoë O'Brien", "a\tb\r\nc", "עברית", "👩‍👩‍👧"] {
            assert_eq!(check(good), Ok(()), "{good:?}");
        }
        for bad in ["a\0", "\u{202e}fdp.exe", "\u{2066}x\u{2069}", "\u{1b}[31m", "\u{7f}", "\u{85}"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn instants_have_offsets_fractions_or_neither() {
        let expected: Timestamp = "2011-05-13T04:42:34Z".parse().unwrap();
        for text in [
            "2011-05-13T04:42:34Z",
            "2011-05-13T06:42:34+02:00",
            "2011-05-13T04:42:34.000Z",
            "2011-05-13t04:42:34z",
            " 2011-05-13T04:42:34 ",
        ] {
            assert_eq!(instant(text), Some(expected), "{text}");
        }
        for text in ["", "2011-05-13", "yesterday", "2011-13-45T00:00:00Z", "1305261754", "ééééééT"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*") {
            let once = fold(&text).into_owned();
            prop_assert_eq!(fold(&once), once.clone());
        }

        #[test]
        fn upper_case_ascii_folds_to_the_same_key(text in "[ -~]*") {
            let upper = text.to_ascii_uppercase();
            prop_assert_eq!(fold(&upper), fold(&text));
        }
    }
}
