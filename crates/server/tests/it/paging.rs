//! Lists: pages by index and by cursor (RFC 9865), order, and what is not accepted of either.

use crate::support::{Answer, Setup, TestApp, at, user, with};
use serde_json::{Value, json};

/// Five users, in the order of their ages.
async fn five(setup: Setup) -> (TestApp, Vec<String>) {
    let app = TestApp::with(setup).await;
    let mut ids = Vec::new();
    for login in ["grace", "ada", "edsger", "barbara", "alan"] {
        ids.push(app.create(user(login)).await);
    }
    (app, ids)
}

fn numbers(answer: &Answer) -> (u64, u64, Option<u64>) {
    let number = |key: &str| answer[key].as_u64();
    (number("totalResults").unwrap(), number("itemsPerPage").unwrap(), number("startIndex"))
}

#[tokio::test]
async fn pages_by_index() {
    let (app, ids) = five(Setup::default()).await;
    let page = async |query: &str| app.get(&format!("/Users?{query}")).await.expect(200);
    let first = page("count=2").await;
    assert_eq!((numbers(&first), first.ids()), ((5, 2, Some(1)), ids[..2].to_vec()));
    let last = page("startIndex=5&count=2").await;
    assert_eq!((numbers(&last), last.ids()), ((5, 1, Some(5)), ids[4..].to_vec()));
    assert_eq!(numbers(&page("startIndex=6").await), (5, 0, Some(6)));
    assert_eq!(numbers(&page("count=0").await), (5, 0, Some(1)));
    assert_eq!(numbers(&page("count=-7&startIndex=-7").await), (5, 0, Some(1)));
    assert_eq!(numbers(&page("startIndex=0").await), (5, 5, Some(1)));
    assert_eq!(numbers(&page("startIndex=9223372036854775807&count=9223372036854775807").await).1, 0);
    assert_eq!(numbers(&page("startIndex=2&count=3&filter=active eq true").await), (5, 3, Some(2)));
    assert_eq!(
        numbers(&page("startIndex=2&count=3&filter=active eq true&sortBy=title").await),
        (5, 3, Some(2))
    );
}

#[tokio::test]
async fn a_page_has_a_largest_size() {
    let (app, _) = five(Setup { max_page: 3, ..Setup::default() }).await;
    assert_eq!(numbers(&app.get("/Users?count=1000").await.expect(200)), (5, 3, Some(1)));
    assert_eq!(numbers(&app.get("/?count=1000").await.expect(200)), (5, 3, Some(1)));
}

#[tokio::test]
async fn numbers_that_are_none() {
    let app = TestApp::new().await;
    for query in
        ["count=ten", "startIndex=x", "count=1.5", "count=99999999999999999999", "startIndex=1&startIndex=2"]
    {
        app.get(&format!("/Users?{query}")).await.refused(400, Some("invalidValue"));
    }
}

#[tokio::test]
async fn sorted_lists() {
    let (app, _) = five(Setup::default()).await;
    let logins = async |query: &str| app.get(&format!("/Users?{query}")).await.expect(200).each("userName");
    let sorted = ["ada", "alan", "barbara", "edsger", "grace"];
    assert_eq!(logins("sortBy=userName").await, sorted);
    assert_eq!(logins("sortBy=USERNAME&sortOrder=Ascending").await, sorted);
    assert_eq!(logins("sortBy=name.familyName").await, sorted);
    assert_eq!(logins("sortBy=userName&sortOrder=descending&count=2").await, ["grace", "edsger"]);
    assert_eq!(logins("sortBy=userName&startIndex=2&count=2").await, ["alan", "barbara"]);
    assert_eq!(logins("sortBy=userName&filter=userName sw a").await, ["ada", "alan"]);
    assert_eq!(logins("sortBy=meta.created&sortOrder=descending&count=1").await, ["alan"]);
    app.get("/Users?sortBy=userName&sortOrder=sideways").await.refused(400, Some("invalidValue"));
    app.get("/Users?sortBy=..").await.refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn those_without_a_value_come_last_in_order() {
    let app = TestApp::new().await;
    for (login, title) in [("b", json!("2")), ("none", Value::Null), ("a", json!("1"))] {
        app.create(with(user(login), json!({ "title": title }))).await;
    }
    let logins = async |query: &str| app.get(&format!("/Users?{query}")).await.expect(200).each("userName");
    assert_eq!(logins("sortBy=title").await, ["a", "b", "none"]);
    assert_eq!(logins("sortBy=title&sortOrder=descending").await, ["none", "b", "a"]);
}

/// Every page from the first cursor to the last.
async fn walk(app: &TestApp, query: &str) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("/Users?{query}&cursor={cursor}")).await.expect(200);
        assert!(page["startIndex"].is_null(), "{}", page.text);
        pages.push(page.ids());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return pages,
        }
        assert!(pages.len() < 10, "the cursor never ends");
    }
}

