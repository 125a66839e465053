//! Leases: work that only one node may do at a time, such as making a department that several people need.

use crate::Store;
use crate::driver::Statement;
use crate::encode::micros;
use crate::error::CommitError;
use jiff::Timestamp;

const TAKE: &str = "insert into leases (name, holder, until_at) values ($1, $2, $3) \
     on conflict (name) do update set holder = excluded.holder, until_at = excluded.until_at \
     where leases.until_at <= $4 or leases.holder = excluded.holder";

impl Store {
    /// Whether the holder may do the work until then. Whoever has it already may go on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, CommitError> {
        let params = [name.into(), holder.into(), micros(until).into(), micros(now).into()];
        match self.write(vec![Statement::new(TAKE, params).must_touch_one()]).await {
            Ok(()) => Ok(true),
            Err(CommitError::Moved) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Gives the work back.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<(), CommitError> {
        let sql = "delete from leases where name = $1 and holder = $2";
        self.write(vec![Statement::new(sql, [name.into(), holder.into()])]).await
    }
}
