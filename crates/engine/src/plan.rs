//! Plan: everybody under a proposed policy, and what would change. Nothing is written. People pass by in pieces, so
//! that memory does not grow with the population; one piece is read while another is resolved.

use crate::ground::as_known;
use crate::{Engine, EngineError, SharedEngine};
use std::collections::BTreeSet;
use std::sync::Arc;
use tenure_identity::impact::Impact;
use tenure_identity::person::Person;
use tenure_identity::policy::{Beyond, Policy};
use tenure_identity::resolve::{References, resolve, wanted};

/// People who are read at a time.
const PIECE: u32 = 500;

impl Engine {
    /// What the policy would change for everybody. `progress` hears how many people have passed.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn plan_policy(
        self: &SharedEngine,
        policy: Policy,
        mut progress: impl FnMut(u64),
    ) -> Result<Impact, EngineError> {
        let policy = Arc::new(policy);
        let (mut impact, mut after, mut working) = (Impact::default(), String::new(), None);
        loop {
            let people = self.store.whole_people_after(&after, PIECE).await?;
            if let Some(last) = people.last() {
                after = last.id.to_string();
            }
            if let Some(piece) = working.take() {
                let piece: tokio::task::JoinHandle<Result<Impact, EngineError>> = piece;
                impact = impact.and(piece.await.expect("resolving does not panic")?);
                progress(impact.people);
            }
            if people.is_empty() {
                impact.held = self.beyond_limit(&policy, impact.lose_access).await?;
                return Ok(impact);
            }
            let (engine, policy) = (Arc::clone(self), Arc::clone(&policy));
            working = Some(tokio::spawn(async move { engine.plan_piece(&policy, &people).await }));
        }
    }

    async fn plan_piece(&self, policy: &Policy, people: &[Person]) -> Result<Impact, EngineError> {
        let now = self.clock.now();
        let mut needed = BTreeSet::new();
        if policy.refers() {
            for person in people {
                needed.extend(wanted(policy, &person.claims, &person.groups, now));
            }
        }
        let mut references = match needed.is_empty() {
            true => References::default(),
            false => self.store.references(&self.sources(), &needed).await?,
        };
        self.refer_by_rules(policy, &people.iter().collect::<Vec<_>>(), &mut references).await?;
        let mut impact = Impact::default();
        for person in people {
            impact.add(person, &resolve(policy, &as_known(person, &references), now));
        }
        Ok(impact)
    }

    /// Of so many who would lose access now, how many the policy's limit would hold.
    async fn beyond_limit(&self, policy: &Policy, losing: u64) -> Result<u64, EngineError> {
        let limit = policy.limits.deactivations.as_ref().filter(|limit| limit.then == Beyond::Hold);
        let Some(limit) = limit.filter(|_| losing > 0) else { return Ok(0) };
        let losses = self.store.losses(limit.since(self.clock.now())).await?;
        Ok(losing.saturating_sub(limit.room(&losses)))
    }

    /// How many people there are.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn count_people(&self) -> Result<u64, EngineError> {
        Ok(self.store.count_people().await?)
    }
}
