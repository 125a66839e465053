//! Tokens, without their secrets; and a new one, with its secret for once.

use jiff::Timestamp;
use serde::Serialize;
use tenure_engine::token;
use tenure_store::tokens::StoredToken;
use utoipa::ToSchema;

/// A token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// By which it is rotated and revoked, and named in events.
    pub id: String,
    /// The source that it speaks for; null for an administrator's.
    pub source: Option<String>,
    /// The administrator whose it is; null for a source's.
    pub admin: Option<String>,
    /// What it may do.
    #[schema(examples(
        "scim:read",
        "scim:write",
        "admin:read",
        "admin:review",
        "admin:policy",
        "admin:tokens"
    ))]
    pub scopes: Vec<String>,
    /// `works`, `expired` or `revoked`.
    #[schema(examples("works", "expired", "revoked"))]
    pub state: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
    /// When it was taken back.
    pub revoked: Option<Timestamp>,
}

/// A new token. The secret is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewToken {
    /// By which it is rotated and revoked, and named in events.
    pub id: String,
    /// What the client sends as `Authorization: Bearer …`.
    pub secret: String,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
}

impl Token {
    /// A token as it is at this time.
    pub fn of(token: &StoredToken, now: Timestamp) -> Self {
        Self {
            id: token.id.clone(),
            source: token.holder.source().map(ToString::to_string),
            admin: token.holder.admin().map(ToString::to_string),
            scopes: token.scopes.split_whitespace().map(str::to_owned).collect(),
            state: state(token, now),
            created: token.created,
            expires: token.expires,
            revoked: token.revoked,
        }
    }
}

impl NewToken {
    /// A token that was just made.
    pub fn of(token: token::NewToken) -> Self {
        Self { id: token.id, secret: token.secret, expires: token.expires }
    }
}

/// Whether it works, in a word.
fn state(token: &StoredToken, now: Timestamp) -> &'static str {
    match (token.revoked, token::works(token, now)) {
        (Some(_), _) => "revoked",
        (None, true) => "works",
        (None, false) => "expired",
    }
}
