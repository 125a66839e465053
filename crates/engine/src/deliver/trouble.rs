//! What keeps a delivery from coming to its end, and what follows from it.

use super::backoff::{after_failure, after_refusal, spread_of};
use crate::EngineError;
use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tenure_connect::servicenow::{CallError, Outcome};
use tenure_store::deliveries::State;
use tenure_store::error::{CommitError, StoreError};
use tokio::time::Instant;

/// What keeps a delivery from coming to its end.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A call that failed.
    Call(CallError),
    /// It cannot be told which record to write, or writing it would do harm.
    Doubt(String),
    /// Somebody else is at it; look again soon.
    Occupied,
    /// A leaver's record gives up the user name first.
    Yielding(String),
    /// The record was found under another id; whatever it refers to is looked for first.
    Moved,
    /// The store failed.
    Store(EngineError),
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

impl From<CommitError> for Trouble {
    fn from(error: CommitError) -> Self {
        Self::Store(error.into())
    }
}

/// What follows from trouble.
#[derive(Debug)]
pub(crate) struct Consequence {
    pub(crate) state: State,
    pub(crate) reason: String,
    pub(crate) wait: Duration,
    pub(crate) attempts: u32,
    /// What is known of the target may be wrong.
    pub(crate) in_doubt: bool,
}

impl Trouble {
    /// What follows for somebody who has failed so many times in a row before.
    pub(crate) fn consequence(&self, id: &str, attempts: u32) -> Consequence {
        let spread = spread_of(id, attempts);
        match self {
            Self::Call(error) if error.is_permanent() => {
                refused(in_words(error), after_refusal(attempts, spread), attempts)
            }
            Self::Call(error) => Consequence {
                state: State::Retrying,
                reason: in_words(error),
                wait: match error.outcome() {
                    // The sooner it is known the better, and the target does answer.
                    Outcome::Unknown if attempts == 0 => Duration::from_millis(500),
                    _ => error.retry_after().unwrap_or_else(|| after_failure(attempts, spread)),
                },
                // What concerns everybody is not this one's failure.
                attempts: if is_everybodys(error) { attempts } else { attempts.saturating_add(1) },
                in_doubt: error.outcome() == Outcome::Unknown,
            },
            Self::Doubt(why) => refused(why.clone(), after_refusal(attempts, spread), attempts),
            Self::Occupied => {
                retried("somebody else is at work on what it needs", Duration::from_secs(2), attempts)
            }
            Self::Yielding(why) => retried(why, Duration::from_secs(1), attempts),
            Self::Moved => Consequence {
                in_doubt: true,
                ..retried("the record has another id than before", Duration::from_millis(200), attempts)
            },
            Self::Store(_) => retried("our own database failed", after_failure(attempts, spread), attempts),
        }
    }

    /// Whether nobody can be delivered until it has passed.
    pub(crate) fn is_everybodys(&self) -> bool {
        matches!(self, Self::Call(error) if is_everybodys(error))
    }
}

fn refused(reason: String, wait: Duration, attempts: u32) -> Consequence {
    let attempts = attempts.saturating_add(1);
    Consequence { state: State::Refused, reason, wait, attempts, in_doubt: true }
}

fn retried(reason: &str, wait: Duration, attempts: u32) -> Consequence {
    Consequence { state: State::Retrying, reason: reason.to_owned(), wait, attempts, in_doubt: false }
}

fn is_everybodys(error: &CallError) -> bool {
    matches!(
        error,
        CallError::Unreachable { .. }
            | CallError::RateLimited { .. }
            | CallError::NotServiceNow { .. }
            | CallError::Unauthenticated { .. }
    )
}

/// What happened, and why.
pub(crate) fn what_happened(error: &CallError) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// What happened, why, and what to do.
pub(crate) fn in_words(error: &CallError) -> String {
    let words = what_happened(error);
    error.help().map_or(words.clone(), |help| format!("{words}; {help}"))
}

/// The time while the target as a whole cannot be used.
#[derive(Debug, Default)]
pub(crate) struct Pause(Mutex<Option<(Instant, u32)>>);

impl Pause {
    /// Nobody is taken for a while, and longer each time that it is said in a row. How long, if that is news.
    pub(crate) fn begin(&self, retry_after: Option<Duration>) -> Option<Duration> {
        let mut pause = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = match *pause {
            // Others who were under way when it began say so too.
            Some((until, _)) if Instant::now() < until => return None,
            Some((_, times)) => times + 1,
            None => 0,
        };
        let wait = retry_after.unwrap_or_else(|| after_failure(times.min(4), 0.5));
        *pause = Some((Instant::now() + wait, times));
        Some(wait)
    }

    /// The target answers again; whether it did not before.
    pub(crate) fn end(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }

    /// How long nobody is taken yet.
    pub(crate) fn left(&self) -> Option<Duration> {
        let pause = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pause
            .and_then(|(until, _)| until.checked_duration_since(Instant::now()))
            .filter(|left| !left.is_zero())
    }
}
