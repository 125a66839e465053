//! `/Bulk` (RFC 7644 §3.7): many operations in one request, in an order in which references can be followed. Each is
//! carried out and answered as if it had come alone.

use super::answer::Call;
use crate::body::Body;
use crate::failure::Failure;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use tenure_engine::{Answer, Preconditions};
use tenure_scim::Error;
use tenure_scim::bulk::{
    BulkLimits, BulkOperation, BulkRequest, BulkResponse, BulkResult, Method, Step, completion, plan,
    resolve_references, without_references,
};
use tenure_scim::etag::{Condition, Version};
use tenure_scim::projection::Projection;
use tenure_store::query::Kind;

pub(crate) async fn bulk(call: Call, Body(body): Body) -> Result<Response, Failure> {
    let engine = call.engine();
    let limits = BulkLimits { max_operations: call.state.0.settings.max_bulk_operations };
    let request = BulkRequest::parse(body, engine.catalog(), &limits)?;
    let mut run =
        Run { call: &call, request: &request, known: HashMap::new(), response: BulkResponse::new(&request) };
    for step in plan(&request) {
        if run.response.should_stop() {
            break;
        }
        run.step(step).await;
    }
    Ok(call.document(run.response.into_body().to_string()))
}

/// A bulk request on its way.
struct Run<'a> {
    call: &'a Call,
    request: &'a BulkRequest,
    /// What each `bulkId` has become.
    known: HashMap<String, String>,
    response: BulkResponse<'a>,
}

/// What one operation came to.
struct Done {
    status: StatusCode,
    answer: Option<Answer>,
}

impl Run<'_> {
    async fn step(&mut self, step: Step) {
        let (index, result) = match step {
            Step::Run(index) => (index, self.run(index, &BTreeSet::new()).await),
            Step::RunWithout { index, references } => (index, self.run(index, &references).await),
            Step::Complete { index, references } => (index, self.complete(index, &references).await),
        };
        if let Ok(Some(done)) = &result
            && let (Some(bulk_id), Some(answer)) = (&self.request.items[index].bulk_id, &done.answer)
        {
            self.known.insert(bulk_id.clone(), answer.id.clone());
        }
        match result {
            Ok(Some(done)) => self.response.record(index, succeeded(&done)),
            Ok(None) => {}
            Err(failure) => self.response.record(index, failed(&failure)),
        }
    }

    async fn run(&self, index: usize, without: &BTreeSet<String>) -> Result<Option<Done>, Failure> {
        let operation = self.request.items[index].operation.as_ref().map_err(Clone::clone)?;
        let mut data = operation.data.clone().unwrap_or(Value::Null);
        if !without.is_empty() {
            data = without_references(&data, without);
        }
        resolve_references(&mut data, &self.known)?;
        self.carry_out(operation, data).await.map(Some)
    }

    /// The second half of an operation that was part of a circle.
    async fn complete(&self, index: usize, references: &BTreeSet<String>) -> Result<Option<Done>, Failure> {
        let Ok(operation) = &self.request.items[index].operation else { return Ok(None) };
        let id = match &operation.bulk_id {
            Some(bulk_id) => self.known.get(bulk_id).cloned(),
            None => operation.path.resolved_id(&self.known)?,
        };
        // If the first half failed, its failure is the answer.
        let Some(id) = id else { return Ok(None) };
        let data = completion(operation.data.as_ref().unwrap_or(&Value::Null), references, &self.known)?;
        let (engine, conditions, projection) =
            (self.call.engine(), Preconditions::default(), Projection::default());
        let answer =
            engine.patch(kind(operation), &self.call.caller, &id, data, &conditions, &projection).await?;
        let status = if operation.method == Method::Post { StatusCode::CREATED } else { StatusCode::OK };
        Ok(Some(Done { status, answer: Some(answer) }))
    }

    async fn carry_out(&self, operation: &BulkOperation, data: Value) -> Result<Done, Failure> {
        let (kind, conditions) = (kind(operation), conditions(operation)?);
        let (engine, caller, projection) = (self.call.engine(), &self.call.caller, Projection::default());
        let id = || {
            let id = operation.path.resolved_id(&self.known)?;
            id.ok_or_else(|| Error::invalid_value("the path of the operation has no id"))
        };
        let (status, answer) = match operation.method {
            Method::Post => {
                (StatusCode::CREATED, Some(engine.create(kind, caller, data, &projection).await?))
            }
            Method::Put => {
                let answer = engine.replace(kind, caller, &id()?, data, &conditions, &projection).await?;
                (StatusCode::OK, Some(answer))
            }
            Method::Patch => {
                let answer = engine.patch(kind, caller, &id()?, data, &conditions, &projection).await?;
                (StatusCode::OK, Some(answer))
            }
            Method::Delete => {
                engine.end(kind, caller, &id()?, &conditions).await?;
                (StatusCode::NO_CONTENT, None)
            }
        };
        Ok(Done { status, answer })
    }
}

fn kind(operation: &BulkOperation) -> Kind {
    if operation.path.resource_type == "Group" { Kind::Groups } else { Kind::Users }
}

fn conditions(operation: &BulkOperation) -> Result<Preconditions, Error> {
    let if_match = operation.version.as_deref().map(Condition::parse).transpose()?;
    Ok(Preconditions { if_match, if_none_match: None })
}

fn succeeded(done: &Done) -> BulkResult {
    let answer = done.answer.as_ref();
    BulkResult {
        status: done.status.as_u16(),
        location: answer.map(|answer| answer.location.clone()),
        version: answer.map(|answer| Version(answer.version).to_string()),
        response: None,
    }
}

fn failed(failure: &Failure) -> BulkResult {
    failure.log();
    BulkResult {
        status: failure.status().as_u16(),
        location: None,
        version: None,
        response: Some(failure.body()),
    }
}
