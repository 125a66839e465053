//! One edit of one attribute of an object (RFC 7644 §3.5.2.1 to §3.5.2.3).
//!
//! `add` and `replace` differ for lists only. A complex value is merged part by part, also by `replace`: parts that
//! are not given stay (§3.5.2.3). Every value passes the checks that POST has.

use super::OpKind;
use crate::filter::{Bound, Filter};
use crate::resource::notes::{NoteKind, Notes, Place};
use crate::resource::value::{self, find_sub, is_empty, refusal};
use crate::schema::{Attribute, Kind};
use crate::{Error, Object};
use serde_json::Value;

/// What to do with one attribute.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Add(Value),
    Replace(Value),
    /// With the values to remove, if only some are meant.
    Remove(Option<Value>),
}

impl Edit {
    pub(super) fn new(op: OpKind, value: Option<Value>) -> Self {
        match op {
            OpKind::Add => Self::Add(value.unwrap_or_default()),
            OpKind::Replace => Self::Replace(value.unwrap_or_default()),
            OpKind::Remove => Self::Remove(value),
        }
    }

    /// The same kind of edit with a part of the value.
    pub(super) fn with(&self, part: Value) -> Self {
        match self {
            Self::Add(_) => Self::Add(part),
            Self::Replace(_) => Self::Replace(part),
            Self::Remove(_) => Self::Remove(Some(part)),
        }
    }

    /// The entries of the value, if it is an object.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&String, &Value)> {
        let value = match self {
            Self::Add(value) | Self::Replace(value) => Some(value),
            Self::Remove(value) => value.as_ref(),
        };
        value.and_then(Value::as_object).into_iter().flatten()
    }

    /// Whether a single value is gone after this. An empty object gives no part, so it changes none.
    pub(super) fn clears(&self) -> bool {
        match self {
            Self::Add(value) | Self::Replace(value) => is_empty(value) && !value.is_object(),
            Self::Remove(_) => true,
        }
    }
}

/// Which elements of a list are meant: bound to match them, as written to create one.
pub(super) type Selection<'a> = (&'a Bound, &'a Filter);

pub(super) struct Merge<'n> {
    pub(super) notes: &'n mut Notes,
    /// Whether what clients may not write is noted instead of refused: it is, where a whole object is sent back.
    pub(super) tolerant: bool,
}

impl<'n> Merge<'n> {
    pub(super) fn new(notes: &'n mut Notes) -> Self {
        Self { notes, tolerant: false }
    }

    /// Edits what a path means: an attribute, a part of it, or some of its elements.
    pub(super) fn target(
        &mut self,
        holder: &mut Object,
        attribute: &Attribute,
        selection: Option<Selection<'_>>,
        sub: Option<&Attribute>,
        edit: Edit,
        place: Place<'_>,
    ) -> Result<(), Error> {
        if let Some(kind) = refusal(attribute) {
            return self.refuse(kind, place);
        }
        match (selection, sub) {
            (None, None) => self.attribute(holder, attribute, edit, place),
            (None, Some(sub)) if !attribute.multi_valued => self.part(holder, attribute, sub, edit, place),
            _ if attribute.multi_valued => self.elements(holder, attribute, selection, sub, &edit, place),
            _ => Err(Error::invalid_path(format!(
                "`{place}` has one value, so `[…]` cannot select among them"
            ))),
        }
    }

    pub(super) fn attribute(
        &mut self,
        holder: &mut Object,
        attribute: &Attribute,
        edit: Edit,
        place: Place<'_>,
    ) -> Result<(), Error> {
        if let Some(kind) = refusal(attribute) {
            return self.refuse(kind, place);
        }
        match edit {
            Edit::Add(value) if attribute.multi_valued => self.add_elements(holder, attribute, value, place),
            Edit::Remove(Some(listed))
                if attribute.multi_valued && (listed.is_array() || !is_empty(&listed)) =>
            {
                self.remove_elements(holder, attribute, listed, place)
            }
            edit if edit.clears() => {
                holder.shift_remove(&attribute.name);
                Ok(())
            }
            Edit::Add(value) | Edit::Replace(value)
                if attribute.kind == Kind::Complex && !attribute.multi_valued =>
            {
                self.parts(holder, attribute, value, place)
            }
            Edit::Add(value) | Edit::Replace(value) => self.set(holder, attribute, value, place),
            Edit::Remove(_) => Ok(()),
        }
    }

    fn set(
        &mut self,
        holder: &mut Object,
        attribute: &Attribute,
        value: Value,
        place: Place<'_>,
    ) -> Result<(), Error> {
        match value::check(attribute, value, place, self.notes)? {
            Some(value) => holder.insert(attribute.name.clone(), value),
            None => holder.shift_remove(&attribute.name),
        };
        Ok(())
    }

    fn part(
        &mut self,
        holder: &mut Object,
        attribute: &Attribute,
        sub: &Attribute,
        edit: Edit,
        place: Place<'_>,
    ) -> Result<(), Error> {
        within(holder, Some(&attribute.name), |inside| {
            self.attribute(inside, sub, edit, place.sub(&sub.name))
        })
    }

    fn parts(
        &mut self,
        holder: &mut Object,
        attribute: &Attribute,
        value: Value,
        place: Place<'_>,
    ) -> Result<(), Error> {
        match value {
            Value::Object(parts) => within(holder, Some(&attribute.name), |inside| {
                self.merge_parts(inside, attribute, parts, place)
            }),
            bare => self.set(holder, attribute, bare, place),
        }
    }

    /// Merges an object into a complex value; null and `""` clear a part.
    pub(super) fn merge_parts(
        &mut self,
        inside: &mut Object,
        attribute: &Attribute,
        parts: Object,
        place: Place<'_>,
    ) -> Result<(), Error> {
        let strict = !std::mem::replace(&mut self.tolerant, true);
        for (key, value) in parts {
            match find_sub(attribute, &key) {
                Some(sub) => self.attribute(inside, sub, Edit::Replace(value), place.sub(&sub.name))?,
                None => self.notes.add(place.sub(&key), NoteKind::UnknownAttribute),
            }
        }
        self.tolerant = !strict;
        Ok(())
    }

    fn refuse(&mut self, kind: NoteKind, place: Place<'_>) -> Result<(), Error> {
        if kind == NoteKind::ReadOnly && !self.tolerant {
            return Err(Error::mutability(format!("`{place}` is read-only")));
        }
        self.notes.add(place, kind);
        Ok(())
    }
}

/// Works on the object under this key, or on the holder itself, and leaves no empty object behind.
pub(super) fn within(
    holder: &mut Object,
    key: Option<&str>,
    work: impl FnOnce(&mut Object) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(key) = key else { return work(holder) };
    if let Some(Value::Object(inside)) = holder.get_mut(key) {
        work(inside)?;
        if inside.is_empty() {
            holder.shift_remove(key);
        }
        return Ok(());
    }
    let mut inside = Object::new();
    work(&mut inside)?;
    if !inside.is_empty() {
        holder.insert(key.to_owned(), Value::Object(inside));
    }
    Ok(())
}
