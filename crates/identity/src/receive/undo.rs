//! A human takes an answer back: the case is open again, as if nobody had answered. That ends when a claim has gone
//! through by the answer, for then there is somebody whose history rests on it.

use super::decide::{actor, lines, recycles, replaced, swept};
use crate::case::{Case, CaseKind, Decided, Reviewer, Ruling};
use crate::change::{Answer, Change, Sweep, Unclaimed};
use crate::claim::Claim;
use crate::event::EventKind;
use crate::id::{CaseId, PersonId, SourceName};
use crate::limit::HoldState;
use crate::person::Person;
use crate::policy::Policy;
use jiff::Timestamp;

/// Why an answer cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotUndo {
    /// Nobody has answered.
    #[error("case `{0}` is open; there is no decision to undo")]
    Open(CaseId),
    /// The identity was linked by it.
    #[error(
        "the decision has been used: at {at} `{identity}` of `{source_name}` was linked to person `{person}`"
    )]
    Linked {
        /// When.
        at: Timestamp,
        /// What the source calls the person.
        identity: String,
        /// The source.
        source_name: SourceName,
        /// Whom the claim is about since.
        person: PersonId,
    },
    /// Somebody new was made by it.
    #[error(
        "the decision has been used: at {at} `{identity}` of `{source_name}` became a person of their own"
    )]
    Created {
        /// When.
        at: Timestamp,
        /// What the source calls the person.
        identity: String,
        /// The source.
        source_name: SourceName,
    },
    /// Somebody has lost access by it.
    #[error("the decision has been used: since {at} people have lost access by it")]
    Released {
        /// When the first of them did.
        at: Timestamp,
    },
    /// Nobody answered: the question was gone.
    #[error("the case was closed without an answer: since {at} nobody is held by it")]
    Vacated {
        /// When the last of them had access again.
        at: Timestamp,
    },
    /// The same identity has raised another question since.
    #[error("case `{newer}` is newer and about the same question")]
    Superseded {
        /// The newer case.
        newer: CaseId,
    },
}

impl CannotUndo {
    /// What to do instead.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Open(_) | Self::Vacated { .. } => None,
            Self::Linked { source_name, person, .. } => Some(format!(
                "to part them, end the account at `{source_name}` and let it make a new one with another external id, \
                 login and employee number; that claim is looked at anew, and `{person}` keeps id and history"
            )),
            Self::Created { source_name, .. } => Some(format!(
                "nobody is merged or deleted: if the new person is somebody known, end one of the two accounts at \
                 `{source_name}`; its record is deactivated and keeps its history"
            )),
            Self::Released { .. } => Some(
                "whoever should have access gets it back when their source says that they are active; nobody's record or \
                 history is lost"
                    .to_owned(),
            ),
            Self::Superseded { newer } => Some(format!("decide case `{newer}`; its answer counts")),
        }
    }
}

/// Opens a decided case again. `newest` is the newest case about the same identity, or the open mass change; `people` are
/// its candidates.
///
/// A leaver whose login the answer had freed gets it back, unless their claim has changed since.
///
/// # Errors
/// If there is no answer, a claim has gone through by it, or a newer case took its place.
pub fn undo(
    policy: &Policy,
    case: &Case,
    newest: Option<&CaseId>,
    by: &Reviewer,
    people: &[Person],
    now: Timestamp,
) -> Result<Change, CannotUndo> {
    let decided = case.decided.as_ref().ok_or_else(|| CannotUndo::Open(case.id.clone()))?;
    check(case, decided, newest)?;
    let what = format!("open again; the answer was `{}` by {}", decided.ruling.label(), decided.by);
    let reopened = Some(Answer { case: case.id.clone(), decided: decided.at });
    if case.kind == CaseKind::MassChange {
        let from = if decided.ruling == Ruling::Release { HoldState::Released } else { HoldState::Kept };
        let event = swept(case, by, EventKind::CaseReopened, &what, now);
        let (to, unclaimed) = (HoldState::Held, Unclaimed::Swept);
        let sweep = Sweep { case: case.id.clone(), from, to, unclaimed, event, found: None };
        return Ok(Change { reopened, sweep: Some(sweep), ..Change::default() });
    }
    let events = lines(case, &decided.ruling, by, EventKind::CaseReopened, &what, now);
    let mut change = Change { events, reopened, ..Change::default() };
    if let Some((person, claim)) = quietly_ended(case, decided, people) {
        let revived = Claim { ended: None, version: claim.version + 1, modified: now, ..claim.clone() };
        let replaced = replaced(policy, &actor(case, by), person, claim, revived, now);
        (change.person, change.claims) = (replaced.person, replaced.claims);
    }
    Ok(change)
}

fn check(case: &Case, decided: &Decided, newest: Option<&CaseId>) -> Result<(), CannotUndo> {
    let (identity, source_name) = (case.identity.clone(), case.source.clone());
    match (decided.used, &decided.ruling) {
        (Some(at), Ruling::Link(person)) => {
            return Err(CannotUndo::Linked { at, identity, source_name, person: person.clone() });
        }
        (Some(at), Ruling::Release) => return Err(CannotUndo::Released { at }),
        (Some(at), Ruling::Keep) => return Err(CannotUndo::Vacated { at }),
        (Some(at), _) => return Err(CannotUndo::Created { at, identity, source_name }),
        (None, _) => {}
    }
    let one_at_a_time = case.kind.blocks() || case.kind == CaseKind::MassChange;
    match newest.filter(|newest| one_at_a_time && **newest != case.id) {
        Some(newer) => Err(CannotUndo::Superseded { newer: newer.clone() }),
        None => Ok(()),
    }
}

/// The claim that ended with the answer and is still as it left it.
fn quietly_ended<'a>(
    case: &Case,
    decided: &Decided,
    people: &'a [Person],
) -> Option<(&'a Person, &'a Claim)> {
    if !recycles(case, &decided.ruling) {
        return None;
    }
    let claims = people.iter().filter_map(|person| Some((person, person.claim_of(&case.source)?)));
    claims.filter(|(_, claim)| claim.ended == Some(decided.at) && claim.modified == decided.at).take(1).next()
}
