//! The answer to a bulk request (RFC 7644 §3.7.3): one entry per operation, in the order of the request.

use super::{BulkItem, BulkRequest};
use crate::Object;
use serde_json::{Value, json};

/// URN of the bulk response message.
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// How one operation ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BulkResult {
    /// The HTTP status that the operation alone would have had.
    pub status: u16,
    /// URI of the resource; there always, but for a POST that failed.
    pub location: Option<String>,
    /// Entity tag of the resource.
    pub version: Option<String>,
    /// The error message body; required when the operation failed.
    pub response: Option<Value>,
}

/// Collects results in the order of execution and answers in the order of the request.
#[derive(Debug)]
pub struct BulkResponse<'a> {
    request: &'a BulkRequest,
    results: Vec<Option<BulkResult>>,
}

impl<'a> BulkResponse<'a> {
    /// No results yet.
    pub fn new(request: &'a BulkRequest) -> Self {
        Self { request, results: vec![None; request.items.len()] }
    }

    /// Keeps the result of the operation with this index; a later one, such as that of its completion, replaces it.
    pub fn record(&mut self, index: usize, result: BulkResult) {
        self.results[index] = Some(result);
    }

    /// The result so far of the operation with this index.
    pub fn result(&self, index: usize) -> Option<&BulkResult> {
        self.results[index].as_ref()
    }

    /// Whether as many operations have failed as the client is willing to see.
    pub fn should_stop(&self) -> bool {
        let failed = self.results.iter().flatten().filter(|result| result.status >= 400).count();
        self.request.fail_on_errors.is_some_and(|most| failed >= most as usize)
    }

    /// The response message. Operations without a result were not carried out and are left out.
    pub fn into_body(self) -> Value {
        let pairs = self.request.items.iter().zip(self.results);
        let entries: Vec<Value> = pairs.filter_map(|(item, result)| Some(entry(item, result?))).collect();
        json!({ "schemas": [BULK_RESPONSE], "Operations": entries })
    }
}

fn entry(item: &BulkItem, result: BulkResult) -> Value {
    let mut entry = Object::new();
    let mut set = |key: &str, value: Option<Value>| entry.extend(value.map(|value| (key.to_owned(), value)));
    set("location", result.location.map(Value::from));
    set("method", item.method.map(|method| method.to_string().into()));
    set("bulkId", item.bulk_id.clone().map(Value::from));
    set("version", result.version.map(Value::from));
    set("status", Some(result.status.to_string().into()));
    set("response", result.response);
    Value::Object(entry)
}
