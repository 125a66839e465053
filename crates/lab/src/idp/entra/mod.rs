//! Microsoft Entra's provisioning service as a SCIM 2.0 client, in its two dialects.
//!
//! It matches by the attributes that the administrator chose, one after another, keeps the link for good (a leaver is
//! only disabled), and sends with PATCH what changed since the last time. References (managers, members) are checked
//! with a look-up before they are sent, and sent once the other end has arrived.

mod body;
mod groups;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::wire::{Wire, id_of};
use super::{DriveError, Outcome, Pace, Refusal, ScimId, patch};
use crate::company::{Account, ExternalId, GroupId};
use crate::http::{Client, HttpError, percent_encode};

/// Whether the flag `aadOptscim062020` is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Without it: `Add`, `Replace`, `Remove`, booleans as words, bare-string manager.
    Old,
    /// With it: lower case, real booleans, dotted keys without a path, filtered removals.
    New,
}

/// An attribute by which Entra looks whether the server has the user already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// `externalId`, here the object id.
    ExternalId,
    /// `userName`.
    UserName,
    /// `emails[type eq "work"].value`.
    WorkEmail,
}

/// One worker of an Entra enterprise application.
pub struct Entra {
    dialect: Dialect,
    matching: Vec<Match>,
    wire: Wire,
    memory: Arc<Mutex<Memory>>,
}

/// What the service remembers.
#[derive(Debug, Default)]
struct Memory {
    users: BTreeMap<ExternalId, UserLink>,
    groups: BTreeMap<GroupId, ScimId>,
    /// Whose manager had not arrived when they were sent.
    waiting: BTreeMap<ExternalId, ExternalId>,
}

#[derive(Debug, Clone)]
struct UserLink {
    id: ScimId,
    sent: Account,
    manager: Option<ExternalId>,
}

impl Entra {
    /// An application that knows nothing yet and matches by `externalId`, then by `userName`.
    pub fn new(
        base_url: &str,
        token: &str,
        dialect: Dialect,
        pace: Arc<dyn Pace>,
    ) -> Result<Self, HttpError> {
        let wire = Wire::new(Client::new(base_url, token)?, pace);
        Ok(Self { dialect, matching: vec![Match::ExternalId, Match::UserName], wire, memory: Arc::default() })
    }

    /// The same application with other matching attributes, in order of precedence.
    #[must_use]
    pub fn matching(mut self, matching: &[Match]) -> Self {
        self.matching = matching.to_vec();
        self
    }

