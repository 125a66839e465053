//! Carrying steps out, forth or back: the rows are read together, and those that are as they were are written together.
//! What is not known after a lost answer is read again before it is sent again.

use super::takers::has_left;
use super::turn::{Halt, Turn};
use crate::deliver::trouble::{Trouble, in_words};
use std::collections::{BTreeMap, BTreeSet};
use tenure_connect::servicenow::{Answer, CallError, Fields, Lane, Outcome, Request, Row};
use tenure_identity::handover::{Kind, Standing, Step, standing};
use tenure_identity::id::SysId;
use tenure_identity::reconcile::{Columns, Verdict, verdicts};
use tenure_store::handovers::{HandoverStep, StepState};

/// Rows that are read, written and noted together.
pub(super) const TOGETHER: usize = 25;
/// How many lost answers are looked into at once; after more, it is tried again later.
const LOOKS: usize = 4;
/// Where a task keeps what was done and why.
const WORK_NOTES: &str = "work_notes";

/// What the target answers to a request of a batch.
pub(super) type Answered = Result<Answer, CallError>;

/// Whether steps are carried out or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forth,
    Back,
}

impl Turn<'_> {
    /// Carries out whatever is open in this direction, unless something ends the turn before.
    pub(super) async fn carry_out(&mut self, direction: Direction) -> Result<Option<Halt>, Trouble> {
        let mut lost = None;
        for _ in 0..LOOKS {
            let open = self.open(direction);
            if open.is_empty() {
                return Ok(None);
            }
            lost = None;
            for some in open.chunks(TOGETHER) {
                if direction == Direction::Forth
                    && let Some(halt) = self.halt().await?
                {
                    return Ok(Some(halt));
                }
                lost = self.carry_out_some(direction, some).await?.or(lost);
            }
            if lost.is_none() {
                return Ok(None);
            }
        }
        lost.map_or(Ok(None), |error| Err(error.into()))
    }

    /// What is to be done: forth in its order, back the other way round.
    fn open(&self, direction: Direction) -> Vec<usize> {
        let all = self.steps.iter().enumerate();
        match direction {
            Direction::Forth => all
                .filter(|(_, it)| it.state == StepState::Waiting && !self.anew.contains(&it.ordinal))
                .map(|(index, _)| index)
                .collect(),
            Direction::Back => all
                .rev()
                .filter(|(_, it)| may_have_written(it))
                .filter(|(_, it)| !self.stuck.contains(&it.ordinal))
                .map(|(index, _)| index)
                .collect(),
        }
    }

    /// Gives the error of an answer that was lost, if one was.
    async fn carry_out_some(
        &mut self,
        direction: Direction,
        some: &[usize],
    ) -> Result<Option<CallError>, Trouble> {
        let mut course = Course::new(direction);
        let mut ready = Vec::new();
        let (rows, gone) = self.read(direction, some).await?;
        for (index, answer) in rows {
            if let Some(step) = self.look(&mut course, index, answer) {
                ready.push((index, step));
            }
        }
        // What is put back is the leaver's, wherever they are.
        if direction == Direction::Forth {
            ready = self.still_taken(ready, gone).await?;
        }
        match self.write(ready).await {
            Ok(answers) => {
                for (index, step, answer) in answers {
                    self.written(&mut course, index, &step, answer);
                }
            }
            Err(error) if error.outcome() == Outcome::Unknown => course.lost = Some(error),
            Err(error) => course.failed = Some(error),
        }
        self.note(some).await?;
        course.failed.map_or(Ok(course.lost), |error| Err(error.into()))
    }

    /// The rows of the steps, and who of those who would take them has left in the target.
    pub(super) async fn read(
        &self,
        direction: Direction,
        some: &[usize],
    ) -> Result<(Vec<(usize, Answered)>, BTreeSet<SysId>), CallError> {
        let request = |index: &usize| {
            let step = directed(&self.steps[*index], direction);
            Request::Get { columns: columns(&step), table: step.table, id: step.record }
        };
        let (takers, shows): (Vec<_>, Vec<_>) = self.takers(direction, some).into_iter().unzip();
        let requests: Vec<_> = some.iter().map(request).chain(shows).collect();
        let mut answers = self.client().batch(Lane::Normal, &requests).await?;
        let of_takers = answers.split_off(some.len());
        let gone = takers.into_iter().zip(&of_takers).filter(|(_, answer)| has_left(answer));
        let gone = gone.map(|(taker, _)| taker).collect();
        Ok((some.iter().copied().zip(answers).collect(), gone))
    }

    /// The step, if its row is as it was; else what became of it is known without a write.
    pub(super) fn look(&mut self, course: &mut Course, index: usize, answer: Answered) -> Option<Step> {
        let step = directed(&self.steps[index], course.direction);
        let row = match answer {
            Ok(Answer::Found(row)) => row.map(|row| shown(&row)),
            Ok(Answer::Row(row)) => Some(shown(&row)),
            Ok(Answer::Removed(_)) => None,
            Err(error) => {
                self.refused(course, index, error);
                return None;
            }
        };
        let (step, standing) = match standing(step.kind, &step.former, &step.fields, row.as_ref()) {
            Standing::Changed(why) => self.landed_unheard(course.direction, index, step, why, row.as_ref()),
            standing => (step, standing),
        };
        match standing {
            Standing::Ready => return Some(step),
            Standing::Partly => return Some(self.resumed(course, index, step, &row.unwrap_or_default())),
            Standing::Reached => self.reached(course.direction, index, &row.unwrap_or_default()),
            Standing::Changed(why) => {
                let it = &mut self.steps[index];
                (it.state, it.reason, it.told) = (StepState::Kept, Some(why.to_owned()), false);
            }
        }
        None
    }

    /// Of a step that waits only a part was seen to land. The rest may have landed since, and the answer been lost.
    fn landed_unheard(
        &mut self,
        direction: Direction,
        index: usize,
        step: Step,
        why: &'static str,
        row: Option<&Columns>,
    ) -> (Step, Standing) {
        let it = &mut self.steps[index];
        if direction == Direction::Back && it.state == StepState::Waiting && it.after.is_some() {
            let whole = back(it, &it.step.fields);
            let standing = standing(whole.kind, &whole.former, &whole.fields, row);
            if !matches!(standing, Standing::Changed(_)) {
                it.after = Some(it.step.fields.clone());
                return (whole, standing);
            }
        }
        (step, Standing::Changed(why))
    }

    /// A part of it has landed, and the note with it; the rest is tried.
    fn resumed(&mut self, course: &Course, index: usize, mut step: Step, row: &Columns) -> Step {
        self.noted(course.direction, index);
        let shown = written_columns(&step, row);
        step.former.clone_from(&shown);
        step.note = None;
        self.steps[index].after = Some(shown);
        step
    }

    async fn write(&self, ready: Vec<(usize, Step)>) -> Result<Vec<(usize, Step, Answered)>, CallError> {
        if ready.is_empty() {
            return Ok(Vec::new());
        }
        let request = |(_, step): &(usize, Step)| Request::Update {
            table: step.table.clone(),
            id: step.record.clone(),
            fields: fields(step),
            columns: columns(step),
        };
        let requests: Vec<_> = ready.iter().map(request).collect();
        let answers = self.client().batch(Lane::Normal, &requests).await?;
        Ok(ready.into_iter().zip(answers).map(|((index, step), answer)| (index, step, answer)).collect())
    }

    fn written(&mut self, course: &mut Course, index: usize, step: &Step, answer: Answered) {
        let row = match answer {
            Ok(Answer::Row(row) | Answer::Found(Some(row))) => shown(&row),
            Ok(Answer::Found(None) | Answer::Removed(_)) => Columns::new(),
            Err(error) => return self.refused(course, index, error),
        };
        match dropped(course.direction, step, &row) {
            None => self.reached(course.direction, index, &row),
            Some(why) => {
                self.noted(course.direction, index);
                let shown = written_columns(step, &row);
                if shown.iter().any(|(column, value)| step.former.get(column) != Some(value)) {
                    self.steps[index].after = Some(shown);
                }
                self.set_aside(course.direction, index, why);
            }
        }
    }

    /// The note came through: it must not be written again.
    fn noted(&mut self, direction: Direction, index: usize) {
        let it = &mut self.steps[index];
        match direction {
            Direction::Forth => it.step.note = None,
            Direction::Back => it.back_noted = true,
        }
    }

    fn reached(&mut self, direction: Direction, index: usize, row: &Columns) {
        let it = &mut self.steps[index];
        (it.reason, it.told) = (None, false);
        match direction {
            Direction::Forth => {
                (it.state, it.after) = (StepState::Done, Some(written_columns(&it.step, row)));
            }
            Direction::Back => it.state = StepState::Undone,
        }
    }

    /// A refusal is known at once, a lost answer is looked into, and anything else concerns more than this step.
    fn refused(&mut self, course: &mut Course, index: usize, error: CallError) {
        if error.is_permanent() {
            self.set_aside(course.direction, index, in_words(&error));
        } else if error.outcome() == Outcome::Unknown {
            course.lost = Some(error);
        } else {
            course.failed.get_or_insert(error);
        }
    }

    fn set_aside(&mut self, direction: Direction, index: usize, why: String) {
        let it = &mut self.steps[index];
        it.reason = Some(why);
        match direction {
            Direction::Forth => {
                it.state = StepState::Refused;
                let it = &self.steps[index];
                let told = self.is_old_news(&it.step, it.state, it.reason.as_deref());
                self.steps[index].told = told;
            }
            // It stays as the hand-over made it, and what is told of that stays true.
            Direction::Back => {
                if it.state == StepState::Waiting {
                    it.state = StepState::Done;
                }
                self.stuck.insert(it.ordinal);
            }
        }
    }
}

