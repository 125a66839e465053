//! Explain: for each field of somebody's record where its value comes from, by which rule, who was skipped and what they
//! said, and what it was before.

use super::{Subject, resolve};
use crate::decision::{Decision, Outcome};
use crate::id::{FieldName, SourceName};
use crate::policy::Policy;
use crate::record::{Field, Former};
use jiff::Timestamp;

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
    /// Who else had a word, and why it does not count.
    pub skipped: Vec<Decision>,
}

/// Explains the record that the policy makes of what is known.
pub fn explain(policy: &Policy, subject: &Subject<'_>, now: Timestamp) -> Vec<FieldExplanation> {
    let resolution = resolve(policy, subject, now);
    let (skipped, decided): (Vec<_>, Vec<_>) =
        resolution.decisions.into_iter().partition(|it| it.outcome == Outcome::SkippedNotAuthoritative);
    let mut explained: Vec<_> = decided
        .into_iter()
        .map(|decision| {
            let field = resolution.record.fields.get(&decision.field);
            let skipped = skipped.iter().filter(|it| it.field == decision.field).cloned().collect();
            one(policy, decision, field, skipped)
        })
        .collect();
    let alone = skipped.iter().filter(|it| !explained.iter().any(|one| one.field == it.field)).cloned();
    let alone: Vec<_> = alone.map(|it| nobody(policy, it)).collect();
    explained.extend(alone);
    explained.sort_by(|one, other| one.field.cmp(&other.field));
    explained
}

fn one(
    policy: &Policy,
    decision: Decision,
    field: Option<&Field>,
    skipped: Vec<Decision>,
) -> FieldExplanation {
    let mapping =
        decision.source.as_ref().and_then(|it| policy.mapping_of_field(it, decision.field.as_str()));
    let said = field.and_then(|field| match &field.value {
        crate::record::FieldValue::Person(person) => Some(person.said.clone()),
        _ => None,
    });
    FieldExplanation {
        value: field.map(|field| field.value.to_string()).or(decision.to),
        said,
        source: decision.source,
        expression: mapping.map(|mapping| mapping.value.to_string()),
        rule: decision.reason.unwrap_or_else(|| why(policy, decision.field.as_str(), decision.outcome)),
        since: field.and_then(|field| field.since),
        former: field.and_then(|field| field.former.as_deref().cloned()),
        field: decision.field,
        skipped,
    }
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
    format!("authority `{own}`: {}{others}; the first that has a value ({outcome})", names.join(", "))
}
