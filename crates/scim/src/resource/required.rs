//! Which required attributes a canonical resource lacks (RFC 7643 §2.2).
//!
//! Parts are required only where the whole is there: a required sub-attribute of an absent attribute is not missed,
//! nor is a required attribute of an absent extension, unless the extension itself is required.

use super::value::refusal;
use crate::Object;
use crate::schema::{Attribute, Extension, ResourceType};
use serde_json::Value;

/// Paths of what is required and not there, or blank.
pub(crate) fn missing(attributes: &Object, rt: &ResourceType) -> Vec<String> {
    let mut paths = Vec::new();
    missing_in(&rt.schema.attributes, attributes, "", &mut paths);
    for extension in &rt.extensions {
        missing_extension(extension, attributes, &mut paths);
    }
    paths
}

fn missing_extension(extension: &Extension, attributes: &Object, paths: &mut Vec<String>) {
    let urn = &extension.schema.id;
    match attributes.get(urn).and_then(Value::as_object) {
        Some(inside) => missing_in(&extension.schema.attributes, inside, &format!("{urn}:"), paths),
        None if extension.required => paths.push(urn.clone()),
        None => {}
    }
}

fn missing_in(definitions: &[Attribute], values: &Object, prefix: &str, paths: &mut Vec<String>) {
    for attribute in definitions.iter().filter(|attribute| refusal(attribute).is_none()) {
        let path = || format!("{prefix}{}", attribute.name);
        match values.get(&attribute.name) {
            None if attribute.required => paths.push(path()),
            Some(Value::String(text)) if attribute.required && text.trim().is_empty() => paths.push(path()),
            Some(value) => missing_parts(attribute, value, &path, paths),
            None => {}
        }
    }
}

fn missing_parts(attribute: &Attribute, value: &Value, path: &dyn Fn() -> String, paths: &mut Vec<String>) {
    if !attribute.sub_attributes.iter().any(|sub| sub.required) {
        return;
    }
    let prefix = format!("{}.", path());
    let parts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    for part in parts.iter().filter_map(Value::as_object) {
        missing_in(&attribute.sub_attributes, part, &prefix, paths);
    }
}
