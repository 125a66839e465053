//! References to people: what has to be looked up before somebody can be resolved, and what was found.

use super::words::said;
use crate::claim::Claim;
use crate::group::Membership;
use crate::id::{FieldName, PersonId};
use crate::policy::profile::ClaimView;
use crate::policy::{PersonKey, Policy};
use crate::record::{FieldValue, Record};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;
use tenure_el::Settings;
use tenure_scim::text::fold;

/// Whom a field refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// The field.
    pub field: FieldName,
    /// By what they are known.
    pub key: PersonKey,
    /// The key, as keys are stored: external ids as they are, everything else folded.
    pub text: String,
}

/// People who were looked up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct References(HashMap<PersonKey, HashMap<String, PersonId>>);

static NOBODY: LazyLock<References> = LazyLock::new(References::default);

impl References {
    /// Nobody was looked up.
    pub fn none() -> &'static Self {
        &NOBODY
    }

    /// Notes who goes by this key.
    pub fn insert(&mut self, key: PersonKey, text: String, person: PersonId) {
        self.0.entry(key).or_default().insert(text, person);
    }

    /// Adds those who were looked up.
    pub fn extend(&mut self, others: Self) {
        for (key, people) in others.0 {
            self.0.entry(key).or_default().extend(people);
        }
    }

    /// Takes over whom a record refers to already: what a source called them then, they go by. Whoever is resolved for
    /// another reason than a new claim is looked up afresh.
    pub fn learn(&mut self, policy: &Policy, record: &Record) {
        for (name, field) in &record.fields {
            let (FieldValue::Person(person), Some(source)) = (&field.value, &field.source) else { continue };
            let mapping = policy.mapping_of_field(source, name.as_str());
            if let Some(key) = mapping.and_then(|mapping| mapping.reference.as_ref()?.key) {
                self.insert(key, stored(key, &person.said).into_owned(), person.id.clone());
            }
        }
    }

    /// Whether nobody was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who goes by this key.
    pub fn get(&self, key: PersonKey, text: &str) -> Option<&PersonId> {
        self.0.get(&key)?.get(text)
    }
}

/// The key as it is stored.
pub(super) fn stored(key: PersonKey, said: &str) -> Cow<'_, str> {
    match key {
        PersonKey::ExternalId => Cow::Borrowed(said),
        PersonKey::EmployeeNumber | PersonKey::UserName | PersonKey::Email => fold(said.trim()),
    }
}

/// Everybody whom these claims refer to under the policy. Expressions that fail refer to nobody.
pub fn wanted(policy: &Policy, claims: &[Claim], groups: &[Membership], now: Timestamp) -> BTreeSet<Wanted> {
    let settings = Settings { now, ..policy.expressions.clone() };
    let mut wanted = BTreeSet::new();
    for claim in claims {
        let view = ClaimView::of(claim, groups);
        for mapping in policy.mapping_for(&claim.source) {
            let Some(key) = mapping.reference.as_ref().and_then(|reference| reference.key) else { continue };
            let value = said(mapping, &view, &settings).ok().flatten();
            let texts = value.as_deref().into_iter().chain(mapping.default.as_deref());
            wanted.extend(texts.map(|text| Wanted {
                field: mapping.field.clone(),
                key,
                text: stored(key, text).into_owned(),
            }));
        }
    }
    wanted
}
