//! Circles: a person whose chain of managers leads back to them. They are allowed, because no source can be made to say
//! otherwise in one request, and said once, when the change that closes one is made.
//!
//! The chain is followed by whoever can look people up: a [`Walk`] says whom it needs next, for at most [`REACH`] people.

use crate::event::{Actor, Event, EventKind, Subject};
use crate::id::{FieldName, PersonId};
use crate::person::Person;
use crate::record::Record;
use jiff::Timestamp;

/// People whom a walk looks at; a longer way round is not found.
pub const REACH: usize = 32;

/// The way that a field leads from person to person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    field: FieldName,
    /// Who has been passed, from the first on, with a name for people.
    passed: Vec<(PersonId, String)>,
    next: Option<PersonId>,
}

impl Walk {
    /// The ways that begin with what a change made of the person: one for each field that refers to somebody else now.
    pub fn after(before: &Record, person: &Person) -> Vec<Self> {
        let changed = person.record.fields.keys().filter_map(|field| {
            let now = person.record.person(field.as_str())?;
            (before.person(field.as_str()) != Some(now)).then(|| Self {
                field: field.clone(),
                passed: vec![(person.id.clone(), person.display())],
                next: Some(now.clone()),
            })
        });
        changed.collect()
    }

    /// Whom the way leads to next, until it is back at its beginning, ends or becomes too long.
    pub fn next(&self) -> Option<&PersonId> {
        self.next.as_ref().filter(|_| !self.is_closed() && self.passed.len() < REACH)
    }

    /// Goes on to the next person, of whom this is known; nothing, if they are not.
    #[must_use]
    pub fn on(mut self, person: Option<&Person>) -> Self {
        self.next = person.and_then(|person| person.record.person(self.field.as_str()).cloned());
        self.passed.extend(person.map(|person| (person.id.clone(), person.display())));
        self
    }

    /// One line for each person of the circle, if there is one.
    pub fn events(&self, actor: &Actor, now: Timestamp) -> Vec<Event> {
        if !self.is_closed() {
            return Vec::new();
        }
        let line = |(person, name): &(PersonId, String)| Event {
            subject: Subject::Person(person.clone()),
            at: now,
            actor: actor.clone(),
            kind: EventKind::Finding,
            note: Some(self.sentence(name)),
            decisions: Vec::new(),
        };
        self.passed.iter().map(line).collect()
    }

    fn is_closed(&self) -> bool {
        self.next.as_ref() == self.passed.first().map(|(first, _)| first)
    }

    fn sentence(&self, name: &str) -> String {
        let names = self.passed.iter().map(|(_, name)| name).chain(self.passed.first().map(|(_, name)| name));
        let way = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
        format!("`{}` of `{name}` leads back to them: {way}", self.field)
    }
}
