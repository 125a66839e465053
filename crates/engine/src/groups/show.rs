//! Groups as clients see them.

use super::group_id;
use crate::{Answer, Caller, Engine, EngineError, Preconditions, Visibility};
use serde_json::Value;
use tenure_identity::group::Group;
use tenure_identity::id::GroupId;
use tenure_scim::patch::Member;
use tenure_scim::projection::Projection;
use tenure_scim::render::{Envelope, Relations};
use tenure_store::query::Stored;

/// An answer to PUT or PATCH shows the members of a group up to this size, so that changing a large group costs no more
/// than changing a small one (RFC 7643 §7 lets a server decide what it returns; Entra asks for none at all).
const SHOWN_MEMBERS: u32 = 100;

impl Engine {
    /// GET of one group.
    ///
    /// # Errors
    /// If the group is not known or not visible, it is not modified, or the store fails.
    pub async fn group(
        &self,
        caller: &Caller,
        id: &str,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let group = self.live_group(&group_id(id)?).await?;
        if !self.may_read(caller, &group) {
            return Err(EngineError::group(id));
        }
        conditions.check_read(group.version)?;
        self.show_group(&group, projection).await
    }

    fn may_read(&self, caller: &Caller, group: &Group) -> bool {
        group.source == caller.actor.source || self.visibility(&caller.actor.source) == Visibility::All
    }

    pub(super) async fn show_group(
        &self,
        group: &Group,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        self.show_stored_group(&stored(group), projection).await
    }

    pub(crate) async fn show_stored_group(
        &self,
        stored: &Stored,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let members = match projection.wants(&self.catalog.group, "members") {
            true => self.store.members(&GroupId::new(stored.id.as_str()), u32::MAX).await?,
            false => Vec::new(),
        };
        self.render_group(stored, &members, projection)
    }

    /// After a change: the members too, unless they are many and nobody asked for them by name. To a source whose write
    /// was skipped, and that may not read the group, they are not shown at all.
    pub(super) async fn show_changed_group(
        &self,
        caller: &Caller,
        group: &Group,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        if !self.may_read(caller, group) {
            return self.render_group(&stored(group), &[], projection);
        }
        if !projection.is_default() {
            return self.show_group(group, projection).await;
        }
        let mut members = self.store.members(&group.id, SHOWN_MEMBERS + 1).await?;
        if members.len() > SHOWN_MEMBERS as usize {
            members.clear();
        }
        self.render_group(&stored(group), &members, projection)
    }

    fn render_group(
        &self,
        stored: &Stored,
        members: &[Member],
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let envelope = Envelope {
            resource_type: &self.catalog.group,
            id: &stored.id,
            base_url: &self.settings.base_url,
            created: stored.created,
            modified: stored.modified,
            version: stored.version,
        };
        let relations = Relations::Members(members);
        let body = if projection.is_default() && self.plain.groups {
            envelope.splice(&stored.doc, relations)
        } else {
            let mut object = envelope.wrap(crate::users::parse(&stored.doc)?, relations);
            projection.apply(&mut object, &self.catalog.group);
            Value::Object(object).to_string()
        };
        Ok(Answer { body, location: envelope.location(), version: stored.version, id: stored.id.clone() })
    }
}

fn stored(group: &Group) -> Stored {
    Stored {
        seq: 0,
        id: group.id.to_string(),
        version: group.version,
        created: group.created,
        modified: group.modified,
        doc: serde_json::to_string(&group.attributes).expect("a JSON object can be written"),
    }
}
