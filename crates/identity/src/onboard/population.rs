//! How rare a value is among the records: two that share a rare one are one human being sooner than two that share a common
//! one. Counted over the accounts of people only.
//!
//! The number of records enters by its order of magnitude alone, so that one record more changes no verdict about others.

use super::subject::Subject;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What values are counted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Trait {
    Given,
    Family,
    Name,
    Number,
    Email,
    Form,
    Stem,
    Desk,
    Mobile,
    Department,
    Manager,
}

/// A small instance says little of how varied names are; it counts as one of a thousand.
const LEAST_BITS: f64 = 10.0;
/// What no more records have than the two that are compared says all that a value can.
const RARE: u32 = 2;

/// How often each value occurs.
#[derive(Debug)]
pub(super) struct Population {
    /// Of values that more than [`RARE`] records have, by their hash; of a million values two share one by chance once in
    /// many millions of instances.
    counts: HashMap<u64, u32>,
    /// Binary logarithm of the number of people, in even steps.
    size_bits: f64,
}

impl Population {
    pub(super) fn of(people: &[Subject<'_>]) -> Self {
        let size_bits = ((people.len().max(1) as f64).log2() / 2.0).round() * 2.0;
        let mut hashes: Vec<_> =
            people.iter().flat_map(values).map(|(kind, value)| hash(kind, value)).collect();
        hashes.sort_unstable();
        let same = hashes.chunk_by(|one, other| one == other);
        let counted = same.map(|same| (same[0], u32::try_from(same.len()).unwrap_or(u32::MAX)));
        let counts = counted.filter(|(_, count)| *count > RARE).collect();
        Self { counts, size_bits: size_bits.max(LEAST_BITS) }
    }

    /// How many records have the value; of a rare one, that it is rare.
    pub(super) fn count(&self, kind: Trait, value: &str) -> u32 {
        self.counts.get(&hash(kind, value)).copied().unwrap_or(RARE)
    }

    /// Binary logarithm of the number of people.
    pub(super) fn size_bits(&self) -> f64 {
        self.size_bits
    }

    /// How much a coincidence in this value says, in bits: the logarithm of one in how many records has it. A value that
    /// only the two compared records have counts as theirs both.
    pub(super) fn rarity(&self, kind: Trait, value: &str) -> f64 {
        (self.size_bits - f64::from(self.count(kind, value)).log2()).max(0.0)
    }
}

fn hash(kind: Trait, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, value).hash(&mut hasher);
    hasher.finish()
}

fn values<'a>(person: &'a Subject<'_>) -> impl Iterator<Item = (Trait, &'a str)> {
    let portrait = &person.portrait;
    let email = portrait.email.as_ref();
    let written = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    let single = [
        (Trait::Given, written(&portrait.name.given)),
        (Trait::Family, written(&portrait.name.family)),
        (Trait::Name, portrait.name.is_whole().then_some(person.sorted_name.as_str())),
        (Trait::Number, portrait.number.as_deref()),
        (Trait::Email, email.map(|email| email.whole.as_str())),
        (Trait::Form, email.map(|email| email.form.as_str())),
        (Trait::Stem, email.and_then(|email| email.stem.as_deref())),
        (Trait::Desk, portrait.desk.as_deref()),
        (Trait::Mobile, portrait.mobile.as_deref()),
        (Trait::Department, person.department()),
        (Trait::Manager, person.manager()),
    ];
    single.into_iter().filter_map(|(kind, value)| Some((kind, value?)))
}
