use super::*;
use crate::filter::{CompareOp, Filter, Literal};
use crate::schema::{Catalog, CustomExtension, ENTERPRISE_USER, Kind, Mutability, RECORD, Returned, USER};
use crate::{ErrorKind, Object};
use proptest::prelude::*;
use serde_json::{Value, json};

fn user() -> ResourceType {
    Catalog::standard().user
}

/// Resolves a path for User and shows what it is.
#[track_caller]
fn check(path: &str, expected: &str) {
    let target = AttributePath::parse(path).unwrap().resolve(&user());
    assert_eq!(target.map_or("unknown".into(), |target| target.name()), expected, "{path}");
}

#[test]
fn names_resolve_to_their_canonical_spelling() {
    check("USERNAME", "userName");
    check("Name.GIVENNAME", "name.givenName");
    check("emails", "emails");
    check("emails.Value", "emails.value");
    check("groups.$ref", "groups.$ref");
    check("Meta.lastmodified", "meta.lastModified");
    check(&format!("{USER}:userName"), "userName");
    check(&format!("{}:NAME.familyname", USER.to_uppercase()), "name.familyName");
    check(&format!("{USER}:id"), "id");
}

#[test]
fn extensions_resolve_by_urn_and_bare_where_that_is_clear() {
    check(&format!("{ENTERPRISE_USER}:Department"), &format!("{ENTERPRISE_USER}:department"));
    check(
        &format!("{}:manager.VALUE", ENTERPRISE_USER.to_lowercase()),
        &format!("{ENTERPRISE_USER}:manager.value"),
    );
    check("employeenumber", &format!("{ENTERPRISE_USER}:employeeNumber"));
    check("manager.value", &format!("{ENTERPRISE_USER}:manager.value"));
    check("lockedOut", &format!("{RECORD}:lockedOut"));
    // Core comes before the extension that has the same name.
    check("active", "active");
}

#[test]
fn a_bare_name_of_two_extensions_is_not_guessed() {
    let schema = json!({ "id": "urn:acme:1.0:Job", "name": "Job", "attributes": [{ "name": "division" }] });
    let extension: CustomExtension =
        serde_json::from_value(json!({ "resourceType": "User", "schema": schema })).unwrap();
    let user = Catalog::with_extensions(vec![extension]).unwrap().user;
    assert_eq!(AttributePath::plain("division").resolve(&user), None);
    assert!(AttributePath::parse("urn:acme:1.0:job:division").unwrap().resolve(&user).is_some());
}

#[test]
fn unknown_names_are_unknown_and_no_error() {
    for path in ["adreses", "name.nick", "userName.value", "urn:okta:acme:1.0:user:badge", ENTERPRISE_USER] {
        check(path, "unknown");
    }
}

#[test]
fn malformed_paths_are_refused() {
    for path in
        ["", ".", "a.", ".a", "a.b.c", "1a", "a b", "a[b]", "é", ":a", "a:b", "urn:a:", "user/name", "a\0"]
    {
        let error = AttributePath::parse(path).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidPath, "{path}");
    }
}

#[test]
fn a_target_knows_its_type() {
    let target = |path: &str| AttributePath::parse(path).unwrap().resolve(&user()).unwrap();
    assert_eq!(target("emails.primary").kind, Kind::Boolean);
    assert!(target("emails.primary").multi_valued && !target("userName").multi_valued);
    assert!(target("externalId").case_exact && !target("userName").case_exact);
    assert_eq!(target("password").returned, Returned::Never);
    assert_eq!(target("meta.created").mutability, Mutability::ReadOnly);
    assert_eq!(target("emails").kind, Kind::Complex);
}

#[test]
fn a_single_value_of_a_complex_attribute_is_its_value() {
    let value = |path: &str| AttributePath::parse(path).unwrap().resolve_value(&user()).unwrap().name();
    assert_eq!(value("emails"), "emails.value");
    assert_eq!(value("emails.type"), "emails.type");
    assert_eq!(value("manager"), format!("{ENTERPRISE_USER}:manager.value"));
    assert_eq!(value("name"), "name");
    assert_eq!(value("userName"), "userName");
}

