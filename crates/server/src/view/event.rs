//! Events: what happened to whom, by whom, and what became of each attribute.

use jiff::Timestamp;
use serde::Serialize;
use tenure_identity::event::{self, EventKind, Subject};
use tenure_identity::{decision, id::SourceName};
use utoipa::ToSchema;

/// One line of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What happened.
    #[schema(examples("created", "changed", "deactivated", "case decided"))]
    pub kind: String,
    /// The source whose word it was.
    pub source: String,
    /// The token, or the human being.
    pub writer: String,
    /// The request, which the access log has too.
    pub request: Option<String>,
    /// One sentence, where the kind and the decisions do not say it all.
    pub note: Option<String>,
    /// What became of each attribute.
    pub decisions: Vec<Decision>,
}

/// One event of everybody's.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    /// Its number; later ones are greater.
    pub seq: i64,
    /// Whom it is about: the id of a person or group.
    pub subject: String,
    /// `person` or `group`.
    #[schema(examples("person", "group"))]
    pub subject_kind: &'static str,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What became of one attribute or field.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decision {
    /// The record field, or the claim's attribute for what never reached the record.
    pub field: String,
    /// What became of it.
    #[schema(examples("written", "unchanged", "skipped (not authoritative)"))]
    pub outcome: String,
    /// The value before.
    pub from: Option<String>,
    /// The value after.
    pub to: Option<String>,
    /// The source whose word it was, where one decided.
    pub source: Option<String>,
    /// Why, where the outcome alone does not say it.
    pub reason: Option<String>,
}

/// How many events of a kind there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventCount {
    /// The kind.
    pub kind: String,
    /// How many.
    pub count: i64,
}

impl Event {
    /// An event with all its decisions.
    pub fn of(event: &event::Event) -> Self {
        Self {
            at: event.at,
            kind: event.kind.label().to_owned(),
            source: event.actor.source.to_string(),
            writer: event.actor.writer.clone(),
            request: event.actor.request.clone(),
            note: event.note.clone(),
            decisions: event.decisions.iter().map(Decision::of).collect(),
        }
    }
}

impl FeedEvent {
    /// An event with its number.
    pub fn of(seq: i64, event: &event::Event) -> Self {
        let subject_kind = match event.subject {
            Subject::Person(_) => "person",
            Subject::Group(_) => "group",
        };
        Self { seq, subject: event.subject.as_str().to_owned(), subject_kind, event: Event::of(event) }
    }
}

impl Decision {
    fn of(decision: &decision::Decision) -> Self {
        Self {
            field: decision.field.to_string(),
            outcome: decision.outcome.label().to_owned(),
            from: decision.from.clone(),
            to: decision.to.clone(),
            source: decision.source.as_ref().map(SourceName::to_string),
            reason: decision.reason.clone(),
        }
    }
}

impl EventCount {
    /// The count of a kind.
    pub fn of(kind: EventKind, count: i64) -> Self {
        Self { kind: kind.label().to_owned(), count }
    }
}
