//! Policies: their versions, what is wrong with a document, what one would change, and what a request would do.

use super::person::{Field, fields};
use super::{CaseSummary, Event};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use tenure_engine::users::preview;
use tenure_identity::impact;
use tenure_identity::policy::{self, Severity};
use tenure_identity::receive::Reply;
use tenure_store::policies::StoredPolicy;
use utoipa::ToSchema;

/// A version of the policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct Policy {
    /// From 1; 0 is the built-in one.
    pub version: i64,
    /// Who applied it.
    pub author: String,
    /// Why.
    pub reason: Option<String>,
    /// The version whose document this one brings back.
    pub restores: Option<i64>,
    /// When it was applied; null for the built-in one.
    pub applied: Option<Timestamp>,
    /// The document; left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// What is wrong with a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyProblem {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The first byte that is meant.
    pub start: usize,
    /// The byte after the last one that is meant.
    pub end: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A document, checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyCheck {
    /// Whether it can be applied.
    pub valid: bool,
    /// Errors and warnings in the order of the text.
    pub problems: Vec<PolicyProblem>,
}

/// What a policy would change for everybody.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyPlan {
    /// How many people were looked at.
    pub people: u64,
    /// How many would change in any way.
    pub affected: u64,
    /// Of a hundred, how many.
    pub percent: f64,
    /// How many active people would lose access.
    pub lose_access: u64,
    /// How many of these would keep it for now, held by the policy's limit until a human answers.
    pub held: u64,
    /// How many inactive people would get access.
    pub gain_access: u64,
    /// How many would be provisioned who are not.
    pub newly_provisioned: u64,
    /// How many fields and roles could not be computed.
    pub findings: u64,
    /// How many fields would wait for somebody who has not arrived.
    pub deferred: u64,
    /// By field.
    pub fields: BTreeMap<String, PlannedField>,
    /// By role.
    pub roles: BTreeMap<String, PlannedRole>,
    /// Whose record would change the most.
    pub most_affected: Vec<PlannedPerson>,
    /// A few of those who would lose access.
    pub losers: Vec<PlannedPerson>,
    /// A few of the findings.
    pub examples: Vec<String>,
}

/// What would become of a field.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedField {
    /// People who have no value now and would have one.
    pub set: u64,
    /// People who would have another value.
    pub changed: u64,
    /// People who would have no value any more.
    pub cleared: u64,
}

/// What would become of a role.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedRole {
    /// People who would get it.
    pub granted: u64,
    /// People who would lose it.
    pub revoked: u64,
}

/// Somebody whom it concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedPerson {
    /// Their id.
    pub id: String,
    /// Their login.
    pub name: String,
    /// What would change.
    pub changes: Vec<PlannedChange>,
}

/// One value before and after.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedChange {
    /// The field, or `roles`.
    pub field: String,
    /// The value now.
    pub from: Option<String>,
    /// The value then.
    pub to: Option<String>,
}

/// What a request would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// `created`, `updated`, `ended` or `refused`.
    pub outcome: &'static str,
    /// The person, if there is or would be one; the id of a new one is made up.
    pub person: Option<String>,
    /// Whom the request would be taken to be about, and why.
    pub correlation: String,
    /// The record as it would be.
    pub record: Option<BTreeMap<String, Field>>,
    /// The roles as they would be.
    pub roles: Option<Vec<String>>,
    /// Whether they would have access.
    pub active: Option<bool>,
    /// What would be written to the record.
    pub writes: Vec<PlannedChange>,
    /// What the timelines would say, with a decision for each attribute.
    pub events: Vec<Event>,
    /// The mass-change case that would hold their access; the id of a new one is made up.
    pub held_by: Option<String>,
    /// The case that would be opened.
    pub case: Option<CaseSummary>,
}

impl Policy {
    /// A version with its document.
    pub fn of(stored: &StoredPolicy) -> Self {
        Self { document: Some(stored.document.clone()), ..Self::summary(stored) }
    }

    /// A version without its document.
    pub fn summary(stored: &StoredPolicy) -> Self {
        Self {
            version: stored.version,
            author: stored.author.clone(),
            reason: stored.reason.clone(),
            restores: stored.restores,
            applied: Some(stored.applied).filter(|_| stored.version > 0),
            document: None,
        }
    }
}

impl PolicyCheck {
    /// What a check of this document said.
    pub fn of(document: &str, valid: bool, problems: &[policy::Problem]) -> Self {
        Self { valid, problems: problems.iter().map(|it| PolicyProblem::of(document, it)).collect() }
    }
}

impl PolicyProblem {
    /// A problem of this document.
    pub fn of(document: &str, problem: &policy::Problem) -> Self {
        let (line, column) = problem.position(document);
        Self {
            severity: if problem.severity == Severity::Error { "error" } else { "warning" },
            line,
            column,
            start: problem.span.start,
            end: problem.span.end,
            message: problem.message.clone(),
            help: problem.help.clone(),
        }
    }
}

impl PolicyPlan {
    /// An impact as it is shown.
    pub fn of(impact: &impact::Impact) -> Self {
        let field =
            |it: &impact::FieldImpact| PlannedField { set: it.set, changed: it.changed, cleared: it.cleared };
        let role = |it: &impact::RoleImpact| PlannedRole { granted: it.granted, revoked: it.revoked };
        Self {
            people: impact.people,
            affected: impact.affected,
            percent: (impact.percent() * 100.0).round() / 100.0,
            lose_access: impact.lose_access,
            held: impact.held,
            gain_access: impact.gain_access,
            newly_provisioned: impact.newly_provisioned,
            findings: impact.findings,
            deferred: impact.deferred,
            fields: impact.fields.iter().map(|(name, it)| (name.to_string(), field(it))).collect(),
            roles: impact.roles.iter().map(|(name, it)| (name.clone(), role(it))).collect(),
            most_affected: impact.most_affected.iter().map(PlannedPerson::of).collect(),
            losers: impact.losers.iter().map(PlannedPerson::of).collect(),
            examples: impact.examples.clone(),
        }
    }
}

impl PlannedPerson {
    fn of(affected: &impact::Affected) -> Self {
        Self {
            id: affected.person.to_string(),
            name: affected.name.clone(),
            changes: affected.changes.iter().map(PlannedChange::of).collect(),
        }
    }
}

impl PlannedChange {
    fn of(change: &impact::ValueChange) -> Self {
        Self { field: change.field.clone(), from: change.from.clone(), to: change.to.clone() }
    }
}

impl Preview {
    /// A preview as it is shown.
    pub fn of(preview: &preview::Preview) -> Self {
        let plan = &preview.plan;
        let (outcome, person) = match &plan.reply {
            Reply::Created(person) => ("created", Some(person)),
            Reply::Updated(person) => ("updated", Some(person)),
            Reply::Ended(person) => ("ended", Some(person)),
            Reply::Refused(_) => ("refused", None),
        };
        let after = plan.change.person.as_ref().map(|change| &change.person).or(preview.before.as_ref());
        Self {
            outcome,
            person: person.map(ToString::to_string),
            correlation: preview.correlation(),
            record: after.map(|person| fields(&person.record)),
            roles: after.map(|person| person.record.roles.iter().cloned().collect()),
            active: after.map(|person| person.active),
            held_by: after.and_then(|person| person.hold.as_ref()).map(|hold| hold.case.to_string()),
            writes: preview.writes.iter().map(PlannedChange::of).collect(),
            events: plan.change.events.iter().map(Event::of).collect(),
            case: plan.change.opened.as_ref().map(CaseSummary::of),
        }
    }
}
