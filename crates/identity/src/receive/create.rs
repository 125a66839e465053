//! POST: a new claim. It makes a person, finds one who is known, or waits for a human.

use super::hold::{answered_by_facts, by_answer, hold, open, opened_events, ruling};
use super::settle::{Settled, alike_events, claim_decisions, display, newcomer, settle};
use super::{Context, Facts, Incoming, Plan, Refusal, Reply, taken_at_source};
use crate::case::{Case, CaseKind, Ruling};
use crate::change::{Change, ClaimChange};
use crate::claim::{Claim, says_active};
use crate::correlate::{Alike, Correlation, Recognised, both_sides, correlate, is_another_by_own_word};
use crate::decision::Decision;
use crate::event::{Event, EventKind};
use crate::id::{PersonId, SourceName};
use crate::keys::Keys;
use crate::person::Person;
use crate::policy::{OnDoubt, OnRotation};
use std::sync::Arc;

/// Decides what a new claim does. An active holder of the external id or login is a conflict; everybody else who is
/// known returns under their old id.
pub fn create(context: &Context<'_>, incoming: &Incoming, facts: &Facts) -> Plan {
    answered_by_facts(context, facts, decided(context, incoming, facts))
}

fn decided(context: &Context<'_>, incoming: &Incoming, facts: &Facts) -> Plan {
    let (source, keys) = (&context.actor.source, Keys::of(&incoming.attributes));
    let found = correlate(context.policy, source, &keys, &facts.candidates);
    // The link comes before any ruling: what a human said of this identity has been carried out then.
    let linked =
        matches!(found, Correlation::Taken { .. } | Correlation::Known { by: Recognised::ExternalId, .. });
    if linked {
        return follow(context, incoming, facts, found);
    }
    match ruling(facts) {
        Some((case, Ruling::Reject)) => Plan::refuse(Refusal::Rejected { case: case.id.clone() }),
        Some((case, Ruling::Link(person))) => match linkable(source, &keys, facts, case, person) {
            Some(person) => {
                by_answer(case, adopt(context, incoming, facts, person, "linked by a human's decision"))
            }
            None => follow(context, incoming, facts, found),
        },
        Some((case, Ruling::Create)) => create_by_ruling(context, incoming, facts, &keys, case),
        Some((_, Ruling::Merge(_) | Ruling::Release | Ruling::Keep)) | None => {
            follow(context, incoming, facts, found)
        }
    }
}

/// PUT or PATCH of somebody whom the source has never claimed and may see: it names them by our own id, which is as firm
/// a link as there is.
pub fn claim(context: &Context<'_>, person: &Person, incoming: &Incoming, facts: &Facts) -> Plan {
    adopt(context, incoming, facts, person, "linked by the source, which named the person's id")
}

/// Does what correlation says.
fn follow(context: &Context<'_>, incoming: &Incoming, facts: &Facts, found: Correlation<'_>) -> Plan {
    match found {
        Correlation::Taken { by, .. } => Plan::refuse(Refusal::Taken { attribute: by }),
        Correlation::Known { person, by } => known(context, incoming, facts, person, by),
        Correlation::New { alike } if context.policy.may_create(&context.actor.source) => {
            make(context, incoming, facts, alike, Login::Alone)
        }
        Correlation::New { alike } => unmatched(context, incoming, facts, alike),
        Correlation::Doubt { kind, candidates, evidence } => match context.policy.correlation.ambiguous {
            OnDoubt::Review => hold(context, incoming, facts, kind, candidates, evidence),
            OnDoubt::Reject => {
                let question = evidence.into_iter().take(1).collect();
                Plan::refuse(Refusal::Doubtful { question })
            }
        },
    }
}

