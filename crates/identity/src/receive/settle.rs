//! Settle: the person after their claims have changed, and the events that say so. Every path through receive ends here.

use super::exclusive::{Contest, hold_keys};
use super::{Context, Facts};
use crate::change::PersonChange;
use crate::claim::{Claim, text};
use crate::decision::{Decision, Outcome};
use crate::event::{Event, EventKind, Subject};
use crate::id::{PersonId, SourceName};
use crate::person::{Held, Person};
use crate::policy::Policy;
use crate::record::Record;
use crate::resolve::{Before, resolve};
use serde_json::Value;
use std::collections::BTreeMap;
use tenure_scim::resource::Note;
use tenure_scim::{Object, schema};

/// Why two people are noted, who are not otherwise alike.
const SAME_NUMBER: &str = "both have the same employee number";

/// A person after a change of their claims.
pub(super) struct Settled<'a> {
    pub(super) person: Person,
    pub(super) expect: Option<i64>,
    pub(super) decisions: Vec<Decision>,
    /// `Deactivated` or `Returned`, if access ended or began.
    pub(super) transition: Option<EventKind>,
    /// Whether the record changed.
    pub(super) dirty: bool,
    /// Whether anything about the person changed.
    pub(super) changed: bool,
    /// Who else has their login or employee number.
    pub(super) contest: Contest<'a>,
}

/// A person who has no claims yet.
pub(super) fn newcomer(context: &Context<'_>) -> Person {
    Person {
        id: context.fresh_person.clone(),
        version: 0,
        record: Record::default(),
        active: false,
        deactivated_at: None,
        created: context.now,
        claims: Vec::new(),
        login: Held::Exclusively(None),
        employee_number: Held::Exclusively(None),
    }
}

/// Resolves the person anew with `claim` in place of what its source said before.
pub(super) fn settle<'a>(
    context: &Context<'_>,
    before: &Person,
    claim: &Claim,
    facts: Option<&'a Facts>,
) -> Settled<'a> {
    let mut person = before.clone();
    person.claims.retain(|old| old.source != claim.source);
    person.claims.push(claim.clone());
    let state = Before { record: &before.record, deactivated_at: before.deactivated_at };
    let resolution = resolve(context.policy, &person.claims, state, context.now);
    person.record = resolution.record;
    person.active = resolution.active;
    person.deactivated_at = resolution.deactivated_at;
    let contest = hold_keys(&mut person, before, claim, facts);
    let is_new = before.version == 0;
    let transition = match (before.active, person.active) {
        (true, false) => Some(EventKind::Deactivated),
        (false, true) if !is_new => Some(EventKind::Returned),
        _ => None,
    };
    let dirty = is_new || person.record != before.record;
    let changed = dirty || !same_standing(&person, before);
    person.version = before.version + 1;
    let expect = (!is_new).then_some(before.version);
    Settled { person, expect, decisions: resolution.decisions, transition, dirty, changed, contest }
}

fn same_standing(one: &Person, other: &Person) -> bool {
    let standing = |person: &Person| (person.active, person.deactivated_at);
    standing(one) == standing(other)
        && (&one.login, &one.employee_number) == (&other.login, &other.employee_number)
}

impl Settled<'_> {
    pub(super) fn into_change(self) -> PersonChange {
        PersonChange { person: self.person, expect: self.expect, dirty: self.dirty }
    }

    /// The line of the timeline for this change, and one for access that ended or began. The decisions go into it.
    pub(super) fn events(
        &mut self,
        context: &Context<'_>,
        kind: EventKind,
        note: Option<String>,
        notes: Vec<Decision>,
    ) -> Vec<Event> {
        let mut decisions = std::mem::take(&mut self.decisions);
        decisions.extend(notes);
        let mut events = vec![event(context, &self.person, kind, note, decisions)];
        if let Some(transition) = self.transition.filter(|&transition| transition != kind) {
            events.push(event(context, &self.person, transition, None, Vec::new()));
        }
        if let Some(other) = self.contest.employee_number.filter(|_| self.expect.is_some()) {
            events.extend(alike_events(context, &self.person, &other.id, &other.display(), SAME_NUMBER));
        }
        events
    }
}

pub(super) fn event(
    context: &Context<'_>,
    person: &Person,
    kind: EventKind,
    note: Option<String>,
    decisions: Vec<Decision>,
) -> Event {
    let subject = Subject::Person(person.id.clone());
    Event { subject, at: context.now, actor: context.actor.clone(), kind, note, decisions }
}

/// One line on both timelines: two people look alike.
pub(super) fn alike_events(
    context: &Context<'_>,
    person: &Person,
    other: &PersonId,
    other_name: &str,
    why: &str,
) -> [Event; 2] {
    let line = |subject: &PersonId, id: &PersonId, name: &str| Event {
        subject: Subject::Person(subject.clone()),
        at: context.now,
        actor: context.actor.clone(),
        kind: EventKind::NearDuplicate,
        note: Some(format!("looks like `{name}` ({id}): {why}")),
        decisions: Vec::new(),
    };
    [line(&person.id, other, other_name), line(other, &person.id, &person.display())]
}

/// What became of attributes that never reached the record: ignored ones, and changed ones that nothing maps.
pub(super) fn claim_decisions(
    policy: &Policy,
    source: &SourceName,
    before: Option<&Object>,
    after: &Object,
    notes: &[Note],
) -> Vec<Decision> {
    let ignored = notes.iter().map(|note| Decision::new(&note.path, note.kind.into()).by(source));
    let (old, new) = (before.map(paths).unwrap_or_default(), paths(after));
    let changed =
        new.iter().filter(|(path, value)| old.get(path) != Some(value)).map(|(path, _)| (path, None));
    let gone = old.keys().filter(|path| !new.contains_key(*path)).map(|path| (path, Some("taken away")));
    let unmapped = changed.chain(gone).filter(|((urn, name), _)| !is_mapped(policy, source, *urn, name));
    let unmapped = unmapped.map(|((urn, name), reason)| {
        let path = urn.map_or_else(|| (*name).to_owned(), |urn| format!("{urn}:{name}"));
        Decision { reason: reason.map(str::to_owned), ..Decision::new(path, Outcome::NotMapped).by(source) }
    });
    ignored.chain(unmapped).collect()
}

/// Every attribute by extension and name.
fn paths(attributes: &Object) -> BTreeMap<(Option<&str>, &str), &Value> {
    let mut paths = BTreeMap::new();
    for (key, value) in attributes {
        match value.as_object().filter(|_| key.contains(':')) {
            Some(extension) => {
                paths.extend(extension.iter().map(|(name, value)| ((Some(&**key), &**name), value)));
            }
            None => {
                paths.insert((None, key), value);
            }
        }
    }
    paths
}

fn is_mapped(policy: &Policy, source: &SourceName, urn: Option<&str>, name: &str) -> bool {
    // What the lifecycle and correlation read is used without a mapping.
    let used = urn.is_none() && matches!(name, "schemas" | "active" | "externalId" | "userName");
    used || policy.mapping_for(source).iter().any(|mapping| mapping.reads(urn, name))
}

/// A name for people: the display name, else the login.
pub(super) fn display(attributes: &Object) -> &str {
    text(attributes, "displayName").or_else(|| text(attributes, "userName")).unwrap_or(schema::USER)
}
