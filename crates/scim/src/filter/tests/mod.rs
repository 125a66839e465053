//! What filters mean, by example and as properties; what they look like is in `syntax`.

mod syntax;

use super::*;
use crate::ErrorKind;
use crate::schema::{Catalog, ENTERPRISE_USER};
use proptest::prelude::*;
use serde_json::json;

fn barbara() -> crate::Object {
    let person = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER],
        "id": "2819c223", "externalId": "BJ-7",
        "userName": "BJensen@Example.com", "active": true, "title": "",
        "name": { "givenName": "Barbara", "familyName": "Jensén" },
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@home.org", "type": "home" },
        ],
        "addresses": [], "roles": [{ "value": "" }], "locale": null,
        ENTERPRISE_USER: { "employeeNumber": "701984", "manager": { "value": "26" } },
        "meta": { "created": "2011-08-01T18:29:49.793Z", "lastModified": "2011-08-01T21:32:44Z" },
    });
    let Value::Object(person) = person else { unreachable!() };
    person
}

#[track_caller]
fn check(filter: &str, expected: bool) {
    let user = Catalog::standard().user;
    let bound = Filter::parse(filter).and_then(|filter| filter.bind(&user)).unwrap();
    assert_eq!(bound.matches(&barbara()), expected, "{filter}");
}

#[track_caller]
fn refuse(filter: &str, part: &str) {
    let error = Filter::parse(filter).unwrap().bind(&Catalog::standard().user).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidFilter);
    assert!(error.detail.contains(part), "{error}");
}

