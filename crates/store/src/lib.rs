//! Claims, people, groups, events and cases, kept: one contract over SQLite and PostgreSQL.
//!
//! Facts are read with versions; a [`tenure_identity::change::Change`] is committed as data, in one transaction that is
//! refused if the versions moved. Only this crate knows SQL. What the two engines do differently is in `driver`, and
//! one test suite runs on both.

pub mod deliveries;
mod departures;
mod driver;
mod encode;
pub mod error;
pub mod floor;
mod ground;
pub mod handovers;
mod keys;
mod migrate;
pub mod onboard;
pub mod policies;
pub mod query;
pub mod read;
pub mod tokens;
mod write;

use driver::{Database, Postgres, Sqlite, Statement, Transaction};
use error::{CommitError, StoreError};
use std::fmt;
use std::path::Path;
use tenure_identity::change::Change;
use tenure_identity::id::GroupId;

/// An open store.
#[derive(Debug)]
pub struct Store {
    database: Database,
    positions: query::positions::Positions,
    delivers: bool,
}

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Connections that read.
    pub readers: usize,
    /// PostgreSQL password, where the address does not hold it.
    pub password: Option<String>,
    /// Whether there is a target, so that changes are marked for delivery.
    pub delivers: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, password: None, delivers: false }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("readers", &self.readers)
            .field("delivers", &self.delivers)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://USER@HOST/DATABASE` and brings it up to date.
    ///
    /// # Errors
    /// If the address is not understood, the database cannot be reached, or it was written by a newer version.
    pub async fn open(address: &str, options: Options) -> Result<Self, StoreError> {
        let database = database(address, &options).await?;
        let positions = query::positions::Positions::default();
        Ok(Self { database, positions, delivers: options.delivers })
    }

    /// Writes all of the change or nothing, and returns when it is durable.
    ///
    /// # Errors
    /// [`CommitError::Moved`] and [`CommitError::Constraint`] mean that the request has to be decided again.
    pub async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        self.database.commit(write::transaction(self.database.dialect(), self.delivers, change)).await
    }

    /// Makes everybody due who waits for somebody, to be looked at once more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_waiting(&self) -> Result<(), CommitError> {
        let statements = vec![Statement::new(write::MARK_WAITING, [])];
        self.database.commit(Transaction { statements, ..Transaction::default() }).await
    }

    /// Makes everybody due who is or was in the group.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_members(&self, group: &GroupId) -> Result<(), CommitError> {
        let statements = vec![Statement::new(write::MARK_MEMBERS, [group.as_str().into()])];
        self.database.commit(Transaction { statements, ..Transaction::default() }).await
    }

    /// Whether no other node can be at work on the same database.
    pub fn is_of_one_node(&self) -> bool {
        self.database.dialect() == driver::Dialect::Sqlite
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database.query(Statement::new("select version from migrations limit 1", [])).await.map(drop)
    }

    /// Waits until everything that was accepted is durable, then closes.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// The database of this address, brought up to date.
async fn database(address: &str, options: &Options) -> Result<Database, StoreError> {
    match address.split_once(':') {
        Some(("sqlite", path)) => {
            let path = Path::new(path.strip_prefix("//").unwrap_or(path));
            Ok(Database::Sqlite(Sqlite::open(path, options.readers, migrate::sqlite)?))
        }
        Some(("postgres" | "postgresql", _)) => {
            Ok(Database::Postgres(Postgres::open(address, options, migrate::postgres).await?))
        }
        _ => Err(StoreError::Address(driver::without_password(address))),
    }
}
