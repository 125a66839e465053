//! Resolve: the record that the claims and the policy imply. A pure function of both, of the groups somebody is in and
//! of who is referred to, so that a policy change can be previewed, any value explained, and a rehire is only a claim that
//! becomes active again. Resolving twice changes nothing; the order of the claims does not matter.

mod activity;
pub mod circle;
pub mod explain;
mod fields;
mod flapping;
pub mod references;
mod roles;
mod rules;
mod scope;
mod testimony;
mod value;
mod words;

pub(crate) use activity::has_say;
pub use activity::is_active;
pub use references::{References, Referred, Wanted, wanted};

use crate::claim::Claim;
use crate::decision::{Decision, Outcome};
use crate::group::Membership;
use crate::id::FieldName;
use crate::limit::Hold;
use crate::policy::Policy;
use crate::policy::profile::{ClaimView, PersonView};
use crate::record::{Field, FieldValue, Record};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tenure_el::Settings;

/// What is known of a person.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What sources say, live and ended.
    pub claims: &'a [Claim],
    /// The live groups that they are in.
    pub groups: &'a [Membership],
    /// Whom and what their claims refer to.
    pub references: &'a References,
    /// What was true before.
    pub before: Before<'a>,
}

/// What was true before.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The record.
    pub record: &'a Record,
    /// When they were deactivated, if they were inactive.
    pub deactivated_at: Option<Timestamp>,
    /// Whether they have ever been in scope.
    pub provisioned: bool,
    /// What keeps access that the claims do not give.
    pub hold: Option<&'a Hold>,
}

/// What the claims imply.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The record as it should be.
    pub record: Record,
    /// Whether the person is active.
    pub active: bool,
    /// Whether they are so only because they are held.
    pub held: bool,
    /// Whether they are, or have ever been, in scope: nobody else is delivered anywhere.
    pub provisioned: bool,
    /// When they were deactivated, if they are inactive.
    pub deactivated_at: Option<Timestamp>,
    /// One per field that anybody speaks of, with its reason.
    pub decisions: Vec<Decision>,
    /// Whom or what a field waits for.
    pub waits_for: Vec<Wanted>,
    /// Groups that fields refer to.
    pub refers_to: Vec<Referred>,
    /// What somebody should look at: expressions that failed, fields that flap.
    pub findings: Vec<Finding>,
}

/// Something about a person that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A field or role could not be computed.
    Failed(String),
    /// Two sources decide a field back and forth.
    Flapping(String),
    /// Access ended beyond a limit that only warns.
    BeyondLimit(String),
    /// A value is longer than its field, and was not before.
    TooLong {
        /// The field.
        field: FieldName,
        /// How long both are, and what to do.
        why: String,
    },
}

static NOTHING: LazyLock<Record> = LazyLock::new(Record::default);

impl<'a> Subject<'a> {
    /// Somebody of whom only claims are known.
    pub fn of(claims: &'a [Claim]) -> Self {
        let before = Before { record: &NOTHING, deactivated_at: None, provisioned: false, hold: None };
        Self { claims, groups: &[], references: References::none(), before }
    }

    /// The same after this was true.
    #[must_use]
    pub fn after(self, before: Before<'a>) -> Self {
        Self { before, ..self }
    }
}

/// What is heard about a person, and what it is weighed by.
struct Hearing<'a> {
    policy: &'a Policy,
    subject: &'a Subject<'a>,
    /// The claims that have a say, the first in authority first.
    speaking: Vec<ClaimView<'a>>,
    /// So many of them decide fields; the others are heard under their own name only.
    heard: usize,
    settings: Settings,
}

impl<'a> Hearing<'a> {
    fn new(policy: &'a Policy, subject: &'a Subject<'a>, active: bool, now: Timestamp) -> Self {
        let speaking = speaking(policy, subject.claims, active);
        Self {
            policy,
            subject,
            heard: speaking.iter().filter(|claim| policy.decides_anything(&claim.source)).count(),
            speaking: speaking.into_iter().map(|claim| ClaimView::of(claim, subject.groups)).collect(),
            settings: Settings { now, ..policy.expressions.clone() },
        }
    }

