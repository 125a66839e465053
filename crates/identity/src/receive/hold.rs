//! Hold: a claim that waits for a human. The case shows both sides, the source is told which case it is, and its next
//! try goes through once somebody has decided.

use super::{Context, Facts, Incoming, Plan, Refusal, Reply};
use crate::case::{Case, CaseKind, Decided, Ruling};
use crate::change::{Answer, Change};
use crate::event::{Event, EventKind, Subject};
use crate::id::PersonId;
use crate::keys::Keys;
use tenure_scim::Object;

/// What a human has said about this identity, if anything binds.
pub(super) fn ruling(facts: &Facts) -> Option<(&Case, &Ruling)> {
    let case = facts.case.as_ref().filter(|case| case.kind.blocks())?;
    Some((case, &case.decided.as_ref().filter(|decided| !decided.is_by_facts())?.ruling))
}

/// A claim that goes through by a human's answer: from now on the answer cannot be taken back.
pub(super) fn by_answer(case: &Case, mut plan: Plan) -> Plan {
    let goes_through = !matches!(plan.reply, Reply::Refused(_));
    let unused = case.decided.as_ref().filter(|decided| goes_through && decided.used.is_none());
    plan.change.follows = unused.map(|decided| Answer { case: case.id.clone(), decided: decided.at });
    plan
}

/// A claim that waited and goes through without a human, because the facts have changed meanwhile: nothing is left to ask.
pub(super) fn answered_by_facts(context: &Context<'_>, facts: &Facts, mut plan: Plan) -> Plan {
    let open = facts.case.as_ref().filter(|case| case.kind.blocks() && case.decided.is_none());
    let (Some(case), Reply::Created(person)) = (open, &plan.reply) else { return plan };
    let is_new = plan.change.person.as_ref().is_some_and(|change| change.expect.is_none());
    let (ruling, at) = (if is_new { Ruling::Create } else { Ruling::Link(person.clone()) }, context.now);
    plan.change.events.push(Event {
        subject: Subject::Person(person.clone()),
        at,
        actor: context.actor.clone(),
        kind: EventKind::CaseDecided,
        note: Some(format!(
            "case {} ({}): {}, by what is known now",
            case.id,
            case.kind.label(),
            ruling.label()
        )),
        decisions: Vec::new(),
    });
    plan.change.follows = Some(Answer { case: case.id.clone(), decided: at });
    plan.change.decided = Some((case.id.clone(), Decided::by_facts(ruling, at)));
    plan
}

/// Refuses the claim and opens a case, or points to the one that is open already.
pub(super) fn hold(
    context: &Context<'_>,
    incoming: &Incoming,
    facts: &Facts,
    kind: CaseKind,
    candidates: Vec<PersonId>,
    evidence: Vec<String>,
) -> Plan {
    let question = evidence.first().cloned().unwrap_or_default();
    if let Some(open) = facts.case.as_ref().filter(|case| case.kind.blocks() && case.decided.is_none()) {
        return Plan::refuse(Refusal::Held { case: open.id.clone(), question });
    }
    let case = open(context, incoming, kind, candidates, evidence);
    let events = opened_events(context, &case);
    let refusal = Refusal::Held { case: case.id.clone(), question };
    Plan {
        reply: Reply::Refused(refusal),
        change: Change { opened: Some(case), events, ..Change::default() },
    }
}

/// A case as data.
pub(super) fn open(
    context: &Context<'_>,
    incoming: &Incoming,
    kind: CaseKind,
    candidates: Vec<PersonId>,
    evidence: Vec<String>,
) -> Case {
    Case {
        id: context.fresh_case.clone(),
        kind,
        source: context.actor.source.clone(),
        identity: Keys::of(&incoming.attributes).identity(),
        claim: Object::clone(&incoming.attributes),
        candidates,
        evidence,
        opened: context.now,
        decided: None,
    }
}

/// One line on the timeline of everybody whom the case is about.
pub(super) fn opened_events(context: &Context<'_>, case: &Case) -> Vec<Event> {
    let line = |person: &PersonId| Event {
        subject: Subject::Person(person.clone()),
        at: context.now,
        actor: context.actor.clone(),
        kind: EventKind::CaseOpened,
        note: Some(format!("case {} ({}): {}", case.id, case.kind.label(), case.evidence.join("; "))),
        decisions: Vec::new(),
    };
    case.candidates.iter().map(line).collect()
}
