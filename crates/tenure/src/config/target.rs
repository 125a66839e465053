//! The `[target]` table: where records go, as whom, and how hard to press.

use super::file;
use super::sign_in::sign_in;
use anyhow::{Context, anyhow, bail};
use std::time::Duration;
use tenure_connect::servicenow::{Proxy, ServiceNow, Settings};
use tenure_engine::target::{Groups, Mode, Target, TargetSettings};

/// The target, if there is one. `timeout` is how long an answer to a source may take.
pub(super) fn target(target: file::Target, timeout: Duration) -> anyhow::Result<Option<Target>> {
    match target.kind.as_deref() {
        None => {
            bail!("target.kind is missing; it is `servicenow`, or `none`: Tenure is the directory itself")
        }
        Some("none") => Ok(None),
        Some("servicenow") => servicenow(target, timeout).map(Some),
        Some(other) => bail!(
            "target.kind is `{other}`; this version of Tenure takes `servicenow`, and `none`: it is the directory itself"
        ),
    }
}

fn servicenow(target: file::Target, timeout: Duration) -> anyhow::Result<Target> {
    let (mode, proxy) = (mode(&target, timeout)?, proxy(&target)?);
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
    // Columns of the platform's own are in every record, and none of them is ours to write.
    if target.key.starts_with("sys_") {
        bail!(
            "target.key is `{}`, which the instance fills itself; it is a column of your own for the key that the source \
             gives, such as `u_okta_user_id`",
            target.key
        );
    }
    let account = auth.username.clone();
    let settings = Settings {
        concurrency: target.concurrency,
        timeout: Duration::from_secs(target.timeout_seconds),
        proxy,
        ..Settings::new(&url, sign_in(auth)?)
    };
    let client = ServiceNow::new(settings).context("target cannot be used")?;
    // All links hold for one instance: writing its address in another way must not make it another.
    let name = client.instance();
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

fn mode(target: &file::Target, timeout: Duration) -> anyhow::Result<Mode> {
    let longest = Duration::from_secs(target.wait_seconds);
    match target.delivery {
        file::Delivery::Queued => Ok(Mode::Queued),
        file::Delivery::Immediate if longest >= timeout => bail!(
            "target.wait_seconds ({}) has to be less than server.timeout_seconds ({}), or requests are given up \
             before they say what became of them",
            longest.as_secs(),
            timeout.as_secs()
        ),
        file::Delivery::Immediate => Ok(Mode::Immediate(longest)),
    }
}

fn proxy(target: &file::Target) -> anyhow::Result<Option<Proxy>> {
    let credentials = match (&target.proxy_username, &target.proxy_password) {
        (None, None) => None,
        (Some(name), Some(password)) => Some((name.clone(), password.read("target.proxy_password")?.into())),
        _ => bail!("target.proxy_username and target.proxy_password go together; one of them is missing"),
    };
    match &target.proxy {
        Some(url) => Ok(Some(Proxy { url: url.clone(), credentials })),
        None if credentials.is_some() => {
            bail!("target.proxy is missing; it is the proxy, such as `http://proxy.example.com:3128`")
        }
        None => Ok(None),
    }
}
