//! `tenure doctor`: what people and programs read, and the exit code.

use crate::support::Scene;
use serde_json::Value;
use tenure_lab::servicenow::{Instance, Server, Settings};

fn aim(scene: &Scene, url: &str) {
    let target = format!(
        "[store]\nurl = \"sqlite:tenure.db\"\n\n[target]\nkind = \"servicenow\"\nurl = \"{url}\"\n\
         auth = {{ kind = \"basic\", username = \"tenure.integration\", password = {{ file = \"password\" }} }}\n"
    );
    scene.write("tenure.toml", target);
    scene.write("password", "integration-password");
}

fn finding<'a>(checks: &'a Value, name: &str) -> &'a Value {
    let found = checks.as_array().unwrap().iter().find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("nothing about {name}: {checks}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_target_is_no_failure_and_a_missing_column_is_one() {
    let server = Server::local(Instance::new(Settings::default())).await.unwrap();
    let scene = Scene::empty();
    aim(&scene, &server.url);
    let output = scene.output(&["doctor"]);
    let (table, talk) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{table}{talk}");
    for words in ["VERDICT", "good", "reach", "cure: `tenure token create --source okta"] {
        assert!(table.contains(words), "{words} in {table}");
    }
    assert!(talk.starts_with("0 bad, "), "{talk}");
    assert!(!table.contains("integration-password") && !talk.contains("integration-password"));

    let server = Server::local(Instance::new(Settings::default().without("sys_user", "u_okta_user_id")));
    let server = server.await.unwrap();
    aim(&scene, &server.url);
    let output = scene.output(&["doctor", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let checks: Value = serde_json::from_slice(&output.stdout).unwrap();
    let columns = finding(&checks, "columns");
    assert_eq!(columns["verdict"], "bad");
    assert!(
        columns["cure"].as_str().unwrap().contains("String, maximum length 255; tick Unique"),
        "{columns}"
    );
    assert_eq!(checks[0]["verdict"], "bad", "the worst comes first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_once_and_without_more_talk() {
    let server = Server::local(Instance::new(Settings::default())).await.unwrap();
    let scene = Scene::empty();
    aim(&scene, &server.url);
    scene.write("password", "not-the-password");
    let output = scene.output(&["doctor", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(!talk.contains("nobody signs in"), "who asks once waits for nothing: {talk}");
    let checks: Value = serde_json::from_slice(&output.stdout).unwrap();
    let credentials = finding(&checks, "credentials");
    let (found, cure) = (credentials["found"].as_str().unwrap(), credentials["cure"].as_str().unwrap());
    assert!(found.ends_with("does not accept the credentials"), "{found}");
    assert!(cure.contains("not locked out"), "{cure}");
}

#[test]
fn without_a_target_our_own_side_is_looked_at() {
    let scene = Scene::empty();
    let checks = scene.json(&["doctor"]);
    assert_eq!(finding(&checks, "store")["verdict"], "good");
    assert_eq!(finding(&checks, "target")["verdict"], "note");
    assert_eq!(
        finding(&checks, "tokens")["cure"].as_str().map(|cure| cure.contains("--source okta")),
        Some(true)
    );
}

#[test]
fn a_store_that_cannot_be_used_is_a_finding() {
    let scene = Scene::empty();
    scene.write("tenure.toml", "[store]\nurl = \"sqlite:nowhere/tenure.db\"\n");
    let output = scene.output(&["doctor", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let checks: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(finding(&checks, "store")["verdict"], "bad");
    assert!(finding(&checks, "store")["cure"].as_str().unwrap().contains("store.url"));
}
