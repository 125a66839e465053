//! Why an operation did not happen. What the client reads is the text; what the log reads is the cause.

use tenure_identity::policy::Problems;
use tenure_identity::receive::{CannotDecide, CannotUndo, Refusal};
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
    /// There is no such thing, whoever asks.
    #[error("{}", .kind.missing(.id))]
    NoSuch {
        /// What was asked for.
        kind: Thing,
        /// The id that was asked for.
        id: String,
    },
    /// A case that cannot be decided like this.
    #[error(transparent)]
    CannotDecide(#[from] CannotDecide),
    /// A decision that cannot be taken back.
    #[error(transparent)]
    CannotUndo(#[from] CannotUndo),
    /// Somebody else applied a policy at the same moment.
    #[error("somebody else applied policy version {version} at the same moment; nothing was applied")]
    PolicyMoved {
        /// The version that theirs became.
        version: i64,
    },
    /// The policy in force does not fit this node.
    #[error("policy version {version} cannot be used with this configuration: {problems}")]
    UnusablePolicy {
        /// Which one.
        version: i64,
        /// Why.
        problems: Problems,
    },
    /// The target refuses what the source said. It is kept, and delivered once the target takes it.
    #[error("accepted, but the target refused it: {reason}")]
    Undeliverable {
        /// What it said, and what to do about it.
        reason: String,
    },
    /// The record is linked to somebody else.
    #[error("record `{record}` of the target is linked to `{name}` ({holder})")]
    RecordTaken {
        /// The record.
        record: String,
        /// The id of the person or group that has it.
        holder: String,
        /// What people call them.
        name: String,
    },
    /// The target has no such record, or does not show it to us.
    #[error(
        "the target has no row `{record}` in `{table}`, or hides it from our account; nothing was linked"
    )]
    NotThere {
        /// The table.
        table: &'static str,
        /// The record that was named.
        record: String,
    },
    /// It is not certain which record is theirs, or there is none.
    #[error("no record of the target is certainly `{id}`'s: the delivery is {state}{}", .reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    NoRecord {
        /// Whose.
        id: String,
        /// Where their delivery stands.
        state: &'static str,
        /// Why.
        reason: Option<String>,
    },
    /// What was handed over lies in another instance than the target is now.
    #[error(
        "the work was handed over in another instance than the target is now; nothing of it can be put back here"
    )]
    HandedOverElsewhere,
    /// Nothing can be done in a target without one.
    #[error("there is no target in the configuration")]
    NoTarget,
    /// Who has not left hands nothing over.
    #[error("{who} has not left; nothing is handed over of people who are active")]
    StillActive {
        /// What people call them.
        who: String,
    },
    /// The policy does not say who takes over.
    #[error("the policy names nobody who takes over a leaver's work")]
    NoReceiver,
    /// The target did not answer as it should.
    #[error("the target cannot be asked: {reason}")]
    TargetFailed {
        /// What it said, and what to do about it.
        reason: String,
    },
    /// The document cannot be used.
    #[error("the policy cannot be used: {0}")]
    Policy(#[from] Problems),
}

/// What an administrator can ask for by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A person.
    Person,
    /// A group.
    Group,
    /// A case.
    Case,
    /// A token that has not been revoked.
    Token,
    /// A version of the policy.
    Policy,
    /// A field of somebody's record.
    Field,
    /// Anything to be brought to the target.
    Delivery,
    /// The hand-over of somebody's work.
    Handover,
}

impl Thing {
    fn missing(self, id: &str) -> String {
        match self {
            Self::Person => format!("there is no person `{id}`"),
            Self::Group => format!("there is no group `{id}`"),
            Self::Case => format!("there is no case `{id}`"),
            Self::Token => format!("there is no token `{id}` that works"),
            Self::Policy => format!("there is no policy version `{id}`"),
            Self::Delivery => format!("nothing was ever to be delivered of `{id}`"),
            Self::Handover => format!("nothing was ever handed over of `{id}`"),
            Self::Field => {
                format!("the record of this person has no field `{id}`, and no event speaks of one")
            }
        }
    }

    fn where_to_look(self) -> Option<&'static str> {
        match self {
            Self::Person | Self::Group | Self::Field => None,
            Self::Case => Some("`tenure review list --all` shows the cases"),
            Self::Token => Some("`tenure token list` shows the tokens"),
            Self::Policy => Some("`tenure policy history` shows the versions"),
            Self::Handover => Some("`tenure handover status` shows the hand-overs"),
            Self::Delivery => {
                Some("only people in the policy's scope and groups are delivered, if there is a target")
            }
        }
    }
}

fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        // Whoever has the external id may be inactive: the source's word is not the only one.
        Refusal::Taken { attribute: "externalId" } => {
            "this source has a user with this externalId already; nothing was changed".to_owned()
        }
        Refusal::Taken { attribute } => {
            format!("{attribute} is held by an active user; nothing was changed")
        }
        Refusal::Doubtful { question } => format!(
            "it is in doubt whom this claim is about: {question}; the policy refuses such claims \
             (`ambiguous = \"reject\"`), and nothing was changed"
        ),
        Refusal::Rotated { former } => format!(
            "externalId cannot change: this source has called the person `{former}`, and the policy allows no other; \
             nothing was changed"
        ),
        Refusal::Held { case, question } => format!(
            "held for review as case {case}: {question}; the next try goes through once the case is decided \
             (tenure review show {case})"
        ),
        Refusal::Rejected { case } => format!("a reviewer decided against this claim in case {case}"),
    }
}

impl EngineError {
    /// What to do about it, where there is a cure.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoSuch { kind, .. } => kind.where_to_look().map(str::to_owned),
            Self::CannotDecide(error) => error.help().map(str::to_owned),
            Self::CannotUndo(error) => error.help(),
            Self::PolicyMoved { version } => Some(format!(
                "look at it with `tenure policy show {version}`, plan yours again, and apply it"
            )),
            Self::RecordTaken { holder, .. } => Some(format!(
                "`tenure explain {holder}` shows why; if it is not theirs, say which is with \
                 `tenure deliver link {holder} SYS_ID`, and then do this again"
            )),
            Self::NotThere { .. } => Some(
                "take the `sys_id` from the record in the target (\"Copy sys_id\" in its menu); if it is there, let our account \
                 see it"
                    .to_owned(),
            ),
            Self::NoRecord { id, .. } => Some(format!(
                "once the delivery has come to its end (`tenure deliver retry {id}`), or with \
                 `tenure deliver link {id} SYS_ID`, it is certain"
            )),
            Self::HandedOverElsewhere => Some(
                "put it back with `target.url` naming the instance in which it was handed over".to_owned(),
            ),
            Self::NoTarget => Some("add one under `[target]`".to_owned()),
            Self::StillActive { .. } => {
                Some("`tenure handover plan` shows what would be handed over".to_owned())
            }
            Self::NoReceiver => {
                Some("say it under `[lifecycle] hand_over`, for example `{ to = \"manager\" }`".to_owned())
            }
            Self::UnusablePolicy { .. } => Some(
                "complete the configuration, or apply a policy that fits it with `tenure policy apply`"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    pub(crate) fn no_such(kind: Thing, id: &str) -> Self {
        Self::NoSuch { kind, id: shortened(id) }
    }

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
