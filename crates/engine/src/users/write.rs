//! POST, PUT, PATCH and DELETE of users.

use super::person_id;
use crate::commit::Tries;
use crate::ground::Ground;
use crate::{Answer, Caller, Engine, EngineError, Preconditions};
use serde_json::Value;
use std::sync::Arc;
use tenure_identity::change::{Change, ClaimChange};
use tenure_identity::claim::{Claim, says_active};
use tenure_identity::id::PersonId;
use tenure_identity::keys::Keys;
use tenure_identity::person::{Held, Person};
use tenure_identity::receive::{self, Context, Facts, Incoming, Plan, Reply};
use tenure_scim::Object;
use tenure_scim::patch::{self, PatchRequest};
use tenure_scim::projection::Projection;
use tenure_scim::resource::{self, Accepted};
use tenure_store::read::resources::GroupOf;

/// What an update makes of the attributes that are there.
pub(super) enum Update<'a> {
    Replace(&'a Value),
    Patch(&'a PatchRequest),
}

/// A claim after a commit, with what is needed to show it.
struct Written {
    person: PersonId,
    claim: Claim,
    /// The groups that the person was in when it was decided; no claim changes them.
    groups: Vec<GroupOf>,
}

impl Engine {
    /// POST: makes a person, or recognises one who is known.
    ///
    /// # Errors
    /// If the request is wrong, the identity is taken or in doubt, or the store fails.
    pub async fn create_user(
        &self,
        caller: &Caller,
        body: Value,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let incoming = incoming(resource::accept(body, &self.catalog.user)?);
        let mut tries = Tries::default();
        let written = loop {
            let (plan, before) = self.decide_new_claim(caller, &incoming).await?;
            let (outcome, change) = outcome(plan, before.as_ref(), None);
            if self.commit(&change, &mut tries).await? {
                let written = outcome?;
                self.bring_up_to_date(&change).await;
                self.await_delivery(&change).await?;
                break written;
            }
        };
        self.show_written(&written, projection).await
    }

    /// PUT: the claim is what the source sends now.
    ///
    /// # Errors
    /// If the user is not known, the request is wrong, the identity is taken or in doubt, or the store fails.
    pub async fn replace_user(
        &self,
        caller: &Caller,
        id: &str,
        body: Value,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        self.update_user(caller, id, &Update::Replace(&body), conditions, projection).await
    }

    /// PATCH: the claim changes in places.
    ///
    /// # Errors
    /// If the user is not known, the request is wrong, the identity is taken or in doubt, or the store fails.
    pub async fn patch_user(
        &self,
        caller: &Caller,
        id: &str,
        body: Value,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let request = PatchRequest::parse(body)?;
        self.update_user(caller, id, &Update::Patch(&request), conditions, projection).await
    }

    /// DELETE: the claim ends; the person is deactivated and stays.
    ///
    /// # Errors
    /// If the user is not known, the version moved, or the store fails.
    pub async fn delete_user(
        &self,
        caller: &Caller,
        id: &str,
        conditions: &Preconditions,
    ) -> Result<(), EngineError> {
        let id = person_id(id)?;
        let mut tries = Tries::default();
        loop {
            let (person, claim) = self.person_and_claim(caller, &id).await?;
            let claim = claim.ok_or_else(|| EngineError::user(id.as_str()))?;
            conditions.check(claim.version)?;
            let plan = self.decide_user_end(caller, &person, &claim).await?;
            if self.commit(&plan.change, &mut tries).await? {
                return self.await_delivery(&plan.change).await;
            }
        }
    }

    async fn update_user(
        &self,
        caller: &Caller,
        id: &str,
        update: &Update<'_>,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let id = person_id(id)?;
        let mut tries = Tries::default();
        let written = loop {
            let (person, claim) = self.person_and_claim(caller, &id).await?;
            let plan = match &claim {
                Some(claim) => self.decide_user_update(caller, &person, claim, update, conditions).await?,
                None => self.decide_first_claim(caller, &person, update, conditions).await?,
            };
            let (outcome, change) = outcome(plan, Some(&person), claim);
            if self.commit(&change, &mut tries).await? {
                let written = outcome?;
                self.bring_up_to_date(&change).await;
                self.await_delivery(&change).await?;
                break written;
            }
        };
        self.show_written(&written, projection).await
    }

    /// What follows from a POST, and the person as they were, if they are known.
    pub(super) async fn decide_new_claim(
        &self,
        caller: &Caller,
        incoming: &Incoming,
    ) -> Result<(Plan, Option<Person>), EngineError> {
        let facts = self.store.identity_facts(&caller.actor.source, &Keys::of(&incoming.attributes)).await?;
        let mut ground =
            self.ground(Some((caller, incoming)), &facts.candidates.iter().collect::<Vec<_>>()).await?;
        let create = |context: &Context<'_>| receive::create(context, incoming, &facts);
        let plan = self.decided(&mut ground, &caller.actor, create).await?;
        let before = match &plan.reply {
            Reply::Created(id) => facts.candidates.into_iter().find(|person| person.id == *id),
            _ => None,
        };
        let plan = self.noting_circles(caller, &ground, before.as_ref(), plan).await?;
        Ok((plan, before))
    }

    pub(super) async fn decide_user_end(
        &self,
        caller: &Caller,
        person: &Person,
        claim: &Claim,
    ) -> Result<Plan, EngineError> {
        let mut ground = self.ground(None, &[person]).await?;
        let end = |context: &Context<'_>| receive::end(context, person, claim);
        let plan = self.decided(&mut ground, &caller.actor, end).await?;
        self.noting_circles(caller, &ground, Some(person), plan).await
    }

    async fn noting_circles(
        &self,
        caller: &Caller,
        ground: &Ground,
        before: Option<&Person>,
        mut plan: Plan,
    ) -> Result<Plan, EngineError> {
        self.note_circles(&caller.actor, ground.now(), before, &mut plan.change).await?;
        Ok(plan)
    }

    pub(super) async fn decide_user_update(
        &self,
        caller: &Caller,
        person: &Person,
        claim: &Claim,
        update: &Update<'_>,
        conditions: &Preconditions,
    ) -> Result<Plan, EngineError> {
        conditions.check(claim.version)?;
        let incoming = self.updated(&claim.attributes, claim.active, update)?;
        let facts = self.update_facts(caller, person, claim, &incoming).await?;
        let mut ground = self.ground(Some((caller, &incoming)), &[person]).await?;
        let update = |context: &Context<'_>| receive::update(context, person, claim, &incoming, &facts);
        let plan = self.decided(&mut ground, &caller.actor, update).await?;
        self.noting_circles(caller, &ground, Some(person), plan).await
    }

    /// A source that may see everybody has matched this person, and now pushes to them for the first time.
    pub(super) async fn decide_first_claim(
        &self,
        caller: &Caller,
        person: &Person,
        update: &Update<'_>,
        conditions: &Preconditions,
    ) -> Result<Plan, EngineError> {
        let seen = self.visible_unclaimed(&caller.actor.source, &person.id).await?;
        let seen = seen.ok_or_else(|| EngineError::user(person.id.as_str()))?;
        conditions.check(seen.version)?;
        let incoming = self.updated(&super::parse(&seen.doc)?, person.active, update)?;
        let facts = self.store.identity_facts(&caller.actor.source, &Keys::of(&incoming.attributes)).await?;
        let mut ground = self.ground(Some((caller, &incoming)), &[person]).await?;
        let claim = |context: &Context<'_>| receive::claim(context, person, &incoming, &facts);
        let plan = self.decided(&mut ground, &caller.actor, claim).await?;
        self.noting_circles(caller, &ground, Some(person), plan).await
    }

    fn updated(
        &self,
        attributes: &Object,
        active: bool,
        update: &Update<'_>,
    ) -> Result<Incoming, EngineError> {
        match update {
            Update::Replace(body) => {
                let mut incoming =
                    incoming(resource::replace((*body).clone(), attributes, &self.catalog.user)?);
                // A profile push that leaves `active` out neither ends nor restores access.
                let attributes = Arc::make_mut(&mut incoming.attributes);
                attributes.entry("active").or_insert(active.into());
                Ok(incoming)
            }
            Update::Patch(request) => {
                let patched = patch::apply(request, attributes, &self.catalog.user)?;
                let says_inactive = says_active(&patched.attributes) == Some(false)
                    && (active || self.says_inactive(request, attributes));
                Ok(Incoming { attributes: patched.attributes.into(), notes: patched.notes, says_inactive })
            }
        }
    }

    /// Whether the request makes somebody inactive who is active. Of somebody who is inactive anyway the outcome alone does not
    /// tell it.
    fn says_inactive(&self, request: &PatchRequest, attributes: &Object) -> bool {
        let mut active = attributes.clone();
        active.insert("active".to_owned(), true.into());
        let patched = patch::apply(request, &active, &self.catalog.user);
        patched.is_ok_and(|patched| says_active(&patched.attributes) == Some(false))
    }

    /// Whom the new attributes could collide with. Most updates touch no key, and nobody has to be looked up.
    async fn update_facts(
        &self,
        caller: &Caller,
        person: &Person,
        claim: &Claim,
        incoming: &Incoming,
    ) -> Result<Facts, EngineError> {
        let keys = Keys::of(&incoming.attributes);
        let stays_active = claim.gives_access() && says_active(&incoming.attributes).unwrap_or(true);
        let settled = |held: &Held, key: &str| *held == Held::Shared || held.key() == Some(key);
        let login_settled = !stays_active || settled(&person.login, &keys.user_name);
        let number_settled =
            keys.employee_number.as_ref().is_none_or(|n| settled(&person.employee_number, n));
        let leaves = says_active(&incoming.attributes) == Some(false);
        if claim.keys() == keys && (stays_active || leaves) && login_settled && number_settled {
            return Ok(Facts::default());
        }
        Ok(self.store.identity_facts(&caller.actor.source, &keys).await?)
    }

    /// The person, and the source's live claim if it makes one.
    pub(super) async fn person_and_claim(
        &self,
        caller: &Caller,
        id: &PersonId,
    ) -> Result<(Person, Option<Claim>), EngineError> {
        let person = self.store.person(id).await?.ok_or_else(|| EngineError::user(id.as_str()))?;
        let claim = person.live_claim_of(&caller.actor.source).cloned();
        Ok((person, claim))
    }

    /// Whoever waited for what the change brings is brought up to date, and whoever waits since for somebody who came
    /// meanwhile.
    async fn bring_up_to_date(&self, change: &Change) {
        let brings = |change: &ClaimChange| {
            change.before.as_ref().is_none_or(|before| before.keys != change.claim.keys())
        };
        if !self.policy().refers() {
            return;
        }
        if change.claims.iter().any(brings) {
            self.renew_soon().await;
        }
        if let Some(person) = &change.person {
            self.renew_if_awaited_came(person).await;
        }
    }

    async fn show_written(&self, written: &Written, projection: &Projection) -> Result<Answer, EngineError> {
        let wanted = projection.wants(&self.catalog.user, "groups");
        let groups = if wanted { &written.groups[..] } else { &[] };
        self.show_claim(&written.person, &written.claim, groups, projection).await
    }
}

pub(super) fn incoming(accepted: Accepted) -> Incoming {
    let says_inactive = says_active(&accepted.attributes) == Some(false);
    Incoming { attributes: accepted.attributes.into(), notes: accepted.notes, says_inactive }
}

/// A refusal is an answer too: it may have opened a case, which has to be committed before the source hears of it.
fn outcome(
    plan: Plan,
    before: Option<&Person>,
    unchanged: Option<Claim>,
) -> (Result<Written, EngineError>, Change) {
    let person = match plan.reply {
        Reply::Refused(refusal) => return (Err(EngineError::Refused(refusal)), plan.change),
        Reply::Created(person) | Reply::Updated(person) | Reply::Ended(person) => person,
    };
    // Nobody can be in a group who was not there before.
    let groups = before.into_iter().flat_map(|before| &before.groups);
    let groups = groups.map(|it| GroupOf { id: it.id.to_string(), display_name: it.name.clone() }).collect();
    let changed = plan.change.claims.first().map(|change| change.claim.clone());
    let claim = changed.or(unchanged).expect("a plan that is not refused has a claim");
    (Ok(Written { person, claim, groups }), plan.change)
}
