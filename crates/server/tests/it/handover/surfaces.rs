//! Hand-overs as administrators see them.

use super::desk::{Desk, POLICY, open_work};
use crate::support::target::Scene;
use serde_json::json;
use tenure_engine::token::AdminScope;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_seen_before_done_again_and_put_back() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    let admin = desk.scene.admin(&[AdminScope::Read, AdminScope::Deliver]).await;
    let of_ada = |what: &str| format!("/handovers/{}{what}", desk.ada);
    let open = open_work(&desk.scene.instance, &desk.record);

    let writes = desk.scene.instance.writes().len();
    let preview = admin.look(&of_ada("/preview")).await.expect(200);
    assert_eq!((&preview["active"], &preview["sys_id"]), (&json!(true), &json!(desk.record)));
    assert_eq!(preview["steps"].as_array().unwrap().len(), open.len());
    assert_eq!(preview["steps"][0]["after"], json!({ "assigned_to": desk.boss_record }));
    assert_eq!(desk.scene.instance.writes().len(), writes, "nothing is written");
    admin.api("GET", &of_ada("")).await.problem(404, "nothing was ever handed over");
    admin.send(&of_ada("/run"), json!({})).await.problem(409, "has not left");
    admin.send(&of_ada("/undo"), json!({})).await.expect(404);

    desk.leave().await;
    let shown = admin.look(&of_ada("")).await.expect(200);
    assert_eq!((&shown["state"], &shown["asked_by"]), (&json!("done"), &json!(null)));
    assert_eq!(shown["steps"][0]["before"], json!({ "assigned_to": desk.record }));
    let listed = admin.look("/handovers?state=done").await.expect(200);
    assert_eq!(listed["items"][0]["id"], desk.ada);
    assert_eq!(admin.look("/handovers?state=undone").await.expect(200)["items"], json!([]));
    let after = admin.look(&of_ada("/preview")).await.expect(200);
    assert_eq!(after["steps"], json!([]));

    admin.send(&of_ada("/undo"), json!({})).await.expect(202);
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), open);
    let undone = admin.look(&of_ada("")).await.expect(200);
    assert_eq!((&undone["state"], &undone["asked_by"]), (&json!("undone"), &json!("grace")));
    admin.send(&of_ada("/run"), json!({})).await.expect(202);
    desk.scene.handed_over().await;
    assert_eq!(open_work(&desk.scene.instance, &desk.record), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_worked_on_where_it_is_asked_for() {
    let mut desk = Desk::new(Scene::new().await, POLICY).await;
    desk.leave().await;
    let open = open_work(&desk.scene.instance, &desk.boss_record);
    desk.scene.crash().await;
    // No worker runs: whoever asks does it.
    desk.scene.engine.ask_for_undo(&desk.person(), "grace").await.unwrap();
    let undone = desk.scene.engine.await_handover(&desk.person()).await.unwrap();
    assert_eq!(undone.last.handover.state.label(), "undone");
    assert!(open_work(&desk.scene.instance, &desk.boss_record).len() < open.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_does_not_answer_is_said() {
    let desk = Desk::new(Scene::new().await, POLICY).await;
    desk.scene.instance.hibernate(true);
    let admin = desk.scene.admin(&[AdminScope::Read]).await;
    let path = format!("/handovers/{}/preview", desk.ada);
    admin.api("GET", &path).await.problem(502, "the target cannot be asked");
}
