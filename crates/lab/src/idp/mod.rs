//! Identity providers as a SCIM server meets them: the requests that Okta and Entra really send, in their dialects.
//!
//! A driver keeps what its original keeps (which SCIM id belongs to which account) and forgets what its original
//! forgets. [`Okta::fork`](okta::Okta::fork) and [`Entra::fork`](entra::Entra::fork) give a second worker with a
//! connection of its own and the same memory, because the originals push in parallel.

pub mod entra;
pub mod okta;
mod pace;
mod wire;

pub use pace::{Hurried, Pace, RealTime};
pub use wire::{DriveError, Refusal};

use std::fmt;

/// URN of the core user schema.
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// URN of the enterprise extension.
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// URN of the core group schema.
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// URN of the PATCH message.
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The server's id of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScimId(pub String);

impl fmt::Display for ScimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What became of an operation that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server had nobody, and has a new resource now.
    Created(ScimId),
    /// The server had a resource that matched, and it was brought up to date.
    Linked(ScimId),
    /// A known resource was changed.
    Updated(ScimId),
    /// A known resource was set inactive.
    Deactivated(ScimId),
    /// A resource was deleted.
    Deleted(ScimId),
    /// There was nothing to send.
    Nothing,
}

/// A PATCH body with these operations.
fn patch(operations: impl Into<serde_json::Value>) -> serde_json::Value {
    serde_json::json!({ "schemas": [PATCH_OP], "Operations": operations.into() })
}
