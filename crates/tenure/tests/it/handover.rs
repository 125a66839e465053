//! `tenure handover`: what lies with a leaver, seen before, handed over by the server, looked at and put back.

use crate::support::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::Duration;
use tenure_lab::servicenow::{Instance, Server, Settings};

const POLICY: &str = r#"
[mapping."*"]
user_name = "user.userName"
u_okta_user_id = "user.externalId"
[lifecycle]
hand_over = { to = { person = "grace" } }
"#;

fn user(name: &str) -> Value {
    let schema = "urn:ietf:params:scim:schemas:core:2.0:User";
    json!({ "schemas": [schema], "userName": name, "externalId": format!("x-{name}"), "active": true })
}

/// A folder whose configuration has this target.
fn scene_with(target: &str) -> Scene {
    let scene = Scene::empty();
    let password = scene.write("password", "integration-password");
    let password = password.display();
    scene.write(
        "tenure.toml",
        format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[sources.okta]\nkind = \"scim\"\n[target]\nkind = \"servicenow\"\n\
             url = \"{target}\"\nauth = {{ kind = \"basic\", username = \"tenure.integration\", \
             password = {{ file = \"{password}\" }} }}\n"
        ),
    );
    scene.write("policy.toml", POLICY);
    scene
}

/// Looks again until it is so.
async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..1_200 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came about");
}

fn states(handover: &Value) -> Vec<String> {
    let steps = handover["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|it| format!("{} {}", it["label"].as_str().unwrap(), it["state"].as_str().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leavers_task_goes_over_and_comes_back() {
    let instance = Instance::new(Settings::default());
    let grace = instance.insert("sys_user", &[("user_name", "grace"), ("active", "true")]).unwrap();
    let target = Server::local(instance.clone()).await.unwrap();
    let scene = scene_with(&target.url);
    scene.data(&["policy", "apply", "policy.toml"]);
    let token = scene.token("okta");
    let server = scene.serve();
    let mut api = server.api(&token);
    let ada = api.create("/Users", &user("ada")).await;
    let find = || instance.find("sys_user", "user_name", "ada").pop();
    until(|| find().is_some()).await;
    let record = find().unwrap().sys_id().to_owned();
    instance.insert("incident", &[("number", "INC1"), ("assigned_to", &record)]).unwrap();
    let assigned = || instance.find("task", "number", "INC1").remove(0).get("assigned_to").to_owned();

    until(|| scene.json(&["deliver", "status", "ada"])[0]["sys_id"] == json!(record)).await;
    assert_eq!(states(&scene.json(&["handover", "plan", "ada"])), ["INC1 planned"]);
    assert_eq!(assigned(), record, "nothing is written");
    assert_eq!(scene.output(&["handover", "run", "ada"]).status.code(), Some(1), "ada has not left");

    api.deactivate(&ada).await;
    until(|| assigned() == grace.sys_id()).await;
    until(|| scene.json(&["handover", "status"])[0]["state"] == "done").await;
    assert_eq!(states(&scene.json(&["handover", "status", "ada"])), ["INC1 done"]);
    assert_eq!(states(&scene.json(&["handover", "undo", "ada"])), ["INC1 undone"]);
    assert_eq!(assigned(), record);
    let told = scene.data(&["handover", "status", "ada"]);
    assert!(told.starts_with("left 2") && told.lines().next().unwrap().ends_with("Z, undone"), "{told}");
    assert_eq!(states(&scene.json(&["handover", "run", "ada"])), ["INC1 undone", "INC1 done"]);
    assert_eq!(scene.json(&["deliver", "status", "ada"])[0]["name"], "ada");
}

#[test]
fn without_a_target_there_is_nothing_to_show() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["handover", "status"]), @r"
    exit 0
    --- stderr
    nothing was handed over yet
    ");
    assert_snapshot!(scene.run(&["handover", "undo", "ada"]), @r"
    exit 1
    --- stderr
    error: nobody is known by `ada`
    ");
}