    fn before(&self) -> &'a Record {
        self.subject.before.record
    }

    /// The person as rules see them.
    fn person<'r>(&'r self, record: &'r Record) -> PersonView<'r> {
        PersonView { claims: &self.speaking, heard: self.heard, groups: self.subject.groups, record }
    }
}

/// Computes the record that the claims and the policy imply.
pub fn resolve(policy: &Policy, subject: &Subject<'_>, now: Timestamp) -> Resolution {
    let said_active = is_active(policy, subject.claims);
    let hearing = Hearing::new(policy, subject, said_active, now);
    let mut out = Progress::default();
    let mut record = fields::mapped(&hearing, &mut out);
    rules::ruled(&hearing, &mut record, &mut out);
    let in_scope = scope::is_in_scope(&hearing, &record, &mut out);
    record.roles = roles::roles(&hearing, &record, &mut out);
    record.unfit = std::mem::take(&mut out.unfit);
    let before = &subject.before;
    let implied = said_active && in_scope;
    let hold = before.hold.filter(|hold| !implied && hold.keeps_access());
    let active = implied || hold.is_some();
    let deactivated_at = if active { None } else { before.deactivated_at.or(Some(now)) };
    flags(policy, active, before.record, &mut record, now, &mut out.decisions);
    if let Some(hold) = hold {
        out.decisions.retain(|it| it.field != "active" || it.outcome == Outcome::SkippedNotAuthoritative);
        out.decisions.push(held(hold));
    }
    Resolution {
        record,
        active,
        held: hold.is_some(),
        provisioned: in_scope || before.provisioned,
        deactivated_at,
        decisions: out.decisions,
        waits_for: out.waits_for,
        refers_to: out.refers_to,
        findings: out.findings,
    }
}

/// What comes out beside the record.
#[derive(Debug, Default)]
struct Progress {
    decisions: Vec<Decision>,
    waits_for: Vec<Wanted>,
    refers_to: Vec<Referred>,
    findings: Vec<Finding>,
    /// Why fields do not have what was said.
    unfit: BTreeMap<FieldName, String>,
}

/// Live claims decide, the first in authority first. Of a leaver, the last words of the ended ones stay where no live one
/// has any: nothing a source does erases a person. Sources that decide nothing come last.
fn speaking<'a>(policy: &Policy, claims: &'a [Claim], active: bool) -> Vec<&'a Claim> {
    let mut speaking: Vec<_> = claims.iter().filter(|claim| claim.is_live() || !active).collect();
    speaking.sort_by_key(|claim| {
        let mute = !policy.decides_anything(&claim.source);
        (mute, !claim.is_live(), policy.authority.rank("default", &claim.source), &claim.source)
    });
    speaking
}

fn flags(
    policy: &Policy,
    active: bool,
    before: &Record,
    record: &mut Record,
    now: Timestamp,
    out: &mut Vec<Decision>,
) {
    let mut flags = vec![("active", active)];
    if policy.lifecycle.lock_out {
        // ServiceNow locks a leaver by business rule and does not unlock a returner, so both are always written.
        flags.push(("locked_out", !active));
    }
    for (name, flag) in flags {
        let from = before.flag(name);
        let outcome = if from == Some(flag) { Outcome::Unchanged } else { Outcome::Written };
        let from = from.filter(|_| outcome == Outcome::Written).map(|flag| flag.to_string());
        out.push(Decision::new(name, outcome).values(from, Some(flag.to_string())));
        let field = Field::new(FieldValue::Flag(flag)).after(before.fields.get(name), now);
        record.fields.insert(name.into(), field);
    }
}

/// What is said of access that stays, instead of that it is unchanged.
fn held(hold: &Hold) -> Decision {
    let decision = Decision::new("active", Outcome::Held).values(None, Some("false".to_owned()));
    decision.by(&hold.source).because(hold.reason())
}

#[cfg(test)]
mod tests;
