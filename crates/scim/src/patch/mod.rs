//! PATCH requests (RFC 7644 §3.5.2): reading them here, carrying them out in `apply`, members of groups apart.
//!
//! Accepted beyond the RFC, because Okta, Entra and Databricks send it: `op` and keys in any case, no `schemas`, values
//! without a path whose keys are paths, `""` and null for "no value", `remove` with the values to remove.

mod apply;
mod lists;
mod members;
mod merge;

pub use apply::{Patched, apply};
pub use members::{Member, MemberChange, split_members, take_members};

use crate::path::PatchPath;
use crate::{Error, Object};
use serde_json::Value;

/// URN of the PATCH message.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The most operations of one request.
const MOST_OPERATIONS: usize = 1_000;

/// A PATCH request.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchRequest {
    /// What to do, in this order.
    pub operations: Vec<Operation>,
}

/// One operation of a PATCH request.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its place in the request as sent, from 1.
    pub number: usize,
    /// What to do.
    pub op: OpKind,
    /// With what; without a path the value is an object whose keys are paths.
    pub path: Option<PatchPath>,
    /// The value; always there with `add` and `replace`, where null means "no value".
    pub value: Option<Value>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpKind {
    /// Adds to what is there.
    Add,
    /// Takes away.
    Remove,
    /// Takes the place of what is there.
    Replace,
}

impl PatchRequest {
    /// Reads the message, without knowing any schema.
    ///
    /// # Errors
    /// What is wrong with the message, or with the first operation that is wrong, by its number.
    pub fn parse(body: Value) -> Result<Self, Error> {
        let Value::Object(mut body) = body else {
            return Err(Error::invalid_syntax("a PATCH request must be a JSON object"));
        };
        check_message(take(&mut body, "schemas").as_ref())?;
        let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
            return Err(Error::invalid_syntax("a PATCH request needs an array `Operations`"));
        };
        match operations.len() {
            0 => Err(Error::invalid_value("`Operations` is empty")),
            1..=MOST_OPERATIONS => Ok(()),
            count => Err(Error::too_many(format!(
                "{count} operations are too many; at most {MOST_OPERATIONS} are taken"
            ))),
        }?;
        let numbered = operations.into_iter().zip(1..);
        let operations = numbered.map(|(value, number)| operation(value, number).map_err(|e| at(number, e)));
        Ok(Self { operations: operations.collect::<Result<_, _>>()? })
    }
}

/// Says in which operation the mistake is.
fn at(number: usize, mut error: Error) -> Error {
    error.detail.insert_str(0, &format!("operation {number}: "));
    error
}

/// The value under this key in any case; null is a value.
fn take(object: &mut Object, name: &str) -> Option<Value> {
    let key = object.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    object.shift_remove(&key)
}

fn check_message(schemas: Option<&Value>) -> Result<(), Error> {
    let urns = match schemas {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(urns)) => urns.as_slice(),
        Some(other) => std::slice::from_ref(other),
    };
    let mut texts = urns.iter().filter_map(Value::as_str);
    if texts.clone().any(|urn| urn.eq_ignore_ascii_case(PATCH_OP)) {
        return Ok(());
    }
    let detail = format!("`schemas` of a PATCH request must contain `{PATCH_OP}`");
    let other_version = texts.any(|urn| urn.to_ascii_lowercase().ends_with(":patchop"));
    Err(if other_version { Error::invalid_version(detail) } else { Error::invalid_syntax(detail) })
}

fn operation(operation: Value, number: usize) -> Result<Operation, Error> {
    let Value::Object(mut operation) = operation else {
        return Err(Error::invalid_syntax("must be a JSON object"));
    };
    let op = kind(take(&mut operation, "op").as_ref())?;
    let path = path(take(&mut operation, "path"))?;
    let value = take(&mut operation, "value");
    match (op, &path, &value) {
        (OpKind::Remove, None, _) => Err(Error::no_target("`remove` needs a `path`")),
        (OpKind::Add | OpKind::Replace, _, None) => Err(Error::invalid_value("`value` is missing")),
        (OpKind::Add | OpKind::Replace, None, Some(value)) if !value.is_object() => {
            Err(Error::invalid_value("without a `path`, `value` must be an object"))
        }
        _ => Ok(Operation { number, op, path, value }),
    }
}

fn kind(op: Option<&Value>) -> Result<OpKind, Error> {
    let kinds = [("add", OpKind::Add), ("remove", OpKind::Remove), ("replace", OpKind::Replace)];
    let named = |text: &str| kinds.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
    let found = op.and_then(Value::as_str).and_then(named);
    found
        .map(|(_, kind)| kind)
        .ok_or_else(|| Error::invalid_syntax("`op` must be `add`, `remove` or `replace`"))
}

fn path(path: Option<Value>) -> Result<Option<PatchPath>, Error> {
    match path {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => PatchPath::parse(&text).map(Some),
        Some(_) => Err(Error::invalid_path("`path` must be a text")),
    }
}

#[cfg(test)]
mod tests;
