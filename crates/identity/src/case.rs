//! A case: a question for a human, with both sides shown. Nothing is guessed while it waits.
//!
//! A *blocking* case holds a claim: the source is answered 409 until somebody decides, and then its next try goes
//! through. A case that does not block only asks somebody to look.

use crate::id::{CaseId, PersonId, SourceName};
use jiff::Timestamp;
use tenure_scim::Object;

/// What the question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseKind {
    /// More than one person, or one who belongs to another source, could be meant.
    AmbiguousMatch,
    /// Only the e-mail address speaks for a match.
    EmailMatch,
    /// Somebody with other stable keys asks for a leaver's login.
    RecycledLogin,
    /// An update would turn one human being's identity into another's.
    RotatedIdentity,
    /// Nobody is known by the claim, and its source may not bring a person into being.
    Unmatched,
    /// Two people look alike. Both exist; nothing waits.
    NearDuplicate,
    /// More people would lose access than the policy's limit allows. Claims are taken; those people stay active meanwhile.
    MassChange,
}

impl CaseKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::AmbiguousMatch,
        Self::EmailMatch,
        Self::RecycledLogin,
        Self::RotatedIdentity,
        Self::Unmatched,
        Self::NearDuplicate,
        Self::MassChange,
    ];

    /// The word for it, on every surface and in the store.
    pub fn label(self) -> &'static str {
        match self {
            Self::AmbiguousMatch => "ambiguous-match",
            Self::EmailMatch => "email-match",
            Self::RecycledLogin => "recycled-login",
            Self::RotatedIdentity => "rotated-identity",
            Self::Unmatched => "unmatched",
            Self::NearDuplicate => "near-duplicate",
            Self::MassChange => "mass-change",
        }
    }

    /// The article that the word takes in a sentence.
    pub(crate) fn article(self) -> &'static str {
        if self.label().starts_with(['a', 'e', 'u']) { "an" } else { "a" }
    }

    /// The kind of this word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.label() == label)
    }

    /// Whether a claim waits for the answer.
    pub fn blocks(self) -> bool {
        !matches!(self, Self::NearDuplicate | Self::MassChange)
    }

    /// Whether an answer may name anybody who is known, and not only the case's candidates.
    pub fn is_about_anybody(self) -> bool {
        self == Self::Unmatched
    }
}

/// A question for a human.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id, which the refused source is told.
    pub id: CaseId,
    /// What the question is.
    pub kind: CaseKind,
    /// The source whose claim raised it.
    pub source: SourceName,
    /// What the source calls the person: external id, else login. One open case per source and identity.
    pub identity: String,
    /// The claim, as it was sent.
    pub claim: Object,
    /// The people who could be meant, or who look alike.
    pub candidates: Vec<PersonId>,
    /// What speaks for and against, one sentence each.
    pub evidence: Vec<String>,
    /// When it was raised.
    pub opened: Timestamp,
    /// The answer, once there is one.
    pub decided: Option<Decided>,
}

/// Who answers where no human does.
const FACTS: &str = "tenure";

/// A human's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What to do with the claim.
    pub ruling: Ruling,
    /// Who answered.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, if they said so.
    pub note: Option<String>,
    /// When a claim first went through by this answer, or the case was closed without one. From then on it cannot be taken back.
    pub used: Option<Timestamp>,
}

impl Decided {
    /// An answer that no human gave: the claim went through, because what is known had changed.
    pub(crate) fn by_facts(ruling: Ruling, at: Timestamp) -> Self {
        let note = "the claim went through without a human: what is known has changed";
        Self { ruling, by: FACTS.to_owned(), at, note: Some(note.to_owned()), used: Some(at) }
    }

    /// The end of a mass change that no human answered: its last person has access again.
    pub(crate) fn nobody_is_held(at: Timestamp) -> Self {
        let note = "nobody is held any more: their claims give access again";
        Self { note: Some(note.to_owned()), ..Self::by_facts(Ruling::Keep, at) }
    }

    /// Whether no human gave it. Such an answer binds nobody: the facts speak for themselves.
    pub fn is_by_facts(&self) -> bool {
        self.by == FACTS && self.used == Some(self.at)
    }
}

/// Who answers, and with which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// The name that timelines will show.
    pub name: String,
    /// The request, which the access log has too; none at the command line.
    pub request: Option<String>,
}

/// What a human says about a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// The claim is about this person.
    Link(PersonId),
    /// The claim is about somebody new.
    Create,
    /// The claim is wrong; keep refusing it.
    Reject,
    /// Those who look alike are one human being, and this is the person to keep. A proposal: nobody is merged by it.
    Merge(PersonId),
    /// Everybody whom a mass change holds loses access now.
    Release,
    /// Everybody whom a mass change holds stays active, until their source says inactive again.
    Keep,
}

impl Ruling {
    /// The word for it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Link(_) => "link",
            Self::Create => "create",
            Self::Reject => "reject",
            Self::Merge(_) => "merge",
            Self::Release => "release",
            Self::Keep => "keep",
        }
    }

    /// The person whom it names.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Link(person) | Self::Merge(person) => Some(person),
            Self::Create | Self::Reject | Self::Release | Self::Keep => None,
        }
    }

    /// Whether it answers a question of this kind: a claim that waits is linked, made somebody or refused; people who
    /// exist already are one or several; access that is held ends or stays.
    pub fn answers(&self, kind: CaseKind) -> bool {
        match self {
            Self::Create => kind != CaseKind::MassChange,
            Self::Link(_) | Self::Reject => kind.blocks(),
            Self::Merge(_) => kind == CaseKind::NearDuplicate,
            Self::Release | Self::Keep => kind == CaseKind::MassChange,
        }
    }
}
