use super::*;
use proptest::prelude::*;
use serde_json::json;

#[track_caller]
fn check(query: &Query, expected: &str) {
    assert_eq!(query.encode().as_deref(), Ok(expected));
}

#[track_caller]
fn check_refused(condition: Condition, expected: Unaskable) {
    let column = condition.column.clone();
    assert_eq!(Query::of(condition).encode(), Err((column, expected)));
}

#[test]
fn conditions_are_written_as_servicenow_reads_them() {
    check(&Query::all(), "");
    check(&Query::of(Condition::is("active", "true")), "active=true");
    check(&Query::all().is("active", "true").is("user.name", "Ada L"), "active=true^user.name=Ada L");
    check(&Query::of(Condition::is("manager", "")), "managerISEMPTY");
    check(&Query::of(Condition::is_not("manager", "")), "managerISNOTEMPTY");
    check(&Query::of(Condition::is_not("state", "7")), "state!=7");
    check(&Query::of(Condition::one_of("user", ["a", "b"])), "userINa,b");
    check(&Query::of(Condition::one_of("name", ["a, b", "c"])), "name=a, b^ORname=c");
    check(&Query::of(Condition::starts_with("name", "Ad")), "nameSTARTSWITHAd");
    check(
        &Query::of(Condition::after("sys_updated_on", "2026-01-01 00:00:00")),
        "sys_updated_on>2026-01-01 00:00:00",
    );
    let either = [Condition::is("state", "1"), Condition::is_empty("state")];
    check(&Query::all().is("active", "true").and_either(either), "active=true^state=1^ORstateISEMPTY");
}

#[test]
fn values_that_would_change_the_query_are_refused() {
    for bad in [
        "a^ORactive=true",
        "^",
        "a\nb",
        "a\r",
        "\0",
        "a\u{2028}",
        "javascript:gs.getUserID()",
        " JavaScript:1",
    ] {
        check_refused(Condition::is("user_name", bad), Unaskable::Value);
        check_refused(Condition::is_not("user_name", bad), Unaskable::Value);
        check_refused(Condition::starts_with("user_name", bad), Unaskable::Value);
        check_refused(Condition::after("user_name", bad), Unaskable::Value);
        check_refused(Condition::one_of("user_name", ["fine", bad]), Unaskable::Value);
    }
    check_refused(Condition::one_of("user_name", ["fine", ""]), Unaskable::Empty);
    check_refused(Condition::starts_with("user_name", ""), Unaskable::Empty);
}

#[test]
fn names_that_would_change_the_query_are_refused() {
    for bad in ["", "a=b", "user.", ".user", "a b", "a^b", "a,b", "ä"] {
        check_refused(Condition::is(bad, "1"), Unaskable::Name);
        assert!(field_list([bad]).is_err(), "{bad}");
    }
    assert_eq!(
        field_list(["name", "user.active", "name", "sys_id"]).as_deref(),
        Ok("sys_id,name,user.active")
    );
}

#[test]
fn none_of_nothing_is_asked_for() {
    let none = Condition::one_of::<&str>("user", []);
    assert!(Query::of(none.clone()).is_of_nothing());
    assert!(Query::all().and_either([]).is_of_nothing());
    assert!(Query::all().limit(0).is_of_nothing());
    let either = Query::all().and_either([none, Condition::is("a", "1")]);
    assert!(!either.is_of_nothing());
    check(&either, "a=1");
}

#[test]
fn a_row_is_held_against_the_query() {
    let row = Row::read(json!({ "sys_id": "a", "name": "ADA", "state": "3", "empty": "" })).unwrap();
    let check = |condition, expected| assert_eq!(Query::of(condition).judge(&row).0, expected);
    check(Condition::is("name", "ada"), Verdict::Holds);
    check(Condition::is("name", "adam"), Verdict::Fails);
    check(Condition::is_not("name", "ada"), Verdict::Fails);
    check(Condition::one_of("state", ["2", "3"]), Verdict::Holds);
    check(Condition::is_empty("empty"), Verdict::Holds);
    check(Condition::is_not_empty("empty"), Verdict::Fails);
    check(Condition::starts_with("name", "ad"), Verdict::Holds);
    check(Condition::before("state", "1"), Verdict::Holds);
    check(Condition::is_empty("unseen"), Verdict::Hidden);
    check(Condition::before("unseen", "1"), Verdict::Hidden);
    let either = Query::all().and_either([Condition::is("unseen", "1"), Condition::is("name", "Ada")]);
    assert_eq!(either.judge(&row).0, Verdict::Holds);
}

#[test]
fn what_is_asked_for_is_not_shown() {
    let query = Query::all().is("email", "ada@example.com").limit(3);
    assert_eq!(format!("{query:?}"), "Query { groups: [[email =]], limit: Some(3) }");
}

#[test]
fn ids_have_a_shape() {
    for good in ["6816f79cc0a8016401c5a33be04be441", "glean_user_role", "Abc-1.x", "global", "glide.maint"] {
        assert!(is_sys_id(good), "{good}");
    }
    for bad in ["", ".", "..", "a/b", "a b", "ä", "a^b", "6816f79cc0a8016401c5a33be04be4411"] {
        assert!(!is_sys_id(bad), "{bad}");
    }
}

proptest! {
    /// Whatever the values are, the query has as many conditions as were built, or is refused.
    #[test]
    fn values_add_no_conditions(values in prop::collection::vec("\\PC{0,20}|[\\^a-z\\n=:,]{0,12}|(?i)javascript:[a-z]{0,3}", 1..4)) {
        let query = values.iter().fold(Query::all(), |query, it| query.is("name", it));
        match query.encode() {
            Ok(encoded) => prop_assert_eq!(encoded.split('^').count(), values.len()),
            Err((_, reason)) => prop_assert_eq!(reason, Unaskable::Value),
        }
    }

    #[test]
    fn a_safe_beginning_is_a_beginning_that_is_safe(value in "\\PC{0,20}|[\\^a-z\\n]{0,12}|(?i) ?javascript:[a-z]{0,3}") {
        let prefix = safe_prefix(&value);
        prop_assert!(value.starts_with(prefix));
        prop_assert_eq!(safe_prefix(prefix), prefix);
    }
}
