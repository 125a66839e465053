//! Edits of multi-valued attributes: adding, removing, and changing the elements that a filter selects.
//!
//! INVARIANT: afterwards no element is empty or twice there, and at most one is primary: a new primary takes the place
//! of the old one (RFC 7644 §3.5.2).

use super::merge::{Edit, Merge, Selection};
use crate::resource::elements::{
    MEMBERS, check_count, check_elements, identity, is_primary, merge_duplicates,
};
use crate::resource::immutable::same;
use crate::resource::notes::Place;
use crate::resource::value::{self, is_empty};
use crate::schema::Attribute;
use crate::{Error, Object};
use serde_json::Value;
use std::collections::HashSet;

impl Merge<'_> {
    pub(super) fn add_elements(
        &mut self,
        holder: &mut Object,
        attribute: &Attribute,
        value: Value,
        place: Place<'_>,
    ) -> Result<(), Error> {
        let added = value::many(attribute, value, place, self.notes)?;
        let mut elements = take(holder, attribute);
        if let Some(primary) = added.iter().find(|element| is_primary(element)) {
            let primary = identity(attribute, primary);
            let others = elements.iter_mut().filter(|element| identity(attribute, element) != primary);
            others.for_each(demote);
        }
        elements.extend(added);
        put(holder, attribute, elements, place)
    }

    /// Removes the listed values (Entra's `Remove members` with a value).
    pub(super) fn remove_elements(
        &mut self,
        holder: &mut Object,
        attribute: &Attribute,
        listed: Value,
        place: Place<'_>,
    ) -> Result<(), Error> {
        let listed = value::many(attribute, listed, place, self.notes)?;
        let mut elements = take(holder, attribute);
        if attribute.name == MEMBERS {
            let gone: HashSet<_> = listed.iter().map(|element| identity(attribute, element)).collect();
            elements.retain(|element| !gone.contains(&identity(attribute, element)));
        } else {
            elements.retain(|element| !listed.iter().any(|one| describes(attribute, one, element)));
        }
        put(holder, attribute, elements, place)
    }

    /// Edits the selected elements, or all of them, or a part of each.
    pub(super) fn elements(
        &mut self,
        holder: &mut Object,
        attribute: &Attribute,
        selection: Option<Selection<'_>>,
        sub: Option<&Attribute>,
        edit: &Edit,
        place: Place<'_>,
    ) -> Result<(), Error> {
        let mut elements = take(holder, attribute);
        let meant = |element: &Value| selection.is_none_or(|(bound, _)| matches(bound, element));
        let mut chosen: Vec<usize> = (0..elements.len()).filter(|&index| meant(&elements[index])).collect();
        if chosen.is_empty() && !edit.clears() {
            chosen.push(elements.len());
            elements.push(self.create(attribute, selection, sub, edit, place)?);
        } else {
            for &index in &chosen {
                self.element(&mut elements[index], attribute, sub, edit.clone(), place)?;
            }
        }
        keep_one_primary(&mut elements, &chosen);
        put(holder, attribute, elements, place)
    }

    /// The element that a filter of nothing but equalities describes, with the edit.
    fn create(
        &mut self,
        attribute: &Attribute,
        selection: Option<Selection<'_>>,
        sub: Option<&Attribute>,
        edit: &Edit,
        place: Place<'_>,
    ) -> Result<Value, Error> {
        let nothing = || Error::no_target(format!("nothing in `{place}` matches the filter of the path"));
        let mut object = Object::new();
        if let Some((_, filter)) = selection {
            let pairs = filter.only_equalities().ok_or_else(nothing)?;
            self.merge_parts(&mut object, attribute, pairs.into_iter().collect(), place)?;
        }
        let mut element = Value::Object(object);
        self.element(&mut element, attribute, sub, edit.clone(), place)?;
        match selection {
            Some((bound, _)) if !matches(bound, &element) => Err(nothing()),
            _ => Ok(element),
        }
    }

    fn element(
        &mut self,
        element: &mut Value,
        attribute: &Attribute,
        sub: Option<&Attribute>,
        edit: Edit,
        place: Place<'_>,
    ) -> Result<(), Error> {
        let clears = edit.clears();
        match (element.as_object_mut(), sub, edit) {
            (Some(object), Some(sub), edit) => {
                self.attribute(object, sub, edit, place.sub(&sub.name))?;
                if clears && says_nothing(object) {
                    *element = Value::Null;
                }
            }
            (_, None, _) if clears => *element = Value::Null,
            (Some(object), None, Edit::Add(Value::Object(parts)) | Edit::Replace(Value::Object(parts))) => {
                self.merge_parts(object, attribute, parts, place)?;
            }
            (Some(object), None, Edit::Add(bare) | Edit::Replace(bare)) => {
                let checked = value::one(attribute, bare, place, self.notes)?;
                object.extend(checked.and_then(into_object).unwrap_or_default());
            }
            _ => {}
        }
        Ok(())
    }
}

fn into_object(value: Value) -> Option<Object> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn matches(bound: &crate::filter::Bound, element: &Value) -> bool {
    element.as_object().is_some_and(|object| bound.matches(object))
}

/// A type and a preference are nothing without what they are about: Entra clears an address by its `value` alone.
fn says_nothing(element: &Object) -> bool {
    element.keys().all(|key| matches!(key.as_str(), "type" | "primary"))
}

/// Whether what was listed for removal describes this element: a value means it with any type.
fn describes(attribute: &Attribute, listed: &Value, element: &Value) -> bool {
    match (listed, element) {
        (Value::Object(listed), Value::Object(element)) => {
            let decisive = |key: &str| !listed.contains_key("value") || matches!(key, "value" | "type");
            let mut parts = listed.iter().filter(|(key, _)| decisive(key));
            parts.all(|(key, value)| match (attribute.sub(key), element.get(key)) {
                (Some(sub), Some(other)) => same(sub, value, other),
                _ => false,
            })
        }
        _ => same(attribute, listed, element),
    }
}

/// If a changed element is primary now, the others are not any more.
fn keep_one_primary(elements: &mut [Value], changed: &[usize]) {
    if !changed.iter().any(|&index| is_primary(&elements[index])) {
        return;
    }
    let changed: HashSet<usize> = changed.iter().copied().collect();
    let others = elements.iter_mut().enumerate().filter(|(index, _)| !changed.contains(index));
    others.for_each(|(_, element)| demote(element));
}

fn demote(element: &mut Value) {
    if is_primary(element) {
        element["primary"] = Value::Bool(false);
    }
}

fn take(holder: &mut Object, attribute: &Attribute) -> Vec<Value> {
    match holder.get_mut(&attribute.name).map(Value::take) {
        Some(Value::Array(elements)) => elements,
        _ => Vec::new(),
    }
}

fn put(
    holder: &mut Object,
    attribute: &Attribute,
    mut elements: Vec<Value>,
    place: Place<'_>,
) -> Result<(), Error> {
    elements.retain(|element| !is_empty(element));
    let elements = merge_duplicates(attribute, elements);
    check_count(attribute, elements.len(), place)?;
    check_elements(attribute, &elements, place)?;
    if elements.is_empty() {
        holder.shift_remove(&attribute.name);
    } else {
        holder.insert(attribute.name.clone(), Value::Array(elements));
    }
    Ok(())
}
