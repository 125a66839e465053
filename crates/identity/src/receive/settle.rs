//! Settle: the person after their claims have changed, and the events that say so. Every path through receive ends here.

use super::access::{Judged, resolve_anew};
use super::exclusive::{Contest, hold_keys, release_keys};
use super::hold::opened_events;
use super::{Context, Facts};
use crate::case::{Case, CaseKind, Decided};
use crate::change::{Access, Change, ClaimChange, Depends, PersonChange};
use crate::claim::{Claim, text};
use crate::decision::{Decision, Outcome};
use crate::event::{self, Event, EventKind};
use crate::id::{PersonId, SourceName};
use crate::limit::{Hold, HoldState};
use crate::person::{Held, Person};
use crate::policy::Policy;
use crate::record::Record;
use crate::resolve::{Finding, Resolution};
use jiff::Timestamp;
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
    pub(super) findings: Vec<Finding>,
    policy: i64,
    /// What fields wait for and refer to, if that may have changed.
    pub(super) depends: Option<Depends>,
    /// `Deactivated` or `Returned`, if access ended or began.
    pub(super) transition: Option<EventKind>,
    /// Whether the record changed.
    pub(super) dirty: bool,
    /// Whether anything about the person changed.
    pub(super) changed: bool,
    /// Who else has their login or employee number.
    pub(super) contest: Contest<'a>,
    access: Option<Access>,
    hold_changed: bool,
    /// What kept access that the claims give now.
    lifted: Option<Hold>,
    now: Timestamp,
    /// The question to a human, if access would end and is held.
    opened: Option<Case>,
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
        groups: Vec::new(),
        provisioned: false,
        waits: false,
        due: 0,
        hold: None,
    }
}

/// Resolves the person anew with `claim` in place of what its source said before. `ends` is whether the request itself says
/// that the person is inactive, and not only the claim, as it did before.
pub(super) fn settle<'a>(
    context: &Context<'_>,
    before: &Person,
    claim: &Claim,
    ends: bool,
    facts: Option<&'a Facts>,
) -> Settled<'a> {
    let mut person = before.clone();
    person.claims.retain(|old| old.source != claim.source);
    person.claims.push(claim.clone());
    let judged = resolve_anew(context, &person, before, ends.then_some(&claim.source));
    let judged = take_over(&mut person, judged);
    let contest = hold_keys(&mut person, before, claim, facts);
    settled(context, person, before, judged, contest)
}

/// Resolves the person anew with the claims that they have: the policy, a group or somebody whom they refer to changed.
pub(super) fn settle_as_is(context: &Context<'_>, before: &Person) -> Settled<'static> {
    let mut person = before.clone();
    let judged = resolve_anew(context, &person, before, None);
    let judged = take_over(&mut person, judged);
    release_keys(&mut person, before);
    settled(context, person, before, judged, Contest::default())
}

/// The person gets the record and the standing; the rest is returned.
fn take_over(person: &mut Person, mut judged: Judged) -> Judged {
    let resolution = &mut judged.resolution;
    person.record = std::mem::take(&mut resolution.record);
    person.active = resolution.active;
    person.provisioned = resolution.provisioned;
    person.deactivated_at = resolution.deactivated_at;
    person.waits = !resolution.waits_for.is_empty();
    person.hold = judged.hold.take();
    judged
}

fn settled<'a>(
    context: &Context<'_>,
    mut person: Person,
    before: &Person,
    judged: Judged,
    contest: Contest<'a>,
) -> Settled<'a> {
    let Judged { resolution, access, opened, .. } = judged;
    let is_new = before.version == 0;
    let transition = match (before.active, person.active) {
        (true, false) => Some(EventKind::Deactivated),
        // Who comes into scope for the first time has never been there.
        (false, true) if before.provisioned => Some(EventKind::Returned),
        _ => None,
    };
    let policy = context.policy.version;
    let comes_into_scope = person.provisioned && !before.provisioned;
    let dirty = person.provisioned && (comes_into_scope || !person.record.says_the_same(&before.record));
    let depends_anew = person.waits || before.waits || !person.record.groups().eq(before.record.groups());
    let Resolution { waits_for, refers_to, decisions, findings, .. } = resolution;
    let changed = is_new || person.record != before.record || !same_standing(&person, before);
    let hold_changed = person.hold != before.hold;
    let lifted =
        before.hold.clone().filter(|hold| person.active && person.hold.is_none() && hold.keeps_access());
    person.version = before.version + 1;
    let expect = (!is_new).then_some(before.version);
    Settled {
        person,
        expect,
        decisions,
        findings,
        policy,
        depends: depends_anew.then_some(Depends { waits_for, refers_to }),
        transition,
        dirty,
        changed,
        contest,
        access,
        hold_changed,
        lifted,
        now: context.now,
        opened,
    }
}

