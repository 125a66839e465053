//! Decide, commit, and decide again if the facts moved.

use crate::{Engine, EngineError};
use tenure_identity::change::Change;
use tenure_store::error::CommitError;

/// How often a request is decided again. Every lost try means that another request succeeded, so that many of them in a
/// row take that many others at the same resource at the same moment.
const TRIES: usize = 64;

impl Engine {
    /// Repeats `decide` until its change is committed.
    pub(crate) async fn commit_decided<T>(
        &self,
        decide: impl AsyncFn() -> Result<(T, Change), EngineError>,
    ) -> Result<T, EngineError> {
        for attempt in 0..TRIES {
            let (outcome, change) = decide().await?;
            match self.store.commit(&change).await {
                Ok(()) => return Ok(outcome),
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(conflict) => tracing::debug!(attempt, %conflict, "deciding again"),
            }
        }
        Err(EngineError::Busy)
    }
}
