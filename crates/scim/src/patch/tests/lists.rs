//! Multi-valued attributes: whole lists, selected elements, and the primary one.

use super::*;

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
fn brackets_need_a_list() {
    let error = Error::invalid_path("operation 1: `name` has one value, so `[…]` cannot select among them");
    refused(json!({}), replace(r#"name[givenName eq "a"].familyName"#, json!("x")), error);
}
