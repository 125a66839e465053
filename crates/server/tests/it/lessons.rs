//! Lessons from other people's SCIM servers: each test is a way in which one of them broke.

use crate::support::bodies::{add_member, group, number, operation};
use crate::support::{TestApp, operations, user, with};
use serde_json::json;
use tenure_identity::event::EventKind::{Created, Flapping, Linked, Returned};

#[tokio::test]
async fn an_inactive_record_does_not_block_the_boomerang() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    app.patch(&format!("/Users/{id}"), operation("replace", "active", json!(false))).await.expect(200);
    let back = app.post("/Users", user("ada")).await.expect(201);
    assert_eq!((back.id(), &back["active"]), (id.clone(), &json!(true)));
    assert_eq!(app.kinds(&id).await.last(), Some(&Returned));
}

#[tokio::test]
async fn a_filter_shows_inactive_users() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    app.put(&format!("/Users/{id}"), with(user("ada"), json!({ "active": false }))).await.expect(200);
    assert_eq!(app.found(r#"userName eq "ada""#).await, [id.as_str()]);
    assert_eq!(app.found(r#"externalId eq "ext-ada""#).await, [id.as_str()]);
    assert_eq!(app.get("/Users").await.expect(200).ids(), [id]);
}

#[tokio::test]
async fn coming_back_does_not_lose_the_membership() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&id])).await;
    for active in [false, true] {
        app.patch(
            &format!("/Users/{id}"),
            operations(json!([{ "op": "replace", "value": { "active": active } }])),
        )
        .await
        .expect(200);
        assert_eq!(app.get(&format!("/Groups/{team}")).await.expect(200).members(), [id.as_str()]);
    }
    assert_eq!(app.get(&format!("/Users/{id}")).await.expect(200)["groups"][0]["value"], team.as_str());
}

#[tokio::test]
async fn an_e_mail_address_takes_over_nobody() {
    let app = TestApp::new().await;
    let local = app.hr.create(with(user("ada"), json!({ "userName": "payroll-7" }))).await;
    let stranger = with(user("mallory"), json!({ "emails": [{ "value": "ada@example.com" }] }));
    app.post("/Users", stranger).await.refused(409, Some("uniqueness"));
    assert_eq!(app.explain(&local).await.person.claims.len(), 1);
}

#[tokio::test]
async fn people_known_before_are_linked() {
    let app = TestApp::new().await;
    let id = app.hr.create(user("ada")).await;
    app.hr.delete(&format!("/Users/{id}")).await.expect(204);
    let linked = app.post("/Users", with(user("ada"), json!({ "externalId": "okta-1" }))).await.expect(201);
    assert_eq!(linked.id(), id);
    assert!(app.kinds(&id).await.iter().any(|kind| matches!(kind, Linked | Returned)));
    assert_eq!(app.created().await, 1);
}

#[tokio::test]
async fn people_of_another_source_are_linked_by_employee_number() {
    let app = TestApp::new().await;
    let id = app.hr.create(with(user("payroll-7"), number("7"))).await;
    assert_eq!(app.create(with(user("ada"), number("7"))).await, id);
    assert_eq!(app.kinds(&id).await, [Created, Linked]);
}

#[tokio::test]
async fn a_taken_name_is_409_with_type_and_status() {
    let app = TestApp::new().await;
    app.create(user("ada")).await;
    let again = with(user("ada"), json!({ "externalId": "other" }));
    let refused = app.post("/Users", again).await.refused(409, Some("uniqueness"));
    assert_eq!(refused["status"], "409");
    app.create_group(group("Team", &[])).await;
    app.post("/Groups", group("team", &[])).await.refused(409, Some("uniqueness"));
}

#[tokio::test]
async fn every_error_is_json() {
    let app = TestApp::new().await;
    app.get("/Users/nobody").await.refused(404, None);
    app.get("/nowhere").await.refused(404, None);
    app.raw("GET", "/nowhere").await.refused(404, None);
    app.call("DELETE", "/Users").await.refused(405, None);
    app.call("POST", "/Users").body("{").await.refused(400, Some("invalidSyntax"));
    app.get("/Users?filter=((").await.refused(400, Some("invalidFilter"));
    app.get("/Users/%FF").await.refused_somehow();
    app.client(None).get("/Users").await.refused(401, None);
}

