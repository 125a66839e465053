//! PUT and PATCH: a claim that changes. The identity may rotate under a stable key; it may not turn into another's.

use super::hold::{hold, ruling};
use super::settle::{Settled, claim_decisions, same_attributes, settle, share_or_refuse};
use super::{Context, Facts, Incoming, Plan, Refusal, Reply};
use crate::case::{CaseKind, Ruling};
use crate::change::{Change, ClaimChange};
use crate::claim::{Claim, says_active};
use crate::event::EventKind;
use crate::keys::Keys;
use crate::person::Person;
use crate::policy::OnRotation;

/// Decides what new attributes for the source's live claim on this person do.
///
/// `facts.candidates` are people who share a key with the new attributes; the person may be among them.
pub fn update(context: &Context<'_>, person: &Person, before: &Claim, incoming: &Incoming, facts: &Facts) -> Plan {
    let (old, new) = (before.keys(), Keys::of(&incoming.attributes));
    if let Some(refusal) = taken(context, person, &new, facts) {
        return Plan::refuse(refusal);
    }
    match identity_change(context, person, before, &old, &new) {
        IdentityChange::Another(evidence) => match ruling(facts) {
            Some((case, Ruling::Reject | Ruling::Create)) => {
                return Plan::refuse(Refusal::Rejected { case: case.id.clone() });
            }
            Some((_, Ruling::Link(linked))) if *linked == person.id => {}
            _ => {
                let both = vec![person.id.clone()];
                return hold(context, incoming, facts, CaseKind::RotatedIdentity, both, evidence);
            }
        },
        IdentityChange::Same | IdentityChange::Rotated => {}
    }
    let claim = changed_claim(context, before, incoming);
    let mut person = person.clone();
    if let Err(refusal) = share_or_refuse(context, &mut person, &claim, facts) {
        return Plan::refuse(refusal);
    }
    carry_out(context, &person, before, claim, incoming)
}

/// What the update does to the identity.
enum IdentityChange {
    Same,
    /// The external id changed and nothing says that the human being did.
    Rotated,
    /// Another human being, as far as the keys can say.
    Another(Vec<String>),
}

fn identity_change(
    context: &Context<'_>,
    person: &Person,
    before: &Claim,
    old: &Keys,
    new: &Keys,
) -> IdentityChange {
    let (Some(old_id), Some(new_id)) = (&old.external_id, &new.external_id) else { return IdentityChange::Same };
    if old_id == new_id {
        return IdentityChange::Same;
    }
    let same_number = old.employee_number.is_some() && old.employee_number == new.employee_number;
    let other_number = old.employee_number.is_some() && new.employee_number.is_some() && !same_number;
    let review = context.policy.correlation.rotated_external_id == OnRotation::Review;
    // An IdP that finds a leaver by login and gives them a newcomer's identity does so on an inactive person; without a
    // stable key that stays equal, that must not be taken for a return.
    let leaver_without_proof = !before.gives_access() && !same_number;
    if !(other_number || leaver_without_proof || review) {
        return IdentityChange::Rotated;
    }
    let number = |keys: &Keys| keys.employee_number.clone().unwrap_or_else(|| "none".to_owned());
    let state = if person.active { "active" } else { "inactive" };
    IdentityChange::Another(vec![
        format!("the update would turn `{}` ({}) into another person", person.display(), person.id),
        format!("external id: now `{old_id}`, claimed `{new_id}`"),
        format!("employee number: now `{}`, claimed `{}`", number(old), number(new)),
        format!("login: now `{}`, claimed `{}`", old.user_name, new.user_name),
        format!("name: now `{}`, claimed `{}`", shown(old), shown(new)),
        format!("the person is {state}"),
    ])
}

fn shown(keys: &Keys) -> &str {
    keys.name.as_deref().unwrap_or("none")
}

/// Whether another claim of the same source holds the external id, or an active one the login.
fn taken(context: &Context<'_>, person: &Person, new: &Keys, facts: &Facts) -> Option<Refusal> {
    let others = facts.candidates.iter().filter(|other| other.id != person.id);
    for claim in others.filter_map(|other| other.claim_of(&context.actor.source)) {
        if claim.external_id().is_some() && claim.external_id() == new.external_id.as_deref() {
            return Some(Refusal::Taken { attribute: "externalId" });
        }
        if claim.gives_access() && claim.keys().user_name == new.user_name {
            return Some(Refusal::Taken { attribute: "userName" });
        }
    }
    None
}

fn changed_claim(context: &Context<'_>, before: &Claim, incoming: &Incoming) -> Claim {
    let active = says_active(&incoming.attributes).unwrap_or(before.active);
    let same = active == before.active && same_attributes(&before.attributes, &incoming.attributes);
    if same {
        return before.clone();
    }
    Claim {
        attributes: incoming.attributes.clone(),
        active,
        active_since: if active == before.active { before.active_since } else { context.now },
        version: before.version + 1,
        modified: context.now,
        ..before.clone()
    }
}

fn carry_out(context: &Context<'_>, person: &Person, before: &Claim, claim: Claim, incoming: &Incoming) -> Plan {
    let settled = settle(context, person, &claim);
    let notes = claim_decisions(
        context.policy,
        &context.actor.source,
        Some(&before.attributes),
        &incoming.attributes,
        &incoming.notes,
    );
    let (kind, note) = what_happened(before, &claim, &settled);
    let events = settled.events(context, kind, note, &notes);
    let reply = Reply::Updated(person.id.clone());
    if kind == EventKind::Unchanged {
        return Plan { reply, change: Change { events, ..Change::default() } };
    }
    let claims = vec![ClaimChange::update(&person.id, before, claim)];
    Plan { reply, change: Change { person: Some(settled.into_change()), claims, events, ..Change::default() } }
}

fn what_happened(before: &Claim, claim: &Claim, settled: &Settled) -> (EventKind, Option<String>) {
    if claim == before {
        return (EventKind::Unchanged, None);
    }
    let relinked = match (before.external_id(), claim.external_id()) {
        (Some(old), Some(new)) if old != new => Some(format!("external id `{old}` became `{new}`")),
        _ => None,
    };
    match (relinked, settled.transition) {
        (Some(note), _) => (EventKind::Relinked, Some(note)),
        (None, Some(transition)) => (transition, None),
        (None, None) => (EventKind::Changed, None),
    }
}
