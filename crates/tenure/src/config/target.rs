//! The `[target]` table: where records go, as whom, and how hard to press.

use super::file;
use super::secret::SecretRef;
use anyhow::{Context, anyhow, bail};
use secrecy::SecretString;
use std::time::Duration;
use tenure_connect::servicenow::{Auth, ServiceNow, Settings, SigningAlgorithm};
use tenure_engine::target::{Groups, Mode, Target, TargetSettings};

/// The target, if there is one.
pub(super) fn target(target: file::Target) -> anyhow::Result<Option<Target>> {
    match target.kind.as_str() {
        "none" => Ok(None),
        "servicenow" => servicenow(target).map(Some),
        other => bail!(
            "target.kind is `{other}`; this version of Tenure takes `servicenow`, and `none`: it is the directory itself"
        ),
    }
}

fn servicenow(target: file::Target) -> anyhow::Result<Target> {
    let url = target.url.ok_or_else(|| {
        anyhow!("target.url is missing; it is the instance, such as `https://example.service-now.com`")
    })?;
    let auth = target.auth.ok_or_else(|| {
        anyhow!("target.auth is missing; `{{ kind = \"basic\", username = \"...\", password = {{ env = \"SNOW_PASSWORD\" }} }}` or kind = \"oauth\"")
    })?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if target.key.is_empty() || !target.key.chars().all(is_name) {
        bail!("target.key is `{}`; it is the name of a column, such as `u_okta_user_id`", target.key);
    }
    if target.concurrency == 0 || target.timeout_seconds == 0 || target.lease_seconds == 0 {
        bail!("target.concurrency, target.timeout_seconds and target.lease_seconds have to be at least 1");
    }
    let account = auth.username.clone();
    let settings = Settings {
        concurrency: target.concurrency,
        timeout: Duration::from_secs(target.timeout_seconds),
        ..Settings::new(url.trim_end_matches('/'), sign_in(auth)?)
    };
    let name = settings.url.clone();
    let client = ServiceNow::new(settings).context("target cannot be used")?;
    let mode = match target.delivery {
        file::Delivery::Queued => Mode::Queued,
        file::Delivery::Immediate => Mode::Immediate(Duration::from_secs(target.wait_seconds)),
    };
    let groups = match target.groups {
        file::Groups::Create => Groups::Create,
        file::Groups::Existing => Groups::Existing,
        file::Groups::None => Groups::None,
    };
    let settings = TargetSettings {
        key: target.key.into(),
        mode,
        groups,
        parallel: target.concurrency * 4,
        lease: Duration::from_secs(target.lease_seconds),
        account,
    };
    Ok(Target { name, client, settings })
}

fn sign_in(auth: file::Auth) -> anyhow::Result<Auth> {
    match (auth.kind, auth.grant) {
        (file::AuthKind::Basic, _) => Ok(Auth::Basic {
            username: text(auth.username, "username")?,
            password: secret(auth.password, "password")?,
        }),
        (file::AuthKind::ApiKey, _) => Ok(Auth::ApiKey { key: secret(auth.key, "key")? }),
        (file::AuthKind::Oauth, Some(file::Grant::Jwt)) => assertion(auth),
        (file::AuthKind::Oauth, Some(file::Grant::Password)) => by_password(auth),
        (file::AuthKind::Oauth, None) if auth.password.is_some() => by_password(auth),
        (file::AuthKind::Oauth, _) => Ok(Auth::ClientCredentials {
            client_id: text(auth.client_id, "client_id")?,
            client_secret: secret(auth.client_secret, "client_secret")?,
            scope: auth.scope,
            token_url: auth.token_url,
        }),
    }
}

fn by_password(auth: file::Auth) -> anyhow::Result<Auth> {
    Ok(Auth::Password {
        client_id: text(auth.client_id, "client_id")?,
        client_secret: secret(auth.client_secret, "client_secret")?,
        username: text(auth.username, "username")?,
        password: secret(auth.password, "password")?,
        token_url: auth.token_url,
    })
}

fn assertion(auth: file::Auth) -> anyhow::Result<Auth> {
    let algorithm = auth.algorithm.as_deref().unwrap_or("RS256");
    Ok(Auth::Jwt {
        client_id: text(auth.client_id, "client_id")?,
        client_secret: auth.client_secret.map(|it| secret(Some(it), "client_secret")).transpose()?,
        key_pem: secret(auth.private_key, "private_key")?,
        algorithm: SigningAlgorithm::parse(algorithm).ok_or_else(|| {
            anyhow!("target.auth.algorithm is `{algorithm}`; RS256, ES256, HS256 and their like are known")
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
