//! Who decides: orders, falling back, filling what is empty, and what is said of those who do not.

use super::*;

fn phone(number: &str) -> User {
    user("alice").with("phoneNumbers", json!([{ "type": "work", "value": number }]))
}

#[test]
fn the_next_in_order_decides_while_the_first_has_no_value() {
    Somebody::under("[authority]\nphone = ['workday', 'okta']")
        .claims(&[phone("1").by("okta"), phone("2").by("workday")])
        .said("phone", &["skipped (not authoritative) - 1", "written - 2"])
        .because("phone", &["`workday` decides `phone`"])
        .claims(&[phone("1").by("okta"), phone("  ").by("workday")])
        .said("phone", &["written 2 1"]);
}

#[test]
fn who_is_not_in_the_order_never_decides() {
    Somebody::under("[authority]\nphone = ['workday']")
        .claims(&[phone("1").by("okta"), user("alice").by("workday")])
        .has("phone", None)
        .said("phone", &["skipped (not authoritative) - 1"])
        .because("phone", &["`workday` decides `phone`, and has no value"]);
    Somebody::under("[authority]\nphone = ['workday', 'okta']")
        .claims(&[phone("1").by("csv")])
        .because("phone", &["`workday`, then `okta` decide `phone`, and none of them has a value"]);
}

#[test]
fn the_general_order_is_that_of_the_configuration() {
    let claims = [phone("2").by("workday"), phone("3").by("csv"), phone("1").by("okta")];
    Somebody::under("").claims(&claims).has("phone", Some("1"));
    Somebody::under("[authority]\ndefault = ['workday']").claims(&claims).has("phone", Some("2"));
    Somebody::under("[authority]\ndefault = ['workday']").claims(&claims[1..]).has("phone", Some("3"));
}

#[test]
fn agreement_is_not_skipped() {
    Somebody::under("")
        .claims(&[phone("1").by("okta"), phone("1").by("workday")])
        .said("phone", &["written - 1"]);
}

const ONLY_EMPTY: &str = "[authority]\nphone = ['okta', { source = 'workday', only = 'empty' }]";

#[test]
fn a_source_may_fill_what_is_empty_and_changes_nothing_after() {
    Somebody::under(ONLY_EMPTY)
        .claims(&[user("alice").by("okta"), phone("2").by("workday")])
        .said("phone", &["written - 2"])
        .claims(&[user("alice").by("okta"), phone("3").by("workday")])
        .said("phone", &["unchanged - 2"])
        .because("phone", &["the source may fill the field only while it is empty"])
        .claims(&[user("alice").by("okta"), user("alice").by("workday")])
        .said("phone", &["unchanged - 2"])
        .claims(&[phone("1").by("okta"), phone("3").by("workday")])
        .said("phone", &["skipped (not authoritative) - 3", "written 2 1"]);
}

#[test]
fn filling_never_replaces_whatever_the_order() {
    Somebody::under("[authority]\nphone = [{ source = 'workday', only = 'empty' }, 'okta']")
        .claims(&[phone("1").by("okta")])
        .claims(&[phone("1").by("okta"), phone("2").by("workday")])
        .said("phone", &["skipped (not authoritative) - 2", "unchanged - 1"]);
}

#[test]
fn of_two_that_fill_the_one_that_did_stays() {
    let policy =
        "[authority]\nphone = [{ source = 'okta', only = 'empty' }, { source = 'workday', only = 'empty' }]";
    Somebody::under(policy)
        .claims(&[phone("2").by("workday")])
        .claims(&[phone("1").by("okta"), phone("3").by("workday")])
        .has("phone", Some("2"))
        .claims(&[phone("1").by("okta"), phone("3").ended_by("workday", 0)])
        .has("phone", Some("1"));
}

#[test]
fn a_source_that_decides_nothing_is_heard_under_its_name_only() {
    let policy = "
        [mapping.okta]
        city = 'user.city'
        [authority]
        default = ['okta']
        [[roles]]
        role = 'by_anybody'
        when = 'user.title == \"Boss\"'
        [[roles]]
        role = 'by_workday'
        when = 'workday.title == \"Boss\"'";
    let boss = user("alice").with("title", json!("Boss")).by("workday");
    Somebody::under(policy).claims(&[user("alice").by("okta"), boss]).roles(&["by_workday"]);
}