#[test]
fn values_are_found_wherever_they_are() {
    let person = json!({
        "userName": "bjensen",
        "emails": [{ "value": "a@x" }, { "type": "home" }, { "value": "b@x" }],
        "schemas": ["urn:a", "urn:b"],
        "name": "not an object",
        ENTERPRISE_USER: { "manager": { "value": "26" } },
    });
    let Value::Object(person) = person else { unreachable!() };
    let values = |path: &str| {
        let target = AttributePath::parse(path).unwrap().resolve(&user()).unwrap();
        json!(target.values(&person).collect::<Vec<_>>())
    };
    assert_eq!(values("userName"), json!(["bjensen"]));
    assert_eq!(values("emails.value"), json!(["a@x", "b@x"]));
    assert_eq!(values("schemas"), json!(["urn:a", "urn:b"]));
    assert_eq!(values("manager.value"), json!(["26"]));
    assert_eq!(values("name.givenName"), json!([]));
    assert_eq!(values("title"), json!([]));
    assert_eq!(values("emails").as_array().unwrap().len(), 3);
    assert_eq!(AttributePath::plain("title").resolve(&user()).unwrap().values(&Object::new()).count(), 0);
}

/// Resolves a PATCH path for User and shows what it is.
#[track_caller]
fn check_patch(path: &str, expected: &str) {
    let shown = match PatchPath::parse(path).and_then(|path| path.resolve(&user())) {
        Ok(PatchTarget::Extension(urn)) => format!("extension {urn}"),
        Ok(PatchTarget::Attribute { target, filter_source: None, .. }) => target.name(),
        Ok(PatchTarget::Attribute { target, filter_source: Some(filter), .. }) => {
            format!("{target} where {filter}")
        }
        Ok(PatchTarget::Unknown) => "unknown".into(),
        Err(error) => format!("{:?}", error.kind),
    };
    assert_eq!(shown, expected, "{path}");
}

