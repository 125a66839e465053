//! Entra: both dialects, the checks that it makes before and after, and the two steps of a leaver.

use crate::support::bodies::{ENTERPRISE_USER, GROUP, USER, add_member, group, operation};
use crate::support::{TestApp, operations, user, with};
use serde_json::{Value, json};

fn provisioned() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE_USER], "externalId": "0a21f0f2", "userName": "Test_User_ab@testuser.com",
        "active": true, "displayName": "lennay", "title": "dev", "preferredLanguage": "en-US",
        "emails": [{ "primary": true, "type": "work", "value": "Test_User_fd@testuser.com" }],
        "meta": { "resourceType": "User" }, "roles": [],
        "name": { "formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName" },
        ENTERPRISE_USER: { "department": "bob", "employeeNumber": "4711" },
    })
}

#[tokio::test]
async fn the_matching_look_ups() {
    let app = TestApp::new().await;
    let id = app.create(provisioned()).await;
    for filter in [
        r#"userName eq "test_user_ab@testuser.com""#,
        r#"externalId eq "0a21f0f2""#,
        r#"emails[type eq "work"].value eq "Test_User_fd@testuser.com""#,
        r#"emails[type eq "work" and value eq "test_user_fd@testuser.com"]"#,
    ] {
        assert_eq!(app.found(filter).await, [id.as_str()], "{filter}");
    }
    assert_eq!(app.found(r#"emails[type eq "home"].value eq "Test_User_fd@testuser.com""#).await, [""; 0]);
}

#[tokio::test]
async fn values_are_kept_verbatim() {
    let app = TestApp::new().await;
    let created = app.post("/Users", provisioned()).await.expect(201);
    for key in
        ["externalId", "userName", "displayName", "emails", "name", "preferredLanguage", ENTERPRISE_USER]
    {
        assert_eq!(created[key], provisioned()[key], "{key}");
    }
}

#[tokio::test]
async fn the_old_dialect() {
    let app = TestApp::new().await;
    let id = app.create(provisioned()).await;
    let message = operations(json!([
        { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updated@example.com" },
        { "op": "Replace", "path": "name.familyName", "value": "updated" },
        { "op": "Add", "path": format!("{ENTERPRISE_USER}:manager"), "value": "boss" },
        { "op": "Add", "path": format!("{ENTERPRISE_USER}:department"), "value": "Analysis" },
        { "op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1" },
        { "op": "Remove", "path": "title" },
        { "op": "Replace", "path": "active", "value": "False" },
    ]));
    let user = app.patch(&format!("/Users/{id}"), message).await.expect(200);
    assert_eq!(user["emails"], json!([{ "primary": true, "type": "work", "value": "updated@example.com" }]));
    assert_eq!(user["name"]["familyName"], "updated");
    assert_eq!(
        user[ENTERPRISE_USER],
        json!({ "department": "Analysis", "employeeNumber": "4711", "manager": { "value": "boss" } })
    );
    assert_eq!(user["phoneNumbers"], json!([{ "type": "mobile", "value": "+1" }]));
    assert_eq!((&user["title"], &user["active"]), (&Value::Null, &json!(false)));
}

#[tokio::test]
async fn the_new_dialect() {
    let app = TestApp::new().await;
    let id = app.create(provisioned()).await;
    let value = json!({
        "displayName": "new", "name.givenName": "Given", "active": false,
        format!("{ENTERPRISE_USER}:department"): "Analysis",
        "emails[type eq \"work\"].value": "updated@example.com",
    });
    let message = operations(json!([
        { "op": "replace", "value": value },
        { "op": "replace", "path": format!("{ENTERPRISE_USER}:manager"), "value": { "value": "boss" } },
    ]));
    let user = app.patch(&format!("/Users/{id}"), message).await.expect(200);
    assert_eq!((&user["displayName"], &user["name"]["givenName"]), (&json!("new"), &json!("Given")));
    assert_eq!(user["emails"][0]["value"], "updated@example.com");
    assert_eq!(user[ENTERPRISE_USER]["department"], "Analysis");
    assert_eq!(user[ENTERPRISE_USER]["manager"], json!({ "value": "boss" }));
    assert_eq!(user["active"], false);
}

#[tokio::test]
async fn members_in_both_dialects() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.create(user("ada")).await, app.create(user("grace")).await);
    let path = format!("/Groups/{}", app.create_group(group("Team", &[])).await);
    let both = json!([{ "$ref": null, "value": ada }, { "$ref": null, "value": grace }]);
    app.patch(&path, operation("Add", "members", both)).await.expect(200);
    app.patch(&path, operation("Remove", "members", json!([{ "$ref": null, "value": ada }])))
        .await
        .expect(200);
    assert_eq!(app.get(&path).await.expect(200).members(), [grace.as_str()]);
    let remove = operations(json!([{ "op": "remove", "path": format!("members[value eq \"{grace}\"]") }]));
    app.patch(&path, remove).await.expect(200);
    assert_eq!(app.get(&path).await.expect(200).members(), [""; 0]);
}

#[tokio::test]
async fn reference_checks() {
    let app = TestApp::new().await;
    let boss = app.create(user("boss")).await;
    let body = with(user("ada"), json!({ ENTERPRISE_USER: { "manager": { "value": boss } } }));
    let ada = app.create(body).await;
    let team = app.create_group(group("Team", &[&ada])).await;
    let check = async |path: String| app.get(&path).await.expect(200);

    let manager =
        check(format!("/Users?filter=id eq \"{ada}\" and manager eq \"{boss}\"&attributes=id")).await;
    assert_eq!(manager["Resources"], json!([{ "id": ada, "schemas": [USER] }]));
    let none = check(format!("/Users?filter=id eq \"{ada}\" and manager eq \"{ada}\"&attributes=id")).await;
    assert_eq!(none["totalResults"], 0);
    let member =
        check(format!("/Groups?filter=id eq \"{team}\" and members eq \"{ada}\"&attributes=id")).await;
    assert_eq!(member["Resources"], json!([{ "id": team, "schemas": [GROUP] }]));
    let none =
        check(format!("/Groups?filter=id eq \"{team}\" and members eq \"{boss}\"&attributes=id")).await;
    assert_eq!(none["totalResults"], 0);
    let by_value = check(format!("/Groups?filter=members.value eq \"{ada}\"&attributes=id")).await;
    assert_eq!(by_value.ids(), [team]);
}

#[tokio::test]
async fn groups_without_their_members() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&ada])).await;
    let one = app.get(&format!("/Groups/{team}?excludedAttributes=members")).await.expect(200);
    assert_eq!((one["members"].clone(), &one["displayName"]), (Value::Null, &json!("Team")));
    let list =
        app.get(r#"/Groups?excludedAttributes=members&filter=displayName eq "Team""#).await.expect(200);
    assert_eq!((list.ids(), &list["Resources"][0]["members"]), (vec![team.clone()], &Value::Null));
    let patched =
        app.patch(&format!("/Groups/{team}?excludedAttributes=members"), add_member("x")).await.expect(200);
    assert_eq!(patched["members"], Value::Null);
}

