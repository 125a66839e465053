//! Single resources as a source sees them, and the groups that somebody is in.

use crate::Store;
use crate::driver::Statement;
use crate::encode::texts;
use crate::error::StoreError;
use crate::query::{Stored, stored};
use std::collections::HashMap;
use tenure_identity::id::{PersonId, SourceName};

/// A group that somebody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOf {
    /// Its id.
    pub id: String,
    /// Its name.
    pub display_name: String,
}

const CLAIM: &str = "select seq, person_id, version, created_at, modified_at, doc from claims \
     where person_id = $1 and source = $2 and live = 1";

const GROUPS_OF: &str = "select g.id, g.display_name from members as m join groups as g on g.id = m.group_id \
     where m.member_id = $1 and m.present = 1 and g.live = 1 order by g.seq limit 1000";

impl Store {
    /// The live claim of a source about a person, and the groups that the person is in.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn user(
        &self,
        source: &SourceName,
        person: &PersonId,
    ) -> Result<Option<(Stored, Vec<GroupOf>)>, StoreError> {
        let statements = [
            Statement::new(CLAIM, [person.as_str().into(), source.as_str().into()]),
            Statement::new(GROUPS_OF, [person.as_str().into()]),
        ];
        let [claims, groups] = self.database.query_all(statements).await?;
        let Some(claim) = claims.into_iter().next() else { return Ok(None) };
        Ok(Some((stored(claim)?, groups.into_iter().map(group_of).collect::<Result<_, _>>()?)))
    }

    /// The live groups that a person is in.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn groups_of(&self, person: &PersonId) -> Result<Vec<GroupOf>, StoreError> {
        let rows = self.database.query(Statement::new(GROUPS_OF, [person.as_str().into()])).await?;
        rows.into_iter().map(group_of).collect()
    }
}

impl Store {
    /// The live groups that each of these people is in, by person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn groups_of_many(
        &self,
        people: &[String],
    ) -> Result<HashMap<String, Vec<GroupOf>>, StoreError> {
        let sql = format!(
            "select m.member_id, g.id, g.display_name from members as m join groups as g on g.id = m.group_id \
             where m.member_id in {} and m.present = 1 and g.live = 1 order by g.seq",
            self.database.dialect().array_elements(1)
        );
        let mut groups: HashMap<String, Vec<GroupOf>> = HashMap::new();
        for mut row in self.database.query(Statement::built(sql, vec![texts(people).into()])).await? {
            let group = GroupOf { id: row.text(1)?, display_name: row.text(2)? };
            groups.entry(row.text(0)?).or_default().push(group);
        }
        Ok(groups)
    }
}

fn group_of(mut row: crate::driver::Row) -> Result<GroupOf, StoreError> {
    Ok(GroupOf { id: row.text(0)?, display_name: row.text(1)? })
}
