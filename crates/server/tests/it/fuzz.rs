//! Random JSON and random query strings: whatever comes, the answer is never ours to blame.

use crate::support::bodies::group;
use crate::support::{TestApp, user};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

/// Keys and texts that mean something to somebody, among others that do not.
const WORDS: [&str; 34] = [
    "schemas",
    "userName",
    "externalId",
    "id",
    "meta",
    "active",
    "emails",
    "name",
    "givenName",
    "familyName",
    "value",
    "type",
    "primary",
    "groups",
    "members",
    "displayName",
    "Operations",
    "op",
    "path",
    "replace",
    "add",
    "remove",
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "manager",
    "employeeNumber",
    "members[value eq \"x\"]",
    "emails[type eq \"work\"].value",
    "method",
    "bulkId",
    "bulkId:a",
    "data",
    "password",
    "",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![8 => proptest::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => "\\PC{0,8}", 1 => ".{0,4}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((word(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A resource that could be right, with one part that is anything.
fn nearly() -> impl Strategy<Value = Value> {
    let base = prop_oneof![
        Just(user("ada")),
        Just(group("Team", &["x"])),
        Just(json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": "x" }] })),
        Just(
            json!({ "Operations": [{ "op": "add", "value": {} }, { "op": "remove", "path": "members", "value": [] }] })
        ),
    ];
    (base, word(), value(), any::<bool>()).prop_map(|(mut base, key, value, deep)| {
        match base.get_mut("Operations").and_then(|operations| operations.get_mut(0)).filter(|_| deep) {
            Some(operation) => operation[key] = value,
            None => base[key] = value,
        }
        base
    })
}

fn query() -> impl Strategy<Value = String> {
    let name = proptest::sample::select(
        &[
            "filter",
            "sortBy",
            "sortOrder",
            "startIndex",
            "count",
            "cursor",
            "attributes",
            "excludedAttributes",
            "x",
        ][..],
    );
    let expression = proptest::sample::select(
        &[
            "userName eq \"a\"",
            "title pr",
            "emails[type eq \"work\"]",
            "not (active eq true)",
            "id ne \"x\"",
            "members eq \"x\"",
            "meta.created gt \"2020-01-01T00:00:00Z\"",
            "groups pr",
            "1",
            "-1",
            "userName",
            "descending",
            "name.givenName co a",
        ][..],
    );
    let text = prop_oneof![
        4 => expression.clone().prop_map(str::to_owned),
        2 => (expression.clone(), expression).prop_map(|(one, two)| format!("{one} and {two}")),
        1 => "[ -~]{0,20}",
        1 => "\\PC{0,10}",
    ];
    proptest::collection::vec((name, text), 0..4).prop_map(|pairs| {
        let pairs = pairs.into_iter().map(|(name, text)| {
            let text: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            format!("{name}={text}")
        });
        pairs.collect::<Vec<_>>().join("&")
    })
}

/// Runs the cases one after the other over one server, which may have seen anything by then.
fn throw<T: std::fmt::Debug>(
    cases: u32,
    strategy: &impl Strategy<Value = T>,
    case: &impl AsyncFn(&TestApp, &str, &str, T),
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (app, ada, team) = runtime.block_on(async {
        let app = TestApp::new().await;
        let (ada, team) = (app.create(user("ada")).await, app.create_group(group("Team", &[])).await);
        (app, format!("/Users/{ada}"), format!("/Groups/{team}"))
    });
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(strategy, |input| {
        runtime.block_on(case(&app, &ada, &team, input));
        Ok(())
    });
    run.unwrap();
}

#[test]
fn no_body_is_answered_with_a_server_error() {
    throw(
        160,
        &prop_oneof![value(), nearly()],
        &async |app: &TestApp, ada: &str, team: &str, body: Value| {
            for (method, path) in [
                ("POST", "/Users"),
                ("PUT", ada),
                ("PATCH", ada),
                ("POST", "/Groups"),
                ("PUT", team),
                ("PATCH", team),
                ("POST", "/Bulk"),
                ("POST", "/.search"),
            ] {
                let answer = app.call(method, path).json(&body).await;
                assert!(answer.status < 500, "{method} {path} {body}: {}", answer.text);
                if answer.status >= 400 {
                    answer.refused_somehow();
                }
            }
        },
    );
}

#[test]
fn no_bytes_are_answered_with_a_server_error() {
    throw(
        100,
        &proptest::collection::vec(any::<u8>(), 0..60),
        &async |app: &TestApp, ada: &str, _: &str, bytes: Vec<u8>| {
            for (method, path) in [("POST", "/Users"), ("PATCH", ada)] {
                app.call(method, path).body(bytes.clone()).await.refused_somehow();
            }
        },
    );
}

#[test]
fn no_query_is_answered_with_a_server_error() {
    throw(200, &query(), &async |app: &TestApp, ada: &str, team: &str, query: String| {
        for path in ["/Users", "/Groups", "/", ada, team] {
            let answer = app.get(&format!("{path}?{query}")).await;
            assert!(answer.status < 500, "{path}?{query}: {}", answer.text);
            if answer.status >= 400 {
                answer.refused_somehow();
            }
        }
    });
}
