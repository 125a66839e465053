//! `tenure demo`: a newcomer's first minute.

use crate::support::Scene;

#[test]
fn nobody_is_wrong_at_the_end_of_the_year() {
    let scene = Scene::empty();
    let words = ["demo", "--once", "--people", "60", "--seed", "3", "--format", "json"];
    let result: serde_json::Value = serde_json::from_str(&scene.data(&words)).unwrap();
    assert_eq!(result["wrong"], 0, "{result:#}");
    assert_eq!(result["people"], 70);
    let [right, undecided] = ["records", "undecided"].map(|key| result[key].as_u64().unwrap());
    assert_eq!(right + undecided, 70, "{result:#}");
    let cases = result["cases"].as_array().unwrap();
    assert_eq!(result["casesWaiting"], cases.len());
    assert!(cases.iter().all(|case| case["who"].as_str().is_some_and(|who| who.contains("@example.com"))));
    assert_eq!(std::fs::read_dir(scene.path()).unwrap().count(), 0, "the demo leaves nothing behind");
}

#[test]
fn the_table_says_what_happened_and_who_waits() {
    let scene = Scene::empty();
    let table = scene.data(&["demo", "--once", "--people", "60", "--seed", "3"]);
    for words in ["rehires", "duplicates prevented", "of 70 people, ", " 0 are wrong"] {
        assert!(table.contains(words), "{words} is missing:\n{table}");
    }
}