/// Nobody is known by the claim, and its source only speaks of people whom others bring.
fn unmatched(context: &Context<'_>, incoming: &Incoming, facts: &Facts, alike: Vec<Alike>) -> Plan {
    let (who, source) = (display(&incoming.attributes), &context.actor.source);
    let first =
        format!("nobody is known by the keys of `{who}`, and `{source}` may not bring a person into being");
    let (people, looks): (Vec<_>, Vec<_>) = alike
        .into_iter()
        .map(|it| (it.person, format!("`{}`: {}", it.display, it.evidence.join("; "))))
        .unzip();
    let evidence = std::iter::once(first).chain(looks).collect();
    hold(context, incoming, facts, CaseKind::Unmatched, people, evidence)
}

/// The person whom a human named; nobody, once the source has them under another identity: by an external id that
/// differs, or by an account that began after the ruling, so that a ruling serves once.
fn linkable<'a>(
    source: &SourceName,
    keys: &Keys,
    facts: &'a Facts,
    case: &Case,
    id: &PersonId,
) -> Option<&'a Person> {
    let person = facts.candidates.iter().find(|candidate| candidate.id == *id)?;
    let own = person.live_claim_of(source).filter(|claim| claim.gives_access());
    let decided = case.decided.as_ref().map_or(case.opened, |decided| decided.at);
    let served = own.is_some_and(|claim| claim.active_since > decided);
    (!served && !is_another_by_own_word(person, source, keys)).then_some(person)
}

/// A human said that this is nobody of those who were known then. Whoever came since may be it.
fn create_by_ruling(
    context: &Context<'_>,
    incoming: &Incoming,
    facts: &Facts,
    keys: &Keys,
    case: &Case,
) -> Plan {
    let asked = case.decided.as_ref().map_or(case.opened, |decided| decided.at);
    let newer: Vec<_> = facts.candidates.iter().filter(|person| person.created > asked).cloned().collect();
    match correlate(context.policy, &context.actor.source, keys, &newer) {
        Correlation::New { alike } => {
            by_answer(case, make(context, incoming, facts, alike, Login::MayBeShared))
        }
        found => follow(context, incoming, facts, found),
    }
}

fn known(context: &Context<'_>, incoming: &Incoming, facts: &Facts, person: &Person, by: Recognised) -> Plan {
    let rule = context.policy.correlation.rotated_external_id;
    let former = former_id(context, incoming, person);
    if let (Some(former), OnRotation::Reject) = (former, rule) {
        return Plan::refuse(Refusal::Rotated { former: former.to_owned() });
    }
    if former.is_some() && rule == OnRotation::Review {
        let mut evidence = vec!["the external id has changed for the same employee number".to_owned()];
        evidence.extend(both_sides(person, &context.actor.source, &Keys::of(&incoming.attributes)));
        return hold(context, incoming, facts, CaseKind::RotatedIdentity, vec![person.id.clone()], evidence);
    }
    let how = match by {
        Recognised::ExternalId => "recognised by external id",
        Recognised::EmployeeNumber => "recognised by employee number",
        Recognised::UserName => "recognised by login; nobody else claimed the person",
    };
    adopt(context, incoming, facts, person, how)
}

/// The external id that the claim replaces, if it does.
fn former_id<'a>(context: &Context<'_>, incoming: &Incoming, person: &'a Person) -> Option<&'a str> {
    let before = person.claim_of(&context.actor.source).and_then(Claim::external_id)?;
    let after = crate::claim::text(&incoming.attributes, "externalId")?;
    (before != after).then_some(before)
}

/// The claim is about somebody known: they keep their id, record and history.
fn adopt(context: &Context<'_>, incoming: &Incoming, facts: &Facts, person: &Person, how: &str) -> Plan {
    let before = person.claim_of(&context.actor.source);
    let claim = new_claim(context, incoming, before);
    if let Some(refusal) = taken_at_source(&claim, &person.id, facts) {
        return Plan::refuse(refusal);
    }
    let mut settled = settle(context, person, &claim, incoming.says_inactive, Some(facts));
    if settled.contest.login.is_some() {
        return Plan::refuse(Refusal::Taken { attribute: "userName" });
    }
    let (kind, note) = adopted(before, &claim, settled.transition, how);
    let events = settled.events(context, kind, Some(note), notes(context, incoming, before));
    let claim = match before {
        Some(before) => ClaimChange::update(&person.id, before, claim),
        None => ClaimChange::new(&person.id, claim),
    };
    let reply = Reply::Created(person.id.clone());
    Plan { reply, change: settled.into_change(vec![claim], events) }
}

