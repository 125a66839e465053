//! `Convert.*`: numbers of text and of other numbers, with Java's rounding and its 32 bits.

use super::{Call, Entry, Fault, Outcome};
use crate::value::Value;

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "Convert.toInt(value: any) -> integer",
        "A whole number of text or of a number, rounded to the nearest, half upwards, within 32 bits as Java has it.",
        (r#"Convert.toInt("1234")"#, "1234"),
        to_int,
    ),
    Entry::new(
        "Convert.toNum(value: any) -> number",
        "A number of text.",
        (r#"Convert.toNum("3.141")"#, "3.141"),
        to_num,
    ),
    Entry::new(
        ".toInteger(value: any) -> integer",
        "A whole number, rounded to the nearest.",
        ("'1.1'.toInteger()", "1"),
        to_int,
    ),
    Entry::new(".toNumber(value: any) -> number", "A number.", ("'1.7'.toNumber()", "1.7"), to_num),
];

fn to_int<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.take(0) {
        Value::Null => Ok(Value::Null),
        Value::Integer(value) => Ok(Value::Integer(wrapped(value))),
        Value::Number(value) => Ok(Value::Integer(rounded(value))),
        Value::Text(text) => match text.trim().parse::<i64>() {
            Ok(value) if i32::try_from(value).is_ok() => Ok(Value::Integer(value)),
            _ => read(&text).map(|value| Value::Integer(rounded(value))),
        },
        other => Err(Fault::new(format!("{} is not a number", other.describe())).at(0)),
    }
}

fn to_num<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.take(0) {
        Value::Null => Ok(Value::Null),
        #[expect(clippy::cast_precision_loss, reason = "Java widens whole numbers to double in the same way")]
        Value::Integer(value) => Ok(Value::Number(value as f64)),
        Value::Number(value) => Ok(Value::Number(value)),
        Value::Text(text) => read(&text).map(Value::Number),
        other => Err(Fault::new(format!("{} is not a number", other.describe())).at(0)),
    }
}

/// Digits, a sign, a point, an exponent; no words such as `inf`.
fn read(text: &str) -> Result<f64, Box<Fault>> {
    let plain = text.chars().all(|c| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E' | ' '));
    let value = text.trim().parse::<f64>().ok().filter(|value| plain && value.is_finite());
    value.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Fault::new(format!("`{shown}` is not a number")).at(0)
    })
}

/// `(int) Math.round(value)`: to the nearest, half towards positive infinity, and the lower 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "what Java does with a number that does not fit")]
fn rounded(value: f64) -> i64 {
    wrapped((value + 0.5).floor() as i64)
}

#[expect(clippy::cast_possible_truncation, reason = "what Java does with a number that does not fit")]
fn wrapped(value: i64) -> i64 {
    i64::from(value as i32)
}
