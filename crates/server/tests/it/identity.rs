//! One human being is one person: rotation, return, a second source, and people who only look alike.

use crate::support::bodies::{RECORD, number, operation};
use crate::support::{Setup, TestApp, at, operations, user, with};
use serde_json::json;
use tenure_engine::Visibility;
use tenure_identity::event::EventKind::{
    ClaimEnded, Created, Deactivated, Linked, NearDuplicate, Relinked, Returned,
};

#[tokio::test]
async fn an_external_id_that_rotates_in_put_is_relinked() {
    let app = TestApp::new().await;
    let id = app.create(with(user("ada"), number("7"))).await;
    let rotated = with(with(user("ada"), number("7")), json!({ "externalId": "new-1" }));
    assert_eq!(app.put(&format!("/Users/{id}"), rotated).await.expect(200)["externalId"], "new-1");
    assert_eq!(app.kinds(&id).await, [Created, Relinked]);
    assert_eq!(app.explain(&id).await.former_links.len(), 1);
    assert_eq!(app.found("externalId eq new-1").await, [id]);
    assert_eq!(app.found("externalId eq ext-ada").await, [""; 0]);
}

#[tokio::test]
async fn an_external_id_that_rotates_in_patch_is_relinked() {
    let app = TestApp::new().await;
    let id = app.create(with(user("ada"), number("7"))).await;
    let message = operation("replace", "externalId", json!("new-1"));
    assert_eq!(app.patch(&format!("/Users/{id}"), message).await.expect(200)["externalId"], "new-1");
    assert_eq!(app.kinds(&id).await, [Created, Relinked]);
}

#[tokio::test]
async fn deleted_is_gone_for_the_source_and_known_to_us() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let path = format!("/Users/{id}");
    assert_eq!(app.delete(&path).await.expect(204).text, "");
    for answer in [app.get(&path).await, app.put(&path, user("ada")).await, app.delete(&path).await] {
        answer.refused(404, None);
    }
    app.patch(&path, operation("replace", "title", json!("x"))).await.refused(404, None);
    assert_eq!(app.get("/Users").await.expect(200)["totalResults"], 0);
    let person = app.explain(&id).await.person;
    assert_eq!((person.active, person.record.text("user_name")), (false, Some("ada")));
    assert_eq!(app.kinds(&id).await, [Created, ClaimEnded, Deactivated]);
}

#[tokio::test]
async fn a_return_with_the_same_external_id_has_the_old_id() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    app.delete(&format!("/Users/{id}")).await.expect(204);
    let back = app.post("/Users", user("ada")).await.expect(201);
    assert_eq!(back.id(), id);
    assert_eq!(
        back.header("location"),
        Some(format!("https://tenure.example.com/scim/v2/Users/{id}").as_str())
    );
    assert!(app.explain(&id).await.person.active);
}

#[tokio::test]
async fn a_return_with_a_rotated_external_id_and_the_same_employee_number() {
    let app = TestApp::new().await;
    let id = app.create(with(user("ada"), number("7"))).await;
    app.delete(&format!("/Users/{id}")).await.expect(204);
    let back = with(with(user("ada.king"), number("7")), json!({ "externalId": "new-1" }));
    assert_eq!(app.create(back).await, id);
    assert_eq!(app.kinds(&id).await[3..], [Relinked, Returned]);
}

#[tokio::test]
async fn an_active_holder_is_a_conflict() {
    let app = TestApp::new().await;
    app.create(user("ada")).await;
    for body in [
        user("ada"),
        with(user("zoe"), json!({ "externalId": "ext-ada" })),
        with(user("ADA"), json!({ "externalId": "2" })),
    ] {
        app.post("/Users", body).await.refused(409, Some("uniqueness"));
    }
    assert_eq!(app.created().await, 1);
}

#[tokio::test]
async fn an_update_cannot_take_what_somebody_active_holds() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    app.create(user("grace")).await;
    let path = format!("/Users/{id}");
    app.put(&path, with(user("ada"), json!({ "userName": "Grace" }))).await.refused(409, Some("uniqueness"));
    let message = operation("replace", "externalId", json!("ext-grace"));
    app.patch(&path, message).await.refused(409, Some("uniqueness"));
    assert_eq!(app.get(&path).await.expect(200)["userName"], "ada");
}

#[tokio::test]
async fn a_second_source_links_by_employee_number_and_sees_its_own_claim() {
    let app = TestApp::new().await;
    let id = app.hr.create(with(with(user("p-7"), number("7")), json!({ "title": "Payroll clerk" }))).await;
    let linked = app.post("/Users", with(user("ada"), number("7"))).await.expect(201);
    assert_eq!((linked.id(), &linked["userName"]), (id.clone(), &json!("ada")));
    assert!(linked["title"].is_null(), "a source sees what it said");
    assert_eq!(app.hr.get(&format!("/Users/{id}")).await.expect(200)["userName"], "p-7");
    let person = app.explain(&id).await.person;
    assert_eq!(person.claims.len(), 2);
    assert_eq!(person.record.text("user_name"), Some("ada"), "the first source decides");
    assert_eq!(person.record.text("title"), Some("Payroll clerk"), "it has no title, so the next one does");
    assert_eq!(app.kinds(&id).await, [Created, Linked]);
}

#[tokio::test]
async fn a_source_that_does_not_decide_is_told_so() {
    let app = TestApp::new().await;
    let id = app.create(with(user("ada"), number("7"))).await;
    app.hr.create(with(user("p-7"), number("7"))).await;
    let told = app.decisions(&id).await;
    assert!(told.contains(&"user_name: skipped (not authoritative)".to_owned()), "{told:?}");
}

