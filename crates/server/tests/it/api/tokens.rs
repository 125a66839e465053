//! Tokens over the admin API: made, used, rotated and revoked, and never shown twice.

use crate::support::{Client, TestApp, on_both, user};
use serde_json::{Value, json};
use tenure_engine::token::AdminScope;

on_both!(a_token_is_made_used_rotated_and_revoked, an_administrator_is_made_by_an_administrator);

async fn keeper(app: &TestApp) -> Client {
    app.admin(&[AdminScope::Tokens]).await
}

async fn a_token_is_made_used_rotated_and_revoked(app: TestApp) {
    let admin = keeper(&app).await;
    let made =
        admin.api("POST", "/tokens").json(&json!({ "source": "okta", "expires_in": 3600 })).await.expect(201);
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert!(made["expires"].is_string());
    let secret = made["secret"].as_str().unwrap();
    app.client(Some(secret)).post("/Users", user("ada")).await.expect(201);
    let path = format!("/tokens/{}", made.id());
    let rotated =
        admin.api("POST", &format!("{path}/rotate")).json(&json!({ "overlap": 0 })).await.expect(201);
    app.client(Some(secret)).get("/Users").await.expect(401);
    // Neither does an expired one live on in another, nor does the new one live longer than was said.
    admin.api("POST", &format!("{path}/rotate")).await.problem(404, "that works");
    assert!(rotated["expires"].is_string());
    app.client(rotated["secret"].as_str()).get("/Users").await.expect(200);
    let list = admin.look("/tokens").await;
    assert!(!list.text.contains(secret) && !list.text.contains("hash"));
    let states: Vec<_> =
        list.items().iter().map(|token| (token["id"].clone(), token["state"].clone())).collect();
    assert!(states.contains(&(json!(made.id()), json!("expired"))), "{states:?}");
    let new = format!("/tokens/{}", rotated.id());
    admin.api("DELETE", &new).await.expect(204);
    app.client(rotated["secret"].as_str()).get("/Users").await.expect(401);
    admin.api("DELETE", &new).await.problem(404, "no token");
    admin.api("POST", &format!("{new}/rotate")).await.problem(404, "no token");
}

async fn an_administrator_is_made_by_an_administrator(app: TestApp) {
    let admin = keeper(&app).await;
    let usual = admin.api("POST", "/tokens").json(&json!({ "admin": "mary" })).await.expect(201);
    let mary = app.client(usual["secret"].as_str());
    mary.look("/people").await;
    mary.api("GET", "/tokens").await.problem(403, "admin:tokens");
    let item =
        admin.look("/tokens").await.items().into_iter().find(|token| token["id"] == usual["id"]).unwrap();
    assert_eq!(
        (&item["admin"], &item["source"], &item["scopes"], &item["state"]),
        (&json!("mary"), &Value::Null, &json!(["admin:read"]), &json!("works"))
    );
    let rotated = admin.api("POST", &format!("/tokens/{}/rotate", usual.id())).await.expect(201);
    app.client(rotated["secret"].as_str()).look("/people").await;
}

#[tokio::test]
async fn mistakes_are_named() {
    let app = TestApp::new().await;
    let admin = keeper(&app).await;
    for (body, words) in [
        (json!({}), "either `source` or `admin`"),
        (json!({ "source": "okta", "admin": "mary" }), "either `source` or `admin`"),
        (json!({ "source": "nobody" }), "no source `nobody`"),
        (
            json!({ "source": "okta", "scopes": ["admin:read"] }),
            "`admin:read` is not a scope of a source's token",
        ),
        (
            json!({ "admin": "mary", "scopes": ["scim:read"] }),
            "`scim:read` is not a scope of an administrator's",
        ),
        (json!({ "admin": "mary", "scopes": [] }), "`scopes` is empty"),
        (json!({ "admin": "tok_1" }), "an administrator's name"),
        (json!({ "admin": "mary", "expires_in": 0 }), "`expires_in`"),
        (json!({ "admin": "mary", "expires": "90d" }), "unknown field `expires`"),
    ] {
        admin.api("POST", "/tokens").json(&body).await.problem(400, words);
    }
}
