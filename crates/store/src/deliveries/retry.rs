//! What people do about deliveries: have them tried again, or say which record is whose.

use super::{Delivery, State, kind};
use crate::Store;
use crate::driver::Statement;
use crate::encode::{known_text, micros, texts};
use crate::error::CommitError;
use crate::write::{event, mark_who_refers};
use jiff::Timestamp;
use tenure_identity::event::{Event, Subject};
use tenure_identity::id::SysId;

/// Deliveries that are marked in one commit.
const PIECE: u32 = 200;

const AGAIN: &str = "update deliveries set mark = mark + 1, attempts = 0, known = $1, \
     due_at = case when lease is null then cast($2 as bigint) else due_at end where subject = $3";

const DOUBT: &str = "update deliveries set mark = mark + 1, attempts = 0, doubted = 1, \
     due_at = case when lease is null then cast($1 as bigint) else due_at end \
     where sys_id is not null and doubted = 0";

const LINK: &str = "insert into deliveries (subject, kind, mark, rank, marked_at, due_at, sys_id, linked_at) \
     values ($1, $2, 1, 2, $3, $4, $5, $6) on conflict (subject) do update set mark = deliveries.mark + 1, attempts = 0, \
     sys_id = excluded.sys_id, linked_at = excluded.linked_at, known = null, due_at = excluded.due_at, lease = null, \
     doubted = 0";

const FORMER: &str = "insert into former_records (subject, sys_id, linked_at, until_at) \
     select subject, sys_id, linked_at, cast($1 as bigint) from deliveries \
     where subject = $2 and sys_id is not null and sys_id <> $3 on conflict do nothing";

impl Store {
    /// Has one, or everybody in a state, tried again now, with whatever the target did not take before.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn retry_deliveries(
        &self,
        who: Option<&Subject>,
        state: Option<State>,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        if let Some(who) = who {
            let one: Vec<_> = self.delivery(who.as_str()).await?.into_iter().collect();
            self.again(&one, now).await?;
        }
        let Some(state) = state else { return Ok(()) };
        let mut after = String::new();
        loop {
            let some = self.deliveries(state, &after, PIECE).await?;
            let Some(last) = some.last() else { return Ok(()) };
            after = last.subject.as_str().to_owned();
            self.again(&some, now).await?;
        }
    }

    async fn again(&self, deliveries: &[Delivery], now: Timestamp) -> Result<(), CommitError> {
        let one = |delivery: &Delivery| {
            let known = delivery.known.clone().map(|mut known| {
                known.parked.clear();
                // Nobody else would notice that a group is not there any more.
                if matches!(delivery.subject, Subject::Group(_)) {
                    known.forget();
                }
                known_text(&known)
            });
            Statement::new(AGAIN, [known.into(), micros(now).into(), delivery.subject.as_str().into()])
        };
        self.write(deliveries.iter().map(one).collect()).await
    }

    /// Has these looked at again, or everybody who has a record, with nothing that is known of it believed: the instance was
    /// cloned over or restored, and ids mean other things. Until then nobody is told that they have a record.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn doubt_records(&self, whose: Option<&[String]>, now: Timestamp) -> Result<(), CommitError> {
        let (sql, mut params) = (DOUBT.to_owned(), vec![micros(now).into()]);
        let sql = match whose {
            Some(whose) => {
                params.push(texts(whose).into());
                format!("{sql} and subject in {}", self.database.dialect().array_elements(2))
            }
            None => sql,
        };
        self.write(vec![Statement::built(sql, params)]).await
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
