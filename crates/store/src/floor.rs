//! The measuring floor: the least durable work that the same drivers can do. One table, one indexed row in, one row out,
//! no facts, no decisions, no events. `tenure bench` measures the server beside it; the product never uses it.

use crate::driver::{Database, Row, Statement, Transaction, Value};
use crate::error::{CommitError, StoreError};
use crate::{Options, database};

/// An open floor.
#[derive(Debug)]
pub struct Floor {
    database: Database,
}

impl Floor {
    /// Opens the same addresses as [`crate::Store::open`] and makes the floor's table if it is not there.
    ///
    /// # Errors
    /// If the database cannot be opened or the table not be made.
    pub async fn open(address: &str, options: Options) -> Result<Self, CommitError> {
        let floor = Self { database: database(address, &options).await? };
        let text = floor.database.dialect().text();
        let table =
            format!("create table if not exists floor (id {text} primary key, key {text} unique, doc text)");
        floor.write(Statement::built(table, Vec::new())).await?;
        Ok(floor)
    }

    /// One row in; returns when it is durable.
    ///
    /// # Errors
    /// If the id or the key is there already, or the database fails.
    pub async fn insert(&self, id: &str, key: &str, doc: String) -> Result<(), CommitError> {
        let sql = "insert into floor (id, key, doc) values ($1, $2, $3)";
        self.write(Statement::new(sql, [id.into(), key.into(), doc.into()])).await
    }

    /// Another document for one row; returns when it is durable.
    ///
    /// # Errors
    /// If there is no such row, or the database fails.
    pub async fn update(&self, id: &str, doc: String) -> Result<(), CommitError> {
        let statement = Statement::new("update floor set doc = $1 where id = $2", [doc.into(), id.into()]);
        self.write(statement.must_touch_one()).await
    }

    /// One row out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn get(&self, id: &str) -> Result<Option<String>, StoreError> {
        self.one(Statement::new("select doc from floor where id = $1", [id.into()])).await
    }

    /// One row out, by its other index.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn get_by_key(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.one(Statement::new("select doc from floor where key = $1", [key.into()])).await
    }

    /// So many rows, from this id on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn page(&self, from: &str, count: u32) -> Result<Vec<String>, StoreError> {
        let sql = "select doc from floor where id >= $1 order by id limit $2";
        let statement = Statement::new(sql, [from.into(), Value::Int(count.into())]);
        self.database.query(statement).await?.iter_mut().map(doc).collect()
    }

    /// Takes the table away and closes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn close(&self) -> Result<(), CommitError> {
        let dropped = self.write(Statement::new("drop table floor", [])).await;
        self.database.close().await;
        dropped
    }

    async fn one(&self, statement: Statement) -> Result<Option<String>, StoreError> {
        self.database.query(statement).await?.first_mut().map(doc).transpose()
    }

    async fn write(&self, statement: Statement) -> Result<(), CommitError> {
        self.database.commit(Transaction { statements: vec![statement], ..Transaction::default() }).await
    }
}

fn doc(row: &mut Row) -> Result<String, StoreError> {
    row.text(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_goes_in_comes_out() {
        let directory = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", directory.path().join("floor.db").display());
        let floor = Floor::open(&address, Options::default()).await.unwrap();
        floor.insert("1", "ada", "one".into()).await.unwrap();
        floor.insert("2", "bob", "two".into()).await.unwrap();
        floor.update("2", "changed".into()).await.unwrap();
        assert!(floor.insert("3", "ada", String::new()).await.is_err());
        assert!(matches!(floor.update("9", String::new()).await, Err(CommitError::Moved)));
        assert_eq!(floor.get("1").await.unwrap().as_deref(), Some("one"));
        assert_eq!(floor.get_by_key("bob").await.unwrap().as_deref(), Some("changed"));
        assert_eq!(floor.get("9").await.unwrap(), None);
        assert_eq!(floor.page("2", 100).await.unwrap(), ["changed"]);
        floor.close().await.unwrap();
    }
}
