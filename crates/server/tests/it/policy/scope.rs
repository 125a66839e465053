//! Scope: who is provisioned at all, by a group.

use super::trade::TRADE;
use crate::support::bodies::{add_member, group, operation, remove_member};
use crate::support::{TestApp, on_both, user};
use serde_json::json;
use tenure_engine::users::preview::Request;
use tenure_identity::event::EventKind::{Created, Deactivated, Resolved, Returned};
use tenure_identity::id::SourceName;

on_both!(
    nobody_outside_is_provisioned,
    who_leaves_the_group_is_deactivated_and_comes_back,
    a_leaver_in_scope_stays_a_leaver,
    a_claim_that_comes_into_scope_is_provisioned,
);

/// Only who is in the group, or works on the board.
fn scoped() -> String {
    format!(
        "{TRADE}\n[scope]\nusers = 'isMemberOfGroupName(\"ServiceNow Users\") OR user.title == \"Board\"'\n"
    )
}

/// Whether they are provisioned, have access, and are locked out.
async fn standing(app: &TestApp, id: &str) -> [bool; 3] {
    let seen = app.seen(id).await;
    let (active, locked) = (&seen["record"]["active"]["value"], &seen["record"]["locked_out"]["value"]);
    assert_eq!(seen["active"], active == "true", "{}", seen.text);
    [seen["provisioned"] == true, active == "true", locked == "true"]
}

async fn nobody_outside_is_provisioned(app: TestApp) {
    app.apply(&scoped()).await;
    let request = Request::Create(user("ada"));
    let plan = app.engine.preview_user(&SourceName::new("okta"), request).await.unwrap().plan;
    assert!(!plan.change.person.unwrap().dirty, "nothing is delivered");
    let ada = app.create(user("ada")).await;
    assert_eq!(standing(&app, &ada).await, [false, false, true]);
    app.patch(&format!("/Users/{ada}"), operation("replace", "title", json!("Countess"))).await.expect(200);
    assert_eq!(standing(&app, &ada).await, [false, false, true]);
    let reason = app.said_of(&ada, "active").await;
    assert!(reason[0].starts_with("skipped (not authoritative): outside the scope `isMember"), "{reason:?}");
    assert_eq!(app.get(&format!("/Users/{ada}")).await.expect(200)["active"], true, "its own claim");
    app.create_group(group("ServiceNow Users", &[&ada])).await;
    assert_eq!(standing(&app, &ada).await, [true, true, false]);
    let kinds = app.kinds(&ada).await;
    assert!(!kinds.contains(&Returned), "who was never there does not return: {kinds:?}");
}

async fn who_leaves_the_group_is_deactivated_and_comes_back(app: TestApp) {
    app.apply(&scoped()).await;
    let ada = app.create(user("ada")).await;
    let users = app.create_group(group("ServiceNow Users", &[&ada])).await;
    let path = format!("/Groups/{users}");
    app.patch(&path, remove_member(&ada)).await.expect(200);
    assert_eq!(standing(&app, &ada).await, [true, false, true]);
    assert!(app.seen(&ada).await["deactivated_at"].is_string());
    app.patch(&path, add_member(&ada)).await.expect(200);
    assert_eq!(standing(&app, &ada).await, [true, true, false]);
    assert_eq!(app.kinds(&ada).await, [Created, Resolved, Resolved, Deactivated, Resolved, Returned]);
    app.delete(&path).await.expect(204);
    assert_eq!(standing(&app, &ada).await, [true, false, true]);
}

async fn a_leaver_in_scope_stays_a_leaver(app: TestApp) {
    app.apply(&scoped()).await;
    let ada = app.create(user("ada")).await;
    let users = app.create_group(group("ServiceNow Users", &[&ada])).await;
    let active = |active: bool| operation("replace", "active", json!(active));
    let (person, group) = (format!("/Users/{ada}"), format!("/Groups/{users}"));
    app.patch(&person, active(false)).await.expect(200);
    app.patch(&group, remove_member(&ada)).await.expect(200);
    app.patch(&group, add_member(&ada)).await.expect(200);
    assert!(!standing(&app, &ada).await[1], "the source says that they have left");
    app.patch(&group, remove_member(&ada)).await.expect(200);
    app.patch(&person, active(true)).await.expect(200);
    assert!(!standing(&app, &ada).await[1], "the policy says that they are not in scope");
    app.patch(&group, add_member(&ada)).await.expect(200);
    assert!(standing(&app, &ada).await[1]);
}

async fn a_claim_that_comes_into_scope_is_provisioned(app: TestApp) {
    app.apply(&scoped()).await;
    let ada = app.create(user("ada")).await;
    app.patch(&format!("/Users/{ada}"), operation("replace", "title", json!("Board"))).await.expect(200);
    assert_eq!(standing(&app, &ada).await, [true, true, false]);
    assert!(!app.kinds(&ada).await.contains(&Returned));
}
