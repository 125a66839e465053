//! Groups: read, create, replace, patch, end. Membership is worked on as deltas; only a request that speaks of everybody
//! reads everybody.

mod show;
mod write;

use crate::{Caller, Engine, EngineError};
use jiff::{SignedDuration, Timestamp};
use tenure_identity::group::GroupContext;
use tenure_identity::id::GroupId;
use uuid::Uuid;

impl Engine {
    fn group_context<'a>(&self, caller: &'a Caller, now: Timestamp) -> GroupContext<'a> {
        let window = SignedDuration::from_secs(self.policy().flapping.window_seconds);
        GroupContext {
            actor: &caller.actor,
            now,
            fresh: GroupId::new(Uuid::now_v7().to_string()),
            flapping_since: now.checked_sub(window).unwrap_or(Timestamp::MIN),
        }
    }
}

/// Refuses what cannot be an id of ours before it reaches the store.
fn group_id(id: &str) -> Result<GroupId, EngineError> {
    if id.is_empty() || id.len() > 64 || id.chars().any(char::is_control) {
        return Err(EngineError::group(id));
    }
    Ok(GroupId::new(id))
}
