use super::*;
use crate::resource::{accept, tests::arbitrary};
use crate::schema::{Catalog, CustomExtension, ENTERPRISE_USER as E};
use proptest::prelude::*;
use serde_json::json;

mod members;
mod parsing;

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
fn lists_add_merges_and_replace_replaces() {
    let before = json!({ "emails": [work("a")] });
    check(before.clone(), add("emails", json!([home("b")])), json!({ "emails": [work("a"), home("b")] }));
    check(before.clone(), add("emails", work("a")), before.clone());
    check(before.clone(), add("emails", work("A")), json!({ "emails": [work("A")] }));
    check(before.clone(), replace("emails", json!([home("b")])), json!({ "emails": [home("b")] }));
    check(before.clone(), merge(json!({ "emails": [home("b")] })), json!({ "emails": [home("b")] }));
    check(
        before,
        json!({ "op": "add", "value": { "emails": [home("b")] } }),
        json!({ "emails": [work("a"), home("b")] }),
    );
    let place = json!({ "country": "DE" });
    check(json!({ "addresses": [place] }), add("addresses", place.clone()), json!({ "addresses": [place] }));
    let tags = |tags: &[&str]| json!({ "urn:acme:2.0:User": { "tags": tags } });
    check(tags(&["x"]), add("urn:acme:2.0:User:tags", json!(["y", "x"])), tags(&["x", "y"]));
}

#[test]
fn lists_remove_listed_values() {
    let before = json!({ "emails": [work("a"), home("a"), work("b")] });
    let listed = |value: Value| json!({ "op": "Remove", "path": "emails", "value": value });
    check(before.clone(), listed(json!([{ "value": "A" }])), json!({ "emails": [work("b")] }));
    check(before.clone(), listed(home("a")), json!({ "emails": [work("a"), work("b")] }));
    check(before.clone(), listed(json!(["a", "b", "c"])), json!({}));
    check(before.clone(), listed(json!([])), before.clone());
    check(before.clone(), listed(json!(null)), json!({}));
    check(before.clone(), listed(json!([{ "type": "work" }])), json!({ "emails": [home("a")] }));
    check(before, remove("emails"), json!({}));
    let tags = |tags: &[&str]| json!({ "urn:acme:2.0:User": { "tags": tags } });
    let tag = json!({ "op": "remove", "path": "urn:acme:2.0:User:tags", "value": ["X"] });
    check(tags(&["x", "y"]), tag, tags(&["y"]));
}

