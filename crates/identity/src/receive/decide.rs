//! A human decides a case. The claim itself is not applied: the source sends it again, and then the ruling binds.

use super::Context;
use super::settle::settle;
use crate::case::{Case, CaseKind, Decided, Reviewer, Ruling};
use crate::change::{Change, ClaimChange, Sweep, Unclaimed};
use crate::claim::Claim;
use crate::event::{Actor, Event, EventKind, Subject};
use crate::id::{CaseId, PersonId};
use crate::limit::{HeldPeople, HoldState};
use crate::person::Person;
use crate::policy::Policy;
use crate::resolve::References;
use jiff::Timestamp;

/// Why a ruling is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotDecide {
    /// Somebody was quicker.
    #[error("case `{0}` has been decided already")]
    Decided(CaseId),
    /// The person has nothing to do with the case.
    #[error("`{person}` is not a candidate of this case; it has {}", list(.candidates))]
    NotACandidate {
        /// Whom the ruling names.
        person: PersonId,
        /// Who could be named.
        candidates: Vec<PersonId>,
    },
    /// The ruling answers another kind of question.
    #[error("`{ruling}` does not answer {} {} case", .kind.article(), .kind.label())]
    DoesNotAnswer {
        /// The word of the ruling.
        ruling: &'static str,
        /// What the question is.
        kind: CaseKind,
    },
    /// Nobody could ever end what `keep` would give.
    #[error(
        "`keep` would last for ever: no source makes a live claim about anybody whom case `{0}` holds, so that none could say again that they are inactive"
    )]
    NobodyClaims(CaseId),
}

impl CannotDecide {
    /// What to do instead.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Decided(_) => Some("undo the decision first, as long as no claim has gone through by it"),
            Self::NotACandidate { .. } => None,
            Self::NobodyClaims(_) => Some(
                "`release` ends their access; whoever should have it is not held any more once a source claims them as active",
            ),
            Self::DoesNotAnswer { kind, .. } if kind.blocks() => {
                Some("a claim waits: link it to a candidate, create somebody new, or reject it")
            }
            Self::DoesNotAnswer { kind: CaseKind::MassChange, .. } => Some(
                "access of many people is held: `release` ends it for all of them, `keep` leaves it to them",
            ),
            Self::DoesNotAnswer { .. } => Some(
                "all of its people exist: `merge` with the person to keep proposes that they are one, `create` says that they are not",
            ),
        }
    }
}

/// Whom a case is about, as they are now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Concerned {
    /// Its candidates, and whom the answer names.
    pub people: Vec<Person>,
    /// Of a mass change, everybody whom it holds, counted.
    pub held: HeldPeople,
}

/// What a ruling does at once: the answer is kept, the timelines hear of it, and a leaver whose login goes to somebody
/// new stops being that login's holder, so that the source's look-up no longer finds them.
///
/// # Errors
/// If the case has been decided, or the ruling does not answer it.
pub fn decide(
    policy: &Policy,
    case: &Case,
    ruling: &Ruling,
    note: Option<&str>,
    by: &Reviewer,
    concerned: &Concerned,
    now: Timestamp,
) -> Result<Change, CannotDecide> {
    check(case, ruling)?;
    let decided = Decided {
        ruling: ruling.clone(),
        by: by.name.clone(),
        at: now,
        note: note.map(str::to_owned),
        used: None,
    };
    if case.kind == CaseKind::MassChange {
        return sweep(case, decided, by, &concerned.held);
    }
    let mut change = Change {
        events: lines(case, ruling, by, EventKind::CaseDecided, &sentence(ruling, note), now),
        decided: Some((case.id.clone(), decided)),
        ..Change::default()
    };
    if let Some((person, claim)) = outgoing(case, ruling, &concerned.people) {
        let ended = Claim { ended: Some(now), version: claim.version + 1, modified: now, ..claim.clone() };
        let replaced = replaced(policy, &actor(case, by), person, claim, ended, now);
        (change.person, change.claims) = (replaced.person, replaced.claims);
    }
    Ok(change)
}

