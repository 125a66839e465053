//! Who lost access when. Limits look back over their window; what lies before it is forgotten.

use crate::Store;
use crate::driver::Statement;
use crate::encode::micros;
use crate::error::CommitError;
use jiff::Timestamp;

const FORGET: &str = "delete from departures where (at, person_id) in \
     (select at, person_id from departures where at < $1 order by at limit $2)";

impl Store {
    /// Forgets at most so many departures from before this time, the oldest first. How many there ever were stays known.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_departures(&self, before: Timestamp, limit: u32) -> Result<(), CommitError> {
        let params = [micros(before).into(), i64::from(limit).into()];
        self.write(vec![Statement::new(FORGET, params)]).await
    }
}
