//! The drivers and the player against a small SCIM server that records what it is asked.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod entra;
mod http;
mod okta;
mod play;
mod servicenow;
mod stub;