/// An answer to a mass change is carried out for everybody whom the case holds, whoever they are. Whom no source claims any
/// more nobody could say of again that they are inactive: `keep` is not for them, and the case stays open as long as it holds
/// them.
fn sweep(case: &Case, decided: Decided, by: &Reviewer, held: &HeldPeople) -> Result<Change, CannotDecide> {
    let (to, unclaimed) = match decided.ruling {
        Ruling::Release => (HoldState::Released, Unclaimed::Swept),
        _ if held.unclaimed == 0 => (HoldState::Kept, Unclaimed::Absent),
        _ if held.unclaimed < held.count() => (HoldState::Kept, Unclaimed::LeftOut),
        _ => return Err(CannotDecide::NobodyClaims(case.id.clone())),
    };
    let what = sentence(&decided.ruling, decided.note.as_deref());
    let event = swept(case, by, EventKind::CaseDecided, &what, decided.at);
    let is_answered = unclaimed != Unclaimed::LeftOut;
    let found = is_answered.then(|| case.clone());
    let sweep = Sweep { case: case.id.clone(), from: HoldState::Held, to, unclaimed, event, found };
    let decided = is_answered.then(|| (case.id.clone(), decided));
    Ok(Change { decided, sweep: Some(sweep), ..Change::default() })
}

/// The line on the timeline of everybody whom a mass change holds.
pub(super) fn swept(case: &Case, by: &Reviewer, kind: EventKind, what: &str, at: Timestamp) -> Event {
    Event {
        subject: Subject::Person(PersonId::new("")),
        at,
        actor: actor(case, by),
        kind,
        note: Some(format!("case {} ({}): {what}", case.id, case.kind.label())),
        decisions: Vec::new(),
    }
}

fn check(case: &Case, ruling: &Ruling) -> Result<(), CannotDecide> {
    if case.decided.is_some() {
        return Err(CannotDecide::Decided(case.id.clone()));
    }
    if !ruling.answers(case.kind) {
        return Err(CannotDecide::DoesNotAnswer { ruling: ruling.label(), kind: case.kind });
    }
    let named = ruling.person().filter(|_| !case.kind.is_about_anybody());
    match named.filter(|person| !case.candidates.contains(person)) {
        Some(person) => {
            Err(CannotDecide::NotACandidate { person: person.clone(), candidates: case.candidates.clone() })
        }
        None => Ok(()),
    }
}

fn sentence(ruling: &Ruling, note: Option<&str>) -> String {
    let ruling = match ruling {
        Ruling::Merge(person) => format!("merge into {person} is proposed, and nobody is merged by that"),
        Ruling::Release => "release; whoever is held loses access".to_owned(),
        Ruling::Keep => {
            "keep; whoever is held stays active until their source says inactive again".to_owned()
        }
        Ruling::Link(_) | Ruling::Create | Ruling::Reject => ruling.label().to_owned(),
    };
    note.map_or_else(|| ruling.clone(), |note| format!("{ruling}: {note}"))
}

/// One line on the timeline of everybody whom the case or its answer is about.
pub(super) fn lines(
    case: &Case,
    ruling: &Ruling,
    by: &Reviewer,
    kind: EventKind,
    what: &str,
    now: Timestamp,
) -> Vec<Event> {
    let line = |person: &PersonId| Event {
        subject: Subject::Person(person.clone()),
        at: now,
        actor: actor(case, by),
        kind,
        note: Some(format!("case {} ({}): {what}", case.id, case.kind.label())),
        decisions: Vec::new(),
    };
    let named = ruling.person().filter(|person| !case.candidates.contains(person));
    case.candidates.iter().chain(named).map(line).collect()
}

pub(super) fn actor(case: &Case, by: &Reviewer) -> Actor {
    Actor { source: case.source.clone(), writer: by.name.clone(), request: by.request.clone() }
}

/// Whether an answer of this kind takes the login from a leaver.
pub(super) fn recycles(case: &Case, ruling: &Ruling) -> bool {
    matches!(case.kind, CaseKind::RecycledLogin | CaseKind::RotatedIdentity) && *ruling == Ruling::Create
}

/// The leaver whose login goes to somebody new, and the source's claim about them.
fn outgoing<'a>(case: &Case, ruling: &Ruling, people: &'a [Person]) -> Option<(&'a Person, &'a Claim)> {
    if !recycles(case, ruling) {
        return None;
    }
    let leavers = people.iter().filter_map(|person| Some((person, person.live_claim_of(&case.source)?)));
    leavers.filter(|(_, claim)| !claim.active).take(1).next()
}

/// The person with a claim of theirs replaced, without a word on the timeline but the case's own.
pub(super) fn replaced(
    policy: &Policy,
    actor: &Actor,
    person: &Person,
    before: &Claim,
    claim: Claim,
    now: Timestamp,
) -> Change {
    let (fresh_person, fresh_case) = (person.id.clone(), CaseId::new(""));
    let references = References::none();
    let context = Context { policy, references, losses: None, actor, now, fresh_person, fresh_case };
    let settled = settle(&context, person, &claim, false, None);
    settled.into_change(vec![ClaimChange::update(&person.id, before, claim)], Vec::new())
}

fn list(candidates: &[PersonId]) -> String {
    candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
