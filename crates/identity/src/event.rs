//! An event: one line of a person's or group's timeline, append-only. Every accepted request leaves at least one, and
//! every one says who caused it.

use crate::decision::Decision;
use crate::id::{GroupId, PersonId, SourceName};
use jiff::Timestamp;

/// Whose timeline it is on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person.
    Person(PersonId),
    /// A group.
    Group(GroupId),
}

impl Subject {
    /// The id as text; people and groups share one space of ids.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Person(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
        }
    }
}

/// Who caused something: the source, the token it used, and the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The source whose word it is.
    pub source: SourceName,
    /// The token, or the person at the command line.
    pub writer: String,
    /// The request id, which the access log has too.
    pub request: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A person or group came into being.
    Created,
    /// A source began to claim somebody who was known already.
    Linked,
    /// A source's external id changed for the same person.
    Relinked,
    /// Something about them changed.
    Changed,
    /// A request was accepted and changed nothing.
    Unchanged,
    /// A source's write was accepted and had no effect, because it does not decide.
    Skipped,
    /// The person left.
    Deactivated,
    /// The person came back.
    Returned,
    /// A source ended its claim (DELETE).
    ClaimEnded,
    /// Somebody like this person exists already.
    NearDuplicate,
    /// A question was put to a human.
    CaseOpened,
    /// A human answered.
    CaseDecided,
    /// A human took an answer back.
    CaseReopened,
    /// The members of a group changed.
    MembersChanged,
    /// The same membership is added and removed again and again, or two sources decide a field back and forth.
    Flapping,
    /// The record was computed anew: the policy, a group or somebody whom they refer to changed.
    Resolved,
    /// Somebody should look at this: a field could not be computed, a circle of managers.
    Finding,
    /// The target was written, with a verdict for every value.
    Delivered,
    /// The target refused a write, or it cannot be told which of its records to write.
    Refused,
    /// A record of the target became the person's, or ceased to be.
    TargetLinked,
    /// The leaver's open work went to others.
    HandedOver,
    /// What a hand-over changed was put back.
    HandoverUndone,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 22] = [
        Self::Created,
        Self::Linked,
        Self::Relinked,
        Self::Changed,
        Self::Unchanged,
        Self::Skipped,
        Self::Deactivated,
        Self::Returned,
        Self::ClaimEnded,
        Self::NearDuplicate,
        Self::CaseOpened,
        Self::CaseDecided,
        Self::CaseReopened,
        Self::MembersChanged,
        Self::Flapping,
        Self::Resolved,
        Self::Finding,
        Self::Delivered,
        Self::Refused,
        Self::TargetLinked,
        Self::HandedOver,
        Self::HandoverUndone,
    ];

    /// The word for it, on every surface and in the store.
    pub fn label(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Linked => "linked",
            Self::Relinked => "relinked",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Deactivated => "deactivated",
            Self::Returned => "returned",
            Self::ClaimEnded => "claim ended",
            Self::NearDuplicate => "near-duplicate",
            Self::CaseOpened => "case opened",
            Self::CaseDecided => "case decided",
            Self::CaseReopened => "case reopened",
            Self::MembersChanged => "members changed",
            Self::Flapping => "flapping",
            Self::Resolved => "resolved",
            Self::Finding => "finding",
            Self::Delivered => "delivered",
            Self::Refused => "refused by the target",
            Self::TargetLinked => "linked in the target",
            Self::HandedOver => "handed over",
            Self::HandoverUndone => "hand-over undone",
        }
    }

    /// The kind of this word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.label() == label)
    }
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Whose timeline.
    pub subject: Subject,
    /// When.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// What happened.
    pub kind: EventKind,
    /// One sentence for people, where the kind and the decisions do not say it all.
    pub note: Option<String>,
    /// What became of each attribute.
    pub decisions: Vec<Decision>,
}
