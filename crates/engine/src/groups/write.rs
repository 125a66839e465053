//! POST, PUT, PATCH and DELETE of groups.

use super::group_id;
use crate::commit::Tries;
use crate::{Answer, Caller, Engine, EngineError, Preconditions};
use serde_json::Value;
use tenure_identity::change::{Change, Expect};
use tenure_identity::group::{
    self, Group, GroupFacts, GroupPlan, GroupReply, MemberFacts, MembersPlan, named, needs_everybody,
    plan_members,
};
use tenure_identity::id::GroupId;
use tenure_scim::Object;
use tenure_scim::patch::{self, MemberChange, PatchRequest};
use tenure_scim::projection::Projection;
use tenure_scim::resource::{self, Accepted, Note};

/// What a request wants of a group: its attributes, and what becomes of its members.
struct Wanted {
    attributes: Object,
    notes: Vec<Note>,
    members: Vec<MemberChange>,
}

/// What an update makes of the attributes that are there.
enum Update {
    Replace(Value),
    Patch(PatchRequest, Vec<MemberChange>),
}

impl Engine {
    /// POST: makes a group, or brings one back that its source had ended.
    ///
    /// # Errors
    /// If the request is wrong, a live group has the name, or the store fails.
    pub async fn create_group(
        &self,
        caller: &Caller,
        body: Value,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let Accepted { mut attributes, notes } = resource::accept(body, &self.catalog.group)?;
        let members = vec![MemberChange::Add(patch::take_members(&mut attributes))];
        let mut tries = Tries::default();
        let group = loop {
            let facts = self.store.group_facts(&caller.actor.source, &attributes).await?;
            let known = self.store.member_facts(None, &named(&members), false).await?;
            let context = self.group_context(caller, self.clock.now());
            let planned = plan_members(&context, &members, &known);
            let (outcome, change) =
                outcome(group::create(&context, attributes.clone(), &notes, &facts, planned), None);
            if self.commit_group(change, &mut tries).await? {
                break outcome?;
            }
        };
        self.show_group(&group, projection).await
    }

    /// PUT: the group and its members are what the source sends now.
    ///
    /// # Errors
    /// If the group is not known, the request is wrong, the name is taken, or the store fails.
    pub async fn replace_group(
        &self,
        caller: &Caller,
        id: &str,
        body: Value,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        self.update_group(caller, id, &Update::Replace(body), conditions, projection).await
    }

    /// PATCH: the group changes in places, members come and go.
    ///
    /// # Errors
    /// If the group is not known, the request is wrong, the name is taken, or the store fails.
    pub async fn patch_group(
        &self,
        caller: &Caller,
        id: &str,
        body: Value,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let (request, members) = patch::split_members(PatchRequest::parse(body)?, &self.catalog.group)?;
        self.update_group(caller, id, &Update::Patch(request, members), conditions, projection).await
    }

    /// DELETE: the group ends; its id and history stay.
    ///
    /// # Errors
    /// If the group is not known, the version moved, or the store fails.
    pub async fn delete_group(
        &self,
        caller: &Caller,
        id: &str,
        conditions: &Preconditions,
    ) -> Result<(), EngineError> {
        let id = group_id(id)?;
        let mut tries = Tries::default();
        loop {
            let group = self.live_group(&id).await?;
            conditions.check(group.version)?;
            let plan = group::end(&self.group_context(caller, self.clock.now()), &group);
            if self.commit_group(plan.change, &mut tries).await? {
                return Ok(());
            }
        }
    }

    async fn update_group(
        &self,
        caller: &Caller,
        id: &str,
        update: &Update,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let id = group_id(id)?;
        let mut tries = Tries::default();
        let group = loop {
            let group = self.live_group(&id).await?;
            conditions.check(group.version)?;
            let plan = self.decide_update(caller, &group, update).await?;
            let (outcome, change) = outcome(plan, Some(group));
            if self.commit_group(change, &mut tries).await? {
                break outcome?;
            }
        };
        self.show_changed_group(caller, &group, projection).await
    }

