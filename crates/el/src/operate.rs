//! Operators on values: comparison, arithmetic on whole numbers and fractions, joining of text, and `matches`.

use crate::functions::{Fault, Outcome};
use crate::machine::Machine;
use crate::pattern::JavaRegex;
use crate::settings::{Matching, Nulls};
use crate::syntax::BinaryOp;
use crate::value::{self, Value, scalar_text};
use std::borrow::Cow;
use std::cmp::Ordering;

/// Any operator that looks at both sides.
pub(crate) fn binary<'a>(machine: &mut Machine<'a>, op: BinaryOp, a: Value<'a>, b: Value<'a>) -> Outcome<'a> {
    match op {
        BinaryOp::Equal => Ok(Value::Boolean(value::equal(&a, &b))),
        BinaryOp::NotEqual => Ok(Value::Boolean(!value::equal(&a, &b))),
        BinaryOp::Less => compare(machine, &a, &b, Ordering::is_lt),
        BinaryOp::LessOrEqual => compare(machine, &a, &b, Ordering::is_le),
        BinaryOp::Greater => compare(machine, &a, &b, Ordering::is_gt),
        BinaryOp::GreaterOrEqual => compare(machine, &a, &b, Ordering::is_ge),
        BinaryOp::Matches => matches_dynamic(machine, a, &b),
        BinaryOp::Add => add(machine, a, b),
        _ => arithmetic(op, &a, &b),
    }
}

/// Null comes first in Java mode; otherwise nothing about null is true.
fn compare<'a>(
    machine: &Machine<'a>,
    a: &Value<'a>,
    b: &Value<'a>,
    holds: fn(Ordering) -> bool,
) -> Outcome<'a> {
    let java = machine.settings.nulls == Nulls::Java;
    let order = match (a, b) {
        (Value::Null, _) | (_, Value::Null) if !java => return Ok(Value::Boolean(false)),
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Null, _) => Some(Ordering::Less),
        (_, Value::Null) => Some(Ordering::Greater),
        _ => value::order(a, b),
    };
    match order {
        Some(order) => Ok(Value::Boolean(holds(order))),
        None => Err(Fault::new(format!("{} and {} have no order", a.describe(), b.describe()))),
    }
}

/// `matches` with a literal.
pub(crate) fn matches<'a>(machine: &mut Machine<'a>, text: Value<'a>, regex: &JavaRegex) -> Outcome<'a> {
    let text = match text {
        Value::Null => return null_match(machine),
        Value::Text(text) => text,
        other => match scalar_text(&other) {
            Some(text) => Cow::Owned(text),
            None => {
                return Err(Fault::new(format!("`matches` looks at text, and this is {}", other.describe())));
            }
        },
    };
    let found = match machine.settings.matching {
        Matching::Whole => regex.is_whole_match(&text),
        Matching::Part => regex.is_part_match(&text)?,
    };
    Ok(Value::Boolean(found))
}

fn null_match<'a>(machine: &Machine<'a>) -> Outcome<'a> {
    match machine.settings.nulls {
        Nulls::Java => Err(Fault::new("`matches` looks at text, and this is null").at(0)),
        _ => Ok(Value::Boolean(false)),
    }
}

fn matches_dynamic<'a>(machine: &mut Machine<'a>, text: Value<'a>, pattern: &Value<'a>) -> Outcome<'a> {
    let Some(pattern) = pattern.as_text() else {
        return Err(Fault::new(format!("a pattern is text, and this is {}", pattern.describe())).at(1));
    };
    let regex = machine.regex(pattern).map_err(|fault| fault.at(1))?;
    matches(machine, text, &regex)
}

impl Machine<'_> {
    /// Compiles a pattern that is not a literal, within the bound for such patterns.
    pub(crate) fn regex(&mut self, pattern: &str) -> Result<JavaRegex, Box<Fault>> {
        let most = self.settings.limits.pattern;
        if pattern.len() > most {
            return Err(Fault::new(format!("the pattern is longer than {most} bytes")));
        }
        // Compiling costs far more than a step.
        self.charge(100)?;
        JavaRegex::compile(pattern)
    }
}

