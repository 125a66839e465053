//! References to people and groups: what has to be looked up before somebody can be resolved, and what was found.

use super::words::said;
use crate::claim::Claim;
use crate::group::Membership;
use crate::id::{FieldName, GroupId, PersonId};
use crate::person::Person;
use crate::policy::profile::ClaimView;
use crate::policy::{GroupKey, PersonKey, Policy, ReferenceKey};
use crate::record::FieldValue;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;
use tenure_el::Settings;
use tenure_scim::text::fold;

/// Whom or what a field refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// The field.
    pub field: FieldName,
    /// By what they are known.
    pub key: ReferenceKey,
    /// The key, as keys are stored: external ids as they are, everything else folded.
    pub text: String,
}

/// A group that a field refers to, and by what it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referred {
    /// What was looked for.
    pub wanted: Wanted,
    /// What was found.
    pub group: GroupId,
}

/// People and groups that were looked up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct References {
    people: HashMap<PersonKey, HashMap<String, PersonId>>,
    groups: HashMap<GroupKey, HashMap<String, GroupId>>,
}

static NOTHING: LazyLock<References> = LazyLock::new(References::default);

impl References {
    /// Nobody and nothing was looked up.
    pub fn none() -> &'static Self {
        &NOTHING
    }

    /// Notes who goes by this key.
    pub fn insert(&mut self, key: PersonKey, text: String, person: PersonId) {
        self.people.entry(key).or_default().insert(text, person);
    }

    /// Notes which group goes by this key.
    pub fn insert_group(&mut self, key: GroupKey, text: String, group: GroupId) {
        self.groups.entry(key).or_default().insert(text, group);
    }

    /// Adds what was looked up.
    pub fn extend(&mut self, others: Self) {
        for (key, people) in others.people {
            self.people.entry(key).or_default().extend(people);
        }
        for (key, groups) in others.groups {
            self.groups.entry(key).or_default().extend(groups);
        }
    }

    /// Takes over whom and what somebody's record refers to already: what a source called them then, they go by. Whoever is
    /// resolved for another reason than a new claim is looked up afresh. A group may have lost its name since, but who
    /// refers to it is due then, or waits.
    pub fn learn(&mut self, policy: &Policy, person: &Person) {
        let groups_are_settled = person.due == 0 && !person.waits;
        for (name, field) in &person.record.fields {
            let Some(source) = &field.source else { continue };
            let mapping = policy.mapping_of_field(source, name.as_str());
            match (mapping.and_then(|mapping| mapping.reference.as_ref()?.key), &field.value) {
                (Some(ReferenceKey::Person(key)), FieldValue::Person(person)) => {
                    self.insert(key, stored_person(key, &person.said).into_owned(), person.id.clone());
                }
                (Some(ReferenceKey::Group(key)), FieldValue::Group(group)) if groups_are_settled => {
                    self.insert_group(key, stored_group(key, &group.said).into_owned(), group.id.clone());
                }
                _ => {}
            }
        }
    }

    /// Whether nobody and nothing was found.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.groups.is_empty()
    }

    /// Who goes by this key.
    pub fn get(&self, key: PersonKey, text: &str) -> Option<&PersonId> {
        self.people.get(&key)?.get(text)
    }

    /// Which group goes by this key.
    pub fn group(&self, key: GroupKey, text: &str) -> Option<&GroupId> {
        self.groups.get(&key)?.get(text)
    }

    /// Whether this was looked up and found.
    pub fn has(&self, wanted: &Wanted) -> bool {
        match wanted.key {
            ReferenceKey::Person(key) => self.get(key, &wanted.text).is_some(),
            ReferenceKey::Group(key) => self.group(key, &wanted.text).is_some(),
        }
    }

    /// Whether a group goes by what it was found by before.
    pub fn agree(&self, referred: &Referred) -> bool {
        match referred.wanted.key {
            ReferenceKey::Group(key) => self.group(key, &referred.wanted.text) == Some(&referred.group),
            ReferenceKey::Person(_) => false,
        }
    }
}

/// The key as it is stored.
pub(super) fn stored(key: ReferenceKey, said: &str) -> Cow<'_, str> {
    match key {
        ReferenceKey::Person(key) => stored_person(key, said),
        ReferenceKey::Group(key) => stored_group(key, said),
    }
}

fn stored_person(key: PersonKey, said: &str) -> Cow<'_, str> {
    match key {
        PersonKey::ExternalId => Cow::Borrowed(said),
        PersonKey::EmployeeNumber | PersonKey::UserName | PersonKey::Email => fold(said.trim()),
    }
}

fn stored_group(key: GroupKey, said: &str) -> Cow<'_, str> {
    match key {
        GroupKey::ExternalId => Cow::Borrowed(said),
        GroupKey::Name => fold(said.trim()),
    }
}

/// Everybody and everything that the mappings of these claims refer to. Expressions that fail refer to nobody. What rules
/// refer to follows from the record: a resolution waits for it until it has been looked up.
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
