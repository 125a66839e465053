#![expect(clippy::needless_pass_by_value, reason = "cases read better with `json!` by value")]

use super::*;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;

const LIMITS: BulkLimits = BulkLimits { max_operations: 50 };

fn parse(body: Value) -> Result<BulkRequest, Error> {
    BulkRequest::parse(body, &Catalog::standard(), &LIMITS)
}

fn request(operations: Value) -> BulkRequest {
    parse(json!({ "schemas": [BULK_REQUEST], "Operations": operations })).unwrap()
}

#[track_caller]
fn refused(body: Value, expected: Error) {
    assert_eq!(parse(body), Err(expected));
}

/// One operation that is wrong, and what is said about it.
#[track_caller]
fn wrong(operation: Value, detail: &str) {
    let request = request(json!([operation]));
    assert_eq!(request.items[0].operation.as_ref().unwrap_err().detail, detail);
}

fn post(bulk_id: &str, refers: &[&str]) -> Value {
    let members: Vec<_> = refers.iter().map(|id| json!({ "value": format!("bulkId:{id}") })).collect();
    json!({ "method": "POST", "path": "/Groups", "bulkId": bulk_id,
            "data": { "displayName": bulk_id, "members": members } })
}

/// The plan as text: `2` runs, `2-ab` runs without the references `a` and `b`, `2+ab` completes them.
#[track_caller]
fn planned(operations: Vec<Value>, expected: &str) {
    let steps = plan(&request(Value::Array(operations)));
    let steps: Vec<_> = steps.iter().map(show).collect();
    assert_eq!(steps.join(" "), expected);
}

fn show(step: &Step) -> String {
    let joined = |references: &BTreeSet<String>| references.iter().cloned().collect::<String>();
    match step {
        Step::Run(index) => format!("{index}"),
        Step::RunWithout { index, references } => format!("{index}-{}", joined(references)),
        Step::Complete { index, references } => format!("{index}+{}", joined(references)),
    }
}

#[test]
fn rfc_example() {
    let request = parse(json!({ "schemas": [BULK_REQUEST], "failOnErrors": 1, "operations": [
        { "method": "post", "path": "/Users", "bulkId": "qwerty", "data": { "userName": "Alice" } },
        { "method": "PUT", "path": "Users/b7c1", "version": "W/\"4\"", "data": { "userName": "Bob" } },
        { "method": "PATCH", "path": "//groups/5d8d/", "data": { "Operations": [] } },
        { "method": "DELETE", "path": "/Users/e9025315", "data": { "ignored": true } }
    ] }))
    .unwrap();
    let operations: Vec<_> = request.items.into_iter().map(|item| item.operation.unwrap()).collect();
    let paths: Vec<_> =
        operations.iter().map(|o| (o.path.resource_type.as_str(), o.path.id.as_deref())).collect();
    assert_eq!(
        paths,
        [("User", None), ("User", Some("b7c1")), ("Group", Some("5d8d")), ("User", Some("e9025315"))]
    );
    let methods: Vec<_> = operations.iter().map(|operation| operation.method.to_string()).collect();
    assert_eq!(methods, ["POST", "PUT", "PATCH", "DELETE"]);
    assert_eq!(operations[1].version.as_deref(), Some("W/\"4\""));
    assert_eq!(operations[3].data, None);
    assert_eq!(request.fail_on_errors, Some(1));
}

#[test]
fn messages_that_are_no_bulk_request() {
    refused(json!([]), Error::invalid_syntax("a bulk request must be a JSON object"));
    refused(json!({}), Error::invalid_syntax("a bulk request needs an array `Operations`"));
    refused(json!({ "Operations": {} }), Error::invalid_syntax("a bulk request needs an array `Operations`"));
    let fail = json!({ "Operations": [], "failOnErrors": "many" });
    refused(fail, Error::invalid_syntax("`failOnErrors` must be a whole number"));
    let schemas = json!({ "Operations": [], "schemas": ["urn:x"] });
    let detail = format!("`schemas` of a bulk request must contain `{BULK_REQUEST}`");
    refused(schemas, Error::invalid_syntax(detail));
    let many = json!({ "Operations": vec![1; 51] });
    refused(many, Error::too_large("51 operations are too many; at most 50 are taken"));
}

