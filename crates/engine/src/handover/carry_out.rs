//! Carrying steps out, forth or back: the rows are read together, and those that are as they were are written together.
//! What is not known after a lost answer is read again before it is sent again.

use super::turn::Turn;
use crate::deliver::trouble::{Trouble, in_words};
use std::collections::BTreeMap;
use tenure_connect::servicenow::{Answer, CallError, Fields, Lane, Outcome, Request, Row};
use tenure_identity::handover::{Kind, Standing, Step, standing};
use tenure_identity::reconcile::{Columns, Verdict, verdicts};
use tenure_store::handovers::{HandoverStep, StepState};

/// Rows that are read, written and noted together.
const TOGETHER: usize = 25;
/// How many lost answers are looked into at once; after more, it is tried again later.
const LOOKS: usize = 4;
/// Where a task keeps what was done and why.
const WORK_NOTES: &str = "work_notes";

/// Whether steps are carried out or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forth,
    Back,
}

impl Turn<'_> {
    /// Carries out whatever is open in this direction. Gives `false` if the person came back meanwhile.
    pub(super) async fn carry_out(&mut self, direction: Direction) -> Result<bool, Trouble> {
        let mut lost = None;
        for _ in 0..LOOKS {
            let open = self.open(direction);
            if open.is_empty() {
                return Ok(true);
            }
            lost = None;
            for some in open.chunks(TOGETHER) {
                if direction == Direction::Forth && self.is_back().await? {
                    return Ok(false);
                }
                lost = self.carry_out_some(direction, some).await?.or(lost);
            }
            if lost.is_none() {
                return Ok(true);
            }
        }
        lost.map_or(Ok(true), |error| Err(error.into()))
    }

    /// What is to be done: forth in its order, back the other way round.
    fn open(&self, direction: Direction) -> Vec<usize> {
        let all = self.steps.iter().enumerate();
        match direction {
            Direction::Forth => {
                all.filter(|(_, it)| it.state == StepState::Waiting).map(|(index, _)| index).collect()
            }
            // An answer to what waits may have been lost.
            Direction::Back => all
                .rev()
                .filter(|(_, it)| matches!(it.state, StepState::Done | StepState::Waiting))
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
        let mut course = Course { direction, lost: None, failed: None };
        let mut ready = Vec::new();
        for (index, answer) in self.read(direction, some).await? {
            if let Some(step) = self.look(&mut course, index, answer) {
                ready.push((index, step));
            }
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

    async fn read(
        &self,
        direction: Direction,
        some: &[usize],
    ) -> Result<Vec<(usize, Result<Answer, CallError>)>, CallError> {
        let request = |index: &usize| {
            let step = directed(&self.steps[*index], direction);
            Request::Get { columns: columns(&step), table: step.table, id: step.record }
        };
        let requests: Vec<_> = some.iter().map(request).collect();
        let answers = self.client().batch(Lane::Normal, &requests).await?;
        Ok(some.iter().copied().zip(answers).collect())
    }

    /// The step, if its row is as it was; else what became of it is known without a write.
    fn look(&mut self, course: &mut Course, index: usize, answer: Result<Answer, CallError>) -> Option<Step> {
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
        match standing(step.kind, &step.former, &step.fields, row.as_ref()) {
            Standing::Ready => return Some(step),
            Standing::Reached => self.reached(course.direction, index, row.unwrap_or_default()),
            Standing::Changed(why) => {
                let it = &mut self.steps[index];
                (it.state, it.reason, it.told) = (StepState::Kept, Some(why.to_owned()), false);
            }
        }
        None
    }

    async fn write(
        &self,
        ready: Vec<(usize, Step)>,
    ) -> Result<Vec<(usize, Step, Result<Answer, CallError>)>, CallError> {
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

    fn written(&mut self, course: &mut Course, index: usize, step: &Step, answer: Result<Answer, CallError>) {
        let row = match answer {
            Ok(Answer::Row(row) | Answer::Found(Some(row))) => shown(&row),
            Ok(Answer::Found(None) | Answer::Removed(_)) => Columns::new(),
            Err(error) => return self.refused(course, index, error),
        };
        match dropped(step, &row) {
            None => self.reached(course.direction, index, row),
            Some(why) => {
                // The note came through: it must not be written again.
                self.steps[index].step.note = None;
                self.set_aside(course.direction, index, why);
            }
        }
    }

    fn reached(&mut self, direction: Direction, index: usize, row: Columns) {
        let it = &mut self.steps[index];
        (it.reason, it.told) = (None, false);
        match direction {
            Direction::Forth => {
                let ours = row.into_iter().filter(|(column, _)| it.step.fields.contains_key(column));
                (it.state, it.after) = (StepState::Done, Some(ours.collect()));
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
        match direction {
            Direction::Forth => it.state = StepState::Refused,
            // It stays as the hand-over made it.
            Direction::Back => {
                it.state = StepState::Done;
                self.stuck.insert(it.ordinal);
            }
        }
        it.reason = Some(why);
        let it = &self.steps[index];
        let told = self.is_old_news(&it.step, it.state, it.reason.as_deref());
        self.steps[index].told = told;
    }
}

/// How a few steps went.
struct Course {
    direction: Direction,
    /// An answer that was lost.
    lost: Option<CallError>,
    /// What keeps all of them from being carried out now.
    failed: Option<CallError>,
}

fn directed(it: &HandoverStep, direction: Direction) -> Step {
    match direction {
        Direction::Forth => it.step.clone(),
        Direction::Back => it.step.back(it.after.as_ref().unwrap_or(&it.step.fields)),
    }
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

/// Why the row still lies where it lay, although the target said that it was done.
fn dropped(step: &Step, row: &Columns) -> Option<String> {
    let verdicts = verdicts(&step.fields, &step.former, row);
    let column = Kind::column(step.kind);
    verdicts.into_iter().find_map(|(name, verdict)| match verdict {
        Verdict::Dropped { .. } if name == column => verdict.reason(),
        _ => None,
    })
}
