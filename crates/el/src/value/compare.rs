//! Equality and order of values, as Spring's language has them: numbers by their value, text by UTF-16 code units, and
//! different kinds never equal.

use super::Value;
use serde_json::Value as Json;
use std::cmp::Ordering;

/// `a == b`.
pub(crate) fn equal(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Boolean(a), Value::Boolean(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Time(a), Value::Time(b)) => a.instant() == b.instant(),
        (Value::Time(time), Value::Text(text)) | (Value::Text(text), Value::Time(time)) => {
            time.to_string() == text.as_ref()
        }
        (Value::Country(a), Value::Country(b)) => a == b,
        (Value::Group(a), Value::Group(b)) => a.id == b.id,
        _ => numbers(a, b).map_or_else(|| same_structure(a, b), |order| order == Ordering::Equal),
    }
}

/// What `<` and its like go by; none if the two have no order.
pub(crate) fn order(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Some(text_order(a, b)),
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.instant().cmp(&b.instant())),
        _ => numbers(a, b),
    }
}

/// As Java compares; differs from the order of bytes only beyond U+FFFF.
fn text_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn numbers(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        _ => number(a)?.partial_cmp(&number(b)?),
    }
}

#[expect(clippy::cast_precision_loss, reason = "Java compares mixed numbers as double, too")]
fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Number(value) => Some(*value),
        _ => None,
    }
}

fn same_structure(a: &Value<'_>, b: &Value<'_>) -> bool {
    if let (Some(a), Some(b)) = (a.elements(), b.elements()) {
        return a.size_hint() == b.size_hint() && a.zip(b).all(|(a, b)| equal(&a, &b));
    }
    match (entries(a), entries(b)) {
        (Some(a_entries), Some(b_entries)) => {
            let same = |(key, value): &(&str, Value<'_>)| b.property(key).is_some_and(|it| equal(value, &it));
            a_entries.len() == b_entries.len() && a_entries.iter().all(same)
        }
        _ => false,
    }
}

fn entries<'v>(value: &'v Value<'_>) -> Option<Vec<(&'v str, Value<'v>)>> {
    match value {
        Value::Map(entries) => {
            Some(entries.iter().map(|(key, value)| (key.as_ref(), value.clone())).collect())
        }
        Value::Json(Json::Object(object)) => {
            Some(object.iter().map(|(key, value)| (key.as_str(), Value::json(value))).collect())
        }
        _ => None,
    }
}
