//! The answer to a list request (RFC 7644 §3.4.2, RFC 9865 §2), written around resources that are JSON text already.

use serde_json::Value;
use std::fmt::Write as _;

/// URN of the list answer.
pub const LIST_RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Where in the list the answer is, in the manner in which it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// By index.
    Index {
        /// The first resource, counted from 1.
        start: u64,
    },
    /// By cursor, as encoded text.
    Cursor {
        /// The next page; nothing on the last.
        next: Option<String>,
        /// The page before, if it can be had.
        previous: Option<String>,
    },
}

/// Writes the answer. Each resource must be the JSON text of one object.
pub fn list_response<'a>(
    total: u64,
    paging: &Paging,
    resources: impl IntoIterator<Item = &'a str, IntoIter: ExactSizeIterator>,
) -> String {
    let resources = resources.into_iter();
    let mut json = head(total, resources.len(), paging);
    for (index, resource) in resources.enumerate() {
        if index > 0 {
            json.push(',');
        }
        json.push_str(resource);
    }
    json.push_str("]}");
    json
}

/// Everything before the first resource.
fn head(total: u64, on_page: usize, paging: &Paging) -> String {
    let mut json = String::with_capacity(256 + on_page * 1024);
    let mut write = |text: std::fmt::Arguments<'_>| json.write_fmt(text).expect("a String takes all text");
    write(format_args!(
        r#"{{"schemas":["{LIST_RESPONSE_SCHEMA}"],"totalResults":{total},"itemsPerPage":{on_page}"#
    ));
    match paging {
        Paging::Index { start } => write(format_args!(r#","startIndex":{start}"#)),
        Paging::Cursor { next, previous } => {
            for (key, cursor) in [("nextCursor", next), ("previousCursor", previous)] {
                if let Some(cursor) = cursor {
                    write(format_args!(r#","{key}":{}"#, Value::from(cursor.as_str())));
                }
            }
        }
    }
    json.push_str(r#","Resources":["#);
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(total: u64, paging: &Paging, resources: &[&str], expected: &Value) {
        let json = list_response(total, paging, resources.iter().copied());
        assert_eq!(&serde_json::from_str::<Value>(&json).unwrap(), expected);
    }

    #[test]
    fn by_index() {
        let expected = json!({
            "schemas": [LIST_RESPONSE_SCHEMA], "totalResults": 12, "itemsPerPage": 2, "startIndex": 3,
            "Resources": [{ "id": "a" }, { "id": "b" }],
        });
        check(12, &Paging::Index { start: 3 }, &[r#"{"id":"a"}"#, r#"{"id":"b"}"#], &expected);
    }

    #[test]
    fn nothing_found_is_an_empty_list() {
        let expected = json!({
            "schemas": [LIST_RESPONSE_SCHEMA], "totalResults": 0, "itemsPerPage": 0, "startIndex": 1, "Resources": [],
        });
        check(0, &Paging::Index { start: 1 }, &[], &expected);
    }

    #[test]
    fn by_cursor_the_last_page_has_no_next() {
        let page = |next: Option<&str>| Paging::Cursor { next: next.map(Into::into), previous: None };
        let mut expected = json!({
            "schemas": [LIST_RESPONSE_SCHEMA], "totalResults": 2, "itemsPerPage": 1, "nextCursor": "abc",
            "Resources": [{}],
        });
        check(2, &page(Some("abc")), &["{}"], &expected);
        expected.as_object_mut().unwrap().remove("nextCursor");
        check(2, &page(None), &["{}"], &expected);
    }
}
