//! One simple value against its data type (RFC 7643 §2.3), with the conversions that real clients need.
//!
//! HR systems send numbers as identifiers, Entra sends `"True"`; both are converted and noted. Text is kept as sent.

use super::notes::{NoteKind, Notes, Place};
use crate::Error;
use crate::schema::Kind;
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Number, Value};

/// The longest text, in characters.
pub(crate) const LONGEST_TEXT: usize = 8_192;
/// The longest binary value, in characters of base64.
pub(crate) const LONGEST_BINARY: usize = 65_536;
/// Whole numbers beyond this are not exact in JSON's floating point.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The value as this type, or `None` when it is empty.
pub(crate) fn check(
    kind: Kind,
    value: Value,
    place: Place<'_>,
    notes: &mut Notes,
) -> Result<Option<Value>, Error> {
    if matches!(&value, Value::String(text) if text.is_empty()) {
        return Ok(None);
    }
    check_length(kind, &value, place)?;
    let Some(converted) = convert(kind, &value) else {
        return Err(wrong_type(place, expected(kind), &value));
    };
    if converted == value {
        return Ok(Some(value));
    }
    notes.add(place, NoteKind::Coerced);
    Ok(Some(converted))
}

/// What is wrong, without repeating more than a few words of the client's data.
pub(crate) fn wrong_type(place: Place<'_>, expected: &str, found: &Value) -> Error {
    Error::invalid_value(format!("`{place}` must be {expected}, not {}", describe(found)))
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(text) if text.chars().count() <= 40 => format!("the text `{text}`"),
        Value::String(_) => "such a text".into(),
        Value::Array(_) => "an array".into(),
        Value::Object(_) => "an object".into(),
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "a text",
        Kind::Boolean => "`true` or `false`",
        Kind::Decimal => "a number",
        Kind::Integer => "a whole number",
        Kind::DateTime => "a date and time as in `2026-01-31T08:00:00Z`",
        Kind::Binary => "base64 text",
        Kind::Reference => "a URI as text",
        Kind::Complex => "an object",
    }
}

fn check_length(kind: Kind, value: &Value, place: Place<'_>) -> Result<(), Error> {
    let Value::String(text) = value else { return Ok(()) };
    let longest = if kind == Kind::Binary { LONGEST_BINARY } else { LONGEST_TEXT };
    if text.len() > longest && text.chars().count() > longest {
        return Err(Error::invalid_value(format!("`{place}` is longer than {longest} characters")));
    }
    Ok(())
}

fn convert(kind: Kind, value: &Value) -> Option<Value> {
    match kind {
        Kind::String => to_text(value),
        Kind::Boolean => to_boolean(value),
        Kind::Decimal => to_decimal(value),
        Kind::Integer => to_integer(value),
        Kind::DateTime => text_if(value, is_date_time),
        Kind::Binary => text_if(value, is_base64),
        Kind::Reference => text_if(value, |_| true),
        Kind::Complex => None,
    }
}

fn to_text(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => Some(Value::String(text.clone())),
        Value::Number(number) => Some(Value::String(number.to_string())),
        Value::Bool(truth) => Some(Value::String(truth.to_string())),
        _ => None,
    }
}

fn to_boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(truth) => Some(Value::Bool(*truth)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

fn to_decimal(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) => Some(Value::Number(number.clone())),
        Value::String(text) => {
            text.parse::<i64>().ok().map(Number::from).or_else(|| finite(text)).map(Value::Number)
        }
        _ => None,
    }
}

fn finite(text: &str) -> Option<Number> {
    text.parse().ok().and_then(Number::from_f64)
}

fn to_integer(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(value.clone()),
        Value::Number(number) => whole(number.as_f64()?),
        Value::String(text) => text.parse::<i64>().ok().map(Value::from),
        _ => None,
    }
}

fn whole(number: f64) -> Option<Value> {
    let exact = number.fract() == 0.0 && number.abs() <= LARGEST_EXACT;
    // Exact by the line above.
    exact.then_some(Value::from(number as i64))
}

fn text_if(value: &Value, good: impl Fn(&str) -> bool) -> Option<Value> {
    value.as_str().filter(|text| good(text)).map(Value::from)
}

/// Whatever filters and sorting can read.
fn is_date_time(text: &str) -> bool {
    crate::text::instant(text).is_some()
}

/// Standard and URL alphabet, padded or not; line breaks are common in certificates.
fn is_base64(text: &str) -> bool {
    let standard: Vec<u8> =
        text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(to_standard).collect();
    BASE64.decode(standard).is_ok()
}

fn to_standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}
