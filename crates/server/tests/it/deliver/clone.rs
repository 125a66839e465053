//! An instance that was cloned over: every id is another one, and nobody is made twice.

use crate::support::bodies::{enterprise, group};
use crate::support::target::{Scene, value};
use crate::support::{operations, user, with};
use serde_json::json;
use tenure_lab::servicenow::{Fault, FaultKind, Faults};
use tenure_store::deliveries::State;

#[tokio::test(flavor = "multi_thread")]
async fn after_a_clone_everybody_is_found_again_by_stable_key() {
    let scene = Scene::new().await;
    let mut people = Vec::new();
    for n in 0..8 {
        let work = json!({ "department": "Sales", "manager": { "value": "ext-p0" } });
        people.push(scene.create(with(user(&format!("p{n}")), enterprise(work))).await);
    }
    let ids: Vec<_> = people.iter().map(String::as_str).collect();
    scene.create_group(group("Team", &ids)).await;
    scene.settled().await;
    let count = scene.instance.count_of("sys_user");
    scene.instance.clone_over();
    for id in people.iter().take(4) {
        let change = operations(json!([{ "op": "replace", "path": "title", "value": "Moved" }]));
        scene.patch(&format!("/Users/{id}"), change).await.expect(200);
    }
    scene.settled().await;
    assert_eq!(scene.instance.count_of("sys_user"), count, "nobody is made again");
    let boss = scene.record("p0");
    for (n, id) in people.iter().enumerate() {
        let record = scene.record(&format!("p{n}"));
        let delivery = scene.delivery(id).await;
        assert_eq!(delivery.record.unwrap().as_str(), record.sys_id(), "p{n}");
        assert_eq!(value(&record, "manager"), boss.sys_id(), "p{n}");
        assert!(scene.instance.row("cmn_department", &value(&record, "department")).is_some());
        assert_eq!(scene.groups_of(&record), ["Team"]);
    }
    assert_eq!(value(&scene.record("p1"), "title"), "Moved");
    let told = scene.told(&people[1]).await.join("\n");
    assert!(told.contains("is not there any more"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_record_that_is_gone_is_made_again_and_a_leavers_is_not() {
    let scene = Scene::new().await;
    let (ada, grace) = (scene.create(user("ada")).await, scene.create(user("grace")).await);
    scene.settled().await;
    for name in ["ada", "grace"] {
        scene.instance.remove("sys_user", scene.record(name).sys_id()).unwrap();
    }
    let change = |value| operations(json!([{ "op": "replace", "value": value }]));
    scene.patch(&format!("/Users/{ada}"), change(json!({ "title": "x" }))).await.expect(200);
    scene.patch(&format!("/Users/{grace}"), change(json!({ "active": false }))).await.expect(200);
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "title"), "x");
    assert_eq!(scene.instance.find("sys_user", "user_name", "grace").len(), 0);
    assert!(scene.delivery(&grace).await.reason.unwrap().contains("gone, or hidden"));
    is_not_made_again(&scene, &grace).await;
    assert_eq!(scene.instance.find("sys_user", "user_name", "grace").len(), 0);
}

/// However often it is tried: the link stays, and nothing is sent.
async fn is_not_made_again(scene: &Scene, id: &str) {
    let record = scene.delivery(id).await.record;
    assert!(record.is_some(), "the link is still there");
    scene.instance.forget();
    for _ in 0..2 {
        scene.app.engine.retry_delivery(id).await.unwrap();
        scene.settled().await;
        let delivery = scene.delivery(id).await;
        assert_eq!((delivery.state, &delivery.record), (State::Refused, &record));
        assert!(delivery.reason.unwrap().contains("gone, or hidden"));
    }
    assert_eq!(scene.instance.calls().count("POST", "sys_user"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leavers_record_that_is_hidden_from_us_stays_theirs() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    scene.delete(&format!("/Users/{ada}")).await.expect(204);
    scene.settled().await;
    scene.instance.set_faults(Faults::parse("hide_inactive = true").unwrap());
    let engine = &scene.app.engine;
    engine.store().doubt_records(None, engine.clock().now()).await.unwrap();
    scene.settled().await;
    is_not_made_again(&scene, &ada).await;
    scene.instance.set_faults(Faults::default());
    engine.retry_delivery(&ada).await.unwrap();
    scene.settled().await;
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
    assert_eq!(scene.delivery(&ada).await.record.unwrap().as_str(), scene.record("ada").sys_id());
}

/// An administrator deletes the record and makes it again.
fn made_again(scene: &Scene, user_name: &str) {
    scene.instance.remove("sys_user", scene.record(user_name).sys_id()).unwrap();
    let key = format!("ext-{user_name}");
    scene.instance.insert("sys_user", &[("user_name", user_name), ("u_okta_user_id", &key)]).unwrap();
}

async fn retitle(scene: &Scene, id: &str, title: &str) {
    let change = operations(json!([{ "op": "replace", "value": { "title": title } }]));
    scene.patch(&format!("/Users/{id}"), change).await.expect(200);
    scene.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_moves_alone_takes_nobody_out_of_a_group() {
    let busy = Fault::new(FaultKind::Unavailable).on("GET", "sys_user_group").times(6);
    for faults in [Faults::default(), Faults::default().with(busy)] {
        let scene = Scene::new().await;
        let grace = scene.create(user("grace")).await;
        let work = json!({ "manager": { "value": "ext-grace" } });
        let ada = scene.create(with(user("ada"), enterprise(work))).await;
        scene.create_group(group("Team", &[&ada, &grace])).await;
        scene.settled().await;
        made_again(&scene, "ada");
        scene.instance.forget();
        scene.instance.set_faults(faults);
        retitle(&scene, &ada, "Moved").await;
        let calls = scene.instance.calls();
        assert_eq!(calls.count("DELETE", "sys_user_grmember"), 0, "{calls:?}");
        for name in ["ada", "grace"] {
            assert_eq!(scene.groups_of(&scene.record(name)), ["Team"], "{name}");
        }
        assert_eq!(value(&scene.record("ada"), "manager"), scene.record("grace").sys_id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reports_to_a_record_follows_it_when_it_is_another_one() {
    let scene = Scene::new().await;
    let grace = scene.create(user("grace")).await;
    let work = json!({ "manager": { "value": "ext-grace" } });
    scene.create(with(user("ada"), enterprise(work))).await;
    scene.settled().await;
    let manager = || value(&scene.record("ada"), "manager");
    assert_eq!(manager(), scene.record("grace").sys_id());

    scene.instance.remove("sys_user", &manager()).unwrap();
    retitle(&scene, &grace, "Made by us").await;
    assert_eq!(manager(), scene.record("grace").sys_id());

    made_again(&scene, "grace");
    retitle(&scene, &grace, "Found by the key").await;
    assert_eq!(manager(), scene.record("grace").sys_id());

    scene.instance.remove("sys_user", &manager()).unwrap();
    let other = scene.instance.insert("sys_user", &[("user_name", "g.hopper")]).unwrap();
    scene.app.engine.link_record(&grace, other.sys_id(), "mary").await.unwrap();
    scene.settled().await;
    assert_eq!(manager(), other.sys_id());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_record_is_not_written_over_by_a_wrong_link() {
    let scene = Scene::new().await;
    let stranger = scene.instance.insert("sys_user", &[("user_name", "stranger"), ("email", "s@x")]).unwrap();
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let own = scene.record("ada");

    scene.app.engine.link_record(&ada, stranger.sys_id(), "mary").await.unwrap();
    retitle(&scene, &ada, "Countess").await;
    let reason = scene.delivery(&ada).await.reason.unwrap();
    assert!(reason.contains(own.sys_id()) && reason.contains("has the person's stable key"), "{reason}");
    assert_eq!(scene.instance.row("sys_user", stranger.sys_id()).unwrap(), stranger);

    scene.app.engine.link_record(&ada, own.sys_id(), "mary").await.unwrap();
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "title"), "Countess");
}
