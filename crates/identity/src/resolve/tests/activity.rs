//! Whose word gives and ends access.

use super::*;
use crate::policy::{DeactivateWhen, Voice};

#[track_caller]
fn active(claims: &[Claim], any: bool, authoritative: bool) {
    let mut policy = policy();
    assert_eq!(is_active(&policy, claims), any, "any");
    policy.lifecycle.deactivate_when = DeactivateWhen::Authoritative;
    assert_eq!(is_active(&policy, claims), authoritative, "authoritative");
}

#[test]
fn whose_word_ends_access() {
    let yes = |name: &str| user("ada").by(name);
    let no = |name: &str| user("ada").active(false).by(name);
    let gone = |name: &str| user("ada").ended_by(name, 50);
    let withdrawn = |name: &str| Claim { active_since: at(50), ..gone(name) };
    let since = |name: &str, second| Claim { active_since: at(second), ..user("ada").by(name) };
    active(&[], false, false);
    active(&[yes("okta")], true, true);
    active(&[yes("okta"), no("hr")], false, true);
    active(&[no("okta"), yes("hr")], false, false);
    active(&[withdrawn("okta"), since("hr", 40)], false, true);
    active(&[gone("okta"), since("hr", 40)], false, false);
    active(&[gone("okta"), since("hr", 60)], true, true);
    active(&[since("okta", 60), gone("hr")], true, true);
    active(&[gone("okta"), no("hr")], false, false);
    active(&[gone("okta")], false, false);
    active(&[yes("okta"), gone("hr")], false, true);
    active(&[withdrawn("okta")], false, false);
}

#[test]
fn whose_word_does_not_count_returns_nobody() {
    let mut policy = policy();
    policy.lifecycle.deactivate_when = DeactivateWhen::Authoritative;
    let voices = ["okta", "hr"].map(|name| Voice::of(source(name)));
    policy.authority.fields.insert("active".into(), voices.to_vec());
    let since = |name: &str, second| Claim { active_since: at(second), ..user("ada").by(name) };
    let claims = [user("ada").ended_by("okta", 50), since("hr", 40), since("badges", 60)];
    assert!(!is_active(&policy, &claims));
    assert!(is_active(&policy, &[claims[0].clone(), since("hr", 60)]));
}
