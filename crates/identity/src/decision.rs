//! A decision: what became of one attribute or field, and why. The same text is shown in the timeline, by `explain`
//! and in the console.

use crate::id::{FieldName, SourceName};
use std::fmt;
use tenure_scim::resource::NoteKind;

/// What became of one attribute or field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The record field (`first_name`) or, for what never reached the record, the claim's attribute (`nickName`).
    pub field: FieldName,
    /// What became of it.
    pub outcome: Outcome,
    /// The value before.
    pub from: Option<String>,
    /// The value after.
    pub to: Option<String>,
    /// The source whose word it was, where one decided.
    pub source: Option<SourceName>,
    /// Why, where the outcome alone does not say it.
    pub reason: Option<String>,
}

/// The outcomes, in the words of every surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The value is new.
    Written,
    /// The value was there already.
    Unchanged,
    /// Another source decides this field.
    SkippedNotAuthoritative,
    /// Nobody gave a value, so the policy did.
    Defaulted,
    /// It refers to somebody who has not arrived.
    Deferred,
    /// No schema knows the attribute.
    IgnoredUnknown,
    /// Only Tenure writes this attribute.
    IgnoredReadOnly,
    /// A password: never kept.
    IgnoredNeverKept,
    /// Kept in the claim as text of another type than was sent.
    Coerced,
    /// Kept in the claim; no mapping brings it to the record.
    NotMapped,
    /// The value cannot be used; the old one stays.
    Rejected,
    /// The target has the value.
    Landed,
    /// The target has only its beginning.
    Truncated,
    /// The target said that it was done and kept what it had.
    Dropped,
    /// The target made another value of it.
    Altered,
    /// The record that was written is somebody else's.
    WrongTwin,
    /// It waits for a human, or a human decided against it: access stays.
    Held,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 17] = [
        Self::Written,
        Self::Unchanged,
        Self::SkippedNotAuthoritative,
        Self::Defaulted,
        Self::Deferred,
        Self::IgnoredUnknown,
        Self::IgnoredReadOnly,
        Self::IgnoredNeverKept,
        Self::Coerced,
        Self::NotMapped,
        Self::Rejected,
        Self::Landed,
        Self::Truncated,
        Self::Dropped,
        Self::Altered,
        Self::WrongTwin,
        Self::Held,
    ];

    /// The words for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Unchanged => "unchanged",
            Self::SkippedNotAuthoritative => "skipped (not authoritative)",
            Self::Defaulted => "defaulted",
            Self::Deferred => "deferred",
            Self::IgnoredUnknown => "ignored (unknown attribute)",
            Self::IgnoredReadOnly => "ignored (read-only)",
            Self::IgnoredNeverKept => "ignored (never kept)",
            Self::Coerced => "coerced",
            Self::NotMapped => "kept (not mapped)",
            Self::Rejected => "rejected",
            Self::Landed => "landed",
            Self::Truncated => "truncated",
            Self::Dropped => "dropped",
            Self::Altered => "altered",
            Self::WrongTwin => "wrong twin",
            Self::Held => "held",
        }
    }

    /// The outcome of these words.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.label() == label)
    }
}

impl From<NoteKind> for Outcome {
    fn from(kind: NoteKind) -> Self {
        match kind {
            NoteKind::UnknownAttribute => Self::IgnoredUnknown,
            NoteKind::ReadOnly => Self::IgnoredReadOnly,
            NoteKind::NeverKept => Self::IgnoredNeverKept,
            NoteKind::Coerced => Self::Coerced,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl Decision {
    /// A decision with nothing but a field and an outcome.
    pub fn new(field: impl Into<FieldName>, outcome: Outcome) -> Self {
        Self { field: field.into(), outcome, from: None, to: None, source: None, reason: None }
    }

    /// With the value before and after.
    #[must_use]
    pub fn values(mut self, from: Option<String>, to: Option<String>) -> Self {
        (self.from, self.to) = (from, to);
        self
    }

    /// With the source that decided.
    #[must_use]
    pub fn by(mut self, source: &SourceName) -> Self {
        self.source = Some(source.clone());
        self
    }

    /// With a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
