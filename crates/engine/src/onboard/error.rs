//! Why a target could not be onboarded.

use tenure_connect::servicenow::CallError;
use tenure_store::error::{CommitError, StoreError};

/// Why a target could not be onboarded. Nothing was written to it.
#[derive(Debug, thiserror::Error)]
pub enum OnboardError {
    /// There is nothing to onboard.
    #[error("there is no target in the configuration, so that there is nothing to read")]
    NoTarget,
    /// The users cannot be read.
    #[error("`{table}` of the target cannot be read to its end; what was read is kept")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// Why.
        #[source]
        source: CallError,
    },
    /// Two readings at once.
    #[error(
        "another `tenure onboard` reads the same target into the same store, and what this one read is gone"
    )]
    Two,
    /// Nothing to decide.
    #[error("onboarding asks nothing about anybody who is called `{who}`")]
    NoQuestion {
        /// Who was named.
        who: String,
    },
    /// It is not clear what is decided.
    #[error("`{who}` could be several whom onboarding asks about: {}", .ids.join(", "))]
    SeveralQuestions {
        /// Who was named.
        who: String,
        /// By what they are told apart.
        ids: Vec<String>,
    },
    /// The store failed.
    #[error("what was read cannot be kept or read back")]
    Store(#[from] StoreError),
}

impl OnboardError {
    /// What to do about it, where there is a cure.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoTarget => Some("add a `[target]` table; docs/CONFIGURATION.md shows one".to_owned()),
            Self::Unreadable { source, .. } => {
                let cure = source.help().map(|help| format!("{help}; then ")).unwrap_or_default();
                Some(format!("{cure}go on with `tenure onboard --resume`"))
            }
            Self::Two => Some("wait for its end, and read again without `--resume`".to_owned()),
            Self::NoQuestion { .. } => {
                Some("look again with `tenure onboard`, and name them as its cases do".to_owned())
            }
            Self::SeveralQuestions { .. } => Some("name one of these".to_owned()),
            Self::Store(_) => None,
        }
    }
}

impl From<CommitError> for OnboardError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => Self::Store(error),
            CommitError::Moved | CommitError::Constraint(_) => Self::Two,
        }
    }
}
