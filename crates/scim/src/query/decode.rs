//! Percent decoding of query parameters (RFC 3986 §2.1), and what `+` means.
//!
//! In HTML forms `+` is a blank, in URIs it is a plus, and clients do both: Databricks writes `userName+eq+"a"`, others
//! leave the plus of `+49 30` as it is. A filter tells which one it is, because it has blanks outside of its quotes:
//! if the first of them is a `+`, the client encodes forms.

/// Decodes a parameter in which `+` is a blank.
pub(super) fn form(raw: &str) -> Option<String> {
    decode(raw, ' ')
}

/// Decodes a filter.
pub(super) fn filter(raw: &str) -> Option<String> {
    // A private marker keeps a raw plus apart from `%2B` while we look; it is no character of a valid filter.
    let marked = decode(raw, RAW_PLUS)?;
    if raw.contains('+') && is_form_encoded(&marked) { decode(raw, ' ') } else { decode(raw, '+') }
}

const RAW_PLUS: char = '\u{1}';

fn decode(raw: &str, plus: char) -> Option<String> {
    let mut bytes = raw.bytes();
    let mut decoded = Vec::with_capacity(raw.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            b'+' => u8::try_from(plus).ok()?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn is_form_encoded(filter: &str) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    for character in filter.trim_start_matches(' ').chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            RAW_PLUS if !quoted => return true,
            blank if !quoted && blank.is_whitespace() => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(filter(raw).as_deref(), Some(expected));
    }

    #[test]
    fn plus_is_a_blank_where_blanks_are_plus() {
        check("userName+eq+%22a%2Bb%22", r#"userName eq "a+b""#);
        check(r#"displayName+eq+"a+b""#, r#"displayName eq "a b""#);
        check(r#"not+(title+pr)"#, "not (title pr)");
        check(r#"emails[type+eq+"work"]"#, r#"emails[type eq "work"]"#);
    }

    #[test]
    fn plus_is_a_plus_where_blanks_are_blanks() {
        check("userName%20eq%20%22a+b@x.com%22", r#"userName eq "a+b@x.com""#);
        check(r#"phoneNumbers.value eq "+49 30""#, r#"phoneNumbers.value eq "+49 30""#);
        check("phoneNumbers.value%20eq%20+4930", "phoneNumbers.value eq +4930");
        check("%20userName%20eq%20a+b", " userName eq a+b");
        check(
            "meta.created%20gt%20%222026-01-01T00:00:00+02:00%22",
            r#"meta.created gt "2026-01-01T00:00:00+02:00""#,
        );
    }

    #[test]
    fn quotes_may_be_escaped() {
        check(r#"a%20eq%20"x\"+y""#, r#"a eq "x\"+y""#);
        check(r#""\"+"+"#, r#""\" " "#);
    }

    #[test]
    fn broken_encoding_is_not_decoded() {
        for raw in ["%", "%4", "%zz", "%ff", "a%C3", "%+1"] {
            assert_eq!(form(raw), None, "{raw}");
            assert_eq!(filter(raw), None, "{raw}");
        }
        assert_eq!(form("Zo%c3%AB+x").as_deref(), Some("Zoë x"));
    }

    fn encode(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    proptest! {
        #[test]
        fn what_is_encoded_in_full_comes_back(text in "\\PC*") {
            prop_assert_eq!(filter(&encode(&text)), Some(text.clone()));
            prop_assert_eq!(form(&encode(&text)), Some(text));
        }
    }
}
