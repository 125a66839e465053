//! Deliveries as people look at them.

use super::{State, state, subject};
use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::{known, micros, opt_time, time};
use crate::error::StoreError;
use jiff::Timestamp;
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;
use tenure_identity::reconcile::Known;

/// Where the delivery of one person or group stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Who.
    pub subject: Subject,
    /// What came of the last try.
    pub state: State,
    /// Why.
    pub reason: Option<String>,
    /// Whether something is to be brought to the target, or tried again.
    pub pending: bool,
    /// Whether somebody works on it.
    pub at_work: bool,
    /// Since when it waits, if it does.
    pub marked: Timestamp,
    /// When it is tried next, if it waits.
    pub due: Timestamp,
    /// Failures in a row.
    pub attempts: u32,
    /// The record in the target.
    pub record: Option<SysId>,
    /// Since when it is that record.
    pub linked: Option<Timestamp>,
    /// What the target showed last.
    pub known: Option<Known>,
    /// When the target was last right.
    pub delivered: Option<Timestamp>,
}

/// How many deliveries stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// What is to be brought to the target.
    pub pending: u64,
    /// By the outcome of the last try.
    pub states: Vec<(State, u64)>,
    /// Since when the oldest waits that was never tried or is due.
    pub oldest: Option<Timestamp>,
}

const COLUMNS: &str = "subject, kind, outcome, reason, mark, lease, marked_at, due_at, attempts, sys_id, linked_at, known, \
     delivered_at";

impl Store {
    /// Where the delivery of one stands; `None` if they were never marked.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn delivery(&self, who: &str) -> Result<Option<Delivery>, StoreError> {
        let sql = format!("select {COLUMNS} from deliveries where subject = $1");
        let rows = self.database.query(Statement::built(sql, vec![who.into()])).await?;
        rows.into_iter().next().map(read).transpose()
    }

    /// Whose record it is.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn delivery_of_record(&self, record: &str) -> Result<Option<Delivery>, StoreError> {
        let sql = format!("select {COLUMNS} from deliveries where kind in (0, 1) and sys_id = $1");
        let rows = self.database.query(Statement::built(sql, vec![record.into()])).await?;
        rows.into_iter().next().map(read).transpose()
    }

    /// The next deliveries in this state after this subject, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn deliveries(
        &self,
        state: State,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from deliveries where outcome = $1 and subject > $2 order by subject limit $3"
        );
        let params = vec![state.label().into(), after.into(), i64::from(limit).into()];
        let rows = self.database.query(Statement::built(sql, params)).await?;
        rows.into_iter().map(read).collect()
    }

    /// How many are worked on, or will be tried by this time.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn busy_deliveries(&self, by: Timestamp) -> Result<u64, StoreError> {
        let statement = Statement::new(
            "select count(*) from deliveries where mark > 0 and (lease is not null or due_at <= $1)",
            [micros(by).into()],
        );
        let rows = self.database.query(statement).await?;
        rows.first().map_or(Ok(0), |row| Ok(row.int(0)?.unsigned_abs()))
    }

    /// How many deliveries stand where. What was refused is pending while it is tried again, and from when it is due.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn delivery_totals(&self, now: Timestamp) -> Result<Totals, StoreError> {
        let counts = Statement::new("select outcome, count(*) from deliveries group by outcome", []);
        let pending = Statement::new(
            "select count(*), min(case when outcome = 'refused' then due_at else marked_at end) from deliveries \
             where mark > 0 and (outcome <> 'refused' or due_at <= $1 or lease is not null)",
            [micros(now).into()],
        );
        let [counts, pending] = self.database.query_all([counts, pending]).await?;
        let mut totals = Totals::default();
        for mut row in counts {
            totals.states.push((state(&row.text(0)?)?, row.int(1)?.unsigned_abs()));
        }
        totals.states.sort_by_key(|(state, _)| state.label());
        if let Some(row) = pending.first() {
            totals.pending = row.int(0)?.unsigned_abs();
            totals.oldest = opt_time(row.opt_int(1)?)?;
        }
        Ok(totals)
    }
}

fn read(mut row: Row) -> Result<Delivery, StoreError> {
    let id = row.text(0)?;
    Ok(Delivery {
        subject: subject(row.int(1)?, id),
        state: state(&row.text(2)?)?,
        reason: row.opt_text(3)?,
        pending: row.int(4)? > 0,
        at_work: row.opt_text(5)?.is_some(),
        marked: time(row.int(6)?)?,
        due: time(row.int(7)?)?,
        attempts: u32::try_from(row.int(8)?).unwrap_or(u32::MAX),
        record: row.opt_text(9)?.map(SysId::new),
        linked: opt_time(row.opt_int(10)?)?,
        known: row.opt_text(11)?.map(|text| known(&text)).transpose()?,
        delivered: opt_time(row.opt_int(12)?)?,
    })
}
