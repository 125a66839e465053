//! People whom a source does not claim and never has, for a source that may see everybody.

use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::{record, time};
use crate::error::StoreError;
use jiff::Timestamp;
use tenure_identity::id::{PersonId, SourceName};
use tenure_identity::record::Record;

/// A person without their claims.
#[derive(Debug, Clone, PartialEq)]
pub struct Unclaimed {
    /// Their id.
    pub id: PersonId,
    /// Counts the changes.
    pub version: i64,
    /// When they first came.
    pub created: Timestamp,
    /// When any claim about them last changed.
    pub modified: Timestamp,
    /// Whether they are active.
    pub active: bool,
    /// What is true of them.
    pub record: Record,
}

const UNCLAIMED: &str = "select p.id, p.version, p.created_at, \
     coalesce((select max(c.modified_at) from claims as c where c.person_id = p.id), p.created_at), p.active, p.record \
     from persons as p where p.id > $1 and not exists \
     (select 1 from claims as own where own.person_id = p.id and own.source = $2) order by p.id limit $3";

const ONE: &str = "select p.id, p.version, p.created_at, \
     coalesce((select max(c.modified_at) from claims as c where c.person_id = p.id), p.created_at), p.active, p.record \
     from persons as p where p.id = $1 and not exists \
     (select 1 from claims as own where own.person_id = p.id and own.source = $2)";

impl Store {
    /// People whom this source never claimed, in the order of their ids, after this one.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn unclaimed(
        &self,
        source: &SourceName,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Unclaimed>, StoreError> {
        let params = [after.into(), source.as_str().into(), i64::from(limit).into()];
        let rows = self.database.query(Statement::new(UNCLAIMED, params)).await?;
        rows.into_iter().map(read).collect()
    }

    /// This person, if the source never claimed them.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn unclaimed_person(
        &self,
        source: &SourceName,
        id: &PersonId,
    ) -> Result<Option<Unclaimed>, StoreError> {
        let params = [id.as_str().into(), source.as_str().into()];
        let rows = self.database.query(Statement::new(ONE, params)).await?;
        rows.into_iter().next().map(read).transpose()
    }
}

fn read(mut row: Row) -> Result<Unclaimed, StoreError> {
    Ok(Unclaimed {
        id: PersonId::new(row.text(0)?),
        version: row.int(1)?,
        created: time(row.int(2)?)?,
        modified: time(row.int(3)?)?,
        active: row.flag(4)?,
        record: record(&row.text(5)?)?,
    })
}
