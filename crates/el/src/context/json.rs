//! A context that is one JSON document: for the command line, for tests, and for trying an expression out.

use super::{Attribute, Context, Group, Relation};
use crate::value::Value;
use serde_json::Value as Json;

/// A context over a JSON object. Everything is optional:
///
/// ```json
/// {
///   "user":    { "firstName": "Ada", "name": { "givenName": "Ada" } },
///   "appuser": { "email": "ada@example.com" },
///   "org":     { "name": "Example" },
///   "groups":  [ { "id": "00g1", "name": "Sales", "type": "OKTA_GROUP", "source": { "id": "0oa1" } } ],
///   "internal":         { "id": "00u1", "status": "ACTIVE" },
///   "manager":          { "login": "grace@example.com" },
///   "managerAppUser":   { "google": { "email": "grace@example.com" } },
///   "assistant":        { "login": "alan@example.com" },
///   "assistantAppUser": { "google": { "email": "alan@example.com" } },
///   "directoryUser":    { "managerUpn": "grace@example.com" },
///   "workdayUser":      { "employeeID": "123456" },
///   "linkedObjects":    { "manager": { "lastName": "Hopper" } }
/// }
/// ```
///
/// Any other key is a root too: `{"active_directory": {…}}` is asked as `active_directory.managerUpn`.
#[derive(Debug, Clone, Copy)]
pub struct JsonContext<'j> {
    document: &'j Json,
}

impl<'j> JsonContext<'j> {
    /// A context over this document; anything but an object knows nothing.
    pub fn new(document: &'j Json) -> Self {
        Self { document }
    }

    fn object(&self, keys: &[&str]) -> Option<Value<'_>> {
        let found = keys.iter().try_fold(self.document, |value, key| value.get(key))?;
        found.is_object().then(|| Value::json(found))
    }
}

impl Context for JsonContext<'_> {
    fn attribute(&self, attribute: &Attribute) -> Option<Value<'_>> {
        attribute.within(self.document.get(attribute.root.as_ref())?)
    }

    fn groups(&self) -> Box<dyn Iterator<Item = Group<'_>> + '_> {
        let groups = self.document.get("groups").and_then(Json::as_array);
        Box::new(groups.into_iter().flatten().filter_map(group))
    }

    fn related(&self, relation: &Relation<'_>) -> Option<Value<'_>> {
        match relation {
            Relation::Manager { .. } => self.object(&["manager"]),
            Relation::ManagerApp { app, .. } => self.object(&["managerAppUser", app]),
            Relation::Assistant { .. } => self.object(&["assistant"]),
            Relation::AssistantApp { app, .. } => self.object(&["assistantAppUser", app]),
            Relation::DirectoryUser => self.object(&["directoryUser"]),
            Relation::WorkdayUser => self.object(&["workdayUser"]),
            Relation::Linked { name } => self.object(&["linkedObjects", name]),
        }
    }

    fn internal(&self, property: &str) -> Option<Value<'_>> {
        self.document.get("internal")?.get(property).map(Value::json)
    }
}

/// A group of the document; its name may also stand in its profile.
fn group(json: &Json) -> Option<Group<'_>> {
    let more = json.as_object()?;
    let text = |key: &str| more.get(key).and_then(Json::as_str);
    let within = |outer: &str, key: &str| more.get(outer)?.get(key)?.as_str();
    Some(Group {
        id: text("id").unwrap_or_default(),
        name: text("name").or_else(|| within("profile", "name"))?,
        kind: text("type").unwrap_or("OKTA_GROUP"),
        source_id: within("source", "id"),
        description: text("description").or_else(|| within("profile", "description")),
        more: Some(more),
    })
}
