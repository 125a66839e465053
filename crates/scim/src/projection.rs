//! Which attributes an answer has: `attributes` and `excludedAttributes` (RFC 7644 §3.9) and each attribute's
//! `returned` (RFC 7643 §7).
//!
//! What is never returned leaves here at the latest. Unknown names are ignored, as the RFC asks. A projection is bound
//! once to a resource type ([`Projection::select`]) and then applied to every resource of a list.

use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceType, Returned, Schema};
use crate::{Error, Object};
use serde_json::Value;

/// What a client asked for; both lists are empty for the default answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projection {
    /// Only these, and what is always returned.
    pub attributes: Vec<AttributePath>,
    /// Everything that is returned by default but these.
    pub excluded: Vec<AttributePath>,
}

impl Projection {
    /// Reads the two comma-separated lists.
    ///
    /// # Errors
    /// `invalidValue` if both are given or one has something that is no attribute path.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>) -> Result<Self, Error> {
        let attributes = paths("attributes", attributes)?;
        let excluded = paths("excludedAttributes", excluded)?;
        if !attributes.is_empty() && !excluded.is_empty() {
            return Err(Error::invalid_value(
                "`attributes` and `excludedAttributes` were both given; a request can have one of them",
            ));
        }
        Ok(Self { attributes, excluded })
    }

    /// Whether nothing was asked for.
    pub fn is_default(&self) -> bool {
        self.attributes.is_empty() && self.excluded.is_empty()
    }

    /// Looks the names up for one resource type.
    pub fn select<'r>(&self, resource_type: &'r ResourceType) -> Selection<'r> {
        let (names, only) =
            if self.attributes.is_empty() { (&self.excluded, false) } else { (&self.attributes, true) };
        let picks = names.iter().filter_map(|path| Pick::find(path, resource_type)).collect();
        Selection { resource_type, only, picks }
    }

    /// Whether an answer may have this attribute (`members`, `groups`) or something of this extension (by URN).
    /// Callers ask before they load what is costly.
    pub fn wants(&self, resource_type: &ResourceType, name: &str) -> bool {
        let Ok(path) = AttributePath::parse(name) else { return false };
        let selection = self.select(resource_type);
        match path.names_schema(resource_type) {
            Some(schema) => schema.attributes.iter().any(|attribute| selection.shows(schema, attribute)),
            None => path.find(resource_type).is_some_and(|(urn, attribute)| {
                let schema =
                    urn.and_then(|urn| resource_type.extension(urn)).unwrap_or(&resource_type.schema);
                selection.shows(schema, attribute)
            }),
        }
    }

    /// Removes from a canonical resource what the answer does not have.
    pub fn apply(&self, object: &mut Object, resource_type: &ResourceType) {
        self.select(resource_type).apply(object);
    }
}

fn paths(parameter: &str, list: Option<&str>) -> Result<Vec<AttributePath>, Error> {
    let names = list.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let path = |name| {
        AttributePath::parse(name)
            .map_err(|error| Error::invalid_value(format!("{parameter}: {}", error.detail)))
    };
    names.map(path).collect()
}

/// A projection bound to a resource type.
#[derive(Debug, Clone)]
pub struct Selection<'r> {
    resource_type: &'r ResourceType,
    /// Whether the picks are all that is wanted, or all that is not.
    only: bool,
    picks: Vec<Pick<'r>>,
}

/// A schema, an attribute of it, or a sub-attribute, that a client named.
#[derive(Debug, Clone)]
struct Pick<'r> {
    schema: &'r str,
    attribute: Option<&'r str>,
    sub: Option<&'r str>,
}

/// How far a client named an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    No,
    InPart,
    Whole,
}

impl<'r> Pick<'r> {
    fn find(path: &AttributePath, resource_type: &'r ResourceType) -> Option<Self> {
        if let Some(schema) = path.names_schema(resource_type) {
            return Some(Self { schema: &schema.id, attribute: None, sub: None });
        }
        let (urn, attribute) = path.find(resource_type)?;
        let sub = match &path.sub {
            Some(sub) => Some(attribute.sub(sub)?.name.as_str()),
            None => None,
        };
        Some(Self { schema: urn.unwrap_or(&resource_type.schema.id), attribute: Some(&attribute.name), sub })
    }
}

