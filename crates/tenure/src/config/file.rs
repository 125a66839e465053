//! `tenure.toml` as it is written. Unknown keys are errors, so that a typing mistake is not a silent default.

use super::secret::SecretRef;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
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
    pub(super) target: Option<Target>,
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
    #[serde(deserialize_with = "at_least_one")]
    pub(super) max_body_bytes: usize,
    #[serde(deserialize_with = "at_least_one")]
    pub(super) max_in_flight: usize,
    #[serde(deserialize_with = "at_least_one")]
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
    /// Has no default: whoever names a target means one.
    pub(super) kind: Option<String>,
    pub(super) url: Option<String>,
    /// Through what to call it; without it, as the system's proxy variables say.
    pub(super) proxy: Option<String>,
    pub(super) proxy_username: Option<String>,
    pub(super) proxy_password: Option<SecretRef>,
    pub(super) auth: Option<Auth>,
    /// The column of the stable key.
    pub(super) key: String,
    pub(super) delivery: Delivery,
    pub(super) groups: Groups,
    /// How long an answer to a source waits for the target at most; `immediate` only.
    pub(super) wait_seconds: u64,
    /// The most calls at one time.
    #[serde(deserialize_with = "at_least_one")]
    pub(super) concurrency: usize,
    #[serde(deserialize_with = "at_least_one")]
    pub(super) timeout_seconds: u64,
    /// For how long a node that has gone silent keeps those whom it works on.
    #[serde(deserialize_with = "at_least_one")]
    pub(super) lease_seconds: u64,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            kind: None,
            url: None,
            proxy: None,
            proxy_username: None,
            proxy_password: None,
            auth: None,
            key: "u_okta_user_id".to_owned(),
            delivery: Delivery::Queued,
            groups: Groups::Create,
            wait_seconds: 10,
            concurrency: 8,
            timeout_seconds: 60,
            lease_seconds: 30,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Delivery {
    #[default]
    Queued,
    Immediate,
}

/// Which groups are brought to the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Groups {
    #[default]
    Create,
    Existing,
    None,
}

/// As whom to call the target: which keys are wanted depends on `kind`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Auth {
    pub(super) kind: AuthKind,
    pub(super) grant: Option<Grant>,
    pub(super) username: Option<String>,
    pub(super) password: Option<SecretRef>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<SecretRef>,
    pub(super) token_url: Option<String>,
    pub(super) scope: Option<String>,
    /// The private key of an assertion, PEM; of HS256 and its like, the shared secret.
    pub(super) private_key: Option<SecretRef>,
    pub(super) algorithm: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) key_id: Option<String>,
    /// The key of `api_key`.
    pub(super) key: Option<SecretRef>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuthKind {
    Basic,
    Oauth,
    ApiKey,
}

/// How an OAuth token is had. Without it: by password if a user or a password is named, else by client credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Grant {
    ClientCredentials,
    Password,
    Jwt,
}

/// A number of which none would leave nothing to do.
fn at_least_one<'de, D: Deserializer<'de>, N: Deserialize<'de> + From<u8> + PartialOrd>(
    deserializer: D,
) -> Result<N, D::Error> {
    let number = N::deserialize(deserializer)?;
    if number < N::from(1) {
        return Err(D::Error::custom("it has to be at least 1"));
    }
    Ok(number)
}
