//! The steps of a hand-over: noted before the first is carried out, and each again when it is known what became of it.

use super::Leaving;
use super::reports::mark_report;
use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::{corrupt, micros};
use crate::error::{CommitError, StoreError};
use jiff::Timestamp;
use tenure_identity::handover::{Kind, Step};
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::reconcile::Columns;

/// A row of the target that a hand-over writes, or leaves where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverStep {
    /// Its place.
    pub ordinal: u32,
    /// What is written.
    pub step: Step,
    /// Where it stands.
    pub state: StepState,
    /// What the target showed after it was written, also if only a part of it was.
    pub after: Option<Columns>,
    /// Why it stands so, where the state alone does not say it.
    pub reason: Option<String>,
    /// Whether the timeline says what became of it.
    pub told: bool,
    /// Whether the row has the note that tells of it being taken back, although it was not.
    pub back_noted: bool,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepState {
    /// It is to be carried out, or an answer was lost.
    Waiting,
    /// It has been carried out.
    Done,
    /// The target refused it.
    Refused,
    /// Nobody takes it.
    Left,
    /// Somebody changed the row before it was carried out, or before it was taken back.
    Kept,
    /// It has been taken back, or was not carried out before it was.
    Undone,
}

impl StepState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Done, Self::Refused, Self::Left, Self::Kept, Self::Undone];

    /// The word for it, on every surface and in the store.
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Left => "left",
            Self::Kept => "kept",
            Self::Undone => "undone",
        }
    }

    /// The state of this word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.label() == label)
    }
}

/// What was done is never forgotten.
const DROP: &str = "delete from handover_steps where person = $1 and left_at = $2 and ordinal = $3 \
     and state in ('waiting', 'refused', 'left')";

const PLANNED: &str =
    "update handovers set state = 'running', sys_id = $1 where person = $2 and left_at = $3 and lease = $4";

const INSERT: &str = "insert into handover_steps (person, left_at, ordinal, kind, table_name, sys_id, label, fields, former, \
     shown, note, why, state, reason, told, back_noted) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

const HELD: &str =
    "update handovers set attempts = attempts where person = $1 and left_at = $2 and lease = $3";

const NOTE: &str = "update handover_steps set \
     stands_since = case when state = $1 then stands_since else cast($2 as bigint) end, \
     state = $3, shown = $4, note = $5, reason = $6, told = $7, back_noted = $8 \
     where person = $9 and left_at = $10 and ordinal = $11";

const READ: &str = "select ordinal, kind, table_name, sys_id, label, fields, former, shown, note, why, state, reason, told, \
     back_noted from handover_steps where person = $1 and left_at = $2 order by ordinal";

impl Store {
    /// The steps of a hand-over, in their order.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn handover_steps(&self, leaving: &Leaving) -> Result<Vec<HandoverStep>, StoreError> {
        let params = [leaving.person.as_str().into(), micros(leaving.at).into()];
        let rows = self.database.query(Statement::new(READ, params)).await?;
        rows.into_iter().map(read).collect()
    }

    /// Notes new steps, in place of some that wait, were refused or left.
    ///
    /// # Errors
    /// [`CommitError::Moved`] if the hand-over is another's by now; also if the database fails.
    pub async fn plan_handover(
        &self,
        leaving: &Leaving,
        lease: &str,
        record: &SysId,
        instead_of: &[u32],
        steps: &[HandoverStep],
    ) -> Result<(), CommitError> {
        let (person, at) = (leaving.person.as_str(), micros(leaving.at));
        let params = [record.as_str().into(), person.into(), at.into(), lease.into()];
        let mut statements = vec![Statement::new(PLANNED, params).must_touch_one()];
        let dropped = instead_of.iter().map(|ordinal| [person.into(), at.into(), i64::from(*ordinal).into()]);
        statements.extend(dropped.map(|params| Statement::new(DROP, params)));
        statements.extend(steps.iter().map(|step| insert(leaving, step)));
        self.write(statements).await
    }

    /// Notes what became of steps, and marks the reports whose manager they wrote.
    ///
    /// # Errors
    /// [`CommitError::Moved`] if the hand-over is another's by now; also if the database fails.
    pub async fn note_handover_steps(
        &self,
        leaving: &Leaving,
        lease: &str,
        now: Timestamp,
        steps: &[HandoverStep],
    ) -> Result<(), CommitError> {
        let (person, at) = (leaving.person.as_str(), micros(leaving.at));
        let held = Statement::new(HELD, [person.into(), at.into(), lease.into()]).must_touch_one();
        let note = |step: &HandoverStep| {
            let params = [
                step.state.label().into(),
                micros(now).into(),
                step.state.label().into(),
                step.after.as_ref().map(columns_text).into(),
                step.step.note.as_deref().into(),
                step.reason.as_deref().into(),
                step.told.into(),
                step.back_noted.into(),
                person.into(),
                at.into(),
                i64::from(step.ordinal).into(),
            ];
            Statement::new(NOTE, params).must_touch_one()
        };
        let reports = steps.iter().filter_map(|step| mark_report(step, now));
        self.write(std::iter::once(held).chain(steps.iter().map(note)).chain(reports).collect()).await
    }
}

fn insert(leaving: &Leaving, it: &HandoverStep) -> Statement {
    let params = [
        leaving.person.as_str().into(),
        micros(leaving.at).into(),
        i64::from(it.ordinal).into(),
        it.step.kind.label().into(),
        it.step.table.as_str().into(),
        it.step.record.as_str().into(),
        it.step.label.as_str().into(),
        columns_text(&it.step.fields).into(),
        columns_text(&it.step.former).into(),
        it.after.as_ref().map(columns_text).into(),
        it.step.note.as_deref().into(),
        it.step.why.as_str().into(),
        it.state.label().into(),
        it.reason.as_deref().into(),
        it.told.into(),
        it.back_noted.into(),
    ];
    Statement::new(INSERT, params)
}

fn read(mut row: Row) -> Result<HandoverStep, StoreError> {
    let kind = row.text(1)?;
    let state = row.text(10)?;
    let step = Step {
        kind: Kind::from_label(&kind).ok_or_else(|| corrupt("kind of a step"))?,
        table: row.text(2)?,
        record: SysId::new(row.text(3)?),
        label: row.text(4)?,
        fields: columns(&row.text(5)?)?,
        former: columns(&row.text(6)?)?,
        note: row.opt_text(8)?,
        why: row.text(9)?,
    };
    Ok(HandoverStep {
        ordinal: u32::try_from(row.int(0)?).map_err(|_| corrupt("place of a step"))?,
        step,
        state: StepState::from_label(&state).ok_or_else(|| corrupt("state of a step"))?,
        after: row.opt_text(7)?.map(|text| columns(&text)).transpose()?,
        reason: row.opt_text(11)?,
        told: row.flag(12)?,
        back_noted: row.flag(13)?,
    })
}

fn columns_text(columns: &Columns) -> String {
    let columns: serde_json::Map<_, _> =
        columns.iter().map(|(name, value)| (name.to_string(), value.as_str().into())).collect();
    serde_json::Value::Object(columns).to_string()
}

pub(super) fn columns(text: &str) -> Result<Columns, StoreError> {
    let stored: std::collections::BTreeMap<String, String> =
        serde_json::from_str(text).map_err(|_| corrupt("columns of a step"))?;
    Ok(stored.into_iter().map(|(name, value)| (FieldName::from(name), value)).collect())
}