impl Selection<'_> {
    /// Removes from a canonical resource what the answer does not have. `schemas` keeps the extensions that are left.
    pub fn apply(&self, object: &mut Object) {
        object.retain(|key, value| self.keep(key, value));
        self.name_schemas(object);
    }

    fn keep(&self, key: &str, value: &mut Value) -> bool {
        let core = &self.resource_type.schema;
        if let Some(attribute) = self.resource_type.attribute(key) {
            return self.keep_attribute(core, attribute, value);
        }
        let (Some(schema), Value::Object(extension)) = (self.resource_type.extension(key), value) else {
            return false;
        };
        extension.retain(|name, value| {
            schema.attribute(name).is_some_and(|attribute| self.keep_attribute(schema, attribute, value))
        });
        !extension.is_empty()
    }

    fn keep_attribute(&self, schema: &Schema, attribute: &Attribute, value: &mut Value) -> bool {
        if !self.shows(schema, attribute) {
            return false;
        }
        match value {
            _ if attribute.sub_attributes.is_empty() => true,
            Value::Array(elements) => {
                let was_empty = elements.is_empty();
                elements.retain_mut(|element| self.keep_parts(schema, attribute, element));
                was_empty || !elements.is_empty()
            }
            single => self.keep_parts(schema, attribute, single),
        }
    }

    /// False if nothing is left of a complex value.
    fn keep_parts(&self, schema: &Schema, attribute: &Attribute, value: &mut Value) -> bool {
        let Value::Object(parts) = value else { return true };
        parts.retain(|name, _| attribute.sub(name).is_some_and(|sub| self.shows_sub(schema, attribute, sub)));
        !parts.is_empty()
    }

    fn shows(&self, schema: &Schema, attribute: &Attribute) -> bool {
        let named = self.named(schema, attribute);
        match attribute.returned {
            Returned::Always => true,
            Returned::Never => false,
            _ if self.only => named != Named::No,
            Returned::Default => named != Named::Whole,
            Returned::Request => false,
        }
    }

    fn shows_sub(&self, schema: &Schema, attribute: &Attribute, sub: &Attribute) -> bool {
        let named = self.picks_of(schema, attribute).any(|pick| pick.sub == Some(&sub.name));
        match sub.returned {
            Returned::Always => true,
            Returned::Never => false,
            _ if self.only && named => true,
            // What is only part of the answer because it is always part of it comes with its parts.
            Returned::Default if self.only => self.named(schema, attribute) != Named::InPart,
            Returned::Default => !named,
            Returned::Request => false,
        }
    }

    fn named(&self, schema: &Schema, attribute: &Attribute) -> Named {
        self.picks_of(schema, attribute).fold(Named::No, |named, pick| match pick.sub {
            Some(_) if named == Named::No => Named::InPart,
            Some(_) => named,
            None => Named::Whole,
        })
    }

    fn picks_of<'a>(
        &'a self,
        schema: &'a Schema,
        attribute: &'a Attribute,
    ) -> impl Iterator<Item = &'a Pick<'a>> {
        self.picks.iter().filter(move |pick| {
            pick.schema == schema.id && pick.attribute.is_none_or(|name| name == attribute.name)
        })
    }

    fn name_schemas(&self, object: &mut Object) {
        let Some(Value::Array(mut schemas)) = object.get_mut("schemas").map(Value::take) else { return };
        schemas.retain(|urn| urn.as_str().is_some_and(|urn| self.resource_type.extension(urn).is_none()));
        let extensions = self.resource_type.extensions.iter().map(|extension| extension.schema.id.as_str());
        schemas.extend(extensions.filter(|urn| object.contains_key(*urn)).map(Value::from));
        object.insert("schemas".into(), Value::Array(schemas));
    }
}

#[cfg(test)]
mod tests;
