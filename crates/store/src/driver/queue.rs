//! What waits for the one writer of a database. Requests gather here while the last batch is made durable, and each is
//! answered after its own batch is.

use super::Transaction;
use crate::error::{CommitError, StoreError};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait for the writer; more wait to be let in.
const LENGTH: usize = 4096;

/// What became of a transaction.
pub(crate) type Answer = Result<(), CommitError>;

/// A transaction that waits, and where its answer goes.
pub(crate) struct Job {
    pub(crate) transaction: Transaction,
    pub(crate) answer: oneshot::Sender<Answer>,
}

/// The writer's end.
pub(crate) type Jobs = mpsc::Receiver<Job>;

/// The end of those who commit.
#[derive(Debug)]
pub(crate) struct Queue(Mutex<Option<mpsc::Sender<Job>>>);

impl Queue {
    /// A queue, and the end for its writer.
    pub(crate) fn new() -> (Self, Jobs) {
        let (sender, jobs) = mpsc::channel(LENGTH);
        (Self(Mutex::new(Some(sender))), jobs)
    }

    /// Hands the transaction to the writer and waits until it is durable or refused.
    pub(crate) async fn commit(&self, transaction: Transaction) -> Answer {
        let (answer, result) = oneshot::channel();
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sent = match sender {
            Some(sender) => sender.send(Job { transaction, answer }).await.is_ok(),
            None => false,
        };
        if !sent {
            return Err(closed());
        }
        result.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Takes no more; the writer ends after what was taken.
    pub(crate) fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// This job and what else waits, at most so many.
pub(crate) fn gather(first: Job, jobs: &mut Jobs, most: usize) -> Vec<Job> {
    let mut batch = vec![first];
    while batch.len() < most
        && let Ok(job) = jobs.try_recv()
    {
        batch.push(job);
    }
    batch
}

/// The answer when nobody writes any more.
pub(crate) fn closed() -> CommitError {
    CommitError::Store(StoreError::Unavailable("the database writer has stopped".into()))
}
