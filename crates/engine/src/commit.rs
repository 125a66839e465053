//! Decide, commit, and decide again if the facts moved.

use crate::{Engine, EngineError};
use tenure_identity::change::Change;
use tenure_store::error::CommitError;

/// How often a request is decided again. Every lost try means that another request succeeded, so that many of them in a
/// row take that many others at the same resource at the same moment.
const TRIES: usize = 64;

/// The tries of one request.
#[derive(Debug, Default)]
pub(crate) struct Tries(usize);

impl Engine {
    /// Whether the change is durable now. If not, the facts have moved, and the request has to be decided again.
    pub(crate) async fn commit(&self, change: &Change, tries: &mut Tries) -> Result<bool, EngineError> {
        match self.store.commit(change).await {
            Ok(()) => {
                self.wake_delivery();
                Ok(true)
            }
            Err(CommitError::Store(error)) => Err(error.into()),
            Err(conflict) => {
                tries.0 += 1;
                tracing::debug!(tries = tries.0, %conflict, "deciding again");
                if tries.0 < TRIES { Ok(false) } else { Err(EngineError::Busy) }
            }
        }
    }
}
