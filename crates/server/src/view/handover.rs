//! Hand-overs: what became of a leaver's open work, and what would.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use tenure_engine::handover;
use tenure_identity::handover::{Left, Step};
use tenure_identity::reconcile::Columns;
use tenure_store::handovers;
use utoipa::ToSchema;

/// Where the hand-over of somebody's work stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverSummary {
    /// The id of the person.
    pub id: String,
    /// When they were deactivated.
    pub left: Timestamp,
    /// The `sys_id` of their record in the target.
    pub sys_id: String,
    /// Where it stands.
    #[schema(examples("planned", "running", "done", "refused", "cancelled", "undoing", "undone"))]
    pub state: String,
    /// What is to be known beside, in sentences.
    pub reason: Option<String>,
    /// Who asked for it; null if it follows from the leaving.
    pub asked_by: Option<String>,
    /// Since when.
    pub started: Timestamp,
    /// When it last came to an end.
    pub ended: Option<Timestamp>,
    /// When it is gone on with, if it is.
    pub due: Option<Timestamp>,
    /// Failures in a row.
    pub attempts: u32,
    /// What becomes of it once the turn under way has ended, if somebody wants something.
    #[schema(examples("undo", "again"))]
    pub wish: Option<String>,
}

/// The hand-over of a last leaving with every row that it touches, and those of earlier leavings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Handover {
    /// Where it stands.
    #[serde(flatten)]
    pub summary: HandoverSummary,
    /// Its rows, in their order.
    pub steps: Vec<HandoverStep>,
    /// Those of earlier leavings, the latest first; at most nineteen.
    pub earlier: Vec<EarlierHandover>,
}

/// The hand-over of an earlier leaving, with every row that it touches.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarlierHandover {
    /// Where it stands.
    #[serde(flatten)]
    pub summary: HandoverSummary,
    /// Its rows, in their order.
    pub steps: Vec<HandoverStep>,
}

/// One row of the target that is handed over.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverStep {
    /// What it is.
    #[schema(examples(
        "task",
        "approval",
        "managed group",
        "report",
        "department",
        "cost centre",
        "delegation"
    ))]
    pub kind: String,
    /// The table; of a task its class.
    pub table: String,
    /// The row.
    pub sys_id: String,
    /// Its number or name.
    pub label: String,
    /// Where it stands; `planned` in a preview.
    #[schema(examples("planned", "waiting", "done", "refused", "left", "kept", "undone"))]
    pub state: String,
    /// What the columns had before.
    pub before: BTreeMap<String, String>,
    /// What is written; empty for what nobody takes.
    pub after: BTreeMap<String, String>,
    /// Who takes it and why, or why nobody does.
    pub why: String,
}

/// What would be handed over if somebody had left now.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverPreview {
    /// The id of the person.
    pub id: String,
    /// Whether they are still active.
    pub active: bool,
    /// The `sys_id` of their record in the target.
    pub sys_id: String,
    /// What lies with them, each with who would take it; `left` where nobody would.
    pub steps: Vec<HandoverStep>,
    /// What could not be looked for, in sentences.
    pub unseen: Vec<String>,
}

impl HandoverSummary {
    /// What is shown of a hand-over in a list.
    pub fn of(handover: &handovers::Handover) -> Self {
        Self {
            id: handover.leaving.person.to_string(),
            left: handover.leaving.at,
            sys_id: handover.record.to_string(),
            state: handover.state.label().to_owned(),
            reason: handover.reason.clone(),
            asked_by: handover.asked_by.clone(),
            started: handover.started,
            ended: handover.ended,
            due: handover.due.filter(|_| !handover.at_work),
            attempts: handover.attempts,
            wish: handover.wish.map(|wish| wish.label().to_owned()),
        }
    }
}

impl Handover {
    /// What is shown of somebody's hand-overs.
    pub fn of(all: &handover::HandoversOf) -> Self {
        let EarlierHandover { summary, steps } = EarlierHandover::of(&all.last);
        Self { summary, steps, earlier: all.earlier.iter().map(EarlierHandover::of).collect() }
    }
}

impl EarlierHandover {
    /// What is shown of a hand-over.
    pub fn of(full: &handover::HandoverInFull) -> Self {
        let step = |it: &handovers::HandoverStep| {
            let shown = HandoverStep::of(it.state.label(), &it.step);
            let after = it.after.as_ref().map_or(shown.after, wire);
            HandoverStep { after, why: it.reason.clone().unwrap_or(shown.why), ..shown }
        };
        Self { summary: HandoverSummary::of(&full.handover), steps: full.steps.iter().map(step).collect() }
    }
}

impl HandoverPreview {
    /// What is shown of a preview.
    pub fn of(preview: &handover::HandoverPreview) -> Self {
        let steps = preview.plan.steps.iter().map(|step| HandoverStep::of("planned", step));
        Self {
            id: preview.person.id.to_string(),
            active: preview.person.active,
            sys_id: preview.record.to_string(),
            steps: steps.chain(preview.plan.left.iter().map(HandoverStep::left)).collect(),
            unseen: preview.unseen.clone(),
        }
    }
}

impl HandoverStep {
    fn of(state: &str, step: &Step) -> Self {
        Self {
            kind: step.kind.label().to_owned(),
            table: step.table.clone(),
            sys_id: step.record.to_string(),
            label: step.label.clone(),
            state: state.to_owned(),
            before: wire(&step.former),
            after: wire(&step.fields),
            why: step.why.clone(),
        }
    }

    fn left(left: &Left) -> Self {
        let work = &left.work;
        Self {
            kind: work.kind.label().to_owned(),
            table: work.table.clone(),
            sys_id: work.record.to_string(),
            label: work.label.clone(),
            state: "left".to_owned(),
            before: BTreeMap::from([(work.kind.column().to_owned(), work.former.clone())]),
            after: BTreeMap::new(),
            why: left.why.clone(),
        }
    }
}

fn wire(columns: &Columns) -> BTreeMap<String, String> {
    columns.iter().map(|(column, value)| (column.to_string(), value.clone())).collect()
}
