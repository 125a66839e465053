//! Whether the target has the record that a human names. A link to one that it does not have would be given up by the next
//! try, or would have a record made again that nobody asked for.

use super::{GROUPS, USERS, in_words};
use crate::{Engine, EngineError};
use tenure_connect::servicenow::Lane;
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;

impl Engine {
    /// Refuses a record that the target does not show to us.
    pub(super) async fn must_be_there(&self, who: &Subject, record: &str) -> Result<(), EngineError> {
        let target = &self.delivery.as_ref().ok_or(EngineError::NoTarget)?.target;
        let table = match who {
            Subject::Person(_) => USERS,
            Subject::Group(_) => GROUPS,
        };
        match target.client.get(Lane::Normal, table, &SysId::new(record), &["sys_id"]).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(EngineError::NotThere { table, record: record.to_owned() }),
            Err(error) => Err(EngineError::TargetFailed { reason: in_words(&error) }),
        }
    }
}
