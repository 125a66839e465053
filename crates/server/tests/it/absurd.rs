//! Absurd addresses: ids, paths and query strings that no client should send.

use crate::support::bodies::{group, operation};
use crate::support::{TestApp, user};
use serde_json::json;

fn absurd_ids() -> Vec<String> {
    let mut ids: Vec<_> = [
        "%00",
        "a%00b",
        "%FF",
        "%C3%28",
        "%E2%80%AE",
        "..",
        "%2e%2e",
        "%2F",
        "a%2Fb",
        "%25",
        "*",
        "null",
        "0",
        "-1",
        "'",
        "%27%20or%201=1--",
        "%22",
        "%0D%0A",
        "%7Bid%7D",
        ":id",
        "bulkId:a",
        "%F0%9F%92%A9",
        ";",
        "@",
        "~",
    ]
    .map(str::to_owned)
    .to_vec();
    ids.push("a".repeat(10_000));
    ids.push("%41".repeat(3_000));
    ids
}

#[tokio::test]
async fn ids_that_are_none() {
    let app = TestApp::new().await;
    for id in absurd_ids() {
        for endpoint in ["/Users", "/Groups"] {
            let path = format!("{endpoint}/{id}");
            let short: String = path.chars().take(40).collect();
            for answer in [
                app.get(&path).await,
                app.put(&path, if endpoint == "/Users" { user("ada") } else { group("Team", &[]) }).await,
                app.patch(&path, operation("replace", "displayName", json!("x"))).await,
                app.delete(&path).await,
            ] {
                assert!(matches!(answer.status, 400 | 404), "{short}: {} {}", answer.status, answer.text);
                assert!(answer.refused_somehow().text.len() < 1_000, "{short}");
            }
        }
        for endpoint in ["/Schemas", "/ResourceTypes"] {
            app.get(&format!("{endpoint}/{id}")).await.refused_somehow();
        }
    }
    assert_eq!(app.events().await, 0);
}

#[tokio::test]
async fn ids_of_the_other_kind() {
    let app = TestApp::new().await;
    let (ada, team) = (app.create(user("ada")).await, app.create_group(group("Team", &[])).await);
    app.get(&format!("/Groups/{ada}")).await.refused(404, None);
    app.get(&format!("/Users/{team}")).await.refused(404, None);
    app.delete(&format!("/Groups/{ada}")).await.refused(404, None);
    app.get(&format!("/Users/{}", ada.to_uppercase())).await.refused(404, None);
}

#[tokio::test]
async fn query_strings_that_are_none() {
    let app = TestApp::new().await;
    for query in ["filter=%", "filter=%zz", "filter=%ff", "attributes=%", "sortBy=%C3", "count=%", "cursor=%"]
    {
        for path in ["/Users", "/Groups", "/", "/Users/1"] {
            app.get(&format!("{path}?{query}")).await.refused_somehow();
        }
    }
    for query in [
        "",
        "&",
        "=",
        "&&=&",
        "x=%",
        "%=x",
        "unknown=1&unknown=2",
        "filter=",
        "sortBy=",
        "FILTER=userName pr",
    ] {
        app.get(&format!("/Users?{query}")).await.expect(200);
    }
}

#[tokio::test]
async fn filters_without_end() {
    let app = TestApp::new().await;
    app.create(user("ada")).await;
    let clauses = |count: usize| vec!["userName eq \"a\""; count].join(" or ");
    for filter in [
        format!("userName eq \"{}\"", "a".repeat(20_000)),
        format!("{}userName pr{}", "(".repeat(2_000), ")".repeat(2_000)),
        format!("{}(userName pr){}", "not (".repeat(1_000), ")".repeat(1_000)),
        clauses(2_000),
        "a.".repeat(5_000),
        "\"".repeat(5_000),
    ] {
        let short: String = filter.chars().take(40).collect();
        let refused = app.post("/Users/.search", json!({ "filter": filter })).await;
        assert_eq!(refused.status, 400, "{short}: {}", refused.text);
        assert!(refused.refused_somehow().text.len() < 1_000, "{short}");
        app.get(&format!("/Users?filter={filter}")).await.refused(400, Some("invalidFilter"));
    }
    app.get(&format!("/Users?filter={}", clauses(20))).await.expect(200);
}

#[tokio::test]
async fn characters_in_filters() {
    let app = TestApp::new().await;
    for filter in [
        "userName eq \"%00\"",
        "userName eq \"\\u0000\"",
        "userName eq \"%E2%80%AE\"",
        "userName eq \"%27; drop table persons; --\"",
        "userName sw \"%25\"",
        "userName co \"_\"",
    ] {
        let answer = app.get(&format!("/Users?filter={filter}")).await;
        assert!(matches!(answer.status, 200 | 400), "{filter}: {}", answer.text);
    }
    app.create(user("a_b")).await;
    app.create(user("a%b")).await;
    app.create(user("axb")).await;
    assert_eq!(app.found("userName sw \"a_\"").await.len(), 1);
    assert_eq!(app.found("userName co \"%25\"").await.len(), 1);
    assert_eq!(app.found("userName sw \"A%25\"").await.len(), 1);
}

#[tokio::test]
async fn headers_that_are_absurd() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let path = format!("/Users/{id}");
    app.get(&path).header("accept", "\u{e9}").await.refused_somehow();
    app.get(&path).header("accept", &"a/b,".repeat(5_000)).await.refused(406, None);
    app.put(&path, user("ada")).header("if-match", "\u{e9}").await.refused(400, Some("invalidValue"));
    app.put(&path, user("ada")).header("if-match", &"\"1\",".repeat(5_000)).await.expect(200);
    app.get(&path).header("if-none-match", "W/\"99999999999999999999\"").await.expect(200);
}
