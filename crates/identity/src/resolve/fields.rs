//! Fields: of what each source says, the word that counts.

use super::flapping::flapping;
use super::value::{Fitted, Unfit};
use super::words::{Fields, Word};
use super::{Finding, Hearing, Progress};
use crate::decision::{Decision, Outcome};
use crate::id::FieldName;
use crate::record::{Field, Record};

/// Why a field stays as it is whatever sources say.
const WRITTEN_ONCE: &str = "it is written once and then left alone";
const FILLED: &str = "the source may fill the field only while it is empty";

/// One field while it is decided.
pub(super) struct Place<'a> {
    pub(super) hearing: &'a Hearing<'a>,
    pub(super) name: &'a FieldName,
    pub(super) old: Option<&'a Field>,
}

/// The record as the mappings make it.
pub(super) fn mapped(hearing: &Hearing<'_>, out: &mut Progress) -> Record {
    let (mut heard, mut words) = (Fields::of(hearing), Vec::new());
    let mut fields = Vec::with_capacity(heard.most());
    out.decisions.reserve(heard.most());
    while let Some((name, old)) = heard.next(&mut words) {
        let field = Place { hearing, name, old }.decide(&words, out);
        fields.extend(field.map(|field| (name.clone(), field)));
    }
    Record { fields: fields.into_iter().collect(), ..Record::default() }
}

impl Place<'_> {
    fn decide(&self, words: &[Word<'_>], out: &mut Progress) -> Option<Field> {
        let mut speaking = words.iter().filter(|word| word.speaks()).peekable();
        let deciding = speaking.next_if(|word| word.counts());
        out.decisions.extend(speaking.filter_map(|word| self.skip(word, deciding)));
        match deciding {
            Some(word) => self.take(word, out),
            None => self.without_word(words, out),
        }
    }

    /// Why a word has no effect; nothing, where it agrees with what was decided.
    fn skip(&self, word: &Word<'_>, deciding: Option<&Word<'_>>) -> Option<Decision> {
        let reason = match deciding {
            Some(deciding) if deciding.value == word.value => return None,
            Some(deciding) => format!("`{}` decides `{}`", deciding.source, self.name),
            None => self.silence(),
        };
        let skipped = self.decision(Outcome::SkippedNotAuthoritative).values(None, word.shown());
        Some(skipped.by(word.source).because(reason))
    }

    /// That those who decide the field have nothing to say.
    fn silence(&self) -> String {
        let (order, _) = self.hearing.policy.authority.order(self.name.as_str());
        let names: Vec<_> = order.iter().map(|voice| format!("`{}`", voice.source)).collect();
        let (decide, has) = match names.len() {
            0 => return format!("nobody decides `{}`", self.name),
            1 => ("decides", "has no value"),
            _ => ("decide", "none of them has a value"),
        };
        format!("{} {decide} `{}`, and {has}", names.join(", then "), self.name)
    }

    fn take(&self, word: &Word<'_>, out: &mut Progress) -> Option<Field> {
        if let Some(old) = self.old.filter(|old| word.leaves_alone(old)) {
            return Some(self.left_alone(old, word, out));
        }
        let fitted = match &word.value {
            Ok(value) => self.fit(word.mapping, value.as_deref().unwrap_or_default(), out),
            Err(error) => {
                let failed = format!("`{}` by `{}` gave nothing: {error}", word.mapping.value, word.source);
                out.findings.push(Finding::Failed(format!("`{}`: {failed}", self.name)));
                let why = format!("{failed}; the old value stays");
                out.unfit.insert(self.name.clone(), why.clone());
                Err((Outcome::Rejected, why))
            }
        };
        match fitted {
            Ok(fitted) => Some(self.write(fitted, word, out)),
            Err(unfit) => {
                out.decisions.push(self.refused(unfit, word.shown()).by(word.source));
                self.old.cloned()
            }
        }
    }

    fn write(&self, fitted: Fitted<'_>, word: &Word<'_>, out: &mut Progress) -> Field {
        out.decisions.push(self.outcome(&fitted, Outcome::Written).by(word.source));
        let settled = |old: &&Field| old.source.as_ref() == Some(word.source) && fitted.is(&old.value);
        if let Some(old) = self.old.filter(settled) {
            return old.clone();
        }
        let field = Field { source: Some(word.source.clone()), ..Field::new(fitted.into_value()) };
        out.findings.extend(self.old.and_then(|old| flapping(self, old, &field)));
        field.after(self.old, self.hearing.settings.now)
    }

    fn left_alone(&self, old: &Field, word: &Word<'_>, out: &mut Progress) -> Field {
        let reason = if word.mapping.create_only { WRITTEN_ONCE } else { FILLED };
        let kept = self.decision(Outcome::Unchanged).values(None, self.old_text());
        out.decisions.push(kept.by(word.source).because(reason));
        old.clone()
    }

    /// Nobody who decides has a value: what is left alone stays, and else the first mapping with a default has one.
    fn without_word(&self, words: &[Word<'_>], out: &mut Progress) -> Option<Field> {
        let mut counting = words.iter().filter(|word| word.counts());
        let alone = self.old.and_then(|old| Some((old, counting.clone().find(|it| it.leaves_alone(old))?)));
        if let Some((old, word)) = alone {
            return Some(self.left_alone(old, word, out));
        }
        let default = counting.find_map(|word| Some((word, word.mapping.default.as_deref()?)));
        let Some((word, default)) = default else {
            out.decisions.extend(self.old.map(|old| self.cleared(old)));
            return None;
        };
        match self.fit(word.mapping, default, out) {
            Ok(fitted) => {
                let decision = self.outcome(&fitted, Outcome::Defaulted);
                out.decisions.push(decision.because("no source that decides it has a value"));
                Some(Field::new(fitted.into_value()).after(self.old, self.hearing.settings.now))
            }
            Err(unfit) => {
                out.decisions.push(self.refused(unfit, Some(default.to_owned())));
                self.old.cloned()
            }
        }
    }

    fn cleared(&self, old: &Field) -> Decision {
        let cleared = self.decision(Outcome::Written).values(Some(old.value.to_string()), None);
        cleared.because("no source that decides it has a value any more")
    }

    /// The value does not go in; what was there stays.
    pub(super) fn refused(&self, (outcome, reason): Unfit, said: Option<String>) -> Decision {
        let decision = match outcome {
            Outcome::Unchanged => self.decision(outcome).values(None, self.old_text()),
            _ => self.decision(outcome).values(self.old_text(), said),
        };
        decision.because(reason)
    }

    pub(super) fn outcome(&self, fitted: &Fitted<'_>, news: Outcome) -> Decision {
        let to = Some(fitted.text().to_owned());
        let decision = match self.old {
            Some(old) if fitted.says_the_same(&old.value) => {
                self.decision(Outcome::Unchanged).values(None, to)
            }
            _ => self.decision(fitted.special.unwrap_or(news)).values(self.old_text(), to),
        };
        Decision { reason: fitted.reason.clone(), ..decision }
    }

    fn decision(&self, outcome: Outcome) -> Decision {
        Decision::new(self.name.clone(), outcome)
    }

    fn old_text(&self) -> Option<String> {
        self.old.map(|old| old.value.to_string())
    }
}
