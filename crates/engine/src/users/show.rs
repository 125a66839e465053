//! Users as their source sees them: the document with what the server adds, projected to what was asked for.

use super::person_id;
use crate::{Answer, Caller, Engine, EngineError, Preconditions};
use serde_json::{Value, json};
use tenure_identity::claim::Claim;
use tenure_identity::id::PersonId;
use tenure_scim::Object;
use tenure_scim::projection::Projection;
use tenure_scim::render::{Envelope, Relations};
use tenure_scim::schema::RECORD;
use tenure_store::query::Stored;
use tenure_store::read::resources::GroupOf;

impl Engine {
    /// GET of one user.
    ///
    /// # Errors
    /// If the user is not known or not visible, it is not modified, or the store fails.
    pub async fn user(
        &self,
        caller: &Caller,
        id: &str,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let id = person_id(id)?;
        let found = self.store.user(&caller.actor.source, &id).await?;
        let (stored, groups) = match found {
            Some(found) => found,
            None => {
                let unclaimed = self.visible_unclaimed(&caller.actor.source, &id).await?;
                (unclaimed.ok_or_else(|| EngineError::user(id.as_str()))?, self.store.groups_of(&id).await?)
            }
        };
        conditions.check_read(stored.version)?;
        self.show_user(&stored, &groups, projection).await
    }

    pub(super) async fn show_claim(
        &self,
        person: &PersonId,
        claim: &Claim,
        groups: &[GroupOf],
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let stored = Stored {
            seq: 0,
            id: person.to_string(),
            version: claim.version,
            created: claim.created,
            modified: claim.modified,
            doc: serde_json::to_string(&*claim.attributes).expect("a JSON object can be written"),
        };
        self.show_user(&stored, groups, projection).await
    }

    pub(crate) async fn show_user(
        &self,
        stored: &Stored,
        groups: &[GroupOf],
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        let envelope = self.envelope(stored);
        let groups: Vec<_> =
            groups.iter().map(|group| (group.id.clone(), group.display_name.clone())).collect();
        let relations = Relations::Groups(&groups);
        let body = if projection.is_default() && self.plain.users {
            envelope.splice(&stored.doc, relations)
        } else {
            let mut object = envelope.wrap(parse(&stored.doc)?, relations);
            if projection.wants(&self.catalog.user, RECORD) {
                self.add_record(&stored.id, &mut object).await?;
            }
            projection.apply(&mut object, &self.catalog.user);
            Value::Object(object).to_string()
        };
        Ok(Answer { body, location: envelope.location(), version: stored.version, id: stored.id.clone() })
    }

    pub(crate) fn envelope<'a>(&'a self, stored: &'a Stored) -> Envelope<'a> {
        Envelope {
            resource_type: &self.catalog.user,
            id: &stored.id,
            base_url: &self.settings.base_url,
            created: stored.created,
            modified: stored.modified,
            version: stored.version,
        }
    }

    /// The resolved record, for those who ask for it by name.
    async fn add_record(&self, id: &str, object: &mut Object) -> Result<(), EngineError> {
        let Some(person) = self.store.person(&PersonId::new(id)).await? else { return Ok(()) };
        let fields = person.record.fields.iter().map(|(name, field)| {
            let mut entry = json!({ "name": name.as_str(), "value": field.value.to_string() });
            if let Some(source) = &field.source {
                entry["source"] = source.as_str().into();
            }
            entry
        });
        let mut record = json!({ "fields": fields.collect::<Vec<_>>(), "active": person.active });
        if let Some(locked) = person.record.flag("locked_out") {
            record["lockedOut"] = locked.into();
        }
        if let Some(at) = person.deactivated_at {
            record["deactivatedAt"] = at.to_string().into();
        }
        if !person.record.roles.is_empty() {
            record["roles"] = person.record.roles.iter().map(String::as_str).collect::<Vec<_>>().into();
        }
        record["provisioned"] = person.provisioned.into();
        object.insert(RECORD.into(), record);
        if let Some(Value::Array(schemas)) = object.get_mut("schemas") {
            schemas.push(RECORD.into());
        }
        Ok(())
    }
}

pub(crate) fn parse(document: &str) -> Result<Object, EngineError> {
    let corrupt = |error: serde_json::Error| tenure_store::error::StoreError::Corrupt {
        what: "resource",
        why: error.to_string(),
    };
    Ok(serde_json::from_str(document).map_err(corrupt)?)
}

impl Preconditions {
    /// `If-Match` for a change.
    pub(crate) fn check(&self, version: i64) -> Result<(), EngineError> {
        let tag = tenure_scim::etag::Version(version);
        let moved = self.if_match.as_ref().is_some_and(|condition| !condition.matches(tag))
            || self.if_none_match.as_ref().is_some_and(|condition| condition.matches(tag));
        if moved { Err(EngineError::VersionMoved { current: version }) } else { Ok(()) }
    }

    /// `If-None-Match` and `If-Match` for a read.
    pub(crate) fn check_read(&self, version: i64) -> Result<(), EngineError> {
        let tag = tenure_scim::etag::Version(version);
        if self.if_match.as_ref().is_some_and(|condition| !condition.matches(tag)) {
            return Err(EngineError::VersionMoved { current: version });
        }
        if self.if_none_match.as_ref().is_some_and(|condition| condition.matches(tag)) {
            return Err(EngineError::NotModified { current: version });
        }
        Ok(())
    }
}
