//! A claim: what one source says of one person now. A SCIM User resource *is* the claim of the source that wrote it.
//!
//! The attributes are kept whole, as they were accepted. Only `active` is added where the source does not say it: true
//! of a new claim, as it was of one that changes, so that taking the attribute away gives nobody access.

use crate::id::SourceName;
use crate::keys::Keys;
use jiff::Timestamp;
use std::sync::Arc;
use tenure_scim::Object;

/// What one source says of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Who says it.
    pub source: SourceName,
    /// The canonical SCIM attributes, with `externalId`, without `id`, `meta` and `groups`.
    pub attributes: Arc<Object>,
    /// Whether the source says that the person is active.
    pub active: bool,
    /// When `active` last changed, or the claim was made.
    pub active_since: Timestamp,
    /// When the source ended the claim (DELETE), if it did. An ended claim is remembered, and answers 404.
    pub ended: Option<Timestamp>,
    /// Counts the changes of this claim; the entity tag.
    pub version: i64,
    /// When the source first made it.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

impl Claim {
    /// The source's own id of the person.
    pub fn external_id(&self) -> Option<&str> {
        text(&self.attributes, "externalId")
    }

    /// The login as the source writes it.
    pub fn user_name(&self) -> &str {
        text(&self.attributes, "userName").unwrap_or_default()
    }

    /// What the claim can be found by.
    pub fn keys(&self) -> Keys {
        Keys::of(&self.attributes)
    }

    /// Whether the source still makes this claim, be the person active or not.
    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether this claim gives access: it is made, and says active.
    pub fn gives_access(&self) -> bool {
        self.is_live() && self.active
    }
}

/// The text under this key, if it is text and not blank.
pub(crate) fn text<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|value| !value.trim().is_empty())
}

/// What a resource says about `active`, if it says anything.
pub fn says_active(attributes: &Object) -> Option<bool> {
    attributes.get("active")?.as_bool()
}
