//! A filter that has been typed for a resource type, and what it means.
//!
//! The store translates this form to SQL; [`Bound::matches`] is the meaning that its translation has to keep.

use super::CompareOp;
use crate::path::Target;
use crate::{Object, text};
use jiff::Timestamp;
use serde_json::Value;
use std::cmp::Ordering;

/// A filter whose attributes are known and whose values have their types.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// All of them.
    And(Vec<Bound>),
    /// Any of them.
    Or(Vec<Bound>),
    /// Not this one.
    Not(Box<Bound>),
    /// One test of one attribute.
    Test(Test),
    /// One and the same element of a complex attribute satisfies the filter, whose targets are relative to it.
    Element {
        /// The attribute.
        target: Target,
        /// What the element satisfies.
        filter: Box<Bound>,
    },
    /// Nothing satisfies it: the attribute does not exist on this resource type.
    Never,
}

/// A test of one attribute: true if any of its values satisfies it (RFC 7644 §3.4.2.2).
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What is tested. Its kind is never complex, unless it is tested for presence or against null.
    pub target: Target,
    /// The test.
    pub op: Op,
}

/// The test itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// There is a value that is neither null nor empty.
    Present,
    /// A value compares like this. `Ne` is also true if there is no value; with [`Operand::Null`], `Eq` means absent
    /// and `Ne` present.
    Compare(CompareOp, Operand),
}

/// What values are compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Text: the target's [key](Target::key) of it; of a part of a text, with the blanks around it.
    Text(String),
    /// A number.
    Number(f64),
    /// A boolean, with `Eq` and `Ne` only.
    Bool(bool),
    /// A point in time.
    Instant(Timestamp),
    /// No value, with `Eq` and `Ne` only.
    Null,
}

impl Bound {
    /// Whether a canonical resource, or an element for a filter on elements, satisfies the filter. `id` and `meta` are
    /// expected to be part of the resource.
    pub fn matches(&self, object: &Object) -> bool {
        match self {
            Self::And(items) => items.iter().all(|item| item.matches(object)),
            Self::Or(items) => items.iter().any(|item| item.matches(object)),
            Self::Not(inner) => !inner.matches(object),
            Self::Test(test) => test.matches(object),
            Self::Element { target, filter } => {
                target.values(object).filter_map(Value::as_object).any(|element| filter.matches(element))
            }
            Self::Never => false,
        }
    }
}

impl Test {
    fn matches(&self, object: &Object) -> bool {
        let mut values = self.target.values(object).filter(|value| has_value(value)).peekable();
        match &self.op {
            Op::Present | Op::Compare(CompareOp::Ne, Operand::Null) => values.peek().is_some(),
            Op::Compare(CompareOp::Eq, Operand::Null) => values.peek().is_none(),
            Op::Compare(CompareOp::Ne, operand) => {
                values.peek().is_none() || values.any(|value| !self.holds(CompareOp::Eq, operand, value))
            }
            Op::Compare(op, operand) => values.any(|value| self.holds(*op, operand, value)),
        }
    }

    fn holds(&self, op: CompareOp, operand: &Operand, value: &Value) -> bool {
        match (operand, value) {
            (Operand::Text(wanted), Value::String(text)) => {
                // Of what is written with blanks around it, both forms begin and end somewhere.
                let as_written = || text_holds(op, &self.target.folded(text), wanted);
                text_holds(op, &self.target.key(text), wanted) || (op.is_partial() && as_written())
            }
            (Operand::Number(wanted), Value::Number(number)) => {
                order_holds(op, number.as_f64().and_then(|number| number.partial_cmp(wanted)))
            }
            (Operand::Bool(wanted), Value::Bool(value)) => order_holds(op, Some(value.cmp(wanted))),
            (Operand::Instant(wanted), Value::String(text)) => {
                order_holds(op, text::instant(text).map(|instant| instant.cmp(wanted)))
            }
            _ => false,
        }
    }
}

/// Whether a value counts as one: null, empty text, an empty array and an object without values do not
/// (RFC 7643 §2.5, RFC 7644 table 3).
pub(crate) fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(has_value),
        Value::Object(object) => object.values().any(has_value),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn text_holds(op: CompareOp, text: &str, wanted: &str) -> bool {
    match op {
        CompareOp::Co => text.contains(wanted),
        CompareOp::Sw => text.starts_with(wanted),
        CompareOp::Ew => text.ends_with(wanted),
        _ => order_holds(op, Some(text.cmp(wanted))),
    }
}

fn order_holds(op: CompareOp, ordering: Option<Ordering>) -> bool {
    let Some(ordering) = ordering else { return false };
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}
