//! Fields that follow from rules: they come before any source's word.

use super::fields::Place;
use super::{Finding, Hearing, Progress};
use crate::decision::{Decision, Outcome};
use crate::policy::FieldRule;
use crate::policy::profile::PersonView;
use crate::record::{Field, Record};
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
    let place = Place { hearing, name: &rule.field, old: hearing.before().fields.get(&rule.field) };
    // Whom and what the mappings wait for, or refer to, no longer matters here.
    out.waits_for.retain(|it| it.field != rule.field);
    out.refers_to.retain(|it| it.wanted.field != rule.field);
    out.findings.retain(|it| !matches!(it, Finding::TooLong { field, .. } if *field == rule.field));
    out.unfit.remove(&rule.field);
    let (field, decision) = match value {
        Ok(value) => place.ruled(rule, &value, out),
        Err(error) => {
            let reason = format!("the rule `{}` gave nothing: {error}", rule.when);
            out.findings.push(Finding::Failed(format!("`{}`: {reason}", rule.field)));
            demote(rule, None, &mut out.decisions);
            let unfit = (Outcome::Rejected, format!("{reason}; the old value stays"));
            out.unfit.insert(rule.field.clone(), unfit.1.clone());
            (place.old.cloned(), place.refused(unfit, None))
        }
    };
    record.fields.remove(&rule.field);
    record.fields.extend(field.map(|field| (rule.field.clone(), field)));
    out.decisions.push(decision);
}

impl Place<'_> {
    /// The value of the rule, if it goes into the field; what was there stays where it does not.
    fn ruled(&self, rule: &FieldRule, value: &str, out: &mut Progress) -> (Option<Field>, Decision) {
        match self.fit(rule, value, out) {
            Ok(fitted) => {
                demote(rule, Some(fitted.text()), &mut out.decisions);
                let decision = self.outcome(&fitted, Outcome::Written).because(by_rule(rule));
                let field = Field::new(fitted.into_value()).after(self.old, self.hearing.settings.now);
                (Some(field), decision)
            }
            Err(unfit) => {
                demote(rule, Some(value), &mut out.decisions);
                (self.old.cloned(), self.refused(unfit, Some(value.to_owned())))
            }
        }
    }
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