#[tokio::test]
async fn pages_by_cursor() {
    let (app, ids) = five(Setup::default()).await;
    assert_eq!(walk(&app, "count=2").await, [&ids[..2], &ids[2..4], &ids[4..]]);
    assert_eq!(walk(&app, "count=2&filter=active eq true").await.concat(), ids);
    assert_eq!(walk(&app, "count=2&filter=name.givenName co \"a\"").await.concat().len(), 4);
    let sorted = walk(&app, "count=2&sortBy=userName").await;
    assert_eq!(sorted.concat(), [&ids[1], &ids[4], &ids[3], &ids[2], &ids[0]].map(String::clone));
    assert_eq!(walk(&app, "filter=userName eq nobody").await, [[""; 0]]);
}

#[tokio::test]
async fn a_cursor_goes_on_where_it_was_though_somebody_left() {
    let (app, ids) = five(Setup::default()).await;
    let first = app.get("/Users?count=2&cursor=").await.expect(200);
    app.delete(&format!("/Users/{}", ids[0])).await.expect(204);
    let next = first["nextCursor"].as_str().unwrap();
    assert_eq!(app.get(&format!("/Users?count=2&cursor={next}")).await.expect(200).ids(), ids[2..4]);
}

#[tokio::test]
async fn cursors_that_are_not_ours() {
    let (app, _) = five(Setup::default()).await;
    let next = app.get("/Users?count=2&cursor=").await.expect(200)["nextCursor"].as_str().unwrap().to_owned();
    for query in [
        "cursor=nonsense".to_owned(),
        "cursor=%00".to_owned(),
        format!("cursor={}", "A".repeat(5_000)),
        format!("cursor={next}&filter=active eq true"),
        format!("cursor={next}&sortBy=userName"),
    ] {
        app.get(&format!("/Users?{query}")).await.refused(400, Some("invalidCursor"));
    }
    app.get(&format!("/Groups?cursor={next}")).await.refused(400, Some("invalidCursor"));
    app.get("/?cursor=").await.refused(400, Some("invalidCursor"));
    app.get("/Users?cursor=&startIndex=1").await.refused(400, Some("invalidValue"));
    app.get("/Users?cursor=&count=0").await.refused(400, Some("invalidCount"));
}

#[tokio::test]
async fn forged_places_are_harmless() {
    let (app, _) = five(Setup::default()).await;
    let issued = app.engine.clock().now().as_second();
    let query = tenure_scim::query::ListQuery::default();
    for position in [
        "after:-9223372036854775808",
        "after:9223372036854775807",
        "offset:18446744073709551615",
        "before:1",
        "after:x",
    ] {
        let cursor = tenure_scim::query::Cursor {
            position: position.into(),
            query_hash: query.fingerprint("/Users"),
            issued,
        };
        let answer = app.get(&format!("/Users?cursor={}", cursor.encode())).await;
        assert!(answer.status == 200 || answer.status == 400, "{position}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_cursor_expires() {
    let (app, ids) = five(Setup::at(0)).await;
    let next = app.get("/Users?count=2&cursor=").await.expect(200)["nextCursor"].as_str().unwrap().to_owned();
    let path = format!("/Users?count=2&cursor={next}");
    app.engine.clock().set(at(3_600));
    assert_eq!(app.get(&path).await.expect(200).ids(), ids[2..4]);
    app.engine.clock().set(at(3_601));
    app.get(&path).await.refused(400, Some("expiredCursor"));
}
