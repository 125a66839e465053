//! POST: a new claim. It makes a person, finds one who is known, or waits for a human.

use super::hold::{hold, open, opened_events, ruling};
use super::settle::{Settled, claim_decisions, display, event, newcomer, settle, share_or_refuse};
use super::{Context, Facts, Incoming, Plan, Refusal, Reply};
use crate::case::{Case, CaseKind, Ruling};
use crate::change::{Change, ClaimChange};
use crate::claim::{Claim, says_active};
use crate::decision::Decision;
use crate::correlate::{Alike, Correlation, Recognised, correlate};
use crate::event::{Event, EventKind};
use crate::keys::Keys;
use crate::person::{Held, Person};
use crate::policy::{OnDoubt, OnRotation};

/// Decides what a new claim does. An active holder of the external id or login is a conflict; everybody else who is
/// known returns under their old id.
pub fn create(context: &Context<'_>, incoming: &Incoming, facts: &Facts) -> Plan {
    let keys = Keys::of(&incoming.attributes);
    match ruling(facts) {
        Some((case, Ruling::Reject)) => return Plan::refuse(Refusal::Rejected { case: case.id.clone() }),
        Some((_, Ruling::Link(person))) => {
            if let Some(person) = facts.candidates.iter().find(|candidate| &candidate.id == person) {
                return adopt_by_ruling(context, incoming, facts, person, &keys);
            }
        }
        Some((_, Ruling::Create)) => return create_by_ruling(context, incoming, facts, &keys),
        None => {}
    }
    match correlate(context.policy, &context.actor.source, &keys, &facts.candidates) {
        Correlation::Taken { by, .. } => Plan::refuse(Refusal::Taken { attribute: by }),
        Correlation::Known { person, by } => known(context, incoming, facts, person, by),
        Correlation::New { alike } => make(context, incoming, facts, &keys, alike),
        Correlation::Doubt { kind, candidates, evidence } => match context.policy.correlation.ambiguous {
            OnDoubt::Review => hold(context, incoming, facts, kind, candidates, evidence),
            OnDoubt::Reject => Plan::refuse(Refusal::Taken { attribute: "userName" }),
        },
    }
}

fn known(context: &Context<'_>, incoming: &Incoming, facts: &Facts, person: &Person, by: Recognised) -> Plan {
    let rotates = rotates(context, incoming, person);
    if rotates && context.policy.correlation.rotated_external_id == OnRotation::Review {
        let evidence = vec!["the external id has changed for the same employee number".to_owned()];
        return hold(context, incoming, facts, CaseKind::RotatedIdentity, vec![person.id.clone()], evidence);
    }
    let how = match by {
        Recognised::ExternalId => "recognised by external id",
        Recognised::EmployeeNumber => "recognised by employee number",
        Recognised::UserName => "recognised by login; nobody else claimed the person",
    };
    adopt(context, incoming, facts, person, how)
}

fn rotates(context: &Context<'_>, incoming: &Incoming, person: &Person) -> bool {
    let before = person.claim_of(&context.actor.source).and_then(Claim::external_id);
    let after = crate::claim::text(&incoming.attributes, "externalId");
    before.is_some() && after.is_some() && before != after
}

fn adopt_by_ruling(
    context: &Context<'_>,
    incoming: &Incoming,
    facts: &Facts,
    person: &Person,
    keys: &Keys,
) -> Plan {
    let same = person.live_claim_of(&context.actor.source).filter(|claim| claim.gives_access());
    if same.is_some_and(|claim| claim.keys().identity() == keys.identity()) {
        return Plan::refuse(Refusal::Taken { attribute: "externalId" });
    }
    adopt(context, incoming, facts, person, "linked by a human's decision")
}

/// The claim is about somebody known: they keep their id, record and history.
fn adopt(context: &Context<'_>, incoming: &Incoming, facts: &Facts, person: &Person, how: &str) -> Plan {
    let before = person.claim_of(&context.actor.source);
    let claim = new_claim(context, incoming, before);
    let mut person = person.clone();
    if let Err(refusal) = share_or_refuse(context, &mut person, &claim, facts) {
        return Plan::refuse(refusal);
    }
    let settled = settle(context, &person, &claim);
    let kind = match (before, settled.transition) {
        (_, Some(EventKind::Returned)) => EventKind::Returned,
        (None, _) => EventKind::Linked,
        (Some(old), _) if old.external_id() != claim.external_id() => EventKind::Relinked,
        (Some(_), _) => EventKind::Changed,
    };
    let note = match before.and_then(Claim::external_id) {
        Some(old) if claim.external_id() != Some(old) => {
            format!("{how}; external id `{old}` became `{}`", claim.external_id().unwrap_or("none"))
        }
        _ => how.to_owned(),
    };
    let notes = notes(context, incoming, before);
    let events = settled.events(context, kind, Some(note), &notes);
    let claim = match before {
        Some(before) => ClaimChange::update(&person.id, before, claim),
        None => ClaimChange::new(&person.id, claim),
    };
    let reply = Reply::Created(person.id.clone());
    let change =
        Change { person: Some(settled.into_change()), claims: vec![claim], events, ..Change::default() };
    Plan { reply, change }
}

