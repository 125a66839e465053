//! The OpenAPI document: the one in docs/ is the one that is served, and it says everything.

use crate::support::TestApp;
use serde_json::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

async fn document() -> (String, Value) {
    let answer = TestApp::new().await.client(None).look("/openapi.json").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    (answer.text.clone(), answer.json())
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test compares, and on request rewrites, a file of the documentation"
)]
async fn the_file_is_what_is_served() {
    let (served, _) = document().await;
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(FILE, &served).unwrap();
    }
    let file = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(file == served, "docs/openapi.json is not what is served; UPDATE_DOCS=1 rewrites it");
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let (text, document) = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    for reference in text.split("\"$ref\": \"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn every_operation_says_all_that_can_happen() {
    let (_, document) = document().await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string() && operation["operationId"].is_string(), "{name}");
            let responses = operation["responses"].as_object().unwrap();
            let open = operation["security"] == serde_json::json!([{}]);
            for status in if open { &["500", "503"][..] } else { &["401", "403", "406", "429", "500", "503"] }
            {
                assert!(responses.contains_key(*status), "{name} {status}");
            }
            assert_eq!(path.contains('{'), responses.contains_key("404"), "{name}");
            assert!(responses.keys().any(|status| status.starts_with('2')), "{name}");
        }
    }
}

/// Types share one space of names; where two have one name, the later hides the earlier.
#[tokio::test]
async fn no_type_hides_another() {
    let (_, document) = document().await;
    let schemas = &document["components"]["schemas"];
    for (name, field) in [
        ("CaseDecision", "ruling"),
        ("Decision", "outcome"),
        ("Event", "decisions"),
        ("Case", "candidates"),
        ("Claim", "external_id"),
        ("Group", "attributes"),
        ("Person", "former_links"),
        ("Token", "scopes"),
        ("TokenRequest", "expires_in"),
        ("Problem", "help"),
    ] {
        assert!(schemas[name]["properties"][field].is_object(), "{name}.{field}");
    }
}

/// Whoever begins at the index finds every list.
#[tokio::test]
async fn the_index_names_every_list() {
    let (_, document) = document().await;
    let paths = document["paths"].as_object().unwrap();
    let is_list = |path: &&String| path.matches('/').count() == 1 && paths[*path]["get"].is_object();
    let lists = paths.keys().filter(is_list).filter(|path| !["/", "/openapi.json"].contains(&path.as_str()));
    let lists: Vec<_> = lists.map(|path| format!("/api/v1{path}")).collect();
    let index = TestApp::new().await.client(None).look("/").await.json();
    let mut named: Vec<_> = index["lists"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    named.sort_unstable();
    assert_eq!(named, lists);
}
