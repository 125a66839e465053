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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Field, FieldValue, PersonReference};
    use crate::testing::{actor, at, person};

    /// Somebody whose manager is this one.
    fn led(name: &str, manager: Option<&str>) -> Person {
        let mut person = person(name, Vec::new());
        person.record.fields.clear();
        let reference = |id: &str| PersonReference { id: PersonId::new(id), said: id.to_owned() };
        let field = manager.map(|id| Field::new(FieldValue::Person(reference(id))));
        person.record.fields.extend(field.map(|field| ("manager".into(), field)));
        person
    }

    /// What is said when the first of these begins to refer to somebody.
    fn said(people: &[Person]) -> Vec<String> {
        let mut walk = Walk::after(&Record::default(), &people[0]).remove(0);
        while let Some(next) = walk.next().cloned() {
            walk = walk.on(people.iter().find(|person| person.id == next));
        }
        walk.events(&actor("okta"), at(0)).into_iter().filter_map(|event| event.note).collect()
    }

    #[test]
    fn a_circle_is_told_to_everybody_in_it() {
        assert_eq!(said(&[led("a", Some("a"))]), ["`manager` of `a` leads back to them: `a` → `a`"]);
        let two = said(&[led("a", Some("b")), led("b", Some("a"))]);
        assert_eq!(two[1], "`manager` of `b` leads back to them: `a` → `b` → `a`");
    }

    #[test]
    fn ways_that_end_or_go_round_elsewhere_are_no_circle() {
        assert_eq!(said(&[led("a", Some("b")), led("b", None)]), [] as [String; 0]);
        assert_eq!(said(&[led("a", Some("nobody"))]), [] as [String; 0]);
        let elsewhere = [led("a", Some("b")), led("b", Some("c")), led("c", Some("b"))];
        assert_eq!(said(&elsewhere), [] as [String; 0]);
    }

    #[test]
    fn only_a_change_begins_a_walk() {
        let ada = led("a", Some("b"));
        assert_eq!(Walk::after(&ada.record, &ada), []);
        assert_eq!(Walk::after(&ada.record, &led("a", None)), []);
    }
}
