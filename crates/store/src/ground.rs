//! What the store stands on: which engine, which version of the tables, and how much space is left for it.

use crate::Store;
use crate::driver::Statement;
use crate::error::StoreError;

impl Store {
    /// The number of the newest migration that was applied.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn schema_version(&self) -> Result<i64, StoreError> {
        let rows = self.database.query(Statement::new("select max(version) from migrations", [])).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    /// Bytes that may still be written where the SQLite file is; `None` for PostgreSQL, and where the system does not tell.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        if !self.is_of_one_node() {
            return Ok(None);
        }
        // A row for each file: number, name, path.
        let mut files = self.database.query(Statement::new("pragma database_list", [])).await?;
        let path = files.first_mut().map(|row| row.text(2)).transpose()?;
        Ok(path.and_then(|path| free(&path)))
    }
}

#[cfg(unix)]
fn free(path: &str) -> Option<u64> {
    let room = rustix::fs::statvfs(path).ok()?;
    Some(room.f_bavail.saturating_mul(room.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &str) -> Option<u64> {
    None
}
