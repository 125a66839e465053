//! Discovery: what the server can do, its resource types and its schemas (RFC 7644 §4). Filters are refused here, so that
//! nobody takes an answer for a filtered one; paging and sorting are ignored.

use super::answer::Call;
use crate::failure::Failure;
use crate::segment::Segment;
use axum::response::Response;
use serde_json::Value;
use tenure_scim::discovery::{self, Capabilities};
use tenure_scim::query::{Paging, list_response};

pub(crate) async fn service_provider_config(call: Call) -> Result<Response, Failure> {
    refuse_filter(&call)?;
    let (engine, server) = (call.engine().settings(), &call.state.0.settings);
    let capabilities = Capabilities {
        bulk_operations: u32::try_from(server.max_bulk_operations).unwrap_or(u32::MAX),
        bulk_bytes: server.max_body as u64,
        max_page_size: engine.max_page,
        default_page_size: engine.default_page,
        cursor_timeout: Some(engine.cursor_seconds),
        documentation_uri: None,
    };
    Ok(call.document(discovery::service_provider_config(&capabilities, &engine.base_url).to_string()))
}

pub(crate) async fn resource_types(call: Call) -> Result<Response, Failure> {
    refuse_filter(&call)?;
    let engine = call.engine();
    Ok(call.document(list(&discovery::resource_types(engine.catalog(), &engine.settings().base_url))))
}

pub(crate) async fn resource_type(call: Call, Segment(name): Segment) -> Result<Response, Failure> {
    let engine = call.engine();
    let known = engine.catalog().resource_types().into_iter().find(|known| known.name == name);
    let known = known.ok_or_else(|| no_such("resource type", &name))?;
    Ok(call.document(discovery::resource_type(known, &engine.settings().base_url).to_string()))
}

pub(crate) async fn schemas(call: Call) -> Result<Response, Failure> {
    refuse_filter(&call)?;
    let engine = call.engine();
    Ok(call.document(list(&discovery::schemas(engine.catalog(), &engine.settings().base_url))))
}

pub(crate) async fn schema(call: Call, Segment(urn): Segment) -> Result<Response, Failure> {
    let engine = call.engine();
    let schema = engine.catalog().schema(&urn).ok_or_else(|| no_such("schema", &urn))?;
    Ok(call.document(discovery::schema(schema, &engine.settings().base_url).to_string()))
}

fn refuse_filter(call: &Call) -> Result<(), Failure> {
    if call.query.filter.is_some() { Err(Failure::NotFiltered) } else { Ok(()) }
}

fn list(documents: &[Value]) -> String {
    let texts: Vec<_> = documents.iter().map(Value::to_string).collect();
    list_response(texts.len() as u64, &Paging::Index { start: 1 }, texts.iter().map(String::as_str))
}

fn no_such(what: &'static str, name: &str) -> Failure {
    Failure::NoSuch { what, name: name.chars().filter(|c| !c.is_control()).take(200).collect() }
}
