//! Asking for a hand-over: because somebody left, or because an administrator wants it done or taken back.

use super::Leaving;
use crate::Store;
use crate::driver::Statement;
use crate::encode::micros;
use crate::error::CommitError;
use jiff::Timestamp;
use tenure_identity::id::SysId;

/// What was handed over in an instance that was the target before says nothing of this one.
const BEGIN: &str = "insert into handovers (person, left_at, sys_id, state, started_at, due_at, target) \
     values ($1, $2, $3, 'planned', $4, $5, (select url from target)) on conflict (person, left_at) do update set \
     state = 'planned', sys_id = excluded.sys_id, reason = null, asked_by = null, attempts = 0, \
     started_at = excluded.started_at, ended_at = null, due_at = excluded.due_at, target = excluded.target \
     where handovers.target <> excluded.target";

const AGAIN: &str = "insert into handovers (person, left_at, sys_id, state, asked_by, started_at, due_at, target) \
     values ($1, $2, $3, 'planned', $4, $5, $6, (select url from target)) on conflict (person, left_at) do update set \
     state = 'planned', reason = null, asked_by = excluded.asked_by, attempts = 0, due_at = excluded.due_at, \
     lease = null, target = excluded.target where handovers.lease is null or handovers.due_at <= excluded.due_at";

/// Steps that name rows of another instance. What became of them is on the timeline.
const FORGET: &str = "delete from handover_steps where person = $1 and left_at = $2 and exists \
     (select 1 from handovers, target where handovers.person = handover_steps.person \
     and handovers.left_at = handover_steps.left_at and handovers.target <> target.url)";

const BACK: &str = "update handovers set state = 'undoing', reason = null, asked_by = $1, attempts = 0, due_at = $2, lease = null \
     where person = $3 and left_at = $4 and (lease is null or due_at <= $5)";

/// Begins a hand-over, unless this leaving has one already.
pub(crate) fn begin(leaving: &Leaving, record: &SysId, now: Timestamp) -> [Statement; 2] {
    let (person, at, now) = (leaving.person.as_str(), micros(leaving.at), micros(now));
    let params = [person.into(), at.into(), record.as_str().into(), now.into(), now.into()];
    [forget(leaving), Statement::new(BEGIN, params)]
}

fn forget(leaving: &Leaving) -> Statement {
    Statement::new(FORGET, [leaving.person.as_str().into(), micros(leaving.at).into()])
}

impl Store {
    /// Has the work handed over now, also if that was done before.
    ///
    /// # Errors
    /// [`CommitError::Moved`] while somebody works on it; also if the database fails.
    pub async fn ask_for_handover(
        &self,
        leaving: &Leaving,
        record: &SysId,
        by: &str,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let (person, at, now) = (leaving.person.as_str(), micros(leaving.at), micros(now));
        let params = [person.into(), at.into(), record.as_str().into(), by.into(), now.into(), now.into()];
        self.write(vec![forget(leaving), Statement::new(AGAIN, params).must_touch_one()]).await
    }

    /// Has what was handed over put back now.
    ///
    /// # Errors
    /// [`CommitError::Moved`] while somebody works on it; also if the database fails.
    pub async fn ask_for_undo(&self, leaving: &Leaving, by: &str, now: Timestamp) -> Result<(), CommitError> {
        let (person, at, now) = (leaving.person.as_str(), micros(leaving.at), micros(now));
        let params = [by.into(), now.into(), person.into(), at.into(), now.into()];
        self.write(vec![Statement::new(BACK, params).must_touch_one()]).await
    }
}
