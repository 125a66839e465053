//! Documents that are accepted, and what they mean; what they leave out is as in the built-in one.

use super::{accepted, check, parse};
use crate::policy::{
    BUILT_IN, Beyond, CorrelationRule, DeactivateWhen, Limit, Missing, OnDoubt, OnRotation, PersonKey,
    Policy, Receiver, ReferenceKey, TooLong, Voice,
};
use crate::testing::source;

/// The sample of the design.
const SAMPLE: &str = include_str!("sample.toml");

#[test]
fn the_sample_is_accepted_with_what_it_leaves_open() {
    check(
        SAMPLE,
        &[
            r#"warning at okta: `workday` has no mapping, so that nothing it says reaches a record; add a table `[mapping.workday]`, or `[mapping."*"]` for every source without its own"#,
            r#"warning at employee_number: `employee_number` has an order of authority, and no mapping fills it; add `employee_number = "user.…"` to the mapping of `workday`"#,
        ],
    );
}

#[test]
fn the_sample_means_what_it_says() {
    let policy = accepted(SAMPLE);
    let okta = policy.mapping_for(&source("okta"));
    let fields: Vec<_> = okta.iter().map(|mapping| mapping.field.as_str()).collect();
    assert_eq!(fields, ["department", "email", "first_name", "manager", "u_okta_user_id", "user_name"]);
    let manager = okta[3].reference.as_ref().unwrap();
    assert_eq!(
        (manager.key, manager.missing),
        (Some(ReferenceKey::Person(PersonKey::ExternalId)), Missing::Defer)
    );
    assert_eq!(policy.authority.default, [Voice::of(source("okta"))]);
    assert_eq!(policy.authority.fields["employee_number"], [Voice::of(source("workday"))]);
    let roles: Vec<_> = policy.roles.iter().map(|rule| rule.role.as_str()).collect();
    assert_eq!(roles, ["admin", "sales_manager"]);
    assert_eq!(policy.lifecycle.hand_over, [Receiver::Manager, Receiver::Group("Service Desk".into())]);
    let hold = Limit { count: Some(50), percent: Some(5), window_seconds: 3600, then: Beyond::Hold };
    assert_eq!(policy.limits.deactivations, Some(hold));
    assert!(policy.scope.is_some() && policy.reads_groups());
}

#[test]
fn what_is_left_out_is_as_built_in() {
    let sources = ["okta", "workday"].map(source);
    assert_eq!(accepted(""), Policy::built_in(&sources));
    assert_eq!(accepted(BUILT_IN), Policy::built_in(&sources));
    let scoped = accepted("[scope]\nusers = 'user.title != null'");
    assert_eq!(Policy { scope: None, ..scoped }, Policy::built_in(&sources));
}

#[test]
fn every_setting_of_correlation_and_lifecycle() {
    let policy = accepted(
        "[correlation]
         rules = [{ claim = 'emails', record = 'email', then = 'review' }]
         ambiguous = 'reject'
         rotated_external_id = 'review'
         near_duplicate = 0.9
         create = ['workday']
         [lifecycle]
         deactivate_when = 'authoritative'
         lock_out = false
         hand_over = { to = 'assignment_group', otherwise = ['manager', { person = 'ada' }] }
         [flapping]
         window = '30m'
         [limits]
         deactivations = { count = 3, window = '2h', then = 'warn' }",
    );
    assert_eq!(policy.correlation.rules, [CorrelationRule::EmailForReview]);
    assert_eq!(policy.correlation.ambiguous, OnDoubt::Reject);
    assert_eq!(policy.correlation.rotated_external_id, OnRotation::Review);
    assert!(policy.may_create(&source("workday")) && !policy.may_create(&source("okta")));
    assert_eq!(policy.lifecycle.deactivate_when, DeactivateWhen::Authoritative);
    let receivers = [Receiver::AssignmentGroup, Receiver::Manager, Receiver::Person("ada".into())];
    assert_eq!((policy.lifecycle.lock_out, policy.lifecycle.hand_over), (false, receivers.to_vec()));
    assert_eq!(policy.flapping.window_seconds, 1800);
    assert_eq!(policy.limits.deactivations.map(|limit| limit.then), Some(Beyond::Warn));
}

#[test]
fn every_setting_of_a_mapping() {
    let policy = accepted(
        "[mapping.'*']
         title = { value = 'user.title', default = 'None', create_only = true, max_length = 20, too_long = 'cut_at_word' }
         city = 'user.city'
         location = { value = 'user.city', reference = 'cmn_location' }
         manager = { value = 'user.manager', reference = 'sys_user', by = 'email' }",
    );
    let [city, location, manager, title] = policy.mapping_for(&source("okta")) else { panic!("four fields") };
    assert_eq!((title.default.as_deref(), title.create_only), (Some("None"), true));
    assert_eq!((title.max_length, title.too_long), (Some(20), TooLong::CutAtWord));
    assert_eq!((city.max_length, city.too_long), (Some(40), TooLong::Refuse));
    assert_eq!(city.reads, ["addresses"]);
    let location = location.reference.as_ref().unwrap();
    assert_eq!((location.by.as_str(), location.missing, location.key), ("name", Missing::Defer, None));
    assert_eq!(manager.reference.as_ref().unwrap().key, Some(ReferenceKey::Person(PersonKey::Email)));
}

#[test]
fn rules_that_agree_need_no_precedence() {
    let roles = "[[roles]]\nrole = 'itil'\ngroup = 'A'\n[[roles]]\nrole = 'itil'\ngroup = 'B'";
    assert_eq!(parse(roles).1, []);
    let fields = "[[fields]]\nfield = 'city'\ngroup = 'A'\nvalue = 'user.title'
                  [[fields]]\nfield = 'city'\ngroup = 'B'\nvalue = 'user.title'";
    assert_eq!(parse(fields).1, []);
}

#[test]
fn rules_are_tried_by_precedence_and_after_what_they_read() {
    let policy = accepted(
        "[[fields]]\nfield = 'building'\nwhen = 'record.city == null'\nvalue = 'record.city'
         [[fields]]\nfield = 'city'\ngroup = 'A'\nvalue = '\"A\"'\nprecedence = 2
         [[fields]]\nfield = 'city'\ngroup = 'B'\nvalue = '\"B\"'\nprecedence = 1",
    );
    let order: Vec<_> = policy.fields.iter().map(|rule| format!("{} {}", rule.field, rule.value)).collect();
    assert_eq!(order, ["city \"B\"", "city \"A\"", "building record.city"]);
    assert_eq!(policy.fields[0].max_length, Some(40), "as the column");
}

#[test]
fn groups_have_any_name() {
    for name in ["Ops (24/7)", "Sam's", "a \\\\ b", "R&D \\\"x\\\"", "東京"] {
        let policy = accepted(&format!("[[roles]]\nrole = 'itil'\ngroup = \"{name}\""));
        assert_eq!(policy.roles.len(), 1);
    }
}