    async fn decide_update(
        &self,
        caller: &Caller,
        group: &Group,
        update: &Update,
    ) -> Result<GroupPlan, EngineError> {
        let context = self.group_context(caller, self.clock.now());
        if group.source != caller.actor.source {
            return Ok(group::not_owner(&context, group));
        }
        let wanted = self.wanted(group, update)?;
        let facts = self.name_facts(group, &wanted).await?;
        let members = match wanted.members.is_empty() {
            true => MembersPlan::default(),
            false => plan_members(
                &context,
                &wanted.members,
                &self.known_members(&group.id, &wanted.members).await?,
            ),
        };
        Ok(group::update(&context, group, wanted.attributes, &wanted.notes, &facts, members))
    }

    fn wanted(&self, group: &Group, update: &Update) -> Result<Wanted, EngineError> {
        match update {
            Update::Replace(body) => {
                let Accepted { mut attributes, notes } =
                    resource::replace(body.clone(), &group.attributes, &self.catalog.group)?;
                let members = vec![MemberChange::Replace(patch::take_members(&mut attributes))];
                Ok(Wanted { attributes, notes, members })
            }
            Update::Patch(request, members) => {
                let patched = patch::apply(request, &group.attributes, &self.catalog.group)?;
                Ok(Wanted { attributes: patched.attributes, notes: patched.notes, members: members.clone() })
            }
        }
    }

    /// Whom a new name or external id could collide with.
    async fn name_facts(&self, group: &Group, wanted: &Wanted) -> Result<GroupFacts, EngineError> {
        if wanted.attributes == group.attributes {
            return Ok(GroupFacts::default());
        }
        Ok(self.store.group_facts(&group.source, &wanted.attributes).await?)
    }

    async fn known_members(
        &self,
        id: &GroupId,
        changes: &[MemberChange],
    ) -> Result<MemberFacts, EngineError> {
        if changes.is_empty() {
            return Ok(MemberFacts::default());
        }
        Ok(self.store.member_facts(Some(id), &named(changes), needs_everybody(changes)).await?)
    }

    /// Commits the change, and brings up to date whose record depends on it.
    async fn commit_group(&self, change: Change, tries: &mut Tries) -> Result<bool, EngineError> {
        let (policy, group) = (self.policy(), change.group.as_ref().map(|change| change.id().clone()));
        let named = change.group.as_ref().is_some_and(|change| change.expect != Expect::Live);
        let groups_matter = group.is_some() && policy.reads_groups();
        let done = self.commit(&Change { groups_matter, ..change }, tries).await?;
        match group.filter(|_| done) {
            Some(_) if groups_matter => self.renew_soon().await,
            Some(group) => {
                self.mark_under_newer_policy(&group, policy.version).await?;
                if named && policy.refers_to_groups() {
                    self.renew_soon().await;
                }
            }
            None => {}
        }
        Ok(done)
    }

    /// While a change that concerns nobody's record was made, another node may have applied a policy under which it does,
    /// and may have resolved everybody anew already.
    async fn mark_under_newer_policy(&self, group: &GroupId, version: i64) -> Result<(), EngineError> {
        if self.store.policy_version().await? > version {
            self.refresh_policy().await?;
            self.store.mark_members(group).await?;
            self.renew_soon().await;
        }
        Ok(())
    }

    pub(super) async fn live_group(&self, id: &GroupId) -> Result<Group, EngineError> {
        let group = self.store.group(id).await?.filter(|group| group.ended.is_none());
        group.ok_or_else(|| EngineError::group(id.as_str()))
    }
}

/// A refusal is an answer too: the owner's timeline hears of it.
fn outcome(plan: GroupPlan, unchanged: Option<Group>) -> (Result<Group, EngineError>, Change) {
    if let GroupReply::Taken { attribute, owner } = plan.reply {
        return (Err(EngineError::GroupTaken { attribute, owner: owner.to_string() }), plan.change);
    }
    let changed = plan.change.group.as_ref().map(|change| change.group.clone());
    let group = changed.or(unchanged).expect("a plan that is not refused has a group");
    (Ok(group), plan.change)
}
