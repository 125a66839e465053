//! Users: the claims of a source about people. Read, create, replace, patch, end.

pub mod preview;
mod show;
mod write;

pub(crate) use show::parse;

use crate::EngineError;
use tenure_identity::id::PersonId;

/// Refuses what cannot be an id of ours before it reaches the store.
fn person_id(id: &str) -> Result<PersonId, EngineError> {
    if id.is_empty() || id.len() > 64 || id.chars().any(char::is_control) {
        return Err(EngineError::user(id));
    }
    Ok(PersonId::new(id))
}
