//! What each source says of each field, and whose word counts.

use super::Hearing;
use crate::id::{FieldName, SourceName};
use crate::policy::profile::ClaimView;
use crate::policy::{Mapping, Voice};
use crate::record::{Field, FieldValue};
use std::borrow::Cow;
use std::collections::btree_map;
use std::iter::{Filter, Peekable};
use tenure_el::{EvalError, Settings, Value};

/// What one source says of one field that its mapping fills.
#[derive(Debug)]
pub(super) struct Word<'a> {
    pub(super) source: &'a SourceName,
    pub(super) mapping: &'a Mapping,
    ended: bool,
    /// The source's place in the order of authority; `None` where it does not decide.
    rank: Option<usize>,
    pub(super) only_if_empty: bool,
    /// Nothing, where the source has no value.
    pub(super) value: Result<Option<Cow<'a, str>>, EvalError>,
}

impl Word<'_> {
    /// Whether the source may decide the field at all.
    pub(super) fn counts(&self) -> bool {
        self.rank.is_some()
    }

    /// Whether the source has a value, even one that cannot be computed.
    pub(super) fn speaks(&self) -> bool {
        !matches!(self.value, Ok(None))
    }

    /// Whether the source leaves the field alone once it has a value.
    pub(super) fn leaves_alone(&self, old: &Field) -> bool {
        self.mapping.create_only || (self.only_if_empty && old.source.as_ref() == Some(self.source))
    }

    /// The value, or what stands for one that could not be computed.
    pub(super) fn shown(&self) -> Option<String> {
        match &self.value {
            Ok(value) => value.as_deref().map(str::to_owned),
            Err(error) => Some(format!("({error})")),
        }
    }

    /// Words with a smaller key come first: those that count, then those that may replace a value, then live ones. Of
    /// sources that only fill an empty field, the one that filled it.
    fn precedence(&self, old: Option<&Field>) -> impl Ord + use<'_> {
        let filled = old.and_then(|old| old.source.as_ref()) == Some(self.source);
        let late = self.only_if_empty && !filled;
        (!self.counts(), self.only_if_empty, self.ended, late, self.rank, self.source)
    }
}

type Held<'a> =
    Peekable<Filter<btree_map::Iter<'a, FieldName, Field>, fn(&(&'a FieldName, &'a Field)) -> bool>>;

/// All that is said and all that was true, field by field.
pub(super) struct Fields<'a> {
    hearing: &'a Hearing<'a>,
    /// Of each claim, the mappings that are still to be heard; they are sorted.
    mappings: Vec<&'a [Mapping]>,
    held: Held<'a>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(hearing: &'a Hearing<'a>) -> Self {
        let mappings = hearing.speaking.iter().map(|view| hearing.policy.mapping_for(&view.claim.source));
        let is_mapped: fn(&(&'a FieldName, &'a Field)) -> bool =
            |(_, field)| !matches!(field.value, FieldValue::Flag(_));
        let held = hearing.before().fields.iter().filter(is_mapped).peekable();
        Self { hearing, mappings: mappings.collect(), held }
    }

    /// How many fields there are, or a few more.
    pub(super) fn most(&self) -> usize {
        self.mappings.iter().map(|rest| rest.len()).sum::<usize>().max(self.hearing.before().fields.len())
    }

    /// The next field with what it was before. `words` takes what is said of it, the word that decides first.
    pub(super) fn next(&mut self, words: &mut Vec<Word<'a>>) -> Option<(&'a FieldName, Option<&'a Field>)> {
        words.clear();
        let mapped = self.mappings.iter().filter_map(|rest| Some(&rest.first()?.field));
        let name = mapped.chain(self.held.peek().map(|(name, _)| *name)).min()?;
        let old = self.held.next_if(|(held, _)| *held == name).map(|(_, field)| field);
        let order = self.hearing.policy.authority.order(name.as_str());
        for (rest, view) in self.mappings.iter_mut().zip(&self.hearing.speaking) {
            if let Some((mapping, others)) = rest.split_first().filter(|(it, _)| it.field == *name) {
                *rest = others;
                words.push(word(view, mapping, order, &self.hearing.settings));
            }
        }
        words.sort_by(|one, other| one.precedence(old).cmp(&other.precedence(old)));
        Some((name, old))
    }
}

fn word<'a>(
    view: &'a ClaimView<'a>,
    mapping: &'a Mapping,
    (order, open): (&[Voice], bool),
    settings: &'a Settings,
) -> Word<'a> {
    let source = &view.claim.source;
    let place = order.iter().position(|voice| voice.source == *source);
    Word {
        source,
        mapping,
        ended: !view.claim.is_live(),
        rank: place.or(open.then_some(usize::MAX)),
        only_if_empty: place.is_some_and(|place| order[place].only_if_empty),
        value: said(mapping, view, settings),
    }
}

/// The value of a mapping without blanks around it; nothing if nothing is left.
pub(super) fn said<'a>(
    mapping: &'a Mapping,
    view: &'a ClaimView<'a>,
    settings: &'a Settings,
) -> Result<Option<Cow<'a, str>>, EvalError> {
    let text = match mapping.value.evaluate(view, settings)? {
        Value::Text(text) => Some(text),
        other => other.to_text().map(|text| Cow::Owned(text.into_owned())),
    };
    Ok(text.map(trimmed).filter(|text| !text.is_empty()))
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
