//! Plays a company's year against a SCIM server, through the drivers, in parallel where the originals are parallel.
//!
//! The events of a day are played in waves: people, or groups, never both at once. Within a wave the events of one
//! person (or one group) stay with one worker and in order; different people are pushed at the same time. A refusal is
//! written down and the year goes on, as it does in an identity provider.

mod crew;
mod summary;

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::company::Idp;
use crate::http::HttpError;
use crate::idp::{DriveError, Pace, RealTime, entra, okta};
use crate::year::{Dated, Event, Year};
use crew::{Crew, Done};

pub use summary::{Failure, Played, PlayedRefusal};

/// Where and how a year is played.
#[derive(Clone)]
pub struct Stage {
    /// The server's SCIM base URL, such as `http://127.0.0.1:8080/scim/v2`.
    pub base_url: String,
    /// Okta's bearer token.
    pub okta_token: String,
    /// Entra's bearer token.
    pub entra_token: String,
    /// Which kind of Okta application pushes.
    pub okta: okta::Dialect,
    /// Which dialect Entra speaks.
    pub entra: entra::Dialect,
    /// How many workers push at the same time.
    pub workers: usize,
    /// What happens to the time that a server asks to wait.
    pub pace: Arc<dyn Pace>,
    /// How often an event is told again, from its beginning, while there is no answer; half a second apart. The originals
    /// keep at it for longer; a server that never comes back should be noticed here.
    pub persistence: u32,
}

impl Stage {
    /// The usual stage: Okta as a wizard application, Entra in its new dialect, six workers, real time, and no
    /// second try for a server that is gone.
    pub fn new(base_url: &str, okta_token: &str, entra_token: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            okta_token: okta_token.to_owned(),
            entra_token: entra_token.to_owned(),
            okta: okta::Dialect::Aiw,
            entra: entra::Dialect::New,
            workers: 6,
            pace: Arc::new(RealTime),
            persistence: 0,
        }
    }
}

/// How far the year is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The day that is being played.
    pub day: u16,
    /// Events played.
    pub events: usize,
    /// Events in the year.
    pub of: usize,
    /// Requests sent.
    pub requests: u64,
    /// Refusals so far.
    pub refusals: usize,
}

/// Why a year could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The base URL or the connection is wrong.
    #[error("the stage cannot be set up")]
    Stage(#[source] HttpError),
    /// A provider's connection test failed: usually the token.
    #[error("{idp} cannot use the server")]
    Connector {
        /// The provider.
        idp: Idp,
        /// What the test met.
        #[source]
        source: DriveError,
    },
    /// The server went away.
    #[error("the server was lost on day {day}")]
    Lost {
        /// The day.
        day: u16,
        /// What the connection says.
        #[source]
        source: DriveError,
    },
    /// A worker panicked.
    #[error("a worker of the rehearsal broke down")]
    Worker(#[source] tokio::task::JoinError),
}

/// Providers that are connected to the server, and remember between one play and the next what they pushed.
pub struct Rehearsal {
    crew: Crew,
    /// Requests that no play has counted yet.
    uncounted: u64,
}

impl Rehearsal {
    /// Connects the providers.
    pub async fn begin(stage: &Stage) -> Result<Self, PlayError> {
        let crew = Crew::assemble(stage).await?;
        Ok(Self { uncounted: crew.requests(), crew })
    }

    /// Plays the whole year and says what happened; `progress` is called after every event.
    pub async fn play(
        &mut self,
        year: &Year,
        mut progress: impl FnMut(Progress),
    ) -> Result<Played, PlayError> {
        let mut played = Played { requests: std::mem::take(&mut self.uncounted), ..Played::default() };
        for day in year.days() {
            for wave in day.chunk_by(|a, b| is_person(&a.event) == is_person(&b.event)) {
                play_wave(&mut self.crew, wave, year.events.len(), &mut played, &mut progress).await?;
            }
        }
        Ok(played)
    }
}

/// Plays one year with providers that know nothing yet.
pub async fn play(year: &Year, stage: &Stage, progress: impl FnMut(Progress)) -> Result<Played, PlayError> {
    Rehearsal::begin(stage).await?.play(year, progress).await
}

async fn play_wave(
    crew: &mut Crew,
    wave: &[Dated],
    of: usize,
    played: &mut Played,
    progress: &mut impl FnMut(Progress),
) -> Result<(), PlayError> {
    let (tell, mut told) = mpsc::unbounded_channel::<Done>();
    crew.set_to_work(wave, &tell);
    drop(tell);
    let mut lost = None;
    while let Some(done) = told.recv().await {
        let day = done.dated.day;
        if let Some(error) = played.note(done) {
            lost.get_or_insert(PlayError::Lost { day, source: error });
        }
        let (events, requests, refusals) = (played.events, played.requests, played.refusals.len());
        progress(Progress { day, events, of, requests, refusals });
    }
    crew.gather().await?;
    if let Some(lost) = lost {
        return Err(lost);
    }
    played.requests += crew.settle().await?;
    Ok(())
}

fn is_person(event: &Event) -> bool {
    event.account().is_some()
}
