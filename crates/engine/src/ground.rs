//! What a decision stands on besides the facts of its request: the policy in force, and whom the claims at hand refer to.

use crate::{Caller, Engine, EngineError};
use jiff::Timestamp;
use std::sync::Arc;
use tenure_identity::claim::Claim;
use tenure_identity::event::Actor;
use tenure_identity::id::{CaseId, PersonId};
use tenure_identity::person::Person;
use tenure_identity::policy::Policy;
use tenure_identity::receive::{Context, Incoming};
use tenure_identity::resolve::{References, wanted};
use uuid::Uuid;

/// What a decision stands on.
pub(crate) struct Ground {
    pub(crate) policy: Arc<Policy>,
    references: References,
    now: Timestamp,
}

impl Ground {
    /// The context of one decision, with fresh ids in the order of time.
    pub(crate) fn context<'a>(&'a self, actor: &'a Actor) -> Context<'a> {
        Context {
            policy: &self.policy,
            references: &self.references,
            actor,
            now: self.now,
            fresh_person: PersonId::new(Uuid::now_v7().to_string()),
            fresh_case: CaseId::new(Uuid::now_v7().to_string()),
        }
    }

    pub(crate) fn references(&self) -> &References {
        &self.references
    }
}

impl Engine {
    /// The ground for a decision about these people, of whom a source says something new.
    pub(crate) async fn ground<'a>(
        &self,
        said: Option<(&Caller, &Incoming)>,
        people: impl IntoIterator<Item = &'a Person>,
    ) -> Result<Ground, EngineError> {
        let (policy, now) = (self.policy(), self.clock.now());
        let mut needed = std::collections::BTreeSet::new();
        if policy.refers_to_people() {
            if let Some((caller, incoming)) = said {
                needed.extend(wanted(&policy, &[as_claim(caller, incoming, now)], &[], now));
            }
            for person in people {
                needed.extend(wanted(&policy, &person.claims, &person.groups, now));
            }
        }
        let references = match needed.is_empty() {
            true => References::default(),
            false => self.store.references(&self.sources(), &needed).await?,
        };
        Ok(Ground { policy, references, now })
    }

    pub(crate) fn sources(&self) -> Vec<&tenure_identity::id::SourceName> {
        self.settings.sources.keys().collect()
    }
}

/// What is said, in the form in which expressions read it.
fn as_claim(caller: &Caller, incoming: &Incoming, now: Timestamp) -> Claim {
    Claim {
        source: caller.actor.source.clone(),
        attributes: Arc::clone(&incoming.attributes),
        active: true,
        active_since: now,
        ended: None,
        version: 1,
        created: now,
        modified: now,
    }
}
