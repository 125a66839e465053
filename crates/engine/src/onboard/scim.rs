//! The external id in `sys_scim_user`, by which ServiceNow's own SCIM service recognises users before it looks at anything
//! else. Only of use while an identity provider still pushes to that service.

use super::apply::{Fate, Work};
use super::seed::{Seed, failed};
use tenure_connect::servicenow::{CallError, Compare, Fields, Lane, Outcome};
use tenure_identity::id::SysId;

/// The users of the target's own SCIM service.
pub(super) const TABLE: &str = "sys_scim_user";
const USER: &str = "user";
const EXTERNAL_ID: &str = "external_id";

impl Work {
    /// Makes or completes the row of a user.
    pub(super) async fn seed_scim(&self, record: &SysId, id: &str, replaces: Option<&str>) -> Fate {
        let seed = Seed { table: TABLE, column: EXTERNAL_ID, value: id, replaces };
        match self.scim_rows(record).await.as_deref() {
            Err(error) => failed(error),
            Ok([]) => self.insert(&seed, record).await,
            Ok([row]) => self.seed(&seed, row).await,
            Ok(rows) => Fate::Refused(format!(
                "{} rows of `{TABLE}` are about this user; remove all but one",
                rows.len()
            )),
        }
    }

    async fn scim_rows(&self, record: &SysId) -> Result<Vec<SysId>, CallError> {
        let client = &self.target.client;
        let rows = client
            .find(Lane::Background, TABLE, USER, record.as_str(), Compare::Exact, &["sys_id", USER])
            .await?;
        Ok(rows.into_iter().map(|row| row.sys_id).collect())
    }

    async fn insert(&self, seed: &Seed<'_>, record: &SysId) -> Fate {
        let fields = Fields::from([
            (USER.to_owned(), record.to_string()),
            (EXTERNAL_ID.to_owned(), seed.value.to_owned()),
        ]);
        let columns = ["sys_id", USER, EXTERNAL_ID];
        match self.target.client.insert(Lane::Background, TABLE, &fields, &columns).await {
            Ok(row) => seed.verdict(&Fields::new(), &row.fields),
            Err(error) if error.outcome() == Outcome::Unknown => {
                match self.scim_rows(record).await.as_deref() {
                    Ok([row]) => self.seed(seed, row).await,
                    _ => failed(&error),
                }
            }
            Err(error) => failed(&error),
        }
    }
}
