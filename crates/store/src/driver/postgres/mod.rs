//! PostgreSQL: a pool for reads, whose statements share one round trip, and a writer with group commit.

mod connect;
mod said;
mod writer;

use super::{Row, Statement, Transaction, Value};
use crate::Options;
use crate::error::{CommitError, StoreError};
use connect::Connector;
use deadpool_postgres::{Object, Pool};
use futures_util::future::try_join_all;
use said::Said;
use std::error::Error;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut};
use tokio_postgres::{Client, Config};
use writer::Writer;

/// Reads wait for the network, so that a few connections serve many of them.
const MIN_READERS: usize = 8;

/// Prepared statements that a reader keeps; filters make ever new ones, and the server remembers each.
const PREPARED: usize = 256;

/// An open PostgreSQL database.
#[derive(Debug)]
pub(crate) struct Postgres {
    pool: Pool,
    writer: Writer,
}

impl Postgres {
    /// Connects with TLS where the address asks for it. `migrate` runs on a connection of its own first.
    pub(crate) async fn open(
        address: &str,
        options: &Options,
        migrate: impl AsyncFnOnce(&mut Client) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let mut config: Config =
            address.parse().map_err(|_| StoreError::Address(without_password(address)))?;
        if let Some(password) = &options.password {
            config.password(password);
        }
        let connector = Connector::new(config, without_password(address));
        let (mut client, task) = connector.connect().await?;
        migrate(&mut client).await?;
        drop(client);
        let _ = task.await;
        Ok(Self {
            pool: connector.pool(options.readers.max(MIN_READERS))?,
            writer: Writer::start(connector).await?,
        })
    }

    pub(crate) async fn query(&self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        let connection = self.connection().await?;
        run(&connection, statement).await
    }

    pub(crate) async fn query_all<const N: usize>(
        &self,
        statements: [Statement; N],
    ) -> Result<[Vec<Row>; N], StoreError> {
        let connection = self.connection().await?;
        // Futures of one connection that are polled together are pipelined by the driver.
        let answers = try_join_all(statements.iter().map(|statement| run(&connection, statement))).await?;
        Ok(answers.try_into().expect("every statement has one answer"))
    }

    pub(crate) async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        self.writer.commit(transaction).await
    }

    pub(crate) async fn close(&self) {
        self.writer.close().await;
        self.pool.close();
    }

    async fn connection(&self) -> Result<Object, StoreError> {
        let connection = self.pool.get().await.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        if connection.statement_cache.size() >= PREPARED {
            connection.statement_cache.clear();
        }
        Ok(connection)
    }
}

async fn run(connection: &Object, statement: &Statement) -> Result<Vec<Row>, StoreError> {
    let answer = async {
        let prepared = connection.prepare_cached(&statement.sql).await?;
        connection.query_raw(&prepared, statement.params.iter().map(Sought)).await
    };
    let rows = answer.await.map_err(statement_error)?;
    let rows: Vec<_> = futures_util::TryStreamExt::try_collect(rows).await.map_err(statement_error)?;
    rows.iter().map(row).collect()
}

pub(crate) fn statement_error(error: tokio_postgres::Error) -> StoreError {
    match error.as_db_error() {
        Some(refusal) => StoreError::Statement(Box::new(Said::of(refusal))),
        None if error.is_closed() => StoreError::Unavailable(Box::new(error)),
        None => StoreError::Statement(Box::new(error)),
    }
}

fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    (0..row.len()).map(|column| cell(row, column)).collect::<Result<_, _>>().map(Row)
}

fn cell(row: &tokio_postgres::Row, column: usize) -> Result<Value, StoreError> {
    let kind = row.columns()[column].type_();
    let value = if *kind == Type::INT8 {
        row.try_get::<_, Option<i64>>(column).map(Value::from)
    } else {
        row.try_get::<_, Option<String>>(column).map(Value::from)
    };
    value.map_err(statement_error)
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::TEXT | Type::VARCHAR)
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A parameter of a read. PostgreSQL refuses NUL, which no stored text has ([`tenure_scim::text::check`]); neither has
/// one U+0001, so that it finds, and sorts before, exactly the same.
#[derive(Debug)]
struct Sought<'a>(&'a Value);

impl ToSql for Sought<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Text(text) if text.contains('\0') => text.replace('\0', "\u{1}").to_sql(kind, out),
            value => value.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        <Value as ToSql>::accepts(kind)
    }

    tokio_postgres::types::to_sql_checked!();
}

/// The address as it may be logged.
pub(crate) fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return if address.contains('=') { "postgres".to_owned() } else { address.to_owned() };
    };
    // A password may hold any character: what follows the last `@` is the host.
    let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
    let user = user.split_once(':').map_or(user, |(name, _)| name);
    let host = host.split_once('?').map_or(host, |(host, _)| host);
    if user.is_empty() { format!("{scheme}://{host}") } else { format!("{scheme}://{user}@{host}") }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(without_password("postgres://a:secret@h:5/db?password=x"), "postgres://a@h:5/db");
        assert_eq!(without_password("postgres://h/db?password=x"), "postgres://h/db");
        assert_eq!(without_password("mysql://a:b@c@h"), "mysql://a@h");
        assert_eq!(without_password("host=h password=x"), "postgres");
    }
}
