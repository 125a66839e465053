use super::*;
use crate::policy::{DeactivateWhen, Voice};
use crate::testing::{User, at, policy, source, user};
use proptest::prelude::*;
use serde_json::json;

fn from(claims: &[Claim], record: &Record) -> Resolution {
    resolve(&policy(), &Subject::of(claims).after(before(record)), at(100))
}

fn before(record: &Record) -> Before<'_> {
    Before { record, deactivated_at: None, provisioned: true }
}

fn fresh(claims: &[Claim]) -> Resolution {
    from(claims, &Record::default())
}

/// `outcome from to` of each decision about the field.
fn said(resolution: &Resolution, field: &str) -> Vec<String> {
    let about = resolution.decisions.iter().filter(|decision| decision.field == field);
    let show = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    about.map(|d| format!("{} {} {}", d.outcome, show(&d.from), show(&d.to))).collect()
}

fn titled(title: &str) -> User {
    user("ada").with("title", json!(title))
}

#[test]
fn a_value_is_written_then_unchanged_then_cleared() {
    let first = fresh(&[titled("Countess").by("okta")]);
    assert_eq!(first.record.text("title"), Some("Countess"));
    assert_eq!(said(&first, "title"), ["written - Countess"]);
    assert_eq!(
        said(&from(&[titled("Countess").by("okta")], &first.record), "title"),
        ["unchanged - Countess"]
    );
    assert_eq!(
        said(&from(&[titled("Queen").by("okta")], &first.record), "title"),
        ["written Countess Queen"]
    );
    let without = from(&[user("ada").by("okta")], &first.record);
    assert_eq!(said(&without, "title"), ["written Countess -"]);
    assert_eq!(without.record.text("title"), None);
}

#[test]
fn the_first_source_with_a_value_decides() {
    let both = fresh(&[titled("Queen").by("hr"), titled("Countess").by("okta")]);
    assert_eq!(both.record.text("title"), Some("Countess"));
    assert_eq!(said(&both, "title"), ["skipped (not authoritative) - Queen", "written - Countess"]);
    let only_hr = fresh(&[titled("Queen").by("hr"), user("ada").by("okta")]);
    assert_eq!(only_hr.record.text("title"), Some("Queen"));
    assert_eq!(only_hr.record.fields["title"].source, Some(source("hr")));
}

#[test]
fn a_source_without_authority_is_skipped_with_its_reason() {
    let mut policy = policy();
    policy.authority.fields.insert("title".into(), vec![Voice::of(source("workday"))]);
    let claims = [titled("Queen").by("okta")];
    let before = Record::default();
    let resolution = resolve(&policy, &Subject::of(&claims).after(self::before(&before)), at(100));
    assert_eq!(resolution.record.text("title"), None);
    assert_eq!(said(&resolution, "title"), ["skipped (not authoritative) - Queen"]);
}

#[test]
fn a_value_that_is_too_long_is_rejected_and_the_old_one_stays() {
    let long = "é".repeat(61);
    let before = fresh(&[titled("Countess").by("okta")]).record;
    let after = from(&[titled(&long).by("okta")], &before);
    assert_eq!(after.record.text("title"), Some("Countess"));
    assert_eq!(said(&after, "title"), [format!("rejected Countess {long}")]);
    assert_eq!(fresh(&[titled(&long).by("okta")]).record.text("title"), None);
    assert!(fresh(&[titled(&long[2..]).by("okta")]).record.text("title").is_some(), "60 characters fit");
}

#[test]
fn a_field_that_nothing_maps_any_more_is_cleared_with_a_reason() {
    let before = fresh(&[titled("Countess").by("okta")]).record;
    let mut policy = policy();
    policy.mapping.retain(|mapping| mapping.field != "title");
    let claims = [titled("Countess").by("okta")];
    let after = resolve(&policy, &Subject::of(&claims).after(self::before(&before)), at(100));
    assert_eq!(said(&after, "title"), ["written Countess -"]);
}

#[test]
fn addresses_languages_and_managers_are_selected() {
    let claim = user("ada")
        .with("preferredLanguage", json!("en-US"))
        .with(
            "addresses",
            json!([{ "type": "work", "locality": "London" }, { "type": "home", "locality": "Ockham" }]),
        )
        .with("emails", json!([{ "type": "home", "value": "h@x" }, { "type": "work", "value": "w@x" }]));
    let record = fresh(&[claim.by("okta")]).record;
    assert_eq!(record.text("preferred_language"), Some("en"));
    assert_eq!(record.text("city"), Some("Ockham"));
    assert_eq!(record.text("email"), Some("w@x"));
}

#[test]
fn a_leaver_is_inactive_locked_and_dated() {
    let active = fresh(&[user("ada").by("okta")]);
    assert_eq!((active.active, active.deactivated_at), (true, None));
    assert_eq!((active.record.flag("active"), active.record.flag("locked_out")), (Some(true), Some(false)));
    let left = from(&[user("ada").active(false).by("okta")], &active.record);
    assert_eq!((left.active, left.deactivated_at), (false, Some(at(100))));
    assert_eq!((left.record.flag("active"), left.record.flag("locked_out")), (Some(false), Some(true)));
    assert_eq!(said(&left, "locked_out"), ["written false true"]);
    assert_eq!(left.record.text("user_name"), Some("ada"));
}

