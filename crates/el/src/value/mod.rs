//! What an expression gives and what a context answers with. Text and JSON are borrowed where that serves.
//!
//! Scalars are always their own variants; [`Value::Json`] holds only lists and objects, so that nobody has to look for
//! the same thing in two places.

mod compare;
mod text;

pub(crate) use compare::{equal, order};
pub(crate) use text::scalar_text;

use crate::context::Group;
use crate::iso3166::Country;
use crate::time::Moment;
use serde_json::{Map, Number, Value as Json};
use std::borrow::Cow;

/// A value, for as long as the context and the program that it borrows from.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; always finite.
    Number(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// A list that was made here.
    List(Vec<Value<'a>>),
    /// Names and values that were made here.
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
    /// A list or an object of the context, as it is there.
    Json(&'a Json),
    /// A point in time with its zone (Identity Engine).
    Time(Box<Moment>),
    /// A country (Identity Engine's `parseCountryCode`).
    Country(&'static Country),
    /// A group that the user is a member of.
    Group(Box<Group<'a>>),
}

impl<'a> Value<'a> {
    /// Borrowed text.
    pub fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// Part of a JSON document.
    pub fn json(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Boolean(*value),
            Json::Number(number) => number_value(number),
            Json::String(text) => Self::text(text),
            Json::Array(_) | Json::Object(_) => Self::Json(json),
        }
    }

    /// What it is, in words for a message.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a truth value",
            Self::Integer(_) => "a whole number",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) | Self::Json(Json::Array(_)) => "a list",
            Self::Time(_) => "a time",
            Self::Country(_) => "a country",
            Self::Group(_) => "a group",
            Self::Map(_) | Self::Json(_) => "an object",
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Null or empty text: what `?:` replaces.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Null) || matches!(self, Self::Text(text) if text.is_empty())
    }

    /// The truth value, if it is one.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is as the text of a record's field: scalars, times and countries have one; null, lists and objects
    /// have none.
    pub fn to_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            other => scalar_text(other).map(Cow::Owned),
        }
    }

    /// A property of an object, a group or a map; none if it has none of that name or cannot have any.
    pub fn property(&self, name: &str) -> Option<Value<'a>> {
        match self {
            Self::Json(Json::Object(object)) => object.get(name).map(Self::json),
            Self::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()),
            Self::Group(group) => group.property(name),
            _ => None,
        }
    }

    /// Whether it has properties.
    pub fn has_properties(&self) -> bool {
        matches!(self, Self::Json(Json::Object(_)) | Self::Map(_) | Self::Group(_))
    }

    /// The elements, if it is a list.
    pub(crate) fn elements(&self) -> Option<Elements<'_, 'a>> {
        match self {
            Self::List(items) => Some(Elements::Made(items.iter())),
            Self::Json(Json::Array(items)) => Some(Elements::Json(items.iter())),
            _ => None,
        }
    }

    /// Element of a list.
    pub(crate) fn element(&self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::List(items) => items.get(index).cloned(),
            Self::Json(Json::Array(items)) => items.get(index).map(Self::json),
            _ => None,
        }
    }

    /// How much work it is to copy.
    pub(crate) fn weight(&self) -> u64 {
        match self {
            Self::List(items) => 1 + items.iter().map(Value::weight).sum::<u64>(),
            Self::Map(entries) => 1 + entries.iter().map(|(_, value)| value.weight()).sum::<u64>(),
            _ => 1,
        }
    }

    /// A value that borrows from this one, which belongs to the program.
    pub(crate) fn lend(constant: &'a Value<'static>) -> Self {
        match constant {
            Value::Text(text) => Self::text(text),
            Value::List(items) => Self::List(items.iter().map(Value::lend).collect()),
            Value::Map(entries) => {
                let lent =
                    entries.iter().map(|(key, value)| (Cow::Borrowed(key.as_ref()), Self::lend(value)));
                Self::Map(lent.collect())
            }
            other => other.clone(),
        }
    }

    /// JSON that borrows nothing.
    pub fn into_json(self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => Json::Bool(value),
            Self::Integer(value) => Json::from(value),
            Self::Number(value) => Number::from_f64(value).map_or(Json::Null, Json::Number),
            Self::Text(text) => Json::String(text.into_owned()),
            Self::List(items) => Json::Array(items.into_iter().map(Value::into_json).collect()),
            Self::Map(entries) => Json::Object(object(entries)),
            Self::Json(json) => json.clone(),
            Self::Time(moment) => Json::String(moment.to_string()),
            Self::Country(country) => Json::String(country.alpha2.to_owned()),
            Self::Group(group) => group.to_json(),
        }
    }
}

fn object(entries: Vec<(Cow<'_, str>, Value<'_>)>) -> Map<String, Json> {
    entries.into_iter().map(|(key, value)| (key.into_owned(), value.into_json())).collect()
}

fn number_value(number: &Number) -> Value<'static> {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => Value::Integer(whole),
        (None, Some(value)) if value.is_finite() => Value::Number(value),
        _ => Value::Null,
    }
}

impl<'a> From<&'a Json> for Value<'a> {
    fn from(json: &'a Json) -> Self {
        Self::json(json)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::text(text)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

/// The elements of a list, of either kind.
pub(crate) enum Elements<'v, 'a> {
    Made(std::slice::Iter<'v, Value<'a>>),
    Json(std::slice::Iter<'a, Json>),
}

impl<'a> Iterator for Elements<'_, 'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        match self {
            Self::Made(items) => items.next().cloned(),
            Self::Json(items) => items.next().map(Value::json),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Made(items) => items.size_hint(),
            Self::Json(items) => items.size_hint(),
        }
    }
}
