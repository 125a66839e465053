//! Values: whether what a source says goes into the field, and as what: text that its column holds, or one of our people.

use super::fields::Place;
use super::references::stored;
use super::{Progress, Wanted};
use crate::decision::Outcome;
use crate::id::PersonId;
use crate::policy::{Mapping, Missing, PersonKey, TooLong};
use crate::record::{FieldValue, PersonReference};
use std::borrow::Cow;

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
}

/// What becomes of a value that does not go in, and why.
pub(super) type Unfit = (Outcome, String);

impl Fitted<'_> {
    /// As it is shown.
    pub(super) fn text(&self) -> &str {
        match &self.value {
            Fit::Text(text) => text,
            Fit::Person { id, .. } => id.as_str(),
        }
    }

    /// Whether it is exactly this value.
    pub(super) fn is(&self, value: &FieldValue) -> bool {
        match (&self.value, value) {
            (Fit::Text(text), FieldValue::Text(other)) => text == other,
            (Fit::Person { id, said }, FieldValue::Person(other)) => **id == other.id && *said == other.said,
            _ => false,
        }
    }

    /// Whether it means the same as this value: a person may be called differently.
    pub(super) fn says_the_same(&self, value: &FieldValue) -> bool {
        match (&self.value, value) {
            (Fit::Person { id, .. }, FieldValue::Person(other)) => **id == other.id,
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
        mapping: &'v Mapping,
        value: &'v str,
        out: &mut Progress,
    ) -> Result<Fitted<'v>, Unfit>
    where
        'a: 'v,
    {
        if let Some((reference, key)) = mapping.reference.as_ref().and_then(|it| Some((it, it.key?))) {
            return self.refer(mapping, reference.missing, key, value, out);
        }
        let Some((length, max)) = mapping.max_length.and_then(|max| too_long(value, max)) else {
            return Ok(Fit::Text(Cow::Borrowed(value)).into());
        };
        let name = self.name;
        let kept = match mapping.too_long {
            TooLong::Refuse => return Err((Outcome::Rejected, beyond(name.as_str(), length, max))),
            TooLong::Cut => first(value, max),
            TooLong::CutAtWord => whole_words(value, max),
        };
        let reason =
            format!("shortened as the policy says: it had {length} characters and `{name}` holds {max}");
        Ok(Fitted { reason: Some(reason), ..Fit::Text(Cow::Borrowed(kept)).into() })
    }

    fn refer<'v>(
        &self,
        mapping: &'v Mapping,
        missing: Missing,
        key: PersonKey,
        said: &'v str,
        out: &mut Progress,
    ) -> Result<Fitted<'v>, Unfit>
    where
        'a: 'v,
    {
        let references = self.hearing.subject.references;
        let found = |said: &'v str| {
            let id = references.get(key, &stored(key, said))?;
            Some(Fit::Person { id, said })
        };
        if let Some(person) = found(said) {
            return Ok(person.into());
        }
        let nobody = format!("nobody with the {} `{said}` has arrived yet", words_for(key));
        // Whatever stands in meanwhile, the record must not depend on who came first.
        let wanted =
            |said: &str| Wanted { field: self.name.clone(), key, text: stored(key, said).into_owned() };
        out.waits_for.push(wanted(said));
        match missing {
            Missing::Skip => Err((Outcome::Unchanged, format!("{nobody}; the field is left as it is"))),
            Missing::Default => match mapping.default.as_deref().and_then(found) {
                Some(value) => Ok(Fitted { value, special: Some(Outcome::Defaulted), reason: Some(nobody) }),
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
}

/// Its length and the bound, if it is longer.
pub(super) fn too_long(value: &str, max: usize) -> Option<(usize, usize)> {
    // A character has a byte at least.
    if value.len() <= max {
        return None;
    }
    let length = value.chars().count();
    (length > max).then_some((length, max))
}

/// Why a value that is too long is refused.
pub(super) fn beyond(field: &str, length: usize, max: usize) -> String {
    format!(
        "the value has {length} characters and `{field}` holds {max}; the old value stays, nothing is cut"
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
