//! The writer: what gathered while the last batch was made durable goes out as one pipelined transaction.
//!
//! An error spoils a whole PostgreSQL transaction, and in a pipeline it shows only afterwards. So a batch is written in
//! hope; if anything in it fails, all of it is rolled back and each request is written by itself.

use super::connect::Connector;
use super::statement_error;
use crate::driver::queue::{Answer, Job, Jobs, Queue, closed, gather};
use crate::driver::{ADD_TO_COUNTER, Counters, Statement, Transaction, Value};
use crate::error::{CommitError, Constraint, StoreError};
use futures_util::future::join_all;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

/// The most transactions that share one commit.
const BATCH: usize = 128;
/// Prepared statements that are kept; beyond, all are forgotten.
const PREPARED: usize = 256;

/// The handle to the writer task.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Queue,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) async fn start(connector: Connector) -> Result<Self, StoreError> {
        let (queue, jobs) = Queue::new();
        let session = Session::open(&connector).await?;
        let task = tokio::spawn(run(connector, session, jobs));
        Ok(Self { queue, task: Mutex::new(Some(task)) })
    }

    pub(super) async fn commit(&self, transaction: Transaction) -> Answer {
        self.queue.commit(transaction).await
    }

    /// Takes no more and waits until everything that was taken is durable.
    pub(super) async fn close(&self) {
        self.queue.close();
        let task = self.task.lock().expect("nothing panics while it holds the task").take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("the database writer ended abnormally");
        }
    }
}

async fn run(connector: Connector, mut session: Session, mut jobs: Jobs) {
    while let Some(first) = jobs.recv().await {
        let batch = gather(first, &mut jobs, BATCH);
        if session.client.is_closed() {
            match Session::open(&connector).await {
                Ok(fresh) => session = fresh,
                Err(error) => {
                    refuse(batch, &error);
                    continue;
                }
            }
        }
        write(&mut session, batch).await;
    }
}

fn refuse(batch: Vec<Job>, error: &StoreError) {
    tracing::error!(%error, "the database cannot be reached; requests are refused until it can");
    for job in batch {
        let _ = job.answer.send(Err(closed()));
    }
}

async fn write(session: &mut Session, batch: Vec<Job>) {
    let all: Vec<_> = batch.iter().map(|job| &job.transaction).collect();
    let together = if batch.len() > 1 { Some(session.transact(&all).await) } else { None };
    let together_done = matches!(together, Some(Ok(())));
    for job in batch {
        let result = if together_done { Ok(()) } else { session.transact(&[&job.transaction]).await };
        // The client may have gone; what it asked for is durable all the same.
        let _ = job.answer.send(result);
    }
}

/// A connection with its prepared statements.
struct Session {
    client: Client,
    prepared: HashMap<Cow<'static, str>, tokio_postgres::Statement>,
}

impl Session {
    async fn open(connector: &Connector) -> Result<Self, StoreError> {
        let (client, _task) = connector.connect().await?;
        Ok(Self { client, prepared: HashMap::new() })
    }

    /// One transaction for all of these, or none of them.
    async fn transact(&mut self, transactions: &[&Transaction]) -> Answer {
        // INVARIANT: counters come first. Whoever adds to a list holds its counter until the commit, so that sequence
        // numbers appear in their order whichever node gave them out, and no cursor passes one that is still to come.
        let mut statements = add_up(transactions);
        statements.extend(transactions.iter().flat_map(|t| t.statements.iter().cloned()));
        if self.prepared.len() >= PREPARED {
            self.prepared.clear();
        }
        for statement in &statements {
            self.prepare(statement.sql.clone()).await?;
        }
        match self.pipeline(&statements).await {
            Ok(()) => {
                self.client.batch_execute("commit").await.map_err(|error| statement_error(error).into())
            }
            Err(error) => {
                // If the connection is gone, so is the transaction.
                let _ = self.client.batch_execute("rollback").await;
                Err(error)
            }
        }
    }

    async fn pipeline(&self, statements: &[Statement]) -> Answer {
        let begin = self.client.batch_execute("begin");
        let executions = join_all(statements.iter().map(|statement| {
            let prepared = &self.prepared[&statement.sql];
            self.client.execute_raw(prepared, statement.params.iter())
        }));
        let (begun, results) = futures_util::future::join(begin, executions).await;
        begun.map_err(statement_error)?;
        for (statement, result) in statements.iter().zip(results) {
            let touched = result.map_err(refused)?;
            if statement.must_touch.is_some_and(|expected| expected != touched) {
                return Err(CommitError::Moved);
            }
        }
        Ok(())
    }

    async fn prepare(&mut self, sql: Cow<'static, str>) -> Result<(), CommitError> {
        if self.prepared.contains_key(&sql) {
            return Ok(());
        }
        let prepared = self.client.prepare(&sql).await.map_err(statement_error)?;
        self.prepared.insert(sql, prepared);
        Ok(())
    }
}

fn add_up(transactions: &[&Transaction]) -> Vec<Statement> {
    let mut sum = Counters::new();
    for (name, delta) in transactions.iter().flat_map(|transaction| &transaction.counters) {
        *sum.entry(name.clone()).or_default() += delta;
    }
    let add = |(name, delta): (String, i64)| Statement::new(ADD_TO_COUNTER, [name.into(), Value::Int(delta)]);
    sum.into_iter().map(add).collect()
}

fn refused(error: tokio_postgres::Error) -> CommitError {
    let named = error.as_db_error().and_then(|db| db.constraint()).and_then(Constraint::by_name);
    match named {
        Some(constraint) => CommitError::Constraint(constraint),
        None if is_serialization(&error) => CommitError::Moved,
        None => CommitError::Store(statement_error(error)),
    }
}

/// Another node's transaction was in the way: deadlock or serialization failure. Deciding again is right.
fn is_serialization(error: &tokio_postgres::Error) -> bool {
    use tokio_postgres::error::SqlState;
    matches!(error.code(), Some(code) if *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE)
}
