//! `target.auth`: as whom to call the target, and whether its keys go together. A key that would be passed over in silence
//! is refused, as it says that something else was meant.

use super::file::{Auth as File, AuthKind, Grant};
use super::secret::SecretRef;
use anyhow::{anyhow, bail};
use secrecy::SecretString;
use std::fmt;
use tenure_connect::servicenow::{Auth, SigningAlgorithm};

/// A way of signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Basic,
    ApiKey,
    ClientCredentials,
    Password,
    Jwt,
}

impl Way {
    const ALL: [Self; 5] = [Self::Basic, Self::ApiKey, Self::ClientCredentials, Self::Password, Self::Jwt];

    fn of(auth: &File) -> anyhow::Result<Self> {
        Ok(match (auth.kind, auth.grant) {
            (AuthKind::Basic | AuthKind::ApiKey, Some(_)) => {
                bail!("target.auth.grant goes with kind = \"oauth\" alone; take it out, or change the kind")
            }
            (AuthKind::Basic, None) => Self::Basic,
            (AuthKind::ApiKey, None) => Self::ApiKey,
            (AuthKind::Oauth, Some(Grant::ClientCredentials)) => Self::ClientCredentials,
            (AuthKind::Oauth, Some(Grant::Password)) => Self::Password,
            (AuthKind::Oauth, Some(Grant::Jwt)) => Self::Jwt,
            (AuthKind::Oauth, None) if auth.username.is_some() || auth.password.is_some() => Self::Password,
            (AuthKind::Oauth, None) => Self::ClientCredentials,
        })
    }

    fn takes(self) -> &'static [&'static str] {
        match self {
            Self::Basic => &["username", "password"],
            Self::ApiKey => &["key"],
            Self::ClientCredentials => &["client_id", "client_secret", "scope", "token_url"],
            Self::Password => &["client_id", "client_secret", "username", "password", "scope", "token_url"],
            Self::Jwt => &[
                "client_id",
                "client_secret",
                "private_key",
                "algorithm",
                "subject",
                "audience",
                "key_id",
                "token_url",
            ],
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic => "kind = \"basic\"",
            Self::ApiKey => "kind = \"api_key\"",
            Self::ClientCredentials => "grant = \"client_credentials\"",
            Self::Password => "grant = \"password\"",
            Self::Jwt => "grant = \"jwt\"",
        })
    }
}

/// How to sign in.
pub(super) fn sign_in(auth: File) -> anyhow::Result<Auth> {
    let way = Way::of(&auth)?;
    fits(&auth, way)?;
    Ok(match way {
        Way::Basic => Auth::Basic {
            username: text(auth.username, "username")?,
            password: secret(auth.password, "password")?,
        },
        Way::ApiKey => Auth::ApiKey { key: secret(auth.key, "key")? },
        Way::ClientCredentials => Auth::ClientCredentials {
            client_id: text(auth.client_id, "client_id")?,
            client_secret: secret(auth.client_secret, "client_secret")?,
            scope: auth.scope,
            token_url: auth.token_url,
        },
        Way::Password => Auth::Password {
            client_id: text(auth.client_id, "client_id")?,
            client_secret: secret(auth.client_secret, "client_secret")?,
            username: text(auth.username, "username")?,
            password: secret(auth.password, "password")?,
            scope: auth.scope,
            token_url: auth.token_url,
        },
        Way::Jwt => assertion(auth)?,
    })
}

/// Refuses a key that another way of signing in wants.
fn fits(auth: &File, way: Way) -> anyhow::Result<()> {
    let Some(key) = given(auth).find(|key| !way.takes().contains(key)) else { return Ok(()) };
    let others: Vec<_> = Way::ALL.iter().filter(|it| it.takes().contains(&key)).map(Way::to_string).collect();
    let others = others.join(", ");
    bail!("target.auth.{key} does not go with {way}, but with {others}; take it out, or say which is meant")
}

fn given(auth: &File) -> impl Iterator<Item = &'static str> {
    let keys = [
        ("username", auth.username.is_some()),
        ("password", auth.password.is_some()),
        ("client_id", auth.client_id.is_some()),
        ("client_secret", auth.client_secret.is_some()),
        ("token_url", auth.token_url.is_some()),
        ("scope", auth.scope.is_some()),
        ("private_key", auth.private_key.is_some()),
        ("algorithm", auth.algorithm.is_some()),
        ("subject", auth.subject.is_some()),
        ("audience", auth.audience.is_some()),
        ("key_id", auth.key_id.is_some()),
        ("key", auth.key.is_some()),
    ];
    keys.into_iter().filter_map(|(key, is_given)| is_given.then_some(key))
}

fn assertion(auth: File) -> anyhow::Result<Auth> {
    let algorithm = auth.algorithm.as_deref().unwrap_or("RS256");
    Ok(Auth::Jwt {
        client_id: text(auth.client_id, "client_id")?,
        client_secret: auth.client_secret.map(|it| secret(Some(it), "client_secret")).transpose()?,
        key_pem: secret(auth.private_key, "private_key")?,
        algorithm: SigningAlgorithm::parse(algorithm).ok_or_else(|| {
            anyhow!(
                "target.auth.algorithm is `{algorithm}`; RS256, RS384, RS512, ES256, ES384, HS256, HS384 and HS512 are known"
            )
        })?,
        subject: text(auth.subject, "subject")?,
        audience: auth.audience,
        key_id: auth.key_id,
        token_url: auth.token_url,
    })
}

fn text(value: Option<String>, key: &str) -> anyhow::Result<String> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| anyhow!("target.auth.{key} is missing"))
}

fn secret(value: Option<SecretRef>, key: &str) -> anyhow::Result<SecretString> {
    let value = value.ok_or_else(|| {
        anyhow!("target.auth.{key} is missing; {{ env = \"NAME\" }} or {{ file = \"PATH\" }}")
    })?;
    Ok(value.read(&format!("target.auth.{key}"))?.into())
}
