//! A record: the resolved fields and roles of a person in the target's names, each field with the source that decided it
//! and with what it was before.

use crate::id::{FieldName, GroupId, PersonId, SourceName};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A value as a target field holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// Text.
    Text(String),
    /// True or false.
    Flag(bool),
    /// One of our people.
    Person(PersonReference),
    /// One of our groups.
    Group(GroupReference),
}

/// A reference to one of our people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonReference {
    /// Who.
    pub id: PersonId,
    /// What the source called them.
    pub said: String,
}

/// A reference to one of our groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupReference {
    /// Which.
    pub id: GroupId,
    /// What the source called it.
    pub said: String,
}

/// One field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its value.
    pub value: FieldValue,
    /// Who decided it; `None` for what the lifecycle or a rule decides.
    pub source: Option<SourceName>,
    /// Since when it is so; `None` where that was never noted.
    pub since: Option<Timestamp>,
    /// What it was before, if it was anything.
    pub former: Option<Box<Former>>,
}

/// What a field was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// Its value as text.
    pub value: String,
    /// Who had decided it.
    pub source: Option<SourceName>,
    /// Since when it was so.
    pub since: Option<Timestamp>,
}

/// The resolved target fields of one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// By the target's field name, e.g. `user_name`.
    pub fields: BTreeMap<FieldName, Field>,
    /// The roles that the policy gives them, of those that it manages.
    pub roles: BTreeSet<String>,
    /// Why a field does not have the value that it should: what was said does not go into it. What it had before stays.
    pub unfit: BTreeMap<FieldName, String>,
}

impl Record {
    /// The text of a field; what the source said, for a reference.
    pub fn text(&self, field: &str) -> Option<&str> {
        match &self.fields.get(field)?.value {
            FieldValue::Text(text) => Some(text),
            other => other.said(),
        }
    }

    /// A flag field.
    pub fn flag(&self, field: &str) -> Option<bool> {
        match self.fields.get(field)?.value {
            FieldValue::Flag(flag) => Some(flag),
            FieldValue::Text(_) | FieldValue::Person(_) | FieldValue::Group(_) => None,
        }
    }

    /// Whom a field refers to.
    pub fn person(&self, field: &str) -> Option<&PersonId> {
        match &self.fields.get(field)?.value {
            FieldValue::Person(person) => Some(&person.id),
            FieldValue::Text(_) | FieldValue::Flag(_) | FieldValue::Group(_) => None,
        }
    }

    /// The groups that fields refer to.
    pub fn groups(&self) -> impl Iterator<Item = (&FieldName, &GroupId)> {
        self.fields.iter().filter_map(|(name, field)| match &field.value {
            FieldValue::Group(group) => Some((name, &group.id)),
            FieldValue::Text(_) | FieldValue::Flag(_) | FieldValue::Person(_) => None,
        })
    }

    /// Whether both say the same of the person, whoever decided it and whenever.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let mut both = self.fields.iter().zip(&other.fields);
        (&self.roles, &self.unfit) == (&other.roles, &other.unfit)
            && self.fields.len() == other.fields.len()
            && both
                .all(|((name, field), (other_name, other))| name == other_name && field.value == other.value)
    }
}

impl FieldValue {
    /// What the source called whom or what the value refers to.
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::Person(person) => Some(&person.said),
            Self::Group(group) => Some(&group.said),
            Self::Text(_) | Self::Flag(_) => None,
        }
    }
}

impl Field {
    /// A field of which only the value is known.
    pub fn new(value: FieldValue) -> Self {
        Self { value, source: None, since: None, former: None }
    }

    /// Since when the value is so, also if another source decides it now.
    pub fn said_since(&self) -> Option<Timestamp> {
        let former = self.former.as_ref().filter(|former| former.value == self.value.to_string());
        former.map_or(self.since, |former| former.since)
    }

    /// This field after `before`: its time and its past, if it differs, and theirs if it does not.
    pub(crate) fn after(mut self, before: Option<&Self>, now: Timestamp) -> Self {
        match before {
            Some(before) if before.value == self.value && before.source == self.source => before.clone(),
            Some(before) => {
                let value = before.value.to_string();
                // However often the source changes, the value is as old as it is.
                let since = if value == self.value.to_string() { before.said_since() } else { before.since };
                self.since = Some(now);
                self.former = Some(Box::new(Former { value, source: before.source.clone(), since }));
                self
            }
            None => {
                self.since = Some(now);
                self
            }
        }
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Person(person) => f.write_str(person.id.as_str()),
            Self::Group(group) => f.write_str(group.id.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_as_old_as_it_is_however_often_its_source_changes() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let says = |source: &str, value: &str| Field {
            source: Some(SourceName::new(source)),
            ..Field::new(FieldValue::Text(value.to_owned()))
        };
        let first = says("hr", "ada").after(None, at(1));
        let second = says("okta", "ada").after(Some(&first), at(2));
        let third = says("hr", "ada").after(Some(&second), at(3));
        assert_eq!((third.since, third.said_since()), (Some(at(3)), Some(at(1))));
        let fourth = says("hr", "eve").after(Some(&third), at(4));
        assert_eq!((fourth.said_since(), fourth.former.unwrap().since), (Some(at(4)), Some(at(3))));
    }
}
