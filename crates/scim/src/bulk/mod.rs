//! Bulk requests and responses (RFC 7644 §3.7): many operations in one message, in an order that can be carried out.
//!
//! A mistake in one operation is that operation's answer and nobody else's; only what is wrong with the message as a
//! whole refuses the message. Nothing is carried out here: [`plan`] says in which order, the server does it.

mod plan;
mod references;
mod response;

pub use plan::{Step, plan};
pub use references::{completion, resolve_references, without_references};
pub use response::{BULK_RESPONSE, BulkResponse, BulkResult};

use crate::schema::Catalog;
use crate::{Error, Object};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// URN of the bulk request message.
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// How much one bulk request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkLimits {
    /// The most operations.
    pub max_operations: usize,
}

/// A bulk request.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// Stop after this many operations have failed; `None` carries on to the end.
    pub fail_on_errors: Option<u32>,
    /// The operations in the order given.
    pub items: Vec<BulkItem>,
}

/// One operation, or what is wrong with it, and what its answer must repeat.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkItem {
    /// The method, if it is one.
    pub method: Option<Method>,
    /// The client's name for the operation.
    pub bulk_id: Option<String>,
    /// What to do.
    pub operation: Result<BulkOperation, Error>,
}

/// A well-formed operation.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOperation {
    /// What to do.
    pub method: Method,
    /// The client's name for the new resource; always there with POST.
    pub bulk_id: Option<String>,
    /// With which resource.
    pub path: BulkPath,
    /// The entity tag that the resource must have, as given.
    pub version: Option<String>,
    /// The resource, or the PATCH request; always there but with DELETE.
    pub data: Option<Value>,
}

/// The HTTP methods of bulk operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Delete.
    Delete,
}

/// The resource of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPath {
    /// Name of the resource type, `User` or `Group`.
    pub resource_type: String,
    /// The id, which may be `bulkId:x`; none with POST.
    pub id: Option<String>,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        })
    }
}

impl BulkPath {
    /// The id, with `bulkId:x` replaced by the real one.
    ///
    /// # Errors
    /// `invalidValue` when it refers to something that has not been created.
    pub fn resolved_id(&self, known: &HashMap<String, String>) -> Result<Option<String>, Error> {
        self.id.as_deref().map(|id| references::resolved(id, known)).transpose()
    }
}

impl BulkRequest {
    /// Reads the message.
    ///
    /// # Errors
    /// `invalidSyntax` when it is no bulk request, too large when it has too many operations.
    pub fn parse(body: Value, catalog: &Catalog, limits: &BulkLimits) -> Result<Self, Error> {
        let Value::Object(mut body) = body else {
            return Err(Error::invalid_syntax("a bulk request must be a JSON object"));
        };
        check_message(take(&mut body, "schemas").as_ref())?;
        let fail_on_errors = fail_on_errors(take(&mut body, "failOnErrors"))?;
        let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
            return Err(Error::invalid_syntax("a bulk request needs an array `Operations`"));
        };
        if operations.len() > limits.max_operations {
            let (count, most) = (operations.len(), limits.max_operations);
            return Err(Error::too_large(format!(
                "{count} operations are too many; at most {most} are taken"
            )));
        }
        let mut taken = HashSet::new();
        let items = operations.into_iter().map(|operation| item(operation, catalog, &mut taken)).collect();
        Ok(Self { fail_on_errors, items })
    }
}

/// The value under this key in any case.
fn take(object: &mut Object, name: &str) -> Option<Value> {
    let key = object.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    object.shift_remove(&key).filter(|value| !value.is_null())
}

fn take_text(object: &mut Object, name: &str) -> Result<Option<String>, Error> {
    match take(object, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::invalid_syntax(format!("`{name}` must be a text"))),
    }
}

