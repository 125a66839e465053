//! Bulk: references in any order and in circles, failures one by one, and limits.

use crate::support::bodies::{group, operation};
use crate::support::call::ERROR;
use crate::support::{Answer, Setup, TestApp, user, with};
use serde_json::{Value, json};

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

fn bulk(operations: Value) -> Value {
    let mut request = json!({ "schemas": [BULK] });
    request["Operations"] = operations;
    request
}

fn post(path: &str, bulk_id: &str, data: Value) -> Value {
    let mut operation = json!({ "method": "POST", "path": path, "bulkId": bulk_id });
    operation["data"] = data;
    operation
}

fn statuses(answer: &Answer) -> Vec<String> {
    let operations = answer["Operations"].as_array().unwrap();
    operations.iter().map(|operation| operation["status"].as_str().unwrap().to_owned()).collect()
}

/// The id of the resource that the operation of this bulkId made.
fn made(answer: &Answer, bulk_id: &str) -> String {
    let operations = answer["Operations"].as_array().unwrap();
    let operation = operations.iter().find(|operation| operation["bulkId"] == bulk_id).unwrap();
    operation["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_method_in_one_request() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.create(user("ada")).await, app.create(user("grace")).await);
    let answer = app
        .post("/Bulk", bulk(json!([
            post("/Users", "a", user("alan")),
            { "method": "PUT", "path": format!("/Users/{ada}"), "data": with(user("ada"), json!({ "title": "x" })) },
            { "method": "patch", "path": format!("Users/{ada}"), "data": operation("replace", "title", json!("y")) },
            { "method": "DELETE", "path": format!("/Users/{grace}") },
        ])))
        .await
        .expect(200);
    assert_eq!(answer["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    assert_eq!(statuses(&answer), ["201", "200", "200", "204"]);
    assert_eq!(answer["Operations"][1]["version"], "W/\"2\"");
    assert_eq!(
        answer["Operations"][0]["location"],
        format!("https://tenure.example.com/scim/v2/Users/{}", made(&answer, "a"))
    );
    assert_eq!(app.get(&format!("/Users/{ada}")).await.expect(200)["title"], "y");
    app.get(&format!("/Users/{grace}")).await.refused(404, None);
}

#[tokio::test]
async fn references_in_any_order() {
    let app = TestApp::new().await;
    let answer = app
        .post("/Bulk", bulk(json!([
            post("/Groups", "g", group("Team", &["bulkId:a", "bulkId:b"])),
            post("/Users", "a", user("ada")),
            post("/Users", "b", user("grace")),
            { "method": "PATCH", "path": "/Users/bulkId:a", "data": operation("replace", "title", json!("x")) },
        ])))
        .await
        .expect(200);
    assert_eq!(statuses(&answer), ["201", "201", "201", "200"]);
    let mut both = [made(&answer, "a"), made(&answer, "b")];
    both.sort();
    assert_eq!(app.get(&format!("/Groups/{}", made(&answer, "g"))).await.expect(200).members(), both);
    assert_eq!(app.get(&format!("/Users/{}", made(&answer, "a"))).await.expect(200)["title"], "x");
}

#[tokio::test]
async fn references_in_a_circle() {
    let app = TestApp::new().await;
    let answer = app
        .post(
            "/Bulk",
            bulk(json!([
                post("/Groups", "one", group("One", &["bulkId:two"])),
                post("/Groups", "two", group("Two", &["bulkId:one"])),
            ])),
        )
        .await
        .expect(200);
    assert_eq!(statuses(&answer), ["201", "201"]);
    let (one, two) = (made(&answer, "one"), made(&answer, "two"));
    assert_eq!(app.get(&format!("/Groups/{one}")).await.expect(200).members(), [two.as_str()]);
    assert_eq!(app.get(&format!("/Groups/{two}")).await.expect(200).members(), [one]);
}

#[tokio::test]
async fn one_failure_is_its_own() {
    let app = TestApp::new().await;
    app.create(user("ada")).await;
    let answer = app
        .post(
            "/Bulk",
            bulk(json!([
                post("/Users", "a", user("ada")),
                post("/Users", "b", json!({ "userName": "" })),
                post("/Users", "c", user("grace")),
                post("/Groups", "d", group("Team", &["bulkId:a"])),
                { "method": "DELETE", "path": "/Users/nobody" },
                { "method": "GET", "path": "/Users" },
                { "method": "POST", "path": "/Nothing", "bulkId": "e", "data": {} },
                "text",
            ])),
        )
        .await
        .expect(200);
    assert_eq!(statuses(&answer), ["409", "400", "201", "400", "404", "400", "400", "400"]);
    let response = &answer["Operations"][0]["response"];
    assert_eq!((&response["schemas"], &response["scimType"]), (&json!([ERROR]), &json!("uniqueness")));
    assert_eq!(answer["Operations"][3]["response"]["scimType"], "invalidValue");
}

#[tokio::test]
async fn fail_on_errors_stops() {
    let app = TestApp::new().await;
    app.create(user("ada")).await;
    let operations = json!([
        post("/Users", "a", user("ada")),
        post("/Users", "b", user("grace")),
        post("/Users", "c", user("ada")),
        post("/Users", "d", user("alan")),
    ]);
    let with_limit = |limit: u64| with(bulk(operations.clone()), json!({ "failOnErrors": limit }));
    assert_eq!(statuses(&app.post("/Bulk", with_limit(1)).await.expect(200)), ["409"]);
    assert_eq!(app.found("userName eq grace").await, [""; 0]);
    assert_eq!(statuses(&app.post("/Bulk", with_limit(2)).await.expect(200)), ["409", "201", "409"]);
    assert_eq!(app.found("userName eq alan").await, [""; 0]);
}

#[tokio::test]
async fn versions_are_conditions() {
    let app = TestApp::new().await;
    let path = format!("/Users/{}", app.create(user("ada")).await);
    let put = |version: &str| json!({ "method": "PUT", "path": path, "version": version, "data": with(user("ada"), json!({ "title": version })) });
    let answer = app
        .post("/Bulk", bulk(json!([put("W/\"7\""), put("W/\"1\""), put("W/\"1\""), put("seven")])))
        .await
        .expect(200);
    assert_eq!(statuses(&answer), ["412", "200", "412", "400"]);
}

#[tokio::test]
async fn limits() {
    let app = TestApp::with(Setup::server(|server| {
        server.max_bulk_operations = 2;
        server.max_body = 2_000;
    }))
    .await;
    let three: Vec<_> = ["a", "b", "c"].iter().map(|id| post("/Users", id, user(id))).collect();
    app.post("/Bulk", bulk(json!(three[..2]))).await.expect(200);
    app.post("/Bulk", bulk(json!(three))).await.refused(413, None);
    let large = with(user("large"), json!({ "title": "x".repeat(2_000) }));
    app.post("/Bulk", bulk(json!([post("/Users", "a", large)]))).await.refused(413, None);
    let config = app.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config["bulk"], json!({ "supported": true, "maxOperations": 2, "maxPayloadSize": 2_000 }));
}

#[tokio::test]
async fn what_is_no_bulk_request() {
    let app = TestApp::new().await;
    for body in [
        json!([]),
        json!({}),
        json!({ "Operations": {} }),
        json!({ "schemas": ["x"], "Operations": [] }),
        json!({ "Operations": [], "failOnErrors": "x" }),
    ] {
        app.post("/Bulk", body).await.refused(400, Some("invalidSyntax"));
    }
    assert_eq!(statuses(&app.post("/Bulk", bulk(json!([]))).await.expect(200)), [""; 0]);
}

#[tokio::test]
async fn references_to_nothing() {
    let app = TestApp::new().await;
    let answer = app
        .post("/Bulk", bulk(json!([
            post("/Groups", "g", group("Team", &["bulkId:nobody"])),
            { "method": "PATCH", "path": "/Users/bulkId:nobody", "data": operation("replace", "title", json!("x")) },
            post("/Users", "a", user("ada")),
            post("/Users", "a", user("grace")),
        ])))
        .await
        .expect(200);
    assert_eq!(statuses(&answer), ["400", "400", "201", "400"]);
}
