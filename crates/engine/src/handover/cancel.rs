//! The end of a hand-over whose leaver is back: nothing more is carried out, and what was written although nobody heard the
//! answer is noted, so that it can be put back.

use super::carry_out::{Answered, Course, Direction, TOGETHER};
use super::turn::{Ending, Turn};
use crate::deliver::trouble::Trouble;
use tenure_store::handovers::StepState;

impl Turn<'_> {
    /// What has not been done is not done any more.
    pub(super) async fn cancel(&mut self) -> Result<Ending, Trouble> {
        let waiting: Vec<_> =
            (0..self.steps.len()).filter(|index| self.steps[*index].state == StepState::Waiting).collect();
        for some in waiting.chunks(TOGETHER) {
            let mut course = Course::new(Direction::Forth);
            let (rows, _) = self.read(Direction::Forth, some).await?;
            for (index, answer) in rows {
                self.give_up(&mut course, index, answer);
            }
            self.note(some).await?;
            if let Some(error) = course.failed {
                return Err(error.into());
            }
        }
        Ok(Ending::Cancelled)
    }

    fn give_up(&mut self, course: &mut Course, index: usize, answer: Answered) {
        if self.look(course, index, answer).is_none() {
            return;
        }
        let it = &mut self.steps[index];
        let (state, why) = match it.after {
            None => (StepState::Kept, "the person came back before it was carried out"),
            Some(_) => (StepState::Refused, "the person came back when only a part of it had been written"),
        };
        (it.state, it.reason, it.told) = (state, Some(why.to_owned()), false);
    }
}