#[test]
fn patch_paths_of_real_clients() {
    check_patch("active", "active");
    check_patch("name.familyname", "name.familyName");
    check_patch(r#"EMAILS[TYPE eq "work"].VALUE"#, r#"emails.value where type eq "work""#);
    check_patch(r#"addresses[type eq "work"]"#, r#"addresses where type eq "work""#);
    check_patch(r#"roles[Primary eq "True"].value"#, "roles.value where primary eq true");
    check_patch(&format!("{ENTERPRISE_USER}:manager"), &format!("{ENTERPRISE_USER}:manager"));
    check_patch(&format!("{ENTERPRISE_USER}:manager.value"), &format!("{ENTERPRISE_USER}:manager.value"));
    check_patch(&ENTERPRISE_USER.to_lowercase(), &format!("extension {ENTERPRISE_USER}"));
    check_patch("password", "password");
}

#[test]
fn patch_paths_to_nowhere_are_unknown() {
    for path in
        ["adreses", "name.nick", "urn:okta:acme:1.0:user", "urn:a:b:c:d.e", USER, r#"foo[a eq "b"].c"#]
    {
        check_patch(path, "unknown");
    }
    check_patch(r#"emails[type eq "work"].nick"#, "unknown");
}

#[test]
fn patch_paths_that_mean_nothing_are_refused() {
    for path in
        ["", "a..b", "emails[", "emails[]", "emails[type]", r#"emails[type eq "work"#, "emails]", "a b"]
    {
        check_patch(path, "InvalidPath");
    }
    check_patch(r#"emails[type eq "a"].value.x"#, "InvalidPath");
    check_patch(r#"emails[type eq "a"] and b pr"#, "InvalidPath");
    check_patch(r#"userName[value eq "a"]"#, "InvalidPath");
    check_patch(r#"emails.value[type eq "a"]"#, "InvalidPath");
    check_patch(r#"emails[kind eq "a"]"#, "InvalidFilter");
    check_patch("emails[primary gt true]", "InvalidFilter");
}

#[test]
fn a_patch_filter_tells_which_element_to_create() {
    let path = PatchPath::parse(r#"emails[TYPE eq "work" and primary eq "True"].value"#).unwrap();
    let Ok(PatchTarget::Attribute { filter_source, sub, filter, .. }) = path.resolve(&user()) else {
        panic!()
    };
    let expected = vec![("type".into(), json!("work")), ("primary".into(), json!(true))];
    assert_eq!(filter_source.unwrap().only_equalities(), Some(expected));
    assert_eq!(sub.as_deref(), Some("value"));
    let Value::Object(element) = json!({ "type": "WORK", "primary": true }) else { unreachable!() };
    assert!(filter.unwrap().matches(&element));
}

#[test]
fn urns_need_not_end_in_a_name() {
    let schema = json!({ "id": "urn:acme:scim:1.0", "name": "Acme", "attributes": [{ "name": "badge" }] });
    let extension: CustomExtension =
        serde_json::from_value(json!({ "resourceType": "User", "schema": schema })).unwrap();
    let user = Catalog::with_extensions(vec![extension]).unwrap().user;
    let target = |path: &str| PatchPath::parse(path).unwrap().resolve(&user).unwrap();
    assert_eq!(target("urn:acme:scim:1.0"), PatchTarget::Extension("urn:acme:scim:1.0".into()));
    assert!(matches!(target("urn:acme:scim:1.0:badge"), PatchTarget::Attribute { .. }));
}

fn attribute_path() -> impl Strategy<Value = AttributePath> {
    let schema = prop::option::of("urn:[a-z]{1,6}(:[a-zA-Z0-9.]{1,5}){1,3}");
    (schema, "[a-zA-Z][a-zA-Z0-9_-]{0,8}", prop::option::of("\\$?[a-zA-Z][a-zA-Z0-9_-]{0,8}"))
        .prop_map(|(schema, attribute, sub)| AttributePath { schema, attribute, sub })
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(path in attribute_path(), sub in prop::option::of("[a-z]{1,5}")) {
        prop_assert_eq!(AttributePath::parse(&path.to_string()).unwrap(), path.clone());
        let value = Literal::String("a]\" ".into());
        let filter = Filter::Compare { path: AttributePath::plain("type"), op: CompareOp::Eq, value };
        let with_filter = PatchPath { attribute: path.clone(), filter: Some(filter), sub };
        prop_assert_eq!(PatchPath::parse(&with_filter.to_string()).unwrap(), with_filter);
        let whole = PatchPath { attribute: path, filter: None, sub: None };
        prop_assert_eq!(PatchPath::parse(&whole.to_string()).unwrap(), whole);
    }

    #[test]
    fn reading_and_resolving_never_panic(text in "\\PC*", near in "[a-z.:\\[\\]\" $0-9]{0,30}") {
        for text in [text, near] {
            if let Ok(path) = PatchPath::parse(&text) {
                let _ = path.resolve(&user());
                prop_assert_eq!(PatchPath::parse(&path.to_string()), Ok(path));
            }
        }
    }

    #[test]
    fn whatever_the_oracle_takes_for_a_path_we_take(
        head in "(urn:[a-z]{1,4}:[0-9.]{1,3}:)?[a-zA-Z][a-z0-9_-]{0,5}(\\.[a-z]{1,4})?",
        rest in "(\\[[a-z]{1,3} (eq|co|pr) ?(\"[a-z \\]]{0,4}\"|[0-9]{1,3}|true|null)?\\](\\.[a-z]{1,3})?)?",
    ) {
        let text = head + &rest;
        if text.parse::<scim_v2::filter::PatchPath>().is_ok() {
            prop_assert!(PatchPath::parse(&text).is_ok(), "{:?}", PatchPath::parse(&text));
        }
    }
}
