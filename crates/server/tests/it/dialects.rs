//! Where real clients leave the RFC, and what is done with it.

use crate::support::bodies::{ENTERPRISE_USER, GROUP, USER, add_member, group, operation, remove_member};
use crate::support::{TestApp, on_both, operations, user, with};
use serde_json::{Value, json};

on_both!(a_look_up_finds_exactly_whom_a_new_user_would_collide_with);

async fn a_look_up_finds_exactly_whom_a_new_user_would_collide_with(app: TestApp) {
    let [lead, trail] = [" lead@e.com", "trail@e.com "].map(user);
    let (lead, trail) = (app.create(lead).await, app.create(trail).await);
    let unlike = app.create(user("le ad@e.com")).await;
    for (login, found) in [
        ("lead@e.com", &lead),
        ("LEAD@e.com ", &lead),
        ("trail@e.com", &trail),
        ("\u{a0}trail@e.com", &trail),
        ("le ad@e.com", &unlike),
    ] {
        assert_eq!(app.found(&format!("userName eq \"{login}\"")).await, [found.as_str()], "{login:?}");
        app.post("/Users", with(user(login), json!({ "externalId": "other" })))
            .await
            .refused(409, Some("uniqueness"));
    }
    assert!(app.found("userName eq \"l ead@e.com\"").await.is_empty());
    let team = app.create_group(group("Team ", &[])).await;
    let groups = app.get("/Groups?filter=displayName eq \" team\"").await.expect(200);
    assert_eq!(groups.ids(), [team]);
    app.post("/Groups", group(" Team", &[])).await.refused(409, Some("uniqueness"));
}

/// One user, and what a PATCH makes of them.
async fn patched(message: Value) -> Value {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    app.patch(&format!("/Users/{id}"), message).await.expect(200).json()
}

#[tokio::test]
async fn filters_without_quotes() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    for filter in [
        "externalId eq ext-ada",
        "userName sw A",
        "userName eq ada",
        "meta.lastModified gt 2015-01-01T00:00:00Z",
    ] {
        assert_eq!(app.found(filter).await, [id.as_str()], "{filter}");
    }
}