/// How a few steps went.
pub(super) struct Course {
    direction: Direction,
    /// An answer that was lost.
    lost: Option<CallError>,
    /// What keeps all of them from being carried out now.
    pub(super) failed: Option<CallError>,
}

impl Course {
    pub(super) fn new(direction: Direction) -> Self {
        Self { direction, lost: None, failed: None }
    }
}

/// Whether there may be something to put back: an answer to what waits may have been lost, and of what was refused a part may
/// have been written.
fn may_have_written(it: &HandoverStep) -> bool {
    match it.state {
        StepState::Done | StepState::Waiting => true,
        StepState::Refused => it.after.is_some(),
        StepState::Left | StepState::Kept | StepState::Undone => false,
    }
}

/// The step, from what the row has by now.
fn directed(it: &HandoverStep, direction: Direction) -> Step {
    match direction {
        Direction::Forth => {
            let mut step = it.step.clone();
            step.former.extend(it.after.clone().unwrap_or_default());
            step
        }
        Direction::Back => back(it, it.after.as_ref().unwrap_or(&it.step.fields)),
    }
}

/// The step that takes it back from what the row shows; a note that it has is not written again.
fn back(it: &HandoverStep, shown: &Columns) -> Step {
    let step = it.step.back(shown);
    Step { note: step.note.clone().filter(|_| !it.back_noted), ..step }
}