fn same_standing(one: &Person, other: &Person) -> bool {
    let standing =
        |person: &Person| (person.active, person.deactivated_at, person.provisioned, person.hold.clone());
    standing(one) == standing(other)
        && (&one.login, &one.employee_number) == (&other.login, &other.employee_number)
}

impl Settled<'_> {
    /// Everything that follows, with the claims and the lines that go with it.
    pub(super) fn into_change(self, claims: Vec<ClaimChange>, events: Vec<Event>) -> Change {
        let Self {
            person, expect, dirty, depends, policy, access, hold_changed, lifted, now, opened, ..
        } = self;
        let vacated = lifted.filter(|hold| hold.state == HoldState::Held);
        let vacates = vacated.map(|hold| (hold.case, Decided::nobody_is_held(now)));
        let person =
            PersonChange { person, expect, dirty, depends, policy, settles: None, access, hold_changed };
        Change { person: Some(person), claims, events, opened, vacates, ..Change::default() }
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
        events.extend(self.lifted.iter().map(|hold| no_longer(context, &self.person, hold)));
        events.extend(self.opened.iter().flat_map(|case| opened_events(context, case)));
        events.extend(self.findings.drain(..).map(|it| finding(context, &self.person, it)));
        if let Some(other) = self.contest.employee_number.filter(|_| self.expect.is_some()) {
            events.extend(alike_events(context, &self.person, &other.id, &other.display(), SAME_NUMBER));
        }
        events
    }
}

/// What kept their access is over: the question about them has answered itself.
fn no_longer(context: &Context<'_>, person: &Person, hold: &Hold) -> Event {
    let (case, kind, state) = (&hold.case, CaseKind::MassChange.label(), hold.state.label());
    let note = format!("case {case} ({kind}): no longer {state}, for their claims give access again");
    event(context, person, EventKind::CaseDecided, Some(note), Vec::new())
}

fn finding(context: &Context<'_>, person: &Person, finding: Finding) -> Event {
    let (kind, note) = match finding {
        Finding::Failed(note) => (EventKind::Finding, note),
        Finding::Flapping(note) => (EventKind::Flapping, note),
        Finding::BeyondLimit(note) => (EventKind::Finding, note),
        Finding::TooLong { field, why } => (EventKind::Finding, format!("`{field}`: {why}")),
    };
    event(context, person, kind, Some(note), Vec::new())
}

pub(super) fn event(
    context: &Context<'_>,
    person: &Person,
    kind: EventKind,
    note: Option<String>,
    decisions: Vec<Decision>,
) -> Event {
    let subject = event::Subject::Person(person.id.clone());
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
        subject: event::Subject::Person(subject.clone()),
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
    let ignored = notes.iter().map(|note| Decision::new(note.path.as_str(), note.kind.into()).by(source));
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
    used || policy.mapping_for(source).iter().any(|mapping| mapping.reads(name))
}

/// A name for people: the display name, else the login.
pub(super) fn display(attributes: &Object) -> &str {
    text(attributes, "displayName").or_else(|| text(attributes, "userName")).unwrap_or(schema::USER)
}