#[test]
fn text_is_compared_without_case_unless_exact() {
    check(r#"userName eq "bjensen@example.COM""#, true);
    check(r#"userName sw "BJ" and userName ew ".com" and userName co "SEN@ex""#, true);
    check(r#"name.familyName eq "JENSE\u0301N""#, true);
    check(r#"externalId eq "BJ-7""#, true);
    check(r#"externalId eq "bj-7""#, false);
    check(r#"userName gt "bj" and userName lt "bk" and userName ge "a" and userName le "c""#, true);
    check(r#"userName ne "x""#, true);
    check(r#"userName ne "BJENSEN@example.com""#, false);
}

#[test]
fn blanks_around_what_is_unique_tell_nobody_apart() {
    let catalog = Catalog::standard();
    let holds = |filter: &str, resource: Value, kind: &crate::schema::ResourceType| {
        let bound = Filter::parse(filter).and_then(|filter| filter.bind(kind)).unwrap();
        bound.matches(resource.as_object().unwrap())
    };
    for (asked, held) in
        [("lead@e.com", " Lead@e.com"), (" lead@e.com\u{a0} ", "lead@E.com\t"), ("a b", "A b")]
    {
        let user = |filter: &str| holds(filter, json!({ "userName": held }), &catalog.user);
        assert!(user(&format!("userName eq \"{asked}\"")), "{asked:?} {held:?}");
        assert!(!user(&format!("userName ne \"{asked}\"")) && user(&format!("userName le \"{asked}\"")));
        let group =
            holds(&format!("displayName eq \"{asked}\""), json!({ "displayName": held }), &catalog.group);
        assert!(group, "{asked:?} {held:?}");
    }
    let user = |filter: &str| holds(filter, json!({ "userName": " ada l ", "title": " x" }), &catalog.user);
    assert!(user(r#"userName sw "ada""#) && user(r#"userName ew "l""#) && user(r#"userName co "a l""#));
    assert!(user(r#"userName sw " ada""#) && user(r#"userName co " a""#) && user(r#"userName ew "l ""#));
    assert!(!user(r#"userName eq "adal""#) && !user(r#"userName sw "adal""#));
    // What is not unique is as it is written.
    assert!(!user(r#"title eq "x""#) && user(r#"title eq " X""#));
}

#[test]
fn any_value_of_several_suffices() {
    check(r#"emails eq "BABS@home.org""#, true);
    check(r#"emails.type eq "home""#, true);
    check(r#"emails.type ne "work""#, true);
    check(r#"emails.type ne "other""#, true);
    check(r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#, true);
    // Both are true, but of different elements.
    check(r#"emails.type eq "work" and emails.value co "babs""#, true);
    check(r#"emails[type eq "work" and value co "babs"]"#, false);
    check(r#"emails[type eq "work" and value co "bjensen"]"#, true);
    check(r#"emails[not (type eq "work")]"#, true);
    check(r#"emails[type eq "work"].value eq "bjensen@example.com""#, true);
    check(r#"emails[type eq "home"].value eq "bjensen@example.com""#, false);
    check(r#"emails[type eq "home" or type eq "x"].primary pr"#, false);
}

#[test]
fn presence_needs_a_value() {
    for present in ["userName", "name", "emails", "emails.primary", "active", ENTERPRISE_MANAGER] {
        check(&format!("{present} pr"), true);
    }
    for absent in ["title", "locale", "addresses", "roles", "nickName", "name.middleName"] {
        check(&format!("{absent} pr"), false);
        check(&format!("{absent} eq null"), true);
        check(&format!("{absent} ne null"), false);
    }
    check("emails ne null", true);
}

const ENTERPRISE_MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

#[test]
fn ne_is_true_without_a_value() {
    check(r#"nickName ne "Babs""#, true);
    check(r#"nickName eq "Babs""#, false);
    check(r#"not (nickName eq "Babs")"#, true);
}

#[test]
fn booleans_may_be_text() {
    for filter in ["active eq true", r#"active eq "True""#, "active eq TRUE", "active ne false"] {
        check(filter, true);
    }
    check(r#"active eq "False""#, false);
    check(r#"emails[primary eq "True"]"#, true);
}

#[test]
fn instants_are_compared_as_instants() {
    check(r#"meta.lastModified eq "2011-08-01T23:32:44.000+02:00""#, true);
    check("meta.lastModified gt 2011-05-13T04:42:34Z", true);
    check("meta.created ge 2011-08-01T18:29:49.793Z", true);
    check("meta.created lt 2011-08-01T18:29:49.793Z", false);
}

#[test]
fn numbers_and_booleans_compare_as_text_where_the_attribute_is_text() {
    check("employeeNumber eq 701984", true);
    check(r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "701984""#, true);
    check("manager eq 26", true);
    check("id eq 2819c223 and manager.value eq 26", true);
    check("userName eq true", false);
}

#[test]
fn numbers_compare_as_numbers() {
    let schema =
        json!({ "id": "urn:x:y:Z", "name": "Z", "attributes": [{ "name": "grade", "type": "decimal" }] });
    let extension = serde_json::from_value(json!({ "resourceType": "User", "schema": schema })).unwrap();
    let user = Catalog::with_extensions(vec![extension]).unwrap().user;
    let mut person = barbara();
    person.insert("urn:x:y:Z".into(), json!({ "grade": 10 }));
    for (filter, expected) in
        [("grade gt 9", true), ("grade eq 10.0", true), (r#"grade le "10""#, true), ("grade lt 1e1", false)]
    {
        assert_eq!(
            Filter::parse(filter).unwrap().bind(&user).unwrap().matches(&person),
            expected,
            "{filter}"
        );
    }
    let refused = |filter: &str| Filter::parse(filter).unwrap().bind(&user).is_err();
    assert!(
        refused("grade eq ten")
            && refused("grade co 1")
            && refused("grade eq NaN")
            && refused("grade eq true")
    );
}

#[test]
fn comparisons_without_meaning_are_refused() {
    refuse("active gt true", "`gt` cannot compare `active` with true or false");
    refuse(r#"active eq "yes""#, r#"`"yes"` is none"#);
    refuse(r#"active co "t""#, "`co` cannot compare");
    refuse(r#"meta.created gt "yesterday""#, "a date and time such as");
    refuse(r#"meta.created sw "2011""#, "`sw` cannot compare");
    refuse("userName gt null", "with null");
    refuse(r#"name eq "x""#, "`name` has parts");
    refuse(r#"x509Certificates.value gt "x""#, "base64");
    refuse(r#"password eq "x""#, "`password` is never shown");
    refuse("password pr", "`password` is never shown");
    refuse("password eq null", "`password` is never shown");
    refuse("adreses pr", "`User` has no attribute `adreses`");
    refuse(r#"emails[kind eq "x"]"#, "`emails` has no sub-attribute `kind`");
    refuse("emails[emails.type pr]", "no sub-attribute");
    refuse("userName[value pr]", "`userName` has no parts");
    refuse("emails.value[type pr]", "no parts");
}

#[test]
fn what_one_type_lacks_counts_as_absent_in_a_search_of_several() {
    let lenient = |filter: &str| {
        Filter::parse(filter).unwrap().bind_lenient(&Catalog::standard().user).unwrap().matches(&barbara())
    };
    assert!(!lenient("members pr") && !lenient(r#"members eq "x""#) && !lenient(r#"members[value eq "x"]"#));
    assert!(lenient(r#"members ne "x""#) && lenient("members eq null") && !lenient("members ne null"));
    assert!(!lenient("members gt 3") && lenient("members pr or userName pr"));
    assert!(Filter::parse("password pr").unwrap().bind_lenient(&Catalog::standard().user).is_err());
}

#[test]
fn operands_are_bound_to_canonical_names_and_folded_keys() {
    let bound = Filter::parse(r#"USERNAME eq "BJ""#).unwrap().bind(&Catalog::standard().user).unwrap();
    let Bound::Test(Test { target, op }) = bound else { panic!() };
    assert_eq!(target.name(), "userName");
    assert_eq!(op, Op::Compare(CompareOp::Eq, Operand::Text("bj".into())));
}

#[test]
fn only_plain_equalities_describe_an_element() {
    let pairs = |filter: &str| Filter::parse(filter).unwrap().only_equalities();
    assert_eq!(pairs(r#"type eq "work""#), Some(vec![("type".into(), json!("work"))]));
    assert_eq!(pairs(r#"a eq 1 and A eq 1"#), Some(vec![("a".into(), json!(1))]));
    for filter in
        ["a pr", "a ne 1", "a eq 1 or b eq 2", "not (a eq 1)", "a eq null", "a.b eq 1", "a eq 1 and a eq 2"]
    {
        assert_eq!(pairs(filter), None, "{filter}");
    }
}

fn person() -> impl Strategy<Value = crate::Object> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        "[a-cA-C]{0,2}".prop_map(Into::into),
        Just(json!("2011-08-01T21:32:44Z")),
    ];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        let key = prop::sample::select(vec!["value", "type", "primary", "givenName", "created"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Into::into),
            prop::collection::btree_map(key, inner, 0..3)
                .prop_map(|map| map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    });
    let name = prop::sample::select(vec!["userName", "active", "emails", "name", "meta", ENTERPRISE_USER]);
    prop::collection::btree_map(name, value, 0..6)
        .prop_map(|map| map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn test() -> impl Strategy<Value = String> {
    let path =
        prop::sample::select(vec!["userName", "active", "emails", "emails.type", "meta.created", "manager"]);
    let value = prop::sample::select(vec![r#""a""#, "true", "2011-08-01T21:32:44Z", "null", "1"]);
    let op = prop::sample::select(CompareOp::ALL.to_vec());
    prop_oneof![
        path.clone().prop_map(|path| format!("{path} pr")),
        (path, op, value).prop_map(|(path, op, value)| format!("{path} {} {value}", op.keyword())),
        Just(r#"emails[type eq "a" and value ne "b"]"#.to_owned()),
    ]
}

proptest! {
    #[test]
    fn evaluation_never_panics_and_obeys_logic(person in person(), a in test(), b in test()) {
        let user = Catalog::standard().user;
        let eval = |filter: &str| Some(Filter::parse(filter).unwrap().bind(&user).ok()?.matches(&person));
        if let (Some(left), Some(right)) = (eval(&a), eval(&b)) {
            prop_assert_eq!(eval(&format!("{a} and {b}")), Some(left && right));
            prop_assert_eq!(eval(&format!("{a} or {b}")), Some(left || right));
            prop_assert_eq!(eval(&format!("not ({a})")), Some(!left));
            prop_assert_eq!(eval(&format!("not ({a} and {b})")), eval(&format!("not ({a}) or not ({b})")));
        }
    }
}
