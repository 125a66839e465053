//! A record: the resolved fields of a person in the target's names, each with the source that decided it.

use crate::id::SourceName;
use std::collections::BTreeMap;
use std::fmt;

/// A value as a target field holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// Text.
    Text(String),
    /// True or false.
    Flag(bool),
}

/// One field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its value.
    pub value: FieldValue,
    /// Who decided it; `None` for what the lifecycle decides.
    pub source: Option<SourceName>,
}

/// The resolved target fields of one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// By the target's field name, e.g. `user_name`.
    pub fields: BTreeMap<String, Field>,
}

impl Record {
    /// The text of a field.
    pub fn text(&self, field: &str) -> Option<&str> {
        match &self.fields.get(field)?.value {
            FieldValue::Text(text) => Some(text),
            FieldValue::Flag(_) => None,
        }
    }

    /// A flag field.
    pub fn flag(&self, field: &str) -> Option<bool> {
        match self.fields.get(field)?.value {
            FieldValue::Flag(flag) => Some(flag),
            FieldValue::Text(_) => None,
        }
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}
