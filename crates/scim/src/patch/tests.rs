#![expect(clippy::needless_pass_by_value, reason = "cases read better with `json!` by value")]

use super::*;
use crate::resource::accept;
use crate::schema::{Catalog, CustomExtension, ENTERPRISE_USER as E};
use serde_json::json;

mod lists;
mod members;
mod parsing;
mod properties;

fn catalog() -> Catalog {
    let acme: CustomExtension = serde_json::from_value(json!({
        "resourceType": "User",
        "schema": { "id": "urn:acme:2.0:User", "name": "Acme", "attributes": [
            { "name": "badge", "type": "integer" },
            { "name": "hireId", "mutability": "immutable" },
            { "name": "tags", "multiValued": true }
        ] }
    }))
    .unwrap();
    Catalog::with_extensions(vec![acme]).unwrap()
}

/// The user `ada` with these attributes, patched; without `schemas` and `userName`, and the notes as text.
fn patched(attributes: Value, operations: Value) -> Result<(Value, Vec<String>), Error> {
    let catalog = catalog();
    let mut body = json!({ "userName": "ada" });
    body.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    let current = accept(body, &catalog.user).unwrap().attributes;
    let request = PatchRequest::parse(json!({ "schemas": [PATCH_OP], "Operations": operations }))?;
    let Patched { mut attributes, notes } = apply(&request, &current, &catalog.user)?;
    let again = accept(Value::Object(attributes.clone()), &catalog.user).unwrap();
    assert_eq!(again.attributes, attributes, "the result is canonical");
    attributes.shift_remove("schemas").unwrap();
    if attributes["userName"] == "ada" {
        attributes.shift_remove("userName");
    }
    let notes = notes.iter().map(|note| format!("{:?} {}", note.kind, note.path)).collect();
    Ok((Value::Object(attributes), notes))
}

#[track_caller]
fn check(before: Value, operation: Value, after: Value) {
    check_noted(before, operation, after, &[]);
}

#[track_caller]
fn check_noted(before: Value, operation: Value, after: Value, notes: &[&str]) {
    let (found, found_notes) = patched(before, json!([operation])).unwrap();
    assert_eq!(found, after);
    assert_eq!(found_notes, notes);
}

#[track_caller]
fn refused(before: Value, operation: Value, expected: Error) {
    assert_eq!(patched(before, json!([operation])), Err(expected));
}

fn add(path: &str, value: Value) -> Value {
    json!({ "op": "add", "path": path, "value": value })
}

fn replace(path: &str, value: Value) -> Value {
    json!({ "op": "replace", "path": path, "value": value })
}

fn remove(path: &str) -> Value {
    json!({ "op": "remove", "path": path })
}

fn merge(value: Value) -> Value {
    json!({ "op": "replace", "value": value })
}

fn work(value: &str) -> Value {
    json!({ "value": value, "type": "work" })
}

fn home(value: &str) -> Value {
    json!({ "value": value, "type": "home" })
}

#[test]
fn simple_attributes() {
    check(json!({}), add("title", json!("T")), json!({ "title": "T" }));
    check(json!({ "title": "A" }), replace("TITLE", json!("B")), json!({ "title": "B" }));
    check(json!({ "title": "A" }), remove("title"), json!({}));
    check(json!({}), remove("title"), json!({}));
    check(json!({}), replace("userName", json!("bob")), json!({ "userName": "bob" }));
    check(json!({}), replace("externalId", json!("00u")), json!({ "externalId": "00u" }));
}

#[test]
fn an_empty_object_changes_nothing() {
    let before = json!({ "name": { "givenName": "A" }, E: { "department": "R" } });
    check(before.clone(), merge(json!({ "name": {}, E: {} })), before.clone());
    check(before.clone(), replace("name", json!({})), before.clone());
    check(before.clone(), replace(E, json!({})), before);
}

#[test]
fn no_value_removes() {
    for nothing in [json!(null), json!(""), json!([])] {
        check(json!({ "title": "A" }), replace("title", nothing.clone()), json!({}));
        check(json!({ "emails": [work("a")] }), replace("emails", nothing.clone()), json!({}));
        check(json!({ E: { "manager": "m" } }), replace(&format!("{E}:manager"), nothing.clone()), json!({}));
        check(json!({ "emails": [work("a")] }), add("emails", nothing), json!({ "emails": [work("a")] }));
    }
}

