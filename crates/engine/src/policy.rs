//! The policy in force, and how it changes: checked, applied as a new version, taken over by every node while it runs.

use crate::error::Thing;
use crate::{Engine, EngineError};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tenure_identity::id::SourceName;
use tenure_identity::policy::{BUILT_IN, Policy, Problem, Problems, Surroundings};
use tenure_store::error::CommitError;
use tenure_store::policies::StoredPolicy;
use tokio::sync::Notify;

/// The policy that decisions are made under, and who is told of a new one.
#[derive(Debug)]
pub(crate) struct Policies {
    in_force: RwLock<Arc<Policy>>,
    /// The newest version that cannot be used here and was complained of.
    unusable: AtomicI64,
    /// Somebody may have to be resolved anew.
    pub(crate) work: Notify,
    /// Held by the request that renews whom it made due.
    pub(crate) renewing: tokio::sync::Mutex<()>,
}

impl Policies {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            in_force: RwLock::new(Arc::new(policy)),
            unusable: AtomicI64::new(0),
            work: Notify::new(),
            renewing: tokio::sync::Mutex::new(()),
        }
    }

    fn get(&self) -> Arc<Policy> {
        Arc::clone(&self.in_force.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Versions only ever grow, whoever is quicker.
    fn set(&self, policy: Policy) {
        let mut in_force = self.in_force.write().unwrap_or_else(PoisonError::into_inner);
        if policy.version > in_force.version {
            *in_force = Arc::new(policy);
        }
    }
}

/// Who applies a policy, and why.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// By name.
    pub name: &'a str,
    /// In a sentence.
    pub reason: Option<&'a str>,
}

impl Engine {
    /// The policy in force on this node.
    pub fn policy(&self) -> Arc<Policy> {
        self.policies.get()
    }

    /// Checks a document; also what works and should be written differently.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check_policy(&self, document: &str) -> Result<(Policy, Vec<Problem>), Problems> {
        let mut sources: Vec<SourceName> = self.settings.sources.keys().cloned().collect();
        // Where a document states no order of authority, that of the configuration holds.
        let rank = |source: &SourceName| self.settings.order.iter().position(|name| name == source);
        sources.sort_by_key(|source| (rank(source).unwrap_or(usize::MAX), source.clone()));
        Policy::parse(document, Surroundings { sources: &sources, catalog: &self.catalog })
    }

    /// Makes the document the policy in force, on this node at once and on all others within two seconds. Whoever it
    /// concerns is resolved anew in the background.
    ///
    /// # Errors
    /// If it is wrong, somebody else applied one at the same moment, or the store fails.
    pub async fn apply_policy(
        &self,
        document: &str,
        author: Author<'_>,
    ) -> Result<StoredPolicy, EngineError> {
        self.put_in_force(document, author, None).await
    }

    /// Brings back the document of an earlier version, as a new version.
    ///
    /// # Errors
    /// As [`Engine::apply_policy`], and if there is no such version.
    pub async fn restore_policy(
        &self,
        version: i64,
        author: Author<'_>,
    ) -> Result<StoredPolicy, EngineError> {
        let document = self.policy_version(version).await?.document;
        self.put_in_force(&document, author, Some(version)).await
    }

    async fn put_in_force(
        &self,
        document: &str,
        author: Author<'_>,
        restores: Option<i64>,
    ) -> Result<StoredPolicy, EngineError> {
        let (policy, _) = self.check_policy(document)?;
        let stored = StoredPolicy {
            version: self.store.policy_version().await? + 1,
            document: document.to_owned(),
            author: author.name.to_owned(),
            reason: author.reason.map(str::to_owned),
            restores,
            applied: self.clock.now(),
        };
        let concerns_everybody = !self.policy().delivers_like(&policy);
        match self.store.apply_policy(&stored, concerns_everybody).await {
            Ok(()) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(CommitError::Moved | CommitError::Constraint(_)) => {
                return Err(EngineError::PolicyMoved { version: stored.version });
            }
        }
        tracing::info!(version = stored.version, author = author.name, "a new policy is in force");
        self.put_to_use(Policy { version: stored.version, ..policy });
        if concerns_everybody {
            self.deliver_anew().await?;
        }
        Ok(stored)
    }

    /// One version of the policy; 0 is the built-in one.
    ///
    /// # Errors
    /// If there is no such version, or the store fails.
    pub async fn policy_version(&self, version: i64) -> Result<StoredPolicy, EngineError> {
        if version == 0 {
            return Ok(built_in());
        }
        let found = self.store.policy(version).await?;
        found.ok_or_else(|| EngineError::no_such(Thing::Policy, &version.to_string()))
    }

    /// Versions before this one, the newest first; the built-in one comes last.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn policy_history(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredPolicy>, EngineError> {
        let before = before.unwrap_or(i64::MAX);
        let mut history = self.store.policies_before(before, limit).await?;
        if history.len() < limit as usize && before > 0 {
            history.push(built_in());
        }
        Ok(history)
    }

    /// Takes over the newest policy that any node applied. What cannot be used here leaves the old one in force, and the
    /// log says so once.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn refresh_policy(&self) -> Result<(), EngineError> {
        match self.take_over_policy().await {
            Err(EngineError::UnusablePolicy { version, problems }) => {
                if self.policies.unusable.swap(version, Ordering::Relaxed) != version {
                    let in_force = self.policy().version;
                    tracing::error!(version, in_force, %problems, "the policy cannot be used with this node's configuration; the one before stays in force");
                }
                Ok(())
            }
            other => other,
        }
    }

    /// Takes over the newest policy that any node applied.
    ///
    /// # Errors
    /// If it cannot be used with this node's configuration, or the store fails.
    pub async fn take_over_policy(&self) -> Result<(), EngineError> {
        let newest = self.store.policy_version().await?;
        if newest <= self.policy().version {
            return Ok(());
        }
        let stored = self.policy_version(newest).await?;
        let checked = self.check_policy(&stored.document);
        let (policy, _) =
            checked.map_err(|problems| EngineError::UnusablePolicy { version: newest, problems })?;
        tracing::info!(version = newest, author = stored.author, "a new policy is in force");
        // What this node has delivered since it was applied was delivered under the one before. At the start there is nothing.
        let anew = self.is_delivering() && !self.policy().delivers_like(&policy);
        if anew {
            // Noted before it is in force: if we end here, the next start finds it.
            self.store.miss_everybody().await?;
        }
        self.put_to_use(Policy { version: newest, ..policy });
        if anew {
            self.deliver_anew().await?;
        }
        Ok(())
    }

    /// Decides by it from now on.
    fn put_to_use(&self, policy: Policy) {
        self.policies.set(policy);
        self.policies.work.notify_one();
    }
}

fn built_in() -> StoredPolicy {
    StoredPolicy {
        version: 0,
        document: BUILT_IN.to_owned(),
        author: "tenure".to_owned(),
        reason: Some("applies when nobody wrote another".to_owned()),
        restores: None,
        applied: jiff::Timestamp::UNIX_EPOCH,
    }
}
