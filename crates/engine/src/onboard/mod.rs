//! Onboarding: reads a target that has users already, says with `tenure_identity::onboard` which record is whose, and makes
//! the links and stable keys that follow from it. It merges nobody, answers no case, and creates no record; whom it leaves to
//! a human is remembered, so that nobody else creates one for them meanwhile.

mod apply;
mod count;
mod error;
mod forecast;
mod gap;
mod known;
mod links;
mod part;
mod questions;
mod read;
mod records;
mod scim;
mod seed;
mod sure;

pub use apply::{Application, Applied, Fate};
pub use error::OnboardError;
pub use forecast::{Forecast, forecast};
pub use gap::{Gap, Weight};
pub(crate) use questions::HIDDEN;
pub use questions::{Answered, decide};
pub use read::Progress;

use crate::SharedEngine;
use tenure_identity::onboard::{self, Adoption, Existing, Known, Lengths, Survey};

/// How to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Go on with a reading that was interrupted, or use one that came to its end.
    pub resume: bool,
    /// Go on as if every user had been shown, whatever speaks against it.
    pub despite_gaps: bool,
}

/// An instance as it was read, and what follows from it.
#[derive(Debug)]
pub struct Study {
    /// The target's address.
    pub target: String,
    /// Its users.
    pub rows: Vec<Existing>,
    /// Everybody whom we or the identity provider know.
    pub known: Vec<Known>,
    /// What is worth knowing about the records.
    pub survey: Survey,
    /// Which record is whose.
    pub adoption: Adoption,
    /// What was not shown, or has to be put right in the target first.
    pub gaps: Vec<Gap>,
    /// Whether a human says that every user was shown all the same.
    pub despite_gaps: bool,
    /// Whether the target's own SCIM service has users, in `sys_scim_user`.
    pub has_scim_users: bool,
}

impl Study {
    /// How many questions and contradictions wait for a human.
    pub fn undecided(&self) -> usize {
        self.adoption.cases.len() + self.adoption.conflicts.len()
    }
}

/// Reads the target and says which record is whose; nothing is written to it. `exported` are the identity provider's users,
/// who are known beside everybody in our store. What a human has to decide is remembered, and what they have decided counts.
///
/// # Errors
/// If there is no target, its users cannot be read, somebody else reads it at the same time, or the store fails.
pub async fn study(
    engine: &SharedEngine,
    exported: Vec<Known>,
    look: Look,
    progress: impl FnMut(Progress),
) -> Result<Study, OnboardError> {
    let policy = engine.policy();
    let key = engine.delivery.as_ref().map(|delivery| delivery.target.settings.key.clone());
    let lengths = Lengths::of(&policy, &key.ok_or(OnboardError::NoTarget)?);
    let reading = read::read(engine, &lengths, look.resume, progress).await?;
    let records = records::records(engine, &reading, &lengths).await?;
    let mut gaps = gap::hidden(engine, &reading, &records).await?;
    let rows = records.users;
    let lengths = lengths.with_login_of(read::length_of_login(engine).await);
    let questions = engine.store.onboard_questions(&reading.target).await?;
    let known = known::everybody(engine, exported, &questions).await?;
    let taken = reading.began;
    // Some seconds of work for a large instance, which would hold up every other task.
    let decided = tokio::task::spawn_blocking(move || {
        let (survey, adoption) = onboard::study(&policy, &lengths, &rows, &known, taken);
        (rows, known, survey, adoption)
    });
    let (rows, known, survey, adoption) = decided.await.expect("deciding does not panic");
    sure::keep(engine, &reading.target, &reading.name, &adoption.links, taken).await?;
    gaps.extend(gap::unheeded(&rows, &known, &adoption));
    gaps.extend(reading.gaps);
    let (target, has_scim_users, despite_gaps) = (reading.target, reading.has_scim_users, look.despite_gaps);
    let study = Study { target, rows, known, survey, adoption, gaps, despite_gaps, has_scim_users };
    questions::remember(engine, &study, &questions).await?;
    Ok(study)
}

/// Makes the links of a study, and with [`Application::seed_keys`] writes the stable keys. What is in place already is left
/// as it is, so that it can be done again; what goes wrong with one record is a line of the result.
///
/// # Errors
/// If users are probably hidden and nobody has said that it does not matter, there is no target, or the store fails.
pub async fn apply(
    engine: &SharedEngine,
    study: &Study,
    application: Application,
    progress: impl FnMut(u64),
) -> Result<Vec<Applied>, OnboardError> {
    if !study.is_trusted() {
        return Err(OnboardError::Hidden);
    }
    let applied = apply::apply(engine, study, application, progress).await?;
    // What was read is no longer how it is.
    engine.store.forget_onboarding().await?;
    Ok(applied)
}