#[test]
fn the_day_of_leaving_stays() {
    let claims = [user("ada").active(false).by("okta")];
    let empty = Record::default();
    let later = resolve(
        &policy(),
        &Subject::of(&claims).after(Before { deactivated_at: Some(at(5)), ..before(&empty) }),
        at(100),
    );
    assert_eq!(later.deactivated_at, Some(at(5)));
}

#[test]
fn without_lock_out_only_active_is_written() {
    let mut policy = policy();
    policy.lifecycle.lock_out = false;
    let claims = [user("ada").active(false).by("okta")];
    let left = resolve(&policy, &Subject::of(&claims), at(1));
    assert_eq!((left.record.flag("active"), left.record.flag("locked_out")), (Some(false), None));
}

#[test]
fn the_record_of_a_leaver_is_kept() {
    let before = fresh(&[titled("Countess").by("okta"), user("ada").by("hr")]).record;
    let after = from(&[titled("Countess").ended_by("okta", 50), user("ada").by("hr")], &before);
    assert!(!after.active);
    assert_eq!(after.record.text("title"), Some("Countess"));
    let corrected = from(&[titled("Countess").ended_by("okta", 50), titled("Queen").by("hr")], &before);
    assert_eq!(corrected.record.text("title"), Some("Queen"), "live words come first");
    let only = from(&[titled("Countess").ended_by("okta", 50)], &before);
    assert_eq!(only.record.text("title"), Some("Countess"));
}

#[test]
fn an_ended_claim_says_nothing_of_somebody_who_is_active() {
    let hr = Claim { active_since: at(60), ..user("ada").by("hr") };
    let back = fresh(&[titled("Countess").ended_by("okta", 50), hr]);
    assert!(back.active);
    assert_eq!(back.record.text("title"), None);
}

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
    let since = |name: &str, second| Claim { active_since: at(second), ..user("ada").by(name) };
    active(&[], false, false);
    active(&[yes("okta")], true, true);
    active(&[yes("okta"), no("hr")], false, true);
    active(&[no("okta"), yes("hr")], false, false);
    active(&[gone("okta"), since("hr", 40)], false, true);
    active(&[gone("okta"), since("hr", 60)], true, true);
    active(&[since("okta", 60), gone("hr")], true, true);
    active(&[gone("okta"), no("hr")], false, false);
    active(&[gone("okta")], false, false);
}

prop_compose! {
    fn any_claim(name: &'static str)(
        title in prop::option::of("[a-c]{1,2}|x{61}"),
        active in any::<bool>(),
        ended in prop::option::of(0i64..4),
        since in 0i64..4,
    ) -> Claim {
        let user = title.into_iter().fold(user(name), |user, title| user.with("title", json!(title))).active(active);
        let claim = ended.map_or_else(|| user.clone().by(name), |second| user.clone().ended_by(name, second));
        Claim { active_since: at(since), ..claim }
    }
}

fn any_claims() -> impl Strategy<Value = Vec<Claim>> {
    let all = (any_claim("okta"), any_claim("hr"), any_claim("csv"));
    (all, prop::collection::vec(any::<bool>(), 3)).prop_map(|((a, b, c), keep)| {
        [a, b, c].into_iter().zip(keep).filter_map(|(claim, keep)| keep.then_some(claim)).collect()
    })
}

proptest! {
    #[test]
    fn resolving_twice_changes_nothing(old in any_claims(), claims in any_claims(), authoritative in any::<bool>()) {
        let mut policy = policy();
        if authoritative {
            policy.lifecycle.deactivate_when = DeactivateWhen::Authoritative;
        }
        let before = fresh(&old);
        let state = Before { record: &before.record, deactivated_at: before.deactivated_at, provisioned: true };
        let once = resolve(&policy, &Subject::of(&claims).after(state), at(100));
        let state = Before { record: &once.record, deactivated_at: once.deactivated_at, provisioned: true };
        let twice = resolve(&policy, &Subject::of(&claims).after(state), at(200));
        prop_assert_eq!(&twice.record, &once.record);
        prop_assert_eq!((twice.active, twice.deactivated_at), (once.active, once.deactivated_at));
        prop_assert!(twice.decisions.iter().all(|decision| decision.outcome != Outcome::Written));
    }

    #[test]
    fn the_order_of_claims_does_not_matter(old in any_claims(), claims in any_claims().prop_shuffle()) {
        let before = fresh(&old).record;
        let mut sorted = claims.clone();
        sorted.sort_by(|one, other| one.source.cmp(&other.source));
        prop_assert_eq!(from(&claims, &before), from(&sorted, &before));
    }

    #[test]
    fn a_leaver_never_ends_with_access(old in any_claims(), claims in any_claims()) {
        let after = from(&claims, &fresh(&old).record);
        prop_assert_eq!(after.record.flag("active"), Some(after.active));
        prop_assert_eq!(after.record.flag("locked_out"), Some(!after.active));
        prop_assert_eq!(after.deactivated_at.is_some(), !after.active);
        if claims.iter().any(|claim| claim.is_live() && !claim.active) {
            prop_assert!(!after.active);
        }
    }
}
