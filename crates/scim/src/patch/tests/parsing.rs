//! Reading PATCH messages.

use super::*;

#[track_caller]
fn refused(body: Value, expected: Error) {
    assert_eq!(PatchRequest::parse(body), Err(expected));
}

#[track_caller]
fn wrong(operation: Value, expected: Error) {
    let body = json!({ "Operations": [{ "op": "add", "path": "title", "value": "T" }, operation] });
    assert_eq!(PatchRequest::parse(body), Err(at(2, expected)));
}

#[test]
fn keys_and_operations_in_any_case() {
    let body = json!({ "SCHEMAS": [PATCH_OP.to_uppercase()], "operations": [
        { "OP": "Add", "Path": "title", "VALUE": 1 }, { "op": "REMOVE", "path": "title" },
        { "op": "replace", "path": "", "value": {} }, { "op": "replace", "path": null, "value": {} }
    ] });
    let operations = PatchRequest::parse(body).unwrap().operations;
    let kinds: Vec<_> = operations.iter().map(|operation| (operation.number, operation.op)).collect();
    assert_eq!(kinds, [(1, OpKind::Add), (2, OpKind::Remove), (3, OpKind::Replace), (4, OpKind::Replace)]);
    assert!(operations[2].path.is_none() && operations[3].path.is_none());
}

#[test]
fn messages_that_are_no_patch_request() {
    let missing = Error::invalid_syntax("a PATCH request needs an array `Operations`");
    refused(json!([]), Error::invalid_syntax("a PATCH request must be a JSON object"));
    refused(json!({}), missing.clone());
    refused(json!({ "Operations": { "op": "add" } }), missing);
    refused(json!({ "Operations": [] }), Error::invalid_value("`Operations` is empty"));
    let many = json!({ "Operations": vec![json!({}); 1_001] });
    refused(many, Error::too_many("1001 operations are too many; at most 1000 are taken"));
}

#[test]
fn other_messages_and_versions() {
    let detail = format!("`schemas` of a PATCH request must contain `{PATCH_OP}`");
    let schemas = |urn: &str| json!({ "schemas": [urn], "Operations": [] });
    refused(schemas("urn:ietf:params:scim:api:messages:3.0:PatchOp"), Error::invalid_version(&detail));
    refused(schemas("urn:ietf:params:scim:schemas:core:2.0:User"), Error::invalid_syntax(&detail));
    refused(json!({ "schemas": [] }), Error::invalid_syntax(detail));
}

#[test]
fn wrong_operations_are_numbered() {
    wrong(json!(1), Error::invalid_syntax("must be a JSON object"));
    let op = Error::invalid_syntax("`op` must be `add`, `remove` or `replace`");
    wrong(json!({ "path": "title" }), op.clone());
    wrong(json!({ "op": "move", "path": "title" }), op);
    wrong(json!({ "op": "replace", "path": "title" }), Error::invalid_value("`value` is missing"));
    wrong(json!({ "op": "add" }), Error::invalid_value("`value` is missing"));
    wrong(
        json!({ "op": "add", "value": [] }),
        Error::invalid_value("without a `path`, `value` must be an object"),
    );
    wrong(json!({ "op": "remove" }), Error::no_target("`remove` needs a `path`"));
    wrong(json!({ "op": "remove", "path": 1 }), Error::invalid_path("`path` must be a text"));
}

#[test]
fn malformed_paths() {
    for path in ["emails[type eq", "a..b", "emails[type eq \"work\"]value", "[x eq 1]", "a b"] {
        let error = PatchRequest::parse(json!({ "Operations": [remove(path)] })).unwrap_err();
        assert_eq!(error.kind, crate::ErrorKind::InvalidPath, "{path}");
        assert!(error.detail.starts_with("operation 1: "), "{path}");
    }
}
