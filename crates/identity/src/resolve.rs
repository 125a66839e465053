//! Resolve: the record that the claims and the policy imply. A pure function of both, so that a policy change can be
//! previewed, any value explained, and a rehire is only a claim that becomes active again. Resolving twice changes
//! nothing; the order of the claims does not matter.

use crate::claim::Claim;
use crate::decision::{Decision, Outcome};
use crate::id::SourceName;
use crate::policy::{DeactivateWhen, Expression, Mapping, Policy};
use crate::record::{Field, FieldValue, Record};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What the claims imply.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The record as it should be.
    pub record: Record,
    /// Whether the person is active.
    pub active: bool,
    /// When they were deactivated, if they are inactive.
    pub deactivated_at: Option<Timestamp>,
    /// One per field that anybody speaks of, with its reason.
    pub decisions: Vec<Decision>,
}

/// What was true before.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The record.
    pub record: &'a Record,
    /// When they were deactivated, if they were inactive.
    pub deactivated_at: Option<Timestamp>,
}

/// Computes the record that the claims and the policy imply.
pub fn resolve(policy: &Policy, claims: &[Claim], before: Before<'_>, now: Timestamp) -> Resolution {
    let active = is_active(policy, claims);
    let speaking = speaking(claims, active);
    let mut record = Record::default();
    let mut decisions = Vec::new();
    for name in fields(policy, &speaking, before.record) {
        if let Some(field) = resolve_field(policy, &speaking, name, before.record, &mut decisions) {
            record.fields.insert(name.to_owned(), field);
        }
    }
    let deactivated_at = if active { None } else { before.deactivated_at.or(Some(now)) };
    decide_flags(policy, active, before.record, &mut record, &mut decisions);
    Resolution { record, active, deactivated_at, decisions }
}

/// Live claims decide. Of a leaver, the last words of the ended ones stay where no live one has any: nothing a source
/// does erases a person.
fn speaking(claims: &[Claim], active: bool) -> Vec<&Claim> {
    claims.iter().filter(|claim| claim.is_live() || !active).collect()
}

/// Every field that a claim may fill, and those that one did fill before.
fn fields<'a>(policy: &'a Policy, claims: &[&Claim], before: &'a Record) -> BTreeSet<&'a str> {
    let mapped =
        claims.iter().flat_map(|claim| policy.mapping_for(&claim.source)).map(|mapping| &mapping.field);
    let filled = before.fields.iter().filter(|(_, field)| matches!(field.value, FieldValue::Text(_)));
    mapped.chain(filled.map(|(name, _)| name)).map(String::as_str).collect()
}

/// What one source says of one field.
struct Word<'a> {
    source: &'a SourceName,
    ended: bool,
    rank: Option<(usize, &'a SourceName)>,
    value: String,
    max_length: Option<usize>,
}

fn resolve_field(
    policy: &Policy,
    claims: &[&Claim],
    name: &str,
    before: &Record,
    decisions: &mut Vec<Decision>,
) -> Option<Field> {
    let mut words: Vec<_> = claims.iter().filter_map(|claim| word(policy, claim, name)).collect();
    words.sort_by_key(|word| (word.rank.is_none(), word.ended, word.rank, word.source));
    let (deciding, others) = match words.split_first() {
        Some((first, rest)) if first.rank.is_some() => (Some(first), rest),
        _ => (None, words.as_slice()),
    };
    decisions.extend(others.iter().filter_map(|word| skip(name, word, deciding)));
    let old = before.fields.get(name);
    match deciding {
        Some(word) => decide(name, word, old, decisions),
        None => {
            decisions.extend(old.map(|old| cleared(name, old)));
            None
        }
    }
}

fn cleared(name: &str, old: &Field) -> Decision {
    let cleared = Decision::new(name, Outcome::Written).values(Some(old.value.to_string()), None);
    cleared.because("no source that decides it has a value any more")
}

