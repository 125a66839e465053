//! `attributes` and `excludedAttributes` on every verb that answers with resources.

use crate::support::bodies::{ENTERPRISE_USER, group, operation};
use crate::support::{TestApp, user, with};
use serde_json::{Value, json};

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn only_what_was_asked_for_on_every_verb() {
    let app = TestApp::new().await;
    let created = app.post("/Users?attributes=userName", user("ada")).await.expect(201).json();
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    let asked = format!("{path}?attributes=userName");
    let patch = operation("replace", "title", json!("x"));
    let answers = [
        created,
        app.get(&asked).await.expect(200).json(),
        app.put(&asked, user("ada")).await.expect(200).json(),
        app.patch(&asked, patch).await.expect(200).json(),
        app.get("/Users?attributes=userName").await.expect(200)["Resources"][0].clone(),
        app.post("/Users/.search", json!({ "attributes": ["userName"] })).await.expect(200)["Resources"][0]
            .clone(),
        app.get("/?attributes=userName").await.expect(200)["Resources"][0].clone(),
    ];
    for answer in answers {
        assert_eq!(keys(&answer), ["id", "schemas", "userName"]);
    }
}

#[tokio::test]
async fn everything_but_what_was_excluded_on_every_verb() {
    let app = TestApp::new().await;
    let created = app.post("/Users?excludedAttributes=emails,name", user("ada")).await.expect(201).json();
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    let asked = format!("{path}?excludedAttributes=emails,name");
    let answers = [
        created,
        app.get(&asked).await.expect(200).json(),
        app.put(&asked, user("ada")).await.expect(200).json(),
        app.patch(&asked, operation("replace", "active", json!(true))).await.expect(200).json(),
        app.get("/Users?excludedAttributes=emails,name").await.expect(200)["Resources"][0].clone(),
    ];
    for answer in answers {
        assert_eq!(keys(&answer), ["active", "externalId", "id", "meta", "schemas", "userName"]);
    }
}

#[tokio::test]
async fn parts_and_extensions() {
    let app = TestApp::new().await;
    let body = with(user("ada"), json!({ ENTERPRISE_USER: { "department": "X", "division": "Y" } }));
    let path = format!("/Users/{}", app.create(body).await);
    let get = async |names: String| app.get(&format!("{path}?attributes={names}")).await.expect(200).json();
    assert_eq!(get("NAME.givenname".into()).await["name"], json!({ "givenName": "Givenada" }));
    assert_eq!(get("emails.value".into()).await["emails"], json!([{ "value": "ada@example.com" }]));
    let department = get(format!("{ENTERPRISE_USER}:department")).await;
    assert_eq!(department[ENTERPRISE_USER], json!({ "department": "X" }));
    assert_eq!(keys(&get("nothing,id".into()).await), ["id", "schemas"]);
    assert_eq!(keys(&get(ENTERPRISE_USER.into()).await), ["id", "schemas", ENTERPRISE_USER]);
}

#[tokio::test]
async fn what_is_always_there_cannot_be_excluded() {
    let app = TestApp::new().await;
    let path = format!("/Users/{}", app.create(user("ada")).await);
    let read = app.get(&format!("{path}?excludedAttributes=id,schemas,userName")).await.expect(200);
    assert!(read["id"].is_string() && read["schemas"].is_array());
}

#[tokio::test]
async fn groups_too() {
    let app = TestApp::new().await;
    let created = app.post("/Groups?attributes=displayName", group("Team", &["x"])).await.expect(201);
    assert_eq!(keys(&created.json()), ["displayName", "id", "schemas"]);
    let path = format!("/Groups/{}?attributes=members", created.id());
    assert_eq!(app.put(&path, group("Team", &["y"])).await.expect(200).members(), ["y"]);
}

#[tokio::test]
async fn both_at_once_or_no_names_are_refused() {
    let app = TestApp::new().await;
    app.get("/Users?attributes=id&excludedAttributes=name").await.refused(400, Some("invalidValue"));
    app.get("/Users?attributes=a..b").await.refused(400, Some("invalidValue"));
    app.get("/Users?attributes=id&attributes=name").await.refused(400, Some("invalidValue"));
    app.get("/Users?attributes=&excludedAttributes=").await.expect(200);
}
