//! An instance that is slow, refuses, breaks off and lies: in the end one record for each, right, and no write twice.

use crate::support::bodies::{enterprise, group};
use crate::support::target::{Scene, value};
use crate::support::{Place, operations, user, with};
use serde_json::json;
use std::collections::BTreeSet;
use tenure_engine::target::TargetSettings;
use tenure_lab::servicenow::{Fault, FaultKind, Faults, Instance, Settings};

fn troubles(seed: u64) -> Faults {
    let fault = |kind, rate| Fault { rate, retry_after: 0, ..Fault::new(kind) };
    Faults {
        seed,
        fault: vec![
            fault(FaultKind::TooManyRequests, 0.05),
            fault(FaultKind::Unavailable, 0.03),
            fault(FaultKind::CutBefore, 0.02),
            fault(FaultKind::CutAfter, 0.02),
            fault(FaultKind::Unauthorized, 0.01),
        ],
        ..Faults::default()
    }
}

/// Sixty people in three groups with departments and managers; then a third leaves, a third moves.
async fn live_through(mut scene: Scene) {
    let mut people = Vec::new();
    for n in 0..60 {
        let work =
            json!({ "department": format!("D{}", n % 4), "manager": { "value": format!("ext-p{}", n / 5) } });
        people.push(scene.create(with(user(&format!("p{n}")), enterprise(work))).await);
    }
    let mut groups = Vec::new();
    for n in 0..3 {
        let members: Vec<_> = people.iter().skip(n).step_by(3).map(String::as_str).collect();
        groups.push(scene.create_group(group(&format!("G{n}"), &members)).await);
    }
    scene.crash().await;
    scene.restart();
    for (n, id) in people.iter().enumerate() {
        let change = match n % 3 {
            0 => json!({ "active": false }),
            1 => json!({ "title": "Moved" }),
            _ => continue,
        };
        scene.patch(&format!("/Users/{id}"), operations(json!([{ "op": "replace", "value": change }]))).await;
        if n % 20 == 0 {
            scene.crash().await;
            scene.restart();
        }
    }
    scene.settled().await;
    is_right(&scene).await;
}

async fn is_right(scene: &Scene) {
    for n in 0..60 {
        let record = scene.record(&format!("p{n}"));
        let active = n % 3 != 0;
        assert_eq!((record.is("active"), record.is("locked_out")), (active, !active), "p{n}");
        assert_eq!(value(&record, "title"), if n % 3 == 1 { "Moved" } else { "" }, "p{n}");
        let manager = scene.record(&format!("p{}", n / 5));
        assert_eq!(value(&record, "manager"), manager.sys_id(), "p{n}");
        let department = scene.instance.find("cmn_department", "name", &format!("D{}", n % 4));
        assert_eq!(department.len(), 1, "D{}", n % 4);
        assert_eq!(value(&record, "department"), department[0].sys_id(), "p{n}");
        let expected: Vec<_> = active.then(|| format!("G{}", n % 3)).into_iter().collect();
        assert_eq!(scene.groups_of(&record), expected, "p{n}");
    }
    let mut keys = BTreeSet::new();
    for row in scene.instance.rows("sys_user") {
        let key = value(&row, "u_okta_user_id");
        assert!(key.is_empty() || keys.insert(key), "two records of one person");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn through_troubles_and_crashes_everybody_is_right_in_the_end() {
    live_through(Scene::with(troubles(7)).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_too() {
    let instance = Instance::new(Settings::default());
    instance.set_faults(troubles(11));
    let lease = std::time::Duration::from_secs(2);
    let settings = TargetSettings { lease, ..TargetSettings::default() };
    live_through(Scene::of(Place::postgres(), instance, settings).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_deliver_everybody_once() {
    let instance = Instance::new(Settings::default());
    instance.set_faults(troubles(13));
    let scene = Scene::of(Place::postgres(), instance, TargetSettings::default()).await;
    let (other, worker) = scene.second_node().await;
    let mut people = Vec::new();
    for n in 0..40 {
        let node = if n % 2 == 0 { &scene.app } else { &other };
        people
            .push(node.create(with(user(&format!("p{n}")), enterprise(json!({ "department": "D" })))).await);
    }
    scene.settled().await;
    worker.abort();
    assert_eq!(scene.instance.find("cmn_department", "name", "D").len(), 1);
    for n in 0..40 {
        assert_eq!(value(&scene.record(&format!("p{n}")), "u_okta_user_id"), format!("ext-p{n}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_create_makes_no_second_record_and_is_linked() {
    let lost = Fault::new(FaultKind::CutAfter).on("POST", "sys_user").times(1);
    let scene = Scene::with(Faults::default().with(lost)).await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let record = scene.record("ada");
    assert_eq!(scene.delivery(&ada).await.record.unwrap().as_str(), record.sys_id());
    assert_eq!(scene.instance.calls().count("POST", "sys_user"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_sleeps_is_waited_for() {
    let scene = Scene::new().await;
    scene.instance.hibernate(true);
    let ada = scene.create(user("ada")).await;
    crate::support::policy::until(async || scene.delivery(&ada).await.reason.is_some()).await;
    let reason = scene.delivery(&ada).await.reason.unwrap();
    assert!(reason.contains("may be asleep"), "{reason}");
    scene.instance.hibernate(false);
    scene.settled().await;
    scene.record("ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_arrives_after_somebody_elses_is_put_right() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let late = Fault { delay_ms: 1_500, ..Fault::new(FaultKind::Slow) }.on("PATCH", "sys_user").times(1);
    scene.instance.set_faults(Faults::default().with(late));
    scene.instance.forget();
    let title = async |title: &str| {
        let change = operations(json!([{ "op": "add", "path": "title", "value": title }]));
        scene.patch(&format!("/Users/{ada}"), change).await.expect(200);
    };
    title("First").await;
    crate::support::policy::until(async || scene.delivery(&ada).await.at_work).await;
    // As if the node had been silent for longer than its lease.
    let now = scene.engine.clock().now();
    scene.engine.store().break_leases(now, now).await.unwrap();
    title("Second").await;
    let writes = || scene.instance.calls().count("PATCH", "sys_user");
    crate::support::policy::until(async || writes() >= 3).await;
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "title"), "Second");
}