fn word<'a>(policy: &Policy, claim: &'a Claim, field: &str) -> Option<Word<'a>> {
    let mapping = policy.mapping_for(&claim.source).iter().find(|mapping| mapping.field == field)?;
    let value = evaluate(mapping, claim)?;
    let rank = policy.authority.rank(field, &claim.source);
    Some(Word { source: &claim.source, ended: !claim.is_live(), rank, value, max_length: mapping.max_length })
}

fn evaluate(mapping: &Mapping, claim: &Claim) -> Option<String> {
    match &mapping.value {
        Expression::Select(selector) => selector.select(&claim.attributes),
        Expression::PrimaryLanguage(selector) => {
            let tag = selector.select(&claim.attributes)?;
            Some(tag.split(['-', '_']).next().unwrap_or_default().to_lowercase())
        }
    }
}

/// Why a word has no effect; nothing, where it agrees with what was decided.
fn skip(field: &str, word: &Word<'_>, deciding: Option<&Word<'_>>) -> Option<Decision> {
    let reason = match deciding {
        Some(deciding) if deciding.value == word.value => return None,
        Some(deciding) => format!("`{}` decides `{field}`", deciding.source),
        None => format!("`{}` does not decide `{field}`", word.source),
    };
    let skipped =
        Decision::new(field, Outcome::SkippedNotAuthoritative).values(None, Some(word.value.clone()));
    Some(skipped.by(word.source).because(reason))
}

fn decide(name: &str, word: &Word<'_>, old: Option<&Field>, decisions: &mut Vec<Decision>) -> Option<Field> {
    let from = old.map(|field| field.value.to_string());
    if let Some(reason) = too_long(name, word) {
        let rejected = Decision::new(name, Outcome::Rejected).values(from, Some(word.value.clone()));
        decisions.push(rejected.by(word.source).because(reason));
        return old.cloned();
    }
    let unchanged = from.as_deref() == Some(word.value.as_str());
    let outcome = if unchanged { Outcome::Unchanged } else { Outcome::Written };
    let from = if unchanged { None } else { from };
    decisions.push(Decision::new(name, outcome).values(from, Some(word.value.clone())).by(word.source));
    Some(Field { value: FieldValue::Text(word.value.clone()), source: Some(word.source.clone()) })
}

fn too_long(field: &str, word: &Word<'_>) -> Option<String> {
    let max = word.max_length?;
    let length = word.value.chars().count();
    (length > max).then(|| {
        format!(
            "the value has {length} characters and `{field}` holds {max}; the old value stays, nothing is cut"
        )
    })
}

/// Whether the person has access.
///
/// Under [`DeactivateWhen::Any`] one live claim that says inactive is enough to end it. An ended claim ends it too,
/// unless a source has said "active" since: otherwise somebody who left through one source could never return through
/// another.
pub fn is_active(policy: &Policy, claims: &[Claim]) -> bool {
    match policy.lifecycle.deactivate_when {
        DeactivateWhen::Any => {
            let last_start = claims.iter().filter(|c| c.gives_access()).map(|c| c.active_since).max();
            let last_end = claims.iter().filter_map(|claim| claim.ended).max();
            let one_says_no = claims.iter().any(|claim| claim.is_live() && !claim.active);
            !one_says_no && last_start.is_some() && last_start >= last_end
        }
        DeactivateWhen::Authoritative => {
            let ranked = claims.iter().filter_map(|claim| {
                let rank = policy.authority.rank("active", &claim.source)?;
                Some(((!claim.is_live(), rank), claim))
            });
            let deciding = ranked.min_by(|(one, _), (other, _)| one.cmp(other));
            deciding.is_some_and(|(_, claim)| claim.gives_access())
        }
    }
}

fn decide_flags(
    policy: &Policy,
    active: bool,
    before: &Record,
    record: &mut Record,
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
        record.fields.insert(name.into(), Field { value: FieldValue::Flag(flag), source: None });
    }
}

#[cfg(test)]
mod tests;