#[tokio::test]
async fn sources_do_not_see_each_others_people() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let path = format!("/Users/{id}");
    for answer in [app.hr.get(&path).await, app.hr.put(&path, user("ada")).await, app.hr.delete(&path).await]
    {
        answer.refused(404, None);
    }
    assert_eq!(app.hr.get("/Users").await.expect(200)["totalResults"], 0);
    assert_eq!(app.hr.found("userName eq ada").await, [""; 0]);
    assert_eq!(app.hr.get("/").await.expect(200)["totalResults"], 0);
}

#[tokio::test]
async fn a_source_may_be_allowed_to_see_everybody() {
    let app = TestApp::with(Setup { hr_sees: Visibility::All, ..Setup::default() }).await;
    let id = app.create(user("ada")).await;
    let path = format!("/Users/{id}");
    let seen = app.hr.get(&path).await.expect(200);
    assert_eq!((&seen["userName"], &seen["name"]["givenName"]), (&json!("ada"), &json!("Givenada")));
    let listed = app.hr.get("/Users?filter=userName%20eq%20%22ADA%22").await.expect(200);
    assert_eq!((&listed["totalResults"], &listed["Resources"][0]["id"]), (&json!(1), &json!(id)));
    assert_eq!(app.hr.get("/Users").await.expect(200)["totalResults"], 1);
    app.hr.put(&path, user("ada")).await.expect(200);
    assert!(app.kinds(&id).await.contains(&Linked));
    assert_eq!(app.hr.get("/Users").await.expect(200)["totalResults"], 1);
    app.delete(&path).await.expect(204);
    app.get(&path).await.refused(404, None);
}

#[tokio::test]
async fn people_who_look_alike_are_two_and_noted() {
    let app = TestApp::new().await;
    let name = json!({ "givenName": "Ada", "familyName": "Lovelace" });
    let first = with(user("ada.lovelace"), json!({ "name": name }));
    let second = with(
        user("adalovelace"),
        json!({ "name": name, "emails": [{ "value": "ada.lovelace@other.example" }] }),
    );
    let one = app.create(first).await;
    let two = app.hr.create(second).await;
    assert_ne!(one, two);
    assert!(app.kinds(&one).await.contains(&NearDuplicate));
    assert!(app.kinds(&two).await.contains(&NearDuplicate));
}

#[tokio::test]
async fn the_record_of_a_leaver_and_a_returner() {
    let app = TestApp::with(Setup::at(0)).await;
    let id = app.create(user("ada")).await;
    let flags = async || {
        let person = app.explain(&id).await.person;
        (person.record.flag("active"), person.record.flag("locked_out"), person.deactivated_at)
    };
    let set = |active: bool| operations(json!([{ "op": "replace", "value": { "active": active } }]));
    assert_eq!(flags().await, (Some(true), Some(false), None));
    app.engine.clock().set(at(60));
    app.patch(&format!("/Users/{id}"), set(false)).await.expect(200);
    assert_eq!(flags().await, (Some(false), Some(true), Some(at(60))));
    app.engine.clock().set(at(120));
    app.delete(&format!("/Users/{id}")).await.expect(204);
    assert_eq!(flags().await, (Some(false), Some(true), Some(at(60))), "the day of leaving stays");
    app.create(user("ada")).await;
    assert_eq!(flags().await, (Some(true), Some(false), None));
}

#[tokio::test]
async fn the_record_for_those_who_ask_for_it() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let asked = app.get(&format!("/Users/{id}?attributes={RECORD}")).await.expect(200);
    assert_eq!(asked[RECORD]["active"], true);
    assert_eq!(asked[RECORD]["lockedOut"], false);
    let fields = asked[RECORD]["fields"].as_array().unwrap();
    assert!(fields.contains(&json!({ "name": "user_name", "value": "ada", "source": "okta" })), "{fields:?}");
    assert!(app.get(&format!("/Users/{id}")).await.expect(200)[RECORD].is_null());
}

#[tokio::test]
async fn one_source_ends_access_and_the_person_may_come_back_through_another() {
    let app = TestApp::with(Setup::at(0)).await;
    let id = app.create(with(user("ada"), number("7"))).await;
    app.hr.create(with(user("p-7"), number("7"))).await;
    app.engine.clock().set(at(60));
    app.hr.delete(&format!("/Users/{id}")).await.expect(204);
    assert!(!app.explain(&id).await.person.active);
    assert_eq!(app.get(&format!("/Users/{id}")).await.expect(200)["active"], true, "this is what okta said");
    app.engine.clock().set(at(120));
    app.hr.create(with(user("p-7"), number("7"))).await;
    assert!(app.explain(&id).await.person.active);
}

#[tokio::test]
async fn nothing_deletes_a_person() {
    let app = TestApp::new().await;
    let mut ids = Vec::new();
    for login in ["ada", "grace", "edsger"] {
        let id = app.create(user(login)).await;
        app.delete(&format!("/Users/{id}")).await.expect(204);
        ids.push(id);
    }
    let bulk = json!({ "Operations": [{ "method": "DELETE", "path": format!("/Users/{}", ids[0]) }] });
    app.post("/Bulk", bulk).await.expect(200);
    let reject = operations(json!([{ "op": "remove", "path": "userName" }]));
    app.patch(&format!("/Users/{}", ids[1]), reject).await.refused(404, None);
    for id in &ids {
        assert_eq!(app.explain(id).await.person.claims.len(), 1);
    }
    assert_eq!(app.created().await, 3);
}
