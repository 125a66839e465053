//! Rows of other tables that records refer to: departments, locations, companies, roles. Looked up by a column's value,
//! never by a display name that two rows have, and remembered for a while.

use super::trouble::Trouble;
use crate::Engine;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tenure_connect::servicenow::{CallError, Compare, Lane, Outcome, ServiceNow};
use tenure_identity::id::SysId;
use tenure_scim::text::fold;
use tokio::time::Instant;
use uuid::Uuid;

/// For how long a row is remembered.
const FOUND: Duration = Duration::from_secs(3_600);
/// For how long it is remembered that there is none, or that there are several.
const NOT_FOUND: Duration = Duration::from_secs(60);
/// The most that is remembered; beyond it, all is forgotten and learned again.
const MOST: usize = 50_000;
/// For how long one node alone may make a row, unless it says that it is still at it. After a crash, so long nobody does.
const MAKING: Duration = Duration::from_secs(12);
/// How long nobody makes a row after an answer was lost.
pub(super) const IN_DOUBT: Duration = Duration::from_secs(3);

/// How many values may be looked up or made at a time, if no two share a place.
const PLACES: usize = 32;

/// What a value stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// This row.
    Row(SysId),
    /// No row.
    Nothing,
    /// So many rows.
    Several(usize),
}

/// A value by which a row is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Name {
    pub(super) table: String,
    pub(super) column: String,
    pub(super) value: String,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Rows {
    known: Mutex<HashMap<Name, (Named, Instant)>>,
    /// Values that are being looked up or made: whoever needs the same one waits, and a few others who share its place.
    at_work: [tokio::sync::Mutex<()>; PLACES],
}

impl Name {
    pub(super) fn new(table: &str, column: &str, value: &str) -> Self {
        Self { table: table.to_owned(), column: column.to_owned(), value: value.trim().to_owned() }
    }
}

impl Rows {
    fn recall(&self, name: &Name) -> Option<Named> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).filter(|(_, until)| Instant::now() < *until).map(|(named, _)| named.clone())
    }

    /// Waits until nobody looks up or makes the same value.
    async fn turn(&self, name: &Name) -> tokio::sync::MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        (&name.table, &name.column, fold(&name.value)).hash(&mut hasher);
        let place = hasher.finish() % PLACES as u64;
        self.at_work[usize::try_from(place).unwrap_or(0)].lock().await
    }

    fn remember(&self, name: &Name, named: &Named) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        let valid = if matches!(named, Named::Row(_)) { FOUND } else { NOT_FOUND };
        known.insert(name.clone(), (named.clone(), Instant::now() + valid));
    }

    /// Forgets a row that turned out not to be there.
    pub(super) fn forget_all(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Engine {
    /// The row that the value stands for.
    pub(super) async fn named(
        &self,
        rows: &Rows,
        client: &ServiceNow,
        lane: Lane,
        name: &Name,
    ) -> Result<Named, Trouble> {
        if let Some(named) = rows.recall(name) {
            return Ok(named);
        }
        let _turn = rows.turn(name).await;
        self.looked_up(rows, client, lane, name).await
    }

    async fn looked_up(
        &self,
        rows: &Rows,
        client: &ServiceNow,
        lane: Lane,
        name: &Name,
    ) -> Result<Named, Trouble> {
        if let Some(named) = rows.recall(name) {
            return Ok(named);
        }
        let Name { table, column, value } = name;
        let found = match client.find(lane, table, column, value, Compare::Folded, &["sys_id", column]).await
        {
            Ok(found) => found,
            // A value that cannot be asked for names nothing that we could be sure of.
            Err(CallError::CannotAsk { .. }) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let named = match found.as_slice() {
            [] => Named::Nothing,
            [one] => Named::Row(one.sys_id.clone()),
            several => Named::Several(several.len()),
        };
        rows.remember(name, &named);
        Ok(named)
    }

    /// The row that the value stands for, made if there is none. Only one node makes one at a time, and looks again first.
    pub(super) async fn named_or_made(
        &self,
        rows: &Rows,
        client: &ServiceNow,
        lane: Lane,
        name: &Name,
    ) -> Result<Named, Trouble> {
        match self.named(rows, client, lane, name).await? {
            Named::Nothing => {}
            named => return Ok(named),
        }
        let _turn = rows.turn(name).await;
        self.alone(name, async {
            rows.known.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
            match self.looked_up(rows, client, lane, name).await {
                Ok(Named::Nothing) => self.made(rows, client, lane, name).await,
                other => other,
            }
        })
        .await
    }

    /// Looks for a row and makes it if there is none, while no other node does. What was sent and not answered may still
    /// arrive: nobody else looks before that is over, also if this node dies meanwhile.
    pub(super) async fn alone<T>(
        &self,
        name: &Name,
        make: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let lease = format!("make:{}:{}:{}", name.table, name.column, fold(&name.value));
        let holder = Uuid::now_v7().to_string();
        let now = self.clock.now();
        if !self.store.take_lease(&lease, &holder, now, now + MAKING).await? {
            return Err(Trouble::Occupied);
        }
        let mut make = pin!(make);
        let made = loop {
            tokio::select! {
                made = &mut make => break made,
                () = tokio::time::sleep(MAKING / 3) => self.go_on_alone(&lease, &holder).await,
            }
        };
        match &made {
            Err(Trouble::Call(error)) if error.outcome() == Outcome::Unknown => {
                let now = self.clock.now();
                self.store.take_lease(&lease, &holder, now, now + IN_DOUBT).await?;
            }
            _ => self.store.release_lease(&lease, &holder).await?,
        }
        made
    }

    /// Says that we are still at it.
    async fn go_on_alone(&self, lease: &str, holder: &str) {
        let now = self.clock.now();
        if let Err(error) = self.store.take_lease(lease, holder, now, now + MAKING).await {
            tracing::warn!(%error, lease, "it could not be said that a row is still being made");
        }
    }

    async fn made(
        &self,
        rows: &Rows,
        client: &ServiceNow,
        lane: Lane,
        name: &Name,
    ) -> Result<Named, Trouble> {
        let fields = BTreeMap::from([(name.column.clone(), name.value.clone())]);
        let row = client.insert(lane, &name.table, &fields, &["sys_id"]).await?;
        tracing::info!(table = name.table, sys_id = %row.sys_id, "made a row that a record refers to");
        let named = Named::Row(row.sys_id);
        rows.remember(name, &named);
        Ok(named)
    }
}
