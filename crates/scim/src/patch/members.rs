//! Changes of a group's members, taken out of a request so that nobody needs the list of members to carry them out.
//!
//! A group may have a hundred thousand members and a PATCH may name one of them. Every dialect is understood: Okta's
//! filters and its rename with every change, Entra's `Remove members` with a value, bare ids, values without a path.

use super::merge::Merge;
use super::{OpKind, Operation, PatchRequest, at};
use crate::filter::{Bound, CompareOp, Filter, Literal};
use crate::path::{PatchPath, PatchTarget};
use crate::resource::elements::{MEMBERS, MOST_MEMBERS};
use crate::resource::notes::{Notes, Place};
use crate::resource::value::{self, is_empty};
use crate::schema::{Attribute, ResourceType};
use crate::{Error, Object};
use serde_json::{Value, json};

/// One change of the members of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberChange {
    /// These are members too; who is one already, gets the new `display`.
    Add(Vec<Member>),
    /// These ids are no members any more.
    Remove(Vec<String>),
    /// Members whose element satisfies this are no members any more.
    RemoveMatching(Bound),
    /// Nobody is a member any more.
    RemoveAll,
    /// These are the members, and nobody else.
    Replace(Vec<Member>),
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// The id of the resource.
    pub value: String,
    /// `User` or `Group`, as given or from `$ref`; Okta gives neither.
    pub kind: Option<String>,
    /// Name for people, as the client gave it.
    pub display: Option<String>,
}

impl Member {
    /// The element of `members` that stands for it, without `$ref`.
    pub fn to_object(&self) -> Object {
        let parts =
            [("value", Some(&self.value)), ("type", self.kind.as_ref()), ("display", self.display.as_ref())];
        let given =
            parts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.as_str().into())));
        given.collect()
    }
}

/// Takes the members out of a canonical resource, for POST and PUT.
pub fn take_members(accepted: &mut Object) -> Vec<Member> {
    match accepted.shift_remove(MEMBERS) {
        Some(Value::Array(elements)) => elements.iter().filter_map(member).collect(),
        _ => Vec::new(),
    }
}

/// Takes out of a request what it does to the members, in the same order.
///
/// # Errors
/// The first operation that is not understood, by its number; `tooMany` for too many members in all.
pub fn split_members(
    request: PatchRequest,
    rt: &ResourceType,
) -> Result<(PatchRequest, Vec<MemberChange>), Error> {
    let Some(definition) = rt.attribute(MEMBERS) else { return Ok((request, Vec::new())) };
    let mut split = Split { rt, definition, changes: Vec::new(), named: 0 };
    let mut operations = Vec::new();
    for operation in request.operations {
        let number = operation.number;
        operations.extend(split.operation(operation).map_err(|error| at(number, error))?);
    }
    Ok((PatchRequest { operations }, split.changes))
}

/// A path to members, or into them.
struct Address {
    selection: Option<(Bound, Filter)>,
    sub: Option<String>,
}

struct Split<'a> {
    rt: &'a ResourceType,
    definition: &'a Attribute,
    changes: Vec<MemberChange>,
    /// How many members the request has named so far.
    named: usize,
}

