//! Immutable attributes under PUT (RFC 7643 §7, RFC 7644 §3.5.1): set once, then equal or left out.
//!
//! Elements of multi-valued attributes are exempt: the set may change, as the members of a group do.

use super::notes::Place;
use crate::schema::{Attribute, Mutability, ResourceType};
use crate::text::fold;
use crate::{Error, Object};
use serde_json::Value;

/// Refuses changes of what is fixed, and takes from `current` what is fixed and was left out.
pub(super) fn carry_over(new: &mut Object, current: &Object, rt: &ResourceType) -> Result<(), Error> {
    for attribute in &rt.schema.attributes {
        carry(attribute, new, current, Place::top(&attribute.name))?;
    }
    for extension in &rt.extensions {
        let urn = Place::top(&extension.schema.id);
        let Some(old) = current.get(&extension.schema.id).and_then(Value::as_object) else { continue };
        within(&extension.schema.id, new, |inside| {
            let mut attributes = extension.schema.attributes.iter();
            attributes.try_for_each(|attribute| carry(attribute, inside, old, urn.attribute(&attribute.name)))
        })?;
    }
    Ok(())
}

fn carry(attribute: &Attribute, new: &mut Object, current: &Object, place: Place<'_>) -> Result<(), Error> {
    let Some(old) = current.get(&attribute.name) else { return Ok(()) };
    if attribute.mutability == Mutability::Immutable {
        return carry_whole(attribute, new, old, place);
    }
    match old {
        Value::Object(old) => within(&attribute.name, new, |inside| {
            let mut subs = attribute.sub_attributes.iter();
            subs.try_for_each(|sub| carry(sub, inside, old, place.sub(&sub.name)))
        }),
        _ => Ok(()),
    }
}

fn carry_whole(attribute: &Attribute, new: &mut Object, old: &Value, place: Place<'_>) -> Result<(), Error> {
    match new.get(&attribute.name) {
        Some(given) if !same(attribute, given, old) => {
            Err(Error::mutability(format!("`{place}` is immutable and already has another value")))
        }
        _ => {
            new.insert(attribute.name.clone(), old.clone());
            Ok(())
        }
    }
}

/// Works on the object under this key, without leaving an empty one behind.
fn within(
    key: &str,
    new: &mut Object,
    work: impl FnOnce(&mut Object) -> Result<(), Error>,
) -> Result<(), Error> {
    if let Some(Value::Object(inside)) = new.get_mut(key) {
        return work(inside);
    }
    let mut inside = Object::new();
    work(&mut inside)?;
    if !inside.is_empty() {
        new.insert(key.to_owned(), Value::Object(inside));
    }
    Ok(())
}

/// Whether two values of an attribute are equal under its rule about case.
pub(crate) fn same(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) if !attribute.case_exact => fold(one) == fold(other),
        _ => one == other,
    }
}
