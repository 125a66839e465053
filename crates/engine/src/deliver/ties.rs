//! Groups and roles of a record: reading which there are, and which of the superfluous ones are ours to take away.

use super::person::Work;
use super::trouble::Trouble;
use super::{HELD_ROLES, MEMBERS};
use std::collections::BTreeMap;
use tenure_connect::servicenow::{CallError, Query, Row};
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;
use tenure_identity::reconcile::Belonging;

/// The most rows of one person that are read.
const MOST: usize = 5_000;

impl Work<'_> {
    /// Reads the groups and roles of the record, as far as anybody wants to know.
    pub(super) async fn read_ties(&mut self, record: &SysId) -> Result<(), Trouble> {
        if self.known.groups.is_none() {
            let query = Query::all().is("user", record.as_str()).limit(MOST);
            let rows = self.client().list(self.lane, MEMBERS, &query, &["sys_id", "user", "group"]).await;
            if let Some(rows) = self.unless_closed(rows, MEMBERS)? {
                self.known.groups = Some(rows.iter().map(|row| tie(row, "group")).collect());
            }
        }
        if self.known.roles.is_none() && !self.wanted.desired.roles.managed.is_empty() {
            let query = Query::all().is("user", record.as_str()).limit(MOST);
            let columns = ["sys_id", "user", "role", "inherited"];
            let rows = self.client().list(self.lane, HELD_ROLES, &query, &columns).await;
            let Some(rows) = self.unless_closed(rows, HELD_ROLES)? else { return Ok(()) };
            let (inherited, direct): (Vec<_>, Vec<_>) =
                rows.iter().partition(|row| matches!(row.get("inherited"), "true" | "1"));
            self.known.roles = Some(direct.into_iter().map(|row| tie(row, "role")).collect());
            self.explain_inherited(&inherited);
        }
        Ok(())
    }

    /// The rows, or nothing if our account may not read them: then nothing of theirs is changed.
    fn unless_closed(
        &mut self,
        rows: Result<Vec<Row>, CallError>,
        table: &'static str,
    ) -> Result<Option<Vec<Row>>, Trouble> {
        let (what, ours) = match table {
            MEMBERS => ("who is in which group cannot be read", &mut self.wanted.desired.groups),
            _ => ("who holds which role cannot be read", &mut self.wanted.desired.roles),
        };
        if rows.is_err() {
            *ours = Belonging::default();
            self.wanted.closed.insert(table);
        }
        self.wanted.unless_closed(rows.map_err(Trouble::from), what, self.now)
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

    /// Groups are ours to take somebody out of if they are groups of ours.
    pub(super) async fn find_managed_groups(&mut self) -> Result<(), Trouble> {
        let groups = &mut self.wanted.desired.groups;
        let there = self.known.groups.iter().flat_map(BTreeMap::keys);
        let surplus: Vec<_> =
            there.filter(|group| !groups.wanted.contains(*group)).map(SysId::to_string).collect();
        let holders = self.engine.store().holders_of(&surplus).await?;
        let ours = holders.into_iter().filter(|(_, holder)| matches!(holder, Subject::Group(_)));
        groups.managed = ours.map(|(group, _)| group).collect();
        Ok(())
    }
}

fn tie(row: &Row, column: &str) -> (SysId, SysId) {
    (SysId::new(row.get(column)), row.sys_id.clone())
}
