//! Explain: for each field of somebody's record where its value comes from, by which rule, who was skipped and what they
//! said, and what it was before.

use super::rules::by_rule;
use super::{Subject, resolve};
use crate::decision::{Decision, Outcome};
use crate::id::{FieldName, SourceName};
use crate::policy::{FieldRule, Policy};
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
    /// Who decided it; nothing for a rule, a default and the lifecycle.
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
    let resolution = resolve(policy, subject, now);
    let (skipped, decided): (Vec<_>, Vec<_>) =
        resolution.decisions.into_iter().partition(|it| it.outcome == Outcome::SkippedNotAuthoritative);
    let of = |decision: &Decision| resolution.record.fields.get(&decision.field);
    let mut explained: Vec<_> = decided.into_iter().map(|it| one(policy, of(&it), it)).collect();
    for skipped in skipped {
        match explained.iter_mut().find(|one| one.field == skipped.field) {
            Some(one) => one.skipped.push(skipped),
            None => explained.push(nobody(policy, skipped)),
        }
    }
    explained.sort_by(|one, other| one.field.cmp(&other.field));
    explained
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
    if matches!(field, "active" | "locked_out") {
        return "the lifecycle decides it from the claims".to_owned();
    }
    let (order, open) = policy.authority.order(field);
    let names: Vec<_> = order.iter().map(|voice| voice.source.as_str()).collect();
    let others = if open { ", then any other source" } else { "" };
    let own = if open { "default" } else { field };
    let says = match outcome {
        Outcome::SkippedNotAuthoritative => "nobody who decides has a value",
        _ => "the first that has a value decides",
    };
    format!("authority `{own}`: {}{others}; {says}", names.join(", "))
}
