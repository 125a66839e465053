//! `Convert.*`: numbers of text and of other numbers, with Java's rounding and its 32 bits.

use super::{Call, Entry, Fault, Outcome};
use crate::value::Value;

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "Convert.toInt(value: any) -> integer",
        "A whole number of text or of a number, rounded to the nearest, half upwards. A fraction beyond 32 bits wraps \
         around, as in Java; such text is an error.",
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
        Value::Integer(value) => Ok(Value::Integer(value)),
        Value::Number(value) => Ok(Value::Integer(i64::from(wrapped(rounded(value))))),
        Value::Text(text) => {
            let value = rounded(read(&text)?);
            let fits = i32::try_from(value).is_ok();
            if fits { Ok(Value::Integer(value)) } else { Err(too_large(&text)) }
        }
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

fn too_large(text: &str) -> Box<Fault> {
    let shown: String = text.chars().take(40).collect();
    Fault::new(format!("`{shown}` does not fit into 32 bits")).at(0)
}

/// `Math.round(value)`: to the nearest, half towards positive infinity.
#[expect(clippy::cast_possible_truncation, reason = "what Java does with a number that does not fit")]
fn rounded(value: f64) -> i64 {
    (value + 0.5).floor() as i64
}

/// `(int) value`: the lower 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "what Java does with a number that does not fit")]
fn wrapped(value: i64) -> i32 {
    value as i32
}
