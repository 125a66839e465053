//! The two databases behind one type. Statements are written once, in the dialect that both accept; what differs is
//! listed in [`Dialect`] and nowhere else.

mod postgres;
mod queue;
mod sqlite;

use crate::error::{CommitError, StoreError};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) use postgres::{Postgres, statement_error, without_password};
pub(crate) use sqlite::Sqlite;

/// A parameter or a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
}

/// One statement with its parameters, `$1` to `$n` in order of first use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) params: Vec<Value>,
    /// How many rows it must touch; anything else means that the facts moved.
    pub(crate) must_touch: Option<u64>,
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row(pub(crate) Vec<Value>);

/// What is written together or not at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transaction {
    pub(crate) statements: Vec<Statement>,
    /// What to add to each counter. A batch of transactions touches each counter once.
    pub(crate) counters: Counters,
}

pub(crate) type Counters = BTreeMap<String, i64>;

pub(crate) const ADD_TO_COUNTER: &str = "insert into counters (name, value) values ($1, $2) \
     on conflict (name) do update set value = counters.value + excluded.value";

/// What the engines write differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Text that sorts and compares by bytes.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Sqlite => "text",
            Self::Postgres => "text collate \"C\"",
        }
    }

    /// A number that grows with every row.
    pub(crate) fn sequence(self) -> &'static str {
        match self {
            Self::Sqlite => "integer primary key",
            Self::Postgres => "bigint generated always as identity primary key",
        }
    }

    /// A table that is kept in the order of its primary key.
    pub(crate) fn clustered(self) -> &'static str {
        match self {
            Self::Sqlite => "without rowid",
            Self::Postgres => "",
        }
    }

    /// Whether the column is one of the few values that the query finds. The query runs first and its answer drives the
    /// look-up; PostgreSQL takes a plain `in (select …)` for a join, and may walk the column's table to carry it out.
    pub(crate) fn is_one_of(self, column: &str, query: &str) -> String {
        match self {
            Self::Sqlite => format!("{column} in ({query})"),
            Self::Postgres => format!("{column} = any (array({query}))"),
        }
    }

    /// The texts of a JSON array, as rows with one column `value`; `parameter` is a whole number from 1.
    pub(crate) fn array_elements(self, parameter: usize) -> String {
        match self {
            Self::Sqlite => format!("(select value from json_each(${parameter}))"),
            Self::Postgres => {
                format!("(select value from jsonb_array_elements_text(${parameter}::text::jsonb))")
            }
        }
    }
}

/// One of the two databases.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) async fn query(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.query(&statement),
            Self::Postgres(postgres) => postgres.query(&statement).await,
        }
    }

    /// Several reads at once; on PostgreSQL they share one round trip.
    pub(crate) async fn query_all<const N: usize>(
        &self,
        statements: [Statement; N],
    ) -> Result<[Vec<Row>; N], StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.query_all(&statements),
            Self::Postgres(postgres) => postgres.query_all(statements).await,
        }
    }

    /// Returns when the transaction is durable.
    pub(crate) async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        if transaction.statements.is_empty() && transaction.counters.is_empty() {
            return Ok(());
        }
        match self {
            Self::Sqlite(sqlite) => sqlite.commit(transaction).await,
            Self::Postgres(postgres) => postgres.commit(transaction).await,
        }
    }

    /// Waits for what was accepted, then closes.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close().await,
        }
    }
}

impl Statement {
    pub(crate) fn new<const N: usize>(sql: &'static str, params: [Value; N]) -> Self {
        Self { sql: Cow::Borrowed(sql), params: params.into(), must_touch: None }
    }

    pub(crate) fn built(sql: String, params: Vec<Value>) -> Self {
        Self { sql: Cow::Owned(sql), params, must_touch: None }
    }

    /// The commit is refused unless exactly one row is touched.
    pub(crate) fn must_touch_one(mut self) -> Self {
        self.must_touch = Some(1);
        self
    }
}

impl Row {
    pub(crate) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.opt_int(column)?.ok_or_else(|| wrong(column, "a number"))
    }

    pub(crate) fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(column) {
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(Value::Null) => Ok(None),
            _ => Err(wrong(column, "a number")),
        }
    }

    pub(crate) fn text(&mut self, column: usize) -> Result<String, StoreError> {
        self.opt_text(column)?.ok_or_else(|| wrong(column, "text"))
    }

    /// Takes the text out of the row.
    pub(crate) fn opt_text(&mut self, column: usize) -> Result<Option<String>, StoreError> {
        match self.0.get_mut(column) {
            Some(Value::Text(text)) => Ok(Some(std::mem::take(text))),
            Some(Value::Null) => Ok(None),
            _ => Err(wrong(column, "text")),
        }
    }

    pub(crate) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }
}

fn wrong(column: usize, expected: &str) -> StoreError {
    StoreError::Corrupt { what: "row", why: format!("column {column} is not {expected}") }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Int(flag.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
