//! Schemas as data (RFC 7643 §7): what an attribute is, which schemas a resource type has, and how names are found.
//!
//! The built-in schemas are the JSON documents beside this file, in the form of RFC 7643 §8.7; custom extensions come
//! from configuration in the same form and are advertised like the built-in ones. Names and URNs are found without
//! regard to case (RFC 7643 §2.1) and always answered in their canonical spelling.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// URN of the core User schema.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// URN of the core Group schema.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// URN of the enterprise extension of User.
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// URN of the read-only extension that carries the resolved record.
pub const RECORD: &str = "urn:ietf:params:scim:schemas:extension:tenure:2.0:Record";

/// One attribute definition (RFC 7643 §7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attribute {
    /// Canonical spelling of the name.
    pub name: String,
    /// Data type.
    #[serde(rename = "type", default)]
    pub kind: Kind,
    /// Whether the value is an array.
    #[serde(default)]
    pub multi_valued: bool,
    /// For people who read the schema.
    #[serde(default)]
    pub description: String,
    /// Whether a resource without it is refused.
    #[serde(default)]
    pub required: bool,
    /// Whether comparison of text regards case.
    #[serde(default)]
    pub case_exact: bool,
    /// Who may write it, and when.
    #[serde(default)]
    pub mutability: Mutability,
    /// When it is part of an answer.
    #[serde(default)]
    pub returned: Returned,
    /// Where its value is unique.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// Suggested values; others are accepted (RFC 7643 §7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// What a reference may point to: resource types, `external` or `uri`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_types: Vec<String>,
    /// Parts of a complex attribute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_attributes: Vec<Attribute>,
}

/// Data types of RFC 7643 §2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Unicode text.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// A number that may have a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// RFC 3339 date and time with offset.
    DateTime,
    /// Base64 text.
    Binary,
    /// A URI.
    Reference,
    /// An object with sub-attributes.
    Complex,
}

/// Who may write an attribute (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// The server only; what clients send is ignored.
    ReadOnly,
    /// Anybody, at any time.
    #[default]
    ReadWrite,
    /// Set once, then fixed.
    Immutable,
    /// Set, and never shown.
    WriteOnly,
}

/// When an attribute is part of an answer (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// Whatever was asked for.
    Always,
    /// Under no circumstances.
    Never,
    /// Unless left out by request.
    #[default]
    Default,
    /// Only when asked for by name.
    Request,
}

/// Where a value is unique (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Nowhere.
    #[default]
    None,
    /// Among the resources of this server.
    Server,
    /// Everywhere.
    Global,
}

/// A named set of attributes under a URN (RFC 7643 §7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// The URN.
    pub id: String,
    /// Short name for people.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// A resource type: an endpoint with a core schema and extensions (RFC 7643 §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// `User` or `Group`.
    pub name: String,
    /// Path below the base URL, `/Users` or `/Groups`.
    pub endpoint: String,
    /// For people who read the discovery document.
    pub description: String,
    /// The core schema, without the common attributes `schemas`, `id`, `externalId` and `meta`.
    pub schema: Schema,
    /// Extensions in the order in which they are advertised.
    pub extensions: Vec<Extension>,
}

/// A schema that extends a resource type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The extension's schema.
    pub schema: Schema,
    /// Whether every resource must carry it.
    pub required: bool,
}

/// Every resource type and schema that the server speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// People.
    pub user: ResourceType,
    /// Groups.
    pub group: ResourceType,
}

/// A custom extension schema, as configuration gives it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomExtension {
    /// The resource type that it extends: `User` or `Group`.
    pub resource_type: String,
    /// Whether every resource must carry it.
    #[serde(default)]
    pub required: bool,
    /// The schema itself.
    pub schema: Schema,
}

/// A custom extension that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It extends something that we do not serve.
    #[error("extension `{urn}` extends `{resource_type}`; it can extend `User` or `Group`")]
    UnknownResourceType {
        /// The extension.
        urn: String,
        /// What it says it extends.
        resource_type: String,
    },
    /// The id is not a URN.
    #[error("`{0}` is not a schema URN; it must begin with `urn:`")]
    NotAUrn(String),
    /// The URN is already taken.
    #[error("schema `{0}` is defined twice")]
    Duplicate(String),
    /// A name that RFC 7643 §2.1 does not allow.
    #[error(
        "attribute `{attribute}` of `{urn}` is not a valid name; use letters, digits, `_` and `-` after a letter or `$`"
    )]
    BadName {
        /// The extension.
        urn: String,
        /// The name.
        attribute: String,
    },
    /// Two attributes, or two sub-attributes of one attribute, whose names differ at most in case.
    #[error("attribute `{attribute}` of `{urn}` is defined twice")]
    DuplicateAttribute {
        /// The extension.
        urn: String,
        /// The name.
        attribute: String,
    },
    /// A complex attribute without parts, or a simple one with parts.
    #[error("attribute `{attribute}` of `{urn}` must have sub-attributes exactly if its type is complex")]
    BadStructure {
        /// The extension.
        urn: String,
        /// The name.
        attribute: String,
    },
}