#[test]
fn parts_of_complex_attributes() {
    check(json!({}), add("name.givenName", json!("Ada")), json!({ "name": { "givenName": "Ada" } }));
    let name = json!({ "name": { "givenName": "Ada", "familyName": "L" } });
    check(name.clone(), remove("name.givenName"), json!({ "name": { "familyName": "L" } }));
    check(
        name.clone(),
        replace("name", json!({ "familyName": "K" })),
        json!({ "name": { "givenName": "Ada", "familyName": "K" } }),
    );
    check(
        name.clone(),
        replace("name", json!({ "familyName": null })),
        json!({ "name": { "givenName": "Ada" } }),
    );
    check(name, remove("name"), json!({}));
    check(json!({ "name": { "givenName": "A" } }), replace("name.givenName", json!("")), json!({}));
    check(json!({}), remove("name.givenName"), json!({}));
}

#[test]
fn extensions() {
    let path = |name: &str| format!("{E}:{name}");
    let employee = json!({ E: { "department": "R", "division": "D" } });
    check(json!({}), add(&path("department"), json!("R")), json!({ E: { "department": "R" } }));
    check(employee.clone(), remove(&path("division")), json!({ E: { "department": "R" } }));
    check(employee.clone(), remove(E), json!({}));
    check(
        employee.clone(),
        replace(E, json!({ "department": "S", "schemas": [E] })),
        json!({ E: { "department": "S", "division": "D" } }),
    );
    check(employee.clone(), merge(json!({ E: { "division": "" } })), json!({ E: { "department": "R" } }));
    check(employee, replace(E, json!(null)), json!({}));
    check(
        json!({}),
        add(&path("manager"), json!({ "value": "m" })),
        json!({ E: { "manager": { "value": "m" } } }),
    );
    check(json!({}), add(&path("manager.value"), json!("m")), json!({ E: { "manager": { "value": "m" } } }));
    refused(
        json!({}),
        replace(E, json!("x")),
        Error::invalid_value(format!("operation 1: the value of `{E}` must be an object")),
    );
}

#[test]
fn schemas_follow_the_extensions() {
    let catalog = catalog();
    let current =
        accept(json!({ "userName": "ada", E: { "department": "R" } }), &catalog.user).unwrap().attributes;
    let request =
        PatchRequest::parse(json!({ "Operations": [remove(E), add("urn:acme:2.0:User:badge", json!(1))] }));
    let after = apply(&request.unwrap(), &current, &catalog.user).unwrap().attributes;
    assert_eq!(after["schemas"], json!([crate::schema::USER, "urn:acme:2.0:User"]));
    assert_eq!(after.keys().next().unwrap(), "schemas");
}

