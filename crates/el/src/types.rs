//! Types of attributes and results, as far as a checker needs them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The type of an attribute or of a part of an expression.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Type {
    /// Not known; everything is allowed.
    #[default]
    Any,
    /// Always null.
    Null,
    /// A truth value.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A time (Identity Engine).
    Time,
    /// A country (Identity Engine).
    Country,
    /// A list of elements of one type.
    List(Arc<Type>),
    /// Something with properties.
    Object(Arc<Fields>),
}

/// The properties of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    /// Those that are known.
    pub known: BTreeMap<Box<str>, Type>,
    /// Whether there may be others.
    pub open: bool,
}

impl Type {
    /// A list of elements of this type.
    pub fn list(element: Type) -> Self {
        Self::List(Arc::new(element))
    }

    /// An object with these properties and no others.
    pub fn object<'n>(fields: impl IntoIterator<Item = (&'n str, Type)>) -> Self {
        let known = fields.into_iter().map(|(name, kind)| (Box::from(name), kind)).collect();
        Self::Object(Arc::new(Fields { known, open: false }))
    }

    /// An object of which nothing is known.
    pub fn any_object() -> Self {
        Self::Object(Arc::new(Fields { known: BTreeMap::new(), open: true }))
    }

    /// Whether it is known to be neither this nor unknown nor null.
    pub(crate) fn is_surely_not(&self, accepted: &[Type]) -> bool {
        !matches!(self, Self::Any | Self::Null) && !accepted.contains(self)
    }

    /// The type of either of two parts.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Null, it) | (it, Self::Null) => it,
            (Self::Integer, Self::Number) | (Self::Number, Self::Integer) => Self::Number,
            _ => Self::Any,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "anything",
            Self::Null => "null",
            Self::Boolean => "a truth value",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Text => "text",
            Self::Time => "a time",
            Self::Country => "a country",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        })
    }
}
