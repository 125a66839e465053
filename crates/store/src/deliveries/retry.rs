//! What people do about deliveries: have them tried again, or say which record is whose.

use super::{State, kind};
use crate::Store;
use crate::driver::Statement;
use crate::encode::{micros, texts};
use crate::error::CommitError;
use crate::write::{due_now, event, mark_who_refers};
use jiff::Timestamp;
use tenure_identity::event::{Event, Subject};
use tenure_identity::id::SysId;

const LINK: &str = "insert into deliveries (subject, kind, mark, rank, marked_at, due_at, sys_id, linked_at) \
     values ($1, $2, 1, 2, $3, $4, $5, $6) on conflict (subject) do update set mark = deliveries.mark + 1, attempts = 0, \
     sys_id = excluded.sys_id, linked_at = excluded.linked_at, known = null, due_at = excluded.due_at, lease = null, \
     doubted = 0, anew = 0";

const FORMER: &str = "insert into former_records (subject, sys_id, linked_at, until_at) \
     select subject, sys_id, linked_at, cast($1 as bigint) from deliveries \
     where subject = $2 and sys_id is not null and sys_id <> $3 on conflict do nothing";

impl Store {
    /// Has one, or everybody in a state, tried again now, with whatever the target did not take before. It is only noted that
    /// they are: whoever is at work on them writes what is known.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn retry_deliveries(
        &self,
        who: Option<&Subject>,
        state: Option<State>,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let again = |column: &str, value: &str| {
            let due = due_now(1);
            let sql = format!(
                "update deliveries set mark = mark + 1, attempts = 0, anew = 1, {due} where {column} = $2"
            );
            Statement::built(sql, vec![micros(now).into(), value.into()])
        };
        let who = who.map(|who| again("subject", who.as_str()));
        let state = state.map(|state| again("outcome", state.label()));
        self.write(who.into_iter().chain(state).collect()).await
    }

    /// Has these looked at again, or everybody who has a record, with nothing that is known of it believed: the instance was
    /// cloned over or restored, and ids mean other things. Until then nobody is told that they have a record.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn doubt_records(&self, whose: Option<&[String]>, now: Timestamp) -> Result<(), CommitError> {
        let mut sql = format!(
            "update deliveries set mark = mark + 1, attempts = 0, doubted = 1, {} where sys_id is not null \
             and (doubted = 0 or lease is not null)",
            due_now(1)
        );
        let mut params = vec![micros(now).into()];
        if let Some(whose) = whose {
            params.push(texts(whose).into());
            sql = format!("{sql} and subject in {}", self.database.dialect().array_elements(2));
        }
        self.write(vec![Statement::built(sql, params)]).await
    }

    /// Has one looked at again with nothing that is known of their record believed: somebody who was not to write any more
    /// may have written.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn doubt_delivery(&self, who: &Subject, now: Timestamp) -> Result<(), CommitError> {
        let sql = format!(
            "update deliveries set mark = mark + 1, doubted = case when sys_id is null then 0 else 1 end, {} \
             where subject = $2",
            due_now(1)
        );
        self.write(vec![Statement::built(sql, vec![micros(now).into(), who.as_str().into()])]).await
    }

    /// Makes this the record of theirs, whatever it was before, and marks them and whoever refers to them.
    ///
    /// # Errors
    /// [`CommitError::Constraint`] if it is linked to somebody else; also if the database fails.
    pub async fn link_record(
        &self,
        who: &Subject,
        record: &SysId,
        said: &Event,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let (id, record, now) = (who.as_str(), record.as_str(), micros(now));
        let former = Statement::new(FORMER, [now.into(), id.into(), record.into()]);
        let link = Statement::new(
            LINK,
            [id.into(), kind(who).into(), now.into(), now.into(), record.into(), now.into()],
        );
        let refer = mark_who_refers(self.database.dialect(), id, now);
        self.write(vec![former, link, refer, event(said)]).await
    }
}
