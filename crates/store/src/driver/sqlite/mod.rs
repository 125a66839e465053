//! SQLite: one writer thread with group commit, readers inline on the caller's thread, and a checkpointer of its own.
//!
//! Reads go straight to a reader connection: a hop to another thread costs more than the read. Writes are handed to one
//! thread that puts what has gathered into one transaction, a savepoint each, and answers after the fsync.

mod checkpoint;
mod writer;

use super::{Row, Statement, Transaction, Value};
use crate::error::{CommitError, StoreError};
use checkpoint::Checkpointer;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use writer::Writer;

/// Statements that a connection keeps prepared.
const PREPARED: usize = 96;
/// How long to wait for another process that writes to the same file.
const BUSY: Duration = Duration::from_secs(10);

/// An open SQLite database.
#[derive(Debug)]
pub(crate) struct Sqlite {
    readers: Vec<Mutex<Connection>>,
    next_reader: AtomicUsize,
    writer: Writer,
    _checkpointer: Checkpointer,
}

impl Sqlite {
    /// Opens the file, making it if it is not there. `migrate` runs on the writer's connection before anything else.
    pub(crate) fn open(
        path: &Path,
        readers: usize,
        migrate: impl FnOnce(&mut Connection) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let open = |error: rusqlite::Error| StoreError::Open {
            place: path.display().to_string(),
            source: Box::new(error),
        };
        let mut connection = writable(path).map_err(open)?;
        migrate(&mut connection)?;
        let readers: Result<Vec<_>, _> =
            (0..readers.max(1)).map(|_| read_only(path).map(Mutex::new)).collect();
        let checkpointer = Checkpointer::start(writable(path).map_err(open)?, path);
        Ok(Self {
            readers: readers.map_err(open)?,
            next_reader: AtomicUsize::new(0),
            writer: Writer::start(connection, checkpointer.signal()),
            _checkpointer: checkpointer,
        })
    }

    pub(crate) fn query(&self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        query(&self.reader(), statement)
    }

    pub(crate) fn query_all<const N: usize>(
        &self,
        statements: &[Statement; N],
    ) -> Result<[Vec<Row>; N], StoreError> {
        let reader = self.reader();
        let mut answers: [Vec<Row>; N] = std::array::from_fn(|_| Vec::new());
        for (answer, statement) in answers.iter_mut().zip(statements) {
            *answer = query(&reader, statement)?;
        }
        Ok(answers)
    }

    pub(crate) async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        self.writer.commit(transaction).await
    }

    pub(crate) async fn close(&self) {
        self.writer.close().await;
    }

    /// A reader that is free, or the next in turn.
    fn reader(&self) -> MutexGuard<'_, Connection> {
        let start = self.next_reader.fetch_add(1, Ordering::Relaxed);
        let count = self.readers.len();
        let free = (0..count).find_map(|step| self.readers[(start + step) % count].try_lock().ok());
        // A reader that panicked left a read-only connection behind, which is still good.
        free.unwrap_or_else(|| self.readers[start % count].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn writable(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    // FULL: an acknowledged commit survives a power cut. Group commit makes it as fast as relaxed durability.
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; \
         pragma wal_autocheckpoint = 0; pragma cache_size = -8000; pragma temp_store = memory;",
    )?;
    prepare_connection(&connection)?;
    Ok(connection)
}

fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection
        .execute_batch("pragma query_only = on; pragma cache_size = -4000; pragma temp_store = memory;")?;
    prepare_connection(&connection)?;
    Ok(connection)
}

fn prepare_connection(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // Without it a statement is planned anew whenever a parameter that could change the plan is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(())
}

fn query(connection: &Connection, statement: &Statement) -> Result<Vec<Row>, StoreError> {
    read(connection, statement).map_err(|error| StoreError::Statement(Box::new(error)))
}

fn read(connection: &Connection, statement: &Statement) -> rusqlite::Result<Vec<Row>> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let columns = prepared.column_count();
    let mut rows = prepared.query(rusqlite::params_from_iter(&statement.params))?;
    let mut answer = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..columns).map(|column| row.get_ref(column).and_then(cell));
        answer.push(Row(cells.collect::<rusqlite::Result<_>>()?));
    }
    Ok(answer)
}

fn cell(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        other => Value::Text(other.as_str()?.to_owned()),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}
