//! Hand-over: what becomes of the open work of somebody who has left. A pure function of the work that was found in the
//! target, of the policy's receivers and of whom they stand for; it leaves no choice to whoever carries it out.
//!
//! [`plan`] says who takes what and why, [`standing()`] whether a step may be carried out, or taken back, now, [`summary()`]
//! why rows stand as they do, and [`stand_in()`] who is somebody's manager afterwards.

mod receive;
mod stand_in;
mod standing;
mod summary;

pub use stand_in::{StandIn, Takeover, stand_in};
pub use standing::{Standing, standing};
pub use summary::summary;

use crate::id::{FieldName, SysId};
use crate::policy::Receiver;
use crate::reconcile::Columns;
use std::collections::BTreeMap;

/// What lies with a leaver. The tables and columns are those of ServiceNow's base system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An open task of any class that is assigned to them.
    Task,
    /// An approval that waits for them.
    Approval,
    /// A group that they manage.
    ManagedGroup,
    /// An active person who reports to them.
    Report,
    /// A department that they head.
    Department,
    /// A cost centre that they manage.
    CostCentre,
    /// What somebody has delegated to them.
    Delegation,
}

/// Something that lies with a leaver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What it is.
    pub kind: Kind,
    /// Its table; of a task its class.
    pub table: String,
    /// The row.
    pub record: SysId,
    /// What people call it: a number or a name.
    pub label: String,
    /// What the column has that is to be changed: the leaver, or when a delegation ends.
    pub former: String,
    /// The group that a task is assigned to.
    pub assignment_group: Option<SysId>,
}

/// Who leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaver {
    /// Their record in the target.
    pub record: SysId,
    /// What people call them.
    pub name: String,
}

/// Somebody, or a group, who may take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The record in the target.
    pub record: SysId,
    /// What people call them.
    pub name: String,
    /// Whether they are active, in the target and as far as is known elsewhere.
    pub active: bool,
}

/// Whom a name in the policy stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// This one.
    One(Candidate),
    /// Nobody.
    Nobody,
    /// So many, so that it is not clear who is meant.
    Several(usize),
}

/// Whom the policy's receivers stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// The leaver's manager, theirs if they have left too, and so on.
    pub managers: Vec<Candidate>,
    /// People by the logins of the policy.
    pub people: BTreeMap<String, Lookup>,
    /// Groups by the names of the policy.
    pub groups: BTreeMap<String, Lookup>,
}

/// One row to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub kind: Kind,
    /// The table.
    pub table: String,
    /// The row.
    pub record: SysId,
    /// What people call it.
    pub label: String,
    /// What is written.
    pub fields: Columns,
    /// What the same columns had before.
    pub former: Columns,
    /// The work note, for rows that keep one.
    pub note: Option<String>,
    /// Who takes it, and why they do.
    pub why: String,
}

/// What nobody takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What lies there.
    pub work: Work,
    /// Why each of the receivers does not fit.
    pub why: String,
}

/// What becomes of everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What is written, in the order in which it was found.
    pub steps: Vec<Step>,
    /// What stays where it is.
    pub left: Vec<Left>,
}

/// Where work goes, and why.
#[derive(Debug)]
struct Taker {
    /// Besides the column of the kind, what else is written.
    fields: Columns,
    why: String,
}

/// Says who takes what. `ended` is the time, as the target writes times, at which delegations end.
pub fn plan(
    leaver: &Leaver,
    work: Vec<Work>,
    receivers: &[Receiver],
    candidates: &Candidates,
    ended: &str,
) -> Plan {
    let mut plan = Plan::default();
    for work in work {
        let taker = match work.kind {
            Kind::Delegation => Ok(ending(leaver, ended)),
            _ => receive::taker(leaver, &work, receivers, candidates),
        };
        match taker {
            Ok(taker) => plan.steps.push(step(leaver, work, taker)),
            Err(why) => plan.left.push(Left { work, why }),
        }
    }
    plan
}

/// What somebody delegated to a leaver is nobody else's to take.
fn ending(leaver: &Leaver, ended: &str) -> Taker {
    let fields = Columns::from([(Kind::Delegation.column().into(), ended.to_owned())]);
    Taker { fields, why: format!("ended, because {} can act for nobody any more", leaver.name) }
}

