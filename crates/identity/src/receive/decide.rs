//! A human decides a case. The claim itself is not applied: the source sends it again, and then the ruling binds.

use super::Context;
use super::settle::settle;
use crate::case::{Case, CaseKind, Decided, Ruling};
use crate::change::{Change, ClaimChange, PersonChange};
use crate::claim::Claim;
use crate::event::{Actor, Event, EventKind, Subject};
use crate::id::{CaseId, PersonId};
use crate::person::Person;
use crate::policy::Policy;
use crate::resolve::References;
use jiff::Timestamp;

/// What a ruling does at once: the answer is kept, the timelines hear of it, and a leaver whose login goes to somebody
/// new stops being that login's holder, so that the source's look-up no longer finds them.
pub fn decide(
    policy: &Policy,
    case: &Case,
    ruling: &Ruling,
    by: &str,
    people: &[Person],
    now: Timestamp,
) -> Change {
    let actor = Actor { source: case.source.clone(), writer: by.to_owned(), request: None };
    let line = |person: &PersonId| Event {
        subject: Subject::Person(person.clone()),
        at: now,
        actor: actor.clone(),
        kind: EventKind::CaseDecided,
        note: Some(format!("case {} ({}): {}", case.id, case.kind.label(), ruling.label())),
        decisions: Vec::new(),
    };
    let mut change = Change {
        events: case.candidates.iter().map(line).collect(),
        decided: Some((case.id.clone(), Decided { ruling: ruling.clone(), by: by.to_owned(), at: now })),
        ..Change::default()
    };
    if let Some((person, claim)) = outgoing(case, ruling, people) {
        let context = Context {
            policy,
            references: References::none(),
            actor: &actor,
            now,
            fresh_person: person.id.clone(),
            fresh_case: CaseId::new(""),
        };
        let (person_change, claim_change) = end_quietly(&context, person, claim);
        change.person = Some(person_change);
        change.claims.push(claim_change);
    }
    change
}

/// The leaver whose login goes to somebody new, and the source's claim about them.
fn outgoing<'a>(case: &Case, ruling: &Ruling, people: &'a [Person]) -> Option<(&'a Person, &'a Claim)> {
    let recycles = matches!(case.kind, CaseKind::RecycledLogin | CaseKind::RotatedIdentity);
    if !recycles || *ruling != Ruling::Create {
        return None;
    }
    let leavers = people.iter().filter_map(|person| Some((person, person.live_claim_of(&case.source)?)));
    leavers.filter(|(_, claim)| !claim.active).take(1).next()
}

fn end_quietly(context: &Context<'_>, person: &Person, before: &Claim) -> (PersonChange, ClaimChange) {
    let now = context.now;
    let claim = Claim { ended: Some(now), version: before.version + 1, modified: now, ..before.clone() };
    let settled = settle(context, person, &claim, None);
    (settled.into_change(), ClaimChange::update(&person.id, before, claim))
}
