//! The queue: which hand-overs are due, who works on them, and how their work ends.

use super::ask::look_again;
use super::{Handover, HandoverState, Leaving};
use crate::Store;
use crate::driver::Statement;
use crate::encode::{micros, texts, time};
use crate::error::{CommitError, StoreError};
use crate::write::event;
use jiff::Timestamp;
use tenure_identity::event::Event;
use tenure_identity::id::PersonId;

/// What to take.
#[derive(Debug, Clone)]
pub struct TakeHandovers<'a> {
    /// A name that nobody has used: who works on it from now on.
    pub lease: &'a str,
    /// The time.
    pub now: Timestamp,
    /// Until when nobody else may take it.
    pub until: Timestamp,
}

/// How the work on a hand-over ended.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedHandover {
    /// Whose.
    pub leaving: Leaving,
    /// The lease that it was taken under; if it is another's by now, nothing is written.
    pub lease: String,
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub state: HandoverState,
    /// Why, or what else is to be known.
    pub reason: Option<String>,
    /// Failures in a row.
    pub attempts: u32,
    /// When to go on, if there is anything to go on with.
    pub again: Option<Timestamp>,
    /// What the timeline says.
    pub events: Vec<Event>,
    /// The places of the steps that it tells of.
    pub told: Vec<u32>,
    /// Leavings of others to whom work was given when they had left already.
    pub look_again: Vec<Leaving>,
}

/// Nobody works on two leavings of one person at once, and of several the last is put back first: a row may have been handed
/// over at each. A lease that has run out holds up only what came before, or two of them would wait for each other.
const TAKE: &str = "update handovers set lease = $1, due_at = $2 where person = $3 and left_at = $4 and due_at <= $5 \
     and not exists (select 1 from handovers later where later.person = handovers.person \
     and later.left_at > handovers.left_at \
     and (later.lease is not null or (later.state = 'undoing' and later.due_at <= $6))) \
     and not exists (select 1 from handovers earlier where earlier.person = handovers.person \
     and earlier.left_at < handovers.left_at and earlier.lease is not null and earlier.due_at > $7)";

/// A wish takes the place of what would follow from the turn.
const FINISH: &str = "update handovers set lease = null, wish = null, wished_by = null, \
     state = case wish when 'undo' then 'undoing' when 'again' then 'planned' else cast($1 as text) end, \
     reason = case when wish is null then cast($2 as text) end, \
     attempts = case when wish is null then cast($3 as bigint) else 0 end, \
     due_at = case when wish is null then cast($4 as bigint) else cast($5 as bigint) end, \
     asked_by = case when wish is null then asked_by else wished_by end, ended_at = $6 \
     where person = $7 and left_at = $8 and lease = $9";

const TELL: &str =
    "update handover_steps set told = 1 where person = $1 and left_at = $2 and cast(ordinal as text) in ";

impl Store {
    /// Takes the hand-over that has been due for longest.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn take_handover(&self, take: TakeHandovers<'_>) -> Result<Option<Handover>, CommitError> {
        for leaving in self.due_handovers(take.now).await? {
            if let Some(taken) = self.take_this_handover(&leaving, take.clone()).await? {
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }

    /// Takes this one, if it is due and nobody works on it.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn take_this_handover(
        &self,
        leaving: &Leaving,
        take: TakeHandovers<'_>,
    ) -> Result<Option<Handover>, CommitError> {
        let params = [
            take.lease.into(),
            micros(take.until).into(),
            leaving.person.as_str().into(),
            micros(leaving.at).into(),
            micros(take.now).into(),
            micros(take.now).into(),
            micros(take.now).into(),
        ];
        match self.write(vec![Statement::new(TAKE, params).must_touch_one()]).await {
            Ok(()) => Ok(self.handover(leaving).await?),
            Err(CommitError::Moved) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn due_handovers(&self, now: Timestamp) -> Result<Vec<Leaving>, StoreError> {
        let sql = "select person, left_at from handovers where due_at <= $1 order by due_at limit 20";
        let rows = self.database.query(Statement::new(sql, [micros(now).into()])).await?;
        let one = |mut row: crate::driver::Row| {
            Ok(Leaving { person: PersonId::new(row.text(0)?), at: time(row.int(1)?)? })
        };
        rows.into_iter().map(one).collect()
    }

    /// Whoever works on it has it until this time.
    ///
    /// # Errors
    /// [`CommitError::Moved`] if it is another's by now; also if the database fails.
    pub async fn extend_handover(&self, lease: &str, until: Timestamp) -> Result<(), CommitError> {
        let sql = "update handovers set due_at = $1 where lease = $2";
        self.write(vec![Statement::new(sql, [micros(until).into(), lease.into()]).must_touch_one()]).await
    }

    /// Everything that is under a lease is due now: no other node can be at work.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn break_handover_leases(&self, now: Timestamp) -> Result<(), CommitError> {
        let sql = "update handovers set due_at = $1 where lease is not null";
        self.write(vec![Statement::new(sql, [micros(now).into()])]).await
    }

    /// Ends the work on a hand-over.
    ///
    /// # Errors
    /// [`CommitError::Moved`] if it is another's by now; also if the database fails.
    pub async fn finish_handover(&self, finished: &FinishedHandover) -> Result<(), CommitError> {
        let mut statements = vec![finish(finished)];
        if !finished.told.is_empty() {
            statements.push(self.tell(finished));
        }
        statements.extend(finished.events.iter().map(event));
        statements.extend(finished.look_again.iter().flat_map(|leaving| look_again(leaving, finished.at)));
        self.write(statements).await
    }

    /// Only what an event speaks of is told; the rest is news for as long as it takes.
    fn tell(&self, finished: &FinishedHandover) -> Statement {
        let (person, at) = (finished.leaving.person.as_str(), micros(finished.leaving.at));
        let ordinals: Vec<_> = finished.told.iter().map(ToString::to_string).collect();
        let sql = format!("{TELL}{}", self.database.dialect().array_elements(3));
        Statement::built(sql, vec![person.into(), at.into(), texts(&ordinals).into()])
    }
}

fn finish(finished: &FinishedHandover) -> Statement {
    let params = [
        finished.state.label().into(),
        finished.reason.as_deref().into(),
        i64::from(finished.attempts).into(),
        finished.again.map(micros).into(),
        micros(finished.at).into(),
        micros(finished.at).into(),
        finished.leaving.person.as_str().into(),
        micros(finished.leaving.at).into(),
        finished.lease.as_str().into(),
    ];
    Statement::new(FINISH, params).must_touch_one()
}