fn step(leaver: &Leaver, work: Work, taker: Taker) -> Step {
    let before = |column: &FieldName| {
        let group = work.assignment_group.as_ref().map_or("", SysId::as_str);
        let value = if *column == ASSIGNMENT_GROUP { group } else { &work.former };
        (column.clone(), value.to_owned())
    };
    let former = taker.fields.keys().map(before).collect();
    let note = format!("{} has left. Handed over by Tenure: {}.", leaver.name, taker.why);
    Step {
        kind: work.kind,
        table: work.table,
        record: work.record,
        label: work.label,
        fields: taker.fields,
        former,
        note: (work.kind == Kind::Task).then_some(note),
        why: taker.why,
    }
}

/// The column that names a task's group.
const ASSIGNMENT_GROUP: &str = "assignment_group";

impl Kind {
    /// Every kind, in the order in which work is handed over.
    pub const ALL: [Self; 7] = [
        Self::Task,
        Self::Approval,
        Self::ManagedGroup,
        Self::Report,
        Self::Department,
        Self::CostCentre,
        Self::Delegation,
    ];

    /// The word for it, on every surface and in the store.
    pub fn label(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Approval => "approval",
            Self::ManagedGroup => "managed group",
            Self::Report => "report",
            Self::Department => "department",
            Self::CostCentre => "cost centre",
            Self::Delegation => "delegation",
        }
    }

    /// What several are called.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Task => "tasks",
            Self::Approval => "approvals",
            Self::ManagedGroup => "managed groups",
            Self::Report => "people who report to them",
            Self::Department => "departments",
            Self::CostCentre => "cost centres",
            Self::Delegation => "delegations",
        }
    }

    /// The kind of this word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.label() == label)
    }

    /// The column that is changed when it is handed over.
    pub fn column(self) -> &'static str {
        match self {
            Self::Task => "assigned_to",
            Self::Approval => "approver",
            Self::ManagedGroup | Self::Report | Self::CostCentre => "manager",
            Self::Department => "dept_head",
            Self::Delegation => "ends",
        }
    }

    /// What a row must say for there to be anything to hand over.
    pub fn open(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Task | Self::Report => Some(("active", "true")),
            Self::Approval => Some(("state", "requested")),
            Self::ManagedGroup | Self::Department | Self::CostCentre | Self::Delegation => None,
        }
    }
}

impl Step {
    /// The record of the person who takes it, if a person does.
    pub fn taker(&self) -> Option<SysId> {
        let taker = self.fields.get(self.kind.column()).filter(|_| self.kind != Kind::Delegation);
        taker.filter(|taker| !taker.is_empty()).map(SysId::new)
    }

    /// This step in place of one of which only a part was written, and what the row has of both by now. What was there
    /// before the first is what is put back one day; a column that only the first wrote goes back at once.
    #[must_use]
    pub fn in_place_of(mut self, first: &Self, shown: &Columns) -> (Self, Columns) {
        let mut now = Columns::new();
        for (column, former) in &first.former {
            let Some(has) = shown.get(column) else { continue };
            // Somebody has changed it since: what was before is not ours to put back any more.
            if self.former.get(column).is_some_and(|it| it != has) {
                continue;
            }
            self.fields.entry(column.clone()).or_insert_with(|| former.clone());
            self.former.insert(column.clone(), former.clone());
            now.insert(column.clone(), has.clone());
        }
        (self, now)
    }

    /// The step that takes this one back, from what the target showed after it.
    #[must_use]
    pub fn back(&self, shown: &Columns) -> Self {
        let from = |(column, asked): (&FieldName, &String)| {
            (column.clone(), shown.get(column).unwrap_or(asked).clone())
        };
        let note = "Put back by Tenure: the hand-over was undone.";
        Self {
            fields: self.former.clone(),
            former: self.fields.iter().map(from).collect(),
            note: (self.kind == Kind::Task).then(|| note.to_owned()),
            why: "the hand-over was undone".to_owned(),
            ..self.clone()
        }
    }
}

impl Plan {
    /// Whether nothing lies with the leaver.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.left.is_empty()
    }
}

#[cfg(test)]
mod tests;
