//! Who made another value of what was written. ServiceNow's own audit says it, where the instance keeps one of the column
//! and lets our account read it.

use super::USERS;
use super::person::Work;
use tenure_connect::servicenow::Query;
use tenure_identity::id::{FieldName, SysId};
use tenure_scim::text::fold;

/// The most changes of one column that are read.
const MOST: usize = 200;

/// That the audit names ourselves, whose value it is not.
const OURSELVES: &str = "within our own write: the audit names our account, so that a rule of the instance did it and no human being";

impl Work<'_> {
    /// Who changed a value last, as the end of a sentence.
    pub(super) async fn who_altered(&self, record: &SysId, column: &FieldName) -> Option<String> {
        let by = self.last_in_audit(record, column).await?;
        let is_ours = self.own_name().await.is_some_and(|name| fold(&name) == fold(&by));
        Some(if is_ours { OURSELVES.to_owned() } else { format!("by `{by}`") })
    }

    async fn last_in_audit(&self, record: &SysId, column: &FieldName) -> Option<String> {
        let query = Query::all()
            .is("tablename", USERS)
            .is("documentkey", record.as_str())
            .is("fieldname", column.as_str())
            .limit(MOST);
        let columns = ["sys_id", "tablename", "documentkey", "fieldname", "user", "sys_created_on"];
        let rows = self.client().list(self.lane, "sys_audit", &query, &columns).await.ok()?;
        let last = rows
            .into_iter()
            .max_by(|one, other| one.get("sys_created_on").cmp(other.get("sys_created_on")))?;
        Some(last.get("user").to_owned()).filter(|user| !user.is_empty())
    }

    /// The user name of our own account, by the configuration or by the instance's word.
    async fn own_name(&self) -> Option<String> {
        let account = self.delivery.target.settings.account.clone();
        if account.is_some() {
            return account;
        }
        if let Some(known) = self.delivery.own_name.get() {
            return Some(known.clone());
        }
        let row = self.client().myself(self.lane, None, &["sys_id", "user_name"]).await.ok()??;
        let name = Some(row.get("user_name").to_owned()).filter(|name| !name.is_empty())?;
        Some(self.delivery.own_name.get_or_init(|| name).clone())
    }
}
