//! Deliveries as administrators see them.

use crate::support::policy::until;
use crate::support::target::Scene;
use crate::support::user;
use serde_json::json;
use tenure_engine::token::AdminScope;
use tenure_lab::servicenow::{Fault, FaultKind, Faults};
use tenure_store::deliveries::State;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_can_be_seen_linked_and_tried_again() {
    let scene = Scene::new().await;
    let there = scene.instance.insert("sys_user", &[("user_name", "ada"), ("active", "false")]).unwrap();
    let ada = scene.create(user("ada")).await;
    let grace = scene.create(user("grace")).await;
    scene.settled().await;
    let admin = scene.admin(&[AdminScope::Read, AdminScope::Deliver]).await;
    let page = admin.look("/deliveries").await.expect(200);
    assert_eq!((&page["items"][0]["id"], &page["items"][0]["name"]), (&json!(ada), &json!("ada")));
    assert!(page["items"][0]["reason"].as_str().unwrap().contains("tenure deliver link"));
    let summary = admin.look("/deliveries/summary").await.expect(200);
    assert_eq!(summary["paused"], json!(null));
    assert_eq!(summary["states"], json!({ "delivered": 1, "refused": 1 }));
    assert_eq!(summary["handovers"], json!({ "waiting": 0, "running": 0, "refused": 0 }));
    assert!(summary["calls"]["made"].as_u64().unwrap() > 0);

    let preview = admin.api("GET", &format!("/handovers/{ada}/preview")).await.expect(409);
    assert!(preview["detail"].as_str().unwrap().contains("the delivery is refused: "), "{}", preview.text);

    let taken = scene.record("grace").sys_id().to_owned();
    let link = |record: &str| json!({ "sys_id": record });
    let refused = admin.send(&format!("/deliveries/{ada}/link"), link(&taken)).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains(&format!("`grace` ({grace})")), "{refused:?}");
    assert!(refused.text.contains(&format!("tenure deliver link {grace}")), "{}", refused.text);
    admin.send(&format!("/deliveries/{ada}/link"), link(there.sys_id())).await.expect(202);
    scene.settled().await;
    let shown = admin.look(&format!("/deliveries/{ada}")).await.expect(200);
    assert_eq!((&shown["state"], &shown["sys_id"]), (&json!("delivered"), &json!(there.sys_id())));
    admin.send(&format!("/deliveries/{grace}/retry"), json!({})).await.expect(202);
    admin.send("/deliveries", json!({ "state": "delivered" })).await.expect(202);
    admin.api("GET", "/deliveries/nobody").await.expect(404);
    let found = scene.app.engine.find_people(there.sys_id()).await.unwrap();
    assert_eq!(found[0].as_str(), ada, "people are found by the id of their record");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_means_something_else_to_the_target_has_everybody_looked_at_again() {
    let scene = Scene::new().await;
    let named = |by: &str| {
        format!(
            "[mapping.\"*\"]\nuser_name = \"user.userName\"\nu_okta_user_id = \"user.externalId\"\n\
             location = {{ value = \"user.city\", reference = \"cmn_location\", by = \"{by}\", missing = \"skip\" }}\n"
        )
    };
    let (name, full) = (("name", "Bern"), ("full_name", "Bern"));
    let one = scene.instance.insert("cmn_location", &[name, ("full_name", "CH/Bern")]).unwrap();
    let other = scene.instance.insert("cmn_location", &[("name", "Capital"), full]).unwrap();
    scene.apply(&named("name")).await;
    let address = json!({ "addresses": [{ "type": "home", "locality": "Bern" }] });
    let ada = scene.create(crate::support::with(user("ada"), address)).await;
    scene.settled().await;
    assert_eq!(scene.record("ada").get("location"), one.sys_id());
    scene.apply(&named("full_name")).await;
    scene.settled().await;
    assert_eq!(scene.record("ada").get("location"), other.sys_id());
    let explained = scene.admin(&[AdminScope::Read]).await.look(&format!("/people/{ada}/explain")).await;
    assert_eq!(explained.expect(200)["delivery"]["state"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_because_the_target_allows_no_more_calls_is_told_so() {
    let full = Fault { retry_after: 600, ..Fault::new(FaultKind::TooManyRequests) };
    let scene = Scene::with(Faults::default().with(full)).await;
    let ada = scene.create(user("ada")).await;
    until(async || scene.delivery(&ada).await.state == State::Retrying).await;
    let grace = scene.create(user("grace")).await;
    let admin = scene.admin(&[AdminScope::Read]).await;
    let summary = admin.look("/deliveries/summary").await.expect(200);
    let paused = &summary["paused"];
    assert!(paused["reason"].as_str().unwrap().contains("allows no more calls"), "{paused}");
    let shown = admin.look(&format!("/deliveries/{grace}")).await.expect(200);
    assert_eq!((&shown["state"], &shown["due"]), (&json!("waiting"), &paused["until"]), "{}", shown.text);
    assert!(shown["reason"].as_str().unwrap().contains("allows no more calls"), "{}", shown.text);
    let listed = admin.look("/deliveries?state=waiting").await.expect(200);
    assert_eq!(listed["items"][0].to_string(), shown.text, "the list says the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_over_when_the_target_answers_again() {
    let asleep = Fault::new(FaultKind::Html).times(1);
    let scene = Scene::with(Faults::default().with(asleep)).await;
    let ada = scene.create(user("ada")).await;
    until(async || scene.engine.delivery_totals().await.unwrap().paused.is_some()).await;
    until(async || scene.delivery(&ada).await.state == State::Delivered).await;
    until(async || scene.engine.delivery_totals().await.unwrap().paused.is_none()).await;
}
