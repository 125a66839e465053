//! The JSON that Okta puts together: what it POSTs, and how it changes what it read before it PUTs it back.

use serde_json::{Map, Value, json};

use crate::company::Account;
use crate::idp::{ENTERPRISE, ScimId, USER};

/// The body of a create. `password` and `groups` are always there and mean nothing.
pub(super) fn create(account: &Account) -> Value {
    let human = &account.human;
    let mut body = json!({
        "schemas": [USER, ENTERPRISE],
        "userName": human.login,
        "name": { "givenName": human.given, "familyName": human.family },
        "emails": [{ "primary": true, "value": human.email, "type": "work" }],
        "displayName": human.display_name(),
        "title": human.title,
        "addresses": [{ "primary": true, "type": "work", "locality": human.location }],
        "locale": "en-US",
        "externalId": account.external_id.0,
        "groups": [],
        "password": password(account),
        "active": true,
    });
    body[ENTERPRISE] = enterprise(account);
    body
}

/// The mapped attributes written over the body that the server returned; everything else is echoed as it came.
pub(super) fn overlay(mut body: Value, account: &Account) -> Value {
    let human = &account.human;
    set(&mut body, "userName", json!(human.login));
    set(&mut body, "externalId", json!(account.external_id.0));
    set(&mut body, "displayName", json!(human.display_name()));
    set(&mut body, "title", json!(human.title));
    merge(&mut body, "name", json!({ "givenName": human.given, "familyName": human.family }));
    work(&mut body, "emails", "value", &human.email);
    work(&mut body, "addresses", "locality", &human.location);
    merge(&mut body, ENTERPRISE, enterprise(account));
    list_schema(&mut body, ENTERPRISE);
    body
}

/// The same body with another `active`.
pub(super) fn with_active(mut body: Value, active: bool) -> Value {
    set(&mut body, "active", json!(active));
    body
}

/// Whether the resource is active; Okta takes a missing value for yes.
pub(super) fn is_active(resource: &Value) -> bool {
    resource.get("active").and_then(Value::as_bool).unwrap_or(true)
}

/// A member as Okta writes it: the login beside the id, and no `type`.
pub(super) fn member(id: &ScimId, login: &str) -> Value {
    json!({ "value": id.0, "display": login })
}

/// The manager is Okta's id of the manager, which is not a SCIM id.
fn enterprise(account: &Account) -> Value {
    let manager = account.manager_id.as_ref().map(|manager| json!({ "value": manager.0 }));
    json!({
        "employeeNumber": account.human.number.0,
        "department": account.human.department,
        "manager": manager,
    })
}

/// Eight characters that nobody uses.
fn password(account: &Account) -> String {
    account.external_id.0.chars().rev().take(8).collect()
}

fn set(body: &mut Value, key: &str, value: Value) {
    if let Some(object) = body.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// Writes these keys into a complex attribute and leaves its others alone.
fn merge(body: &mut Value, key: &str, values: Value) {
    let Some(object) = body.as_object_mut() else { return };
    let complex = object.entry(key).or_insert_with(|| Value::Object(Map::new()));
    let (Some(complex), Value::Object(values)) = (complex.as_object_mut(), values) else { return };
    complex.extend(values);
}

/// Writes one part of the element of type `work`, which is made if it is not there.
fn work(body: &mut Value, key: &str, part: &str, value: &str) {
    let Some(object) = body.as_object_mut() else { return };
    let Some(elements) = object.entry(key).or_insert_with(|| json!([])).as_array_mut() else { return };
    let found = elements.iter_mut().find(|element| element["type"] == "work");
    match found.and_then(Value::as_object_mut) {
        Some(element) => _ = element.insert(part.to_owned(), json!(value)),
        None => elements.push(json!({ "primary": true, "type": "work", part: value })),
    }
}

fn list_schema(body: &mut Value, urn: &str) {
    let schemas = body.get_mut("schemas").and_then(Value::as_array_mut);
    if let Some(schemas) = schemas.filter(|schemas| schemas.iter().all(|schema| schema != urn)) {
        schemas.push(json!(urn));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;

    fn account() -> Account {
        Company::generate(3, 4).staff.remove(2)
    }

    #[test]
    fn a_create_has_what_every_create_of_okta_has() {
        let account = account();
        let body = create(&account);
        assert_eq!(body["groups"], json!([]));
        assert_eq!(body["active"], json!(true));
        assert_eq!(body["password"].as_str().map(str::len), Some(8));
        assert_eq!(body["externalId"], json!(account.external_id.0));
        assert_eq!(body[ENTERPRISE]["manager"]["value"], json!(account.manager_id.unwrap().0));
    }

    #[test]
    fn an_overlay_echoes_what_it_does_not_map() {
        let account = account();
        let returned = json!({
            "schemas": [USER],
            "id": "1",
            "meta": { "version": "W/\"1\"" },
            "userName": "old",
            "name": { "familyName": "Old", "middleName": "Kept" },
            "emails": [{ "type": "home", "value": "h@x" }, { "type": "work", "value": "w@x", "display": "kept" }],
            "active": false,
        });
        let body = overlay(returned, &account);
        assert_eq!(body["id"], "1");
        assert_eq!(body["meta"]["version"], "W/\"1\"");
        assert_eq!(body["name"]["middleName"], "Kept");
        assert_eq!(body["name"]["familyName"], json!(account.human.family));
        assert_eq!(body["emails"][0]["value"], "h@x");
        assert_eq!(
            body["emails"][1],
            json!({ "type": "work", "value": account.human.email, "display": "kept" })
        );
        assert_eq!(body["addresses"][0]["locality"], json!(account.human.location));
        assert_eq!(body["schemas"], json!([USER, ENTERPRISE]));
        assert_eq!(body["active"], json!(false), "a profile push never repairs active");
    }

    #[test]
    fn an_overlay_of_something_that_is_no_object_stays_what_it_was() {
        assert_eq!(overlay(Value::Null, &account()), Value::Null);
    }
}
