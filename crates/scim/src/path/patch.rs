//! The `path` of a PATCH operation (RFC 7644 §3.5.2, figure 7), and what it means for a resource type.

use super::{AttributePath, Target};
use crate::filter::{self, Bound, Filter, Literal};
use crate::schema::{Attribute, Kind, ResourceType};
use crate::{Error, ErrorKind};
use std::fmt;

/// A PATCH path as written: `emails[type eq "work"].value`.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchPath {
    /// What stands before the brackets, or the whole path.
    pub attribute: AttributePath,
    /// What stands between the brackets.
    pub filter: Option<Filter>,
    /// What stands after the brackets.
    pub sub: Option<String>,
}

/// What a PATCH path means for a resource type.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one lives per operation, and nearly always the large one")]
pub enum PatchTarget {
    /// A whole extension, by its canonical URN.
    Extension(String),
    /// An attribute, some elements of it, or a part of either.
    Attribute {
        /// Where the path ends: the sub-attribute is part of it, whether it stood behind brackets or not.
        target: Target,
        /// Which elements are meant, to be matched against each element.
        filter: Option<Bound>,
        /// The same as written but with canonical names and types, from which an element can be created
        /// ([`Filter::only_equalities`]).
        filter_source: Option<Filter>,
        /// The canonical name of the sub-attribute; the same as in `target`.
        sub: Option<String>,
    },
    /// The resource type has no such attribute. Clients send such paths; they are ignored and the person is told.
    Unknown,
}

impl PatchPath {
    /// Reads a path, without knowing any schema.
    ///
    /// # Errors
    /// `invalidPath` with the position and what would have been right.
    pub fn parse(text: &str) -> Result<Self, Error> {
        filter::parse_patch_path(text, &filter::Limits::default())
            .map_err(|error| Error { kind: ErrorKind::InvalidPath, ..error })
    }

    /// What the path means for a resource type.
    ///
    /// # Errors
    /// `invalidPath` for brackets on an attribute without parts or two sub-attributes; `invalidFilter` for a filter
    /// that its attribute does not support.
    pub fn resolve(&self, resource_type: &ResourceType) -> Result<PatchTarget, Error> {
        if self.filter.is_none()
            && let Some(schema) = self.attribute.names_schema(resource_type)
        {
            let is_extension = schema.id != resource_type.schema.id;
            return Ok(if is_extension {
                PatchTarget::Extension(schema.id.clone())
            } else {
                PatchTarget::Unknown
            });
        }
        let Some((schema, attribute)) = self.attribute.find(resource_type) else {
            return Ok(PatchTarget::Unknown);
        };
        let Some(sub) = find_sub(attribute, self.attribute.sub.as_ref().or(self.sub.as_ref())) else {
            return Ok(PatchTarget::Unknown);
        };
        self.check_brackets(attribute)?;
        let filter = self.filter.as_ref().map(|filter| filter.bind_element(attribute)).transpose()?;
        Ok(PatchTarget::Attribute {
            target: Target::new(schema, attribute, sub),
            filter,
            filter_source: self.filter.as_ref().map(|filter| canonical(filter, attribute)),
            sub: sub.map(|sub| sub.name.clone()),
        })
    }

    fn check_brackets(&self, attribute: &Attribute) -> Result<(), Error> {
        if self.filter.is_some() && (attribute.sub_attributes.is_empty() || self.attribute.sub.is_some()) {
            let name = &self.attribute;
            return Err(Error::invalid_path(format!(
                "`{name}` has no parts, so `[…]` cannot select among them"
            )));
        }
        Ok(())
    }
}

/// Outer nothing: there is no such sub-attribute. Inner nothing: none was asked for.
fn find_sub<'a>(attribute: &'a Attribute, name: Option<&String>) -> Option<Option<&'a Attribute>> {
    match name {
        None => Some(None),
        Some(name) => attribute.sub(name).map(Some),
    }
}

/// A filter on elements with its names in canonical spelling and its booleans as booleans.
fn canonical(filter: &Filter, attribute: &Attribute) -> Filter {
    let path = |path: &AttributePath| match attribute.sub(&path.attribute) {
        Some(sub) => AttributePath::plain(&sub.name),
        None => path.clone(),
    };
    let each = |items: &[Filter]| items.iter().map(|item| canonical(item, attribute)).collect();
    match filter {
        Filter::And(items) => Filter::And(each(items)),
        Filter::Or(items) => Filter::Or(each(items)),
        Filter::Not(inner) => Filter::Not(Box::new(canonical(inner, attribute))),
        Filter::Present(written) => Filter::Present(path(written)),
        Filter::Compare { path: written, op, value } => {
            let boolean = attribute.sub(&written.attribute).is_some_and(|sub| sub.kind == Kind::Boolean);
            let value = value.as_boolean().filter(|_| boolean).map_or_else(|| value.clone(), Literal::Bool);
            Filter::Compare { path: path(written), op: *op, value }
        }
        Filter::ValuePath { .. } => filter.clone(),
    }
}

impl fmt::Display for PatchPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(formatter, "[{filter}]")?;
        }
        self.sub.as_ref().map_or(Ok(()), |sub| write!(formatter, ".{sub}"))
    }
}
