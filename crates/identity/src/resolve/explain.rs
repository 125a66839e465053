//! Explain: for each field of somebody's record where its value comes from, by which rule, who was skipped and what they
//! said, and what it was before.

use super::rules::by_rule;
use super::testimony::{Testimony, testimony};
use super::{Resolution, Subject, is_active, resolve};
use crate::decision::{Decision, Outcome};
use crate::id::{FieldName, SourceName};
use crate::policy::{FieldRule, Policy, Voice};
use crate::record::{Field, Former};
use jiff::Timestamp;
use tenure_el::Program;

/// One field, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldExplanation {
    /// The field; `roles` has one entry for each role.
    pub field: FieldName,
    /// Its value now.
    pub value: Option<String>,
    /// What a reference is called by its source.
    pub said: Option<String>,
    /// Who decided it; nothing for a rule and a default, and for access that nobody's word alone gives.
    pub source: Option<SourceName>,
    /// The expression that it came from.
    pub expression: Option<String>,
    /// Why it is so: whose word counts here, and what became of it.
    pub rule: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What it was before.
    pub former: Option<Former>,
    /// Whose word does not count, what they said, and why; the deciding source's too, where its value was refused.
    pub skipped: Vec<Decision>,
}

/// Explains the record that the policy makes of what is known.
pub fn explain(policy: &Policy, subject: &Subject<'_>, now: Timestamp) -> Vec<FieldExplanation> {
    let mut resolution = resolve(policy, subject, now);
    let decisions = std::mem::take(&mut resolution.decisions);
    let (skipped, decided): (Vec<_>, Vec<_>) =
        decisions.into_iter().partition(|it| it.outcome == Outcome::SkippedNotAuthoritative);
    let of = |decision: &Decision| resolution.record.fields.get(&decision.field);
    let mut explained: Vec<_> = decided.into_iter().map(|it| one(policy, of(&it), it)).collect();
    for skipped in skipped {
        match explained.iter_mut().find(|one| one.field == skipped.field) {
            Some(one) => one.skipped.push(skipped),
            None => explained.push(nobody(policy, skipped)),
        }
    }
    if let Some(active) = explained.iter_mut().find(|one| one.field == "active") {
        by_testimony(active, testimony(policy, subject.claims), policy, subject, &resolution);
    }
    explained.sort_by(|one, other| one.field.cmp(&other.field));
    explained
}

/// Access follows from the claims, unless a scope or a hold is between them: the sources' words are told all the same.
fn by_testimony(
    active: &mut FieldExplanation,
    said: Testimony,
    policy: &Policy,
    subject: &Subject<'_>,
    resolution: &Resolution,
) {
    active.skipped.extend(said.skipped);
    active.rule = match (is_active(policy, subject.claims), resolution.active) {
        (true, false) => format!("not in the policy's scope, whatever the claims say; {}", said.rule),
        (_, true) if resolution.held => format!("{}; {}", said.rule, active.rule),
        _ => {
            active.source = said.source;
            said.rule
        }
    };
}

fn one(policy: &Policy, field: Option<&Field>, decision: Decision) -> FieldExplanation {
    let said = field.and_then(|field| field.value.said()).map(str::to_owned);
    let refused = matches!(decision.outcome, Outcome::Rejected | Outcome::Deferred | Outcome::Held);
    let skipped: Vec<_> = refused.then(|| decision.clone()).into_iter().collect();
    let is_role = decision.field == "roles";
    FieldExplanation {
        expression: expression(policy, &decision).map(Program::to_string),
        value: field.map(|field| field.value.to_string()).or(decision.to.filter(|_| is_role)),
        said,
        source: if refused { field.and_then(|field| field.source.clone()) } else { decision.source },
        rule: decision.reason.unwrap_or_else(|| why(policy, decision.field.as_str(), decision.outcome)),
        since: field.and_then(|field| field.since),
        former: match decision.from.filter(|_| is_role) {
            Some(value) => Some(Former { value, source: None, since: None }),
            None => field.and_then(|field| field.former.as_deref().cloned()),
        },
        field: decision.field,
        skipped,
    }
}

/// The expression of the source or of the rule that decided.
fn expression<'p>(policy: &'p Policy, decision: &Decision) -> Option<&'p Program> {
    if let Some(source) = &decision.source {
        return policy.mapping_of_field(source, decision.field.as_str()).map(|mapping| &mapping.value);
    }
    let decided = |rule: &&FieldRule| rule.field == decision.field && decision.reason == Some(by_rule(rule));
    policy.fields.iter().find(decided).map(|rule| &rule.value)
}

/// A field that has no value because nobody who speaks of it decides it.
fn nobody(policy: &Policy, skipped: Decision) -> FieldExplanation {
    FieldExplanation {
        rule: why(policy, skipped.field.as_str(), skipped.outcome),
        field: skipped.field.clone(),
        value: None,
        said: None,
        source: None,
        expression: None,
        since: None,
        former: None,
        skipped: vec![skipped],
    }
}

fn why(policy: &Policy, field: &str, outcome: Outcome) -> String {
    if field == "locked_out" {
        return "`lock_out`: whoever is not active is locked out".to_owned();
    }
    let says = match outcome {
        Outcome::SkippedNotAuthoritative => "nobody who decides has a value",
        _ => "the first that has a value decides",
    };
    format!("{}; {says}", order_in_words(policy, field))
}

/// Who decides the field, the first in authority first.
pub(super) fn order_in_words(policy: &Policy, field: &str) -> String {
    let (order, open) = policy.authority.order(field);
    let names: Vec<_> = order.iter().map(in_order).collect();
    let others = if open { ", then any other source" } else { "" };
    let own = if open { "default" } else { field };
    format!("authority `{own}`: {}{others}", names.join(", "))
}

/// A source with what its place in an order says of it.
fn in_order(voice: &Voice) -> String {
    let only = if voice.only_if_empty { " (only = \"empty\")" } else { "" };
    format!("{}{only}", voice.source)
}
