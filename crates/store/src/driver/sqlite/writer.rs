//! The writer thread: what has gathered while the last batch was made durable becomes the next batch.

use super::checkpoint::Signal;
use crate::driver::queue::{Answer, Job, Jobs, Queue, gather};
use crate::driver::{ADD_TO_COUNTER, Counters, Statement, Transaction};
use crate::error::{CommitError, Constraint, StoreError};
use rusqlite::Connection;
use std::sync::Mutex;
use std::thread::JoinHandle;

/// The most transactions that share one fsync.
const BATCH: usize = 256;

/// The handle to the writer thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Queue,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, signal: Signal) -> Self {
        let (queue, jobs) = Queue::new();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || run(connection, jobs, &signal))
            .expect("a thread can be started while the process starts");
        Self { queue, thread: Mutex::new(Some(thread)) }
    }

    pub(super) async fn commit(&self, transaction: Transaction) -> Answer {
        self.queue.commit(transaction).await
    }

    /// Takes no more and waits until everything that was taken is durable.
    pub(super) async fn close(&self) {
        self.queue.close();
        let thread = self.thread.lock().expect("nothing panics while it holds the thread").take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the database writer ended abnormally");
            }
        }
    }
}

fn run(mut connection: Connection, mut jobs: Jobs, signal: &Signal) {
    while let Some(first) = jobs.blocking_recv() {
        write(&mut connection, gather(first, &mut jobs, BATCH));
        signal.committed();
    }
}

/// Answers only after the commit: an answer from inside the transaction would be a promise that a power cut breaks.
fn write(connection: &mut Connection, batch: Vec<Job>) {
    let (transactions, answers): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|job| (job.transaction, job.answer)).unzip();
    let results = write_all(connection, transactions);
    for (answer, result) in answers.into_iter().zip(results) {
        // The client may have gone; what it asked for is durable all the same.
        let _ = answer.send(result);
    }
}

fn write_all(connection: &mut Connection, transactions: Vec<Transaction>) -> Vec<Answer> {
    let count = transactions.len();
    match try_write_all(connection, transactions) {
        Ok(results) => results,
        Err(error) => {
            let message = error.to_string();
            let failed = || Err(failed(message.clone().into()));
            (0..count).map(|_| failed()).collect()
        }
    }
}

fn try_write_all(
    connection: &mut Connection,
    transactions: Vec<Transaction>,
) -> rusqlite::Result<Vec<Answer>> {
    let mut outer = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut counters = Counters::new();
    let mut results = Vec::with_capacity(transactions.len());
    for transaction in transactions {
        let savepoint = outer.savepoint()?;
        let result = carry_out(&savepoint, &transaction.statements);
        if result.is_ok() {
            savepoint.commit()?;
            for (name, delta) in transaction.counters {
                *counters.entry(name).or_default() += delta;
            }
        } else {
            savepoint.finish()?;
        }
        results.push(result);
    }
    for (name, delta) in counters {
        outer.prepare_cached(ADD_TO_COUNTER)?.execute((name, delta))?;
    }
    outer.commit()?;
    Ok(results)
}

fn carry_out(connection: &Connection, statements: &[Statement]) -> Answer {
    for statement in statements {
        let touched = execute(connection, statement).map_err(refused)?;
        if statement.must_touch.is_some_and(|expected| expected != touched as u64) {
            return Err(CommitError::Moved);
        }
    }
    Ok(())
}

fn execute(connection: &Connection, statement: &Statement) -> rusqlite::Result<usize> {
    connection.prepare_cached(&statement.sql)?.execute(rusqlite::params_from_iter(&statement.params))
}

fn refused(error: rusqlite::Error) -> CommitError {
    if let rusqlite::Error::SqliteFailure(_, Some(message)) = &error
        && let Some(constraint) = Constraint::by_sqlite_message(message)
    {
        return CommitError::Constraint(constraint);
    }
    failed(Box::new(error))
}

fn failed(error: crate::error::DriverError) -> CommitError {
    CommitError::Store(StoreError::Statement(error))
}
