#![expect(clippy::needless_pass_by_value, reason = "cases read better with `json!` by value")]

use super::*;
use crate::schema::{Catalog, CustomExtension, ENTERPRISE_USER};
use proptest::prelude::*;
use serde_json::json;

pub(crate) mod arbitrary;

const ENTERPRISE: &str = ENTERPRISE_USER;

fn catalog() -> Catalog {
    let acme: CustomExtension = serde_json::from_value(json!({
        "resourceType": "User",
        "schema": { "id": "urn:acme:2.0:User", "name": "Acme", "attributes": [
            { "name": "badge", "type": "integer" },
            { "name": "rate", "type": "decimal" },
            { "name": "joined", "type": "dateTime" },
            { "name": "hireId", "mutability": "immutable", "caseExact": true },
            { "name": "tags", "multiValued": true },
            { "name": "pin", "mutability": "writeOnly", "returned": "never" },
            { "name": "desk", "type": "complex", "subAttributes": [
                { "name": "floor", "type": "integer", "required": true },
                { "name": "plate", "mutability": "immutable" }
            ] }
        ] }
    }))
    .unwrap();
    Catalog::with_extensions(vec![acme]).unwrap()
}

/// A user with `userName` and this; what is kept beyond `schemas` and `userName`, and the notes as text.
fn accepted(attributes: Value) -> Result<(Value, Vec<String>), Error> {
    let mut body = json!({ "userName": "ada" });
    body.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    let accepted = accept(body, &catalog().user)?;
    let mut kept = accepted.attributes;
    kept.shift_remove("schemas").unwrap();
    if kept["userName"] == "ada" {
        kept.shift_remove("userName");
    }
    let notes = accepted.notes.iter().map(|note| format!("{:?} {}", note.kind, note.path)).collect();
    Ok((Value::Object(kept), notes))
}

#[track_caller]
fn check(attributes: Value, kept: Value) {
    check_noted(attributes, kept, &[]);
}

#[track_caller]
fn check_noted(attributes: Value, kept: Value, notes: &[&str]) {
    let (found, found_notes) = accepted(attributes).unwrap();
    assert_eq!(found, kept);
    assert_eq!(found_notes, notes);
}

#[track_caller]
fn refused(attributes: Value, detail: &str) {
    assert_eq!(accepted(attributes).unwrap_err(), Error::invalid_value(detail));
}

#[track_caller]
fn acme(attributes: Value, kept: Value, notes: &[&str]) {
    let notes: Vec<_> = notes.iter().map(|note| note.replace('~', "urn:acme:2.0:User")).collect();
    let (found, found_notes) = accepted(json!({ "urn:acme:2.0:User": attributes })).unwrap();
    assert_eq!(found["urn:acme:2.0:User"], kept);
    assert_eq!(found_notes, notes);
}

#[test]
fn names_are_spelled_canonically() {
    check(
        json!({ "DISPLAYNAME": "Ada", "Name": { "GIVENname": "Ada" }, ENTERPRISE.to_uppercase(): { "Department": "R" } }),
        json!({ "displayName": "Ada", "name": { "givenName": "Ada" }, ENTERPRISE: { "department": "R" } }),
    );
}

#[test]
fn the_core_urn_may_hold_core_attributes() {
    check(json!({ USER: { "title": "Countess", "schemas": [] } }), json!({ "title": "Countess" }));
}

#[test]
fn external_id_is_kept_as_sent() {
    check(json!({ "externalId": "00uJ" }), json!({ "externalId": "00uJ" }));
}

#[test]
fn nothing_is_absent() {
    check(
        json!({ "title": null, "nickName": "", "emails": [], "roles": [null, "", {}], "name": {}, ENTERPRISE: {},
                "photos": [{ "value": "" }], "password": "", "groups": [], "addresses": null }),
        json!({}),
    );
}

