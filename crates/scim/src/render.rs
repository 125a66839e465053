//! What the server adds to a stored document before a client sees it: `id`, `meta`, and the relations that are kept
//! elsewhere. The document is spliced as text, because it is in its final form already.

use crate::etag::Version;
use crate::patch::Member;
use crate::schema::{GROUP, ResourceType};
use crate::{Object, schema};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fmt::Write;

/// What the server knows of a resource beside its document.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// `User` or `Group`.
    pub resource_type: &'a ResourceType,
    /// The id.
    pub id: &'a str,
    /// Where the SCIM endpoints are, without a slash at the end.
    pub base_url: &'a str,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// The entity tag.
    pub version: i64,
}

/// What is related to a resource and kept apart from its document.
#[derive(Debug, Clone, Copy)]
pub enum Relations<'a> {
    /// Not asked for, or left out.
    None,
    /// The groups that a user is in: id and name.
    Groups(&'a [(String, String)]),
    /// The members of a group.
    Members(&'a [Member]),
}

impl Envelope<'_> {
    /// Where the resource is.
    pub fn location(&self) -> String {
        format!("{}{}/{}", self.base_url, self.resource_type.endpoint, self.id)
    }

    /// The whole resource as JSON text, from a document in canonical form.
    pub fn splice(&self, document: &str, relations: Relations<'_>) -> String {
        let inner =
            document.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
        let mut out = String::with_capacity(document.len() + 400);
        let id = Value::from(self.id);
        write!(out, "{{\"id\":{id},{inner}").expect("text can be written to a string");
        if !inner.is_empty() {
            out.push(',');
        }
        if let Some((name, value)) = self.relation(relations) {
            write!(out, "\"{name}\":{value},").expect("text can be written to a string");
        }
        write!(out, "\"meta\":{}}}", self.meta()).expect("text can be written to a string");
        out
    }

    /// The same as an object, for a projection to work on.
    pub fn wrap(&self, document: Object, relations: Relations<'_>) -> Object {
        let mut object = Object::new();
        object.insert("id".into(), self.id.into());
        object.extend(document);
        object.extend(self.relation(relations).map(|(name, value)| (name.to_owned(), value)));
        object.insert("meta".into(), self.meta());
        object
    }

    fn meta(&self) -> Value {
        json!({
            "resourceType": self.resource_type.name,
            "created": self.created.to_string(),
            "lastModified": self.modified.to_string(),
            "location": self.location(),
            "version": Version(self.version).to_string(),
        })
    }

    fn relation(&self, relations: Relations<'_>) -> Option<(&'static str, Value)> {
        match relations {
            Relations::Groups(groups) if !groups.is_empty() => {
                let group = |(id, name): &(String, String)| {
                    let location = format!("{}/Groups/{id}", self.base_url);
                    json!({ "value": id, "$ref": location, "display": name, "type": "direct" })
                };
                Some(("groups", groups.iter().map(group).collect()))
            }
            Relations::Members(members) if !members.is_empty() => {
                Some(("members", members.iter().map(|member| self.member(member)).collect()))
            }
            Relations::None | Relations::Groups(_) | Relations::Members(_) => None,
        }
    }

    fn member(&self, member: &Member) -> Value {
        let mut element = member.to_object();
        let endpoint = if member.kind.as_deref() == Some("Group") { "Groups" } else { "Users" };
        element.insert("$ref".into(), format!("{}/{endpoint}/{}", self.base_url, member.value).into());
        Value::Object(element)
    }
}

/// Whether every attribute of the type is returned unless left out, so that a document can be shown as it is.
pub fn shows_everything(resource_type: &ResourceType) -> bool {
    let own = resource_type.extensions.iter().map(|extension| &extension.schema);
    own.filter(|schema| schema.id != schema::RECORD && schema.id != GROUP)
        .flat_map(|schema| &schema.attributes)
        .flat_map(|attribute| std::iter::once(attribute).chain(&attribute.sub_attributes))
        .all(|attribute| matches!(attribute.returned, schema::Returned::Default | schema::Returned::Always))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Catalog;

    fn spliced(document: &str, relations: Relations<'_>) -> (Value, Value) {
        let catalog = Catalog::standard();
        let envelope = Envelope {
            resource_type: &catalog.user,
            id: "a\"b",
            base_url: "https://x/scim/v2",
            created: Timestamp::UNIX_EPOCH,
            modified: Timestamp::UNIX_EPOCH,
            version: 3,
        };
        let text = serde_json::from_str(&envelope.splice(document, relations)).unwrap();
        let object = envelope.wrap(serde_json::from_str(document).unwrap(), relations);
        (text, Value::Object(object))
    }

    #[test]
    fn the_text_and_the_object_are_the_same_resource() {
        let groups = [("g1".to_owned(), "Sales".to_owned())];
        for document in [r#"{"userName":"ada"}"#, "{}"] {
            for relations in [Relations::None, Relations::Groups(&groups), Relations::Groups(&[])] {
                let (text, object) = spliced(document, relations);
                assert_eq!(text, object);
            }
        }
        let (resource, _) = spliced(r#"{"userName":"ada"}"#, Relations::Groups(&groups));
        assert_eq!(resource["id"], "a\"b");
        assert_eq!(resource["meta"]["version"], "W/\"3\"");
        assert_eq!(resource["groups"][0]["$ref"], "https://x/scim/v2/Groups/g1");
    }

    #[test]
    fn members_refer_to_their_kind() {
        let member = |kind: &str| Member { value: "m".into(), kind: Some(kind.into()), display: None };
        let members = [member("User"), member("Group")];
        let (resource, _) = spliced("{}", Relations::Members(&members));
        assert_eq!(resource["members"][0]["$ref"], "https://x/scim/v2/Users/m");
        assert_eq!(resource["members"][1]["$ref"], "https://x/scim/v2/Groups/m");
    }

    #[test]
    fn the_standard_types_show_everything() {
        assert!(shows_everything(&Catalog::standard().user) && shows_everything(&Catalog::standard().group));
    }
}
