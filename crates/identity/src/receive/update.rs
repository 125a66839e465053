//! PUT and PATCH: a claim that changes. The identity may rotate under a stable key; it may not turn into another's.

use super::hold::{by_answer, hold, ruling};
use super::settle::{Settled, claim_decisions, settle};
use super::{Context, Facts, Incoming, Plan, Refusal, Reply, taken_at_source};
use crate::case::{CaseKind, Ruling};
use crate::change::{Change, ClaimChange};
use crate::claim::{Claim, says_active};
use crate::event::EventKind;
use crate::keys::Keys;
use crate::person::Person;
use crate::policy::OnRotation;

use std::sync::Arc;

/// Decides what new attributes for the source's live claim on this person do.
///
/// `facts` are about the new attributes; the person may be among the candidates.
pub fn update(
    context: &Context<'_>,
    person: &Person,
    before: &Claim,
    incoming: &Incoming,
    facts: &Facts,
) -> Plan {
    let claim = changed_claim(context, before, incoming);
    if let Some(refusal) = taken_at_source(&claim, &person.id, facts) {
        return Plan::refuse(refusal);
    }
    if let (OnRotation::Reject, Some(former)) =
        (context.policy.correlation.rotated_external_id, replaced_id(before, &claim))
    {
        return Plan::refuse(Refusal::Rotated { former: former.to_owned() });
    }
    if let Some(evidence) = another_identity(context, person, before, &claim) {
        match ruling(facts) {
            Some((case, Ruling::Link(linked))) if *linked == person.id => {
                return by_answer(case, carry_out(context, person, before, claim, incoming, facts));
            }
            Some((case, _)) => return Plan::refuse(Refusal::Rejected { case: case.id.clone() }),
            None => {
                let both = vec![person.id.clone()];
                return hold(context, incoming, facts, CaseKind::RotatedIdentity, both, evidence);
            }
        }
    }
    carry_out(context, person, before, claim, incoming, facts)
}

/// The external id that the update replaces, if it does.
fn replaced_id<'a>(before: &'a Claim, claim: &Claim) -> Option<&'a str> {
    let former = before.external_id()?;
    claim.external_id().filter(|new| *new != former).map(|_| former)
}

/// Both sides, where the update would make another human being of the person, as far as the keys can say.
fn another_identity(
    context: &Context<'_>,
    person: &Person,
    before: &Claim,
    claim: &Claim,
) -> Option<Vec<String>> {
    let (old, new) = (before.keys(), claim.keys());
    if new.external_id.is_none() || old.external_id == new.external_id {
        return None;
    }
    let same_number = old.employee_number.is_some() && old.employee_number == new.employee_number;
    let other_number = old.employee_number.is_some() && new.employee_number.is_some() && !same_number;
    // An IdP that finds a leaver by login and gives them a newcomer's identity does so on an inactive person; without a
    // stable key that stays equal, that must not be taken for a return.
    let leaver = !(person.active && before.gives_access());
    let review = context.policy.correlation.rotated_external_id == OnRotation::Review;
    let doubtful = match old.external_id {
        Some(_) => other_number || (leaver && !same_number) || review,
        // The first external id rotates nothing, but a leaver may be turned into a newcomer by it.
        None => other_number && leaver,
    };
    doubtful.then(|| both_sides(person, &old, &new))
}

fn both_sides(person: &Person, old: &Keys, new: &Keys) -> Vec<String> {
    let state = if person.active { "active" } else { "inactive" };
    let shown = |key: &Option<String>| key.clone().unwrap_or_else(|| "none".to_owned());
    vec![
        format!("the update would turn `{}` ({}) into another person", person.display(), person.id),
        format!("external id: now `{}`, claimed `{}`", shown(&old.external_id), shown(&new.external_id)),
        format!(
            "employee number: now `{}`, claimed `{}`",
            shown(&old.employee_number),
            shown(&new.employee_number)
        ),
        format!("login: now `{}`, claimed `{}`", old.user_name, new.user_name),
        format!("name: now `{}`, claimed `{}`", shown(&old.name), shown(&new.name)),
        format!("the person is {state}"),
    ]
}

fn changed_claim(context: &Context<'_>, before: &Claim, incoming: &Incoming) -> Claim {
    let active = says_active(&incoming.attributes).unwrap_or(before.active);
    let attributes = Arc::clone(&incoming.attributes);
    if active == before.active && attributes == before.attributes {
        return before.clone();
    }
    Claim {
        attributes,
        active,
        active_since: if active == before.active { before.active_since } else { context.now },
        version: before.version + 1,
        modified: context.now,
        ..before.clone()
    }
}

fn carry_out(
    context: &Context<'_>,
    person: &Person,
    before: &Claim,
    claim: Claim,
    incoming: &Incoming,
    facts: &Facts,
) -> Plan {
    let mut settled = settle(context, person, &claim, incoming.says_inactive, Some(facts));
    if settled.contest.login.is_some() {
        return Plan::refuse(Refusal::Taken { attribute: "userName" });
    }
    let (source, old) = (&context.actor.source, Some(before.attributes.as_ref()));
    let notes = claim_decisions(context.policy, source, old, &claim.attributes, &incoming.notes);
    let (kind, note) = what_happened(before, &claim, &settled);
    let events = settled.events(context, kind, note, notes);
    let claims =
        if claim == *before { Vec::new() } else { vec![ClaimChange::update(&person.id, before, claim)] };
    let change = match kind {
        EventKind::Unchanged => Change { events, ..Change::default() },
        _ => settled.into_change(claims, events),
    };
    Plan { reply: Reply::Updated(person.id.clone()), change }
}

fn what_happened(before: &Claim, claim: &Claim, settled: &Settled<'_>) -> (EventKind, Option<String>) {
    if claim == before && !settled.changed {
        return (EventKind::Unchanged, None);
    }
    let new = claim.external_id().unwrap_or_default();
    let relinked = replaced_id(before, claim).map(|old| format!("external id `{old}` became `{new}`"));
    match (relinked, settled.transition) {
        (Some(note), _) => (EventKind::Relinked, Some(note)),
        (None, Some(transition)) => (transition, None),
        (None, None) => (EventKind::Changed, None),
    }
}