#[test]
fn unknown_attributes_are_ignored_and_noted() {
    check_noted(
        json!({ "adreses": [], "urn:okta:acme:1.0:user": { "a": 1 }, "emails": [{ "value": "a@b", "kind": "x" }],
                ENTERPRISE: { "foo": 1, "schemas": [] }, "name": { "nick": "A" } }),
        json!({ "emails": [{ "value": "a@b" }] }),
        &[
            "UnknownAttribute adreses",
            "UnknownAttribute urn:okta:acme:1.0:user",
            "UnknownAttribute emails.kind",
            &format!("UnknownAttribute {ENTERPRISE}:foo"),
            "UnknownAttribute name.nick",
        ],
    );
}

#[test]
fn read_only_is_ignored_and_noted() {
    check_noted(
        json!({ "id": "1", "meta": { "version": "x" }, "groups": [{ "value": "g" }],
                ENTERPRISE: { "manager": { "value": "m", "displayName": "Boss" } } }),
        json!({ ENTERPRISE: { "manager": { "value": "m" } } }),
        &[
            "ReadOnly id",
            "ReadOnly meta",
            "ReadOnly groups",
            &format!("ReadOnly {ENTERPRISE}:manager.displayName"),
        ],
    );
}

#[test]
fn secrets_are_never_kept() {
    check_noted(json!({ "password": "1mz050nq" }), json!({}), &["NeverKept password"]);
    acme(json!({ "pin": "1", "badge": 1 }), json!({ "badge": 1 }), &["NeverKept ~:pin"]);
}

#[test]
fn a_bare_manager_is_his_id() {
    check(json!({ ENTERPRISE: { "manager": "m" } }), json!({ ENTERPRISE: { "manager": { "value": "m" } } }));
    check(json!({ ENTERPRISE: { "manager": "" } }), json!({}));
    refused(json!({ "name": "Ada" }), "`name` must be an object, not the text `Ada`");
}

#[test]
fn other_json_types_are_coerced_where_the_meaning_is_clear() {
    let number = format!("Coerced {ENTERPRISE}:employeeNumber");
    check_noted(
        json!({ "active": "False", "title": true, ENTERPRISE: { "employeeNumber": 123 } }),
        json!({ "active": false, "title": "true", ENTERPRISE: { "employeeNumber": "123" } }),
        &["Coerced active", "Coerced title", &number],
    );
    acme(
        json!({ "badge": "7", "rate": "1.5" }),
        json!({ "badge": 7, "rate": 1.5 }),
        &["Coerced ~:badge", "Coerced ~:rate"],
    );
    acme(json!({ "badge": 7.0 }), json!({ "badge": 7 }), &["Coerced ~:badge"]);
}

#[test]
fn wrong_types_are_refused_with_place_and_expectation() {
    refused(json!({ "active": "yes" }), "`active` must be `true` or `false`, not the text `yes`");
    refused(json!({ "active": 1 }), "`active` must be `true` or `false`, not the number `1`");
    refused(json!({ "title": ["a"] }), "`title` must be a text, not an array");
    refused(json!({ "profileUrl": 5 }), "`profileUrl` must be a URI as text, not the number `5`");
    refused(json!({ "emails": [true] }), "`emails` must be an object, not `true`");
    refused(json!({ "emails": [["a@b"]] }), "`emails` must be an object, not an array");
    refused(json!({ "emails": [{ "value": {"a": 1} }] }), "`emails.value` must be a text, not an object");
    refused(json!({ "active": "x".repeat(50) }), "`active` must be `true` or `false`, not such a text");
    refused(json!({ ENTERPRISE: "x" }), &format!("`{ENTERPRISE}` must be an object, not the text `x`"));
    let badge = json!({ "urn:acme:2.0:User": { "badge": 1.5 } });
    refused(badge, "`urn:acme:2.0:User:badge` must be a whole number, not the number `1.5`");
}

#[test]
fn dates_are_checked_and_kept_as_text() {
    acme(
        json!({ "joined": "2026-01-31T08:00:00+01:00" }),
        json!({ "joined": "2026-01-31T08:00:00+01:00" }),
        &[],
    );
    let late = json!({ "urn:acme:2.0:User": { "joined": "31.1.2026" } });
    let what = "must be a date and time as in `2026-01-31T08:00:00Z`, not the text `31.1.2026`";
    refused(late, &format!("`urn:acme:2.0:User:joined` {what}"));
}

