use super::*;
use crate::schema::{Catalog, ENTERPRISE_USER, RECORD, USER};
use proptest::prelude::*;
use serde_json::json;

fn person() -> Object {
    let person = json!({
        "schemas": [USER, ENTERPRISE_USER, RECORD],
        "id": "1", "userName": "bjensen", "active": true, "password": "secret",
        "name": { "givenName": "Barbara", "familyName": "Jensen" },
        "emails": [{ "value": "b@x", "type": "work" }, { "value": "h@x" }],
        "groups": [], "junk": 1,
        ENTERPRISE_USER: { "department": "Sales", "manager": { "value": "26", "displayName": "Ann" } },
        RECORD: { "lockedOut": false, "active": true },
        "meta": { "resourceType": "User", "version": "W/\"1\"" },
    });
    let Value::Object(person) = person else { unreachable!() };
    person
}

/// Every path that is left, in the order of the resource; URNs are shortened to their last segments.
fn outline(object: &Object) -> String {
    let mut names = Vec::new();
    for (key, value) in object.iter().filter(|(key, _)| *key != "schemas") {
        let key = key.replace(ENTERPRISE_USER, "E").replace(RECORD, "R");
        let first = value.get(0).unwrap_or(value);
        match first {
            Value::Object(parts) => names.extend(parts.keys().map(|part| format!("{key}.{part}"))),
            _ => names.push(key),
        }
    }
    names.join(" ")
}

fn apply(attributes: &str, excluded: &str) -> Object {
    let mut person = person();
    let projection = Projection::parse(Some(attributes), Some(excluded)).unwrap();
    projection.apply(&mut person, &Catalog::standard().user);
    person
}

#[track_caller]
fn only(attributes: &str, expected: &str) {
    assert_eq!(outline(&apply(attributes, "")), expected);
}

#[track_caller]
fn but(excluded: &str, expected: &str) {
    assert_eq!(outline(&apply("", excluded)), expected);
}

const REST: &str = "groups E.department E.manager meta.resourceType meta.version";

#[test]
fn by_default_never_and_request_are_left_out() {
    but("", &format!("id userName active name.givenName name.familyName emails.value emails.type {REST}"));
}

#[test]
fn only_what_is_named_and_what_is_always_returned() {
    only("userName", "id userName");
    only("USERNAME,nonsense,name.nonsense", "id userName");
    only("nonsense", "id");
    only("name.familyName", "id name.familyName");
    only("name.familyName,name", "id name.givenName name.familyName");
    only("emails.value", "id emails.value");
    only("password", "id");
    only(&format!("{USER}:active"), "id active");
    let core = "id userName active name.givenName name.familyName emails.value emails.type groups";
    only(USER, &format!("{core} meta.resourceType meta.version"));
}

#[test]
fn extensions_by_urn_by_attribute_and_bare() {
    only(ENTERPRISE_USER, "id E.department E.manager");
    only(&format!("{ENTERPRISE_USER}:department"), "id E.department");
    only("department", "id E.department");
    only("manager.value", "id E.manager");
    assert_eq!(apply("manager.value", "")[ENTERPRISE_USER]["manager"], json!({ "value": "26" }));
    but(
        ENTERPRISE_USER,
        "id userName active name.givenName name.familyName emails.value emails.type groups meta.resourceType meta.version",
    );
}

#[test]
fn request_only_attributes_come_when_named() {
    only(RECORD, "id R.lockedOut R.active");
    only(&RECORD.to_uppercase(), "id R.lockedOut R.active");
    only("lockedOut", "id R.lockedOut");
    only("active", "id active");
}

#[test]
fn everything_but_what_is_named() {
    but("emails,name.givenName,id", &format!("id userName active name.familyName {REST}"));
    but("meta,groups,department,name", "id userName active emails.value emails.type E.manager");
    but("emails.value,active", &format!("id userName name.givenName name.familyName emails.type {REST}"));
}

#[test]
fn schemas_name_what_is_carried() {
    assert_eq!(apply("", "")["schemas"], json!([USER, ENTERPRISE_USER]));
    assert_eq!(apply("userName", "")["schemas"], json!([USER]));
    assert_eq!(apply(RECORD, "")["schemas"], json!([USER, RECORD]));
    assert_eq!(apply("", "department,manager")["schemas"], json!([USER]));
}

#[test]
fn elements_without_a_named_part_are_left_out() {
    assert_eq!(apply("emails.type", "")["emails"], json!([{ "type": "work" }]));
    assert_eq!(apply("emails.display", "").get("emails"), None);
}

#[test]
fn callers_learn_what_to_load() {
    let catalog = Catalog::standard();
    let wants = |attributes, excluded, name: &str| {
        let projection = Projection::parse(attributes, excluded).unwrap();
        projection.wants(if name == "members" { &catalog.group } else { &catalog.user }, name)
    };
    assert!(wants(None, None, "members") && wants(None, None, "groups"));
    assert!(!wants(None, Some("members"), "members"));
    assert!(!wants(Some("id"), None, "members") && wants(Some("members.value"), None, "members"));
    assert!(
        !wants(None, None, RECORD)
            && wants(Some(RECORD), None, RECORD)
            && wants(Some("lockedOut"), None, RECORD)
    );
    assert!(!wants(None, None, "nonsense") && !wants(None, None, "["));
    assert!(!wants(Some("groups"), None, "members"));
}

#[test]
fn the_two_lists_exclude_each_other() {
    assert!(Projection::parse(Some("a"), Some("b")).is_err());
    assert!(Projection::parse(Some("a"), Some(" , ")).is_ok());
    assert!(Projection::parse(Some(" ,"), None).unwrap().is_default());
    assert!(Projection::parse(Some("a b"), None).is_err());
}

proptest! {
    #[test]
    fn applying_twice_changes_nothing_and_never_shows_secrets(
        names in prop::collection::vec(
            prop::sample::select(vec!["id", "emails", "emails.type", "password", "name", "manager", USER, RECORD, "x"]), 0..4),
        exclude: bool,
    ) {
        let list = names.join(",");
        let (attributes, excluded) = if exclude { (None, Some(&*list)) } else { (Some(&*list), None) };
        let projection = Projection::parse(attributes, excluded).unwrap();
        let user = Catalog::standard().user;
        let mut once = person();
        projection.apply(&mut once, &user);
        let mut twice = once.clone();
        projection.apply(&mut twice, &user);
        prop_assert_eq!(&once, &twice);
        prop_assert!(once.contains_key("id") && !once.contains_key("password") && !once.contains_key("junk"));
    }
}
