//! Fields that follow from rules: they come before any source's word.

use super::value::{beyond, too_long};
use super::{Finding, Hearing, Progress};
use crate::decision::{Decision, Outcome};
use crate::policy::FieldRule;
use crate::policy::profile::PersonView;
use crate::record::{Field, FieldValue, Record};
use tenure_el::{EvalError, Settings};

/// Lays what the rules say over the record of the mappings. Of one field, the first rule that says anything decides.
pub(super) fn ruled(hearing: &Hearing<'_>, record: &mut Record, out: &mut Progress) {
    for rules in hearing.policy.fields.chunk_by(|one, other| one.field == other.field) {
        let view = hearing.person(record);
        let mut said = rules.iter().map(|rule| (rule, value(rule, &view, &hearing.settings)));
        let decided = said.find_map(|(rule, value)| Some((rule, value.transpose()?)));
        if let Some((rule, value)) = decided {
            overrule(hearing, rule, value, record, out);
        }
    }
}

/// Why a field has the value of a rule.
pub(super) fn by_rule(rule: &FieldRule) -> String {
    format!("by the rule `{}`", rule.when)
}

fn value(rule: &FieldRule, view: &PersonView<'_>, settings: &Settings) -> Result<Option<String>, EvalError> {
    if !rule.when.test(view, settings)? {
        return Ok(None);
    }
    let value = rule.value.evaluate(view, settings)?;
    let text = value.to_text().map(|text| text.trim().to_owned());
    Ok(text.filter(|text| !text.is_empty()))
}

fn overrule(
    hearing: &Hearing<'_>,
    rule: &FieldRule,
    value: Result<String, EvalError>,
    record: &mut Record,
    out: &mut Progress,
) {
    let old = hearing.before().fields.get(&rule.field);
    demote(rule, value.as_deref().ok(), &mut out.decisions);
    let decided = match value {
        Ok(value) => checked(rule, value, old),
        Err(error) => {
            let reason = format!("the rule `{}` gave nothing: {error}", rule.when);
            out.findings.push(Finding::Failed(format!("`{}`: {reason}", rule.field)));
            Err(rejected(rule, old, None).because(format!("{reason}; the old value stays")))
        }
    };
    let (field, decision) = match decided {
        Ok((value, decision)) => (Some(Field::new(value).after(old, hearing.settings.now)), decision),
        Err(decision) => (old.cloned(), decision),
    };
    record.fields.remove(&rule.field);
    record.fields.extend(field.map(|field| (rule.field.clone(), field)));
    out.decisions.push(decision);
}

/// What sources said of the field is skipped; nothing is told of a word that agrees with the rule.
fn demote(rule: &FieldRule, value: Option<&str>, decisions: &mut Vec<Decision>) {
    decisions.retain_mut(|decision| {
        if decision.field != rule.field {
            return true;
        }
        decision.outcome = Outcome::SkippedNotAuthoritative;
        decision.reason = Some(format!("the rule `{}` decides `{}`", rule.when, rule.field));
        decision.from = None;
        decision.source.is_some() && decision.to.is_some() && decision.to.as_deref() != value
    });
}

/// The value of the rule, if the column holds it.
fn checked(rule: &FieldRule, value: String, old: Option<&Field>) -> Result<(FieldValue, Decision), Decision> {
    if let Some((length, max)) = rule.max_length.and_then(|max| too_long(&value, max)) {
        return Err(rejected(rule, old, Some(value)).because(beyond(rule.field.as_str(), length, max)));
    }
    let value = FieldValue::Text(value);
    let text = Some(value.to_string());
    let decision = match old {
        Some(old) if old.value == value => {
            Decision::new(rule.field.clone(), Outcome::Unchanged).values(None, text)
        }
        old => Decision::new(rule.field.clone(), Outcome::Written)
            .values(old.map(|old| old.value.to_string()), text),
    };
    Ok((value, decision.because(by_rule(rule))))
}

fn rejected(rule: &FieldRule, old: Option<&Field>, said: Option<String>) -> Decision {
    let old = old.map(|old| old.value.to_string());
    Decision::new(rule.field.clone(), Outcome::Rejected).values(old, said)
}
