//! Groups and memberships, as the facts of a decision. Nothing here reads a whole group unless it is asked to.

use crate::Store;
use crate::driver::{Row, Statement, Value};
use crate::encode::{object, opt_time, texts, time};
use crate::error::StoreError;
use std::collections::HashSet;
use tenure_identity::group::{Group, GroupFacts, MemberFacts, MemberState, display_key};
use tenure_identity::id::{GroupId, SourceName};
use tenure_scim::Object;
use tenure_scim::patch::Member;

pub(super) const COLUMNS: &str = "id, source, version, created_at, modified_at, ended_at, doc";

/// How many columns [`COLUMNS`] names.
pub(super) const COLUMN_COUNT: usize = 7;

impl Store {
    /// One group, live or ended.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn group(&self, id: &GroupId) -> Result<Option<Group>, StoreError> {
        let sql = format!("select {COLUMNS} from groups where id = $1");
        self.one_group(Statement::built(sql, vec![id.as_str().into()])).await
    }

    /// What is known of groups with this name or external id.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn group_facts(
        &self,
        source: &SourceName,
        attributes: &Object,
    ) -> Result<GroupFacts, StoreError> {
        let key = display_key(attributes);
        let by_name = format!("select {COLUMNS} from groups where display_key = $1 and live = 1");
        let by_name = Statement::built(by_name, vec![key.as_str().into()]);
        let external_id = attributes.get("externalId").and_then(|value| value.as_str());
        let external_id = external_id.filter(|id| !id.trim().is_empty());
        let (former, params): (_, Vec<Value>) = match external_id {
            Some(id) => ("source = $1 and external_id = $2", vec![source.as_str().into(), id.into()]),
            None => (
                "source = $1 and display_key = $2 and external_id is null and live = 0 order by seq desc limit 1",
                vec![source.as_str().into(), key.into()],
            ),
        };
        let former = format!("select {COLUMNS} from groups where {former}");
        let [namesake, former] = self.database.query_all([by_name, Statement::built(former, params)]).await?;
        let first = |rows: Vec<Row>| rows.into_iter().next().map(read_group).transpose();
        Ok(GroupFacts { namesake: first(namesake)?, former: first(former)? })
    }

    async fn one_group(&self, statement: Statement) -> Result<Option<Group>, StoreError> {
        self.database.query(statement).await?.into_iter().next().map(read_group).transpose()
    }

    /// The memberships, past and present, of these ids, or of everybody who is present and these ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn member_facts(
        &self,
        group: Option<&GroupId>,
        named: &HashSet<&str>,
        everybody: bool,
    ) -> Result<MemberFacts, StoreError> {
        let group = group.filter(|_| everybody || !named.is_empty());
        let states = group.map(|group| self.member_states(group, named, everybody));
        let known = (!named.is_empty()).then(|| self.known_members(named));
        let (states, mut known) = match (states, known) {
            (Some(states), Some(known)) => self.database.query_all([states, known]).await?.into(),
            (Some(states), None) => (self.database.query(states).await?, Vec::new()),
            (None, Some(known)) => (Vec::new(), self.database.query(known).await?),
            (None, None) => return Ok(MemberFacts::default()),
        };
        let by_id = |state: MemberState| (state.member.value.clone(), state);
        Ok(MemberFacts {
            states: states.into_iter().map(|row| read_state(row).map(by_id)).collect::<Result<_, _>>()?,
            known: known.iter_mut().map(|row| row.text(0)).collect::<Result<_, _>>()?,
        })
    }

    fn member_states(&self, group: &GroupId, named: &HashSet<&str>, everybody: bool) -> Statement {
        let present = if everybody { "present = 1 or " } else { "" };
        let sql = format!(
            "select member_id, kind, display, present, changed_at, writer, cycles from members \
             where group_id = $1 and ({present}member_id in {})",
            self.database.dialect().array_elements(2)
        );
        Statement::built(sql, vec![group.as_str().into(), id_list(named).into()])
    }

    /// Which of these ids belong to a person or group that we know.
    fn known_members(&self, ids: &HashSet<&str>) -> Statement {
        let list = id_list(ids);
        let dialect = self.database.dialect();
        let sql = format!(
            "select id from persons where id in {} union all select id from groups where id in {}",
            dialect.array_elements(1),
            dialect.array_elements(2)
        );
        Statement::built(sql, vec![list.as_str().into(), list.into()])
    }

    /// Present members in the order of their ids, at most `limit`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn members(&self, group: &GroupId, limit: u32) -> Result<Vec<Member>, StoreError> {
        // Without the `+ 0` a planner that has gathered no statistics may walk the index of everybody's memberships.
        let statement = Statement::new(
            "select member_id, kind, display from members where group_id = $1 and present + 0 = 1 \
             order by member_id limit $2",
            [group.as_str().into(), i64::from(limit).into()],
        );
        let rows = self.database.query(statement).await?;
        rows.into_iter().map(read_member).collect()
    }
}

fn id_list(ids: &HashSet<&str>) -> String {
    // PostgreSQL's JSON refuses NUL, and no stored id has one.
    let ids: Vec<_> = ids.iter().filter(|id| !id.contains('\0')).map(|&id| id.to_owned()).collect();
    texts(&ids)
}

pub(super) fn read_group(mut row: Row) -> Result<Group, StoreError> {
    Ok(Group {
        id: GroupId::new(row.text(0)?),
        source: SourceName::new(row.text(1)?),
        version: row.int(2)?,
        created: time(row.int(3)?)?,
        modified: time(row.int(4)?)?,
        ended: opt_time(row.opt_int(5)?)?,
        attributes: object(&row.text(6)?, "group")?,
    })
}

pub(super) fn read_member(mut row: Row) -> Result<Member, StoreError> {
    Ok(Member { value: row.text(0)?, kind: row.opt_text(1)?, display: row.opt_text(2)? })
}

fn read_state(mut row: Row) -> Result<MemberState, StoreError> {
    let (present, changed, cycles) = (row.flag(3)?, time(row.int(4)?)?, row.int(6)?);
    let writer = row.text(5)?;
    Ok(MemberState { member: read_member(row)?, present, changed, writer, cycles })
}
