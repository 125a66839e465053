//! The values of a resource in its JSON: where an attribute stands, whether it may stand there so, and how it is put there.
//!
//! Names are compared without regard to case (RFC 7643 section 2.1).

use serde_json::{Map, Value, json};

use super::attribute::{Attribute, ENTERPRISE, Kind, Shape};
use super::failure::Failure;
use crate::servicenow::faults::Scim;

/// A resource as JSON.
pub(super) type Document = Map<String, Value>;

/// The value under a name.
pub(super) fn get<'d>(object: &'d Document, name: &str) -> Option<&'d Value> {
    object.get(name).or_else(|| object.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, it)| it))
}

/// The name as the object has it, or else as it is.
pub(super) fn spelled<'n>(object: &'n Document, name: &'n str) -> &'n str {
    object.keys().find(|it| it.eq_ignore_ascii_case(name)).map_or(name, String::as_str)
}

/// The value of an attribute; nothing where the resource does not say.
pub(super) fn value<'d>(document: &'d Document, attribute: &Attribute<'_>) -> Option<&'d Value> {
    let base = match attribute.schema {
        None => document,
        Some(schema) => get(document, schema)?.as_object()?,
    };
    let whole = get(base, attribute.name)?;
    let Some(part) = attribute.part else { return Some(whole) };
    match attribute.of_type {
        None => get(whole.as_object()?, part),
        Some(of_type) => {
            let elements = whole.as_array()?.iter().filter_map(Value::as_object);
            let is_meant = |element: &&Document| {
                get(element, "type")
                    .and_then(Value::as_str)
                    .is_some_and(|it| it.eq_ignore_ascii_case(of_type))
            };
            get(elements.into_iter().find(is_meant)?, part)
        }
    }
}

/// Whether the resource mentions the attribute as a whole, with this part or without it.
pub(super) fn mentions(document: &Document, attribute: &Attribute<'_>) -> bool {
    let base = match attribute.schema {
        None => Some(document),
        Some(schema) => get(document, schema).and_then(Value::as_object),
    };
    base.is_some_and(|base| get(base, attribute.name).is_some_and(|it| !it.is_null()))
}

/// Puts a value where the attribute stands.
pub(super) fn put(document: &mut Document, attribute: &Attribute<'_>, value: Value) {
    let base = match attribute.schema {
        None => document,
        Some(schema) => object_at(document, schema),
    };
    match (attribute.part, attribute.of_type) {
        (None, _) => _ = base.insert(attribute.name.to_owned(), value),
        (Some(part), None) => _ = object_at(base, attribute.name).insert(part.to_owned(), value),
        (Some(part), Some(of_type)) => {
            let list = base.entry(attribute.name).or_insert_with(|| json!([]));
            let list = list.as_array_mut().expect("lists are made here alone");
            let position = list.iter().position(|element| element["type"] == of_type);
            let position = position.unwrap_or_else(|| {
                list.push(json!({ "type": of_type }));
                list.len() - 1
            });
            list[position][part] = value;
        }
    }
}

fn object_at<'d>(document: &'d mut Document, name: &str) -> &'d mut Document {
    let object = document.entry(name).or_insert_with(|| json!({}));
    object.as_object_mut().expect("objects are made here alone")
}

/// Whether every extension that has values is among the `schemas`, as a new resource has to name them.
pub(super) fn check_schemas(document: &Document) -> Result<(), Failure> {
    let named = get(document, "schemas").and_then(Value::as_array);
    let Some(named) = named else { return Err(Failure::syntax("Required attribute schemas is missing")) };
    let is_named =
        |schema: &str| named.iter().filter_map(Value::as_str).any(|it| it.eq_ignore_ascii_case(schema));
    let mut extensions = document.keys().filter(|name| name.starts_with("urn:"));
    match extensions.find(|schema| !is_named(schema)) {
        None => Ok(()),
        Some(schema) => Err(Failure::syntax(format!(
            "Extended attributes namespace {schema} must be included in the schemas attribute"
        ))),
    }
}

/// Whether every value is of the type that its attribute has.
pub(super) fn check(
    kind: &Kind,
    attributes: &[Attribute<'_>],
    set_up: &Scim,
    document: &Document,
) -> Result<(), Failure> {
    for attribute in attributes {
        check_whole(document, attribute)?;
        check_null(document, attribute, set_up)?;
        let Some(value) = value(document, attribute).filter(|it| !it.is_null()) else { continue };
        let expected = match attribute.shape {
            Shape::Truth if !value.is_boolean() => "boolean",
            Shape::Text | Shape::Reference(_) if !value.is_string() => "string",
            _ => continue,
        };
        return Err(wrong(&attribute.path(), expected));
    }
    // Nothing of this extension is kept, but its types are looked at.
    let enterprise = get(document, ENTERPRISE).and_then(Value::as_object);
    let manager = enterprise.and_then(|it| get(it, "manager")).filter(|it| !it.is_null());
    match manager.is_some_and(|it| !it.is_object()) && kind.name == "User" {
        true => Err(wrong(&format!("{ENTERPRISE}:manager"), "object")),
        false => Ok(()),
    }
}

/// Whether an attribute that has parts is an object, and one that has elements a list.
fn check_whole(document: &Document, attribute: &Attribute<'_>) -> Result<(), Failure> {
    if attribute.part.is_none() || !mentions(document, attribute) {
        return Ok(());
    }
    let whole = Attribute { part: None, of_type: None, ..*attribute };
    let Some(value) = value(document, &whole) else { return Ok(()) };
    match attribute.of_type {
        Some(_) if !value.is_array() => Err(wrong(&whole.path(), "array")),
        None if !value.is_object() => Err(wrong(&whole.path(), "object")),
        _ => Ok(()),
    }
}

fn check_null(document: &Document, attribute: &Attribute<'_>, set_up: &Scim) -> Result<(), Failure> {
    let refuses = set_up.null_refused.iter().any(|name| name.eq_ignore_ascii_case(attribute.name));
    let whole = Attribute { part: None, of_type: None, ..*attribute };
    let is_null = || value(document, &whole).is_some_and(Value::is_null);
    match refuses && is_null() {
        true => Err(Failure::value(format!("Value for attribute {} must not be null", whole.path()))),
        false => Ok(()),
    }
}

fn wrong(path: &str, expected: &str) -> Failure {
    Failure::value(format!("Value for attribute {path} must be a JSON {expected}"))
}

impl Attribute<'_> {
    /// The attribute as a client names it.
    pub(super) fn path(&self) -> String {
        let schema = self.schema.map(|schema| format!("{schema}:")).unwrap_or_default();
        let part = self.part.map(|part| format!(".{part}")).unwrap_or_default();
        format!("{schema}{}{part}", self.name)
    }
}
