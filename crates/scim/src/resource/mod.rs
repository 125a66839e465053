//! Making a client's resource canonical (RFC 7643 §3, RFC 7644 §3.3 POST and §3.5.1 PUT).
//!
//! A canonical resource has canonical names and JSON types, core attributes at the top, extensions under their URN and
//! `schemas` first; it has no `id`, `meta`, `groups` or `password`, nothing unknown and nothing empty. Accepting a
//! canonical resource again changes nothing. What was left out or converted is told in notes.

pub(crate) mod elements;
pub(crate) mod immutable;
pub(crate) mod notes;
mod required;
mod scalar;
pub(crate) mod value;

pub(crate) use immutable::check_immutable;
pub use notes::{Note, NoteKind};
pub(crate) use required::missing;

use crate::schema::{GROUP, ResourceType, Schema, USER};
use crate::{Error, Object};
use notes::{Notes, Place};
use serde_json::Value;

/// A resource made canonical.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The canonical resource.
    pub attributes: Object,
    /// What was left out or converted.
    pub notes: Vec<Note>,
}

/// Makes the body of a POST canonical.
///
/// # Errors
/// `invalidSyntax` when the body is not an object; `invalidValue` or `tooMany` for the first value that is wrong,
/// or when a required attribute is missing.
pub fn accept(body: Value, rt: &ResourceType) -> Result<Accepted, Error> {
    let (attributes, notes) = canonical(body, rt)?;
    finish(attributes, notes, rt)
}

/// Makes the body of a PUT canonical: the new resource, with what cannot change taken from the current one.
///
/// What the body does not give is cleared (RFC 7644 §3.5.1), but for immutable attributes, which stay.
///
/// # Errors
/// As [`accept`], and `mutability` when an immutable attribute would change.
pub fn replace(body: Value, current: &Object, rt: &ResourceType) -> Result<Accepted, Error> {
    let (mut attributes, notes) = canonical(body, rt)?;
    immutable::carry_over(&mut attributes, current, rt);
    check_immutable(&attributes, current, rt)?;
    finish(attributes, notes, rt)
}

/// Makes `schemas` the first key again: the core URN, and the URNs of the extensions that carry values.
pub fn schemas_of(attributes: &mut Object, rt: &ResourceType) {
    let extensions = rt.extensions.iter().map(|extension| &extension.schema.id);
    let carried = extensions.filter(|urn| attributes.contains_key(*urn));
    let schemas = std::iter::once(&rt.schema.id).chain(carried).cloned().collect();
    attributes.shift_remove("schemas");
    attributes.shift_insert(0, "schemas".into(), schemas);
}

fn finish(mut attributes: Object, notes: Notes, rt: &ResourceType) -> Result<Accepted, Error> {
    if let Some(path) = missing(&attributes, rt).first() {
        return Err(Error::invalid_value(format!("`{path}` is required and is missing or blank")));
    }
    schemas_of(&mut attributes, rt);
    Ok(Accepted { attributes, notes: notes.into_vec() })
}

fn canonical(body: Value, rt: &ResourceType) -> Result<(Object, Notes), Error> {
    let Value::Object(body) = body else {
        return Err(Error::invalid_syntax(format!("a {} must be a JSON object", rt.name)));
    };
    let mut notes = Notes::default();
    let mut kept = Object::new();
    for (key, value) in body {
        accept_key(&key, value, rt, &mut notes, &mut kept)?;
    }
    Ok((kept, notes))
}

/// One top-level key: `schemas`, the URN of a schema, or an attribute.
fn accept_key(
    key: &str,
    value: Value,
    rt: &ResourceType,
    notes: &mut Notes,
    kept: &mut Object,
) -> Result<(), Error> {
    if key.eq_ignore_ascii_case("schemas") {
        check_schemas(&value, rt, notes)
    } else if key.eq_ignore_ascii_case(&rt.schema.id) {
        for (key, value) in object_under(&rt.schema.id, value)? {
            accept_core(&key, value, rt, notes, kept)?;
        }
        Ok(())
    } else if let Some(schema) = rt.extension(key) {
        accept_extension(schema, value, notes, kept)
    } else {
        accept_core(key, value, rt, notes, kept)
    }
}

fn accept_core(
    key: &str,
    value: Value,
    rt: &ResourceType,
    notes: &mut Notes,
    kept: &mut Object,
) -> Result<(), Error> {
    if key.eq_ignore_ascii_case("schemas") {
        return Ok(());
    }
    let Some(attribute) = rt.attribute(key) else {
        notes.add(key, NoteKind::UnknownAttribute);
        return Ok(());
    };
    value::keep(attribute, value, Place::top(&attribute.name), notes, kept)
}

fn accept_extension(
    schema: &Schema,
    value: Value,
    notes: &mut Notes,
    kept: &mut Object,
) -> Result<(), Error> {
    let mut inside = Object::new();
    let urn = Place::top(&schema.id);
    for (key, value) in object_under(&schema.id, value)? {
        match schema.attribute(&key) {
            Some(attribute) => {
                value::keep(attribute, value, urn.attribute(&attribute.name), notes, &mut inside)?;
            }
            // Some clients repeat `schemas` inside of the extension.
            None if key.eq_ignore_ascii_case("schemas") => {}
            None => notes.add(urn.attribute(&key), NoteKind::UnknownAttribute),
        }
    }
    if !inside.is_empty() {
        kept.insert(schema.id.clone(), Value::Object(inside));
    }
    Ok(())
}

fn object_under(urn: &str, value: Value) -> Result<Object, Error> {
    match value {
        Value::Object(object) => Ok(object),
        empty if value::is_empty(&empty) => Ok(Object::new()),
        other => Err(scalar::wrong_type(Place::top(urn), "an object", &other)),
    }
}

/// `schemas` may be missing or name things we do not know, but not another resource type instead of this one.
fn check_schemas(value: &Value, rt: &ResourceType, notes: &mut Notes) -> Result<(), Error> {
    let (mut ours, mut other_type) = (false, None);
    for urn in schema_urns(value)? {
        if urn.eq_ignore_ascii_case(&rt.schema.id) || rt.extension(urn).is_some() {
            ours = true;
        } else if [USER, GROUP].iter().any(|core| core.eq_ignore_ascii_case(urn)) {
            other_type = Some(urn);
        } else {
            notes.add(urn, NoteKind::UnknownAttribute);
        }
    }
    match other_type {
        Some(urn) if !ours => Err(Error::invalid_value(format!(
            "`schemas` names `{urn}`, but {} takes `{}`",
            rt.endpoint, rt.schema.id
        ))),
        _ => Ok(()),
    }
}

fn schema_urns(value: &Value) -> Result<Vec<&str>, Error> {
    let wrong = || Error::invalid_value("`schemas` must be an array of URNs as text");
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(urns) => urns.iter().map(|urn| urn.as_str().ok_or_else(wrong)).collect(),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