#[test]
fn filters_select_elements() {
    let before = json!({ "emails": [work("a"), home("b")] });
    let path = r#"emails[type eq "work"]"#;
    check(
        before.clone(),
        replace(&format!("{path}.value"), json!("c")),
        json!({ "emails": [work("c"), home("b")] }),
    );
    check(
        before.clone(),
        replace(path, json!({ "value": "c" })),
        json!({ "emails": [work("c"), home("b")] }),
    );
    check(before.clone(), replace(path, json!("c")), json!({ "emails": [work("c"), home("b")] }));
    check(before.clone(), remove(path), json!({ "emails": [home("b")] }));
    check(before.clone(), replace(path, json!(null)), json!({ "emails": [home("b")] }));
    check(before.clone(), remove(&format!("{path}.value")), json!({ "emails": [home("b")] }));
    check(before.clone(), remove(r#"emails[type ne "x"]"#), json!({}));
    check(
        before,
        replace(r#"emails[not (value eq "a")].display"#, json!("B")),
        json!({ "emails": [work("a"), { "value": "b", "type": "home", "display": "B" }] }),
    );
}

#[test]
fn a_filter_of_equalities_creates_the_element() {
    check(
        json!({}),
        replace(r#"emails[type eq "work"].value"#, json!("a")),
        json!({ "emails": [{ "type": "work", "value": "a" }] }),
    );
    check(
        json!({ "emails": [home("b")] }),
        add(r#"emails[type eq "work" and primary eq "True"]"#, json!("a")),
        json!({ "emails": [home("b"), { "type": "work", "primary": true, "value": "a" }] }),
    );
    check(
        json!({}),
        add(r#"addresses[type eq "work"].country"#, json!("DE")),
        json!({ "addresses": [{ "type": "work", "country": "DE" }] }),
    );
}

#[test]
fn other_filters_that_match_nothing() {
    let nothing = Error::no_target("operation 1: nothing in `emails` matches the filter of the path");
    refused(json!({}), replace(r#"emails[type ne "work"].value"#, json!("a")), nothing.clone());
    refused(json!({}), add(r#"emails[type eq "a" or type eq "b"].value"#, json!("a")), nothing.clone());
    refused(json!({}), replace(r#"emails[value eq "a"].value"#, json!("b")), nothing);
    check(json!({}), remove(r#"emails[type eq "work"]"#), json!({}));
    check(json!({}), remove(r#"emails[type eq "work"].value"#), json!({}));
    check(json!({}), replace(r#"emails[type eq "work"].value"#, json!("")), json!({}));
}

#[test]
fn parts_of_every_element() {
    let before = json!({ "emails": [work("a"), home("b")] });
    check(before.clone(), remove("emails.type"), json!({ "emails": [{ "value": "a" }, { "value": "b" }] }));
    check(before.clone(), replace("emails.value", json!("c")), json!({ "emails": [work("c"), home("c")] }));
    check(
        before,
        replace("emails.type", json!("x")),
        json!({ "emails": [{ "value": "a", "type": "x" }, { "value": "b", "type": "x" }] }),
    );
    check(json!({}), add("emails.value", json!("a")), json!({ "emails": [{ "value": "a" }] }));
    check(json!({}), remove("emails.value"), json!({}));
}

#[test]
fn one_element_is_primary() {
    let primary = |value: &str, primary: bool| json!({ "value": value, "primary": primary });
    let before = json!({ "emails": [primary("a", true), { "value": "b" }] });
    let after = json!({ "emails": [primary("a", false), primary("b", true)] });
    check(before.clone(), replace(r#"emails[value eq "b"].primary"#, json!(true)), after.clone());
    check(before.clone(), add("emails", primary("b", true)), after);
    check(before.clone(), add("emails", primary("a", true)), before.clone());
    let error = Error::invalid_value("operation 1: `emails` has more than one element with `primary` true");
    refused(before.clone(), replace("emails.primary", json!(true)), error.clone());
    refused(before, replace("emails", json!([primary("a", true), primary("b", true)])), error);
}

#[test]
fn an_error_in_a_later_operation_names_it() {
    let operations = json!([replace("title", json!("T")), replace("active", json!(7))]);
    let detail = "operation 2: `active` must be `true` or `false`, not the number `7`";
    assert_eq!(patched(json!({}), operations), Err(Error::invalid_value(detail)));
}

#[test]
fn brackets_need_a_list() {
    let error = Error::invalid_path("operation 1: `name` has one value, so `[…]` cannot select among them");
    refused(json!({}), replace(r#"name[givenName eq "a"].familyName"#, json!("x")), error);
}

fn paths() -> impl Strategy<Value = String> {
    let paths = [
        "title",
        "active",
        "userName",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails.primary",
        "emails[type eq \"work\"].value",
        "emails[type eq \"work\"]",
        "emails[value eq \"a@b\"].primary",
        "roles[primary eq \"True\"].value",
        "roles",
        "addresses",
        "addresses[type eq \"work\"].country",
        "shoe",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        "urn:acme:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:acme:2.0:User:tags",
        "photos",
        "urn:acme:2.0:User:badge",
        "id",
        "externalId",
        "emails[type ne \"home\"].display",
        "",
    ];
    proptest::sample::select(paths.to_vec()).prop_map(String::from)
}

fn operation() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        3 => arbitrary::json(),
        1 => proptest::collection::vec(arbitrary::element(), 0..3).prop_map(Value::from),
        3 => arbitrary::element(),
        2 => proptest::sample::select(vec![json!(true), json!("a@b"), json!("A@B"), json!("False"), json!(null)]),
        1 => arbitrary::user(),
    ];
    (proptest::sample::select(vec!["add", "replace", "remove"]), paths(), value)
        .prop_map(|(op, path, value)| json!({ "op": op, "path": path, "value": value }))
}

/// A canonical user, and what an operation makes of it, if it can be carried out.
fn run(user: Value, operation: &Value) -> Option<(Object, Patched)> {
    let catalog = catalog();
    let current = accept(user, &catalog.user).ok()?.attributes;
    let request = PatchRequest::parse(json!({ "Operations": [operation] })).ok()?;
    let patched = apply(&request, &current, &catalog.user).ok()?;
    Some((current, patched))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn results_are_canonical(user in arbitrary::user(), op in operation()) {
        if let Some((_, patched)) = run(user, &op) {
            let again = accept(Value::Object(patched.attributes.clone()), &catalog().user).unwrap();
            prop_assert_eq!(again.attributes, patched.attributes);
            prop_assert_eq!(again.notes, vec![]);
        }
    }

    #[test]
    fn a_second_time_changes_nothing(user in arbitrary::user(), op in operation()) {
        if let Some((_, once)) = run(user, &op)
            && let Some((_, twice)) = run(Value::Object(once.attributes.clone()), &op)
        {
            prop_assert_eq!(twice.attributes, once.attributes);
        }
    }

    #[test]
    fn no_body_panics(body in arbitrary::json(), user in arbitrary::user(), op in arbitrary::json()) {
        let _ = PatchRequest::parse(body);
        let _ = run(user, &op);
        let group = catalog().group;
        if let Ok(request) = PatchRequest::parse(json!({ "Operations": [{ "op": "add", "value": op }] })) {
            let _ = split_members(request, &group);
        }
    }
}
