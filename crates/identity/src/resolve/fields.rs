//! Fields: of what each source says, the word that counts, checked for the column that it goes into; and fields that follow
//! from rules instead.

use super::references::stored;
use super::words::{Word, view, words};
use super::{Finding, Progress, Subject, Wanted};
use crate::claim::Claim;
use crate::decision::{Decision, Outcome};
use crate::id::FieldName;
use crate::policy::profile::PersonView;
use crate::policy::{FieldRule, Mapping, Missing, PersonKey, Policy, TooLong};
use crate::record::{Field, FieldValue, PersonReference, Record};
use jiff::Timestamp;
use std::collections::BTreeSet;
use tenure_el::Settings;

/// One field while it is decided.
struct Place<'a> {
    policy: &'a Policy,
    subject: &'a Subject<'a>,
    name: &'a FieldName,
    old: Option<&'a Field>,
    now: Timestamp,
}

/// A value that may go into a field, and how it got there.
struct Chosen {
    value: FieldValue,
    outcome: Option<Outcome>,
    reason: Option<String>,
}

/// The record as the mappings make it.
pub(super) fn mapped(
    policy: &Policy,
    subject: &Subject<'_>,
    speaking: &[&Claim],
    settings: &Settings,
    out: &mut Progress,
) -> Record {
    let views: Vec<_> = speaking.iter().map(|claim| (*claim, view(claim, subject.groups))).collect();
    let words = words(policy, &views, settings);
    let before = subject.before.record;
    let filled = before.fields.iter().filter(|(_, field)| !matches!(field.value, FieldValue::Flag(_)));
    let defaulted = speaking.iter().flat_map(|claim| policy.mapping_for(&claim.source));
    let defaulted = defaulted.filter(|mapping| mapping.default.is_some()).map(|mapping| &mapping.field);
    let names = words.keys().copied().chain(filled.map(|(name, _)| name)).chain(defaulted);
    let mut record = Record::default();
    for name in names.collect::<BTreeSet<_>>() {
        let place = Place { policy, subject, name, old: before.fields.get(name), now: settings.now };
        let said = words.get(name).map_or(&[][..], Vec::as_slice);
        let field = place.decide(said, speaking, out);
        record.fields.extend(field.map(|field| (name.clone(), field)));
    }
    record
}

