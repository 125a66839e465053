//! What clients send.

use serde_json::{Value, json};
pub(crate) use tenure_scim::schema::{ENTERPRISE_USER, GROUP, RECORD, USER};

/// Somebody as Okta would send them, with an external id made of the login.
pub(crate) fn user(login: &str) -> Value {
    json!({
        "schemas": [USER], "userName": login, "externalId": format!("ext-{login}"),
        "name": { "givenName": format!("Given{login}"), "familyName": format!("Family{login}") },
        "emails": [{ "primary": true, "value": format!("{login}@example.com"), "type": "work" }],
        "active": true,
    })
}

/// The body with other values; null takes a key away.
pub(crate) fn with(mut body: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("{changes} is no object") };
    for (key, value) in changes {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(&key)),
            value => body[key] = value,
        }
    }
    body
}

/// The enterprise extension with an employee number.
pub(crate) fn number(number: &str) -> Value {
    json!({ ENTERPRISE_USER: { "employeeNumber": number } })
}

/// The enterprise extension.
pub(crate) fn enterprise(attributes: Value) -> Value {
    let mut extension = json!({});
    extension[ENTERPRISE_USER] = attributes;
    extension
}

/// Somebody with an employee number and a manager.
pub(crate) fn managed(login: &str, manager: &str) -> Value {
    with(
        user(login),
        enterprise(json!({ "employeeNumber": format!("n-{login}"), "manager": { "value": manager } })),
    )
}

pub(crate) fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<_> = members.iter().map(|member| json!({ "value": member })).collect();
    json!({ "schemas": [GROUP], "displayName": name, "members": members })
}

/// A PATCH message.
pub(crate) fn operations(operations: Value) -> Value {
    let mut message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] });
    message["Operations"] = operations;
    message
}

/// A PATCH message with one operation.
pub(crate) fn operation(op: &str, path: &str, value: Value) -> Value {
    let mut operation = json!({ "op": op, "path": path });
    operation["value"] = value;
    operations(Value::Array(vec![operation]))
}

pub(crate) fn add_member(id: &str) -> Value {
    operation("add", "members", json!([{ "value": id }]))
}

pub(crate) fn remove_member(id: &str) -> Value {
    operations(json!([{ "op": "remove", "path": format!("members[value eq \"{id}\"]") }]))
}
