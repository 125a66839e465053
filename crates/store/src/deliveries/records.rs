//! Which of the target's records is whose.

use super::subject;
use crate::Store;
use crate::driver::Statement;
use crate::encode::texts;
use crate::error::StoreError;
use std::collections::HashMap;
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;

impl Store {
    /// The records of these people and groups, by their ids; who has none is left out, and who has one that is doubted.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn records_of(&self, subjects: &[String]) -> Result<HashMap<String, SysId>, StoreError> {
        if subjects.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "select subject, sys_id from deliveries where sys_id is not null and doubted = 0 and subject in {}",
            self.database.dialect().array_elements(1)
        );
        let mut rows = self.database.query(Statement::built(sql, vec![texts(subjects).into()])).await?;
        rows.iter_mut().map(|row| Ok((row.text(0)?, SysId::new(row.text(1)?)))).collect()
    }

    /// Whose these records are, by their ids; what nobody has is left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn holders_of(&self, records: &[String]) -> Result<HashMap<SysId, Subject>, StoreError> {
        if records.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "select sys_id, kind, subject from deliveries where kind in (0, 1) and sys_id in {}",
            self.database.dialect().array_elements(1)
        );
        let mut rows = self.database.query(Statement::built(sql, vec![texts(records).into()])).await?;
        rows.iter_mut()
            .map(|row| Ok((SysId::new(row.text(0)?), subject(row.int(1)?, row.text(2)?))))
            .collect()
    }

    /// Records that were theirs before, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn former_records(&self, who: &Subject) -> Result<Vec<SysId>, StoreError> {
        let statement = Statement::new(
            "select sys_id from former_records where subject = $1 order by until_at desc limit 100",
            [who.as_str().into()],
        );
        let mut rows = self.database.query(statement).await?;
        rows.iter_mut().map(|row| row.text(0).map(SysId::new)).collect()
    }
}
