//! Secrets in the configuration are references: `{ env = "NAME" }` or `{ file = "/run/secrets/x" }`, never clear text.

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "{ env = \"NAME\" } or { file = \"PATH\" }, never the secret itself"
)]
pub(super) struct SecretRef {
    env: Option<String>,
    file: Option<PathBuf>,
}

impl SecretRef {
    /// The secret; `name` is the key in the configuration, for people.
    #[expect(clippy::disallowed_methods, reason = "secrets come from the environment or a file, read here")]
    pub(super) fn read(&self, name: &str) -> anyhow::Result<String> {
        let secret = match (&self.env, &self.file) {
            (Some(variable), None) => std::env::var(variable).map_err(|_| {
                anyhow!("{name}: environment variable `{variable}` is not set, or is not text")
            })?,
            (None, Some(path)) => std::fs::read_to_string(path)
                .with_context(|| format!("{name}: file `{}` cannot be read", path.display()))?,
            _ => bail!("{name} needs one of {{ env = \"NAME\" }} and {{ file = \"PATH\" }}"),
        };
        let secret = secret.trim_end_matches(['\r', '\n']);
        if secret.is_empty() {
            bail!("{name} is empty");
        }
        Ok(secret.to_owned())
    }
}
