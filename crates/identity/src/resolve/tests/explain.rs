//! Where each value comes from, and what became of everybody else's word.

use super::*;
use crate::record::Former;
use crate::resolve::explain::{FieldExplanation, explain};

fn explained(alice: &Somebody, claims: &[Claim], field: &str) -> Vec<FieldExplanation> {
    let all = explain(&alice.policy, &alice.subject(claims), at(alice.clock));
    all.into_iter().filter(|one| one.field == field).collect()
}

#[track_caller]
fn one(alice: &Somebody, claims: &[Claim], field: &str) -> FieldExplanation {
    let mut all = explained(alice, claims, field);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn a_field_with_everything() {
    let mut alice = Somebody::under("[authority]\ntitle = ['workday', 'okta']");
    alice.claims(&[titled("Clerk").by("okta")]);
    let claims = [titled("Clerk").by("okta"), titled("Boss").by("workday")];
    let title = one(alice.claims(&claims), &claims, "title");
    assert_eq!(title.value.as_deref(), Some("Boss"));
    assert_eq!(title.source, Some(source("workday")));
    assert_eq!(title.expression.as_deref(), Some("user.title"));
    assert_eq!(title.rule, "authority `title`: workday, okta; the first that has a value decides");
    assert_eq!(title.since, Some(at(180_000)));
    let former = Former { value: "Clerk".into(), source: Some(source("okta")), since: Some(at(90_000)) };
    assert_eq!(title.former, Some(former));
    let skipped = Decision::new("title", Outcome::SkippedNotAuthoritative)
        .values(None, Some("Clerk".into()))
        .by(&source("okta"))
        .because("`workday` decides `title`");
    assert_eq!(title.skipped, [skipped]);
}

#[test]
fn an_order_says_who_only_fills_what_is_empty() {
    let alice = Somebody::under("[authority]\ntitle = ['workday', { source = 'okta', only = 'empty' }]");
    let title = one(&alice, &[titled("Clerk").by("okta")], "title");
    assert_eq!(
        title.rule,
        "authority `title`: workday, okta (only = \"empty\"); the first that has a value decides"
    );
}

#[test]
fn a_field_that_nobody_decides() {
    let alice = Somebody::under("[authority]\ntitle = ['workday']");
    let claims = [titled("Clerk").by("okta"), titled("Boss").by("csv")];
    let title = one(&alice, &claims, "title");
    assert_eq!((title.value, title.source, title.skipped.len()), (None, None, 2));
}

#[test]
fn a_value_that_is_refused_is_not_the_fields_value() {
    let long = titled(&"x".repeat(61)).by("okta");
    let title = one(&Somebody::under(""), std::slice::from_ref(&long), "title");
    assert_eq!((title.value, title.source), (None, None));
    let why = "the value has 61 characters and `title` holds 60; the old value stays, nothing is cut; make";
    assert!(title.rule.starts_with(why), "{}", title.rule);
    assert_eq!(title.skipped[0].outcome, Outcome::Rejected);
    let mut alice = Somebody::under("");
    alice.claims(&[titled("Boss").by("workday")]);
    let title = one(&alice, &[titled("Boss").by("workday"), long], "title");
    assert_eq!((title.value.as_deref(), title.source), (Some("Boss"), Some(source("workday"))));
    assert_eq!(title.skipped.len(), 2);
}

#[test]
fn a_reference_by_what_its_source_calls_it() {
    let mut alice = Somebody::under("");
    alice.references.insert(PersonKey::ExternalId, "00u9".into(), PersonId::new("grace"));
    let claims = [at_work(json!({ "manager": { "value": "00u9" } })).by("okta")];
    let manager = one(&alice, &claims, "manager");
    assert_eq!((manager.value.as_deref(), manager.said.as_deref()), (Some("grace"), Some("00u9")));
}

#[test]
fn rules_defaults_and_the_lifecycle_have_no_source() {
    let policy = "
        [mapping.'*']\ncity = { value = 'user.city', default = 'Rome' }
        [[fields]]\nfield = 'title'\nwhen = 'true'\nvalue = 'user.userName'";
    let (alice, claims) = (Somebody::under(policy), [user("ada").by("okta")]);
    let shown = |field: &str| {
        let one = one(&alice, &claims, field);
        assert_eq!(one.source, None);
        (one.value.unwrap_or_default(), one.expression.unwrap_or_default(), one.rule)
    };
    let told = |value: &str, expression: &str, rule: &str| (value.into(), expression.into(), rule.into());
    assert_eq!(shown("title"), told("ada", "user.userName", "by the rule `true`"));
    assert_eq!(shown("city"), told("Rome", "", "no source that decides it has a value"));
    let all =
        "`deactivate_when = \"any\"`: no live claim says inactive, and none has ended since (okta: active)";
    assert_eq!(shown("active"), told("true", "", all));
    assert_eq!(shown("locked_out"), told("false", "", "`lock_out`: whoever is not active is locked out"));
}

#[test]
fn each_role_that_is_there_or_was() {
    let policy = "[[roles]]\nrole = 'a'\ngroup = 'A'\n[[roles]]\nrole = 'b'\ngroup = 'B'";
    let (mut alice, claims) = (Somebody::under(policy), [user("ada").by("okta")]);
    alice.groups(&["A"]).claims(&claims).groups(&["B"]);
    let [gone, new] = &explained(&alice, &claims, "roles")[..] else { panic!("two roles") };
    assert_eq!((gone.value.as_deref(), gone.former.as_ref().map(|it| &*it.value)), (None, Some("a")));
    assert_eq!(
        (new.value.as_deref(), new.rule.as_str()),
        (Some("b"), "granted by the rule `isMemberOfGroupName('B')`")
    );
}