fn written_columns(step: &Step, row: &Columns) -> Columns {
    let written = row.iter().filter(|(column, _)| step.fields.contains_key(*column));
    written.map(|(column, value)| (column.clone(), value.clone())).collect()
}

/// What is written, with the note that tells of it.
fn fields(step: &Step) -> Fields {
    let note = step.note.iter().map(|note| (WORK_NOTES.to_owned(), note.clone()));
    step.fields.iter().map(|(column, value)| (column.to_string(), value.clone())).chain(note).collect()
}

/// What is read: the columns that are written, and whether the row is open.
fn columns(step: &Step) -> Vec<String> {
    let open = step.kind.open().map(|(column, _)| column.to_owned());
    let written = step.fields.keys().map(ToString::to_string);
    ["sys_id".to_owned()].into_iter().chain(open).chain(written).collect()
}

fn shown(row: &Row) -> Columns {
    let columns = row.fields.iter().filter(|(column, _)| *column != "sys_id");
    columns.map(|(column, value)| (column.as_str().into(), value.clone())).collect::<BTreeMap<_, _>>()
}

/// Why the row still lies where it lay, although the target said that it was done. A row is only put back as a whole.
fn dropped(direction: Direction, step: &Step, row: &Columns) -> Option<String> {
    let verdicts = verdicts(&step.fields, &step.former, row);
    let column = Kind::column(step.kind);
    verdicts.into_iter().find_map(|(name, verdict)| match verdict {
        Verdict::Dropped { .. } if direction == Direction::Back || name == column => verdict.reason(),
        _ => None,
    })
}