#[tokio::test]
async fn unknown_attributes_are_accepted_ignored_and_told() {
    let app = TestApp::new().await;
    let strange = json!({
        "adreses": [{ "street": "x" }], "Department": "R&D", "urn:okta:acme:1.0:user": { "badge": 7 },
        "schemas": [USER, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
    });
    let created = app.post("/Users", with(user("ada"), strange.clone())).await.expect(201);
    for key in ["adreses", "Department", "urn:okta:acme:1.0:user"] {
        assert_eq!(created[key], Value::Null, "{key}");
    }
    assert_eq!(created["schemas"], json!([USER]));
    let path = format!("/Users/{}", created.id());
    let put = app.put(&path, with(user("ada"), strange)).await.expect(200);
    assert_eq!(put["adreses"], Value::Null);
    for id in ["adreses", "Department", "urn:okta:acme:1.0:user"] {
        let told = app.decisions(&created.id()).await;
        assert!(
            told.iter().any(|line| line.starts_with(id) && line.ends_with("ignored (unknown attribute)")),
            "{told:?}"
        );
    }
    app.patch(&path, operation("add", "adreses", json!("x"))).await.expect(200);
    let told = app.decisions(&created.id()).await;
    assert!(told.contains(&"adreses: ignored (unknown attribute)".to_owned()), "{told:?}");
}

#[tokio::test]
async fn bodies_without_schemas() {
    let app = TestApp::new().await;
    let id = app.create(with(user("ada"), json!({ "schemas": null }))).await;
    let path = format!("/Users/{id}");
    app.put(&path, with(user("ada"), json!({ "schemas": null }))).await.expect(200);
    let message = json!({ "Operations": [{ "op": "replace", "path": "title", "value": "Countess" }] });
    assert_eq!(app.patch(&path, message).await.expect(200)["title"], "Countess");
    let team = app.post("/Groups", json!({ "displayName": "Team" })).await.expect(201);
    assert_eq!(team["schemas"], json!([GROUP]));
}

#[tokio::test]
async fn a_manager_as_bare_text() {
    let path = format!("{ENTERPRISE_USER}:manager");
    let manager = json!({ "value": "boss-1" });
    assert_eq!(patched(operation("add", &path, json!("boss-1"))).await[ENTERPRISE_USER]["manager"], manager);
    let app = TestApp::new().await;
    let body = with(user("ada"), json!({ ENTERPRISE_USER: { "manager": "boss-1" } }));
    let created = app.post("/Users", body).await.expect(201);
    assert_eq!(created[ENTERPRISE_USER]["manager"], manager);
    let gone = app
        .patch(&format!("/Users/{}", created.id()), operation("replace", &path, json!("")))
        .await
        .expect(200);
    assert_eq!(gone[ENTERPRISE_USER], Value::Null);
}

#[tokio::test]
async fn booleans_as_text() {
    for (text, active) in [(json!("False"), false), (json!("True"), true), (json!("false"), false)] {
        assert_eq!(patched(operation("Replace", "active", text)).await["active"], active);
    }
    let app = TestApp::new().await;
    assert_eq!(
        app.post("/Users", with(user("ada"), json!({ "active": "False" }))).await.expect(201)["active"],
        false
    );
}

#[tokio::test]
async fn operations_in_any_case() {
    for op in ["Add", "Replace", "REPLACE", "add"] {
        assert_eq!(patched(operation(op, "title", json!("Countess"))).await["title"], "Countess");
    }
    let message = operations(json!([{ "op": "Remove", "path": "name.givenName" }]));
    assert_eq!(patched(message).await["name"], json!({ "familyName": "Familyada" }));
}

#[tokio::test]
async fn a_value_path_that_matches_nothing_creates_the_element() {
    let message = operation("replace", r#"emails[type eq "home"].value"#, json!("ada@home.example"));
    let emails = patched(message).await["emails"].clone();
    assert_eq!(emails[1], json!({ "type": "home", "value": "ada@home.example" }));
    let message = operation("Add", r#"addresses[type eq "work"].locality"#, json!("London"));
    assert_eq!(patched(message).await["addresses"][0]["locality"], "London");
}

#[tokio::test]
async fn a_value_path_that_says_nothing_of_the_element_has_no_target() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let message = operation("replace", r#"phoneNumbers[type sw "w"].value"#, json!("1"));
    app.patch(&format!("/Users/{id}"), message).await.refused(400, Some("noTarget"));
}

#[tokio::test]
async fn dotted_and_urn_keys_without_a_path() {
    let department = format!("{ENTERPRISE_USER}:department");
    let value = json!({ "name.givenName": "Augusta", department: "Analysis", "title": "Countess" });
    let user = patched(operations(json!([{ "op": "replace", "value": value }]))).await;
    assert_eq!(user["name"], json!({ "givenName": "Augusta", "familyName": "Familyada" }));
    assert_eq!(user[ENTERPRISE_USER], json!({ "department": "Analysis" }));
    assert_eq!(user["title"], "Countess");
}

#[tokio::test]
async fn every_way_to_remove_members() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.create(user("ada")).await, app.create(user("grace")).await);
    let team = app.create_group(group("Team", &[])).await;
    let path = format!("/Groups/{team}");
    let removals = [
        operations(json!([{ "op": "Remove", "path": "members", "value": [{ "value": ada }] }])),
        operations(json!([{ "op": "remove", "path": "members", "value": [{ "$ref": null, "value": ada }] }])),
        remove_member(&ada),
        operation("replace", "members", json!([{ "value": grace }])),
    ];
    for removal in removals {
        app.patch(&path, add_member(&ada)).await.expect(200);
        app.patch(&path, add_member(&grace)).await.expect(200);
        assert_eq!(app.patch(&path, removal).await.expect(200).members(), [grace.as_str()]);
    }
    app.patch(&path, operation("replace", "members", json!([]))).await.expect(200);
    assert_eq!(app.get(&path).await.expect(200).members(), [""; 0]);
}

#[tokio::test]
async fn adding_a_member_again_adds_nothing() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&ada, &ada])).await;
    let again = app.patch(&format!("/Groups/{team}"), add_member(&ada)).await.expect(200);
    assert_eq!(again.members(), [ada]);
}