impl Split<'_> {
    /// What is left of the operation.
    fn operation(&mut self, operation: Operation) -> Result<Option<Operation>, Error> {
        let Some(path) = &operation.path else { return self.without_path(operation) };
        match self.address(path)? {
            None => Ok(Some(operation)),
            Some(address) => {
                self.change(operation.op, address, operation.value)?;
                Ok(None)
            }
        }
    }

    fn without_path(&mut self, operation: Operation) -> Result<Option<Operation>, Error> {
        let Some(Value::Object(object)) = operation.value else { return Ok(Some(operation)) };
        let given = object.len();
        let rest = self.keys(operation.op, object)?;
        let took_all = rest.is_empty() && given > 0;
        Ok((!took_all).then_some(Operation { value: Some(Value::Object(rest)), ..operation }))
    }

    /// The entries that are not about members.
    fn keys(&mut self, op: OpKind, object: Object) -> Result<Object, Error> {
        let mut rest = Object::new();
        for (key, value) in object {
            match value {
                Value::Object(inside) if key.eq_ignore_ascii_case(&self.rt.schema.id) => {
                    let inside = self.keys(op, inside)?;
                    if !inside.is_empty() {
                        rest.insert(key, Value::Object(inside));
                    }
                }
                value => {
                    match PatchPath::parse(&key).ok().map(|path| self.address(&path)).transpose()?.flatten() {
                        Some(address) => self.change(op, address, Some(value))?,
                        None => {
                            rest.insert(key, value);
                        }
                    }
                }
            }
        }
        Ok(rest)
    }

    fn address(&self, path: &PatchPath) -> Result<Option<Address>, Error> {
        if !path.attribute.attribute.eq_ignore_ascii_case(MEMBERS) {
            return Ok(None);
        }
        match path.resolve(self.rt)? {
            PatchTarget::Attribute { target, filter, filter_source, sub } if target.schema.is_none() => {
                Ok(Some(Address { selection: filter.zip(filter_source), sub }))
            }
            _ => Ok(None),
        }
    }

    fn change(&mut self, op: OpKind, address: Address, value: Option<Value>) -> Result<(), Error> {
        let value = value.unwrap_or_default();
        match (op, address.selection, address.sub.as_deref()) {
            (OpKind::Remove, None, None | Some("value")) => self.remove(value),
            (OpKind::Remove, Some((bound, filter)), None) => {
                self.changes
                    .push(ids(&filter).map_or(MemberChange::RemoveMatching(bound), MemberChange::Remove));
                Ok(())
            }
            (OpKind::Add, None, None | Some("value")) => self.add(value),
            (OpKind::Replace, None, None | Some("value")) => self.replace(value),
            (OpKind::Add | OpKind::Replace, Some((_, filter)), sub) => self.selected(&filter, sub, value),
            _ => Err(Error::mutability("members can be added and removed, but not changed")),
        }
    }

    fn add(&mut self, value: Value) -> Result<(), Error> {
        let members = self.members(value)?;
        if !members.is_empty() {
            self.changes.push(MemberChange::Add(members));
        }
        Ok(())
    }

    /// No value means all; an empty list means none of them.
    fn remove(&mut self, value: Value) -> Result<(), Error> {
        if is_empty(&value) && !value.is_array() {
            self.changes.push(MemberChange::RemoveAll);
            return Ok(());
        }
        let ids: Vec<_> = self.members(value)?.into_iter().map(|member| member.value).collect();
        if !ids.is_empty() {
            self.changes.push(MemberChange::Remove(ids));
        }
        Ok(())
    }

    fn replace(&mut self, value: Value) -> Result<(), Error> {
        let members = self.members(value)?;
        let change =
            if members.is_empty() { MemberChange::RemoveAll } else { MemberChange::Replace(members) };
        self.changes.push(change);
        Ok(())
    }

    /// `members[value eq "x"]` with a value: the member with this id, who is added if he is none.
    fn selected(&mut self, filter: &Filter, sub: Option<&str>, value: Value) -> Result<(), Error> {
        let pairs = filter.only_equalities().filter(|pairs| pairs.iter().any(|(name, _)| name == "value"));
        let Some(pairs) = pairs else {
            return Err(Error::no_target("members can only be selected by `value eq` here"));
        };
        let before = self.one(Value::Object(pairs.iter().cloned().collect()))?;
        let given = match (sub, value) {
            (Some(sub), value) => json!({ sub: value }),
            (None, Value::Object(object)) => Value::Object(object),
            (None, bare) => json!({ "value": bare }),
        };
        let mut element: Object = pairs.into_iter().collect();
        let mut notes = Notes::default();
        let parts = if let Value::Object(parts) = given { parts } else { Object::new() };
        Merge::new(&mut notes).merge_parts(&mut element, self.definition, parts, Place::top(MEMBERS))?;
        let after = if element.contains_key("value") { self.one(Value::Object(element))? } else { None };
        if let Some(before) =
            before.filter(|before| after.as_ref().is_none_or(|after| after.value != before.value))
        {
            self.changes.push(MemberChange::Remove(vec![before.value]));
        }
        self.changes.extend(after.map(|after| MemberChange::Add(vec![after])));
        Ok(())
    }

    fn one(&mut self, element: Value) -> Result<Option<Member>, Error> {
        Ok(self.members(element)?.pop())
    }

    fn members(&mut self, value: Value) -> Result<Vec<Member>, Error> {
        let elements = value::many(self.definition, value, Place::top(MEMBERS), &mut Notes::default())?;
        self.named += elements.len();
        if self.named > MOST_MEMBERS {
            return Err(Error::too_many(format!("the request names more than {MOST_MEMBERS} members")));
        }
        Ok(elements.iter().filter_map(member).collect())
    }
}

/// The ids of a filter that is nothing but `value eq …`, joined by `or`.
fn ids(filter: &Filter) -> Option<Vec<String>> {
    match filter {
        Filter::Or(items) => {
            let lists: Option<Vec<_>> = items.iter().map(ids).collect();
            lists.map(|lists| lists.concat())
        }
        Filter::Compare { path, op: CompareOp::Eq, value }
            if path.attribute == "value" && path.sub.is_none() =>
        {
            match value {
                Literal::String(id) => Some(vec![id.clone()]),
                Literal::Number(id) => Some(vec![id.to_string()]),
                _ => None,
            }
        }
        _ => None,
    }
}

fn member(element: &Value) -> Option<Member> {
    let text = |name: &str| element.get(name).and_then(Value::as_str);
    Some(Member {
        value: text("value")?.to_owned(),
        kind: text("type").or_else(|| text("$ref").and_then(kind_of)).map(str::to_owned),
        display: text("display").map(str::to_owned),
    })
}

/// The resource type that a URI such as `https://example.com/scim/v2/Users/1` is about.
fn kind_of(uri: &str) -> Option<&'static str> {
    match uri.trim_end_matches('/').rsplit('/').nth(1) {
        Some("Users") => Some("User"),
        Some("Groups") => Some("Group"),
        _ => None,
    }
}
