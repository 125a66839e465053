//! Receive: what a source's request about a person does. Each function takes the facts and says everything that
//! follows: the answer to the source, and the [`Change`] to commit, down to the last event.
//!
//! [`create()`] is POST, [`update()`] is PUT and PATCH (the new attributes are worked out by `tenure-scim`), [`end()`] is
//! DELETE, [`decide()`] is a human's answer to a case and [`undo()`] takes it back. None of them deletes anybody.

mod access;
mod create;
mod decide;
mod end;
mod exclusive;
mod hold;
mod renew;
mod settle;
mod undo;
mod update;

pub use create::{claim, create};
pub use decide::{CannotDecide, Concerned, decide};
pub use end::end;
pub use renew::renew;
pub use undo::{CannotUndo, undo};
pub use update::update;

use crate::case::Case;
use crate::change::Change;
use crate::claim::Claim;
use crate::event::Actor;
use crate::id::{CaseId, PersonId};
use crate::limit::Losses;
use crate::person::Person;
use crate::policy::Policy;
use crate::resolve::References;
use jiff::Timestamp;
use std::sync::Arc;
use tenure_scim::Object;
use tenure_scim::resource::Note;

/// What every decision needs beside the facts.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// Whom the claims at hand refer to.
    pub references: &'a References,
    /// What is known of the policy's limit. Only who would end access has to ask for it, and then decides again:
    /// [`Change::asks_for_losses`].
    pub losses: Option<&'a Losses>,
    /// Who asks.
    pub actor: &'a Actor,
    /// When.
    pub now: Timestamp,
    /// The id of a person, should one be made.
    pub fresh_person: PersonId,
    /// The id of a case, should one be opened.
    pub fresh_case: CaseId,
}

/// What a source wants to say: canonical attributes, and what was not taken as it was sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Incoming {
    /// The whole claim as it would be.
    pub attributes: Arc<Object>,
    /// What was ignored or coerced on the way.
    pub notes: Vec<Note>,
    /// Whether the request itself says that the person is inactive, be that news or not.
    pub says_inactive: bool,
}

/// What is known about an identity before it is decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Everybody who shares a key with the claim, and whoever a ruling of `case` names.
    pub candidates: Vec<Person>,
    /// The newest blocking case about this identity, open or decided.
    pub case: Option<Case>,
}

/// The answer to the source.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// There is a claim now that was not there: a new person, a new source of a known one, or a return.
    Created(PersonId),
    /// The claim is as the source wants it.
    Updated(PersonId),
    /// The claim has ended.
    Ended(PersonId),
    /// Nothing was done, but perhaps a case was opened.
    Refused(Refusal),
}

/// Why a request is refused. All of these are conflicts of identity.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// Somebody active holds the value.
    Taken {
        /// The attribute in SCIM's spelling.
        attribute: &'static str,
    },
    /// The source calls the person by another external id than before, and the policy allows no change of it.
    Rotated {
        /// The external id that the source has used for them.
        former: String,
    },
    /// It is in doubt whom the claim is about, and the policy asks nobody.
    Doubtful {
        /// The question in one sentence; it names nobody.
        question: String,
    },
    /// A human has to decide first.
    Held {
        /// The case to decide.
        case: CaseId,
        /// The question in one sentence.
        question: String,
    },
    /// A human has decided against it.
    Rejected {
        /// The case in which they did.
        case: CaseId,
    },
}

/// What one request does.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The answer.
    pub reply: Reply,
    /// Everything to commit.
    pub change: Change,
}

impl AsRef<Change> for Plan {
    fn as_ref(&self) -> &Change {
        &self.change
    }
}

impl Plan {
    fn refuse(refusal: Refusal) -> Self {
        Self { reply: Reply::Refused(refusal), change: Change::default() }
    }
}

/// Whether somebody else holds, at the same source, what the claim would hold: the external id for good, the login while
/// both are active.
fn taken_at_source(claim: &Claim, person: &PersonId, facts: &Facts) -> Option<Refusal> {
    let others = facts.candidates.iter().filter(|other| other.id != *person);
    let claims = others.filter_map(|other| other.claim_of(&claim.source));
    let login = claim.gives_access().then(|| claim.keys().user_name);
    let attribute = |other: &Claim| {
        let same_id = claim.external_id().is_some() && claim.external_id() == other.external_id();
        let same_login = other.gives_access() && login.as_ref() == Some(&other.keys().user_name);
        same_id.then_some("externalId").or(same_login.then_some("userName"))
    };
    let attribute = claims.filter_map(attribute).next()?;
    Some(Refusal::Taken { attribute })
}

#[cfg(test)]
mod tests;
