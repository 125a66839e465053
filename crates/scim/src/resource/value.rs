//! A value of any attribute against its definition: simple or complex, one or many (RFC 7643 §2.3, §2.4, §2.5).
//!
//! This is the only way in for values, shared by POST, PUT and PATCH, so that all three accept the same and store the
//! same. Nothing, `""`, `[]` and `{}` mean "no value" and come back as `None`.

use super::elements;
use super::notes::{NoteKind, Notes, Place};
use super::scalar::{self, wrong_type};
use crate::schema::{Attribute, Kind, Mutability, Returned};
use crate::{Error, Object};
use serde_json::Value;

/// Whether the value means "no value" (RFC 7643 §2.5, and `""` as real clients use it).
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Why a client's value of this attribute is not kept, if so.
pub(crate) fn refusal(attribute: &Attribute) -> Option<NoteKind> {
    match attribute {
        Attribute { mutability: Mutability::ReadOnly, .. } => Some(NoteKind::ReadOnly),
        Attribute { mutability: Mutability::WriteOnly, .. } | Attribute { returned: Returned::Never, .. } => {
            Some(NoteKind::NeverKept)
        }
        _ => None,
    }
}

/// Puts the checked value into `kept`, or notes why it is not kept.
pub(crate) fn keep(
    attribute: &Attribute,
    value: Value,
    place: Place<'_>,
    notes: &mut Notes,
    kept: &mut Object,
) -> Result<(), Error> {
    if let Some(refusal) = refusal(attribute) {
        // Okta sends `groups: []` with every new user; nothing is lost there, so nothing is said.
        if !is_empty(&value) {
            notes.add(place, refusal);
        }
        return Ok(());
    }
    if let Some(value) = check(attribute, value, place, notes)? {
        kept.insert(attribute.name.clone(), value);
    }
    Ok(())
}

/// The whole value of an attribute.
pub(crate) fn check(
    attribute: &Attribute,
    value: Value,
    place: Place<'_>,
    notes: &mut Notes,
) -> Result<Option<Value>, Error> {
    if !attribute.multi_valued {
        return one(attribute, value, place, notes);
    }
    let elements = many(attribute, value, place, notes)?;
    Ok((!elements.is_empty()).then_some(Value::Array(elements)))
}

/// The elements of a multi-valued attribute; a lone value counts as a list of one. Duplicates are merged.
pub(crate) fn many(
    attribute: &Attribute,
    value: Value,
    place: Place<'_>,
    notes: &mut Notes,
) -> Result<Vec<Value>, Error> {
    let given = match value {
        Value::Array(elements) => elements,
        lone => vec![lone],
    };
    elements::check_count(attribute, given.len(), place)?;
    let mut checked = Vec::with_capacity(given.len());
    for element in given {
        checked.extend(one(attribute, element, place, notes)?);
    }
    let merged = elements::merge_duplicates(attribute, checked);
    elements::check_elements(attribute, &merged, place)?;
    Ok(merged)
}

/// One value: of a single-valued attribute, or one element of a multi-valued one.
pub(crate) fn one(
    attribute: &Attribute,
    value: Value,
    place: Place<'_>,
    notes: &mut Notes,
) -> Result<Option<Value>, Error> {
    match value {
        value if is_empty(&value) && (!value.is_array() || !attribute.multi_valued) => Ok(None),
        value if attribute.kind != Kind::Complex => scalar::check(attribute.kind, value, place, notes),
        Value::Object(object) => complex(attribute, object, place, notes),
        // Entra sends the manager, and many clients send group members, as bare text.
        value @ (Value::String(_) | Value::Number(_)) if attribute.sub("value").is_some() => {
            complex(attribute, Object::from_iter([("value".to_owned(), value)]), place, notes)
        }
        other => Err(wrong_type(place, "an object", &other)),
    }
}

fn complex(
    attribute: &Attribute,
    object: Object,
    place: Place<'_>,
    notes: &mut Notes,
) -> Result<Option<Value>, Error> {
    let mut kept = Object::new();
    for (key, value) in object {
        match find_sub(attribute, &key) {
            Some(sub) => keep(sub, value, place.sub(&sub.name), notes, &mut kept)?,
            None => notes.add(place.sub(&key), NoteKind::UnknownAttribute),
        }
    }
    Ok((!kept.is_empty()).then_some(Value::Object(kept)))
}

/// The sub-attribute of this name; `displayName` is what some clients call the `display` of a list's element.
pub(crate) fn find_sub<'a>(attribute: &'a Attribute, name: &str) -> Option<&'a Attribute> {
    let by_other_name = || {
        let renamed = attribute.multi_valued && name.eq_ignore_ascii_case("displayName");
        renamed.then(|| attribute.sub("display")).flatten()
    };
    attribute.sub(name).or_else(by_other_name)
}
