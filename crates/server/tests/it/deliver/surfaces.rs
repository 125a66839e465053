//! Deliveries as administrators see them.

use crate::support::target::Scene;
use crate::support::user;
use serde_json::json;
use tenure_engine::token::AdminScope;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_can_be_seen_linked_and_tried_again() {
    let scene = Scene::new().await;
    let there = scene.instance.insert("sys_user", &[("user_name", "ada"), ("active", "false")]).unwrap();
    let ada = scene.create(user("ada")).await;
    let grace = scene.create(user("grace")).await;
    scene.settled().await;
    let admin = scene.admin(&[AdminScope::Read, AdminScope::Deliver]).await;
    let page = admin.look("/deliveries").await.expect(200);
    assert_eq!(page["items"][0]["id"], ada);
    assert!(page["items"][0]["reason"].as_str().unwrap().contains("tenure deliver link"));
    let summary = admin.look("/deliveries/summary").await.expect(200);
    assert_eq!(summary["states"], json!({ "delivered": 1, "refused": 1 }));
    assert!(summary["calls"]["made"].as_u64().unwrap() > 0);

    let taken = scene.record("grace").sys_id().to_owned();
    let link = |record: &str| json!({ "sys_id": record });
    admin.send(&format!("/deliveries/{ada}/link"), link(&taken)).await.expect(409);
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
