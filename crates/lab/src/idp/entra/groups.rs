//! Entra's groups: looked up without their members, members checked one by one before they are sent.

use serde_json::json;

use super::{Entra, body, query};
use crate::company::{Group, GroupId, Member};
use crate::http::percent_encode;
use crate::idp::wire::id_of;
use crate::idp::{DriveError, GROUP, Outcome, ScimId, patch};

/// The second schema that Entra names in every group it creates.
const ADSCIM_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

impl Entra {
    /// Links the group of this name or creates an empty one, and adds the members who have arrived.
    pub async fn create_group(&mut self, group: &Group) -> Result<Outcome, DriveError> {
        let filter = percent_encode(&format!("displayName eq {}", json!(group.name)));
        let found = self.wire.find(&format!("/Groups?excludedAttributes=members&filter={filter}")).await?;
        let outcome = match found.as_ref().and_then(id_of) {
            Some(id) => Outcome::Linked(id),
            None => Outcome::Created(self.wire.create("/Groups", new_group(group)).await?),
        };
        if let Outcome::Linked(id) | Outcome::Created(id) = &outcome {
            self.memory().groups.insert(group.id.clone(), id.clone());
            self.send_members(id, &self.ids(&group.members), &[]).await?;
        }
        Ok(outcome)
    }

    /// The group has another name. Its state is read first, without the members.
    pub async fn rename_group(&mut self, group: &GroupId, name: &str) -> Result<Outcome, DriveError> {
        let Some(id) = self.group(group) else { return Ok(Outcome::Nothing) };
        self.wire.get(&format!("{}?excludedAttributes=members", path(&id))).await?;
        self.wire.patch(&path(&id), patch(vec![body::name(self.dialect, name)])).await?;
        Ok(Outcome::Updated(id))
    }

    /// Members come and go; each is checked first, so that nothing is sent that the server has already.
    pub async fn change_members(
        &mut self,
        group: &GroupId,
        joined: &[Member],
        left: &[Member],
    ) -> Result<Outcome, DriveError> {
        let Some(id) = self.group(group) else { return Ok(Outcome::Nothing) };
        self.wire.get(&format!("{}?excludedAttributes=members", path(&id))).await?;
        let (joined, left) = (self.ids(joined), self.ids(left));
        let joined = self.those_who_are(&id, joined, false).await?;
        let left = self.those_who_are(&id, left, true).await?;
        self.send_members(&id, &joined, &left).await?;
        Ok(Outcome::Updated(id))
    }

    /// Deletes the group, and forgets it.
    pub async fn delete_group(&mut self, group: &GroupId) -> Result<Outcome, DriveError> {
        let Some(id) = self.memory().groups.remove(group) else { return Ok(Outcome::Nothing) };
        self.wire.delete(&path(&id)).await?;
        Ok(Outcome::Deleted(id))
    }

    /// The users who are, or are not, members by the server's own word.
    async fn those_who_are(
        &mut self,
        group: &ScimId,
        users: Vec<ScimId>,
        members: bool,
    ) -> Result<Vec<ScimId>, DriveError> {
        let mut those = vec![];
        for user in users {
            let check = format!("id eq \"{group}\" and members eq \"{user}\"");
            if self.wire.find(&query("/Groups", &check, "&attributes=id")).await?.is_some() == members {
                those.push(user);
            }
        }
        Ok(those)
    }

    /// Additions and removals are separate requests.
    async fn send_members(
        &mut self,
        group: &ScimId,
        joined: &[ScimId],
        left: &[ScimId],
    ) -> Result<(), DriveError> {
        let added = body::add_members(self.dialect, joined);
        let removed = body::remove_members(self.dialect, left);
        for operations in [added, removed].into_iter().filter(|operations| !operations.is_empty()) {
            self.wire.patch(&path(group), patch(operations)).await?;
        }
        Ok(())
    }

    fn group(&self, group: &GroupId) -> Option<ScimId> {
        self.memory().groups.get(group).cloned()
    }

    fn ids<'a>(&self, members: impl IntoIterator<Item = &'a Member>) -> Vec<ScimId> {
        members.into_iter().filter_map(|member| self.linked(&member.external_id)).collect()
    }
}

fn new_group(group: &Group) -> serde_json::Value {
    json!({
        "schemas": [GROUP, ADSCIM_GROUP],
        "externalId": group.id.0,
        "displayName": group.name,
        "meta": { "resourceType": "Group" },
    })
}

fn path(id: &ScimId) -> String {
    format!("/Groups/{}", percent_encode(&id.0))
}
