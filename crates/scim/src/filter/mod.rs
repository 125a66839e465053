//! Filters (RFC 7644 §3.4.2.2): as written ([`Filter`]), and as typed for a resource type ([`Bound`]).
//!
//! A filter is parsed once, printed canonically, and bound to a schema. The bound form is evaluated against resources
//! here and is translated to SQL by the store; both must give the same answer, so its meaning is written down on it.
//!
//! Leniencies: bare words for text (`userName eq jyoung`), keywords in any case, and a sub-attribute behind brackets
//! (`emails[type eq "work"].value eq "a"`, Entra) for a test of the same element.

mod bind;
mod bound;
mod parse;

pub(crate) use bound::has_value;
pub use bound::{Bound, Op, Operand, Test};
pub(crate) use parse::parse_patch_path;

use crate::Error;
use crate::path::AttributePath;
use serde_json::{Number, Value};
use std::fmt;

/// A filter as written.
///
/// `And` and `Or` hold two or more filters and never directly their own kind; [`Filter::parse`] and the printed form
/// agree on that.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them.
    And(Vec<Filter>),
    /// Any of them.
    Or(Vec<Filter>),
    /// Not this one.
    Not(Box<Filter>),
    /// `path pr`.
    Present(AttributePath),
    /// `path op value`.
    Compare {
        /// What is compared.
        path: AttributePath,
        /// How.
        op: CompareOp,
        /// With what.
        value: Literal,
    },
    /// `path[filter]`: one element satisfies the whole filter.
    ValuePath {
        /// The attribute whose elements are meant.
        path: AttributePath,
        /// What one of them satisfies.
        filter: Box<Filter>,
    },
}

/// The operators of RFC 7644 table 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater, later.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less, earlier.
    Lt,
    /// Less or equal.
    Le,
}

impl CompareOp {
    /// Whether a part of the value is compared, and not the whole.
    pub(crate) fn is_partial(self) -> bool {
        matches!(self, Self::Co | Self::Sw | Self::Ew)
    }
}

/// The value of a comparison as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text, in quotes or bare.
    String(String),
    /// A JSON number, if its canonical text is what was written; otherwise it is text, so that nothing is lost.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}

/// How large a filter may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text.
    pub length: usize,
    /// Parentheses and brackets within each other.
    pub depth: usize,
    /// Comparisons and presence tests in all.
    pub terms: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { length: 8 * 1024, depth: 32, terms: 200 }
    }
}

impl CompareOp {
    const ALL: [Self; 9] =
        [Self::Eq, Self::Ne, Self::Co, Self::Sw, Self::Ew, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// The operator as the RFC writes it.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    fn from_keyword(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.keyword().eq_ignore_ascii_case(word))
    }
}

impl Literal {
    /// A boolean, also when written as text: Entra sends `"True"`.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::String(text) => Value::String(text.clone()),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Bool(value) => Value::Bool(*value),
            Self::Null => Value::Null,
        }
    }
}

impl Filter {
    /// Reads a filter within the default limits.
    ///
    /// # Errors
    /// `invalidFilter` with the position and what would have been right; `tooMany` for too many terms.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::parse(text, &Limits::default())
    }

    /// Reads a filter within these limits.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn parse_within(text: &str, limits: &Limits) -> Result<Self, Error> {
        parse::parse(text, limits)
    }

    /// The names and values of a filter that is nothing but `name eq value`, joined by `and`: the element that a PATCH
    /// has to create when its value path finds none.
    pub fn only_equalities(&self) -> Option<Vec<(String, Value)>> {
        let terms = match self {
            Self::And(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let mut pairs: Vec<(String, Value)> = Vec::with_capacity(terms.len());
        for term in terms {
            let (name, value) = term.equality()?;
            match pairs.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name)) {
                Some((_, other)) if *other == value => {}
                Some(_) => return None,
                None => pairs.push((name, value)),
            }
        }
        Some(pairs)
    }

    fn equality(&self) -> Option<(String, Value)> {
        match self {
            Self::Compare { path, op: CompareOp::Eq, value } if *value != Literal::Null => {
                let plain = path.schema.is_none() && path.sub.is_none();
                plain.then(|| (path.attribute.clone(), value.to_value()))
            }
            _ => None,
        }
    }

    /// All of these; `and` within `and` is one list.
    fn all(items: Vec<Self>) -> Self {
        let flat = items.into_iter().flat_map(|item| match item {
            Self::And(inner) => inner,
            other => vec![other],
        });
        Self::one_or(flat.collect(), Self::And)
    }

    /// Any of these; `or` within `or` is one list.
    fn any(items: Vec<Self>) -> Self {
        let flat = items.into_iter().flat_map(|item| match item {
            Self::Or(inner) => inner,
            other => vec![other],
        });
        Self::one_or(flat.collect(), Self::Or)
    }

    fn one_or(mut items: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Self {
        match items.pop() {
            Some(only) if items.is_empty() => only,
            last => {
                items.extend(last);
                join(items)
            }
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(items) => write_joined(formatter, items, " and "),
            Self::Or(items) => write_joined(formatter, items, " or "),
            Self::Not(inner) => write!(formatter, "not ({inner})"),
            Self::Present(path) => write!(formatter, "{path} pr"),
            Self::Compare { path, op, value } => write!(formatter, "{path} {} {value}", op.keyword()),
            Self::ValuePath { path, filter } => write!(formatter, "{path}[{filter}]"),
        }
    }
}

/// `or` binds weaker than `and`, so within a list only an `or` needs parentheses.
fn write_joined(formatter: &mut fmt::Formatter<'_>, items: &[Filter], joint: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            formatter.write_str(joint)?;
        }
        match item {
            Filter::Or(_) => write!(formatter, "({item})")?,
            _ => write!(formatter, "{item}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => write!(formatter, "{}", Value::from(text.as_str())),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Null => formatter.write_str("null"),
        }
    }
}

#[cfg(test)]
mod tests;