#[test]
fn binary_is_base64_of_either_alphabet() {
    for good in ["aGk=", "aGk", "-_-_", "+/+/", "aG\r\n k="] {
        check(
            json!({ "x509Certificates": [{ "value": good }] }),
            json!({ "x509Certificates": [{ "value": good }] }),
        );
    }
    let bad = json!({ "x509Certificates": [{ "value": "a!b" }] });
    refused(bad, "`x509Certificates.value` must be base64 text, not the text `a!b`");
}

#[test]
fn lone_and_bare_elements() {
    check(json!({ "emails": { "value": "a@b" } }), json!({ "emails": [{ "value": "a@b" }] }));
    check(json!({ "emails": "a@b" }), json!({ "emails": [{ "value": "a@b" }] }));
    check(
        json!({ "roles": ["r", { "value": "s" }] }),
        json!({ "roles": [{ "value": "r" }, { "value": "s" }] }),
    );
    acme(json!({ "tags": "x" }), json!({ "tags": ["x"] }), &[]);
    acme(json!({ "tags": ["x", "X", "", "y"] }), json!({ "tags": ["X", "y"] }), &[]);
}

#[test]
fn json_text_as_a_role_is_text() {
    let role = r#"{"id":"1","value":"25"}"#;
    check(json!({ "roles": [{ "value": role }] }), json!({ "roles": [{ "value": role }] }));
}

#[test]
fn duplicates_are_merged() {
    check(
        json!({ "emails": [{ "value": "a@b", "type": "work" }, { "value": "A@B", "type": "Work", "primary": true },
                           { "value": "a@b", "type": "home" }] }),
        json!({ "emails": [{ "value": "A@B", "type": "Work", "primary": true }, { "value": "a@b", "type": "home" }] }),
    );
    check(
        json!({ "addresses": [{ "country": "DE", "region": "BY" }, { "region": "BY", "country": "DE" }] }),
        json!({ "addresses": [{ "country": "DE", "region": "BY" }] }),
    );
}

#[test]
fn two_primaries_are_refused() {
    let emails = json!([{ "value": "a", "primary": true }, { "value": "b", "primary": "True" }]);
    refused(json!({ "emails": emails }), "`emails` has more than one element with `primary` true");
}

#[test]
fn required_attributes() {
    refused(json!({ "userName": " " }), "`userName` is required and is missing or blank");
    refused(json!({ "userName": null }), "`userName` is required and is missing or blank");
    let desk = json!({ "urn:acme:2.0:User": { "desk": { "plate": "x" } } });
    refused(desk, "`urn:acme:2.0:User:desk.floor` is required and is missing or blank");
    let unnamed = accept(json!({ "members": [] }), &catalog().group);
    assert_eq!(unnamed, Err(Error::invalid_value("`displayName` is required and is missing or blank")));
}

#[test]
fn only_objects_are_resources() {
    for body in [json!([]), json!("x"), json!(null), json!(1)] {
        assert_eq!(accept(body, &catalog().user), Err(Error::invalid_syntax("a User must be a JSON object")));
    }
}

#[test]
fn schemas_are_refreshed_and_come_first() {
    let body = json!({ "userName": "ada", ENTERPRISE: { "department": "R" }, "schemas": [] });
    let accepted = accept(body, &catalog().user).unwrap().attributes;
    assert_eq!(accepted.keys().next().unwrap(), "schemas");
    assert_eq!(accepted["schemas"], json!([USER, ENTERPRISE]));
}

#[test]
fn foreign_schemas_are_noted() {
    let foreign = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    check_noted(json!({ "schemas": [USER, foreign] }), json!({}), &[&format!("UnknownAttribute {foreign}")]);
}

#[test]
fn a_group_is_no_user() {
    let detail = format!("`schemas` names `{GROUP}`, but /Users takes `{USER}`");
    refused(json!({ "schemas": [GROUP] }), &detail);
    check(json!({ "schemas": [GROUP, USER] }), json!({}));
    refused(json!({ "schemas": USER }), "`schemas` must be an array of URNs as text");
    refused(json!({ "schemas": [1] }), "`schemas` must be an array of URNs as text");
}

