//! Where a test runs: a fresh database of each engine, and a connection beside the store that sees what is durable.

use rusqlite::OpenFlags;
use std::path::PathBuf;
use tempfile::TempDir;
use tenure_lab::postgres::{Cluster, Database};
use tenure_store::error::StoreError;
use tenure_store::{Options, Store};
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Each test once on SQLite and once on PostgreSQL.
macro_rules! on_both_engines {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() { crate::support::on_sqlite(super::$test); })+
        }
        mod postgres {
            $(#[test] fn $test() { crate::support::on_postgres(super::$test); })+
        }
    };
}
pub(crate) use on_both_engines;

/// A database of one test, gone with it.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(Database),
}

pub(crate) fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Place) -> F) {
    run(test(Place::Sqlite(tempfile::tempdir().unwrap())));
}

pub(crate) fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(Place) -> F) {
    let cluster =
        Cluster::shared().unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    run(test(Place::Postgres(cluster.fresh_database().unwrap())));
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

/// Rows as text, null as "null".
pub(crate) type Rows = Vec<Vec<String>>;

impl Place {
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Sqlite(_) => format!("sqlite:{}", self.file().display()),
            Self::Postgres(database) => database.address(),
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    pub(crate) fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("tenure.db"),
            Self::Postgres(_) => panic!("PostgreSQL has no file"),
        }
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_open().await.unwrap()
    }

    /// With a target, so that changes are marked for delivery.
    pub(crate) async fn open_with_target(&self) -> Store {
        let options = Options { delivers: true, ..Options::default() };
        Store::open(&self.address(), options).await.unwrap()
    }

    pub(crate) async fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(&self.address(), Options::default()).await
    }

    /// One statement on a connection of its own.
    pub(crate) async fn sql(&self, sql: &str) -> Rows {
        match self {
            Self::Sqlite(_) => sqlite_rows(&self.file(), sql),
            Self::Postgres(database) => postgres_rows(&database.address(), sql).await,
        }
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.sql(sql).await[0][0].parse().unwrap()
    }
}

fn sqlite_rows(file: &PathBuf, sql: &str) -> Rows {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = rusqlite::Connection::open_with_flags(file, flags).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let mut found = statement.query([]).unwrap();
    let mut rows = Rows::new();
    while let Some(row) = found.next().unwrap() {
        let cell = |column| match row.get_ref_unwrap(column) {
            rusqlite::types::ValueRef::Null => "null".to_owned(),
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => other.as_str().unwrap().to_owned(),
        };
        rows.push((0..columns).map(cell).collect());
    }
    rows
}

async fn postgres_rows(address: &str, sql: &str) -> Rows {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let messages = client.simple_query(sql).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|column| row.get(column).unwrap_or("null").to_owned()).collect())
        }
        _ => None,
    };
    messages.into_iter().filter_map(row).collect()
}
