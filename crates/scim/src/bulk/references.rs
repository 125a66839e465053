//! References to resources of the same bulk request, `bulkId:x` (RFC 7644 §3.7.2).
//!
//! A reference is a whole text, or the last segment of a path as in `$ref`; `bulkId:` inside of a sentence is text.

use super::BulkOperation;
use crate::Error;
use crate::schema::is_attribute_name;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

const PREFIX: &str = "bulkId:";

/// What comes before the reference, and the bulkId.
fn reference(text: &str) -> Option<(&str, &str)> {
    let start = text.rfind('/').map_or(0, |slash| slash + 1);
    let id = text[start..].strip_prefix(PREFIX)?;
    let one_word = !id.is_empty() && !text.contains(char::is_whitespace);
    one_word.then_some((&text[..start], id))
}

/// The bulkIds that the operation refers to.
pub(super) fn references(operation: &BulkOperation) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let path = operation.path.id.as_deref().and_then(reference);
    found.extend(path.map(|(_, id)| id.to_owned()));
    if let Some(data) = &operation.data {
        collect(data, &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(reference(text).map(|(_, id)| id.to_owned())),
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, found)),
        Value::Object(object) => object.values().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// Puts real ids in the place of every reference.
///
/// # Errors
/// `invalidValue` for the first reference to something that has not been created.
pub fn resolve_references(data: &mut Value, known: &HashMap<String, String>) -> Result<(), Error> {
    match data {
        Value::String(text) => *text = resolved(text, known)?,
        Value::Array(elements) => {
            return elements.iter_mut().try_for_each(|element| resolve_references(element, known));
        }
        Value::Object(object) => {
            return object.values_mut().try_for_each(|value| resolve_references(value, known));
        }
        _ => {}
    }
    Ok(())
}

pub(super) fn resolved(text: &str, known: &HashMap<String, String>) -> Result<String, Error> {
    let Some((before, bulk_id)) = reference(text) else { return Ok(text.to_owned()) };
    match known.get(bulk_id) {
        Some(id) => Ok(format!("{before}{id}")),
        None => Err(Error::invalid_value("the request refers to a `bulkId` that has not been created")),
    }
}

/// The data without what holds one of these references: the array elements, or else the attributes.
pub fn without_references(data: &Value, references: &BTreeSet<String>) -> Value {
    stripped(data, references).unwrap_or_else(|| json!({}))
}

fn is_one_of(text: &str, references: &BTreeSet<String>) -> bool {
    reference(text).is_some_and(|(_, id)| references.contains(id))
}

/// `None` when the value must go: a reference itself, or an object that identifies its subject by one.
fn stripped(value: &Value, references: &BTreeSet<String>) -> Option<Value> {
    match value {
        Value::String(text) if is_one_of(text, references) => None,
        Value::Array(elements) => {
            Some(elements.iter().filter_map(|element| stripped(element, references)).collect())
        }
        // Half a member or half a manager would be another one, so the whole goes with its `value`.
        Value::Object(object)
            if ["value", "$ref"].iter().any(|key| names_one(object.get(*key), references)) =>
        {
            None
        }
        Value::Object(object) => {
            let kept =
                object.iter().filter_map(|(key, value)| Some((key.clone(), stripped(value, references)?)));
            Some(Value::Object(kept.collect()))
        }
        other => Some(other.clone()),
    }
}

fn names_one(value: Option<&Value>, references: &BTreeSet<String>) -> bool {
    value.and_then(Value::as_str).is_some_and(|text| is_one_of(text, references))
}

/// The PATCH request that gives a resource what [`without_references`] has left out of its data.
///
/// Every attribute that holds one of the references is set as a whole, so that nothing depends on what is there.
///
/// # Errors
/// `invalidValue` when a reference is to something that has not been created.
pub fn completion(
    data: &Value,
    references: &BTreeSet<String>,
    known: &HashMap<String, String>,
) -> Result<Value, Error> {
    let mut operations = Vec::new();
    for (key, value) in data.as_object().into_iter().flatten() {
        match value {
            Value::Object(inside) if !is_attribute_name(key) => {
                for (name, value) in inside {
                    operations.extend(set(&format!("{key}:{name}"), value, references, known)?);
                }
            }
            value => operations.extend(set(key, value, references, known)?),
        }
    }
    Ok(json!({ "schemas": [crate::patch::PATCH_OP], "Operations": operations }))
}

fn set(
    path: &str,
    value: &Value,
    references: &BTreeSet<String>,
    known: &HashMap<String, String>,
) -> Result<Option<Value>, Error> {
    let mut held = BTreeSet::new();
    collect(value, &mut held);
    if held.is_disjoint(references) {
        return Ok(None);
    }
    let mut value = value.clone();
    resolve_references(&mut value, known)?;
    Ok(Some(json!({ "op": "replace", "path": path, "value": value })))
}
