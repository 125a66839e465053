//! Which record of the target is somebody's, and how it is: by the link, else by the stable key, else by the user name if
//! nothing speaks against it.

use super::USERS;
use super::person::Work;
use super::trouble::Trouble;
use super::user_name::USER_NAME;
use super::write::HIDDEN;
use std::collections::BTreeMap;
use tenure_connect::servicenow::{CallError, Compare, Row};
use tenure_identity::event::EventKind;
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::reconcile::adopt::Identity;
use tenure_identity::reconcile::{ACTIVE, Adoption, Columns, Found, LOCKED_OUT, adopt};

const EMPLOYEE_NUMBER: &str = "employee_number";
const SERVICE: [&str; 2] = ["web_service_access_only", "internal_integration_user"];

impl Work<'_> {
    /// Makes sure that the record is known as it is now, if there is one.
    pub(super) async fn look(&mut self) -> Result<(), Trouble> {
        match self.record.clone() {
            Some(record) if self.known.columns.is_empty() => self.read(&record).await,
            Some(_) => Ok(()),
            None => self.find(false).await,
        }
    }

    /// Reads the linked record. If it is gone, perhaps the instance was cloned over and all ids are other ones.
    async fn read(&mut self, record: &SysId) -> Result<(), Trouble> {
        let columns = self.columns();
        let row = self.client().get(self.lane, USERS, record, &names(&columns)).await?;
        match row {
            Some(row) if self.is_another_persons(&row) => Err(Trouble::Doubt(format!(
                "record {record} has the stable key of somebody else now; `tenure deliver link` says whose it is"
            ))),
            Some(row) => {
                if row.get(self.key().as_str()).is_empty() {
                    self.guard_against_a_twin(record).await?;
                }
                self.known.columns = shown(&row);
                Ok(())
            }
            None => self.find_again(record).await,
        }
    }

    /// A link to a record without a stable key is somebody's word. If another record carries the person's key, that word
    /// would have a stranger's record written over, and the person's own left as it is.
    async fn guard_against_a_twin(&self, record: &SysId) -> Result<(), Trouble> {
        for key in self.keys() {
            let rows = match self.find_by(&self.key(), &key, Compare::Exact).await {
                Ok(rows) => rows,
                // Where nobody can be asked for by key, nobody can have the key either; a leaver must not wait for that.
                Err(Trouble::Doubt(_)) => return Ok(()),
                Err(trouble) => return Err(trouble),
            };
            if let Some(other) = rows.iter().find(|row| row.sys_id != *record) {
                return Err(Trouble::Doubt(format!(
                    "record {record} is linked, and {} has the person's stable key; `tenure deliver link` says which one is \
                     theirs, or clear the key of the other in the target",
                    other.sys_id
                )));
            }
        }
        Ok(())
    }

    /// The linked record is not where it was.
    pub(super) async fn find_again(&mut self, former: &SysId) -> Result<(), Trouble> {
        self.record = None;
        self.known.forget();
        self.delivery.rows.forget_all();
        // Without a leaver's link the next try would know nothing of their record, and make one.
        if let Err(trouble) = self.find(true).await {
            self.record = Some(former.clone());
            return Err(trouble);
        }
        match self.record.clone() {
            Some(record) => self.note_found_again(former, &record).await,
            None if self.person.active => {
                let note = format!("{former} is not there any more; the record is made again");
                self.say(EventKind::TargetLinked, note);
                Ok(())
            }
            None => {
                self.record = Some(former.clone());
                Err(Trouble::Doubt(format!(
                    "record {former} is gone, or hidden from our account as inactive ones are from many; it is not made again"
                )))
            }
        }
    }

    async fn note_found_again(&mut self, former: &SysId, record: &SysId) -> Result<(), Trouble> {
        let note = format!("{former} is not there any more, and {record} has the person's stable key");
        self.say(EventKind::TargetLinked, note);
        let refers_to = super::desire::whom(&self.person);
        self.engine.note_moved(self.delivery, &refers_to).await.map_err(Trouble::Store)?;
        Err(Trouble::Moved)
    }

    /// Looks for a record that is the person's, by the stable key and, if one was refused to us, by the user name.
    pub(super) async fn find(&mut self, by_user_name: bool) -> Result<(), Trouble> {
        let mut rows = Vec::new();
        for key in self.keys() {
            rows.extend(self.find_by(&self.key(), &key, Compare::Exact).await?);
        }
        let user_name = self.person.record.text(USER_NAME).map(str::to_owned);
        if let Some(user_name) =
            user_name.filter(|_| rows.is_empty() && (by_user_name || self.keys().is_empty()))
        {
            rows.extend(self.find_by(&USER_NAME.into(), &user_name, Compare::Folded).await?);
        }
        match self.whose(&rows).await? {
            Adoption::Nobody => Ok(()),
            Adoption::Taken(record, why) => {
                let freed = self.free_user_name(&record).await?;
                Err(freed.unwrap_or(Trouble::Doubt(why)))
            }
            Adoption::Doubt(why) => Err(Trouble::Doubt(why)),
            Adoption::This(record, why) => {
                let row = rows.into_iter().find(|row| row.sys_id == record).expect("it is one of them");
                self.known.columns = shown(&row);
                self.record = Some(record.clone());
                if self.taken.record.is_none() {
                    self.say(EventKind::TargetLinked, format!("{record}: {why}"));
                }
                Ok(())
            }
        }
    }

    /// Why the target has a record like this one that was not found. Keys that differ in case are two to us, and one to its
    /// database; else the record is hidden.
    pub(super) async fn why_a_duplicate(&self) -> Result<String, Trouble> {
        let column = self.key();
        for key in self.keys() {
            let twins = self.find_by(&column, &key, Compare::Folded).await?;
            if let Some(twin) = twins.iter().find(|twin| twin.get(column.as_str()) != key) {
                return Ok(format!(
                    "record {} has the `{column}` `{}`, and theirs is `{key}`: the two differ in case only, and the target \
                     takes them for one; give one of them another key at its source, then `tenure deliver retry`",
                    twin.sys_id,
                    twin.get(column.as_str())
                ));
            }
        }
        Ok(HIDDEN.to_owned())
    }

    async fn find_by(&self, column: &FieldName, value: &str, compare: Compare) -> Result<Vec<Row>, Trouble> {
        let columns = self.columns();
        match self.client().find(self.lane, USERS, column.as_str(), value, compare, &names(&columns)).await {
            Ok(rows) => Ok(rows),
            // Without the column, or with a value that cannot be asked for, nobody can be told apart safely.
            Err(error @ CallError::CannotAsk { .. }) => Err(Trouble::Doubt(format!(
                "nobody can be looked up by `{column}`: {}",
                super::trouble::in_words(&error)
            ))),
            Err(error) => Err(error.into()),
        }
    }

    async fn whose(&self, rows: &[Row]) -> Result<Adoption, Trouble> {
        let ids: Vec<_> = rows.iter().map(|row| row.sys_id.to_string()).collect();
        let holders = self.engine.store().holders_of(&ids).await?;
        let (key, keys) = (self.key(), self.keys());
        // What a human has said counts after the stable key.
        let by_name = rows.iter().all(|row| !keys.iter().any(|it| it == row.get(key.as_str())));
        let disowned = if by_name && !rows.is_empty() { self.disowned().await? } else { Vec::new() };
        let found: Vec<_> = rows
            .iter()
            .map(|row| Found {
                id: row.sys_id.clone(),
                key: row.get(key.as_str()).to_owned(),
                user_name: row.get(USER_NAME).to_owned(),
                employee_number: row.get(EMPLOYEE_NUMBER).to_owned(),
                active: row.get(ACTIVE) != "false",
                service: SERVICE.iter().any(|column| row.get(column) == "true"),
                disowned: disowned.contains(&row.sys_id),
                taken: holders.get(&row.sys_id).is_some_and(|holder| *holder != self.taken.subject),
            })
            .collect();
        let who = Identity {
            key: keys.first().map(String::as_str),
            former_keys: keys.get(1..).unwrap_or_default(),
            user_name: self.person.record.text(USER_NAME),
            employee_number: self.person.record.text(EMPLOYEE_NUMBER),
        };
        Ok(adopt(who, &found))
    }

    /// Whether the record has a stable key that is none of the person's.
    pub(super) fn is_another_persons(&self, row: &Row) -> bool {
        let key = row.get(self.key().as_str()).to_owned();
        let ours = self.keys();
        let written = self.taken.known.as_ref().map(|known| known.value(&self.key()).to_owned());
        !key.is_empty() && !ours.is_empty() && !ours.contains(&key) && written.is_none_or(|it| it != key)
    }

    /// The person's stable key, and those that they had before.
    pub(super) fn keys(&self) -> Vec<String> {
        let key = self.key();
        let now = self.person.record.text(key.as_str()).map(str::to_owned);
        let former = self.person.record.fields.get(&key).and_then(|field| field.former.as_ref());
        let former = former.map(|former| former.value.clone());
        now.into_iter().chain(former).filter(|key| !key.is_empty()).collect()
    }

    /// The column of the stable key.
    pub(super) fn key(&self) -> FieldName {
        self.delivery.target.settings.key.clone()
    }

    /// Every column that is read of the record: what is written or may be, and what tells whose it is.
    pub(super) fn columns(&self) -> Vec<FieldName> {
        let ours = self.person.record.fields.keys().chain(&self.known.written).cloned();
        let identity =
            [self.key(), USER_NAME.into(), EMPLOYEE_NUMBER.into(), ACTIVE.into(), LOCKED_OUT.into()];
        let mut columns: Vec<_> =
            ours.chain(identity).chain(SERVICE.map(FieldName::from)).chain(["sys_id".into()]).collect();
        columns.sort();
        columns.dedup();
        columns
    }
}

/// The names as the client takes them.
pub(super) fn names(columns: &[FieldName]) -> Vec<&str> {
    columns.iter().map(FieldName::as_str).collect()
}

/// What a row shows.
pub(super) fn shown(row: &Row) -> Columns {
    let shown = row.fields.iter().filter(|(column, _)| *column != "sys_id");
    shown.map(|(column, value)| (column.as_str().into(), value.clone())).collect::<BTreeMap<_, _>>()
}
