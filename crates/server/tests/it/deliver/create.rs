//! Joiners and movers: one record each, found before it is made, written with as few calls as can be.

use crate::support::bodies::{enterprise, managed};
use crate::support::target::{Scene, value};
use crate::support::{operations, user, with};
use serde_json::json;
use tenure_store::deliveries::State;

#[tokio::test(flavor = "multi_thread")]
async fn a_joiner_gets_a_record_with_two_calls_and_a_change_is_one() {
    let scene = Scene::new().await;
    let ada = scene.create(with(user("ada"), json!({ "title": "Engineer" }))).await;
    scene.settled().await;
    let record = scene.record("ada");
    assert_eq!(value(&record, "u_okta_user_id"), "ext-ada");
    assert_eq!(value(&record, "title"), "Engineer");
    assert_eq!((value(&record, "active"), value(&record, "locked_out")), ("true".into(), "false".into()));
    let calls = scene.instance.calls();
    assert_eq!((calls.count("GET", "sys_user"), calls.count("POST", "sys_user")), (1, 1), "{:?}", calls.by);
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.record.unwrap().as_str(), record.sys_id());

    scene.instance.forget();
    let change = operations(json!([{ "op": "replace", "path": "title", "value": "Chief" }]));
    scene.patch(&format!("/Users/{ada}"), change).await.expect(200);
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "title"), "Chief");
    assert_eq!(scene.instance.calls().total, 1, "{:?}", scene.instance.calls().by);
    let writes = scene.instance.writes();
    assert_eq!(writes.len(), 1, "{writes:?}");
    let told = scene.told(&ada).await;
    assert_eq!(told.last().unwrap(), "delivered title landed", "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_changes_nothing_is_no_call() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    scene.instance.forget();
    scene.put(&format!("/Users/{ada}"), user("ada")).await.expect(200);
    let engine = &scene.app.engine;
    let who = scene.delivery(&ada).await.subject;
    engine.store().mark_delivery(&who, engine.clock().now()).await.unwrap();
    scene.settled().await;
    assert_eq!(scene.instance.calls().total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_made_later_is_seen_when_another_try_is_asked_for_wherever_that_is() {
    let scene = Scene::new().await;
    let columns = scene.instance.find("sys_dictionary", "element", "title");
    let title = columns.into_iter().find(|it| it.get("name") == "sys_user").unwrap();
    scene.instance.remove("sys_dictionary", title.sys_id()).unwrap();
    let ada = scene.create(with(user("ada"), json!({ "title": "Engineer" }))).await;
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!((delivery.state, delivery.pending), (State::Partly, true), "it is looked at again");
    assert!(delivery.reason.unwrap().contains("has no column `title`"));
    let length =
        [("name", "sys_user"), ("element", "title"), ("internal_type", "string"), ("max_length", "60")];
    scene.instance.insert("sys_dictionary", &length).unwrap();
    // As another process asks, which reaches nothing of what this one remembers.
    let engine = &scene.app.engine;
    engine.store().retry_deliveries(Some(&delivery.subject), None, engine.clock().now()).await.unwrap();
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "title"), "Engineer");
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_cannot_be_emptied_is_said_and_not_tried() {
    let scene = Scene::new().await;
    let ada = scene.create(with(user("ada"), json!({ "timezone": "UTC", "title": "Clerk" }))).await;
    scene.settled().await;
    scene.instance.forget();
    scene.put(&format!("/Users/{ada}"), user("ada")).await.expect(200);
    scene.settled().await;
    let record = scene.record("ada");
    assert_eq!((value(&record, "time_zone"), value(&record, "title")), ("UTC".into(), String::new()));
    let delivery = scene.delivery(&ada).await;
    assert_eq!((delivery.state, delivery.pending), (State::Delivered, false));
    let reason = delivery.reason.unwrap();
    assert!(reason.starts_with("`time_zone` stays `UTC`: a choice cannot be emptied"), "{reason}");
    assert_eq!(scene.instance.calls().total, 1, "the title alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_goes_is_emptied_and_one_that_was_never_ours_stays() {
    let scene = Scene::new().await;
    let ada = scene.create(with(user("ada"), json!({ "title": "Engineer" }))).await;
    scene.settled().await;
    let record = scene.record("ada");
    scene.instance.patch("sys_user", record.sys_id(), &[("city", "Zürich")]).unwrap();
    scene.put(&format!("/Users/{ada}"), user("ada")).await.expect(200);
    scene.settled().await;
    let record = scene.record("ada");
    assert_eq!((value(&record, "title"), value(&record, "city")), (String::new(), "Zürich".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn departments_are_made_once_and_others_are_waited_for() {
    let scene = Scene::new().await;
    for n in 0..12 {
        let work = json!({ "department": "Research & Development", "costCenter": "CC-9" });
        scene.create(with(user(&format!("p{n}")), enterprise(work))).await;
    }
    scene.settled().await;
    let departments = scene.instance.find("cmn_department", "name", "Research & Development");
    assert_eq!(departments.len(), 1);
    for n in 0..12 {
        assert_eq!(value(&scene.record(&format!("p{n}")), "department"), departments[0].sys_id());
    }
    let one = scene.found("userName eq \"p3\"").await.remove(0);
    let delivery = scene.delivery(&one).await;
    let reason = delivery.reason.unwrap();
    assert!(reason.contains("`cmn_cost_center` has no `CC-9` yet"), "{reason}");

    scene.instance.insert("cmn_cost_center", &[("name", "CC-9")]).unwrap();
    scene.instance.insert("cmn_cost_center", &[("name", "CC-9")]).unwrap();
    scene.app.engine.retry_delivery(&one).await.unwrap();
    scene.settled().await;
    assert_eq!(value(&scene.record("p3"), "cost_center"), "", "never by a name that two rows have");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_who_comes_later_is_filled_in_also_in_a_circle() {
    let scene = Scene::new().await;
    scene.create(managed("ada", "ext-boss")).await;
    scene.create(managed("boss", "ext-ada")).await;
    scene.create(managed("self", "ext-self")).await;
    scene.settled().await;
    let (ada, boss) = (scene.record("ada"), scene.record("boss"));
    assert_eq!(value(&ada, "manager"), boss.sys_id());
    assert_eq!(value(&boss, "manager"), ada.sys_id());
    let own = scene.record("self");
    assert_eq!(value(&own, "manager"), own.sys_id());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_there_already_is_the_persons_by_its_key_and_is_put_right() {
    let scene = Scene::new().await;
    let values =
        [("user_name", "old.name"), ("u_okta_user_id", "ext-ada"), ("title", "Old"), ("vip", "true")];
    let there = scene.instance.insert("sys_user", &values).unwrap();
    let ada = scene.create(with(user("ada"), json!({ "title": "New" }))).await;
    scene.settled().await;
    let record = scene.record("ada");
    assert_eq!(record.sys_id(), there.sys_id());
    assert_eq!((value(&record, "title"), value(&record, "vip")), ("New".into(), "true".into()));
    let told = scene.told(&ada).await;
    assert!(told[0].starts_with("linked in the target"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_with_the_user_name_is_the_persons_only_if_nothing_speaks_against_it() {
    let scene = Scene::new().await;
    let there = scene.instance.insert("sys_user", &[("user_name", "Ada"), ("active", "true")]).unwrap();
    scene.instance.insert("sys_user", &[("user_name", "grace"), ("u_okta_user_id", "somebody")]).unwrap();
    scene.instance.insert("sys_user", &[("user_name", "alan"), ("active", "false")]).unwrap();
    scene.create(user("ada")).await;
    let grace = scene.create(user("grace")).await;
    let alan = scene.create(user("alan")).await;
    scene.settled().await;
    assert_eq!(value(&scene.instance.row("sys_user", there.sys_id()).unwrap(), "u_okta_user_id"), "ext-ada");
    assert!(scene.delivery(&grace).await.reason.unwrap().contains("another stable key"));
    assert!(scene.delivery(&alan).await.reason.unwrap().contains("former owner"));
    assert_eq!(scene.instance.find("sys_user", "user_name", "alan").len(), 1, "nobody is made twice");

    let record = scene.record("alan").sys_id().to_owned();
    scene.app.engine.link_record(&alan, &record, "mary").await.unwrap();
    scene.settled().await;
    let row = scene.instance.row("sys_user", &record).unwrap();
    assert_eq!((value(&row, "u_okta_user_id"), value(&row, "active")), ("ext-alan".into(), "true".into()));
}