fn new_claim(context: &Context<'_>, incoming: &Incoming, before: Option<&Claim>) -> Claim {
    let mut attributes = incoming.attributes.clone();
    let active = says_active(&attributes).unwrap_or(true);
    attributes.entry("active").or_insert(active.into());
    Claim {
        source: context.actor.source.clone(),
        attributes,
        active,
        active_since: context.now,
        ended: None,
        version: before.map_or(1, |claim| claim.version + 1),
        created: before.map_or(context.now, |claim| claim.created),
        modified: context.now,
    }
}

fn create_by_ruling(context: &Context<'_>, incoming: &Incoming, facts: &Facts, keys: &Keys) -> Plan {
    let own = |person: &&Person| {
        let claim = person.claim_of(&context.actor.source);
        claim.is_some_and(|claim| claim.gives_access() && claim.keys().identity() == keys.identity())
    };
    if facts.candidates.iter().any(|person| own(&person)) {
        return Plan::refuse(Refusal::Taken { attribute: "externalId" });
    }
    // Made by this ruling before and gone since: the link recognises them, and they return.
    let known = correlate(context.policy, &context.actor.source, keys, &facts.candidates);
    if let Correlation::Known { person, by: Recognised::ExternalId } = known {
        return adopt(context, incoming, facts, person, "recognised by external id");
    }
    if let Correlation::Taken { by, .. } = known {
        return Plan::refuse(Refusal::Taken { attribute: by });
    }
    make(context, incoming, facts, keys, Vec::new())
}

/// The claim is about somebody new.
fn make(context: &Context<'_>, incoming: &Incoming, facts: &Facts, keys: &Keys, alike: Vec<Alike>) -> Plan {
    let mut person = newcomer(context);
    share_held_keys(&mut person, facts, keys);
    let claim = new_claim(context, incoming, None);
    let settled = settle(context, &person, &claim);
    let notes = notes(context, incoming, None);
    let mut events = settled.events(context, EventKind::Created, None, &notes);
    let opened = near_duplicates(context, incoming, &settled, alike, &mut events);
    let reply = Reply::Created(settled.person.id.clone());
    let claims = vec![ClaimChange::new(&settled.person.id, claim)];
    let change = Change { person: Some(settled.into_change()), claims, events, opened, ..Change::default() };
    Plan { reply, change }
}

/// Where it is known that two people share a login or number, the newcomer does not claim it for themselves alone.
fn share_held_keys(person: &mut Person, facts: &Facts, keys: &Keys) {
    let holds = |held: &Held, key: &str| held.key() == Some(key);
    if facts.candidates.iter().any(|other| holds(&other.login, &keys.user_name)) {
        person.login = Held::Shared;
    }
    if let Some(number) = &keys.employee_number
        && facts.candidates.iter().any(|other| holds(&other.employee_number, number))
    {
        person.employee_number = Held::Shared;
    }
}

/// Notes people who look alike on both timelines, and asks a human where no source has said that they are two.
fn near_duplicates(
    context: &Context<'_>,
    incoming: &Incoming,
    settled: &Settled,
    alike: Vec<Alike>,
    events: &mut Vec<Event>,
) -> Option<Case> {
    for other in &alike {
        let note = format!("looks like `{}` ({}): {}", other.display, other.person, other.evidence.join("; "));
        events.push(event(context, &settled.person, EventKind::NearDuplicate, Some(note), Vec::new()));
    }
    let (asked, evidence): (Vec<_>, Vec<_>) =
        alike.into_iter().filter(|other| other.ask).map(|other| (other.person, other.evidence.join("; "))).unzip();
    if asked.is_empty() {
        return None;
    }
    let mut about = vec![format!("`{}` was created and looks like somebody known", display(&incoming.attributes))];
    about.extend(evidence);
    let mut case = open(context, incoming, CaseKind::NearDuplicate, asked, about);
    events.extend(opened_events(context, &case));
    case.candidates.push(settled.person.id.clone());
    Some(case)
}

fn notes(context: &Context<'_>, incoming: &Incoming, before: Option<&Claim>) -> Vec<Decision> {
    let before = before.map(|claim| &claim.attributes);
    claim_decisions(context.policy, &context.actor.source, before, &incoming.attributes, &incoming.notes)
}
