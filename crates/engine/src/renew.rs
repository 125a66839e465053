//! Renewal: people are resolved anew when something besides their claims changed: the policy, a group that they joined or
//! left, or the arrival of somebody whom they refer to.
//!
//! Who is due is a mark in the store, made in the commit that caused it. Whoever comes first clears it, together with
//! the new record; a mark that was made again meanwhile stays. So it does no harm to renew twice, late or on two nodes.

use crate::commit::Tries;
use crate::{Engine, EngineError, SharedEngine};
use std::collections::BTreeSet;
use std::time::Duration;
use tenure_identity::change::{Depends, PersonChange};
use tenure_identity::event::Actor;
use tenure_identity::id::SourceName;
use tenure_identity::person::Person;
use tenure_identity::receive;
use tokio::time::Instant;

/// People who are renewed between two looks at who is due.
const PIECE: u32 = 200;
/// How often to look when nobody says that there is something to do.
const INTERVAL: Duration = Duration::from_secs(1);
/// How often what no limit looks back to any more is forgotten, and the most that is then.
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
const TIDIED: u32 = 10_000;
/// A limit may look back further tomorrow than today.
const LOOK_BACK: Duration = Duration::from_secs(90 * 24 * 3_600);
/// People whom a request that made them due renews itself, before it is answered.
const AT_ONCE: u32 = 100;

/// Who acts where no source does.
const OURSELVES: &str = "tenure";

/// Why somebody is resolved anew.
#[derive(Debug, Clone, Copy)]
enum Why {
    /// They are marked.
    Due,
    /// Their record was resolved under an earlier policy.
    Policy,
    /// Somebody or something came while it was decided to wait for them.
    Arrival,
}

impl Engine {
    /// Renews everybody who is due or was resolved under an earlier policy.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn renew_all(&self, mut progress: impl FnMut(usize)) -> Result<(), EngineError> {
        loop {
            let (mut people, mut why) = (self.store.due_people(PIECE).await?, Why::Due);
            if people.is_empty() {
                let version = self.policy().version;
                (people, why) = (self.store.outdated_people(version, PIECE).await?, Why::Policy);
            }
            if people.is_empty() {
                return Ok(());
            }
            for person in &people {
                self.renew(person, why).await?;
            }
            progress(people.len());
        }
    }

    /// After a request that may have made a few others due: they are brought up to date before it is answered, and if
    /// there are many, the rest in the background.
    pub(crate) async fn renew_soon(&self) {
        let renewed = async {
            // One request renews, the others wait for it: all of them would look at the same people. Marks that were made
            // after it looked are the next one's.
            let _turn = self.policies.renewing.lock().await;
            let people = self.store.due_people(AT_ONCE).await?;
            for person in &people {
                self.renew(person, Why::Due).await?;
            }
            Ok::<_, EngineError>(people.len())
        };
        match renewed.await {
            Ok(some) if some == AT_ONCE as usize => self.policies.work.notify_one(),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "people who are due could not be resolved anew; it will be tried again");
            }
        }
    }

    /// Whoever is waited for may have arrived between the decision and its commit, when nobody waited yet; and a group may
    /// have got another name, when nobody referred to it yet.
    pub(crate) async fn renew_if_awaited_came(&self, change: &PersonChange) {
        let Some(Depends { waits_for, refers_to }) = &change.depends else { return };
        let referred = refers_to.iter().map(|referred| &referred.wanted);
        let wanted: BTreeSet<_> = waits_for.iter().chain(referred).cloned().collect();
        if wanted.is_empty() {
            return;
        }
        let renewed = async {
            let now = self.store.references(&self.sources(), &wanted).await?;
            let came = waits_for.iter().any(|wanted| now.has(wanted));
            if !came && refers_to.iter().all(|referred| now.agree(referred)) {
                return Ok(());
            }
            let person = self.person(&change.person.id).await?;
            self.renew(&person, Why::Arrival).await
        };
        if let Err(error) = renewed.await {
            tracing::warn!(%error, "somebody who was waited for came meanwhile, and the field is filled later");
        }
    }

    /// If the facts moved, the mark is still there, and the next look finds it.
    async fn renew(&self, person: &Person, why: Why) -> Result<(), EngineError> {
        let mut ground = self.ground_anew(&[person]).await?;
        let why = match why {
            Why::Due => {
                "a group that they are in, or somebody or something that they refer to, changed".to_owned()
            }
            Why::Policy => format!("policy {} is in force", ground.policy.version),
            Why::Arrival => "somebody or something that they refer to has arrived or gone".to_owned(),
        };
        let actor = Actor { source: SourceName::new(OURSELVES), writer: OURSELVES.to_owned(), request: None };
        let mut change =
            self.decided(&mut ground, &actor, |context| receive::renew(context, person, &why)).await?;
        self.note_circles(&actor, ground.now(), Some(person), &mut change).await?;
        match self.commit(&change, &mut Tries::default()).await {
            Ok(_) | Err(EngineError::Busy) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Engine {
    /// Forgets who lost access before the window of any limit.
    async fn forget_departures(&self) {
        let window = self.policy().limits.deactivations.as_ref().map_or(0, |limit| limit.window_seconds);
        let look_back = LOOK_BACK.max(Duration::from_secs(window.unsigned_abs()));
        // A window that is longer than time forgets nothing.
        let Ok(before) = self.clock.now().checked_sub(look_back) else { return };
        if let Err(error) = self.store.forget_departures(before, TIDIED).await {
            tracing::warn!(%error, "departures that no limit looks back to could not be forgotten; it is tried again in an hour");
        }
    }
}

/// Takes over new policies and renews whoever is due, for as long as it is polled.
pub async fn tend(engine: SharedEngine) {
    // What an end in disorder left between a commit and the look that follows it.
    if let Err(error) = engine.store.mark_waiting().await {
        tracing::warn!(%error, "people who wait for somebody could not be looked at again");
    }
    let mut tidied: Option<Instant> = None;
    loop {
        let worked = async {
            engine.refresh_policy().await?;
            engine.renew_all(|_| ()).await
        };
        if let Err(error) = worked.await {
            tracing::warn!(%error, "policies and people could not be tended; it will be tried again");
        }
        if tidied.is_none_or(|at| at.elapsed() >= TIDY_EVERY) {
            engine.forget_departures().await;
            tidied = Some(Instant::now());
        }
        tokio::select! {
            () = engine.policies.work.notified() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}
