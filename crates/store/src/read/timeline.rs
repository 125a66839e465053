//! Timelines: the events of one person or group.

use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::{corrupt, decisions, time};
use crate::error::StoreError;
use tenure_identity::event::{Actor, Event, EventKind, Subject};
use tenure_identity::id::SourceName;

impl Store {
    /// The newest events of this subject, oldest first, at most `limit`.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn timeline(&self, subject: &Subject, limit: u32) -> Result<Vec<Event>, StoreError> {
        let statement = Statement::new(
            "select at, kind, source, writer, request, note, decisions from events where subject = $1 \
             order by seq desc limit $2",
            [subject.as_str().into(), i64::from(limit).into()],
        );
        let rows = self.database.query(statement).await?;
        rows.into_iter().rev().map(|row| read(row, subject)).collect()
    }

    /// How many events of each kind there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn event_counts(&self) -> Result<Vec<(EventKind, i64)>, StoreError> {
        let statement = Statement::new("select kind, count(*) from events group by kind order by kind", []);
        let mut rows = self.database.query(statement).await?;
        rows.iter_mut()
            .map(|row| {
                let kind = EventKind::from_label(&row.text(0)?).ok_or_else(|| corrupt("event"))?;
                Ok((kind, row.int(1)?))
            })
            .collect()
    }
}

pub(super) fn read(mut row: Row, subject: &Subject) -> Result<Event, StoreError> {
    let actor =
        Actor { source: SourceName::new(row.text(2)?), writer: row.text(3)?, request: row.opt_text(4)? };
    Ok(Event {
        subject: subject.clone(),
        at: time(row.int(0)?)?,
        actor,
        kind: EventKind::from_label(&row.text(1)?).ok_or_else(|| corrupt("event"))?,
        note: row.opt_text(5)?,
        decisions: decisions(&row.text(6)?)?,
    })
}
