//! `tenure demo`: a newcomer's first minute.

use crate::support::Scene;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn nobody_is_wrong_at_the_end_of_the_year() {
    let scene = Scene::empty();
    let words = ["demo", "--once", "--people", "60", "--seed", "3", "--format", "json"];
    let result: serde_json::Value = serde_json::from_str(&scene.data(&words)).unwrap();
    assert_eq!(result["wrong"], 0, "{result:#}");
    assert_eq!(result["people"], 70);
    let [right, undecided] = ["records", "undecided"].map(|key| result[key].as_u64().unwrap());
    assert_eq!(right + undecided, 70, "{result:#}");
    assert_eq!(result["target"]["openWithLeavers"], 0, "{result:#}");
    assert!(result["target"]["tasksHandedOver"].as_u64().unwrap() > 0, "{result:#}");
    let cases = result["cases"].as_array().unwrap();
    assert_eq!(result["casesWaiting"], cases.len());
    assert!(cases.iter().all(|case| case["who"].as_str().is_some_and(|who| who.contains("@example.com"))));
    assert_eq!(std::fs::read_dir(scene.path()).unwrap().count(), 0, "the demo leaves nothing behind");
}

#[test]
fn the_table_says_what_happened_and_who_waits() {
    let scene = Scene::empty();
    let table = scene.data(&["demo", "--once", "--people", "60", "--seed", "3"]);
    for words in [
        "rehires",
        "duplicates prevented",
        "of 70 people, ",
        " 0 are wrong",
        "open work with leavers: none, ",
    ] {
        assert!(table.contains(words), "{words} is missing:\n{table}");
    }
}

#[test]
fn it_stays_up_to_be_looked_at_and_cleans_up_when_told_to_stop() {
    let scene = Scene::empty();
    let mut demo = scene.command(&["demo", "--people", "12", "--format", "json"]);
    let mut demo = demo.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(demo.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = said.skip_while(|line| !line.starts_with("the server stays up"));
    // The advice is to be followed: the command is taken from its text and must work.
    let explain = said.find(|line| line.contains(" explain ")).unwrap();
    let words: Vec<_> = explain.split_whitespace().skip(1).collect();
    assert!(scene.data(&words).contains("timeline:"));
    let stopped = Command::new("sh").args(["-c", &format!("kill -TERM {}", demo.id())]).status();
    assert!(stopped.unwrap().success() && demo.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(scene.path()).unwrap().count(), 0);
}
