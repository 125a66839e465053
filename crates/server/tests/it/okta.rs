//! Okta: the assertions of its own SPEC suite, the steps of its CRUD suite, and what group push sends.

use crate::support::bodies::{GROUP, USER, group, operation};
use crate::support::call::ERROR;
use crate::support::{Answer, TestApp, operations, user, with};
use serde_json::{Value, json};

/// What Okta sends for a new assignment.
fn assigned() -> Value {
    json!({
        "schemas": [USER], "userName": "test.user@okta.local",
        "name": { "givenName": "Test", "familyName": "User" },
        "emails": [{ "primary": true, "value": "test.user@okta.local", "type": "work" }],
        "displayName": "Test User", "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [], "password": "1mz050nq", "active": true,
    })
}

fn complete(user: &Value) {
    for text in [&user["id"], &user["name"]["familyName"], &user["name"]["givenName"], &user["userName"]] {
        assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{user}");
    }
    assert!(user["active"].is_boolean() && user["emails"][0]["value"].is_string(), "{user}");
}

fn is_list(answer: &Answer) {
    assert_eq!(answer["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    for number in ["itemsPerPage", "startIndex", "totalResults"] {
        assert!(answer[number].is_u64(), "{number}: {}", answer.text);
    }
}

#[tokio::test]
async fn spec_1_and_2_the_first_user_is_complete() {
    let app = TestApp::new().await;
    app.create(assigned()).await;
    let list = app.get("/Users?count=1&startIndex=1").await.expect(200);
    is_list(&list);
    complete(&list["Resources"][0]);
    complete(&app.get(&format!("/Users/{}", list.ids()[0])).await.expect(200).json());
}

#[tokio::test]
async fn spec_3_and_7_filters_on_the_login() {
    let app = TestApp::new().await;
    let id = app.create(assigned()).await;
    let missing = app.get(r#"/Users?filter=userName eq "nobody"&startIndex=1&count=100"#).await.expect(200);
    is_list(&missing);
    assert_eq!((&missing["totalResults"], missing.ids()), (&json!(0), vec![]));
    assert_eq!(app.found(r#"userName eq "TEST.USER@OKTA.LOCAL""#).await, [id]);
}

#[tokio::test]
async fn spec_4_an_unknown_user_is_404() {
    let app = TestApp::new().await;
    let missing = app.get("/Users/010101001010101011001010101011").await.refused(404, None);
    assert_eq!((&missing["schemas"][0], &missing["status"]), (&json!(ERROR), &json!("404")));
}

#[tokio::test]
async fn spec_5_and_6_create_read_create_again() {
    let app = TestApp::new().await;
    let created = app.post("/Users", assigned()).await.expect(201);
    assert_eq!(created["active"], true);
    assert_eq!(created["name"], json!({ "givenName": "Test", "familyName": "User" }));
    assert_eq!(app.get(&format!("/Users/{}", created.id())).await.expect(200).json(), created.json());
    app.post("/Users", assigned()).await.refused(409, Some("uniqueness"));
}

#[tokio::test]
async fn spec_8_groups_are_a_list() {
    let app = TestApp::new().await;
    is_list(&app.get("/Groups?startIndex=1&count=100").await.expect(200));
}

#[tokio::test]
async fn spec_9_a_bad_credential_is_401() {
    let app = TestApp::new().await;
    let refused = app.client(Some("invalid")).get("/Users?startIndex=1&count=2").await.refused(401, None);
    assert_eq!(refused["status"], "401");
}

#[tokio::test]
async fn passwords_are_dropped() {
    let app = TestApp::new().await;
    let created = app.post("/Users", assigned()).await.expect(201);
    let read = app.get(&format!("/Users/{}?attributes=password,userName", created.id())).await.expect(200);
    assert!(!created.text.contains("1mz050nq") && !read.text.contains("1mz050nq"));
    assert!(!format!("{:?}", app.explain(&created.id()).await).contains("1mz050nq"));
    let told = app.decisions(&created.id()).await;
    assert!(told.contains(&"password: ignored (never kept)".to_owned()), "{told:?}");
}

#[tokio::test]
async fn the_external_id_is_optional() {
    let app = TestApp::new().await;
    let without = with(assigned(), json!({ "externalId": null }));
    let id = app.create(without.clone()).await;
    app.post("/Users", without).await.refused(409, Some("uniqueness"));
    let path = format!("/Users/{id}");
    assert_eq!(app.put(&path, assigned()).await.expect(200)["externalId"], "00ujl29u0le5T6Aj10h7");
}

#[tokio::test]
async fn crud_of_an_app_that_patches() {
    let app = TestApp::new().await;
    let id = app.create(assigned()).await;
    let path = format!("/Users/{id}");
    let set = |active: bool| operations(json!([{ "op": "replace", "value": { "active": active } }]));
    let mut echo = app.get(&path).await.expect(200).json();
    echo["name"]["familyName"] = json!("Renamed");
    app.put(&path, echo).await.expect(200);
    assert_eq!(app.get(&path).await.expect(200)["name"]["familyName"], "Renamed");
    assert_eq!(app.patch(&path, set(false)).await.expect(200)["active"], false);
    assert_eq!(app.get(&path).await.expect(200)["active"], false);
    let found = app.found(r#"userName eq "test.user@okta.local""#).await;
    assert_eq!(found, [id.as_str()], "assigning again finds the same user");
    assert_eq!(app.patch(&path, set(true)).await.expect(200)["active"], true);
    assert_eq!(app.get(&path).await.expect(200).id(), id);
    app.patch(&path, set(false)).await.expect(200);
    let password = operations(json!([{ "op": "replace", "value": { "password": "new" } }]));
    app.patch(&path, password).await.expect(200);
    assert_eq!(app.get(&path).await.expect(200)["active"], false);
}

#[tokio::test]
async fn crud_of_an_app_that_puts() {
    let app = TestApp::new().await;
    let id = app.create(assigned()).await;
    let path = format!("/Users/{id}");
    for active in [false, true, false] {
        let mut echo = app.get(&path).await.expect(200).json();
        echo["active"] = json!(active);
        assert_eq!(app.put(&path, echo).await.expect(200)["active"], active);
        assert_eq!(app.explain(&id).await.person.active, active);
    }
}

#[tokio::test]
async fn a_renamed_login_with_the_same_external_id_is_the_same_person() {
    let app = TestApp::new().await;
    let id = app.create(assigned()).await;
    app.put(&format!("/Users/{id}"), with(assigned(), json!({ "active": false }))).await.expect(200);
    let renamed = with(assigned(), json!({ "userName": "new.name@okta.local" }));
    assert_eq!(app.create(renamed).await, id);
}

#[tokio::test]
async fn group_push_of_an_app_that_patches() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.create(user("ada")).await, app.create(user("grace")).await);
    let created = app.post("/Groups", group("G", &[])).await.expect(201);
    let (id, path) = (created.id(), format!("/Groups/{}", created.id()));
    let found = app.get(r#"/Groups?filter=displayName eq "G"&startIndex=1&count=100"#).await.expect(200);
    assert_eq!(found.ids(), [id.as_str()]);

    let full = operation("replace", "members", json!([{ "value": ada, "display": "ada" }]));
    assert_eq!(app.patch(&path, full).await.expect(200).members(), [ada.as_str()]);
    let rename = operations(json!([{ "op": "replace", "value": { "id": id, "displayName": "G2" } }]));
    let renamed = app.patch(&path, rename.clone()).await.expect(200);
    assert_eq!(
        (renamed.id(), &renamed["displayName"], renamed.members()),
        (id, &json!("G2"), vec![ada.clone()])
    );
    let delta = operations(json!([
        { "op": "remove", "path": format!("members[value eq \"{ada}\"]") },
        { "op": "add", "path": "members", "value": [{ "value": grace, "display": "grace" }] },
    ]));
    assert_eq!(app.patch(&path, delta).await.expect(200).members(), [grace.as_str()]);
    assert_eq!(app.patch(&path, rename).await.expect(200).members(), [grace.as_str()]);
    let none = operation("replace", "members", json!([]));
    assert_eq!(app.patch(&path, none).await.expect(200).members(), [""; 0]);
    app.delete(&path).await.expect(204);
    app.get(&path).await.refused(404, None);
}

#[tokio::test]
async fn group_push_of_an_app_that_puts() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.create(user("ada")).await, app.create(user("grace")).await);
    let id = app.create_group(group("G", &[&ada])).await;
    let path = format!("/Groups/{id}");
    let body = json!({ "schemas": [GROUP], "id": id, "displayName": "G", "members": [{ "value": grace }] });
    assert_eq!(app.put(&path, body.clone()).await.expect(200).members(), [grace.as_str()]);
    assert_eq!(app.put(&path, with(body, json!({ "members": null }))).await.expect(200).members(), [""; 0]);
}

#[tokio::test]
async fn import_reads_every_page_in_a_stable_order() {
    let app = TestApp::new().await;
    let mut ids = Vec::new();
    for login in ["ada", "grace", "edsger", "barbara", "alan"] {
        ids.push(app.create(user(login)).await);
    }
    let mut read = Vec::new();
    for start in [1, 3, 5, 7] {
        let page = app.get(&format!("/Users?startIndex={start}&count=2")).await.expect(200);
        assert_eq!(page["totalResults"], 5);
        read.extend(page.ids());
    }
    assert_eq!(read, ids);
}
