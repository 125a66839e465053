//! Bad input: always a precise 4xx in SCIM's shape, and nothing has changed.

use crate::support::bodies::{GROUP, USER, group, operation};
use crate::support::{Setup, TestApp, operations, user, with};
use serde_json::{Value, json};

const JSON: &str = "application/json";

/// One user and one group, and a look at both that must stay as it was.
struct World {
    app: TestApp,
    user: String,
    group: String,
    before: (Value, i64),
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let user = format!("/Users/{}", app.create(user("ada")).await);
        let group = format!("/Groups/{}", app.create_group(group("Team", &["x"])).await);
        let before = (app.get("/").await.expect(200).json(), app.events().await);
        Self { app, user, group, before }
    }

    /// Every verb that takes a body, on every resource.
    fn targets(&self) -> [(&'static str, &str); 9] {
        [
            ("POST", "/Users"),
            ("PUT", &self.user),
            ("PATCH", &self.user),
            ("POST", "/Groups"),
            ("PUT", &self.group),
            ("PATCH", &self.group),
            ("POST", "/Bulk"),
            ("POST", "/.search"),
            ("POST", "/Users/.search"),
        ]
    }

    async fn nothing_changed(&self) {
        let now = (self.app.get("/").await.expect(200).json(), self.app.events().await);
        assert_eq!(now, self.before);
    }

    /// This body is refused by everybody.
    async fn refused(&self, body: impl Into<Vec<u8>>, scim_type: &str) {
        let body = body.into();
        for (method, path) in self.targets() {
            let call = self.app.call(method, path).header("content-type", JSON).body(body.clone());
            call.await.refused(400, Some(scim_type));
        }
        self.nothing_changed().await;
    }
}

#[tokio::test]
async fn what_is_not_json() {
    let world = World::new().await;
    for body in [
        "",
        "{",
        "null x",
        "{\"userName\":}",
        "{'userName':'a'}",
        "<xml/>",
        "{\"userName\":\"a\"}{}",
        "{\"a\":01}",
        "{\"a\":1e999}",
        "{\"a\":\"\\ud800\"}",
        "\u{feff}{}",
    ] {
        world.refused(body, "invalidSyntax").await;
    }
}

#[tokio::test]
async fn what_is_not_an_object() {
    let world = World::new().await;
    for body in ["[]", "null", "7", "\"text\"", "true", "[{}]"] {
        world.refused(body, "invalidSyntax").await;
    }
}

#[tokio::test]
async fn invalid_utf_8() {
    let world = World::new().await;
    world.refused(*b"{\"userName\":\"\xff\"}", "invalidSyntax").await;
    world.refused(*b"{\"userName\":\"\xed\xa0\x80\"}", "invalidSyntax").await;
}

