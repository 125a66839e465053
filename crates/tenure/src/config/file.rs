//! `tenure.toml` as it is written. Unknown keys are errors, so that a typing mistake is not a silent default.

use super::secret::SecretRef;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use tenure_scim::schema::CustomExtension;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) server: Server,
    pub(super) store: Store,
    pub(super) sources: BTreeMap<String, Source>,
    pub(super) target: Target,
    /// Custom SCIM extension schemas, in the spelling of RFC 7643 §7.
    pub(super) extensions: Vec<CustomExtension>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Server {
    pub(super) listen: SocketAddr,
    pub(super) public_url: Option<String>,
    pub(super) tls: Option<Tls>,
    /// What PATCH answers: `resource` (200) or `nothing` (204).
    pub(super) patch_returns: PatchReturns,
    /// For each token; none without it.
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) max_body_bytes: usize,
    pub(super) max_in_flight: usize,
    pub(super) timeout_seconds: u64,
}

impl Default for Server {
    fn default() -> Self {
        let defaults = tenure_server::Settings::default();
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            tls: None,
            patch_returns: PatchReturns::Resource,
            rate_limit: None,
            max_body_bytes: defaults.max_body,
            max_in_flight: defaults.max_in_flight,
            timeout_seconds: defaults.timeout.as_secs(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PatchReturns {
    Resource,
    Nothing,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateLimit {
    pub(super) per_second: f64,
    pub(super) burst: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Store {
    pub(super) url: String,
    pub(super) password: Option<SecretRef>,
}

impl Default for Store {
    fn default() -> Self {
        Self { url: "sqlite:tenure.db".to_owned(), password: None }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) kind: String,
    #[serde(default)]
    pub(super) visibility: Visibility,
    /// Lower decides first where several sources have a value; without it, after those that have one, by name.
    pub(super) rank: Option<i64>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Visibility {
    #[default]
    Own,
    All,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Target {
    pub(super) kind: String,
}

impl Default for Target {
    fn default() -> Self {
        Self { kind: "none".to_owned() }
    }
}
