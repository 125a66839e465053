//! Whether the instance accepts our credentials, and who may try if that is in question: refused sign-ins lock accounts. As
//! long as nobody was accepted, one call at a time finds out. Credentials that are refused, and not by a blip, are left alone
//! for a while, and longer each time. All this is forgotten with the client, as credentials change with it.

use super::error::SignInFailure;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The longest time that credentials are left alone.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// How much longer each time is than the one before.
const FACTOR: u32 = 4;
/// What was accepted before is tried again so many times sooner: an instance that restarts knows nobody for a while.
const SOONER: u32 = 12;

/// What all clones of a client know of their credentials.
#[derive(Debug)]
pub(super) struct Standing {
    state: Mutex<State>,
    /// Held by whoever finds out.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    /// How long credentials are left alone the first time, if nobody ever accepted them.
    hold: Duration,
    accepted: bool,
    /// Whether they were accepted at any time.
    ever: bool,
    /// Since they were accepted last.
    refusals: u32,
    /// Likewise, how often they were left alone.
    holds: u32,
    reason: Option<SignInFailure>,
    held_until: Option<Instant>,
    /// Rises with all that is learned: what is told of a call that began before that is no news.
    epoch: u64,
    /// How many turns ended without telling anything.
    silent: u64,
}

/// Whether a call may be made.
#[derive(Debug, PartialEq, Eq)]
enum May {
    Freely,
    /// One at a time.
    Alone,
    Not(SignInFailure),
}

/// The right to sign in once, which tells what came of it.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    standing: &'a Standing,
    epoch: u64,
    turn: Option<tokio::sync::MutexGuard<'a, ()>>,
}

impl Standing {
    pub(super) fn new(hold: Duration) -> Self {
        Self { state: Mutex::new(State::new(hold)), turn: tokio::sync::Mutex::default() }
    }

    /// Why nobody signs in at the moment.
    pub(super) fn refusal(&self) -> Option<SignInFailure> {
        match self.state().may(Instant::now()) {
            May::Not(reason) => Some(reason),
            May::Freely | May::Alone => None,
        }
    }

    /// Waits until it is known whether there is any use in signing in, or it is this caller's turn to find out.
    ///
    /// # Errors
    /// If the credentials were refused and are left alone.
    pub(super) async fn enter(&self) -> Result<Pass<'_>, SignInFailure> {
        let silent = {
            let state = self.state();
            match state.may(Instant::now()) {
                May::Freely => return Ok(self.pass(&state, None)),
                May::Not(reason) => return Err(reason),
                May::Alone => state.silent,
            }
        };
        let turn = self.turn.lock().await;
        let state = self.state();
        match (state.may(Instant::now()), &state.reason) {
            (May::Not(reason), _) => Err(reason),
            (May::Freely, _) => Ok(self.pass(&state, None)),
            (May::Alone, _) if state.silent == silent => Ok(self.pass(&state, Some(turn))),
            // Whoever had the turn got no answer that tells: nobody waits for a second one.
            (May::Alone, Some(reason)) => Err(reason.clone()),
            (May::Alone, None) => Ok(self.pass(&state, None)),
        }
    }

    fn pass<'a>(&'a self, state: &State, turn: Option<tokio::sync::MutexGuard<'a, ()>>) -> Pass<'a> {
        Pass { standing: self, epoch: state.epoch, turn }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The instance knows us.
    pub(super) fn accepted(self) {
        self.standing.state().accepted(self.epoch);
    }

    /// It does not, or not any more, and whoever asked does not come back: nothing is to be said of later.
    pub(super) fn refused_in_haste(self, reason: &SignInFailure) {
        self.standing.state().refused(self.epoch, reason, Instant::now());
    }

    /// It does not, or not any more.
    pub(super) fn refused(self, reason: &SignInFailure) {
        let held = self.standing.state().refused(self.epoch, reason, Instant::now());
        if let Some(wait) = held {
            let seconds = wait.as_secs();
            tracing::warn!(%reason, seconds, "nobody signs in for a while, so that the account is not locked");
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.standing.state();
        if self.turn.is_some() && state.epoch == self.epoch {
            state.silent += 1;
        }
    }
}

impl State {
    fn new(hold: Duration) -> Self {
        Self {
            hold,
            accepted: false,
            ever: false,
            refusals: 0,
            holds: 0,
            reason: None,
            held_until: None,
            epoch: 0,
            silent: 0,
        }
    }

    fn may(&self, now: Instant) -> May {
        match (&self.reason, self.held_until) {
            (Some(reason), Some(until)) if now < until => May::Not(reason.clone()),
            _ if self.accepted => May::Freely,
            _ => May::Alone,
        }
    }

    fn accepted(&mut self, epoch: u64) {
        if epoch == self.epoch && !self.accepted {
            *self = Self { accepted: true, ever: true, epoch: epoch + 1, ..Self::new(self.hold) };
        }
    }

    /// How long the credentials are left alone now, if they are.
    fn refused(&mut self, epoch: u64, reason: &SignInFailure, now: Instant) -> Option<Duration> {
        if epoch != self.epoch {
            return None;
        }
        self.epoch += 1;
        self.accepted = false;
        self.refusals += 1;
        self.reason = Some(reason.clone());
        // A single 401 of the API may be a blip, or a token that was revoked. A token endpoint knows what it says.
        if self.refusals == 1 && *reason == SignInFailure::Credentials {
            return None;
        }
        let first = if self.ever { self.hold / SOONER } else { self.hold };
        let wait = first.saturating_mul(FACTOR.saturating_pow(self.holds)).min(LONGEST);
        self.holds += 1;
        self.held_until = Some(now + wait);
        Some(wait)
    }
}

#[cfg(test)]
mod tests;
