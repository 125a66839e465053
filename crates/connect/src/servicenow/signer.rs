//! Assertions for the JWT bearer grant (RFC 7523): short-lived, each with an id of its own, signed with the key of the
//! OAuth application.

use super::settings::{SetUpError, SigningAlgorithm};
use crate::outside;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// How long an assertion holds, in seconds. It is used at once; the rest allows for clocks that differ.
const HOLDS: i64 = 300;

/// Signs assertions for one application.
pub(super) struct Signer {
    key: EncodingKey,
    header: Header,
    subject: String,
    audience: Option<String>,
}

/// What is signed with.
pub(super) struct Key<'a> {
    pub(super) pem: &'a SecretString,
    pub(super) algorithm: SigningAlgorithm,
    pub(super) id: Option<String>,
}

impl Signer {
    /// Reads the key.
    ///
    /// # Errors
    /// If it is not a key for the algorithm. A signature is tried, so that this shows at once and not at night.
    pub(super) fn new(key: &Key<'_>, subject: String, audience: Option<String>) -> Result<Self, SetUpError> {
        let failed = |source| SetUpError::Key { algorithm: key.algorithm, source };
        let mut header = Header::new(algorithm(key.algorithm));
        header.kid.clone_from(&key.id);
        let signer = Self { key: read(key).map_err(failed)?, header, subject, audience };
        jsonwebtoken::encode(&signer.header, &serde_json::json!({}), &signer.key).map_err(failed)?;
        Ok(signer)
    }

    /// A fresh assertion; `None` if it cannot be signed.
    pub(super) fn assertion(&self, client_id: &str, endpoint: &str) -> Option<SecretString> {
        let now = outside::wall_clock().as_second();
        let claims = serde_json::json!({
            "iss": client_id,
            "sub": self.subject,
            "aud": self.audience.as_deref().unwrap_or(endpoint),
            "iat": now,
            "exp": now + HOLDS,
            "jti": format!("{now:x}-{:016x}", outside::random()),
        });
        jsonwebtoken::encode(&self.header, &claims, &self.key).ok().map(Into::into)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("algorithm", &self.header.alg).finish_non_exhaustive()
    }
}

fn read(key: &Key<'_>) -> Result<EncodingKey, jsonwebtoken::errors::Error> {
    use SigningAlgorithm::{Es256, Es384, Hs256, Hs384, Hs512, Rs256, Rs384, Rs512};
    let text = key.pem.expose_secret().as_bytes();
    match key.algorithm {
        Rs256 | Rs384 | Rs512 => EncodingKey::from_rsa_pem(text),
        Es256 | Es384 => EncodingKey::from_ec_pem(text),
        Hs256 | Hs384 | Hs512 => Ok(EncodingKey::from_secret(text)),
    }
}

fn algorithm(of: SigningAlgorithm) -> Algorithm {
    match of {
        SigningAlgorithm::Rs256 => Algorithm::RS256,
        SigningAlgorithm::Rs384 => Algorithm::RS384,
        SigningAlgorithm::Rs512 => Algorithm::RS512,
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::Es384 => Algorithm::ES384,
        SigningAlgorithm::Hs256 => Algorithm::HS256,
        SigningAlgorithm::Hs384 => Algorithm::HS384,
        SigningAlgorithm::Hs512 => Algorithm::HS512,
    }
}
