//! Whom the policy's receivers stand for, looked up in the target: the managers above a leaver, people by their logins,
//! groups by their names. Who has left as far as we know is not active, whatever the target says yet.

use crate::Engine;
use crate::deliver::trouble::Trouble;
use crate::deliver::{GROUPS, USERS};
use std::collections::BTreeSet;
use tenure_connect::servicenow::{CallError, Compare, Lane, Row, ServiceNow};
use tenure_identity::event::Subject;
use tenure_identity::handover::{Candidate, Candidates, Leaver, Lookup};
use tenure_identity::id::SysId;
use tenure_identity::policy::Receiver;

/// How many managers above each other are looked at.
const HIGHEST: usize = 6;

const OF_A_PERSON: [&str; 4] = ["sys_id", "user_name", "active", "manager"];
const OF_A_GROUP: [&str; 3] = ["sys_id", "name", "active"];

/// Who leaves, as the target shows them.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) leaver: Leaver,
    pub(super) active: bool,
    manager: Option<SysId>,
}

/// The leaver's record, if the target shows it.
pub(super) async fn shown(client: &ServiceNow, record: &SysId) -> Result<Option<Shown>, Trouble> {
    let row = client.get(Lane::Normal, USERS, record, &OF_A_PERSON).await?;
    Ok(row.map(|row| Shown {
        leaver: Leaver { record: record.clone(), name: name(&row, "user_name") },
        active: row.get("active") == "true",
        manager: manager(&row),
    }))
}

impl Engine {
    /// Whom the receivers stand for.
    pub(super) async fn receivers(
        &self,
        client: &ServiceNow,
        shown: &Shown,
        receivers: &[Receiver],
    ) -> Result<Candidates, Trouble> {
        let mut candidates = Candidates::default();
        for receiver in receivers {
            match receiver {
                Receiver::Manager => candidates.managers = self.managers(client, shown).await?,
                Receiver::Person(login) => {
                    let found = by_name(client, USERS, "user_name", login, &OF_A_PERSON).await?;
                    let person = self.lookup(&found, "user_name").await?;
                    candidates.people.insert(login.clone(), person);
                }
                Receiver::Group(name) => {
                    let found = by_name(client, GROUPS, "name", name, &OF_A_GROUP).await?;
                    let group = self.lookup(&found, "name").await?;
                    candidates.groups.insert(name.clone(), group);
                }
                Receiver::AssignmentGroup => {}
            }
        }
        Ok(candidates)
    }

    /// The managers above the leaver, up to the first who is active.
    async fn managers(&self, client: &ServiceNow, shown: &Shown) -> Result<Vec<Candidate>, Trouble> {
        let (mut above, mut next) = (Vec::new(), shown.manager.clone());
        let mut seen = BTreeSet::from([shown.leaver.record.clone()]);
        while let Some(id) = next.take() {
            // People may manage each other.
            if !seen.insert(id.clone()) || above.len() == HIGHEST {
                break;
            }
            let Some(row) = client.get(Lane::Normal, USERS, &id, &OF_A_PERSON).await? else { break };
            let candidate = self.candidate(&row, "user_name").await?;
            if !candidate.active {
                next = manager(&row);
            }
            above.push(candidate);
        }
        Ok(above)
    }

    async fn lookup(&self, found: &[Row], column: &str) -> Result<Lookup, Trouble> {
        Ok(match found {
            [] => Lookup::Nobody,
            [one] => Lookup::One(self.candidate(one, column).await?),
            several => Lookup::Several(several.len()),
        })
    }

    async fn candidate(&self, row: &Row, column: &str) -> Result<Candidate, Trouble> {
        let active = row.get("active") == "true" && !self.has_left(&row.sys_id).await?;
        Ok(Candidate { record: row.sys_id.clone(), name: name(row, column), active })
    }

    /// Whether it is the record of somebody who is leaving, too.
    async fn has_left(&self, record: &SysId) -> Result<bool, Trouble> {
        let holders = self.store.holders_of(&[record.to_string()]).await?;
        match holders.get(record) {
            Some(Subject::Person(id)) => Ok(self.store.person(id).await?.is_some_and(|it| !it.active)),
            _ => Ok(false),
        }
    }
}

async fn by_name(
    client: &ServiceNow,
    table: &str,
    column: &str,
    value: &str,
    columns: &[&str],
) -> Result<Vec<Row>, Trouble> {
    match client.find(Lane::Normal, table, column, value, Compare::Folded, columns).await {
        Ok(rows) => Ok(rows),
        // A name that cannot be asked for safely names nobody.
        Err(CallError::CannotAsk { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn manager(row: &Row) -> Option<SysId> {
    Some(row.get("manager")).filter(|manager| !manager.is_empty()).map(SysId::new)
}

fn name(row: &Row, column: &str) -> String {
    match row.get(column) {
        "" => row.sys_id.to_string(),
        name => name.to_owned(),
    }
}
