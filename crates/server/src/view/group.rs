//! Groups and who is in them.

use jiff::Timestamp;
use serde::Serialize;
use tenure_identity::group;
use tenure_scim::{Object, patch};
use utoipa::ToSchema;

/// A group as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupSummary {
    /// The id, which never changes; also the SCIM `id`.
    pub id: String,
    /// The source that owns it.
    pub source: String,
    /// The source's own id of it.
    pub external_id: Option<String>,
    /// Its name.
    pub display_name: String,
    /// When the source ended it, if it did.
    pub ended: Option<Timestamp>,
    /// When it first came.
    pub created: Timestamp,
    /// When it, or who is in it, last changed.
    pub modified: Timestamp,
}

/// A group with everything that its source says of it but the members.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    /// The id, which never changes; also the SCIM `id`.
    pub id: String,
    /// The source that owns it.
    pub source: String,
    /// The source's own id of it.
    pub external_id: Option<String>,
    /// Its name.
    pub display_name: String,
    /// When the source ended it, if it did.
    pub ended: Option<Timestamp>,
    /// When it first came.
    pub created: Timestamp,
    /// When it, or who is in it, last changed.
    pub modified: Timestamp,
    /// Counts the changes.
    pub version: i64,
    /// The SCIM attributes, as they were accepted.
    #[schema(value_type = Object)]
    pub attributes: Object,
}

/// Somebody who is in a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// The id of the person or group, as the source gave it.
    pub id: String,
    /// `User` or `Group`, if the source said so.
    pub kind: Option<String>,
    /// The name that the source gave.
    pub display: Option<String>,
}

impl GroupSummary {
    /// A group without its attributes.
    pub fn of(group: &group::Group) -> Self {
        let text =
            |name: &str| group.attributes.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        Self {
            id: group.id.to_string(),
            source: group.source.to_string(),
            external_id: text("externalId"),
            display_name: text("displayName").unwrap_or_default(),
            ended: group.ended,
            created: group.created,
            modified: group.modified,
        }
    }
}

impl Group {
    /// A group with its attributes.
    pub fn of(group: &group::Group) -> Self {
        let summary = GroupSummary::of(group);
        Self {
            id: summary.id,
            source: summary.source,
            external_id: summary.external_id,
            display_name: summary.display_name,
            ended: summary.ended,
            created: summary.created,
            modified: summary.modified,
            version: group.version,
            attributes: group.attributes.clone(),
        }
    }
}

impl Member {
    /// A member as the group has it.
    pub fn of(member: &patch::Member) -> Self {
        Self { id: member.value.clone(), kind: member.kind.clone(), display: member.display.clone() }
    }
}