    /// Another worker of the same application: its own connection and counts, the same memory.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            dialect: self.dialect,
            matching: self.matching.clone(),
            wire: self.wire.fork(),
            memory: Arc::clone(&self.memory),
        }
    }

    /// How many requests this worker has sent.
    pub fn requests(&self) -> u64 {
        self.wire.requests()
    }

    /// The refusals since the last call.
    pub fn take_refusals(&mut self) -> Vec<Refusal> {
        self.wire.take_refusals()
    }

    /// The SCIM id that the service holds for this user.
    pub fn linked(&self, user: &ExternalId) -> Option<ScimId> {
        self.memory().users.get(user).map(|link| link.id.clone())
    }

    /// What "Test Connection" asks: somebody who cannot exist.
    pub async fn test_connection(&mut self) -> Result<(), DriveError> {
        let nobody = query("/Users", "userName eq \"2e6ee3b4-0000-4000-8000-000000000000\"", "");
        self.wire.get(&nobody).await?;
        Ok(())
    }

    /// Provisions the user: updates whom the matching attributes find, or else creates.
    pub async fn provision(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        let outcome = match self.look_up(account).await? {
            Some(found) => self.link(&found, account).await?,
            None => Outcome::Created(self.wire.create("/Users", body::create(account)).await?),
        };
        if let Outcome::Linked(id) | Outcome::Created(id) = &outcome {
            self.remember(account, id);
            self.send_manager(account).await?;
        }
        Ok(outcome)
    }

    /// Sends what changed since the last time; a user who was never linked is provisioned instead.
    pub async fn update(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        self.send_changes(account, vec![]).await
    }

    /// Disables: the account left the scope or was soft-deleted.
    pub async fn disable(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        let Some(id) = self.linked(&account.external_id) else { return Ok(Outcome::Nothing) };
        self.wire.patch(&user(&id), patch(vec![body::active(self.dialect, false)])).await?;
        Ok(Outcome::Deactivated(id))
    }

    /// Restores a disabled account, with whatever else changed; one that is not linked is provisioned.
    pub async fn restore(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        self.send_changes(account, vec![body::active(self.dialect, true)]).await
    }

    /// Deletes for good, and forgets.
    pub async fn hard_delete(&mut self, account: &Account) -> Result<Outcome, DriveError> {
        let Some(id) = self.linked(&account.external_id) else { return Ok(Outcome::Nothing) };
        match self.wire.delete(&user(&id)).await {
            // Gone already, as after an answer that was lost.
            Err(DriveError::Refused(refusal)) if refusal.status == 404 => {}
            other => drop(other?),
        }
        self.memory().users.remove(&account.external_id);
        Ok(Outcome::Deleted(id))
    }

    /// Sends the managers who have arrived since their people were sent; gives back how many.
    pub async fn settle_managers(&mut self) -> Result<usize, DriveError> {
        let waiting: Vec<Account> = {
            let memory = self.memory();
            let arrived = memory.waiting.iter().filter(|(_, manager)| memory.users.contains_key(*manager));
            arrived.filter_map(|(user, _)| Some(memory.users.get(user)?.sent.clone())).collect()
        };
        for account in &waiting {
            self.send_manager(account).await?;
        }
        Ok(waiting.len())
    }

    async fn look_up(&mut self, account: &Account) -> Result<Option<Value>, DriveError> {
        for attribute in self.matching.clone() {
            if let Some(found) = self.wire.find(&query("/Users", &attribute.filter(account), "")).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Nothing is known of what the server has, so everything is sent.
    async fn link(&mut self, found: &Value, account: &Account) -> Result<Outcome, DriveError> {
        let id = id_of(found).unwrap_or_else(|| ScimId(String::new()));
        let mut operations = body::changes(self.dialect, None, account);
        if !body::is_active(found) {
            operations.push(body::active(self.dialect, true));
        }
        self.wire.patch(&user(&id), patch(operations)).await?;
        Ok(Outcome::Linked(id))
    }

    async fn send_changes(&mut self, account: &Account, mut also: Vec<Value>) -> Result<Outcome, DriveError> {
        let link = self.memory().users.get(&account.external_id).cloned();
        let Some(UserLink { id, sent, .. }) = link else { return self.provision(account).await };
        also.extend(body::changes(self.dialect, Some(&sent), account));
        if !also.is_empty() {
            self.wire.patch(&user(&id), patch(also)).await?;
            self.remember(account, &id);
        }
        self.send_manager(account).await?;
        Ok(Outcome::Updated(id))
    }

    /// Sends the manager if they have arrived and are not the one who was sent last; otherwise it waits.
    async fn send_manager(&mut self, account: &Account) -> Result<(), DriveError> {
        let Some(manager) = account.manager_id.clone() else { return Ok(()) };
        let (Some(user_id), Some(manager_id)) = (self.linked(&account.external_id), self.linked(&manager))
        else {
            self.memory().waiting.insert(account.external_id.clone(), manager);
            return Ok(());
        };
        if self
            .memory()
            .users
            .get(&account.external_id)
            .is_some_and(|link| link.manager.as_ref() == Some(&manager))
        {
            return Ok(());
        }
        let check = format!("id eq \"{user_id}\" and manager eq \"{manager_id}\"");
        if self.wire.find(&query("/Users", &check, "&attributes=id")).await?.is_none() {
            self.wire.patch(&user(&user_id), patch(vec![body::manager(self.dialect, &manager_id)])).await?;
        }
        let mut memory = self.memory();
        memory.waiting.remove(&account.external_id);
        if let Some(link) = memory.users.get_mut(&account.external_id) {
            link.manager = Some(manager);
        }
        Ok(())
    }

    fn remember(&self, account: &Account, id: &ScimId) {
        let mut memory = self.memory();
        let manager = memory.users.get(&account.external_id).and_then(|link| link.manager.clone());
        let link = UserLink { id: id.clone(), sent: account.clone(), manager };
        memory.users.insert(account.external_id.clone(), link);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Match {
    fn filter(self, account: &Account) -> String {
        let (attribute, value) = match self {
            Self::ExternalId => ("externalId", &account.external_id.0),
            Self::UserName => ("userName", &account.human.login),
            Self::WorkEmail => ("emails[type eq \"work\"].value", &account.human.email),
        };
        format!("{attribute} eq {}", json!(value))
    }
}

fn user(id: &ScimId) -> String {
    format!("/Users/{}", percent_encode(&id.0))
}

fn query(endpoint: &str, filter: &str, rest: &str) -> String {
    format!("{endpoint}?filter={}{rest}", percent_encode(filter))
}
