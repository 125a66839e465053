//! Hand-overs as people look at them.

use super::{Handover, HandoverState, Leaving, state, wish};
use crate::Store;
use crate::driver::{Row, Statement, Value};
use crate::encode::{micros, opt_time, time};
use crate::error::StoreError;
use tenure_identity::id::{PersonId, SysId};

const COLUMNS: &str = "person, left_at, sys_id, state, reason, asked_by, attempts, started_at, ended_at, due_at, lease, wish, \
     (select count(*) from target where target.url = handovers.target)";

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
        Ok(self.handovers_of(person, 1).await?.pop())
    }

    /// The hand-overs of somebody's last leavings, at most so many, the latest first.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn handovers_of(&self, person: &PersonId, limit: u32) -> Result<Vec<Handover>, StoreError> {
        let params = vec![person.as_str().into(), i64::from(limit).into()];
        self.handovers_where("person = $1 order by left_at desc limit $2", params).await
    }

    /// The hand-overs after this one, in the order of people's ids, the latest leaving of each first; of one state or of all.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn handovers(
        &self,
        state: Option<HandoverState>,
        after: Option<&Leaving>,
        limit: u32,
    ) -> Result<Vec<Handover>, StoreError> {
        let (person, left) = after.map_or(("", 0), |it| (it.person.as_str(), micros(it.at)));
        let mut params = vec![person.into(), person.into(), left.into()];
        let of_state = match state {
            Some(state) => {
                params.push(state.label().into());
                "and state = $4"
            }
            None => "",
        };
        params.push(i64::from(limit).into());
        let last = params.len();
        let which = format!(
            "(person > $1 or (person = $2 and left_at < $3)) {of_state} order by person, left_at desc limit ${last}"
        );
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
        wish: row.opt_text(11)?.map(|label| wish(&label)).transpose()?,
        here: row.flag(12)?,
    })
}