impl Place<'_> {
    fn decide(&self, words: &[Word<'_>], speaking: &[&Claim], out: &mut Progress) -> Option<Field> {
        let (deciding, others) = match words.split_first() {
            Some((first, rest)) if first.counts() => (Some(first), rest),
            _ => (None, words),
        };
        out.decisions.extend(others.iter().filter_map(|word| self.skip(word, deciding)));
        match deciding {
            Some(word) => self.take(word, out),
            None => self.default(speaking, out),
        }
    }

    /// Why a word has no effect; nothing, where it agrees with what was decided.
    fn skip(&self, word: &Word<'_>, deciding: Option<&Word<'_>>) -> Option<Decision> {
        let reason = match deciding {
            Some(deciding) if deciding.value == word.value => return None,
            Some(deciding) => format!("`{}` decides `{}`", deciding.source, self.name),
            None => format!("`{}` does not decide `{}`", word.source, self.name),
        };
        let skipped = self.decision(Outcome::SkippedNotAuthoritative).values(None, Some(word.shown()));
        Some(skipped.by(word.source).because(reason))
    }

    fn take(&self, word: &Word<'_>, out: &mut Progress) -> Option<Field> {
        if let Some(reason) = self.is_settled(word) {
            let kept = self.decision(Outcome::Unchanged).values(None, self.old_text());
            out.decisions.push(kept.by(word.source).because(reason));
            return self.old.cloned();
        }
        let chosen = match &word.value {
            Ok(value) => self.choose(word.mapping, value, out),
            Err(error) => {
                let failed = format!("`{}` by `{}` gave nothing: {error}", word.mapping.value, word.source);
                out.findings.push(Finding::Failed(format!("`{}`: {failed}", self.name)));
                Err((Outcome::Rejected, format!("{failed}; the old value stays")))
            }
        };
        match chosen {
            Ok(chosen) => Some(self.write(chosen, word, out)),
            Err((outcome, reason)) => {
                let refused = self.decision(outcome).values(self.old_text(), Some(word.shown()));
                out.decisions.push(refused.by(word.source).because(reason));
                self.old.cloned()
            }
        }
    }

    /// Why the field stays as it is whatever the source says, if it does.
    fn is_settled(&self, word: &Word<'_>) -> Option<&'static str> {
        let old = self.old?;
        if word.mapping.create_only {
            return Some("it is written once and then left alone");
        }
        let own = old.source.as_ref() == Some(word.source);
        (word.only_if_empty && own).then_some("the source may fill the field only while it is empty")
    }

    fn write(&self, chosen: Chosen, word: &Word<'_>, out: &mut Progress) -> Field {
        let mut field = Field { source: Some(word.source.clone()), ..Field::new(chosen.value) };
        out.findings.extend(self.flaps(&field));
        let decision = self.outcome(&field.value, chosen.outcome).by(word.source);
        out.decisions.push(Decision { reason: chosen.reason, ..decision });
        field = field.after(self.old, self.now);
        field
    }

    /// Nobody who decides has a value: the first mapping with a default has one.
    fn default(&self, speaking: &[&Claim], out: &mut Progress) -> Option<Field> {
        let mut mappings = speaking.iter().filter_map(|claim| {
            self.policy.authority.rank(self.name.as_str(), &claim.source)?;
            let mapping = self.policy.mapping_of_field(&claim.source, self.name.as_str())?;
            Some((mapping, mapping.default.as_deref()?))
        });
        let Some((mapping, default)) = mappings.next() else {
            out.decisions.extend(self.old.map(|old| self.cleared(old)));
            return None;
        };
        match self.choose(mapping, default, out) {
            Ok(chosen) => {
                let decision = self.outcome(&chosen.value, Some(Outcome::Defaulted));
                out.decisions.push(decision.because("no source that decides it has a value"));
                Some(Field::new(chosen.value).after(self.old, self.now))
            }
            Err((outcome, reason)) => {
                let refused = self.decision(outcome).values(self.old_text(), Some(default.to_owned()));
                out.decisions.push(refused.because(reason));
                self.old.cloned()
            }
        }
    }

    fn cleared(&self, old: &Field) -> Decision {
        let cleared = self.decision(Outcome::Written).values(Some(old.value.to_string()), None);
        cleared.because("no source that decides it has a value any more")
    }

    /// The value for the field: whom it refers to, or text that fits.
    fn choose(
        &self,
        mapping: &Mapping,
        value: &str,
        out: &mut Progress,
    ) -> Result<Chosen, (Outcome, String)> {
        let reference = mapping.reference.as_ref();
        if let Some((reference, key)) = reference.and_then(|it| Some((it, it.key?))) {
            return self.refer(mapping, reference.missing, key, value, out);
        }
        let length = value.chars().count();
        let Some(max) = mapping.max_length.filter(|max| length > *max) else {
            return Ok(Chosen { value: FieldValue::Text(value.to_owned()), outcome: None, reason: None });
        };
        let name = self.name;
        let kept = match mapping.too_long {
            TooLong::Refuse => {
                let reason = format!(
                    "the value has {length} characters and `{name}` holds {max}; the old value stays, nothing is cut"
                );
                return Err((Outcome::Rejected, reason));
            }
            TooLong::Cut => value.chars().take(max).collect(),
            TooLong::CutAtWord => whole_words(value, max),
        };
        let reason =
            format!("shortened as the policy says: it had {length} characters and `{name}` holds {max}");
        Ok(Chosen { value: FieldValue::Text(kept), outcome: None, reason: Some(reason) })
    }

    fn refer(
        &self,
        mapping: &Mapping,
        missing: Missing,
        key: PersonKey,
        said: &str,
        out: &mut Progress,
    ) -> Result<Chosen, (Outcome, String)> {
        let found = |said: &str| {
            let person = self.subject.references.get(key, &stored(key, said))?;
            Some(FieldValue::Person(PersonReference { id: person.clone(), said: said.to_owned() }))
        };
        if let Some(value) = found(said) {
            return Ok(Chosen { value, outcome: None, reason: None });
        }
        let nobody = format!("nobody with the {} `{said}` has arrived yet", words_for(key));
        // Whatever stands in meanwhile, the record must not depend on who came first.
        let wanted = |said: &str| Wanted { field: self.name.clone(), key, text: stored(key, said) };
        out.waits_for.push(wanted(said));
        match missing {
            Missing::Skip => Err((Outcome::Unchanged, format!("{nobody}; the field is left as it is"))),
            Missing::Default => match mapping.default.as_deref().and_then(found) {
                Some(value) => Ok(Chosen { value, outcome: Some(Outcome::Defaulted), reason: Some(nobody) }),
                None => {
                    out.waits_for.extend(mapping.default.as_deref().map(wanted));
                    Err((Outcome::Deferred, format!("{nobody}, nor has the default")))
                }
            },
            Missing::Defer | Missing::Create => {
                Err((Outcome::Deferred, format!("{nobody}; the field is filled the moment they do")))
            }
        }
    }

    /// Whether the field goes back to a source that lost it a moment ago.
    fn flaps(&self, new: &Field) -> Option<Finding> {
        let old = self.old?;
        let (now, was) = (new.source.as_ref()?, old.source.as_ref()?);
        let earlier = old.former.as_ref()?.source.as_ref()?;
        let quick = self.now.as_second() - old.since?.as_second() <= self.policy.flapping.window_seconds;
        (now != was && now == earlier && quick).then(|| {
            let (first, _) = [now, was].map(|it| (it, self.policy.authority.rank(self.name.as_str(), it))).into_iter().min_by_key(|(_, rank)| (rank.is_none(), *rank)).expect("there are two");
            Finding::Flapping(format!(
                "`{}` was decided by `{now}`, then by `{was}`, and now by `{now}` again; `{} = [\"{first}\"]` under \
                 [authority] ends it",
                self.name, self.name
            ))
        })
    }

    fn decision(&self, outcome: Outcome) -> Decision {
        Decision::new(self.name.clone(), outcome)
    }

    fn old_text(&self) -> Option<String> {
        self.old.map(|old| old.value.to_string())
    }

    fn outcome(&self, value: &FieldValue, special: Option<Outcome>) -> Decision {
        match self.old {
            Some(old) if old.value == *value => {
                self.decision(Outcome::Unchanged).values(None, Some(value.to_string()))
            }
            _ => {
                let outcome = special.unwrap_or(Outcome::Written);
                self.decision(outcome).values(self.old_text(), Some(value.to_string()))
            }
        }
    }
}

/// The words that fit; where not even the first does, its characters.
fn whole_words(text: &str, max: usize) -> String {
    let end = text.char_indices().nth(max).map_or(text.len(), |(index, _)| index);
    let fits = &text[..end];
    let at_word = text[end..].starts_with(char::is_whitespace);
    let whole =
        if at_word { Some(fits) } else { fits.rsplit_once(char::is_whitespace).map(|(whole, _)| whole) };
    whole.map(str::trim_end).filter(|whole| !whole.is_empty()).unwrap_or(fits).to_owned()
}

fn words_for(key: PersonKey) -> &'static str {
    match key {
        PersonKey::ExternalId => "external id",
        PersonKey::EmployeeNumber => "employee number",
        PersonKey::UserName => "login",
        PersonKey::Email => "e-mail address",
    }
}

