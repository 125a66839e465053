//! `tenure review` of a mass change: more people would lose access than the limit allows.

use crate::support::client::user;
use crate::support::{Scene, Server};
use insta::assert_snapshot;
use serde_json::{Value, json};

/// Three people, of whom one may leave within an hour, are all said to be inactive.
async fn many_who_leave() -> (Scene, Server, String) {
    let scene = Scene::sqlite();
    scene.write("policy.toml", "[limits]\ndeactivations = { count = 1, window = \"1h\" }\n");
    scene.run(&["policy", "apply", "policy.toml"]);
    let token = scene.token("okta");
    let server = scene.serve();
    let mut okta = server.api(&token);
    for name in ["Ada", "Grace", "Joan"] {
        let id = okta.create("/Users", &user(&format!("00u{name}"), name, name, "Test", name)).await;
        okta.deactivate(&id).await;
    }
    let cases = scene.json(&["review", "list"]);
    let case = cases[0]["id"].as_str().unwrap().to_owned();
    (scene, server, case)
}

#[tokio::test]
async fn a_mass_change_is_released_or_kept() {
    let (scene, _server, case) = many_who_leave().await;
    assert_snapshot!(scene.run(&["review", "list"]), @r"
    exit 0
    --- stdout
    ┌────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ CASE                                   KIND          SOURCE   WHO             QUESTION                                                STATE   SINCE                │
    ╞════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ 00000000-0000-0000-0000-000000000001   mass-change   okta     deactivations   more people would lose access than 1 person within 1h   waits   2026-01-01 00:00:00Z │
    └────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    ");
    assert_snapshot!(scene.run(&["review", "show", &case]), @r"
    exit 0
    --- stdout
    case 00000000-0000-0000-0000-000000000001 (mass-change): waits, since 2026-01-01 00:00:00Z
    - more people would lose access than 1 person within 1h
    - 1 person had lost access already, and 1 still had it
    - 2 people held: 2 by `okta`
    ┌────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ PERSON                                 WHO                  INACTIVE BY   SINCE                  CLAIM │
    ╞════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ 00000000-0000-0000-0000-000000000002   Grace Test (Grace)   okta          2026-01-01 00:00:00Z   live  │
    │ 00000000-0000-0000-0000-000000000003   Joan Test (Joan)     okta          2026-01-01 00:00:00Z   live  │
    └────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    --- stderr
    their access waits for the answer, one for all of them:
      tenure review decide 00000000-0000-0000-0000-000000000001 release    (they lose access now)
      tenure review decide 00000000-0000-0000-0000-000000000001 keep       (they stay active until their source says inactive again)
    ");
    assert_snapshot!(scene.run(&["review", "decide", &case, "create"]), @r"
    exit 1
    --- stderr
    error: `create` does not answer a mass-change case
      help: access of many people is held: `release` ends it for all of them, `keep` leaves it to them
    ");
    assert_snapshot!(scene.run(&["review", "decide", &case, "keep"]), @r"
    exit 0
    --- stderr
    case 00000000-0000-0000-0000-000000000001 is decided: keep; whoever was held stays active until their source says inactive again
    ");
    let explained = scene.run(&["explain", "Grace"]);
    assert!(explained.contains("their access is kept by case "), "{explained}");
    scene.data(&["review", "undo", &case]);
    assert_snapshot!(scene.run(&["review", "decide", &case, "release"]), @r"
    exit 0
    --- stderr
    case 00000000-0000-0000-0000-000000000001 is decided: release; whoever was held has lost access
    ");
    let grace = scene.json(&["explain", "Grace"]);
    assert_eq!((&grace["active"], &grace["hold"]), (&Value::Bool(false), &Value::Null));
    assert_snapshot!(scene.run(&["review", "undo", &case]), @r"
    exit 1
    --- stderr
    error: the decision has been used: since 2026-01-01T00:00:00Z people have lost access by it
      help: whoever should have access gets it back when their source says that they are active; nobody's record or history is lost
    ");
    let shown = scene.run(&["review", "show", &case]);
    assert!(shown.contains("people have lost access by the answer since "), "{shown}");
}

#[tokio::test]
async fn whom_no_source_claims_is_not_kept() {
    let (scene, server, case) = many_who_leave().await;
    let joan = scene.json(&["explain", "Joan"])["id"].as_str().unwrap().to_owned();
    server.api(&scene.token("okta")).delete(&format!("/Users/{joan}")).await;
    assert_snapshot!(scene.run(&["review", "decide", &case, "keep"]), @r"
    exit 0
    --- stderr
    keep, for all whom a source still claims: whoever was held stays active until their source says inactive again
    case 00000000-0000-0000-0000-000000000001 still waits:
    - 1 person held: 1 by `okta`
    - of 1 person no source makes a live claim any more: `keep` leaves them held, for nobody could say again that they are inactive
    ");
    let shown = scene.run(&["review", "show", &case]);
    assert!(shown.contains("ended │"), "{shown}");
}

#[tokio::test]
async fn a_case_that_holds_nobody_is_closed() {
    let (scene, server, case) = many_who_leave().await;
    let mut okta = server.api(&scene.token("okta"));
    for name in ["Grace", "Joan"] {
        let id = scene.json(&["explain", name])["id"].as_str().unwrap().to_owned();
        okta.patch(&format!("/Users/{id}"), json!([{ "op": "replace", "path": "active", "value": true }]))
            .await;
    }
    assert_snapshot!(scene.run(&["review", "list"]), @r"
    exit 0
    --- stderr
    no case waits
    ");
    let shown = scene.run(&["review", "show", &case]);
    assert!(shown.contains("nobody answered: since ") && shown.contains("keep by tenure"), "{shown}");
}
