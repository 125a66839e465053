//! Carrying out a PATCH request on a canonical resource (RFC 7644 §3.5.2), all of it or nothing.
//!
//! This file finds what a path means; what then happens to one attribute is in `merge`, to a list in `lists`.

use super::merge::{Edit, Merge, within};
use super::{Operation, PatchRequest, at};
use crate::path::{PatchPath, PatchTarget, Target};
use crate::resource::notes::{Note, NoteKind, Notes, Place};
use crate::resource::value::is_empty;
use crate::resource::{check_immutable, missing, schemas_of};
use crate::schema::{Attribute, ResourceType, Schema};
use crate::{Error, Object};
use serde_json::Value;

/// A canonical resource after a PATCH.
#[derive(Debug, Clone, PartialEq)]
pub struct Patched {
    /// The canonical resource.
    pub attributes: Object,
    /// What was ignored, dropped or converted.
    pub notes: Vec<Note>,
}

/// The resource that results from the request. `current` must be canonical; it is not changed.
///
/// # Errors
/// The first operation that cannot be carried out, by its number; or the required or immutable attribute that the
/// request as a whole would remove or change.
pub fn apply(request: &PatchRequest, current: &Object, rt: &ResourceType) -> Result<Patched, Error> {
    let mut notes = Notes::default();
    let mut patch = Patch { rt, resource: current.clone(), merge: Merge::new(&mut notes) };
    for operation in &request.operations {
        patch.operation(operation).map_err(|error| at(operation.number, error))?;
    }
    let mut attributes = patch.resource;
    check_required(&attributes, current, rt)?;
    check_immutable(&attributes, current, rt)?;
    schemas_of(&mut attributes, rt);
    Ok(Patched { attributes, notes: notes.into_vec() })
}

/// What was missing before may go on missing: a schema may have become stricter, and people still leave.
fn check_required(attributes: &Object, current: &Object, rt: &ResourceType) -> Result<(), Error> {
    let before = missing(current, rt);
    match missing(attributes, rt).into_iter().find(|path| !before.contains(path)) {
        Some(path) => {
            Err(Error::invalid_value(format!("`{path}` is required and would be missing or blank")))
        }
        None => Ok(()),
    }
}

struct Patch<'a, 'n> {
    rt: &'a ResourceType,
    resource: Object,
    merge: Merge<'n>,
}

impl<'a> Patch<'a, '_> {
    fn operation(&mut self, operation: &Operation) -> Result<(), Error> {
        let edit = Edit::new(operation.op, operation.value.clone());
        match &operation.path {
            Some(path) => {
                self.merge.tolerant = false;
                self.target(path.resolve(self.rt)?, edit, &path.to_string())
            }
            None => {
                self.merge.tolerant = true;
                self.keys(&edit)
            }
        }
    }

    /// A value without a path: every key is one.
    fn keys(&mut self, edit: &Edit) -> Result<(), Error> {
        for (key, value) in edit.entries() {
            let edit = edit.with(value.clone());
            if key.eq_ignore_ascii_case(&self.rt.schema.id) && value.is_object() {
                self.keys(&edit)?;
            } else if let Some(schema) = self.rt.extension(key) {
                self.extension(schema, &edit)?;
            } else {
                self.key(key, edit)?;
            }
        }
        Ok(())
    }

    /// A key that is no path is an attribute that we do not know, unless it has a filter.
    fn key(&mut self, key: &str, edit: Edit) -> Result<(), Error> {
        match PatchPath::parse(key) {
            Ok(path) => self.target(path.resolve(self.rt)?, edit, key),
            Err(error) if key.contains('[') => Err(error),
            Err(_) => self.target(PatchTarget::Unknown, edit, key),
        }
    }

    fn target(&mut self, target: PatchTarget, edit: Edit, written: &str) -> Result<(), Error> {
        match target {
            PatchTarget::Unknown => {
                self.merge.notes.add(written, NoteKind::UnknownAttribute);
                Ok(())
            }
            PatchTarget::Extension(urn) => {
                self.rt.extension(&urn).map_or(Ok(()), |schema| self.extension(schema, &edit))
            }
            // The server alone says which schemas a resource has.
            PatchTarget::Attribute { target, .. }
                if target.schema.is_none() && target.attribute == "schemas" =>
            {
                self.merge.notes.add(written, NoteKind::ReadOnly);
                Ok(())
            }
            PatchTarget::Attribute { target, filter, filter_source, .. } => {
                let (attribute, sub) = definitions(self.rt, &target);
                let selection = filter.as_ref().zip(filter_source.as_ref());
                let urn = target.schema.as_deref().map(Place::top);
                let place =
                    urn.as_ref().map_or(Place::top(&attribute.name), |urn| urn.attribute(&attribute.name));
                within(&mut self.resource, target.schema.as_deref(), |holder| {
                    self.merge.target(holder, attribute, selection, sub, edit, place)
                })
            }
        }
    }

    /// A whole extension: what the value gives is changed, the rest of it stays.
    fn extension(&mut self, schema: &'a Schema, edit: &Edit) -> Result<(), Error> {
        match edit {
            Edit::Add(value) | Edit::Replace(value) if !is_empty(value) && !value.is_object() => {
                Err(Error::invalid_value(format!("the value of `{}` must be an object", schema.id)))
            }
            Edit::Add(Value::Object(_)) | Edit::Replace(Value::Object(_)) => {
                self.merge.tolerant = true;
                edit.entries().filter(|(key, _)| !key.eq_ignore_ascii_case("schemas")).try_for_each(
                    |(key, value)| self.key(&format!("{}:{key}", schema.id), edit.with(value.clone())),
                )
            }
            Edit::Add(_) => Ok(()),
            Edit::Replace(_) | Edit::Remove(_) => {
                self.resource.shift_remove(&schema.id);
                Ok(())
            }
        }
    }
}

fn definitions<'a>(rt: &'a ResourceType, target: &Target) -> (&'a Attribute, Option<&'a Attribute>) {
    let attribute = match &target.schema {
        Some(urn) => rt.extension(urn).and_then(|schema| schema.attribute(&target.attribute)),
        None => rt.attribute(&target.attribute),
    };
    // INVARIANT: the target was resolved against this resource type.
    let attribute = attribute.expect("a resolved target has a definition");
    (attribute, target.sub.as_deref().and_then(|sub| attribute.sub(sub)))
}
