//! SCIM 2.0 as values: RFC 7643 (schemas), RFC 7644 (protocol) and RFC 9865 (cursor paging).
//!
//! This crate knows the protocol and nothing else: no I/O, no clock, no database and no HTTP. A resource is a JSON
//! object ([`Object`]) that has been made canonical by a [`schema::ResourceType`]; filters, PATCH requests and paths
//! are parsed once into types and then applied to such objects.
//!
//! Where real clients leave the RFC (Okta, Entra, Databricks), the leniency is written down where it is granted.

pub mod bulk;
pub mod discovery;
pub mod error;
pub mod etag;
pub mod filter;
pub mod json;
pub mod patch;
pub mod path;
pub mod projection;
pub mod query;
pub mod render;
pub mod resource;
pub mod schema;
pub mod sort;
pub mod text;

pub use error::{Error, ErrorKind};

/// A SCIM resource or complex value: a JSON object that keeps the order of its keys.
pub type Object = serde_json::Map<String, serde_json::Value>;
