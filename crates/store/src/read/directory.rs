//! The whole directory, whoever claims it: people, claims, groups and members in pages, each from the place where the
//! last one ended.

use super::people::{CLAIM, PERSON, read_claim, read_person};
use super::{groups, people};
use crate::Store;
use crate::driver::{Statement, Value};
use crate::error::StoreError;
use tenure_identity::claim::Claim;
use tenure_identity::group::Group;
use tenure_identity::id::{GroupId, PersonId, SourceName};
use tenure_identity::person::Person;
use tenure_scim::patch::Member;

/// Something with its place in the order of age.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// The place.
    pub seq: i64,
    /// The thing.
    pub value: T,
}

/// A claim with whom it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimOf {
    /// Whom.
    pub person: PersonId,
    /// What is said.
    pub claim: Claim,
}

impl Store {
    /// People without their claims in the order of their ids, after this one, at most `limit`.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn people_after(&self, after: &str, limit: u32) -> Result<Vec<Person>, StoreError> {
        let sql = format!("select {PERSON} from persons where id > $1 order by id limit $2");
        let params = vec![after.into(), i64::from(limit).into()];
        self.database.query(Statement::built(sql, params)).await?.into_iter().map(read_person).collect()
    }

    /// The live claims of a source in order of age, after this place, at most `limit`.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn claims_after(
        &self,
        source: &SourceName,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Placed<ClaimOf>>, StoreError> {
        let condition = "source = $1 and live = 1 and seq > $2 order by seq limit $3";
        self.claims_where(condition, vec![source.as_str().into(), after.into(), i64::from(limit).into()])
            .await
    }

    /// The claim of a source with this external id, live or ended.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn claim_named(
        &self,
        source: &SourceName,
        external_id: &str,
    ) -> Result<Option<Placed<ClaimOf>>, StoreError> {
        let condition = "source = $1 and external_id = $2";
        Ok(self.claims_where(condition, vec![source.as_str().into(), external_id.into()]).await?.pop())
    }

    async fn claims_where(
        &self,
        condition: &str,
        params: Vec<Value>,
    ) -> Result<Vec<Placed<ClaimOf>>, StoreError> {
        let sql = format!("select {CLAIM}, seq from claims where {condition}");
        let read = |mut row: crate::driver::Row| {
            let (seq, person) = (row.int(people::CLAIM_COLUMNS)?, PersonId::new(row.text(0)?));
            Ok(Placed { seq, value: ClaimOf { person, claim: read_claim(row)? } })
        };
        self.database.query(Statement::built(sql, params)).await?.into_iter().map(read).collect()
    }

    /// Groups in order of age, after this place, at most `limit`: of one source or of all, ended ones too if `ended`.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn groups_after(
        &self,
        source: Option<&SourceName>,
        ended: bool,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Placed<Group>>, StoreError> {
        let live = if ended { "" } else { "and live = 1" };
        let (of_source, mut params) = match source {
            Some(source) => ("source = $1 and seq > $2", vec![Value::from(source.as_str())]),
            None => ("seq > $1", Vec::new()),
        };
        params.extend([after.into(), i64::from(limit).into()]);
        let (columns, last) = (groups::COLUMNS, params.len());
        let sql =
            format!("select {columns}, seq from groups where {of_source} {live} order by seq limit ${last}");
        let read = |row: crate::driver::Row| {
            Ok(Placed { seq: row.int(groups::COLUMN_COUNT)?, value: groups::read_group(row)? })
        };
        self.database.query(Statement::built(sql, params)).await?.into_iter().map(read).collect()
    }

    /// Present members in the order of their ids, after this one, at most `limit`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn members_after(
        &self,
        group: &GroupId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let statement = Statement::new(
            "select member_id, kind, display from members where group_id = $1 and member_id > $2 and present = 1 \
             order by member_id limit $3",
            [group.as_str().into(), after.into(), i64::from(limit).into()],
        );
        self.database.query(statement).await?.into_iter().map(groups::read_member).collect()
    }
}
