//! Okta's Group Push: only members who are linked are pushed, and every change of members repeats the name.

use serde_json::{Value, json};

use super::{Dialect, GroupLink, Okta, body, look_up};
use crate::company::{Group, GroupId, Member};
use crate::http::percent_encode;
use crate::idp::wire::id_of;
use crate::idp::{DriveError, GROUP, Outcome, ScimId, patch};

impl Okta {
    /// Pushes a group: links the one of this name or creates an empty one, then sends all members.
    pub async fn push_group(&mut self, group: &Group) -> Result<Outcome, DriveError> {
        let found = self.wire.find(&look_up("/Groups", "displayName", &group.name)).await?;
        let outcome = match found.as_ref().and_then(id_of) {
            Some(id) => Outcome::Linked(id),
            None => Outcome::Created(self.create_group(&group.name).await?),
        };
        if let Outcome::Linked(id) | Outcome::Created(id) = &outcome {
            let members = group.members.clone();
            let link = GroupLink { id: id.clone(), name: group.name.clone(), members };
            self.memory().groups.insert(group.id.clone(), link.clone());
            self.push_all_members(&link).await?;
        }
        Ok(outcome)
    }

    /// Members come and go. The template removes and adds in one request; AIW sends everybody.
    pub async fn change_members(
        &mut self,
        group: &GroupId,
        joined: &[Member],
        left: &[Member],
    ) -> Result<Outcome, DriveError> {
        let Some(link) = self.learn(group, |link| {
            link.members.retain(|member| left.iter().all(|gone| gone.external_id != member.external_id));
            link.members.extend(joined.iter().cloned());
        }) else {
            return Ok(Outcome::Nothing);
        };
        match self.dialect {
            Dialect::Aiw => self.put_group(&link).await?,
            Dialect::Template => {
                self.patch_name(&link).await?;
                self.patch_members(&link, joined, left).await?;
            }
        }
        Ok(Outcome::Updated(link.id))
    }

    /// Sends all members again, as "Push now" does.
    pub async fn push_members(&mut self, group: &GroupId) -> Result<Outcome, DriveError> {
        let Some(link) = self.learn(group, |_| {}) else { return Ok(Outcome::Nothing) };
        self.push_all_members(&link).await?;
        Ok(Outcome::Updated(link.id))
    }

    /// The group has another name.
    pub async fn rename_group(&mut self, group: &GroupId, name: &str) -> Result<Outcome, DriveError> {
        let Some(link) = self.learn(group, |link| name.clone_into(&mut link.name)) else {
            return Ok(Outcome::Nothing);
        };
        match self.dialect {
            Dialect::Aiw => self.put_group(&link).await?,
            Dialect::Template => self.patch_name(&link).await?,
        }
        Ok(Outcome::Updated(link.id))
    }

    /// Unlinks a pushed group and deletes it at the server.
    pub async fn unlink_group(&mut self, group: &GroupId) -> Result<Outcome, DriveError> {
        let Some(link) = self.memory().groups.remove(group) else { return Ok(Outcome::Nothing) };
        self.wire.delete(&path(&link.id)).await?;
        Ok(Outcome::Deleted(link.id))
    }

    fn learn(&self, group: &GroupId, change: impl FnOnce(&mut GroupLink)) -> Option<GroupLink> {
        let mut memory = self.memory();
        let link = memory.groups.get_mut(group)?;
        change(link);
        Some(link.clone())
    }

    async fn create_group(&mut self, name: &str) -> Result<ScimId, DriveError> {
        self.wire.create("/Groups", json!({ "schemas": [GROUP], "displayName": name, "members": [] })).await
    }

    async fn push_all_members(&mut self, link: &GroupLink) -> Result<(), DriveError> {
        if self.dialect == Dialect::Aiw {
            return self.put_group(link).await;
        }
        let members = self.members(&link.members);
        let operation = json!([{ "op": "replace", "path": "members", "value": members }]);
        self.wire.patch(&path(&link.id), patch(operation)).await?;
        Ok(())
    }

    /// GET, change, PUT with everybody.
    async fn put_group(&mut self, link: &GroupLink) -> Result<(), DriveError> {
        let mut group = self.wire.get(&path(&link.id)).await?;
        if let Some(group) = group.as_object_mut() {
            group.insert("displayName".to_owned(), json!(link.name));
            group.insert("members".to_owned(), self.members(&link.members));
        }
        self.wire.put(&path(&link.id), group).await?;
        Ok(())
    }

    /// The `id` inside of the value is Okta's, and some servers refuse it as read-only.
    async fn patch_name(&mut self, link: &GroupLink) -> Result<(), DriveError> {
        let value = json!({ "id": link.id.0, "displayName": link.name });
        self.wire.patch(&path(&link.id), patch(json!([{ "op": "replace", "value": value }]))).await?;
        Ok(())
    }

    async fn patch_members(
        &mut self,
        link: &GroupLink,
        joined: &[Member],
        left: &[Member],
    ) -> Result<(), DriveError> {
        let gone = left.iter().filter_map(|member| self.linked(&member.external_id));
        let mut operations: Vec<Value> =
            gone.map(|id| json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") })).collect();
        let added = self.members(joined);
        if added.as_array().is_some_and(|added| !added.is_empty()) {
            operations.push(json!({ "op": "add", "path": "members", "value": added }));
        }
        if !operations.is_empty() {
            self.wire.patch(&path(&link.id), patch(operations)).await?;
        }
        Ok(())
    }

    /// The members who are linked, as Okta writes them.
    fn members<'a>(&self, members: impl IntoIterator<Item = &'a Member>) -> Value {
        let memory = self.memory();
        let linked =
            |member: &Member| Some(body::member(memory.users.get(&member.external_id)?, &member.login));
        members.into_iter().filter_map(linked).collect()
    }
}

fn path(id: &ScimId) -> String {
    format!("/Groups/{}", percent_encode(&id.0))
}
