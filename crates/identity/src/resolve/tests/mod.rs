//! What records the claims and the policy imply, mostly under a few lines of policy against `okta` and `workday`.

mod activity;
mod authority;
mod explain;
mod failing;
mod flapping;
mod properties;
mod references;
mod rules;
mod scope;
mod seeds;
mod testimony;
mod values;

use super::*;
use crate::id::{GroupId, PersonId};
use crate::policy::{GroupKey, PersonKey, ReferenceKey, Surroundings, Voice};
use crate::testing::{User, at, policy, source, user};
use serde_json::{Value, json};
use tenure_scim::schema::{Catalog, ENTERPRISE_USER};

/// Somebody under a policy: what happens to them from one resolve to the next.
#[derive(Debug)]
struct Somebody {
    policy: Policy,
    groups: Vec<Membership>,
    references: References,
    now: Resolution,
    clock: i64,
}

impl Somebody {
    fn under(document: &str) -> Self {
        let (sources, catalog) = (["okta", "workday"].map(source), Catalog::standard());
        let around = Surroundings { sources: &sources, catalog: &catalog };
        let (policy, _) = Policy::parse(document, around).unwrap_or_else(|problems| panic!("{problems}"));
        let nobody = Resolution {
            record: Record::default(),
            active: false,
            held: false,
            provisioned: false,
            deactivated_at: None,
            decisions: Vec::new(),
            waits_for: Vec::new(),
            refers_to: Vec::new(),
            findings: Vec::new(),
        };
        Self { policy, groups: Vec::new(), references: References::default(), now: nobody, clock: 0 }
    }

    fn policy(&mut self, document: &str) -> &mut Self {
        self.policy = Self::under(document).policy;
        self
    }

    fn groups(&mut self, names: &[&str]) -> &mut Self {
        let membership = |name: &&str| Membership {
            id: GroupId::new(name),
            source: source("okta"),
            external_id: None,
            name: (*name).to_owned(),
        };
        self.groups = names.iter().map(membership).collect();
        self
    }

    /// A day goes by, and sources say this.
    fn claims(&mut self, claims: &[Claim]) -> &mut Self {
        self.clock += 86_400;
        self.soon(claims)
    }

    /// An hour goes by, and sources say this.
    fn soon(&mut self, claims: &[Claim]) -> &mut Self {
        self.clock += 3600;
        self.now = self.resolved(claims);
        self
    }

    fn resolved(&self, claims: &[Claim]) -> Resolution {
        resolve(&self.policy, &self.subject(claims), at(self.clock))
    }

    fn subject<'a>(&'a self, claims: &'a [Claim]) -> Subject<'a> {
        let Resolution { record, deactivated_at, provisioned, .. } = &self.now;
        let before =
            Before { record, deactivated_at: *deactivated_at, provisioned: *provisioned, hold: None };
        Subject { claims, groups: &self.groups, references: &self.references, before }
    }

    /// What became of the field.
    #[track_caller]
    fn said(&mut self, field: &str, expected: &[&str]) -> &mut Self {
        assert_eq!(said(&self.now, field), expected);
        self
    }

    /// Why.
    #[track_caller]
    fn because(&mut self, field: &str, expected: &[&str]) -> &mut Self {
        let about = self.now.decisions.iter().filter(|decision| decision.field == field);
        let reasons: Vec<_> = about.filter_map(|decision| decision.reason.as_deref()).collect();
        assert_eq!(reasons, expected);
        self
    }

    #[track_caller]
    fn has(&mut self, field: &str, expected: Option<&str>) -> &mut Self {
        assert_eq!(self.now.record.text(field), expected, "{field}");
        self
    }

    #[track_caller]
    fn roles(&mut self, expected: &[&str]) -> &mut Self {
        assert_eq!(self.now.record.roles.iter().collect::<Vec<_>>(), expected);
        self
    }

    #[track_caller]
    fn found(&mut self, expected: &[&str]) -> &mut Self {
        let notes = self.now.findings.iter().map(|finding| match finding {
            Finding::Failed(note) | Finding::Flapping(note) | Finding::BeyondLimit(note) => note.as_str(),
            Finding::TooLong { why, .. } => why.as_str(),
        });
        assert_eq!(notes.collect::<Vec<_>>(), expected);
        self
    }

    #[track_caller]
    fn unfit(&mut self, expected: &[&str]) -> &mut Self {
        let fields: Vec<_> = self.now.record.unfit.keys().map(FieldName::as_str).collect();
        assert_eq!(fields, expected);
        self
    }

    #[track_caller]
    fn is_active(&mut self, expected: bool) -> &mut Self {
        assert_eq!(self.now.active, expected);
        self
    }
}

/// Somebody with this in the enterprise extension.
fn at_work(values: Value) -> User {
    user("alice").with(ENTERPRISE_USER, values)
}

fn in_department(department: &str) -> User {
    at_work(json!({ "department": department }))
}

fn from(claims: &[Claim], record: &Record) -> Resolution {
    resolve(&policy(), &Subject::of(claims).after(before(record)), at(100))
}

fn before(record: &Record) -> Before<'_> {
    Before { record, deactivated_at: None, provisioned: true, hold: None }
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
    assert!(after.record.unfit["title"].starts_with("the value has 61 characters and `title` holds 60"));
    assert!(!after.record.says_the_same(&before), "the target's delivery has to say so");
    assert!(matches!(after.findings.as_slice(), [Finding::TooLong { field, .. }] if *field == "title"));
    let again = from(&[titled(&long).by("okta")], &after.record);
    assert_eq!((&again.record, again.findings.len()), (&after.record, 0), "it is told once");
    let fits = from(&[titled("Countess").by("okta")], &after.record).record;
    assert!(fits.unfit.is_empty() && fits.says_the_same(&before));
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
