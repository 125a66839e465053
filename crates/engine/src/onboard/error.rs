//! Why a target could not be onboarded.

use tenure_connect::servicenow::CallError;
use tenure_identity::id::SysId;
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
    /// Whoever looks like a newcomer may have a record, and whoever looks like the owner of one may have another.
    #[error("users are probably hidden from our account, and nothing is written before it sees them all")]
    Hidden,
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
    /// Nobody's record can be theirs.
    #[error("the target has no record `{record}`, or hides it from our account; nothing was noted")]
    NotThere {
        /// The record that was named.
        record: SysId,
    },
    /// Whether there is such a record is not known.
    #[error("the target cannot be asked whether it has record `{record}`; nothing was noted")]
    Unasked {
        /// The record that was named.
        record: SysId,
        /// Why.
        #[source]
        source: CallError,
    },
    /// The record is somebody else's.
    #[error("record `{record}` is somebody else's: {why}; nothing was noted")]
    Anothers {
        /// The record that was named.
        record: SysId,
        /// What says so.
        why: String,
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
            Self::Hidden => Some(
                "do what the report says about its gaps, and look again; where there is nobody behind them, say so with \
                 `--despite-gaps`"
                    .to_owned(),
            ),
            Self::NoQuestion { .. } => {
                Some("look again with `tenure onboard`, and name them as its cases do".to_owned())
            }
            Self::SeveralQuestions { .. } => Some("name one of these".to_owned()),
            Self::NotThere { .. } => Some(
                "take the `sys_id` from the report, or from the record in the target; if it is there, let our account see it"
                    .to_owned(),
            ),
            Self::Unasked { source, .. } => source.help().map(str::to_owned),
            Self::Anothers { .. } => Some(
                "name another record; or, if it is not theirs, take it from them first: `tenure deliver link` gives them theirs, \
                 and a stable key is cleared in the target"
                    .to_owned(),
            ),
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
