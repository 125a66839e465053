//! Why a SCIM call failed, in SCIM's form (RFC 7644 section 3.12) and with ServiceNow's texts.

use serde_json::json;

use crate::servicenow::http::answer::{Answer, Media};
use crate::servicenow::refused::Refused;

/// Why nothing happened.
#[derive(Debug)]
pub(super) struct Failure {
    status: u16,
    /// RFC 7644, table 9.
    scim_type: Option<&'static str>,
    detail: String,
}

impl Failure {
    fn new(status: u16, scim_type: Option<&'static str>, detail: impl Into<String>) -> Self {
        Self { status, scim_type, detail: detail.into() }
    }

    /// A value that cannot be.
    pub(super) fn value(detail: impl Into<String>) -> Self {
        Self::new(400, Some("invalidValue"), detail)
    }

    /// A body that is not what it should be.
    pub(super) fn syntax(detail: impl Into<String>) -> Self {
        Self::new(400, Some("invalidSyntax"), detail)
    }

    /// A filter that is not understood, or not supported.
    pub(super) fn filter(text: &str, reason: &str) -> Self {
        Self::new(400, Some("invalidFilter"), format!("Invalid filter: [{text}] {reason}"))
    }

    /// A path of a PATCH that is not understood.
    pub(super) fn path(path: &str) -> Self {
        Self::new(400, Some("invalidPath"), format!("Invalid path: {path}"))
    }

    /// A path of a PATCH that leads to nothing.
    pub(super) fn no_target(path: &str) -> Self {
        Self::new(400, Some("noTarget"), format!("The path {path} matches no value"))
    }

    /// A write to what the server alone writes.
    pub(super) fn read_only(attribute: &str) -> Self {
        Self::new(400, Some("mutability"), format!("Attribute {attribute} is read-only"))
    }

    /// Another resource has the value.
    pub(super) fn exists(resource: &str, attribute: &str) -> Self {
        let detail = format!("{resource} already exists. The {attribute} parameter must be unique");
        Self::new(409, Some("uniqueness"), detail)
    }

    /// No such resource.
    pub(super) fn not_found(resource: &str, id: &str) -> Self {
        Self::new(404, None, format!("{resource} id : {id} doesn't exist"))
    }

    /// The resource does not know the method.
    pub(super) fn no_method() -> Self {
        Self::new(405, None, "The resource does not support this method")
    }

    /// The caller may not use the service.
    pub(super) fn forbidden() -> Self {
        Self::new(403, None, "User Not Authorized")
    }

    /// The same failure, met by this operation of a PATCH.
    pub(super) fn of_operation(mut self, position: usize) -> Self {
        self.detail = format!("Patch op[{position}]: {}", self.detail);
        self
    }

    pub(super) fn into_answer(self) -> Answer {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "detail": self.detail,
            "status": self.status.to_string(),
        });
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.into();
        }
        Answer { media: Media::Scim, ..Answer::json(self.status, &body) }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match &refused {
            Refused::NoRow { sys_id, .. } => Self::new(404, None, format!("Resource {sys_id} not found")),
            Refused::Duplicate { table, .. } if table == "sys_user" => Self::exists("User", "userName"),
            Refused::Duplicate { column, .. } => {
                Self::new(409, Some("uniqueness"), format!("{column} must be unique"))
            }
            Refused::NoTable { .. } => Self::new(500, None, refused.to_string()),
            Refused::Access { .. } | Refused::Aborted { .. } | Refused::Mandatory { .. } => {
                Self::new(403, None, refused.to_string())
            }
        }
    }
}