static COMMON: LazyLock<Vec<Attribute>> =
    LazyLock::new(|| built_in(include_str!("common.json"), "common attributes"));

fn built_in<T: serde::de::DeserializeOwned>(json: &str, what: &str) -> T {
    // INVARIANT: the documents are part of the crate and every test parses them.
    serde_json::from_str(json).unwrap_or_else(|error| panic!("built-in {what} must parse: {error}"))
}

fn named<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

impl Attribute {
    /// The sub-attribute of this name, in any case.
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        named(&self.sub_attributes, name)
    }
}

impl Schema {
    /// The attribute of this name, in any case. Common attributes are not part of a schema.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        named(&self.attributes, name)
    }
}

impl ResourceType {
    /// The common or core attribute of this name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.schema.attribute(name).or_else(|| named(&COMMON, name))
    }

    /// The extension of this URN, in any case.
    pub fn extension(&self, urn: &str) -> Option<&Schema> {
        self.extensions.iter().map(|e| &e.schema).find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    /// The attributes that every resource has: `schemas`, `id`, `externalId`, `meta` (RFC 7643 §3.1).
    pub fn common_attributes() -> &'static [Attribute] {
        &COMMON
    }
}

impl Catalog {
    /// The schemas of RFC 7643 and Tenure's record extension, and nothing else.
    pub fn standard() -> Self {
        let extension = |json, what| Extension { schema: built_in(json, what), required: false };
        Self {
            user: ResourceType {
                name: "User".into(),
                endpoint: "/Users".into(),
                description: "People, one resource for their whole tenure".into(),
                schema: built_in(include_str!("user.json"), "User schema"),
                extensions: vec![
                    extension(include_str!("enterprise_user.json"), "EnterpriseUser schema"),
                    extension(include_str!("record.json"), "Record schema"),
                ],
            },
            group: ResourceType {
                name: "Group".into(),
                endpoint: "/Groups".into(),
                description: "Groups of people".into(),
                schema: built_in(include_str!("group.json"), "Group schema"),
                extensions: Vec::new(),
            },
        }
    }

    /// The standard schemas and these custom extensions.
    ///
    /// # Errors
    /// The first extension that is not a well-formed, new schema for a resource type that we serve.
    pub fn with_extensions(custom: Vec<CustomExtension>) -> Result<Self, SchemaError> {
        let mut catalog = Self::standard();
        for extension in custom {
            catalog.extend(extension)?;
        }
        Ok(catalog)
    }

    fn extend(&mut self, custom: CustomExtension) -> Result<(), SchemaError> {
        check_schema(&custom.schema)?;
        if self.schema(&custom.schema.id).is_some() {
            return Err(SchemaError::Duplicate(custom.schema.id));
        }
        let target = match custom.resource_type.as_str() {
            "User" => &mut self.user,
            "Group" => &mut self.group,
            other => {
                return Err(SchemaError::UnknownResourceType {
                    urn: custom.schema.id,
                    resource_type: other.into(),
                });
            }
        };
        target.extensions.push(Extension { schema: custom.schema, required: custom.required });
        Ok(())
    }

    /// Both resource types.
    pub fn resource_types(&self) -> [&ResourceType; 2] {
        [&self.user, &self.group]
    }

    /// Every schema, core schemas first.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        let core = self.resource_types().map(|resource_type| &resource_type.schema);
        let extensions =
            self.resource_types().into_iter().flat_map(|r| r.extensions.iter().map(|e| &e.schema));
        core.into_iter().chain(extensions)
    }

    /// The schema of this URN, in any case.
    pub fn schema(&self, urn: &str) -> Option<&Schema> {
        self.schemas().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }
}

fn check_schema(schema: &Schema) -> Result<(), SchemaError> {
    if schema.id.len() < 5 || !schema.id[..4].eq_ignore_ascii_case("urn:") {
        return Err(SchemaError::NotAUrn(schema.id.clone()));
    }
    check_attributes(&schema.id, &schema.attributes)
}

fn check_attributes(urn: &str, attributes: &[Attribute]) -> Result<(), SchemaError> {
    for (index, attribute) in attributes.iter().enumerate() {
        let name = || attribute.name.clone();
        if !is_attribute_name(&attribute.name) {
            return Err(SchemaError::BadName { urn: urn.into(), attribute: name() });
        }
        if named(&attributes[..index], &attribute.name).is_some() {
            return Err(SchemaError::DuplicateAttribute { urn: urn.into(), attribute: name() });
        }
        if (attribute.kind == Kind::Complex) == attribute.sub_attributes.is_empty() {
            return Err(SchemaError::BadStructure { urn: urn.into(), attribute: name() });
        }
        check_attributes(urn, &attribute.sub_attributes)?;
    }
    Ok(())
}

/// `ATTRNAME = ALPHA *(nameChar)` of RFC 7643 §2.1, and `$ref`.
pub fn is_attribute_name(name: &str) -> bool {
    let rest = name.strip_prefix('$').unwrap_or(name);
    rest.starts_with(|c: char| c.is_ascii_alphabetic())
        && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests;
