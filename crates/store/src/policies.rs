//! Policies: every version of the document that was ever applied, with who applied it and why.

use crate::Store;
use crate::driver::{Row, Statement, Transaction};
use crate::encode::{micros, time};
use crate::error::{CommitError, StoreError};
use crate::write::NOT_MARKED;
use jiff::Timestamp;

/// One version of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// From 1; the built-in policy is 0 and not stored.
    pub version: i64,
    /// The document as it was written.
    pub document: String,
    /// Who applied it.
    pub author: String,
    /// Why.
    pub reason: Option<String>,
    /// The version whose document this one brings back.
    pub restores: Option<i64>,
    /// When.
    pub applied: Timestamp,
}

const COLUMNS: &str = "version, document, author, reason, restores, applied_at";

impl Store {
    /// The number of the policy in force; 0 if nobody ever applied one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn policy_version(&self) -> Result<i64, StoreError> {
        let newest = Statement::new("select coalesce(max(version), 0) from policies", []);
        self.database.query(newest).await?.first().map_or(Ok(0), |row| row.int(0))
    }

    /// One version of the policy.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn policy(&self, version: i64) -> Result<Option<StoredPolicy>, StoreError> {
        let sql = format!("select {COLUMNS} from policies where version = $1");
        let rows = self.database.query(Statement::built(sql, vec![version.into()])).await?;
        rows.into_iter().next().map(read).transpose()
    }

    /// Versions before this one, the newest first.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn policies_before(&self, version: i64, limit: u32) -> Result<Vec<StoredPolicy>, StoreError> {
        let sql = format!("select {COLUMNS} from policies where version < $1 order by version desc limit $2");
        let statement = Statement::built(sql, vec![version.into(), i64::from(limit).into()]);
        self.database.query(statement).await?.into_iter().map(read).collect()
    }

    /// Makes this the policy in force, after the version before it. If the same records mean something else to the target
    /// under it, whoever delivers finds in the same commit that everybody is to be marked.
    ///
    /// # Errors
    /// [`CommitError::Constraint`] if somebody else applied a policy meanwhile.
    pub async fn apply_policy(
        &self,
        policy: &StoredPolicy,
        concerns_everybody: bool,
    ) -> Result<(), CommitError> {
        let statement = Statement::new(
            "insert into policies (version, document, author, reason, restores, applied_at) \
             values ($1, $2, $3, $4, $5, $6)",
            [
                policy.version.into(),
                policy.document.as_str().into(),
                policy.author.as_str().into(),
                policy.reason.as_deref().into(),
                policy.restores.into(),
                micros(policy.applied).into(),
            ],
        );
        let missed = concerns_everybody.then(|| (NOT_MARKED.to_owned(), 1));
        let counters = missed.into_iter().collect();
        self.database.commit(Transaction { statements: vec![statement], counters }).await
    }
}

fn read(mut row: Row) -> Result<StoredPolicy, StoreError> {
    Ok(StoredPolicy {
        version: row.int(0)?,
        document: row.text(1)?,
        author: row.text(2)?,
        reason: row.opt_text(3)?,
        restores: row.opt_int(4)?,
        applied: time(row.int(5)?)?,
    })
}