fn check_message(schemas: Option<&Value>) -> Result<(), Error> {
    let Some(schemas) = schemas else { return Ok(()) };
    let named = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(BULK_REQUEST));
    match schemas.as_array() {
        Some(urns) if urns.is_empty() || urns.iter().any(named) => Ok(()),
        _ => Err(Error::invalid_syntax(format!("`schemas` of a bulk request must contain `{BULK_REQUEST}`"))),
    }
}

/// Zero would stop before the first operation, so it is taken as "no limit".
fn fail_on_errors(value: Option<Value>) -> Result<Option<u32>, Error> {
    let Some(value) = value else { return Ok(None) };
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let number = number.ok_or_else(|| Error::invalid_syntax("`failOnErrors` must be a whole number"))?;
    Ok(u32::try_from(number).ok().filter(|&number| number > 0))
}

fn item(operation: Value, catalog: &Catalog, taken: &mut HashSet<String>) -> BulkItem {
    let Value::Object(mut object) = operation else {
        let operation = Err(Error::invalid_syntax("a bulk operation must be a JSON object"));
        return BulkItem { method: None, bulk_id: None, operation };
    };
    let method = method(&mut object);
    let bulk_id = bulk_id(&mut object);
    BulkItem {
        method: method.as_ref().ok().copied(),
        bulk_id: bulk_id.as_ref().ok().cloned().flatten(),
        operation: method.and_then(|method| operation_of(method, bulk_id?, object, catalog, taken)),
    }
}

fn method(object: &mut Object) -> Result<Method, Error> {
    let text = take_text(object, "method")?.unwrap_or_default();
    let methods = [Method::Post, Method::Put, Method::Patch, Method::Delete];
    let found = methods.into_iter().find(|method| method.to_string().eq_ignore_ascii_case(&text));
    found.ok_or_else(|| Error::invalid_syntax("`method` must be one of POST, PUT, PATCH and DELETE"))
}

fn bulk_id(object: &mut Object) -> Result<Option<String>, Error> {
    let id = take_text(object, "bulkId")?.filter(|id| !id.is_empty());
    match id {
        Some(id) if id.len() > 255 => Err(Error::invalid_value("`bulkId` is longer than 255 bytes")),
        id => Ok(id),
    }
}

fn operation_of(
    method: Method,
    bulk_id: Option<String>,
    mut object: Object,
    catalog: &Catalog,
    taken: &mut HashSet<String>,
) -> Result<BulkOperation, Error> {
    if method == Method::Post {
        let id =
            bulk_id.clone().ok_or_else(|| Error::invalid_value("POST in a bulk request needs a `bulkId`"))?;
        if !taken.insert(id) {
            return Err(Error::invalid_value("the `bulkId` is used twice in this bulk request"));
        }
    }
    let path = path(&take_text(&mut object, "path")?.unwrap_or_default(), method, catalog)?;
    let version = take_text(&mut object, "version")?;
    let data = take(&mut object, "data").filter(|_| method != Method::Delete);
    if data.is_none() && method != Method::Delete {
        return Err(Error::invalid_value(format!("{method} in a bulk request needs `data`")));
    }
    Ok(BulkOperation { method, bulk_id, path, version, data })
}

fn path(text: &str, method: Method, catalog: &Catalog) -> Result<BulkPath, Error> {
    let mut segments = text.split('/').filter(|segment| !segment.is_empty());
    let endpoint = segments.next().unwrap_or_default();
    let types = catalog.resource_types();
    let found =
        types.into_iter().find(|rt| rt.endpoint.trim_start_matches('/').eq_ignore_ascii_case(endpoint));
    let wrong = || {
        let wanted = if method == Method::Post { "`/Users` or `/Groups`" } else { "as in `/Users/{id}`" };
        Error::invalid_value(format!("`path` of {method} must be {wanted}"))
    };
    let id = segments.next().map(str::to_owned);
    let well_formed = segments.next().is_none() && !text.contains(['?', '#']);
    match found {
        Some(rt) if well_formed && id.is_some() == (method != Method::Post) => {
            Ok(BulkPath { resource_type: rt.name.clone(), id })
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests;