/// Joins text, or adds numbers.
fn add<'a>(machine: &mut Machine<'a>, a: Value<'a>, b: Value<'a>) -> Outcome<'a> {
    let is_text = |value: &Value<'_>| matches!(value, Value::Text(_));
    let null = a.is_null() || b.is_null();
    if is_text(&a) || is_text(&b) || (null && machine.settings.nulls == Nulls::Empty && !has_number(&a, &b)) {
        let nulls = machine.settings.nulls;
        let a = joined(a, nulls).map_err(|fault| fault.at(0))?;
        let b = joined(b, nulls).map_err(|fault| fault.at(1))?;
        machine.produce(a.len() + b.len())?;
        let mut text = a.into_owned();
        text.push_str(&b);
        return Ok(Value::from(text));
    }
    arithmetic(BinaryOp::Add, &a, &b)
}

fn has_number(a: &Value<'_>, b: &Value<'_>) -> bool {
    [a, b].iter().any(|it| matches!(it, Value::Integer(_) | Value::Number(_)))
}

/// A side of a concatenation.
fn joined(value: Value<'_>, nulls: Nulls) -> Result<Cow<'_, str>, Box<Fault>> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Null => match nulls {
            Nulls::Strict => Err(Fault::null_text()),
            Nulls::Java => Ok(Cow::Borrowed("null")),
            Nulls::Empty => Ok(Cow::Borrowed("")),
        },
        other => match scalar_text(&other) {
            Some(text) => Ok(Cow::Owned(text)),
            None => Err(Fault::new(format!("{} cannot be joined to text", other.describe()))
                .help("`Arrays.toCsvString(…)` makes text of a list")),
        },
    }
}

/// Whole numbers stay whole, as in Java; with a fraction on either side it is calculated with fractions.
fn arithmetic<'a>(op: BinaryOp, a: &Value<'a>, b: &Value<'a>) -> Outcome<'a> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => whole(op, *a, *b),
        _ => fraction(op, float(a).map_err(|fault| fault.at(0))?, float(b).map_err(|fault| fault.at(1))?),
    }
}

fn whole<'a>(op: BinaryOp, a: i64, b: i64) -> Outcome<'a> {
    if b == 0 && matches!(op, BinaryOp::Divide | BinaryOp::Remainder) {
        return Err(Fault::new("division by zero").at(1));
    }
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Subtract => a.checked_sub(b),
        BinaryOp::Multiply => a.checked_mul(b),
        BinaryOp::Divide => a.checked_div(b),
        BinaryOp::Remainder => a.checked_rem(b),
        _ => return power(a, b),
    };
    result.map(Value::Integer).ok_or_else(too_large)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "Java's own way, by way of double"
)]
fn power<'a>(a: i64, b: i64) -> Outcome<'a> {
    match u32::try_from(b) {
        Ok(b) => a.checked_pow(b).map(Value::Integer).ok_or_else(too_large),
        Err(_) => {
            let value = (a as f64).powf(b as f64);
            if value.is_finite() { Ok(Value::Integer(value as i64)) } else { Err(too_large()) }
        }
    }
}

fn fraction<'a>(op: BinaryOp, a: f64, b: f64) -> Outcome<'a> {
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide => a / b,
        BinaryOp::Remainder => a % b,
        _ => a.powf(b),
    };
    if b == 0.0 && !result.is_finite() {
        return Err(Fault::new("division by zero").at(1));
    }
    if result.is_finite() { Ok(Value::Number(result)) } else { Err(too_large()) }
}

fn too_large() -> Box<Fault> {
    Fault::new("the result is too large for a number")
}

#[expect(clippy::cast_precision_loss, reason = "Java widens whole numbers to double in the same way")]
fn float(value: &Value<'_>) -> Result<f64, Box<Fault>> {
    match value {
        Value::Integer(value) => Ok(*value as f64),
        Value::Number(value) => Ok(*value),
        other => Err(not_a_number(other)),
    }
}

fn not_a_number(value: &Value<'_>) -> Box<Fault> {
    let fault = Fault::new(format!("expected a number, found {}", value.describe()));
    match value {
        Value::Text(_) => fault.help("`Convert.toInt(…)` makes a number of text"),
        _ => fault,
    }
}

/// `-value`.
pub(crate) fn negate<'a>(value: &Value<'a>) -> Outcome<'a> {
    match value {
        Value::Integer(value) => value.checked_neg().map(Value::Integer).ok_or_else(too_large),
        Value::Number(value) => Ok(Value::Number(-value)),
        other => Err(not_a_number(other)),
    }
}

/// `+value`.
pub(crate) fn number(value: Value<'_>) -> Outcome<'_> {
    match value {
        Value::Integer(_) | Value::Number(_) => Ok(value),
        other => Err(not_a_number(&other)),
    }
}
