//! Okta as a SCIM 2.0 client, in its two dialects.
//!
//! An assignment begins with a look-up by user name and nothing else; the SCIM id it finds or creates is kept until the
//! assignment ends, and forgotten then. What Okta reads it changes and sends back whole, so that whatever a server
//! returns comes back, stale values included.

mod body;
mod groups;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::wire::{Wire, id_of};
use super::{DriveError, Outcome, Pace, Refusal, ScimId, patch};
use crate::company::{Account, ExternalId, GroupId, Member};
use crate::http::{Client, HttpError, percent_encode};

/// The `User-Agent` of the original.
pub const AGENT: &str = "Okta SCIM Client 1.0.0";

/// Which kind of Okta application pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// An application of the App Integration Wizard: PUT for everything, groups too.
    Aiw,
    /// An application from the catalog or its template: PUT for the profile, PATCH for `active` and for groups.
    Template,
}

/// One worker of an Okta application.
pub struct Okta {
    dialect: Dialect,
    wire: Wire,
    memory: Arc<Mutex<Memory>>,
}

/// What the application remembers.
#[derive(Debug, Default)]
struct Memory {
    users: BTreeMap<ExternalId, ScimId>,
    groups: BTreeMap<GroupId, GroupLink>,
}

#[derive(Debug, Clone)]
struct GroupLink {
    id: ScimId,
    name: String,
    members: BTreeSet<Member>,
}

impl Okta {
    /// An application that knows nothing yet.
    pub fn new(
        base_url: &str,
        token: &str,
        dialect: Dialect,
        pace: Arc<dyn Pace>,
    ) -> Result<Self, HttpError> {
        let client = Client::new(base_url, token)?.agent(AGENT);
        Ok(Self { dialect, wire: Wire::new(client, pace), memory: Arc::default() })
    }

    /// Another worker of the same application: its own connection and counts, the same memory.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { dialect: self.dialect, wire: self.wire.fork(), memory: Arc::clone(&self.memory) }
    }

    /// How many requests this worker has sent.
    pub fn requests(&self) -> u64 {
        self.wire.requests()
    }

    /// The refusals since the last call.
    pub fn take_refusals(&mut self) -> Vec<Refusal> {
        self.wire.take_refusals()
    }

    /// The SCIM id that the application holds for this user.
    pub fn linked(&self, user: &ExternalId) -> Option<ScimId> {
        self.memory().users.get(user).cloned()
    }

    /// What "Test Connector Configuration" asks.
    pub async fn test_connector(&mut self) -> Result<(), DriveError> {
        self.wire.get("/Users?startIndex=1&count=2").await?;
        self.wire.get("/Groups?startIndex=1&count=100").await?;
        Ok(())
    }

    /// Assigns the user: links whom the server has under this user name, active or not, or else creates.
    pub async fn assign(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        match self.look_up(account).await? {
            Some(id) => self.link(id, account).await,
            None => self.create(account).await,
        }
    }

    /// Assigns a user of whom the first POST arrived and its answer was lost: it is sent again, and where the server
    /// refuses the second one the task is retried from its beginning.
    pub async fn assign_after_time_out(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        if let Some(id) = self.look_up(account).await? {
            return self.link(id, account).await;
        }
        // The answer is lost.
        self.wire.create("/Users", body::create(account)).await.or_else(lost_unless_broken)?;
        match self.create(account).await {
            Err(DriveError::Refused(_)) => self.assign(account).await,
            outcome => outcome,
        }
    }

    /// Pushes the profile; a user who was never linked is assigned instead, as when an administrator retries the task.
    pub async fn update(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        let Some(id) = self.linked(&account.external_id) else { return self.assign(account).await };
        self.push_profile(&id, account).await?;
        Ok(Outcome::Updated(id))
    }

    /// Ends the assignment: the user is set inactive and the SCIM id forgotten. Okta never deletes a user.
    pub async fn unassign(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        let Some(id) = self.linked(&account.external_id) else { return Ok(Outcome::Nothing) };
        self.set_active(&id, false).await?;
        self.memory().users.remove(&account.external_id);
        Ok(Outcome::Deactivated(id))
    }

    /// Assigns again. Nothing is left of the first time, so this is [`Okta::assign`].
    pub async fn reassign(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        self.assign(account).await
    }

    /// Imports all users in pages of a hundred; gives back the resources.
    pub async fn import_users(&mut self) -> Result<Vec<Value>, DriveError> {
        self.import("/Users").await
    }

    /// Imports all groups in pages of a hundred; gives back the resources.
    pub async fn import_groups(&mut self) -> Result<Vec<Value>, DriveError> {
        self.import("/Groups").await
    }

    async fn import(&mut self, endpoint: &str) -> Result<Vec<Value>, DriveError> {
        let mut resources = vec![];
        loop {
            let start = resources.len() + 1;
            let mut page = self.wire.get(&format!("{endpoint}?startIndex={start}&count=100")).await?;
            let found = match page["Resources"].take() {
                Value::Array(found) => found,
                _ => vec![],
            };
            let total = page["totalResults"].as_u64().unwrap_or_default();
            let last = found.is_empty();
            resources.extend(found);
            if last || resources.len() as u64 >= total {
                return Ok(resources);
            }
        }
    }

    async fn look_up(&mut self, account: &Account) -> Result<Option<ScimId>, DriveError> {
        let found = self.wire.find(&look_up("/Users", "userName", &account.human.login)).await?;
        Ok(found.as_ref().and_then(id_of))
    }

    /// The link is kept only when the profile went through: a refused task starts from the look-up again.
    async fn link(&mut self, id: ScimId, account: &Account) -> Result<Outcome, DriveError> {
        let found = self.push_profile(&id, account).await?;
        if !body::is_active(&found) {
            self.set_active(&id, true).await?;
        }
        self.remember(account, &id);
        Ok(Outcome::Linked(id))
    }

    async fn create(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        let id = self.wire.create("/Users", body::create(account)).await?;
        self.remember(account, &id);
        Ok(Outcome::Created(id))
    }

    /// GET, change, PUT; gives back what the GET found.
    async fn push_profile(&mut self, id: &ScimId, account: &Account) -> Result<Value, DriveError> {
        let found = self.wire.get(&user(id)).await?;
        self.wire.put(&user(id), body::overlay(found.clone(), account)).await?;
        Ok(found)
    }

    async fn set_active(&mut self, id: &ScimId, active: bool) -> Result<(), DriveError> {
        match self.dialect {
            Dialect::Aiw => {
                let found = self.wire.get(&user(id)).await?;
                self.wire.put(&user(id), body::with_active(found, active)).await?;
            }
            Dialect::Template => {
                let operation = json!([{ "op": "replace", "value": { "active": active } }]);
                self.wire.patch(&user(id), patch(operation)).await?;
            }
        }
        Ok(())
    }

    fn remember(&self, account: &Account, id: &ScimId) {
        self.memory().users.insert(account.external_id.clone(), id.clone());
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lost answer hides a refusal, but not that there is no server.
fn lost_unless_broken(error: DriveError) -> Result<ScimId, DriveError> {
    match error {
        DriveError::Refused(_) | DriveError::Unusable { .. } => Ok(ScimId(String::new())),
        broken => Err(broken),
    }
}

fn user(id: &ScimId) -> String {
    format!("/Users/{}", percent_encode(&id.0))
}

/// The only form of filter that Okta sends.
fn look_up(endpoint: &str, attribute: &str, value: &str) -> String {
    let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
    let filter = percent_encode(&format!("{attribute} eq \"{quoted}\""));
    format!("{endpoint}?filter={filter}&startIndex=1&count=100")
}