/// Fields that follow from rules: they come before any source's word.
pub(super) fn ruled(
    policy: &Policy,
    subject: &Subject<'_>,
    speaking: &[&Claim],
    settings: &Settings,
    record: &mut Record,
    out: &mut Progress,
) {
    let mut decided: Option<&FieldName> = None;
    for rule in &policy.fields {
        if decided == Some(&rule.field) {
            continue;
        }
        let view = PersonView { claims: speaking, groups: subject.groups, record };
        let value = match value_of(rule, &view, settings) {
            Ok(None) => continue,
            Ok(Some(value)) => Ok(value),
            Err(error) => Err(format!("the rule `{}` gave nothing: {error}", rule.when)),
        };
        decided = Some(&rule.field);
        let old = subject.before.record.fields.get(&rule.field);
        match value {
            Ok(value) => overrule(rule, value, old, settings.now, record, out),
            Err(reason) => {
                out.findings.push(Finding::Failed(format!("`{}`: {reason}", rule.field)));
                let old_text = old.map(|old| old.value.to_string());
                let rejected = Decision::new(rule.field.clone(), Outcome::Rejected).values(old_text, None);
                out.decisions.push(rejected.because(format!("{reason}; the old value stays")));
                record.fields.remove(&rule.field);
                record.fields.extend(old.map(|old| (rule.field.clone(), old.clone())));
            }
        }
    }
}

fn value_of(
    rule: &FieldRule,
    view: &PersonView<'_>,
    settings: &Settings,
) -> Result<Option<String>, tenure_el::EvalError> {
    if !rule.when.test(view, settings)? {
        return Ok(None);
    }
    let value = rule.value.evaluate(view, settings)?;
    let text = value.to_text().map(|text| text.trim().to_owned());
    Ok(text.filter(|text| !text.is_empty()))
}

fn overrule(
    rule: &FieldRule,
    value: String,
    old: Option<&Field>,
    now: Timestamp,
    record: &mut Record,
    out: &mut Progress,
) {
    let by_rule = format!("by the rule `{}`", rule.when);
    out.decisions.retain_mut(|decision| {
        if decision.field != rule.field {
            return true;
        }
        decision.outcome = Outcome::SkippedNotAuthoritative;
        decision.reason = Some(format!("the rule `{}` decides `{}`", rule.when, rule.field));
        decision.from = None;
        decision.source.is_some() && decision.to.as_ref().is_some_and(|said| *said != value)
    });
    let value = FieldValue::Text(value);
    let unchanged = old.is_some_and(|old| old.value == value);
    let outcome = if unchanged { Outcome::Unchanged } else { Outcome::Written };
    let from = old.filter(|_| !unchanged).map(|old| old.value.to_string());
    let decision = Decision::new(rule.field.clone(), outcome).values(from, Some(value.to_string()));
    out.decisions.push(decision.because(by_rule));
    record.fields.insert(rule.field.clone(), Field::new(value).after(old, now));
}
