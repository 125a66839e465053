//! What can be wrong with a SCIM request (RFC 7644 §3.12, RFC 9865 §4), and the JSON body that says so.
//!
//! The kinds are SCIM's own words. Which HTTP status carries them is the server's business; the RFC's table is quoted
//! on each kind so that nobody has to look it up.

use serde_json::json;

/// URN of the error message schema.
pub const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A request that cannot be carried out as it stands. Nothing has been changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Error {
    /// What kind of mistake it is.
    pub kind: ErrorKind,
    /// One sentence for the person who reads the IdP's log: what is wrong, where, and what would be right.
    pub detail: String,
}

/// The kinds of RFC 7644 table 9 and RFC 9865 §4, with the HTTP status that those tables give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// 400: the filter does not parse, or compares what cannot be compared.
    InvalidFilter,
    /// 400: the request body is not the JSON that the message schema asks for.
    InvalidSyntax,
    /// 400: a PATCH path is malformed or names no attribute.
    InvalidPath,
    /// 400: a value is missing, of the wrong type, or outside of its bounds.
    InvalidValue,
    /// 400: the change would touch an immutable or read-only attribute.
    Mutability,
    /// 400: a PATCH value path selects nothing.
    NoTarget,
    /// 400: the request would need more work than the server is willing to do.
    TooMany,
    /// 409: another resource holds this value.
    Uniqueness,
    /// 400: a SCIM version or message schema that we do not speak.
    InvalidVersion,
    /// 400: the cursor is not one of ours, or belongs to another query (RFC 9865).
    InvalidCursor,
    /// 400: the cursor was ours and is too old (RFC 9865).
    ExpiredCursor,
    /// 400: the page size is not acceptable (RFC 9865).
    InvalidCount,
    /// 413: more operations or bytes than we take at once.
    TooLarge,
}

impl ErrorKind {
    /// The `scimType` keyword, where the RFCs define one.
    pub fn scim_type(self) -> Option<&'static str> {
        Some(match self {
            Self::InvalidFilter => "invalidFilter",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::InvalidValue => "invalidValue",
            Self::Mutability => "mutability",
            Self::NoTarget => "noTarget",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::InvalidVersion => "invalidVers",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
            Self::TooLarge => return None,
        })
    }
}

macro_rules! constructors {
    ($($name:ident => $kind:ident),* $(,)?) => {
        impl Error {
            $(
                #[doc = concat!("An [`ErrorKind::", stringify!($kind), "`] with this detail.")]
                pub fn $name(detail: impl Into<String>) -> Self {
                    Self { kind: ErrorKind::$kind, detail: detail.into() }
                }
            )*
        }
    };
}

constructors! {
    invalid_filter => InvalidFilter,
    invalid_syntax => InvalidSyntax,
    invalid_path => InvalidPath,
    invalid_value => InvalidValue,
    mutability => Mutability,
    no_target => NoTarget,
    too_many => TooMany,
    uniqueness => Uniqueness,
    invalid_version => InvalidVersion,
    invalid_cursor => InvalidCursor,
    expired_cursor => ExpiredCursor,
    invalid_count => InvalidCount,
    too_large => TooLarge,
}

/// The error message body. `status` is a string, as RFC 7644 §3.12 and Okta's own tests demand.
pub fn error_body(status: u16, scim_type: Option<&str>, detail: &str) -> serde_json::Value {
    let mut body = json!({ "schemas": [ERROR_SCHEMA], "status": status.to_string(), "detail": detail });
    if let Some(scim_type) = scim_type {
        body["scimType"] = json!(scim_type);
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_a_string_and_scim_type_only_where_defined() {
        assert_eq!(
            error_body(409, ErrorKind::Uniqueness.scim_type(), "taken"),
            json!({ "schemas": [ERROR_SCHEMA], "status": "409", "scimType": "uniqueness", "detail": "taken" })
        );
        assert_eq!(
            error_body(413, ErrorKind::TooLarge.scim_type(), "too large"),
            json!({ "schemas": [ERROR_SCHEMA], "status": "413", "detail": "too large" })
        );
    }
}