#[tokio::test]
async fn group_names_are_unique() {
    let app = TestApp::new().await;
    app.create_group(group("Team", &[])).await;
    let other = app.create_group(group("Other", &[])).await;
    app.post("/Groups", group("Team", &[])).await.refused(409, Some("uniqueness"));
    let rename = operation("Replace", "displayName", json!("TEAM"));
    app.patch(&format!("/Groups/{other}"), rename).await.refused(409, Some("uniqueness"));
    app.put(&format!("/Groups/{other}"), group("Team", &[])).await.refused(409, Some("uniqueness"));
}

#[tokio::test]
async fn soft_delete_restore_and_hard_delete() {
    let app = TestApp::new().await;
    let id = app.create(provisioned()).await;
    let path = format!("/Users/{id}");
    app.patch(&path, operation("Replace", "active", json!("False"))).await.expect(200);
    app.patch(&path, operation("Replace", "active", json!("True"))).await.expect(200);
    assert!(app.explain(&id).await.person.active);
    app.patch(&path, operation("Replace", "active", json!("False"))).await.expect(200);
    app.delete(&path).await.expect(204);
    app.get(&path).await.refused(404, None);
    app.delete(&path).await.refused(404, None);
    assert_eq!(app.create(provisioned()).await, id, "nobody was deleted");
}
