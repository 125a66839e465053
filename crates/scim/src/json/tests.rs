use super::*;
use crate::ErrorKind::{InvalidSyntax, InvalidValue, TooMany};
use proptest::prelude::*;
use serde_json::json;

fn small() -> Limits {
    Limits { depth: 3, string_length: 12, nodes: 8 }
}

#[track_caller]
fn refuse(body: &str, kind: ErrorKind, part: &str) {
    let error = parse(body.as_bytes(), &small()).unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.detail.contains(part), "{error}");
}

#[test]
fn reads_every_kind_of_value_in_order() {
    let body = r#" {"b": [1, -2, 1.5, true, null], "a": "Zo\u00eb"} "#;
    let value = parse(body.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(value, json!({ "b": [1, -2, 1.5, true, null], "a": "Zoë" }));
    assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn malformed_json_names_line_and_column() {
    refuse("{\n  \"a\": }", InvalidSyntax, "line 2 column 8");
    refuse("", InvalidSyntax, "line 1");
    refuse("{} {}", InvalidSyntax, "trailing");
    refuse(r#""\ud800""#, InvalidSyntax, "not valid JSON");
    refuse("1e999", InvalidSyntax, "not valid JSON");
    let error = parse(b"{\"a\": \"\xff\"}", &small()).unwrap_err();
    assert_eq!(
        (error.kind, error.detail.as_str()),
        (InvalidSyntax, "the request body is not UTF-8 (byte 8)")
    );
}

#[test]
fn one_attribute_is_given_once_in_whatever_case() {
    refuse(r#"{"a": 1, "a": 2}"#, InvalidSyntax, "the request body has the key `a` twice");
    refuse(r#"{"x": [{"Name": 1, "nAME": 2}]}"#, InvalidSyntax, "`x[0]` has the key `nAME` twice");
    let many: String = (0..40).map(|n| format!("\"k{n}\": {n}, ")).collect();
    assert!(parse(format!("{{{many} \"last\": 0}}").as_bytes(), &Limits::default()).is_ok());
    let error = parse(format!("{{{many} \"K7\": 0}}").as_bytes(), &Limits::default()).unwrap_err();
    assert!(error.detail.contains("`K7` twice"), "{error}");
    let error = parse(format!("{{{many} \"x\": 0, \"X\": 0}}").as_bytes(), &Limits::default()).unwrap_err();
    assert!(error.detail.contains("`X` twice"), "{error}");
}

#[test]
fn size_is_bounded() {
    refuse("[[[[1]]]]", InvalidSyntax, "`[0][0][0]` is nested deeper than 3 levels");
    refuse("[1,2,3,4,5,6,7,8]", TooMany, "`[7]` exceeds 8 values");
    refuse(r#"{"a": {"b": "0123456789abc"}}"#, InvalidValue, "`a.b` is longer than 12 bytes");
    refuse(r#"{"0123456789abc": 1}"#, InvalidValue, "`(a key)` is longer");
}

#[test]
fn deep_input_does_not_exhaust_the_stack() {
    let generous = Limits { depth: 1_000_000, ..Limits::default() };
    for limits in [&generous, &Limits::default()] {
        assert_eq!(parse("[".repeat(100_000).as_bytes(), limits).unwrap_err().kind, InvalidSyntax);
        assert_eq!(parse("{\"a\":".repeat(100_000).as_bytes(), limits).unwrap_err().kind, InvalidSyntax);
    }
}

#[test]
fn text_that_hides_something_is_refused_without_an_echo() {
    refuse(r#"{"name": "a\u0000b"}"#, InvalidValue, "`name` contains a NUL character");
    refuse(r#"{"name": ["ok", "\u202e"]}"#, InvalidValue, "`name[1]` contains an invisible character");
    refuse(r#"{"\u0007": 1}"#, InvalidValue, "contains a control character");
    assert!(parse(br#""a\tb\r\n""#, &small()).is_ok());
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "[ -~äß€]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn ordinary_documents_read_as_serde_reads_them(value in values()) {
        prop_assert_eq!(parse(value.to_string().as_bytes(), &Limits::default()).unwrap(), value);
    }

    #[test]
    fn never_panics_and_accepts_nothing_that_serde_refuses(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if parse(&bytes, &Limits::default()).is_ok() {
            prop_assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
        }
    }
}
