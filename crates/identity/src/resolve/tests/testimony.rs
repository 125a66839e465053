//! Whose word about access decided, and who was heard in vain.

use super::*;
use crate::id::SourceName;
use crate::resolve::explain::explain;

#[track_caller]
fn told(policy: &str, claims: &[Claim], source: Option<&str>, rule: &str, skipped: &[&str]) {
    let somebody = Somebody::under(policy);
    let all = explain(&somebody.policy, &somebody.subject(claims), at(somebody.clock));
    let active = all.into_iter().find(|one| one.field == "active").unwrap();
    assert_eq!(active.rule, rule);
    assert_eq!(active.source.as_ref().map(SourceName::as_str), source, "{rule}");
    let shown = active.skipped.iter().map(|it| {
        let who = it.source.as_ref().map_or("somebody", SourceName::as_str);
        let said = it.to.as_deref().unwrap_or("nothing");
        format!("{who} said {said}: {}", it.reason.as_deref().unwrap_or_default())
    });
    assert_eq!(shown.collect::<Vec<_>>(), skipped, "{rule}");
}

fn yes(name: &str) -> Claim {
    user("ada").by(name)
}

fn no(name: &str) -> Claim {
    user("ada").active(false).by(name)
}

fn withdrawn(name: &str) -> Claim {
    Claim { active_since: at(50), ..user("ada").ended_by(name, 50) }
}

#[test]
fn of_any_source_one_is_enough() {
    let any = |claims: &[Claim], source, rule: &str, skipped: &[&str]| {
        told("", claims, source, &format!("`deactivate_when = \"any\"`: {rule}"), skipped);
    };
    let all = "no live claim says inactive, and none has ended since (okta: active, workday: active)";
    any(&[yes("workday"), yes("okta")], None, all, &[]);
    let one = "`workday` says inactive, and one is enough";
    let in_vain = format!("okta said true: {one}");
    any(
        &[yes("okta"), no("workday")],
        Some("workday"),
        &format!("{one} (okta: active, workday: inactive)"),
        &[&in_vain],
    );
    let ended = "`workday` ended its claim, and nobody has said active after that";
    let in_vain = format!("okta said true: {ended}");
    any(
        &[yes("okta"), withdrawn("workday")],
        Some("workday"),
        &format!("{ended} (okta: active, workday: ended)"),
        &[&in_vain],
    );
}

#[test]
fn of_an_order_the_first_that_speaks() {
    const ORDER: &str =
        "[lifecycle]\ndeactivate_when = 'authoritative'\n[authority]\nactive = ['workday', 'okta']";
    let order = |claims: &[Claim], source, rule: &str, skipped: &[&str]| {
        told(ORDER, claims, source, &format!("authority `active`: workday, okta; {rule}"), skipped);
    };
    order(
        &[no("okta"), yes("workday")],
        Some("workday"),
        "`workday` is the first of it with a live claim (okta: inactive, workday: active)",
        &["okta said false: `workday` decides `active`"],
    );
    order(
        &[yes("okta"), withdrawn("workday")],
        Some("okta"),
        "`okta` is the first of it with a live claim (okta: active, workday: ended)",
        &["workday said nothing: its claim has ended"],
    );
    order(
        &[yes("okta"), user("ada").ended_by("workday", 50)],
        Some("workday"),
        "`workday` said inactive and then ended its claim, and nobody else of it has said active after that \
         (okta: active, workday: inactive, then ended)",
        &["okta said true: `workday` decides `active`"],
    );
    order(
        &[withdrawn("okta")],
        Some("okta"),
        "`okta` ended its claim, and nobody else of it has a live one (okta: ended)",
        &[],
    );
}

#[test]
fn whoever_is_not_in_the_order_is_heard_in_vain() {
    let policy = "[lifecycle]\ndeactivate_when = 'authoritative'\n[authority]\nactive = ['workday']";
    let nobody =
        "authority `active`: workday; nobody of it claims them, so that they have no access (okta: active)";
    let in_vain = "okta said true: `okta` does not decide `active`, and nobody who does claims them";
    told(policy, &[yes("okta")], None, nobody, &[in_vain]);
    told(
        policy,
        &[no("okta"), yes("workday")],
        Some("workday"),
        "authority `active`: workday; `workday` is the first of it with a live claim (okta: inactive, workday: active)",
        &["okta said false: `workday` decides `active`, and `okta` is not in the order"],
    );
}

#[test]
fn the_scope_ends_what_the_claims_give() {
    told(
        "[scope]\nusers = 'false'",
        &[yes("okta")],
        None,
        "not in the policy's scope, whatever the claims say; `deactivate_when = \"any\"`: no live claim says inactive, \
         and none has ended since (okta: active)",
        &["somebody said nothing: outside the scope `false`"],
    );
}
