//! The OpenAPI document: made from the handlers, completed with what is true of every operation.

use crate::failure::Problem;
use crate::view;
use serde_json::{Value, json};
use std::sync::Arc;
use tenure_engine::token::AdminScope;
use utoipa::OpenApi;

/// What the handlers do not say.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Tenure admin API",
        version = "1",
        description = "What administrators and their programs read and decide. Everything that the command line and the \
            console do goes through the same operations.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/api/v1")),
    components(schemas(Problem, view::Event))
)]
pub(super) struct Frame;

/// The document as it is served.
#[derive(Debug, Clone)]
pub(super) struct Text(pub(super) Arc<str>);

impl Text {
    pub(super) fn new(document: &Value) -> Self {
        Self(format!("{document:#}\n").into())
    }
}

/// Where an answer can occur.
#[derive(Debug, Clone, Copy)]
enum Where {
    /// Operations that read parameters or a body.
    Input,
    /// Operations that need a token.
    Guarded,
    /// Operations that read a body.
    Body,
    /// Operations on something with an id.
    Named,
    /// All.
    Everywhere,
}

/// Answers that operations give beside their own: name, status, where, and what it means.
const COMMON: [(&str, &str, Where, &str); 10] = [
    (
        "BadRequest",
        "400",
        Where::Input,
        "A parameter or field is missing, unknown or wrong; `detail` names it",
    ),
    ("Unauthorized", "401", Where::Guarded, "No token, or one that does not work"),
    ("Forbidden", "403", Where::Guarded, "The token is a source's, or lacks the scope"),
    ("NotFound", "404", Where::Named, "There is nothing under this id"),
    ("NotAcceptable", "406", Where::Guarded, "The client does not accept JSON"),
    ("TooLarge", "413", Where::Body, "The body is too large"),
    ("UnsupportedMediaType", "415", Where::Body, "The body is not JSON"),
    ("TooManyRequests", "429", Where::Guarded, "The token asks too much; `Retry-After` says when to go on"),
    ("Failed", "500", Where::Everywhere, "A defect, or the store failed; it has been logged"),
    (
        "Unavailable",
        "503",
        Where::Everywhere,
        "Overloaded, too slow or without database; try again in a moment",
    ),
];

impl Where {
    fn is(self, path: &str, operation: &Value) -> bool {
        let has_body = operation.get("requestBody").is_some();
        match self {
            Self::Input => has_body || operation.get("parameters").is_some(),
            Self::Guarded => operation["security"] != json!([{}]),
            Self::Body => has_body,
            Self::Named => path.contains('{'),
            Self::Everywhere => true,
        }
    }
}

/// The whole document: the security scheme, and every answer of every operation.
pub(super) fn complete(document: utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(document).expect("a document can be written");
    document["components"]["securitySchemes"] = json!({ "token": security_scheme() });
    document["components"]["responses"] =
        COMMON.iter().map(|(name, _, _, what)| response(name, what)).collect();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, operations) in paths {
        for (_, operation) in operations.as_object_mut().into_iter().flatten() {
            complete_operation(path, operation);
        }
    }
    document
}

fn complete_operation(path: &str, operation: &mut Value) {
    let common: Vec<_> = COMMON.iter().filter(|(_, _, place, _)| place.is(path, operation)).collect();
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (name, status, _, _) in common {
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        responses.entry(*status).or_insert(reference);
    }
    responses.sort_keys();
}

fn response(name: &str, what: &str) -> (String, Value) {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    let body =
        json!({ "description": what, "content": { "application/problem+json": { "schema": schema } } });
    (name.to_owned(), body)
}

fn security_scheme() -> Value {
    let scopes: Vec<_> = AdminScope::ALL.iter().map(|scope| format!("`{}`", scope.name())).collect();
    json!({
        "type": "http",
        "scheme": "bearer",
        "description": format!(
            "A token of `tenure token create --admin NAME --scope …`. Scopes: {}. Each operation names the one that it takes.",
            scopes.join(", ")
        ),
    })
}
