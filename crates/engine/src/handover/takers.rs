//! Takers: whoever is to take something over may leave before they are given it, and their own hand-over would not find it
//! any more. So they are looked at before each write, and once more when the turn has ended.

use super::carry_out::{Answered, Direction};
use super::turn::Turn;
use crate::deliver::USERS;
use std::collections::BTreeSet;
use tenure_connect::servicenow::{Answer, Request};
use tenure_identity::handover::Step;
use tenure_identity::id::SysId;
use tenure_store::error::StoreError;
use tenure_store::handovers::{Leaving, StepState};

impl Turn<'_> {
    /// Who would take something of these steps, with the request that shows whether they are active.
    pub(super) fn takers(&self, direction: Direction, some: &[usize]) -> Vec<(SysId, Request)> {
        let takers: BTreeSet<_> = match direction {
            Direction::Forth => some.iter().filter_map(|index| self.steps[*index].step.taker()).collect(),
            Direction::Back => BTreeSet::new(),
        };
        let columns = ["sys_id", "active"].map(str::to_owned);
        let request =
            |id: &SysId| Request::Get { table: USERS.to_owned(), id: id.clone(), columns: columns.to_vec() };
        takers.into_iter().map(|id| (id.clone(), request(&id))).collect()
    }

    /// Those of the steps whose taker has not left since they were planned; the others are planned anew.
    /// `gone` are those of whom the target says so.
    pub(super) async fn still_taken(
        &mut self,
        ready: Vec<(usize, Step)>,
        mut gone: BTreeSet<SysId>,
    ) -> Result<Vec<(usize, Step)>, StoreError> {
        let takers: BTreeSet<_> = ready.iter().filter_map(|(_, step)| step.taker()).collect();
        let takers: Vec<_> = takers.into_iter().collect();
        let ours = self.engine.holders(&takers).await?;
        gone.extend(ours.into_iter().filter(|(_, it)| !it.active).map(|(record, _)| record));
        let (late, in_time): (Vec<_>, Vec<_>) =
            ready.into_iter().partition(|(_, step)| step.taker().is_some_and(|taker| gone.contains(&taker)));
        self.anew.extend(late.into_iter().map(|(index, _)| self.steps[index].ordinal));
        Ok(in_time)
    }

    /// The leavings of those who were given something and have left by now. Whoever leaves later finds it when their own work
    /// is looked for.
    pub(super) async fn who_took_too_late(&self) -> Result<Vec<Leaving>, StoreError> {
        let done = self.steps.iter().filter(|it| it.state == StepState::Done && !it.told);
        let takers: BTreeSet<_> = done.filter_map(|it| it.step.taker()).collect();
        let takers: Vec<_> = takers.into_iter().collect();
        let people = self.engine.holders(&takers).await?;
        let left = people.into_values().filter(|it| !it.active);
        Ok(left.filter_map(|it| it.deactivated_at.map(|at| Leaving { person: it.id, at })).collect())
    }
}

/// Whether the target says that somebody has left; what it does not say now is looked at when the turn has ended.
pub(super) fn has_left(answer: &Answered) -> bool {
    match answer {
        Ok(Answer::Found(Some(row)) | Answer::Row(row)) => row.get("active") != "true",
        // They were shown when it was planned: inactive people are hidden from many accounts.
        Ok(Answer::Found(None)) => true,
        Ok(Answer::Removed(_)) | Err(_) => false,
    }
}
