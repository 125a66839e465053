//! Users: the claims of a source about people. Read, create, replace, patch, end.

mod show;
mod write;

pub(crate) use show::parse;

use crate::{Caller, Engine, EngineError};
use jiff::Timestamp;
use tenure_identity::id::{CaseId, PersonId};
use tenure_identity::receive::Context;
use uuid::Uuid;

impl Engine {
    /// The context of one decision, with fresh ids in the order of time.
    fn context<'a>(&'a self, caller: &'a Caller, now: Timestamp) -> Context<'a> {
        Context {
            policy: &self.policy,
            actor: &caller.actor,
            now,
            fresh_person: PersonId::new(Uuid::now_v7().to_string()),
            fresh_case: CaseId::new(Uuid::now_v7().to_string()),
        }
    }
}

/// Refuses what cannot be an id of ours before it reaches the store.
fn person_id(id: &str) -> Result<PersonId, EngineError> {
    if id.is_empty() || id.len() > 64 || id.chars().any(char::is_control) {
        return Err(EngineError::user(id));
    }
    Ok(PersonId::new(id))
}
