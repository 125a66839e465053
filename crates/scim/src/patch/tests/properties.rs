//! What holds for every user and every operation.

use super::*;
use crate::resource::tests::arbitrary;
use proptest::prelude::*;

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
