//! A finding of the survey: one thing that somebody should know of one or several records, of a kind with a stable label.

use crate::id::SysId;

/// What a finding is about. The labels are stable: scripts and reports rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Several records carry one stable key.
    SharedKey,
    /// Several records look like one human being.
    DuplicateSuspect,
    /// An active record of a person has no stable key.
    NoStableKey,
    /// Records have addresses that are equal but for case, dots and plus tag.
    EmailForm,
    /// Several people use the account.
    SharedAccount,
    /// A program uses the account.
    ServiceAccount,
    /// Somebody's second account, for administration.
    PrivilegedAccount,
    /// A value is longer than what the mappings will write, or a login than the target takes.
    TooLong,
    /// A value fills its column to the last character, so that it may have been cut.
    PerhapsCut,
    /// The record is active, and nobody can log in to it.
    LockedButActive,
    /// The record is inactive, and not locked: a side door may be open.
    InactiveButUnlocked,
}

impl FindingKind {
    /// Every kind, the most urgent first.
    pub const ALL: [Self; 11] = [
        Self::SharedKey,
        Self::DuplicateSuspect,
        Self::NoStableKey,
        Self::EmailForm,
        Self::SharedAccount,
        Self::ServiceAccount,
        Self::PrivilegedAccount,
        Self::TooLong,
        Self::PerhapsCut,
        Self::LockedButActive,
        Self::InactiveButUnlocked,
    ];

    /// The word for it, on every surface.
    pub fn label(self) -> &'static str {
        match self {
            Self::SharedKey => "shared-key",
            Self::DuplicateSuspect => "duplicate-suspect",
            Self::NoStableKey => "no-stable-key",
            Self::EmailForm => "email-form",
            Self::SharedAccount => "shared-account",
            Self::ServiceAccount => "service-account",
            Self::PrivilegedAccount => "privileged-account",
            Self::TooLong => "too-long",
            Self::PerhapsCut => "perhaps-cut",
            Self::LockedButActive => "locked-but-active",
            Self::InactiveButUnlocked => "inactive-but-unlocked",
        }
    }

    /// What it means, and what to do about it, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::SharedKey => {
                "several records carry one stable key; take it from all but one before anything is linked"
            }
            Self::DuplicateSuspect => {
                "several records look like one human being; keep one and retire the others"
            }
            Self::NoStableKey => "an active person has no stable key; linking and seeding the key mends it",
            Self::EmailForm => "addresses are equal but for case, dots and plus tag; agree on one form",
            Self::SharedAccount => "several people use the account; keep it out of provisioning",
            Self::ServiceAccount => "a program uses the account; keep it out of provisioning",
            Self::PrivilegedAccount => "somebody's second account, for administration; decide who owns it",
            Self::TooLong => "a value is longer than what can be written; shorten it at the source",
            Self::PerhapsCut => "a value fills its column to the last character and may have been cut",
            Self::LockedButActive => {
                "the record is active, and nobody can log in to it; unlock it or deactivate it"
            }
            Self::InactiveButUnlocked => {
                "the record is inactive and not locked; lock it, so that no side door is open"
            }
        }
    }
}

/// One thing that somebody should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// The records; of a duplicate the one to keep first. None where it is about people only.
    pub records: Vec<SysId>,
    /// The people, by [`super::Known::id`], where it is about those whom we or the identity provider know.
    pub people: Vec<String>,
    /// What was seen, one sentence each.
    pub evidence: Vec<String>,
}

impl Finding {
    /// A finding about records.
    pub(super) fn of(kind: FindingKind, records: Vec<SysId>, evidence: Vec<String>) -> Self {
        Self { kind, records, people: Vec::new(), evidence }
    }
}
