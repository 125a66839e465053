use super::*;
use crate::ErrorKind::{InvalidCount, InvalidFilter, InvalidSyntax, InvalidValue};
use proptest::prelude::*;
use serde_json::json;

fn parse(raw: &str) -> Result<ListQuery, Error> {
    ListQuery::from_query_string(raw, &filter::Limits::default())
}

fn search(body: &Value) -> Result<ListQuery, Error> {
    ListQuery::from_search_request(body, &filter::Limits::default())
}

fn shown(query: &ListQuery) -> String {
    let mut parts = Vec::new();
    parts.extend(query.filter.as_ref().map(ToString::to_string));
    parts.extend(
        query
            .sort
            .as_ref()
            .map(|sort| format!("by {} {}", sort.path, if sort.descending { "down" } else { "up" })),
    );
    let count = query.page.count().map_or("all".into(), |count| count.to_string());
    parts.push(match &query.page {
        Page::Index { start, .. } => format!("{count} from {start}"),
        Page::Cursor { cursor, .. } => format!("{count} after {}", cursor.as_deref().unwrap_or("nothing")),
    });
    let names = |paths: &[crate::path::AttributePath]| {
        paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    if !query.projection.attributes.is_empty() {
        parts.push(format!("only {}", names(&query.projection.attributes)));
    }
    if !query.projection.excluded.is_empty() {
        parts.push(format!("but {}", names(&query.projection.excluded)));
    }
    parts.join("; ")
}

#[track_caller]
fn check(raw: &str, expected: &str) {
    assert_eq!(shown(&parse(raw).unwrap()), expected);
}

#[track_caller]
fn refuse(raw: &str, kind: crate::ErrorKind, part: &str) {
    let error = parse(raw).unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.detail.contains(part), "{error}");
}

#[test]
fn requests_of_real_clients() {
    check("", "all from 1");
    check("?startIndex=1&count=2", "2 from 1");
    check(
        "filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100",
        r#"userName eq "test.user@okta.local"; 100 from 1"#,
    );
    check(
        "excludedAttributes=members&filter=displayName+eq+%22a%26b%22",
        r#"displayName eq "a&b"; all from 1; but members"#,
    );
    check("attributes=id&filter=id eq 5 and manager eq 7", "id eq 5 and manager eq 7; all from 1; only id");
    check(
        "sortBy=name.familyName&sortOrder=descending&attributes=id,%20userName,,emails.value",
        "by name.familyName down; all from 1; only id userName emails.value",
    );
}

#[test]
fn names_have_no_case_and_unknown_ones_are_ignored() {
    check("STARTINDEX=3&Count=4&foo=bar&%zz=1&&=", "4 from 3");
    check("filter=&sortBy=&attributes=&sortOrder=descending", "all from 1");
}

#[test]
fn pages_by_index_are_clamped() {
    check("startIndex=0&count=-5", "0 from 1");
    check("startIndex=-9&count=0", "0 from 1");
    check("startIndex=9223372036854775807&count=99999999999", "4294967295 from 9223372036854775807");
    for bad in ["x", "1.5", "", "9223372036854775808", "0x10"] {
        refuse(&format!("startIndex={bad}"), InvalidValue, "startIndex is a whole number");
        refuse(&format!("count={bad}"), InvalidValue, "count is a whole number");
    }
}

#[test]
fn pages_by_cursor() {
    check("cursor", "all after nothing");
    check("cursor=&count=10", "10 after nothing");
    check("count=10&cursor=VZUTiyhEQJ94IR", "10 after VZUTiyhEQJ94IR");
    refuse("cursor=&startIndex=1", InvalidValue, "both given");
    for bad in ["0", "-1", "x", ""] {
        refuse(&format!("cursor=&count={bad}"), InvalidCount, "count is a whole number, 1 or more");
    }
}

#[test]
fn mistakes_are_named() {
    refuse("count=1&Count=1", InvalidValue, "`Count` was given twice");
    refuse("attributes=id&excludedAttributes=name", InvalidValue, "both given");
    refuse("attributes=a[b]", InvalidValue, "attributes: `a[b]`");
    refuse("sortBy=a%20b", InvalidValue, "sortBy: `a b`");
    refuse("sortBy=id&sortOrder=up", InvalidValue, "`ascending` or `descending`");
    refuse("filter=a%20eq%20%zz", InvalidFilter, "percent-encoded");
    refuse("filter=a%20eq", InvalidFilter, "expected a value");
    refuse("sortBy=%ff", InvalidSyntax, "`sortBy` is not percent-encoded UTF-8");
}

#[test]
fn search_messages_say_the_same() {
    let body = json!({
        "schemas": [SEARCH_REQUEST_SCHEMA],
        "attributes": ["displayName", "userName"],
        "filter": "displayName sw \"smith\" and title co \"a+b\"",
        "sortBy": "userName", "sortOrder": "Ascending",
        "startIndex": 1, "count": 10, "whatever": {},
    });
    let expected =
        r#"displayName sw "smith" and title co "a+b"; by userName up; 10 from 1; only displayName userName"#;
    assert_eq!(shown(&search(&body).unwrap()), expected);
    assert_eq!(shown(&search(&json!({})).unwrap()), "all from 1");
    let lenient = json!({ "CURSOR": "", "count": "5", "filter": null, "excludedAttributes": "a, b" });
    assert_eq!(shown(&search(&lenient).unwrap()), "5 after nothing; but a b");
}

#[test]
fn search_messages_of_another_kind_are_refused() {
    let kind = |body: Value| search(&body).unwrap_err().kind;
    assert_eq!(kind(json!([])), InvalidSyntax);
    assert_eq!(kind(json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] })), InvalidSyntax);
    assert_eq!(kind(json!({ "filter": true })), InvalidValue);
    assert_eq!(kind(json!({ "attributes": [1] })), InvalidValue);
    assert_eq!(kind(json!({ "count": 1.5 })), InvalidValue);
}

#[test]
fn the_fingerprint_follows_what_decides_the_order() {
    let hash = |raw: &str| parse(raw).unwrap().fingerprint("/Users");
    let first = hash("filter=a%20eq%201&count=10&cursor");
    assert_eq!(first, hash("cursor=abc&count=20&filter=(a+EQ+1)&attributes=id"));
    assert_ne!(first, hash("filter=a%20eq%202&cursor"));
    assert_ne!(hash("sortBy=id"), hash("sortBy=id&sortOrder=descending"));
    assert_ne!(parse("").unwrap().fingerprint("/Users"), parse("").unwrap().fingerprint("/Groups"));
}

proptest! {
    #[test]
    fn no_query_string_panics(raw in "\\PC*", near in "(filter|count|cursor|sortBy|attributes)=[a-z0-9%+ \"&=]{0,20}") {
        let _ = parse(&raw);
        let _ = parse(&near);
    }
}
