//! Leavers and returners: the same record, and nothing that gives access is left.

use crate::support::bodies::{enterprise, group};
use crate::support::policy::until;
use crate::support::target::{Scene, value};
use crate::support::{operations, user, with};
use serde_json::json;
use tenure_lab::servicenow::{Fault, FaultKind, Faults};
use tenure_store::deliveries::State;

const POLICY: &str = r#"
[mapping."*"]
user_name = "user.userName"
u_okta_user_id = "user.externalId"
[[roles]]
role = "sales_manager"
when = 'isMemberOfGroupName("Sales")'
[lifecycle]
lock_out = true
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_keeps_the_record_and_loses_access_and_a_returner_has_it_back() {
    let scene = Scene::new().await;
    scene.apply(POLICY).await;
    let ada = scene.create(user("ada")).await;
    scene.create_group(group("Sales", &[&ada])).await;
    scene.settled().await;
    let record = scene.record("ada");
    assert_eq!(scene.groups_of(&record), ["Sales"]);
    assert_eq!(scene.roles_of(&record), ["sales_manager"]);

    let active = |active: bool| operations(json!([{ "op": "replace", "value": { "active": active } }]));
    scene.patch(&format!("/Users/{ada}"), active(false)).await.expect(200);
    scene.settled().await;
    let left = scene.record("ada");
    assert_eq!(left.sys_id(), record.sys_id());
    assert_eq!((value(&left, "active"), value(&left, "locked_out")), ("false".into(), "true".into()));
    assert_eq!(scene.groups_of(&left).len() + scene.roles_of(&left).len(), 0);

    scene.patch(&format!("/Users/{ada}"), active(true)).await.expect(200);
    scene.settled().await;
    let back = scene.record("ada");
    assert_eq!(back.sys_id(), record.sys_id());
    assert_eq!((value(&back, "active"), value(&back, "locked_out")), ("true".into(), "false".into()));
    assert_eq!(scene.groups_of(&back), ["Sales"]);
    assert_eq!(scene.roles_of(&back), ["sales_manager"]);
}

/// Calls that read this table meet this.
fn on_reading(table: &str, kind: FaultKind) -> Fault {
    Fault::new(kind).on("GET", table)
}

#[tokio::test(flavor = "multi_thread")]
async fn access_ends_although_nothing_else_can_be_looked_up() {
    let scene = Scene::new().await;
    let ada = scene.create(with(user("ada"), enterprise(json!({ "department": "Sales" })))).await;
    scene.settled().await;
    let busy = on_reading("cmn_department", FaultKind::InternalError);
    scene.instance.set_faults(Faults::default().with(busy));
    let left =
        with(with(user("ada"), enterprise(json!({ "department": "Former" }))), json!({ "active": false }));
    scene.put(&format!("/Users/{ada}"), left).await.expect(200);
    until(async || !scene.record("ada").is("active")).await;
    assert!(scene.record("ada").is("locked_out"));
    until(async || scene.delivery(&ada).await.state == State::Retrying).await;
    scene.instance.set_faults(Faults::default());
    scene.settled().await;
    let former = scene.instance.find("cmn_department", "name", "Former");
    assert_eq!(value(&scene.record("ada"), "department"), former[0].sys_id());
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_closed_to_us_keep_nobody_from_being_delivered() {
    let scene = Scene::new().await;
    let (ada, grace) = (scene.create(user("ada")).await, scene.create(user("grace")).await);
    let sales = scene.create_group(group("Sales", &[&ada])).await;
    scene.settled().await;
    let role = scene.instance.find("sys_user_role", "name", "sales_manager").remove(0);
    let held = [("user", scene.record("ada").sys_id().to_owned()), ("role", role.sys_id().to_owned())];
    let held: Vec<_> = held.iter().map(|(column, value)| (*column, value.as_str())).collect();
    scene.instance.insert("sys_user_has_role", &held).unwrap();
    let tables = ["sys_user_role", "sys_user_has_role", "sys_user_grmember"];
    let closed = tables.into_iter().map(|table| on_reading(table, FaultKind::Forbidden));
    scene.instance.set_faults(closed.fold(Faults::default(), Faults::with));
    let engine = &scene.app.engine;
    engine.store().doubt_records(None, engine.clock().now()).await.unwrap();
    scene.apply(POLICY).await;
    let active = |active: bool| operations(json!([{ "op": "replace", "value": { "active": active } }]));
    scene.patch(&format!("/Users/{ada}"), active(false)).await.expect(200);
    let join = operations(json!([{ "op": "add", "path": "members", "value": [{ "value": grace }] }]));
    scene.patch(&format!("/Groups/{sales}"), join).await.expect(200);
    scene.settled().await;
    assert!(!scene.record("ada").is("active"));
    for who in [&ada, &grace] {
        let delivery = scene.delivery(who).await;
        let reason = delivery.reason.unwrap();
        assert_eq!((delivery.state, delivery.pending), (State::Partly, true), "{reason}");
        assert!(reason.contains("roles cannot be looked up"), "{reason}");
        assert!(reason.contains("who is in which group cannot be read"), "{reason}");
    }
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Sales"], "nothing is done that cannot be seen");

    scene.instance.set_faults(Faults::default());
    scene.app.engine.retry_deliveries(State::Partly).await.unwrap();
    scene.settled().await;
    let (left, stays) = (scene.record("ada"), scene.record("grace"));
    assert_eq!(scene.groups_of(&left).len() + scene.roles_of(&left).len(), 0);
    assert_eq!(
        (scene.groups_of(&stays), scene.roles_of(&stays)),
        (vec!["Sales".into()], vec!["sales_manager".into()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_deactivates_and_deletes_nothing() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    scene.delete(&format!("/Users/{ada}")).await.expect(204);
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "active"), "false");
    assert_eq!(scene.instance.calls().count("DELETE", "sys_user"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_no_rule_names_and_roles_of_groups_are_left_alone() {
    let scene = Scene::new().await;
    scene.apply(POLICY).await;
    scene.create(user("ada")).await;
    scene.settled().await;
    let record = scene.record("ada");
    let role = |name: &str| scene.instance.find("sys_user_role", "name", name).remove(0).sys_id().to_owned();
    let (itil, sales) = (role("itil"), role("sales_manager"));
    let held = |role: &str| [("user", record.sys_id().to_owned()), ("role", role.to_owned())];
    for role in [&itil, &sales] {
        let held = held(role);
        let held: Vec<_> = held.iter().map(|(column, value)| (*column, value.as_str())).collect();
        scene.instance.insert("sys_user_has_role", &held).unwrap();
    }
    // Doubt makes the next delivery read the record again.
    scene.app.engine.store().doubt_records(None, scene.app.engine.clock().now()).await.unwrap();
    scene.settled().await;
    assert_eq!(scene.roles_of(&record), ["itil"], "only the role that the policy names is taken away");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_given_twice_is_taken_away_twice() {
    let scene = Scene::new().await;
    scene.apply(POLICY).await;
    let ada = scene.create(user("ada")).await;
    scene.create_group(group("Sales", &[&ada])).await;
    scene.settled().await;
    let record = scene.record("ada");
    let role = scene.instance.find("sys_user_role", "name", "sales_manager").remove(0);
    let again = [("user", record.sys_id()), ("role", role.sys_id())];
    scene.instance.insert("sys_user_has_role", &again).unwrap();
    assert_eq!(scene.roles_of(&record), ["sales_manager", "sales_manager"]);
    scene.delete(&format!("/Users/{ada}")).await.expect(204);
    scene.settled().await;
    assert_eq!(scene.roles_of(&record), [""; 0]);
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
}