#[tokio::test]
async fn a_plus_in_the_address_is_found() {
    let app = TestApp::new().await;
    let id = app.create(user("ada+test@example.com")).await;
    for filter in [
        "userName%20eq%20%22ada+test@example.com%22",
        "userName%20eq%20%22ada%2Btest@example.com%22",
        "userName+eq+%22ada%2Btest@example.com%22",
    ] {
        assert_eq!(app.found(filter).await, [id.as_str()], "{filter}");
    }
}

#[tokio::test]
async fn the_create_answer_is_what_later_reads_say() {
    let app = TestApp::new().await;
    let created = app.post("/Users", user("Ada.LOVELACE@Example.com")).await.expect(201);
    assert_eq!(created["userName"], "Ada.LOVELACE@Example.com");
    let read = app.get(&format!("/Users/{}", created.id())).await.expect(200);
    assert_eq!(read.json(), created.json());
    assert_eq!(app.get("/Users").await.expect(200)["Resources"][0], created.json());
}

#[tokio::test]
async fn logins_are_unique_and_addresses_are_not() {
    let app = TestApp::new().await;
    app.create(with(user("ada"), json!({ "emails": [{ "value": "shared@example.com" }] }))).await;
    let second = with(
        user("grace"),
        json!({ "emails": [{ "value": "shared@example.com" }], "name": { "givenName": "G", "familyName": "H" } }),
    );
    app.post("/Users", second).await.expect(201);
}

#[tokio::test]
async fn a_new_address_makes_no_duplicate() {
    let app = TestApp::new().await;
    let id = app.create(user("ada@old.example")).await;
    let moved = with(
        user("ada@old.example"),
        json!({ "userName": "ada@new.example", "emails": [{ "value": "ada@new.example" }] }),
    );
    assert_eq!(
        app.put(&format!("/Users/{id}"), moved.clone()).await.expect(200)["userName"],
        "ada@new.example"
    );
    assert_eq!(app.found(r#"userName eq "ada@new.example""#).await, [id.as_str()]);
    assert_eq!(app.found(r#"userName eq "ada@old.example""#).await, [""; 0]);
    app.post("/Users", moved).await.refused(409, Some("uniqueness"));
    assert_eq!(app.created().await, 1);
}

#[tokio::test]
async fn the_address_may_move_to_somebody_else() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.create(user("ada")).await, app.create(user("grace")).await);
    let email = |address: &str| json!([{ "value": address, "type": "work" }]);
    let change =
        |address: &str| operations(json!([{ "op": "replace", "path": "emails", "value": email(address) }]));
    app.patch(&format!("/Users/{grace}"), change("ada@example.com")).await.expect(200);
    app.patch(&format!("/Users/{ada}"), change("grace@example.com")).await.expect(200);
}

#[tokio::test]
async fn members_without_a_type_are_kept() {
    let app = TestApp::new().await;
    let (ada, grace) = (app.create(user("ada")).await, app.create(user("grace")).await);
    let team = app.create_group(group("Team", &[&ada])).await;
    let patched = app.patch(&format!("/Groups/{team}"), add_member(&grace)).await.expect(200);
    let mut both = [ada, grace];
    both.sort();
    assert_eq!(patched.members(), both);
}

#[tokio::test]
async fn a_new_external_id_neither_empties_the_group_nor_is_ignored() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&ada])).await;
    let path = format!("/Groups/{team}");
    let patched = app.patch(&path, operation("replace", "externalId", json!("g-1"))).await.expect(200);
    assert_eq!((patched["externalId"].as_str(), patched.members()), (Some("g-1"), vec![ada.clone()]));
    let read = app.get(&path).await.expect(200);
    assert_eq!((read["externalId"].as_str(), read.members()), (Some("g-1"), vec![ada]));
}

#[tokio::test]
async fn memberships_that_two_writers_fight_over_name_both() {
    let app = TestApp::new().await;
    let other = app.other_token_of("okta").await;
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[])).await;
    let path = format!("/Groups/{team}");
    app.patch(&path, add_member(&ada)).await.expect(200);
    other.patch(&path, crate::support::bodies::remove_member(&ada)).await.expect(200);
    let events = app.group_events(&team).await;
    let note =
        events.iter().find(|event| event.kind == Flapping).and_then(|event| event.note.clone()).unwrap();
    assert_eq!(note.matches("`okta/tok_").count(), 2, "{note}");
}
