//! Scalars as text, the way Java writes them.

use super::Value;

/// The text of anything but null, lists and objects.
pub(crate) fn scalar_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Boolean(value) => Some(value.to_string()),
        Value::Integer(value) => Some(value.to_string()),
        Value::Number(value) => Some(java_number(*value)),
        Value::Time(moment) => Some(moment.to_string()),
        Value::Country(country) => Some(country.alpha2.to_owned()),
        _ => None,
    }
}

/// A number as `Double.toString` writes it: `1.0`, `0.001`, `1.0E10`.
pub(crate) fn java_number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let fraction = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{fraction}E{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_java_does() {
        let cases = [
            (1.0, "1.0"),
            (-0.5, "-0.5"),
            (0.001, "0.001"),
            (0.000_12, "1.2E-4"),
            (12_345_678.0, "1.2345678E7"),
            (1e10, "1.0E10"),
            (9_999_999.5, "9999999.5"),
            (0.0, "0.0"),
        ];
        for (value, text) in cases {
            assert_eq!(java_number(value), text);
        }
    }
}