#[tokio::test]
async fn duplicate_keys() {
    let world = World::new().await;
    world.refused(r#"{"userName":"a","userName":"b"}"#, "invalidSyntax").await;
    world.refused(r#"{"userName":"a","USERNAME":"b"}"#, "invalidSyntax").await;
}

#[tokio::test]
async fn deep_nesting() {
    let world = World::new().await;
    world.refused(format!("{}{}", "[".repeat(50), "]".repeat(50)), "invalidSyntax").await;
    world.refused("{\"a\":".repeat(100_000), "invalidSyntax").await;
    world.refused("[".repeat(1_000_000), "invalidSyntax").await;
}

#[tokio::test]
async fn characters_that_no_value_has() {
    let world = World::new().await;
    for character in ["\\u0000", "\\u0007", "\\u202e", "\u{202e}", "\u{2066}"] {
        world.refused(format!("{{\"userName\":\"a{character}b\"}}"), "invalidValue").await;
        world.refused(format!("{{\"k{character}\":1}}"), "invalidValue").await;
    }
}

#[tokio::test]
async fn texts_without_end() {
    let world = World::new().await;
    world.refused(format!("{{\"userName\":\"{}\"}}", "a".repeat(70_000)), "invalidValue").await;
}

#[tokio::test]
async fn wrong_types_in_users() {
    let world = World::new().await;
    for wrong in [
        json!({ "userName": [7] }),
        json!({ "userName": { "a": 1 } }),
        json!({ "userName": ["a"] }),
        json!({ "userName": "" }),
        json!({ "userName": "  " }),
        json!({ "userName": null }),
        json!({ "active": "perhaps" }),
        json!({ "active": 7 }),
        json!({ "active": { "a": 1 } }),
        json!({ "name": "Ada" }),
        json!({ "name": { "givenName": { "a": 1 } } }),
        json!({ "emails": { "value": { "a": 1 } } }),
        json!({ "emails": [[1]] }),
        json!({ "externalId": { "a": 1 } }),
        json!({ "schemas": "x" }),
        json!({ "schemas": [1] }),
        json!({ "schemas": [GROUP] }),
        json!({ "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "x" }),
        json!({ "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": [[7]] } }),
    ] {
        let mut body = user("new");
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let created = world.app.post("/Users", body.clone()).await;
        assert_eq!(created.status, 400, "{wrong}: {}", created.text);
        created.refused_somehow();
        world.app.put(&world.user, body).await.refused_somehow();
    }
    world.app.post("/Users", json!({ "schemas": [USER] })).await.refused(400, Some("invalidValue"));
    world.nothing_changed().await;
}

#[tokio::test]
async fn wrong_types_in_groups() {
    let world = World::new().await;
    for wrong in [
        json!({ "displayName": null }),
        json!({ "displayName": "" }),
        json!({ "displayName": [] }),
        json!({ "displayName": { "a": 1 } }),
        json!({ "displayName": "x", "members": true }),
        json!({ "displayName": "x", "members": [[1]] }),
        json!({ "displayName": "x", "members": [{ "display": "no value" }] }),
        json!({ "displayName": "x", "members": [{ "value": { "a": 1 } }] }),
        json!({ "displayName": "x", "schemas": [USER] }),
    ] {
        let created = world.app.post("/Groups", wrong.clone()).await;
        assert_eq!(created.status, 400, "{wrong}: {}", created.text);
        created.refused_somehow();
        world.app.put(&world.group, wrong).await.refused_somehow();
    }
    world.nothing_changed().await;
}

#[tokio::test]
async fn patches_that_cannot_be_carried_out() {
    let world = World::new().await;
    for (wrong, scim_type) in [
        (json!([{ "op": "move", "path": "title", "value": "x" }]), "invalidSyntax"),
        (json!([{ "path": "title", "value": "x" }]), "invalidSyntax"),
        (json!([{ "op": 7 }]), "invalidSyntax"),
        (json!(["replace"]), "invalidSyntax"),
        (json!([]), "invalidValue"),
        (json!([{ "op": "replace" }]), "invalidValue"),
        (json!([{ "op": "replace", "value": "x" }]), "invalidValue"),
        (json!([{ "op": "replace", "value": [] }]), "invalidValue"),
        (json!([{ "op": "remove" }]), "noTarget"),
        (json!([{ "op": "replace", "path": 7, "value": "x" }]), "invalidPath"),
        (json!([{ "op": "replace", "path": "a[", "value": "x" }]), "invalidPath"),
        (json!([{ "op": "replace", "path": "..", "value": "x" }]), "invalidPath"),
        (json!([{ "op": "replace", "path": "a b", "value": "x" }]), "invalidPath"),
    ] {
        for path in [&world.user, &world.group] {
            let answer = world.app.patch(path, operations(wrong.clone())).await;
            assert_eq!(answer["scimType"], scim_type, "{wrong}: {}", answer.text);
            answer.refused(400, Some(scim_type));
        }
    }
    world
        .app
        .patch(&world.user, operation("remove", "userName", Value::Null))
        .await
        .refused(400, Some("invalidValue"));
    world
        .app
        .patch(&world.user, operation("replace", "id", json!("x")))
        .await
        .refused(400, Some("mutability"));
    world
        .app
        .patch(&world.group, operation("remove", "displayName", Value::Null))
        .await
        .refused(400, Some("invalidValue"));
    let good_then_bad =
        json!([{ "op": "replace", "path": "displayName", "value": "x" }, { "op": "explode" }]);
    world.app.patch(&world.user, operations(good_then_bad)).await.refused(400, Some("invalidSyntax"));
    let old = json!({ "schemas": ["urn:scim:schemas:core:1.0:PatchOp"], "Operations": [{ "op": "add", "path": "title", "value": "x" }] });
    world.app.patch(&world.user, old).await.refused(400, Some("invalidVers"));
    world.nothing_changed().await;
}

#[tokio::test]
async fn more_than_we_read() {
    let app = TestApp::with(Setup::server(|server| server.max_body = 1_000)).await;
    let id = app.create(user("ada")).await;
    let large = with(user("grace"), json!({ "title": "x".repeat(1_000) }));
    app.post("/Users", large.clone()).await.refused(413, None);
    app.put(&format!("/Users/{id}"), large).await.refused(413, None);
    let exact = |length: usize| format!("{{\"userName\":\"grace\",\"x\":\"{}\"}}", "x".repeat(length - 27));
    assert_eq!(exact(1_000).len(), 1_000);
    app.call("POST", "/Users").body(exact(1_001)).await.refused(413, None);
    app.call("POST", "/Users").body(exact(1_000)).await.expect(201);
}

#[tokio::test]
async fn a_hundred_thousand_members() {
    let app = TestApp::new().await;
    let path = format!("/Groups/{}", app.create_group(group("Team", &[])).await);
    let members = |count: u32| (0..count).map(|number| Value::from(number.to_string())).collect::<Value>();
    let answer = app.patch(&path, operation("add", "members", members(100_000))).await.expect(200);
    assert_eq!(answer["members"], Value::Null);
    let more = json!({ "displayName": "More", "members": members(200_001) });
    app.post("/Groups", more).await.refused(400, Some("tooMany"));
}

#[tokio::test]
async fn values_that_are_long_are_kept_or_refused() {
    let app = TestApp::new().await;
    for length in [255, 256, 1_000, 10_000, 60_000] {
        for key in ["userName", "externalId", "displayName"] {
            let answer = app
                .post(
                    "/Users",
                    with(user(&format!("u-{key}-{length}")), json!({ key: "ä".repeat(length / 2) })),
                )
                .await;
            assert!(answer.status < 500, "{key} {length}: {}", answer.text);
        }
        let answer = app
            .post("/Groups", json!({ "displayName": "g".repeat(length), "externalId": "e".repeat(length) }))
            .await;
        assert!(answer.status < 500, "{length}: {}", answer.text);
    }
}
