//! Rules about the elements of one multi-valued attribute (RFC 7643 §2.4): how many, none twice, one `primary`.

use super::notes::Place;
use crate::schema::{Attribute, Kind};
use crate::text::fold;
use crate::{Error, Object};
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The attribute whose elements are counted and kept apart from the resource.
pub(crate) const MEMBERS: &str = "members";
/// The most members that one request may carry.
pub(crate) const MOST_MEMBERS: usize = 200_000;
/// The most elements of any other attribute.
const MOST_ELEMENTS: usize = 1_000;

pub(crate) fn check_count(attribute: &Attribute, count: usize, place: Place<'_>) -> Result<(), Error> {
    let most = if attribute.name == MEMBERS { MOST_MEMBERS } else { MOST_ELEMENTS };
    if count > most {
        return Err(Error::too_many(format!("`{place}` has {count} elements; at most {most} are taken")));
    }
    Ok(())
}

/// Checks what holds between elements that are each good.
pub(crate) fn check_elements(
    attribute: &Attribute,
    elements: &[Value],
    place: Place<'_>,
) -> Result<(), Error> {
    if elements.iter().filter(|element| is_primary(element)).count() > 1 {
        return Err(Error::invalid_value(format!("`{place}` has more than one element with `primary` true")));
    }
    if attribute.name == MEMBERS && elements.iter().any(|element| element.get("value").is_none()) {
        return Err(Error::invalid_value(format!("every element of `{place}` needs a `value`")));
    }
    Ok(())
}

/// Whether this element is the preferred one.
pub(crate) fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

/// Merges elements that are the same; what a later one says is added to the earlier one.
pub(crate) fn merge_duplicates(attribute: &Attribute, elements: Vec<Value>) -> Vec<Value> {
    let mut places = HashMap::with_capacity(elements.len());
    let mut merged: Vec<Value> = Vec::with_capacity(elements.len());
    for element in elements {
        match places.entry(identity(attribute, &element)) {
            Entry::Occupied(place) => absorb(&mut merged[*place.get()], element),
            Entry::Vacant(free) => {
                free.insert(merged.len());
                merged.push(element);
            }
        }
    }
    merged
}

/// What makes an element itself: a member its value, others value and type, or else everything.
///
/// A member is the same member with and without `type`, because Okta never sends it.
pub(crate) fn identity(attribute: &Attribute, element: &Value) -> String {
    match element {
        Value::Object(object) => object_identity(attribute, object),
        scalar => text(scalar, attribute),
    }
}

fn object_identity(attribute: &Attribute, object: &Object) -> String {
    let part = |name: &str| {
        let value = object.get(name)?;
        Some(text(value, attribute.sub(name)?))
    };
    match part("value") {
        Some(value) if attribute.name == MEMBERS => value,
        Some(value) => format!("{value}\0{}", part("type").unwrap_or_default()),
        None => everything(object),
    }
}

fn everything(object: &Object) -> String {
    let mut parts: Vec<_> = object.iter().map(|(key, value)| format!("\0{key}={value}")).collect();
    parts.sort_unstable();
    parts.concat()
}

fn text(value: &Value, attribute: &Attribute) -> String {
    match value {
        Value::String(text) if attribute.case_exact || attribute.kind == Kind::Binary => text.clone(),
        Value::String(text) => fold(text).to_string(),
        other => other.to_string(),
    }
}

/// Adds what `later` says to `earlier`, which is the same element.
pub(crate) fn absorb(earlier: &mut Value, later: Value) {
    match (earlier, later) {
        (Value::Object(earlier), Value::Object(later)) => earlier.extend(later),
        (earlier, later) => *earlier = later,
    }
}
