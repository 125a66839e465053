//! Asking for a hand-over: because somebody left, or because an administrator wants it done or taken back.

use super::Leaving;
use crate::Store;
use crate::driver::Statement;
use crate::encode::micros;
use crate::error::CommitError;
use jiff::Timestamp;
use tenure_identity::id::{PersonId, SysId};

/// What was handed over in an instance that was the target before says nothing of this one.
const BEGIN: &str = "insert into handovers (person, left_at, sys_id, state, started_at, due_at, target) \
     values ($1, $2, $3, 'planned', $4, $5, (select url from target)) on conflict (person, left_at) do update set \
     state = 'planned', sys_id = excluded.sys_id, reason = null, asked_by = null, attempts = 0, \
     started_at = excluded.started_at, ended_at = null, due_at = excluded.due_at, target = excluded.target \
     where handovers.target <> excluded.target";

const AGAIN: &str = "insert into handovers (person, left_at, sys_id, state, asked_by, started_at, due_at, target) \
     values ($1, $2, $3, 'planned', $4, $5, $6, (select url from target)) on conflict (person, left_at) do update set \
     state = 'planned', reason = null, asked_by = excluded.asked_by, attempts = 0, due_at = excluded.due_at, lease = null, \
     wish = null, wished_by = null, target = excluded.target \
     where handovers.lease is null or handovers.due_at <= excluded.due_at";

/// Steps that name rows of another instance. What became of them is on the timeline.
const FORGET: &str = "delete from handover_steps where person = $1 and left_at = $2 and exists \
     (select 1 from handovers, target where handovers.person = handover_steps.person \
     and handovers.left_at = handover_steps.left_at and handovers.target <> target.url)";

const AGAIN_LATER: &str = "update handovers set wish = 'again', wished_by = $1 \
     where person = $2 and left_at = $3 and lease is not null and due_at > $4";

/// The last, and whichever has something to put back. A part of what was refused may have been written.
const BACK: &str = "update handovers set state = 'undoing', reason = null, asked_by = $1, attempts = 0, due_at = $2, \
     lease = null, wish = null, wished_by = null \
     where person = $3 and target = (select url from target) and (lease is null or due_at <= $4) and (\
     left_at = (select max(left_at) from handovers latest where latest.person = handovers.person) \
     or exists (select 1 from handover_steps step where step.person = handovers.person \
     and step.left_at = handovers.left_at and (step.state in ('done', 'waiting') \
     or (step.state = 'refused' and step.shown is not null))))";

const BACK_LATER: &str = "update handovers set wish = 'undo', wished_by = $1 \
     where person = $2 and target = (select url from target) and lease is not null and due_at > $3";

/// What is being put back stays so.
const LOOK_AGAIN: &str = "update handovers set state = 'planned', reason = null, asked_by = null, attempts = 0, due_at = $1 \
     where person = $2 and left_at = $3 and target = (select url from target) and lease is null \
     and state in ('done', 'refused')";

const LOOK_AGAIN_LATER: &str = "update handovers set wish = 'again', wished_by = null \
     where person = $1 and left_at = $2 and target = (select url from target) and lease is not null and wish is null \
     and state <> 'undoing'";

/// Begins a hand-over, unless this leaving has one already.
pub(crate) fn begin(leaving: &Leaving, record: &SysId, now: Timestamp) -> [Statement; 2] {
    let (person, at, now) = (leaving.person.as_str(), micros(leaving.at), micros(now));
    let params = [person.into(), at.into(), record.as_str().into(), now.into(), now.into()];
    [forget(leaving), Statement::new(BEGIN, params)]
}

fn forget(leaving: &Leaving) -> Statement {
    Statement::new(FORGET, [leaving.person.as_str().into(), micros(leaving.at).into()])
}

/// Has the work of this leaving looked for once more, if that was done. One that has not begun will find everything.
pub(super) fn look_again(leaving: &Leaving, now: Timestamp) -> [Statement; 2] {
    let (person, at) = (leaving.person.as_str(), micros(leaving.at));
    [
        Statement::new(LOOK_AGAIN_LATER, [person.into(), at.into()]),
        Statement::new(LOOK_AGAIN, [micros(now).into(), person.into(), at.into()]),
    ]
}

impl Store {
    /// Has the work handed over now, also if that was done before; once the turn under way has ended, if one is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ask_for_handover(
        &self,
        leaving: &Leaving,
        record: &SysId,
        by: &str,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let (person, at, now) = (leaving.person.as_str(), micros(leaving.at), micros(now));
        let later = Statement::new(AGAIN_LATER, [by.into(), person.into(), at.into(), now.into()]);
        let params = [person.into(), at.into(), record.as_str().into(), by.into(), now.into(), now.into()];
        self.write(vec![later, forget(leaving), Statement::new(AGAIN, params)]).await
    }

    /// Has what was handed over at any leaving of theirs put back now. Who is at work on one stops, and it follows at once.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ask_for_undo(&self, who: &PersonId, by: &str, now: Timestamp) -> Result<(), CommitError> {
        let (person, now) = (who.as_str(), micros(now));
        let later = Statement::new(BACK_LATER, [by.into(), person.into(), now.into()]);
        let params = [by.into(), now.into(), person.into(), now.into()];
        self.write(vec![later, Statement::new(BACK, params)]).await
    }
}
