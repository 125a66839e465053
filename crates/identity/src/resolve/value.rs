//! Values: whether what a source says goes into the field, and as what: text that its column holds, or one of our people
//! or groups.

use super::fields::Place;
use super::references::stored;
use super::{Finding, Progress, References, Referred, Wanted};
use crate::decision::Outcome;
use crate::id::{GroupId, PersonId};
use crate::policy::{FieldRule, GroupKey, Mapping, Missing, PersonKey, Reference, ReferenceKey, TooLong};
use crate::record::{FieldValue, GroupReference, PersonReference};
use std::borrow::Cow;

/// What is asked of a value before it goes into a field.
#[derive(Clone, Copy)]
pub(super) struct Terms<'p> {
    reference: Option<&'p Reference>,
    default: Option<&'p str>,
    max_length: Option<usize>,
    too_long: TooLong,
}

impl<'p> From<&'p Mapping> for Terms<'p> {
    fn from(mapping: &'p Mapping) -> Self {
        Self {
            reference: mapping.reference.as_ref(),
            default: mapping.default.as_deref(),
            max_length: mapping.max_length,
            too_long: mapping.too_long,
        }
    }
}

impl<'p> From<&'p FieldRule> for Terms<'p> {
    fn from(rule: &'p FieldRule) -> Self {
        Self {
            reference: rule.reference.as_ref(),
            default: None,
            max_length: rule.max_length,
            too_long: TooLong::Refuse,
        }
    }
}

/// A value that goes into a field.
pub(super) struct Fitted<'v> {
    value: Fit<'v>,
    /// What became of it, if it is not simply written.
    pub(super) special: Option<Outcome>,
    pub(super) reason: Option<String>,
}

enum Fit<'v> {
    Text(Cow<'v, str>),
    Person { id: &'v PersonId, said: &'v str },
    Group { id: &'v GroupId, said: &'v str },
}

/// What becomes of a value that does not go in, and why.
pub(super) type Unfit = (Outcome, String);

impl Fitted<'_> {
    /// As it is shown.
    pub(super) fn text(&self) -> &str {
        match &self.value {
            Fit::Text(text) => text,
            Fit::Person { id, .. } => id.as_str(),
            Fit::Group { id, .. } => id.as_str(),
        }
    }

    /// Whether it is exactly this value.
    pub(super) fn is(&self, value: &FieldValue) -> bool {
        match (&self.value, value) {
            (Fit::Text(text), FieldValue::Text(other)) => text == other,
            (Fit::Person { id, said }, FieldValue::Person(other)) => **id == other.id && *said == other.said,
            (Fit::Group { id, said }, FieldValue::Group(other)) => **id == other.id && *said == other.said,
            _ => false,
        }
    }

    /// Whether it means the same as this value: a person or group may be called differently.
    pub(super) fn says_the_same(&self, value: &FieldValue) -> bool {
        match (&self.value, value) {
            (Fit::Person { id, .. }, FieldValue::Person(other)) => **id == other.id,
            (Fit::Group { id, .. }, FieldValue::Group(other)) => **id == other.id,
            _ => self.is(value),
        }
    }

    /// As the record has it.
    pub(super) fn into_value(self) -> FieldValue {
        match self.value {
            Fit::Text(text) => FieldValue::Text(text.into_owned()),
            Fit::Person { id, said } => {
                FieldValue::Person(PersonReference { id: id.clone(), said: said.to_owned() })
            }
            Fit::Group { id, said } => {
                FieldValue::Group(GroupReference { id: id.clone(), said: said.to_owned() })
            }
        }
    }
}

impl<'v> From<Fit<'v>> for Fitted<'v> {
    fn from(value: Fit<'v>) -> Self {
        Self { value, special: None, reason: None }
    }
}

