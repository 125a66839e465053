//! Attribute paths (RFC 7644 §3.10) and PATCH paths (RFC 7644 §3.5.2): as written, and as resolved against a schema.
//!
//! [`AttributePath`] and [`PatchPath`] are what a client wrote; [`Target`] and [`PatchTarget`] are what it means for
//! one resource type, in canonical spelling and with the type of the value. Unknown names are not errors here, because
//! clients send them and the caller decides.

mod patch;
mod target;

pub use patch::{PatchPath, PatchTarget};
pub use target::Target;

use crate::schema::{Attribute, ResourceType, Schema, is_attribute_name};
use crate::{Error, filter, text};
use std::fmt;

/// An attribute path as written: `userName`, `name.givenName`, `urn:…:User:manager.value`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// The URN before the last colon, if there is one.
    pub schema: Option<String>,
    /// The attribute.
    pub attribute: String,
    /// The part after the dot.
    pub sub: Option<String>,
}

impl AttributePath {
    /// A path that is one plain name.
    pub fn plain(attribute: impl Into<String>) -> Self {
        Self { schema: None, attribute: attribute.into(), sub: None }
    }

    /// Reads a path, without knowing any schema.
    ///
    /// A URN that names a whole schema reads as a path too (its last segment taken for the attribute);
    /// [`AttributePath::names_schema`] tells them apart.
    ///
    /// # Errors
    /// `invalidPath` if it is not of the form `[URN:]name[.name]`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.len() > filter::Limits::default().length || !text.chars().all(is_path_character) {
            return Err(malformed(text));
        }
        let Some((schema, rest)) = text.rsplit_once(':') else {
            return names(text).ok_or_else(|| malformed(text));
        };
        if !schema.contains(':') || !schema.starts_with(|c: char| c.is_ascii_alphabetic()) || rest.is_empty()
        {
            return Err(malformed(text));
        }
        // The last segment of a schema URN may be no attribute name, as in `urn:acme:scim:1.0`.
        let path = names(rest).unwrap_or_else(|| Self::plain(rest));
        Ok(Self { schema: Some(schema.into()), ..path })
    }

    /// What the path means for a resource type, or nothing if it has no such attribute.
    ///
    /// The URN of the core schema may be given. The attribute of an extension is also found by its bare name, if no
    /// other extension has that name: Entra and ServiceNow administrators write `department`.
    pub fn resolve(&self, resource_type: &ResourceType) -> Option<Target> {
        let (schema, attribute) = self.find(resource_type)?;
        let sub = match &self.sub {
            Some(sub) => Some(attribute.sub(sub)?),
            None => None,
        };
        Some(Target::new(schema, attribute, sub))
    }

    /// Like [`AttributePath::resolve`] where a single value is needed, to compare or to sort by: a complex attribute
    /// stands for its `value`, as in `emails eq "a@example.com"`.
    pub fn resolve_value(&self, resource_type: &ResourceType) -> Option<Target> {
        let (schema, attribute) = self.find(resource_type)?;
        match (&self.sub, attribute.sub("value")) {
            (None, Some(value)) => Some(Target::new(schema, attribute, Some(value))),
            _ => self.resolve(resource_type),
        }
    }

    /// The schema of the resource type whose URN the whole path is.
    pub fn names_schema<'r>(&self, resource_type: &'r ResourceType) -> Option<&'r Schema> {
        self.schema.as_ref()?;
        let urn = self.to_string();
        let core = &resource_type.schema;
        if core.id.eq_ignore_ascii_case(&urn) { Some(core) } else { resource_type.extension(&urn) }
    }

    /// The extension's URN, if any, and the definition of the attribute.
    pub(crate) fn find<'r>(
        &self,
        resource_type: &'r ResourceType,
    ) -> Option<(Option<&'r str>, &'r Attribute)> {
        let core = || resource_type.attribute(&self.attribute).map(|attribute| (None, attribute));
        match &self.schema {
            None => core().or_else(|| only_extension(resource_type, &self.attribute)),
            Some(urn) if urn.eq_ignore_ascii_case(&resource_type.schema.id) => core(),
            Some(urn) => {
                let schema = resource_type.extension(urn)?;
                Some((Some(&schema.id), schema.attribute(&self.attribute)?))
            }
        }
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(formatter, self.schema.as_deref(), &self.attribute, self.sub.as_deref())
    }
}

fn write_path(
    formatter: &mut fmt::Formatter<'_>,
    schema: Option<&str>,
    attribute: &str,
    sub: Option<&str>,
) -> fmt::Result {
    if let Some(schema) = schema {
        write!(formatter, "{schema}:")?;
    }
    formatter.write_str(attribute)?;
    sub.map_or(Ok(()), |sub| write!(formatter, ".{sub}"))
}

/// What a path may consist of: attribute names, dots, and the characters of URNs (RFC 8141) that SCIM uses.
pub(crate) fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '.' | ':' | '_' | '-' | '$' | '/' | '%' | '#' | '~')
}

fn names(text: &str) -> Option<AttributePath> {
    let (attribute, sub) = match text.split_once('.') {
        Some((attribute, sub)) => (attribute, Some(sub)),
        None => (text, None),
    };
    let valid = is_attribute_name(attribute) && sub.is_none_or(is_attribute_name);
    valid.then(|| AttributePath { schema: None, attribute: attribute.into(), sub: sub.map(Into::into) })
}

fn only_extension<'r>(
    resource_type: &'r ResourceType,
    name: &str,
) -> Option<(Option<&'r str>, &'r Attribute)> {
    let mut found = resource_type.extensions.iter().filter_map(|extension| {
        let schema = &extension.schema;
        schema.attribute(name).map(|attribute| (Some(schema.id.as_str()), attribute))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn malformed(text: &str) -> Error {
    let shown: String = text.chars().take(80).collect();
    let shown = if text::check(&shown).is_ok() { &shown } else { "…" };
    Error::invalid_path(format!(
        "`{shown}` is not an attribute path; write `name`, `name.part` or `URN:name`"
    ))
}

#[cfg(test)]
mod tests;
