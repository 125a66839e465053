//! How many hand-overs are still to come to an end.

use super::{HandoverState, state};
use crate::Store;
use crate::driver::Statement;
use crate::error::StoreError;

/// How many hand-overs are to be gone on with, by where they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HandoverTotals {
    /// Nothing of them has been written.
    pub waiting: u64,
    /// They are being carried out or put back.
    pub running: u64,
    /// The target refused something.
    pub refused: u64,
}

impl Store {
    /// How many hand-overs are to be gone on with.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn handover_totals(&self) -> Result<HandoverTotals, StoreError> {
        let sql = "select state, count(*) from handovers where due_at is not null group by state";
        let mut totals = HandoverTotals::default();
        for mut row in self.database.query(Statement::new(sql, [])).await? {
            let count = row.int(1)?.unsigned_abs();
            match state(&row.text(0)?)? {
                HandoverState::Planned => totals.waiting += count,
                HandoverState::Running | HandoverState::Undoing => totals.running += count,
                HandoverState::Refused => totals.refused += count,
                HandoverState::Done | HandoverState::Cancelled | HandoverState::Undone => {}
            }
        }
        Ok(totals)
    }
}
