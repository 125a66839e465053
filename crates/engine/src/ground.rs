//! What a decision stands on besides the facts of its request: the policy in force, whom and what the claims at hand refer
//! to, and, where access would end, what the limit has to know.

use crate::{Caller, Engine, EngineError};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use tenure_identity::change::Change;
use tenure_identity::claim::Claim;
use tenure_identity::event::Actor;
use tenure_identity::id::{CaseId, PersonId, SourceName};
use tenure_identity::limit::Losses;
use tenure_identity::person::Person;
use tenure_identity::policy::Policy;
use tenure_identity::receive::{Context, Incoming};
use tenure_identity::resolve::{Before, References, Subject, Wanted, resolve, wanted};
use uuid::Uuid;

/// What a decision stands on.
pub(crate) struct Ground {
    pub(crate) policy: Arc<Policy>,
    references: References,
    /// What is known of the limit, once it was asked for.
    losses: Option<Losses>,
    now: Timestamp,
}

impl Ground {
    /// The context of one decision, with fresh ids in the order of time.
    pub(crate) fn context<'a>(&'a self, actor: &'a Actor) -> Context<'a> {
        Context {
            policy: &self.policy,
            references: &self.references,
            losses: self.losses.as_ref(),
            actor,
            now: self.now,
            fresh_person: PersonId::new(Uuid::now_v7().to_string()),
            fresh_case: CaseId::new(Uuid::now_v7().to_string()),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn references(&self) -> &References {
        &self.references
    }
}

impl Engine {
    /// The ground for a decision about these people, of whom a source says something new. Whom their records refer to
    /// already is not looked up again: most claims keep their manager.
    pub(crate) async fn ground(
        &self,
        said: Option<(&Caller, &Incoming)>,
        people: &[&Person],
    ) -> Result<Ground, EngineError> {
        let (policy, now) = (self.policy(), self.clock.now());
        let mut references = References::default();
        if !policy.refers() {
            return Ok(Ground { policy, references, losses: None, now });
        }
        people.iter().for_each(|person| references.learn(&policy, person));
        let mut needed = needed(&policy, people, now);
        if let Some((caller, incoming)) = said {
            needed.extend(wanted(&policy, &[as_claim(caller, incoming, now)], &[], now));
        }
        needed.retain(|wanted| !references.has(wanted));
        self.look_up(&needed, &mut references).await?;
        Ok(Ground { policy, references, losses: None, now })
    }

    /// Decides. Where a rule refers to somebody who has not been looked up, and where access would end and the policy has a
    /// limit, decides once more with what has to be known for it: nobody else pays for that.
    pub(crate) async fn decided<T: AsRef<Change>>(
        &self,
        ground: &mut Ground,
        actor: &Actor,
        decide: impl Fn(&Context<'_>) -> T,
    ) -> Result<T, EngineError> {
        let mut decided = decide(&ground.context(actor));
        let mut asked = BTreeSet::new();
        while let Some(depends) = decided.as_ref().person.as_ref().and_then(|it| it.depends.as_ref()) {
            let Ground { policy, references, .. } = &mut *ground;
            if !self.find_awaited(policy, &depends.waits_for, &mut asked, references).await? {
                break;
            }
            decided = decide(&ground.context(actor));
        }
        let limit = ground.policy.limits.deactivations.as_ref();
        let Some(limit) = limit.filter(|_| decided.as_ref().asks_for_losses(&ground.policy)) else {
            return Ok(decided);
        };
        ground.losses = Some(self.store.losses(limit.since(ground.now)).await?);
        Ok(decide(&ground.context(actor)))
    }

    /// The same with everybody looked up: something besides their claims changed.
    pub(crate) async fn ground_anew(&self, people: &[&Person]) -> Result<Ground, EngineError> {
        let (policy, now) = (self.policy(), self.clock.now());
        let mut references = References::default();
        if policy.refers() {
            self.look_up(&needed(&policy, people, now), &mut references).await?;
            self.refer_by_rules(&policy, people, &mut references).await?;
        }
        Ok(Ground { policy, references, losses: None, now })
    }

    /// Looks up what rules of the policy wait for: that is only known once they have been asked, and one may read what another
    /// made. Whether anything was found, so that it is worth asking again; `asked` keeps what will not be.
    async fn find_awaited(
        &self,
        policy: &Policy,
        awaited: &[Wanted],
        asked: &mut BTreeSet<Wanted>,
        references: &mut References,
    ) -> Result<bool, EngineError> {
        if !policy.rules_refer() {
            return Ok(false);
        }
        let fresh: BTreeSet<_> = awaited.iter().filter(|it| !asked.contains(it)).cloned().collect();
        self.look_up(&fresh, references).await?;
        let found = fresh.iter().any(|wanted| references.has(wanted));
        asked.extend(fresh);
        Ok(found)
    }

    /// Adds whom and what the rules of a policy refer to for these people.
    pub(crate) async fn refer_by_rules(
        &self,
        policy: &Policy,
        people: &[&Person],
        references: &mut References,
    ) -> Result<(), EngineError> {
        let mut asked = BTreeSet::new();
        while policy.rules_refer() {
            let now = self.clock.now();
            let waits_for = |person: &&Person| resolve(policy, &as_known(person, references), now).waits_for;
            let awaited: Vec<_> = people.iter().flat_map(waits_for).collect();
            if !self.find_awaited(policy, &awaited, &mut asked, references).await? {
                break;
            }
        }
        Ok(())
    }

    async fn look_up(
        &self,
        needed: &BTreeSet<Wanted>,
        references: &mut References,
    ) -> Result<(), EngineError> {
        if !needed.is_empty() {
            references.extend(self.store.references(&self.sources(), needed).await?);
        }
        Ok(())
    }

    pub(crate) fn sources(&self) -> Vec<&SourceName> {
        self.settings.sources.keys().collect()
    }
}

/// Somebody as they are known, with whom and what they refer to.
pub(crate) fn as_known<'a>(person: &'a Person, references: &'a References) -> Subject<'a> {
    let before = Before {
        record: &person.record,
        deactivated_at: person.deactivated_at,
        provisioned: person.provisioned,
        hold: person.hold.as_ref(),
    };
    Subject { claims: &person.claims, groups: &person.groups, references, before }
}

fn needed(policy: &Policy, people: &[&Person], now: Timestamp) -> BTreeSet<Wanted> {
    people.iter().flat_map(|person| wanted(policy, &person.claims, &person.groups, now)).collect()
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