/// What the timeline says of somebody known whom the source claims, anew or for the first time.
fn adopted(
    before: Option<&Claim>,
    claim: &Claim,
    transition: Option<EventKind>,
    how: &str,
) -> (EventKind, String) {
    let old_id = before.and_then(Claim::external_id);
    if let Some(old) = old_id.filter(|&old| claim.external_id() != Some(old)) {
        let new = claim.external_id().unwrap_or("none");
        return (EventKind::Relinked, format!("{how}; external id `{old}` became `{new}`"));
    }
    let kind = match (transition, before) {
        (Some(EventKind::Returned), _) => EventKind::Returned,
        (_, Some(before)) if before.is_live() => EventKind::Changed,
        _ => EventKind::Linked,
    };
    (kind, how.to_owned())
}

fn new_claim(context: &Context<'_>, incoming: &Incoming, before: Option<&Claim>) -> Claim {
    let mut attributes = Arc::clone(&incoming.attributes);
    let active = says_active(&attributes).unwrap_or_else(|| {
        Arc::make_mut(&mut attributes).insert("active".into(), true.into());
        true
    });
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

/// What becomes of somebody new whose login an active person has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    /// They are refused.
    Alone,
    /// A human knows of both: they share it.
    MayBeShared,
}

/// The claim is about somebody new.
fn make(context: &Context<'_>, incoming: &Incoming, facts: &Facts, alike: Vec<Alike>, login: Login) -> Plan {
    let claim = new_claim(context, incoming, None);
    let mut settled = settle(context, &newcomer(context), &claim, false, Some(facts));
    if settled.contest.login.is_some() && login == Login::Alone {
        return Plan::refuse(Refusal::Taken { attribute: "userName" });
    }
    let mut events = settled.events(context, EventKind::Created, None, notes(context, incoming, None));
    let opened = near_duplicates(context, incoming, &settled, alike, &mut events);
    let reply = Reply::Created(settled.person.id.clone());
    let claims = vec![ClaimChange::new(&settled.person.id, claim)];
    // Nobody who is new loses access, so that no other case is opened.
    Plan { reply, change: Change { opened, ..settled.into_change(claims, events) } }
}

/// Notes people who look alike on both timelines, and asks a human where no source has said that they are two.
fn near_duplicates(
    context: &Context<'_>,
    incoming: &Incoming,
    settled: &Settled<'_>,
    alike: Vec<Alike>,
    events: &mut Vec<Event>,
) -> Option<Case> {
    for other in &alike {
        let why = other.evidence.join("; ");
        events.extend(alike_events(context, &settled.person, &other.person, &other.display, &why));
    }
    let (asked, evidence): (Vec<_>, Vec<_>) = alike
        .into_iter()
        .filter(|other| other.ask)
        .map(|other| (other.person, other.evidence.join("; ")))
        .unzip();
    if asked.is_empty() {
        return None;
    }
    let mut about =
        vec![format!("`{}` was created and looks like somebody known", display(&incoming.attributes))];
    about.extend(evidence);
    let both = asked.into_iter().chain([settled.person.id.clone()]).collect();
    let case = open(context, incoming, CaseKind::NearDuplicate, both, about);
    events.extend(opened_events(context, &case));
    Some(case)
}

fn notes(context: &Context<'_>, incoming: &Incoming, before: Option<&Claim>) -> Vec<Decision> {
    let before = before.map(|claim| claim.attributes.as_ref());
    claim_decisions(context.policy, &context.actor.source, before, &incoming.attributes, &incoming.notes)
}
