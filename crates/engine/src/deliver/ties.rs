//! Groups and roles of a record: reading which there are, and which of the superfluous ones are ours to take away.

use super::person::Work;
use super::trouble::Trouble;
use super::{HELD_ROLES, MEMBERS};
use std::collections::BTreeMap;
use tenure_connect::servicenow::{Query, Row};
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;

/// The most rows of one person that are read.
const MOST: usize = 5_000;

impl Work<'_> {
    /// Reads the groups and roles of the record, as far as anybody wants to know.
    pub(super) async fn read_ties(&mut self, record: &SysId) -> Result<(), Trouble> {
        if self.known.groups.is_none() {
            let query = Query::all().is("user", record.as_str()).limit(MOST);
            let rows = self.client().list(self.lane, MEMBERS, &query, &["sys_id", "user", "group"]).await?;
            self.known.groups = Some(rows.iter().map(|row| tie(row, "group")).collect());
        }
        if self.known.roles.is_none() && !self.wanted.desired.roles.managed.is_empty() {
            let query = Query::all().is("user", record.as_str()).limit(MOST);
            let columns = ["sys_id", "user", "role", "inherited"];
            let rows = self.client().list(self.lane, HELD_ROLES, &query, &columns).await?;
            let (inherited, direct): (Vec<_>, Vec<_>) =
                rows.iter().partition(|row| matches!(row.get("inherited"), "true" | "1"));
            self.known.roles = Some(direct.into_iter().map(|row| tie(row, "role")).collect());
            self.explain_inherited(&inherited);
        }
        Ok(())
    }

    /// What comes with a group goes with the group; taking it away would be undone.
    fn explain_inherited(&mut self, inherited: &[&Row]) {
        let roles = &self.wanted.desired.roles;
        for row in inherited {
            let role = SysId::new(row.get("role"));
            if roles.managed.contains(&role) && !roles.wanted.contains(&role) {
                let name = self.wanted.names.get(&role).map_or(role.as_str(), String::as_str);
                self.notes.push(format!(
                    "no rule gives the role `{name}`, and a group or another role brings it; take them out of the group"
                ));
            }
        }
    }

    /// Groups are ours to take somebody out of if they are groups of ours. A group that they wait for is not superfluous:
    /// its id is in doubt, and may well be the one that they are in.
    pub(super) async fn find_managed_groups(&mut self) -> Result<(), Trouble> {
        let groups = &mut self.wanted.desired.groups;
        let there = self.known.groups.iter().flat_map(BTreeMap::keys);
        let surplus: Vec<_> =
            there.filter(|group| !groups.wanted.contains(*group)).map(SysId::to_string).collect();
        let holders = self.engine.store().holders_of(&surplus).await?;
        let waits_for = &self.wanted.waits_for;
        let ours = holders.into_iter().filter(|(_, holder)| match holder {
            Subject::Group(group) => !waits_for.iter().any(|awaited| awaited == group.as_str()),
            Subject::Person(_) => false,
        });
        groups.managed = ours.map(|(group, _)| group).collect();
        Ok(())
    }
}

fn tie(row: &Row, column: &str) -> (SysId, SysId) {
    (SysId::new(row.get(column)), row.sys_id.clone())
}
