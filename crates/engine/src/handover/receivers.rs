//! Whom the policy's receivers stand for, looked up in the target: the managers above a leaver, people by their logins,
//! groups by their names. Who has left as far as we know is not active, whatever the target says yet; and where the target
//! hides inactive people from our account, our own record says who is above them.

use crate::Engine;
use crate::deliver::trouble::Trouble;
use crate::deliver::{GROUPS, USERS};
use std::collections::{BTreeSet, HashMap};
use tenure_connect::servicenow::{CallError, Compare, Lane, Row, ServiceNow};
use tenure_identity::event::Subject;
use tenure_identity::handover::{Candidate, Candidates, Leaver, Lookup};
use tenure_identity::id::SysId;
use tenure_identity::person::Person;
use tenure_identity::policy::Receiver;
use tenure_identity::reconcile::ACTIVE;
use tenure_identity::record::FieldValue;
use tenure_store::error::StoreError;

/// How many managers above each other are looked at.
const HIGHEST: usize = 6;
/// The column that names somebody's manager.
const MANAGER: &str = "manager";

const OF_A_PERSON: [&str; 4] = ["sys_id", "user_name", "active", MANAGER];
const OF_A_GROUP: [&str; 3] = ["sys_id", "name", "active"];

/// Who leaves, as the target shows them, or as we know them.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) leaver: Leaver,
    pub(super) active: bool,
    /// Whether the target hides them from our account.
    pub(super) hidden: bool,
    manager: Option<SysId>,
}

impl Engine {
    /// The leaver's record, if the target shows it, or hides it after having said that they are inactive.
    pub(super) async fn shown(&self, client: &ServiceNow, record: &SysId) -> Result<Option<Shown>, Trouble> {
        let Some(row) = client.get(Lane::Normal, USERS, record, &OF_A_PERSON).await? else {
            return Ok(self.hidden_leaver(record).await?);
        };
        Ok(Some(Shown {
            leaver: Leaver { record: record.clone(), name: name(&row, "user_name") },
            active: row.get("active") == "true",
            hidden: false,
            manager: manager(&row),
        }))
    }

    async fn hidden_leaver(&self, record: &SysId) -> Result<Option<Shown>, StoreError> {
        let Some(person) = self.holder(record).await? else { return Ok(None) };
        let delivery = self.store.delivery(person.id.as_str()).await?;
        let known = delivery.and_then(|it| it.known);
        if known.is_none_or(|known| known.value(&ACTIVE.into()) != "false") {
            return Ok(None);
        }
        let manager = self.manager_by_us(&person).await?;
        let leaver = Leaver { record: record.clone(), name: person.display() };
        Ok(Some(Shown { leaver, active: false, hidden: true, manager }))
    }

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
            let (candidate, theirs) = match client.get(Lane::Normal, USERS, &id, &OF_A_PERSON).await? {
                Some(row) => (self.candidate(&row, "user_name").await?, manager(&row)),
                None => self.hidden_manager(id).await?,
            };
            if !candidate.active {
                next = theirs;
            }
            above.push(candidate);
        }
        Ok(above)
    }

    /// Somebody whom the target does not show us has left, or is gone. Who is above them we may know.
    async fn hidden_manager(&self, id: SysId) -> Result<(Candidate, Option<SysId>), StoreError> {
        let holder = self.holder(&id).await?;
        let theirs = match &holder {
            Some(person) => self.manager_by_us(person).await?,
            None => None,
        };
        let name = holder.map_or_else(|| format!("{id}, whom our account is not shown"), |it| it.display());
        Ok((Candidate { record: id, name, active: false }, theirs))
    }

    /// The record of the manager whom our own record names.
    async fn manager_by_us(&self, person: &Person) -> Result<Option<SysId>, StoreError> {
        let field = person.record.fields.get(MANAGER);
        let Some(FieldValue::Person(manager)) = field.map(|field| &field.value) else { return Ok(None) };
        let mut records = self.store.records_of(&[manager.id.to_string()]).await?;
        Ok(records.remove(manager.id.as_str()))
    }

    async fn lookup(&self, found: &[Row], column: &str) -> Result<Lookup, Trouble> {
        Ok(match found {
            [] => Lookup::Nobody,
            [one] => Lookup::One(self.candidate(one, column).await?),
            several => Lookup::Several(several.len()),
        })
    }

    async fn candidate(&self, row: &Row, column: &str) -> Result<Candidate, Trouble> {
        let has_left = self.holder(&row.sys_id).await?.is_some_and(|it| !it.active);
        let active = row.get("active") == "true" && !has_left;
        Ok(Candidate { record: row.sys_id.clone(), name: name(row, column), active })
    }

    /// Whose record it is, if it is one of our people's.
    async fn holder(&self, record: &SysId) -> Result<Option<Person>, StoreError> {
        Ok(self.holders(std::slice::from_ref(record)).await?.remove(record))
    }

    /// Whose these records are, of our people.
    pub(super) async fn holders(&self, records: &[SysId]) -> Result<HashMap<SysId, Person>, StoreError> {
        let ids: Vec<_> = records.iter().map(ToString::to_string).collect();
        let mut people = HashMap::new();
        for (record, holder) in self.store.holders_of(&ids).await? {
            if let Subject::Person(id) = holder
                && let Some(person) = self.store.person(&id).await?
            {
                people.insert(record, person);
            }
        }
        Ok(people)
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
    Some(row.get(MANAGER)).filter(|manager| !manager.is_empty()).map(SysId::new)
}

fn name(row: &Row, column: &str) -> String {
    match row.get(column) {
        "" => row.sys_id.to_string(),
        name => name.to_owned(),
    }
}
