//! `tenure lab servicenow`: somebody rehearses without an instance of their own.

use crate::support::Scene;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use tenure_lab::http::{Client, Method};

#[tokio::test]
async fn an_instance_is_served_until_it_is_told_to_stop() {
    let scene = Scene::empty();
    let faults = scene.write("faults.toml", "hide_inactive = true\n");
    let faults = faults.to_str().unwrap();
    let mut lab = scene.command(&["lab", "servicenow", "--users", "20", "--faults", faults]);
    let mut lab = lab.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut data = BufReader::new(lab.stdout.take().unwrap());
    let mut url = String::new();
    data.read_line(&mut url).unwrap();
    let mut client = Client::new(url.trim(), "none").unwrap().media_type("application/json");
    let people = client.request(Method::GET, "/lab/rows/sys_user", None).await.unwrap();
    assert_eq!(people.body.as_array().unwrap().len(), 20 + 3, "the people and the accounts");
    let answer = client.request(Method::GET, "/api/now/table/sys_user", None).await.unwrap();
    assert_eq!(answer.status, 401);

    let stopped = Command::new("sh").args(["-c", &format!("kill -TERM {}", lab.id())]).status();
    assert!(stopped.unwrap().success() && lab.wait().unwrap().success());
    let (mut rest, mut talk) = (String::new(), String::new());
    data.read_to_string(&mut rest).unwrap();
    lab.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
    assert_eq!(rest, "", "the URL is alone on standard output");
    for words in ["23 users", "tenure.integration / integration-password", "tenure-client", "tenure-key"] {
        assert!(talk.contains(words), "{words} is missing:\n{talk}");
    }
}

#[tokio::test]
async fn an_instance_with_a_history_comes_with_its_export() {
    let scene = Scene::empty();
    let words = ["lab", "servicenow", "--brownfield", "60", "--idp-csv", "idp.csv"];
    let mut lab = scene.command(&words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(lab.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let mut client = Client::new(url.trim(), "none").unwrap().media_type("application/json");
    let users = client.request(Method::GET, "/lab/rows/sys_user", None).await.unwrap();
    assert_eq!(users.body.as_array().unwrap().len(), 60 + 3, "the users and the accounts");
    let export = std::fs::read(scene.path().join("idp.csv")).unwrap();
    assert!(export.starts_with(b"id,login,email,"));
    lab.kill().unwrap();
    lab.wait().unwrap();
}

#[test]
fn a_schedule_that_is_none_is_refused() {
    let scene = Scene::empty();
    let faults = scene.write("faults.toml", "[[fault]]\nkind = \"earthquake\"\n");
    let output = scene.output(&["lab", "servicenow", "--faults", faults.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for words in ["faults.toml", "docs/REHEARSAL.md", "earthquake"] {
        assert!(said.contains(words), "{words} is missing:\n{said}");
    }
}
