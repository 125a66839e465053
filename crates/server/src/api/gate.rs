//! Who may call what. The OpenAPI document says it, and here it is enforced: what the document does not open is closed,
//! so that an endpoint without authorisation answers nobody.

use crate::State;
use crate::auth::{Admin, Asked, admit_admin};
use crate::failure::Failure;
use crate::media::check_accepts_json;
use axum::extract::{self, MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use tenure_engine::token::AdminScope;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Everybody, without a token.
    Open,
    /// Administrators whose token has this scope.
    Needs(AdminScope),
    /// Nobody: the document does not say who may.
    Closed,
}

/// The rules of the document: by path as the router matches it, then by method.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    state: State,
    rules: Arc<HashMap<String, HashMap<Method, Rule>>>,
}

impl Gate {
    pub(super) fn new(state: &State, document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let rules = paths.map(|(path, operations)| {
            let full = if path == "/" { super::BASE.to_owned() } else { format!("{}{path}", super::BASE) };
            let operations = operations.as_object().into_iter().flatten();
            let rules = operations.filter_map(|(method, operation)| Some((verb(method)?, rule(operation))));
            (full, rules.collect())
        });
        Self { state: state.clone(), rules: Arc::new(rules.collect()) }
    }

    /// The rule for a request; a failure to tell administrators where no operation is.
    fn rule(&self, path: Option<&MatchedPath>, method: &Method) -> Result<Rule, Failure> {
        let rules = path.and_then(|path| self.rules.get(path.as_str())).ok_or(Failure::NoEndpoint)?;
        let method = if method == Method::HEAD { &Method::GET } else { method };
        rules.get(method).copied().ok_or_else(|| Failure::MethodNotAllowed { allow: Some(allow(rules)) })
    }
}

/// Lets through whom the document lets through, with the administrator as an extension of the request.
pub(super) async fn admit(
    extract::State(gate): extract::State<Gate>,
    mut request: Request,
    next: Next,
) -> Response {
    let rule = gate.rule(request.extensions().get::<MatchedPath>(), request.method());
    if matches!(rule, Ok(Rule::Open)) {
        return next.run(request).await;
    }
    let (admin, scopes) = match admit_admin(&gate.state, Asked::new(&request)).await {
        Ok(admitted) => admitted,
        Err(failure) => return failure.into_response(),
    };
    let mut response = match may(rule, &scopes).and_then(|()| check_accepts_json(request.headers())) {
        Ok(()) => {
            request.extensions_mut().insert(admin.clone());
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    };
    response.extensions_mut().insert::<Admin>(admin);
    response
}

fn may(rule: Result<Rule, Failure>, scopes: &[AdminScope]) -> Result<(), Failure> {
    match rule? {
        Rule::Open => Ok(()),
        Rule::Needs(scope) if scopes.contains(&scope) => Ok(()),
        Rule::Needs(scope) => Err(Failure::Forbidden { scope: scope.name() }),
        Rule::Closed => Err(Failure::Closed),
    }
}

fn verb(method: &str) -> Option<Method> {
    Method::from_bytes(method.to_uppercase().as_bytes()).ok()
}

/// What `security` says: `[{}]` opens to everybody, `[{"token": [scope]}]` to administrators with the scope.
fn rule(operation: &Value) -> Rule {
    let Some([requirement]) = operation["security"].as_array().map(Vec::as_slice) else {
        return Rule::Closed;
    };
    if requirement.as_object().is_some_and(serde_json::Map::is_empty) {
        return Rule::Open;
    }
    let scope = match requirement["token"].as_array().map(Vec::as_slice) {
        Some([scope]) => scope.as_str().and_then(AdminScope::by_name),
        _ => None,
    };
    scope.map_or(Rule::Closed, Rule::Needs)
}

fn allow(rules: &HashMap<Method, Rule>) -> String {
    let mut methods: Vec<_> = rules.keys().map(Method::as_str).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_document_does_not_open_is_closed() {
        let rule_of = |security: Value| rule(&json!({ "security": security }));
        assert_eq!(rule(&json!({})), Rule::Closed);
        assert_eq!(rule_of(json!([])), Rule::Closed);
        assert_eq!(rule_of(json!([{}])), Rule::Open);
        assert_eq!(rule_of(json!([{ "token": ["admin:read"] }])), Rule::Needs(AdminScope::Read));
        assert_eq!(rule_of(json!([{ "token": [] }])), Rule::Closed);
        assert_eq!(rule_of(json!([{ "token": ["admin:reed"] }])), Rule::Closed);
        assert_eq!(rule_of(json!([{}, { "token": ["admin:read"] }])), Rule::Closed);
    }
}