impl<'a> Place<'a> {
    /// The value for the field: whom it refers to, or text that its column holds.
    pub(super) fn fit<'v>(
        &self,
        terms: impl Into<Terms<'v>>,
        value: &'v str,
        out: &mut Progress,
    ) -> Result<Fitted<'v>, Unfit>
    where
        'a: 'v,
    {
        let terms = terms.into();
        if let Some((reference, key)) = terms.reference.and_then(|it| Some((it, it.key?))) {
            return self.refer((reference.missing, terms.default), key, value, out);
        }
        let Some((length, max)) = terms.max_length.and_then(|max| too_long(value, max)) else {
            return Ok(Fit::Text(Cow::Borrowed(value)).into());
        };
        let name = self.name;
        let kept = match terms.too_long {
            TooLong::Refuse => return Err(self.too_long(beyond(name.as_str(), length, max), out)),
            TooLong::Cut => first(value, max),
            TooLong::CutAtWord => whole_words(value, max),
        };
        let reason =
            format!("shortened as the policy says: it had {length} characters and `{name}` holds {max}");
        Ok(Fitted { reason: Some(reason), ..Fit::Text(Cow::Borrowed(kept)).into() })
    }

    /// The value does not go in; that it is so is news only once.
    fn too_long(&self, why: String, out: &mut Progress) -> Unfit {
        if self.hearing.before().unfit.get(self.name) != Some(&why) {
            out.findings.push(Finding::TooLong { field: self.name.clone(), why: why.clone() });
        }
        out.unfit.insert(self.name.clone(), why.clone());
        (Outcome::Rejected, why)
    }

    fn refer<'v>(
        &self,
        (missing, default): (Missing, Option<&'v str>),
        key: ReferenceKey,
        said: &'v str,
        out: &mut Progress,
    ) -> Result<Fitted<'v>, Unfit>
    where
        'a: 'v,
    {
        let references = self.hearing.subject.references;
        let wanted =
            |said: &str| Wanted { field: self.name.clone(), key, text: stored(key, said).into_owned() };
        if let Some(fit) = found(references, key, said) {
            out.refers_to.extend(fit.referred(|| wanted(said)));
            return Ok(fit.into());
        }
        let absent = absent(key, said);
        // Whatever stands in meanwhile, the record must not depend on who came first.
        out.waits_for.push(wanted(said));
        match missing {
            Missing::Skip => Err((Outcome::Unchanged, format!("{absent}; the field is left as it is"))),
            Missing::Default => {
                let Some((text, value)) = default.and_then(|it| Some((it, found(references, key, it)?)))
                else {
                    out.waits_for.extend(default.map(wanted));
                    return Err((Outcome::Deferred, format!("{absent}, nor has the default")));
                };
                out.refers_to.extend(value.referred(|| wanted(text)));
                Ok(Fitted { value, special: Some(Outcome::Defaulted), reason: Some(absent) })
            }
            Missing::Defer | Missing::Create => {
                let they = if matches!(key, ReferenceKey::Person(_)) { "they do" } else { "it does" };
                Err((Outcome::Deferred, format!("{absent}; the field is filled the moment {they}")))
            }
        }
    }
}

impl Fit<'_> {
    /// The group that it is, with what was looked for.
    fn referred(&self, wanted: impl FnOnce() -> Wanted) -> Option<Referred> {
        match self {
            Self::Group { id, .. } => Some(Referred { wanted: wanted(), group: (*id).clone() }),
            Self::Person { .. } | Self::Text(_) => None,
        }
    }
}

/// Who or what goes by this word.
fn found<'v>(references: &'v References, key: ReferenceKey, said: &'v str) -> Option<Fit<'v>> {
    let text = stored(key, said);
    match key {
        ReferenceKey::Person(key) => references.get(key, &text).map(|id| Fit::Person { id, said }),
        ReferenceKey::Group(key) => references.group(key, &text).map(|id| Fit::Group { id, said }),
    }
}

/// That nobody and nothing goes by this word.
fn absent(key: ReferenceKey, said: &str) -> String {
    match key {
        ReferenceKey::Person(key) => {
            format!("nobody with the {} `{said}` has arrived yet", words_for(key))
        }
        ReferenceKey::Group(GroupKey::Name) => {
            format!("no live group with the name `{said}` has arrived yet")
        }
        ReferenceKey::Group(GroupKey::ExternalId) => {
            format!("no live group with the external id `{said}` has arrived yet")
        }
    }
}

/// Its length and the bound, if it is longer.
fn too_long(value: &str, max: usize) -> Option<(usize, usize)> {
    // A character has a byte at least.
    if value.len() <= max {
        return None;
    }
    let length = value.chars().count();
    (length > max).then_some((length, max))
}

/// Why a value that is too long is refused.
fn beyond(field: &str, length: usize, max: usize) -> String {
    format!(
        "the value has {length} characters and `{field}` holds {max}; the old value stays, nothing is cut; make the column \
         longer and say so with `max_length` in the policy, or have the policy shorten the value"
    )
}

/// So many characters, without a blank at the end.
fn first(text: &str, max: usize) -> &str {
    let end = text.char_indices().nth(max).map_or(text.len(), |(index, _)| index);
    text[..end].trim_end()
}

/// The words that fit; where not even the first does, its characters.
fn whole_words(text: &str, max: usize) -> &str {
    let fits = first(text, max);
    if text[fits.len()..].starts_with(char::is_whitespace) {
        return fits;
    }
    let whole = fits.rsplit_once(char::is_whitespace).map(|(whole, _)| whole.trim_end());
    whole.filter(|whole| !whole.is_empty()).unwrap_or(fits)
}

fn words_for(key: PersonKey) -> &'static str {
    match key {
        PersonKey::ExternalId => "external id",
        PersonKey::EmployeeNumber => "employee number",
        PersonKey::UserName => "login",
        PersonKey::Email => "e-mail address",
    }
}