#[tokio::test]
async fn names_inside_of_members_are_kept_as_display() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.create(user("ada")).await, app.create(user("grace")).await);
    let members = json!([{ "value": ada, "displayName": "Ada" }, { "value": grace, "display": "Grace" }]);
    let team = app.post("/Groups", json!({ "displayName": "Team", "members": members })).await.expect(201);
    let mut shown: Vec<_> =
        team["members"].as_array().unwrap().iter().map(|member| member["display"].clone()).collect();
    shown.sort_by_key(Value::to_string);
    assert_eq!(shown, [json!("Ada"), json!("Grace")]);
}

#[tokio::test]
async fn put_with_empty_and_null_values_clears() {
    let app = TestApp::new().await;
    let full = with(
        user("ada"),
        json!({ "title": "Countess", "nickName": "A", "displayName": "Ada", ENTERPRISE_USER: { "department": "X" } }),
    );
    let id = app.create(full.clone()).await;
    let mut emptied = with(full, json!({ "title": "", "emails": [] }));
    emptied["nickName"] = Value::Null;
    emptied[ENTERPRISE_USER] = json!({ "department": null });
    let put = app.put(&format!("/Users/{id}"), emptied).await.expect(200);
    for key in ["title", "nickName", "emails", ENTERPRISE_USER] {
        assert_eq!(put[key], Value::Null, "{key}");
    }
    assert_eq!(put["displayName"], "Ada");
}

#[tokio::test]
async fn put_may_echo_what_only_the_server_writes() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&id])).await;
    let path = format!("/Users/{id}");
    let mut echo = app.get(&path).await.expect(200).json();
    echo["groups"] = json!([{ "value": "another" }]);
    echo["id"] = json!("another");
    echo["meta"]["created"] = json!("1999-01-01T00:00:00Z");
    echo["title"] = json!("Countess");
    let put = app.put(&path, echo).await.expect(200);
    assert_eq!((put.id(), &put["title"], &put["groups"][0]["value"]), (id, &json!("Countess"), &json!(team)));
    assert_ne!(put["meta"]["created"], "1999-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_whole_extension_by_its_urn() {
    let value = json!({ "schemas": [ENTERPRISE_USER], "department": "Analysis", "badge": 7 });
    let user = patched(operation("replace", ENTERPRISE_USER, value)).await;
    assert_eq!(user[ENTERPRISE_USER], json!({ "department": "Analysis" }));
}

#[tokio::test]
async fn empty_or_missing_operations_and_values() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let path = format!("/Users/{id}");
    app.patch(&path, operations(json!([]))).await.refused(400, Some("invalidValue"));
    app.patch(&path, json!({})).await.refused(400, Some("invalidSyntax"));
    let second =
        json!([{ "op": "add", "path": "title", "value": "x" }, { "op": "replace", "path": "title" }]);
    let refused = app.patch(&path, operations(second)).await.refused(400, Some("invalidValue"));
    assert!(refused["detail"].as_str().unwrap().starts_with("operation 2: "), "{}", refused.text);
    assert_eq!(app.get(&path).await.expect(200)["title"], Value::Null, "nothing of it was done");
}

#[tokio::test]
async fn nulls_in_post() {
    let app = TestApp::new().await;
    let mut body = user("ada");
    for key in ["title", "nickName", "addresses", "phoneNumbers", ENTERPRISE_USER, "groups", "locale"] {
        body[key] = Value::Null;
    }
    body["name"]["middleName"] = Value::Null;
    app.post("/Users", body).await.expect(201);
}

#[tokio::test]
async fn roles_as_entra_sends_them() {
    let text = json!("{\"id\":\"18d1\",\"value\":\"Admin\",\"displayName\":\"Admin\"}");
    let user = patched(operation("Add", r#"roles[primary eq "True"].value"#, text.clone())).await;
    assert_eq!(user["roles"], json!([{ "primary": true, "value": text }]));
    let user =
        patched(operations(json!([{ "op": "add", "path": "roles", "value": [{ "value": text }] }]))).await;
    assert_eq!(user["roles"][0]["value"], text);
}

#[tokio::test]
async fn slashes_at_the_end_and_doubled() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    for path in ["/scim/v2/Users/", "/scim/v2//Users", "//scim/v2/Users//"] {
        assert_eq!(app.raw("GET", path).await.expect(200).ids(), [id.as_str()], "{path}");
    }
    app.raw("GET", &format!("/scim/v2//Users/{id}/")).await.expect(200);
    app.raw("POST", "/scim/v2/Users/").json(&user("grace")).await.expect(201);
    app.raw("GET", "/scim/v2/").await.expect(200);
}
