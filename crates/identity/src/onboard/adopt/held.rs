//! The keys under which people and records meet, as exactly as a link by them takes. Most are texts as they stand, so that
//! little is copied of a large instance.

use crate::onboard::existing::{Existing, Known};
use crate::onboard::portrait::means_something;
use std::borrow::Cow;
use tenure_scim::text::fold;

/// A key under which people and records meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Held<'a> {
    Key(&'a str),
    Number(Cow<'a, str>),
    Login(Cow<'a, str>),
    Email(Cow<'a, str>),
}

impl<'a> Held<'a> {
    /// The stable key of a record, or the identity provider's id of a person; its case means something.
    pub(super) fn key(text: Option<&'a String>) -> Option<Self> {
        let text = text?.trim();
        (!text.is_empty()).then_some(Self::Key(text))
    }

    pub(super) fn number(text: Option<&'a String>) -> Option<Self> {
        let text = text?;
        means_something(text).then(|| Self::Number(fold(text.trim())))
    }

    pub(super) fn login(text: &'a str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self::Login(fold(text)))
    }

    pub(super) fn email(text: &'a str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self::Email(fold(text)))
    }

    /// The keys that only one human being can have, of a record.
    pub(super) fn of_record(row: &'a Existing) -> impl Iterator<Item = Self> {
        let own = [Self::key(row.key.as_ref()), Self::number(row.employee_number.as_ref())];
        own.into_iter().chain([Self::login(&row.user_name)]).flatten()
    }

    fn of_person(person: &'a Known) -> impl Iterator<Item = Self> {
        let own = [Self::key(person.external_id.as_ref()), Self::number(person.employee_number.as_ref())];
        let emails = person.emails.iter().map(|email| Self::email(email));
        own.into_iter().chain([Self::login(&person.user_name)]).chain(emails).flatten()
    }
}

/// Who has a key, over all people and not only those who wait.
#[derive(Debug)]
pub(super) struct Holders<'a>(Vec<(Held<'a>, usize)>);

impl<'a> Holders<'a> {
    pub(super) fn of(known: &[&'a Known]) -> Self {
        let numbered = known.iter().enumerate();
        let mut held: Vec<_> =
            numbered.flat_map(|(at, person)| Held::of_person(person).map(move |held| (held, at))).collect();
        held.sort_unstable();
        held.dedup();
        held.shrink_to_fit();
        Self(held)
    }

    /// Positions of the people who have this key, in order.
    pub(super) fn of_key(&self, held: &Held<'_>) -> impl Iterator<Item = usize> {
        let from = self.0.partition_point(|(other, _)| other < held);
        self.0[from..].iter().take_while(move |(other, _)| other == held).map(|(_, known)| *known)
    }
}
