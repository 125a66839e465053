//! What each source says of each field, and whose word counts.

use crate::claim::Claim;
use crate::group::Membership;
use crate::id::{FieldName, SourceName};
use crate::policy::profile::ClaimView;
use crate::policy::{Mapping, Policy};
use std::borrow::Cow;
use std::collections::BTreeMap;
use tenure_el::{EvalError, Settings, Value};

/// What one source says of one field.
#[derive(Debug)]
pub(super) struct Word<'a> {
    pub(super) source: &'a SourceName,
    pub(super) mapping: &'a Mapping,
    ended: bool,
    rank: Option<(usize, &'a SourceName)>,
    pub(super) only_if_empty: bool,
    pub(super) value: Result<Cow<'a, str>, EvalError>,
}

impl Word<'_> {
    /// Whether the source may decide the field at all.
    pub(super) fn counts(&self) -> bool {
        self.rank.is_some()
    }

    /// The value, or what stands for one that could not be computed.
    pub(super) fn shown(&self) -> String {
        match &self.value {
            Ok(value) => value.clone().into_owned(),
            Err(error) => format!("({error})"),
        }
    }
}

pub(super) fn view<'a>(claim: &'a Claim, groups: &'a [Membership]) -> ClaimView<'a> {
    ClaimView { attributes: &claim.attributes, groups }
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

/// The words of all claims by field, of each field the one that decides first.
pub(super) fn words<'a>(
    policy: &'a Policy,
    views: &'a [(&'a Claim, ClaimView<'a>)],
    settings: &'a Settings,
) -> BTreeMap<&'a FieldName, Vec<Word<'a>>> {
    let mut words: BTreeMap<&FieldName, Vec<Word<'_>>> = BTreeMap::new();
    for (claim, view) in views {
        for mapping in policy.mapping_for(&claim.source) {
            let value = match said(mapping, view, settings) {
                Ok(Some(value)) => Ok(value),
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            let field = mapping.field.as_str();
            words.entry(&mapping.field).or_default().push(Word {
                source: &claim.source,
                mapping,
                ended: !claim.is_live(),
                rank: policy.authority.rank(field, &claim.source),
                only_if_empty: policy.authority.only_if_empty(field, &claim.source),
                value,
            });
        }
    }
    for words in words.values_mut() {
        words.sort_by_key(|word| (word.rank.is_none(), word.ended, word.rank, word.source));
    }
    words
}