#[test]
fn a_wrong_operation_is_its_own_answer() {
    wrong(json!(1), "a bulk operation must be a JSON object");
    wrong(
        json!({ "method": "GET", "path": "/Users/1" }),
        "`method` must be one of POST, PUT, PATCH and DELETE",
    );
    wrong(json!({ "method": 1 }), "`method` must be a text");
    wrong(
        json!({ "method": "POST", "path": "/Users", "data": {} }),
        "POST in a bulk request needs a `bulkId`",
    );
    wrong(
        json!({ "method": "POST", "path": "/Users", "bulkId": "a" }),
        "POST in a bulk request needs `data`",
    );
    wrong(json!({ "method": "PUT", "path": "/Users/1" }), "PUT in a bulk request needs `data`");
    wrong(json!({ "method": "DELETE", "path": "/Users" }), "`path` of DELETE must be as in `/Users/{id}`");
    wrong(
        json!({ "method": "DELETE", "path": "/Users/1/2" }),
        "`path` of DELETE must be as in `/Users/{id}`",
    );
    wrong(
        json!({ "method": "DELETE", "path": "/Users/1?x=y" }),
        "`path` of DELETE must be as in `/Users/{id}`",
    );
    wrong(
        json!({ "method": "DELETE", "path": "/Devices/1" }),
        "`path` of DELETE must be as in `/Users/{id}`",
    );
    let path = json!({ "method": "POST", "path": "/Users/1", "bulkId": "a", "data": {} });
    wrong(path, "`path` of POST must be `/Users` or `/Groups`");
}

#[test]
fn a_wrong_operation_keeps_its_name_and_does_not_disturb_others() {
    let twice = request(json!([post("a", &[]), post("a", &[]), post("b", &[])]));
    let detail = "the `bulkId` is used twice in this bulk request";
    assert_eq!(twice.items[1].operation, Err(Error::invalid_value(detail)));
    assert_eq!(twice.items[1].bulk_id.as_deref(), Some("a"));
    assert_eq!(twice.items[1].method, Some(Method::Post));
    assert!(twice.items[0].operation.is_ok() && twice.items[2].operation.is_ok());
}

#[test]
fn zero_errors_means_no_limit() {
    assert_eq!(parse(json!({ "Operations": [], "failOnErrors": 0 })).unwrap().fail_on_errors, None);
}

#[test]
fn order_is_kept_without_references() {
    planned(vec![post("a", &[]), post("b", &[]), json!(1)], "0 1 2");
}

#[test]
fn references_run_after_what_they_refer_to() {
    planned(vec![post("a", &["c"]), post("b", &[]), post("c", &["d"]), post("d", &[])], "1 3 2 0");
    planned(vec![post("a", &["b", "c"]), post("b", &[]), post("c", &[]), post("d", &[])], "1 2 0 3");
}

#[test]
fn paths_and_ref_uris_refer_too() {
    let delete = json!({ "method": "DELETE", "path": "/Groups/bulkId:a" });
    let patch = json!({ "method": "PATCH", "path": "/Groups/1", "data": { "Operations": [
        { "op": "add", "path": "members", "value": [{ "$ref": "https://x/Groups/bulkId:a" }] }] } });
    planned(vec![delete, patch, post("a", &[])], "2 0 1");
}

#[test]
fn unknown_references_hold_up_nothing() {
    planned(vec![post("a", &["nobody"]), post("b", &[])], "0 1");
}

#[test]
fn circles_are_broken_at_their_first() {
    planned(vec![post("a", &["b"]), post("b", &["a"])], "0-b 1 0+b");
    planned(vec![post("a", &["a"]), post("b", &[])], "1 0-a 0+a");
    planned(vec![post("a", &["b"]), post("b", &["c"]), post("c", &["a"])], "0-b 2 1 0+b");
    planned(vec![post("a", &["b"]), post("b", &["c"]), post("c", &["b"])], "1-c 0 2 1+c");
    planned(vec![post("a", &["b", "c"]), post("b", &["a"]), post("c", &["a"])], "0-bc 1 2 0+bc");
}

fn known(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect()
}

#[track_caller]
fn resolves(mut data: Value, expected: Value) {
    resolve_references(&mut data, &known(&[("x", "1")])).unwrap();
    assert_eq!(data, expected);
}

#[test]
fn references_become_ids() {
    resolves(json!({ "members": [{ "value": "bulkId:x" }] }), json!({ "members": [{ "value": "1" }] }));
    resolves(json!("/Users/bulkId:x"), json!("/Users/1"));
    resolves(json!("https://h/v2/Users/bulkId:x"), json!("https://h/v2/Users/1"));
    resolves(json!("ask bulkId:x"), json!("ask bulkId:x"));
    resolves(json!("bulkId:"), json!("bulkId:"));
    let path = BulkPath { resource_type: "User".into(), id: Some("bulkId:x".into()) };
    assert_eq!(path.resolved_id(&known(&[("x", "1")])).unwrap().as_deref(), Some("1"));
}

