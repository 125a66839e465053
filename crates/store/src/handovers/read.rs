//! Hand-overs as people look at them.

use super::{Handover, HandoverState, Leaving, state};
use crate::Store;
use crate::driver::{Row, Statement, Value};
use crate::encode::{micros, opt_time, time};
use crate::error::StoreError;
use tenure_identity::id::{PersonId, SysId};

const COLUMNS: &str = "person, left_at, sys_id, state, reason, asked_by, attempts, started_at, ended_at, due_at, lease, \
     (select count(*) from target where target.url = handovers.target)";

/// Of several leavings of one person, the last.
const LAST: &str =
    "left_at = (select max(left_at) from handovers latest where latest.person = handovers.person)";

impl Store {
    /// The hand-over of this leaving, if there is one.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn handover(&self, leaving: &Leaving) -> Result<Option<Handover>, StoreError> {
        let params = vec![leaving.person.as_str().into(), micros(leaving.at).into()];
        Ok(self.handovers_where("person = $1 and left_at = $2", params).await?.pop())
    }

    /// The hand-over of somebody's last leaving, if there is one.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn last_handover(&self, person: &PersonId) -> Result<Option<Handover>, StoreError> {
        let which = format!("person = $1 and {LAST}");
        Ok(self.handovers_where(&which, vec![person.as_str().into()]).await?.pop())
    }

    /// The last hand-over of everybody after this person, in the order of their ids; of one state or of all.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn handovers(
        &self,
        state: Option<HandoverState>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Handover>, StoreError> {
        let mut params = vec![after.into(), i64::from(limit).into()];
        let of_state = match state {
            Some(state) => {
                params.insert(1, state.label().into());
                "and state = $2"
            }
            None => "",
        };
        let last = params.len();
        let which = format!("person > $1 {of_state} and {LAST} order by person limit ${last}");
        self.handovers_where(&which, params).await
    }

    async fn handovers_where(&self, which: &str, params: Vec<Value>) -> Result<Vec<Handover>, StoreError> {
        let sql = format!("select {COLUMNS} from handovers where {which}");
        let rows = self.database.query(Statement::built(sql, params)).await?;
        rows.into_iter().map(read).collect()
    }
}

fn read(mut row: Row) -> Result<Handover, StoreError> {
    Ok(Handover {
        leaving: Leaving { person: PersonId::new(row.text(0)?), at: time(row.int(1)?)? },
        record: SysId::new(row.text(2)?),
        state: state(&row.text(3)?)?,
        reason: row.opt_text(4)?,
        asked_by: row.opt_text(5)?,
        attempts: u32::try_from(row.int(6)?).unwrap_or(u32::MAX),
        started: time(row.int(7)?)?,
        ended: opt_time(row.opt_int(8)?)?,
        due: opt_time(row.opt_int(9)?)?,
        at_work: row.opt_text(10)?.is_some(),
        here: row.flag(11)?,
    })
}
