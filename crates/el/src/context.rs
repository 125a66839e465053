//! What an evaluation asks about the person: attributes, groups, related people. Answers borrow from whoever gives them.

mod json;

pub use json::JsonContext;

use crate::value::Value;
use serde_json::{Map, Value as Json, json};
use std::fmt;

/// Whom an expression is evaluated for.
///
/// A context answers from data that it holds already; it does no I/O. Whatever it does not know is `None`, which is null
/// in the expression.
pub trait Context {
    /// The value of an attribute, or of a whole root if the path is empty.
    fn attribute(&self, attribute: &Attribute) -> Option<Value<'_>>;

    /// The groups that the user is a member of.
    fn groups(&self) -> Box<dyn Iterator<Item = Group<'_>> + '_> {
        Box::new(std::iter::empty())
    }

    /// Somebody or something related to the user, as an object ([`Value::Json`] or [`Value::Map`]).
    fn related(&self, _relation: &Relation<'_>) -> Option<Value<'_>> {
        None
    }

    /// `user.getInternalProperty("status")`: what the directory itself knows of the user.
    fn internal(&self, _property: &str) -> Option<Value<'_>> {
        None
    }
}

/// An attribute that an expression reads: `user.name.givenName` is root `user` with the path `name`, `givenName`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// `user`, `appuser`, `org`, the name of an app.
    pub root: Box<str>,
    /// The names behind it, from the outside in; empty for the root itself.
    pub path: Vec<Box<str>>,
}

impl Attribute {
    /// Reads `user.name.givenName`.
    pub fn parse(text: &str) -> Self {
        let mut names = text.split('.').map(Box::from);
        Self { root: names.next().unwrap_or_default(), path: names.collect() }
    }

    /// Follows the path into a JSON object that stands for the root. Absent anywhere on the way is absent.
    pub fn within<'a>(&self, root: &'a Json) -> Option<Value<'a>> {
        let found = self.path.iter().try_fold(root, |value, name| value.get(name.as_ref()));
        found.map(Value::json)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        self.path.iter().try_for_each(|name| write!(f, ".{name}"))
    }
}

/// A group that the user is a member of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group<'a> {
    /// Its id, `00g…` in Okta.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// `OKTA_GROUP`, `APP_GROUP` or `BUILT_IN`.
    pub kind: &'a str,
    /// The id of the app that it comes from.
    pub source_id: Option<&'a str>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// Everything else that can be asked for, e.g. `objectClass`, `created`, `profile`.
    pub more: Option<&'a Map<String, Json>>,
}

impl<'a> Group<'a> {
    /// A group of which nothing else is known.
    pub fn new(id: &'a str, name: &'a str) -> Self {
        Self { id, name, kind: "OKTA_GROUP", source_id: None, description: None, more: None }
    }

    /// What `group.…` and `.![…]` can ask for.
    pub(crate) fn property(&self, name: &str) -> Option<Value<'a>> {
        let other = || self.more.and_then(|more| more.get(name)).map(Value::json);
        match name {
            "id" => Some(Value::text(self.id)),
            "name" => Some(Value::text(self.name)),
            "type" => Some(Value::text(self.kind)),
            "description" => self.description.map(Value::text).or_else(other),
            "source" => other().or_else(|| Some(map([("id", self.source_id?)]))),
            "profile" => other().or_else(|| Some(self.profile())),
            _ => other(),
        }
    }

    fn profile(&self) -> Value<'a> {
        let description = self.description.map(|it| ("description", it));
        map(std::iter::once(("name", self.name)).chain(description))
    }

    pub(crate) fn to_json(self) -> Json {
        let mut object = self.more.cloned().unwrap_or_default();
        object.insert("id".into(), json!(self.id));
        object.insert("name".into(), json!(self.name));
        object.insert("type".into(), json!(self.kind));
        if let Some(source) = self.source_id {
            object.entry("source").or_insert_with(|| json!({ "id": source }));
        }
        if let Some(description) = self.description {
            object.insert("description".into(), json!(description));
        }
        Json::Object(object)
    }
}

fn map<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value<'a> {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), Value::text(value))).collect())
}

/// Who is meant by a function that leads away from the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation<'q> {
    /// `getManagerUser(source)`: the manager's Okta profile.
    Manager {
        /// The directory that knows the manager.
        source: &'q str,
    },
    /// `getManagerAppUser(source, attributeSource)`: the manager's profile in an app.
    ManagerApp {
        /// The directory that knows the manager.
        source: &'q str,
        /// The app whose profile is meant.
        app: &'q str,
    },
    /// `getAssistantUser(source)`.
    Assistant {
        /// The directory that knows the assistant.
        source: &'q str,
    },
    /// `getAssistantAppUser(source, attributeSource)`.
    AssistantApp {
        /// The directory that knows the assistant.
        source: &'q str,
        /// The app whose profile is meant.
        app: &'q str,
    },
    /// `findDirectoryUser()`: the Active Directory profile, if there is exactly one.
    DirectoryUser,
    /// `findWorkdayUser()`: the Workday profile, if there is exactly one.
    WorkdayUser,
    /// `user.getLinkedObject(name)`: the primary of a linked object.
    Linked {
        /// The name of the relation, e.g. `manager`.
        name: &'q str,
    },
}