#[test]
fn a_reference_to_nothing_is_refused() {
    let detail = "the request refers to a `bulkId` that has not been created";
    assert_eq!(resolve_references(&mut json!(["bulkId:y"]), &known(&[])), Err(Error::invalid_value(detail)));
}

#[test]
fn a_circle_is_completed_by_setting_whole_attributes() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let data = json!({ "userName": "ada", "title": "x",
        urn: { "manager": { "value": "bulkId:b", "$ref": "/Users/bulkId:b" }, "department": "R" },
        "members": [{ "value": "bulkId:b" }, { "value": "7" }, { "value": "bulkId:c" }] });
    let open = BTreeSet::from(["b".to_owned()]);
    assert_eq!(
        without_references(&data, &open),
        json!({ "userName": "ada", "title": "x", urn: { "department": "R" },
                "members": [{ "value": "7" }, { "value": "bulkId:c" }] })
    );
    let body = completion(&data, &open, &known(&[("b", "2"), ("c", "3")])).unwrap();
    assert_eq!(
        body["Operations"],
        json!([
            { "op": "replace", "path": format!("{urn}:manager"), "value": { "value": "2", "$ref": "/Users/2" } },
            { "op": "replace", "path": "members", "value": [{ "value": "2" }, { "value": "7" }, { "value": "3" }] }
        ])
    );
}

#[test]
fn the_response_has_the_shape_of_the_rfc() {
    let request =
        request(json!([post("a", &[]), { "method": "DELETE", "path": "/Users/1" }, post("c", &[])]));
    let mut response = BulkResponse::new(&request);
    let failed = json!({ "status": "404" });
    response.record(1, BulkResult { status: 404, response: Some(failed.clone()), ..BulkResult::default() });
    let location = Some("https://h/Groups/9".to_owned());
    response.record(0, BulkResult { status: 201, location, version: Some("W/\"1\"".into()), response: None });
    assert_eq!(
        response.into_body(),
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": [
            { "location": "https://h/Groups/9", "method": "POST", "bulkId": "a", "version": "W/\"1\"", "status": "201" },
            { "method": "DELETE", "status": "404", "response": failed }
        ] })
    );
}

#[test]
fn stops_after_as_many_errors_as_the_client_allows() {
    let mut request = request(json!([post("a", &[]), post("b", &[])]));
    request.fail_on_errors = Some(2);
    let mut response = BulkResponse::new(&request);
    response.record(0, BulkResult { status: 409, ..BulkResult::default() });
    assert!(!response.should_stop());
    response.record(1, BulkResult { status: 400, ..BulkResult::default() });
    assert!(response.should_stop());
}

proptest! {
    #[test]
    fn every_operation_runs_once_and_after_what_it_needs(edges in proptest::collection::vec(0_usize..64, 0..20)) {
        let name = |n: usize| format!("n{n}");
        let operations = (0..8).map(|n| {
            let refers: Vec<_> = edges.iter().filter(|&edge| edge / 8 == n).map(|edge| name(edge % 8)).collect();
            post(&name(n), &refers.iter().map(String::as_str).collect::<Vec<_>>())
        });
        let steps = plan(&request(operations.collect()));
        let (mut ran, mut open) = (BTreeSet::new(), BTreeSet::new());
        for step in steps {
            let needs = |index: usize| edges.iter().filter(move |&edge| edge / 8 == index).map(|edge| edge % 8);
            match step {
                Step::Run(index) => {
                    prop_assert!(needs(index).all(|need| ran.contains(&need)));
                    prop_assert!(ran.insert(index));
                }
                Step::RunWithout { index, references } => {
                    prop_assert!(needs(index).all(|n| ran.contains(&n) || references.contains(&name(n))));
                    prop_assert!(ran.insert(index) && open.insert(index));
                }
                Step::Complete { index, .. } => {
                    prop_assert!(needs(index).all(|need| ran.contains(&need)));
                    prop_assert!(open.remove(&index));
                }
            }
        }
        prop_assert_eq!((ran.len(), open.len()), (8, 0));
    }

    #[test]
    fn no_body_panics(body in crate::resource::tests::arbitrary::json()) {
        if let Ok(request) = parse(json!({ "Operations": [body.clone()] })) {
            plan(&request);
        }
        let _ = parse(body);
    }
}
