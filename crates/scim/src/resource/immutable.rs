//! Immutable attributes under PUT and PATCH (RFC 7643 §7, RFC 7644 §3.5.1): set once, then equal.
//!
//! Parts of a complex attribute are fixed as long as it is there. Elements of multi-valued attributes are exempt: the
//! set may change, as the members of a group do.

use super::notes::Place;
use crate::schema::{Attribute, Mutability, ResourceType};
use crate::text::fold;
use crate::{Error, Object};
use serde_json::Value;

/// Takes from `current` what is fixed and was left out of a PUT.
pub(super) fn carry_over(new: &mut Object, current: &Object, rt: &ResourceType) {
    carry_attributes(&rt.schema.attributes, new, current);
    for schema in rt.extensions.iter().map(|extension| &extension.schema) {
        let Some(Value::Object(old)) = current.get(&schema.id) else { continue };
        match new.get_mut(&schema.id) {
            Some(Value::Object(inside)) => carry_attributes(&schema.attributes, inside, old),
            _ => {
                let mut inside = Object::new();
                carry_attributes(&schema.attributes, &mut inside, old);
                if !inside.is_empty() {
                    new.insert(schema.id.clone(), Value::Object(inside));
                }
            }
        }
    }
}

fn carry_attributes(attributes: &[Attribute], new: &mut Object, current: &Object) {
    for attribute in attributes {
        let Some(old) = current.get(&attribute.name) else { continue };
        match (new.get_mut(&attribute.name), old) {
            (None, old) if attribute.mutability == Mutability::Immutable => {
                new.insert(attribute.name.clone(), old.clone());
            }
            (Some(Value::Object(new)), Value::Object(old)) => {
                carry_attributes(&attribute.sub_attributes, new, old);
            }
            _ => {}
        }
    }
}

/// Refuses to remove or change what is fixed.
pub(crate) fn check_immutable(new: &Object, current: &Object, rt: &ResourceType) -> Result<(), Error> {
    for attribute in &rt.schema.attributes {
        check(attribute, new, current, Place::top(&attribute.name))?;
    }
    let none = Object::new();
    for schema in rt.extensions.iter().map(|extension| &extension.schema) {
        let Some(old) = current.get(&schema.id).and_then(Value::as_object) else { continue };
        let inside = new.get(&schema.id).and_then(Value::as_object).unwrap_or(&none);
        let urn = Place::top(&schema.id);
        let mut attributes = schema.attributes.iter();
        attributes.try_for_each(|attribute| check(attribute, inside, old, urn.attribute(&attribute.name)))?;
    }
    Ok(())
}

fn check(attribute: &Attribute, new: &Object, current: &Object, place: Place<'_>) -> Result<(), Error> {
    let (new, Some(old)) = (new.get(&attribute.name), current.get(&attribute.name)) else { return Ok(()) };
    if attribute.mutability == Mutability::Immutable {
        let kept = new.is_some_and(|new| same(attribute, new, old));
        let changed = || Error::mutability(format!("`{place}` is immutable and already has a value"));
        return if kept { Ok(()) } else { Err(changed()) };
    }
    match (new, old) {
        (Some(Value::Object(new)), Value::Object(old)) => {
            attribute.sub_attributes.iter().try_for_each(|sub| check(sub, new, old, place.sub(&sub.name)))
        }
        _ => Ok(()),
    }
}

/// Whether two values of an attribute are equal under its rule about case.
pub(crate) fn same(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) if !attribute.case_exact => fold(one) == fold(other),
        _ => one == other,
    }
}
