//! What the admin API refuses, and in which words.

use crate::support::record::reviewer;
use crate::support::{Setup, TestApp, user};
use serde_json::json;
use tenure_engine::token::AdminScope;
use tenure_identity::case::Ruling;
use tenure_server::RateLimit;

#[tokio::test]
async fn unknown_and_wrong_parameters_are_named() {
    let app = TestApp::new().await;
    let admin = app.admin(&AdminScope::ALL).await;
    for (path, words) in [
        ("/people?limt=5", "unknown field `limt`"),
        ("/people?limit=0", "`limit`: it must be a whole number from 1 to 500"),
        ("/people?limit=abc", "`limit`: it must be a whole number from 1 to 500"),
        ("/people?limit=", "`limit`: it must be a whole number from 1 to 500"),
        ("/events?after=abc", "`after`: it must be a whole number from 0 on"),
        ("/people?limit=501", "`limit`: it must be a whole number from 1 to 500"),
        ("/people?limit=many", "limit"),
        ("/people?cursor=!", "`cursor`"),
        ("/people?query=a%00b", "NUL"),
        ("/people/1/events?cursor=a", "unknown field `cursor`"),
        ("/claims?source=okta&cursor=YQ", "`cursor`"),
        ("/cases?cursor=YQ", "`cursor`"),
        ("/cases?all=perhaps", "all"),
        ("/events?after=-1", "after"),
        ("/people/a%00b", "cannot be an id"),
        (&format!("/people/{}", "a".repeat(65)), "cannot be an id"),
        ("/people/%ff", "percent-encoded"),
    ] {
        admin.api("GET", path).await.problem(400, words);
    }
}

#[tokio::test]
async fn unknown_and_wrong_fields_are_named() {
    let app = TestApp::new().await;
    let admin = app.admin(&AdminScope::ALL).await;
    for (body, words) in [
        (json!({}), "missing field `ruling`"),
        (json!({ "ruling": "link" }), "missing field `person`"),
        (json!({ "ruling": "create", "person": "p" }), "`person` goes with"),
        (json!({ "ruling": "guess" }), "unknown variant `guess`"),
        (json!({ "ruling": "create", "by": "eve" }), "unknown field `by`"),
        (json!({ "ruling": "create", "note": "a".repeat(1001) }), "`note` is longer"),
        (json!({ "ruling": "create", "note": "a\0b" }), "NUL"),
        (json!([]), "not a JSON object"),
    ] {
        admin.api("POST", "/cases/1/decide").json(&body).await.problem(400, words);
    }
    admin
        .api("POST", "/cases/1/decide")
        .json(&json!({ "ruling": "create" }))
        .await
        .problem(404, "no case `1`");
    admin.api("POST", "/cases/1/undo").await.problem(404, "no case `1`");
}

#[tokio::test]
async fn media_types_and_bodies_are_bounded() {
    let app = TestApp::with(Setup::server(|server| server.max_body = 1_000)).await;
    let admin = app.admin(&AdminScope::ALL).await;
    let decide = || admin.api("POST", "/cases/1/decide");
    decide().header("content-type", "text/xml").body("<a/>").await.problem(415, "application/json");
    decide().json(&json!({ "note": "a".repeat(1_000) })).await.problem(413, "1000 bytes");
    decide().header("content-type", "application/json").body("{").await.problem(400, "");
    admin.api("GET", "/people").header("accept", "text/html").await.problem(406, "application/json");
    admin.api("GET", "/people").header("accept", "application/json, text/html").await.expect(200);
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_back() {
    let limit = RateLimit { per_second: 0.1, burst: 2.0 };
    let app = TestApp::with(Setup::server(|server| server.rate_limit = Some(limit))).await;
    let admin = app.admin(&[AdminScope::Read]).await;
    admin.look("/people").await;
    admin.look("/people").await;
    let refused = admin.api("GET", "/people").await.problem(429, "go on after");
    assert!(refused.header("retry-after").is_some());
    app.client(None).look("/openapi.json").await;
}

#[tokio::test]
async fn an_overloaded_server_says_so_in_the_words_of_the_surface() {
    let app = TestApp::with(Setup::server(|server| server.max_in_flight = 0)).await;
    app.client(None).api("GET", "/people").await.problem(503, "too many requests");
    app.get("/Users").await.refused(503, None);
}

#[tokio::test]
async fn requests_have_ids_and_are_counted() {
    let app = TestApp::new().await;
    let admin = app.admin(&[AdminScope::Read]).await;
    let answer = admin.api("GET", "/people/nobody").header("x-request-id", "req-7").await.expect(404);
    assert_eq!(answer.header("x-request-id"), Some("req-7"));
    let metrics = app.client(None).raw("GET", "/metrics").await.text;
    assert!(metrics.contains("route=\"/api/v1/people/{id}\",status=\"404\""), "{metrics}");
}

#[tokio::test]
async fn two_reviewers_decide_once() {
    let app = TestApp::new().await;
    app.hr.create(user("ada")).await;
    app.post("/Users", user("ada")).await.expect(409);
    let id = app.open_case().await.id.to_string();
    let (by, reject) = (reviewer(), Ruling::Reject);
    let (one, two) = tokio::join!(
        app.engine.decide_case(&id, &Ruling::Create, None, &by),
        app.engine.decide_case(&id, &reject, None, &by),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
}
