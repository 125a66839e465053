//! Pause: until when the target as a whole is left alone, by the word of whoever it turned away last. It binds nobody, because
//! every node finds out for itself; it tells those who ask where deliveries stand, at whatever process.

use crate::Store;
use crate::driver::Statement;
use crate::encode::{micros, time};
use crate::error::{CommitError, StoreError};
use jiff::Timestamp;

/// The target is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paused {
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
}

/// Held by the reason; nobody else takes a lease of this name.
const NOTE: &str = "insert into leases (name, holder, until_at) values ($1, $2, $3) \
     on conflict (name) do update set holder = excluded.holder, until_at = excluded.until_at";

impl Store {
    /// Notes that this target is left alone.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn note_pause(&self, target: &str, paused: &Paused) -> Result<(), CommitError> {
        let params = [name(target).into(), paused.reason.as_str().into(), micros(paused.until).into()];
        self.write(vec![Statement::new(NOTE, params)]).await
    }

    /// Notes that it is not any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_pause(&self, target: &str) -> Result<(), CommitError> {
        let sql = "delete from leases where name = $1";
        self.write(vec![Statement::new(sql, [name(target).into()])]).await
    }

    /// Why and until when this target is left alone, if it is.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn pause_of(&self, target: &str, now: Timestamp) -> Result<Option<Paused>, StoreError> {
        let sql = "select holder, until_at from leases where name = $1 and until_at > $2";
        let mut rows =
            self.database.query(Statement::new(sql, [name(target).into(), micros(now).into()])).await?;
        let paused =
            rows.first_mut().map(|row| Ok(Paused { reason: row.text(0)?, until: time(row.int(1)?)? }));
        paused.transpose()
    }
}

fn name(target: &str) -> String {
    format!("pause of {target}")
}
