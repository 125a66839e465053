//! Arbitrary JSON, and bodies that look enough like users to reach the deeper rules.

use crate::Object;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

fn leaf() -> impl Strategy<Value = Value> {
    let texts =
        ["", " ", "True", "false", "a@b", "A@B", "work", "home", "m-1", "2026-01-31T08:00:00Z", "12", "aGk="];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(texts.to_vec()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ]
}

fn key() -> impl Strategy<Value = String> {
    let names = [
        "value",
        "TYPE",
        "primary",
        "display",
        "displayName",
        "emails",
        "roles",
        "name",
        "givenName",
        "active",
        "members",
        "schemas",
        "id",
        "userName",
        "manager",
        "tags",
        "badge",
        "joined",
        "desk",
        "floor",
        "hireId",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:acme:2.0:User",
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "password",
        "$ref",
        "department",
        "addresses",
        "x509Certificates",
        "name.givenName",
        "groups",
        "meta",
    ];
    prop_oneof![8 => select(names.to_vec()).prop_map(String::from), 1 => ".{0,6}".prop_map(String::from)]
}

/// Any JSON, mostly with keys that mean something.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(key(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// An element of a list such as `emails`, often the same.
pub(crate) fn element() -> impl Strategy<Value = Value> {
    let values = ["a@b", "A@B", "c@d", "work", "home", ""];
    let text = || select(values.to_vec());
    prop_oneof![
        text().prop_map(Value::from),
        (text(), text(), any::<Option<bool>>())
            .prop_map(|(value, kind, primary)| json!({ "value": value, "type": kind, "primary": primary })),
        text().prop_map(|country| json!({ "country": country, "region": "X" })),
    ]
}

/// A user whose attributes are mostly well-formed.
pub(crate) fn user() -> impl Strategy<Value = Value> {
    let lists = btree_map(select(vec!["emails", "roles", "photos", "addresses"]), vec(element(), 0..4), 0..3);
    let simple =
        btree_map(select(vec!["title", "active", "displayName", "externalId", "locale"]), leaf(), 0..3);
    let acme = btree_map(select(vec!["badge", "rate", "tags", "hireId", "joined"]), leaf(), 0..3);
    (lists, simple, acme, proptest::option::of(json())).prop_map(|(lists, simple, acme, manager)| {
        let mut user = Object::from_iter([("userName".to_owned(), json!("ada"))]);
        user.extend(lists.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))));
        user.extend(simple.into_iter().map(|(key, value)| (key.to_owned(), value)));
        let acme: Object = acme.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        user.insert("urn:acme:2.0:User".into(), Value::Object(acme));
        let enterprise = json!({ "manager": manager, "department": "R" });
        user.insert(crate::schema::ENTERPRISE_USER.into(), enterprise);
        Value::Object(user)
    })
}