#[test]
fn entra_dialect() {
    check_noted(
        json!({ "active": true }),
        json!({ "op": "Replace", "path": "active", "value": "False" }),
        json!({ "active": false }),
        &["Coerced active"],
    );
    let manager = format!("{E}:manager");
    let bare = json!({ "op": "Add", "path": manager, "value": "m" });
    check(json!({}), bare, json!({ E: { "manager": { "value": "m" } } }));
    check(
        json!({ E: { "manager": "m" } }),
        json!({ "op": "Replace", "path": manager, "value": "" }),
        json!({}),
    );
    check(json!({ E: { "manager": "m" } }), json!({ "op": "Remove", "path": manager }), json!({}));
    let role = r#"{"id":"06b07648","value":"25","displayName":"Role"}"#;
    let roles = json!({ "op": "Add", "path": "roles", "value": [{ "value": role }] });
    check(json!({}), roles, json!({ "roles": [{ "value": role }] }));
    let primary = replace(r#"roles[primary eq "True"].value"#, json!("admin"));
    check(json!({}), primary.clone(), json!({ "roles": [{ "primary": true, "value": "admin" }] }));
    check(
        json!({ "roles": [{ "primary": true, "value": "user" }] }),
        primary,
        json!({ "roles": [{ "primary": true, "value": "admin" }] }),
    );
}

#[test]
fn okta_dialect() {
    check(json!({ "active": true }), merge(json!({ "active": false })), json!({ "active": false }));
    check_noted(
        json!({}),
        merge(json!({ "password": "x", "active": true })),
        json!({ "active": true }),
        &["NeverKept password"],
    );
}

#[test]
fn keys_are_paths() {
    let department = format!("{E}:department");
    check(
        json!({ "name": { "familyName": "L" } }),
        merge(json!({ "name.givenName": "Ada", department: "R", "emails[type eq \"work\"].value": "a" })),
        json!({ "name": { "familyName": "L", "givenName": "Ada" }, E: { "department": "R" },
                "emails": [{ "type": "work", "value": "a" }] }),
    );
    let core = crate::schema::USER;
    check(
        json!({}),
        merge(json!({ core: { "title": "T" }, format!("{core}:nickName"): "N" })),
        json!({ "title": "T", "nickName": "N" }),
    );
}

#[test]
fn echoes_are_ignored_and_noted() {
    check_noted(
        json!({}),
        merge(json!({ "id": "1", "schemas": [], "meta": {}, "groups": [], "title": "T" })),
        json!({ "title": "T" }),
        &["ReadOnly id", "ReadOnly schemas", "ReadOnly meta", "ReadOnly groups"],
    );
    let manager = replace(&format!("{E}:manager"), json!({ "value": "m", "displayName": "Boss" }));
    let note = format!("ReadOnly {E}:manager.displayName");
    check_noted(json!({}), manager, json!({ E: { "manager": { "value": "m" } } }), &[&note]);
    check_noted(json!({}), replace("schemas", json!([E])), json!({}), &["ReadOnly schemas"]);
}

#[test]
fn read_only_paths_are_refused() {
    for path in ["id", "meta.version", "groups", "groups[value eq \"1\"].display"] {
        let place = path.split(['.', '[']).next().unwrap();
        refused(
            json!({}),
            replace(path, json!("x")),
            Error::mutability(format!("operation 1: `{place}` is read-only")),
        );
    }
    let boss = format!("{E}:manager.displayName");
    let detail = format!("operation 1: `{boss}` is read-only");
    refused(json!({}), add(&boss, json!("Boss")), Error::mutability(detail));
    refused(json!({}), remove("id"), Error::mutability("operation 1: `id` is read-only"));
}

#[test]
fn immutable_attributes_are_set_once() {
    let urn = "urn:acme:2.0:User";
    let hired = json!({ urn: { "hireId": "H1" } });
    let path = "urn:acme:2.0:User:hireId";
    check(json!({}), add(path, json!("H1")), hired.clone());
    check(hired.clone(), replace(path, json!("H1")), hired.clone());
    let changed = Error::mutability(format!("`{path}` is immutable and already has a value"));
    refused(hired.clone(), replace(path, json!("H2")), changed.clone());
    refused(hired.clone(), remove(path), changed.clone());
    refused(hired, remove(urn), changed);
}

#[test]
fn required_attributes_stay() {
    let missing = Error::invalid_value("`userName` is required and would be missing or blank");
    refused(json!({}), remove("userName"), missing.clone());
    refused(json!({}), replace("userName", json!("")), missing.clone());
    refused(json!({}), merge(json!({ "userName": "  " })), missing);
}

#[test]
fn unknown_attributes_are_ignored_and_noted() {
    check_noted(json!({}), replace("shoeSize", json!(7)), json!({}), &["UnknownAttribute shoeSize"]);
    check_noted(
        json!({}),
        remove("emails[type eq \"work\"].foo"),
        json!({}),
        &["UnknownAttribute emails[type eq \"work\"].foo"],
    );
    check_noted(
        json!({}),
        merge(json!({ "my attribute": 1, "urn:okta:x": {}, "a.b.c": 1 })),
        json!({}),
        &["UnknownAttribute my attribute", "UnknownAttribute urn:okta:x", "UnknownAttribute a.b.c"],
    );
    check_noted(
        json!({}),
        replace(E, json!({ "foo": 1 })),
        json!({}),
        &[&format!("UnknownAttribute {E}:foo")],
    );
    check_noted(
        json!({}),
        add("emails", json!([{ "value": "a", "kind": 1 }])),
        json!({ "emails": [{ "value": "a" }] }),
        &["UnknownAttribute emails.kind"],
    );
}

#[test]
fn values_are_checked_as_in_post() {
    let active = Error::invalid_value("operation 1: `active` must be `true` or `false`, not the text `yes`");
    refused(json!({}), replace("active", json!("yes")), active);
    let value = Error::invalid_value("operation 1: `emails.value` must be a text, not an array");
    refused(json!({}), add("emails[type eq \"work\"].value", json!(["a"])), value);
    let many = vec![json!("a"); 1_001];
    let error = Error::too_many("operation 1: `emails` has 1001 elements; at most 1000 are taken");
    refused(json!({}), add("emails", json!(many)), error);
    let tags: Vec<_> = (0..1_000).map(|n| n.to_string()).collect();
    let error =
        Error::too_many("operation 1: `urn:acme:2.0:User:tags` has 1001 elements; at most 1000 are taken");
    refused(
        json!({ "urn:acme:2.0:User": { "tags": tags } }),
        add("urn:acme:2.0:User:tags", json!("x")),
        error,
    );
}

#[test]
fn an_error_in_a_later_operation_names_it() {
    let operations = json!([replace("title", json!("T")), replace("active", json!(7))]);
    let detail = "operation 2: `active` must be `true` or `false`, not the number `7`";
    assert_eq!(patched(json!({}), operations), Err(Error::invalid_value(detail)));
}
