//! Answers that wait for the target.

use crate::support::target::{Scene, value};
use crate::support::{Place, operations, user, with};
use serde_json::json;
use std::time::Duration;
use tenure_engine::target::{Mode, TargetSettings};
use tenure_lab::servicenow::{Faults, Instance, Settings};

async fn scene(wait: Duration, faults: &str) -> Scene {
    let instance = Instance::new(Settings::default());
    instance.set_faults(Faults::parse(faults).unwrap());
    let settings = TargetSettings { mode: Mode::Immediate(wait), ..TargetSettings::default() };
    Scene::of(Place::sqlite(), instance, settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_comes_when_the_target_has_it() {
    let scene = scene(Duration::from_secs(30), "").await;
    let ada = scene.create(user("ada")).await;
    assert_eq!(value(&scene.record("ada"), "u_okta_user_id"), "ext-ada");
    let leave = operations(json!([{ "op": "replace", "value": { "active": false } }]));
    scene.patch(&format!("/Users/{ada}"), leave).await.expect(200);
    assert_eq!(value(&scene.record("ada"), "active"), "false");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_the_sources_to_hear_in_words_and_what_it_said_is_kept() {
    let scene = scene(
        Duration::from_secs(30),
        "[[abort]]\ntable = \"sys_user\"\ncolumn = \"title\"\nvalue = \"King\"\nrule = \"No kings\"\n",
    )
    .await;
    let answer = scene.post("/Users", with(user("ada"), json!({ "title": "King" }))).await;
    let answer = answer.expect(400);
    assert!(answer["detail"].as_str().unwrap().contains("No kings"), "{answer:?}");
    let grace = scene.create(user("grace")).await;
    let change = operations(json!([{ "op": "replace", "value": { "title": "King", "timezone": "UTC" } }]));
    let answer = scene.patch(&format!("/Users/{grace}"), change).await.expect(400);
    assert!(answer["detail"].as_str().unwrap().contains("`title`"), "{answer:?}");
    assert_eq!(scene.get(&format!("/Users/{grace}")).await["title"], "King");
    let other = operations(json!([{ "op": "replace", "value": { "timezone": "CET" } }]));
    scene.patch(&format!("/Users/{grace}"), other).await.expect(200);
    let back = operations(json!([{ "op": "remove", "path": "title" }]));
    scene.patch(&format!("/Users/{grace}"), back).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_ever() {
    let scene = scene(Duration::from_millis(300), "[latency]\nms = 1500\n").await;
    scene.create(user("ada")).await;
    scene.settled().await;
    scene.record("ada");
}
