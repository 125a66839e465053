//! Why an operation did not happen. What the client reads is the text; what the log reads is the cause.

use tenure_identity::receive::Refusal;
use tenure_scim::Error;
use tenure_store::error::{CommitError, StoreError};

/// Why an operation did not happen. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The request is wrong in itself.
    #[error(transparent)]
    Request(#[from] Error),
    /// There is no such resource for this source.
    #[error("{kind} `{id}` is not known to this source")]
    NotFound {
        /// `User` or `Group`.
        kind: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// The resource is not in the version that `If-Match` names.
    #[error("the resource has moved to version {current}; read it again and repeat the change")]
    VersionMoved {
        /// The version that it has.
        current: i64,
    },
    /// The resource is in the version that `If-None-Match` names.
    #[error("the resource still has version {current}")]
    NotModified {
        /// The version that it has.
        current: i64,
    },
    /// The identity is somebody else's, or a human has to decide.
    #[error("{}", refusal_text(.0))]
    Refused(Refusal),
    /// Another group holds the value.
    #[error(
        "a group with this {attribute} exists already and belongs to source `{owner}`; rename one of them"
    )]
    GroupTaken {
        /// The attribute in SCIM's spelling.
        attribute: &'static str,
        /// Who owns the group.
        owner: String,
    },
    /// Others kept changing the same thing.
    #[error("too many changes of the same resource at once; try again")]
    Busy,
    /// The store failed.
    #[error("the request could not be carried out; try again")]
    Store(#[from] StoreError),
    /// A case that cannot be decided like this.
    #[error("{0}")]
    Review(String),
}

fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Taken { attribute } => {
            format!("{attribute} is held by an active user; nothing was changed")
        }
        Refusal::Held { case, question } => format!(
            "held for review as case {case}: {question}; the next try goes through once the case is decided \
             (tenure review show {case})"
        ),
        Refusal::Rejected { case } => format!("a reviewer decided against this claim in case {case}"),
    }
}

impl EngineError {
    pub(crate) fn user(id: &str) -> Self {
        Self::NotFound { kind: "User", id: shortened(id) }
    }

    pub(crate) fn group(id: &str) -> Self {
        Self::NotFound { kind: "Group", id: shortened(id) }
    }
}

/// Ids come from the address; what is not an id of ours may be anything.
fn shortened(id: &str) -> String {
    id.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// A commit that failed for good; conflicts have been decided again before.
impl From<CommitError> for EngineError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Moved | CommitError::Constraint(_) => Self::Busy,
            CommitError::Store(error) => Self::Store(error),
        }
    }
}