#[test]
fn bounds() {
    check(json!({ "title": "ü".repeat(8_192) }), json!({ "title": "ü".repeat(8_192) }));
    refused(json!({ "title": "x".repeat(8_193) }), "`title` is longer than 8192 characters");
    let certificate = json!([{ "value": "A".repeat(65_540) }]);
    refused(
        json!({ "x509Certificates": certificate }),
        "`x509Certificates.value` is longer than 65536 characters",
    );
    let many = accepted(json!({ "emails": vec!["a"; 1_001] }));
    assert_eq!(many, Err(Error::too_many("`emails` has 1001 elements; at most 1000 are taken")));
}

#[test]
fn notes_are_bounded() {
    let body: Object = (0..500).map(|n| (format!("{n}{}", "x".repeat(300)), json!(1))).collect();
    let (_, notes) = accepted(Value::Object(body)).unwrap();
    assert_eq!(notes.len(), 100);
    assert!(notes.iter().all(|note| note.len() == "UnknownAttribute ".len() + 200));
}

#[test]
fn members_keep_display_and_are_merged_by_value() {
    let body = json!({ "displayName": "G", "members": [
        { "value": "1", "displayName": "Ada" }, "2", { "value": "1", "type": "User" }, { "value": "a" }, { "value": "A" }
    ] });
    let members = json!([{ "value": "1", "display": "Ada", "type": "User" }, { "value": "2" }, { "value": "a" },
                         { "value": "A" }]);
    assert_eq!(accept(body, &catalog().group).unwrap().attributes["members"], members);
}

#[test]
fn members_need_a_value() {
    let body = json!({ "displayName": "G", "members": [{ "display": "Ada" }] });
    let expected = Error::invalid_value("every element of `members` needs a `value`");
    assert_eq!(accept(body, &catalog().group), Err(expected));
}

fn put(current: Value, new: Value) -> Result<Value, Error> {
    let user = |acme: Value| json!({ "userName": "ada", "urn:acme:2.0:User": acme });
    let current = accept(user(current), &catalog().user).unwrap().attributes;
    let accepted = replace(user(new), &current, &catalog().user)?;
    Ok(accepted.attributes.get("urn:acme:2.0:User").cloned().unwrap_or_default())
}

#[test]
fn put_clears_what_it_does_not_give_but_not_what_is_immutable() {
    assert_eq!(put(json!({ "badge": 1, "hireId": "H1" }), json!({})).unwrap(), json!({ "hireId": "H1" }));
    assert_eq!(put(json!({ "badge": 1 }), json!({})).unwrap(), json!(null));
    assert_eq!(put(json!({}), json!({ "hireId": "H1" })).unwrap(), json!({ "hireId": "H1" }));
}

#[test]
fn put_cannot_change_what_is_immutable() {
    let hire = Error::mutability("`urn:acme:2.0:User:hireId` is immutable and already has a value");
    assert_eq!(put(json!({ "hireId": "H1" }), json!({ "hireId": "h1" })), Err(hire));
    let plate = |text| json!({ "desk": { "floor": 1, "plate": text } });
    let desk = Error::mutability("`urn:acme:2.0:User:desk.plate` is immutable and already has a value");
    assert_eq!(put(plate("x"), plate("y")), Err(desk));
    assert_eq!(put(plate("x"), plate("X")).unwrap(), plate("X"), "case is not regarded");
    assert_eq!(put(plate("x"), json!({})).unwrap(), json!(null), "the whole may go");
}

proptest! {
    #[test]
    fn accepting_twice_changes_nothing(body in arbitrary::user()) {
        let catalog = catalog();
        if let Ok(once) = accept(body, &catalog.user) {
            let twice = accept(Value::Object(once.attributes.clone()), &catalog.user).unwrap();
            prop_assert_eq!(&twice.attributes, &once.attributes);
            prop_assert_eq!(twice.notes, vec![]);
            let put = replace(Value::Object(once.attributes.clone()), &once.attributes, &catalog.user).unwrap();
            prop_assert_eq!(put.attributes, once.attributes);
        }
    }

    #[test]
    fn no_body_panics(body in arbitrary::json()) {
        let catalog = catalog();
        let _ = accept(body.clone(), &catalog.user);
        let _ = accept(body, &catalog.group);
    }
}
