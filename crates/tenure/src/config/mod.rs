//! Configuration: `tenure.toml`, read and checked once. With no file at all everything has a sensible value: SQLite in
//! `./tenure.db`, 127.0.0.1:8080, one source `okta`, no target.

mod file;
mod mistake;
mod secret;
mod sign_in;
mod target;

use anyhow::{Context, anyhow, bail};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tenure_engine::target::Target;
use tenure_engine::{SourceSettings, Visibility};
use tenure_identity::id::SourceName;
use tenure_scim::schema::Catalog;
use tenure_server::{RateLimit, Settings};

/// Read from this directory if nobody names another file.
const DEFAULT_FILE: &str = "tenure.toml";

/// Everything that the configuration decides.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// Where clients reach us, if it is not where we listen; without a slash at the end.
    pub(crate) public_url: Option<String>,
    pub(crate) tls: Option<Tls>,
    pub(crate) store_url: String,
    pub(crate) store_password: Option<String>,
    /// In the order of authority: the first that has a value decides.
    pub(crate) sources: Vec<(SourceName, SourceSettings)>,
    pub(crate) catalog: Catalog,
    pub(crate) server: Settings,
    /// Where records go, if they go anywhere.
    pub(crate) target: Option<Target>,
}

impl Config {
    /// Where clients reach us, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", self.listen))
    }
}

/// Where the certificate and its key are.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// Reads the file that is named, or `tenure.toml` if it is there, or nothing.
pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Config> {
    let path = match named {
        Some(path) => Some(path),
        None => Some(Path::new(DEFAULT_FILE)).filter(|path| path.exists()),
    };
    let file = match path {
        Some(path) => parse(&read(path)?).with_context(|| format!("`{}` cannot be used", path.display()))?,
        None => file::File::default(),
    };
    check(file)
}

/// What holds when nobody configures anything.
pub(crate) fn built_in() -> anyhow::Result<Config> {
    check(file::File::default())
}

#[expect(clippy::disallowed_methods, reason = "the configuration is read here and nowhere else")]
fn read(path: &Path) -> anyhow::Result<String> {
    let help = || format!("configuration file `{}` cannot be read", path.display());
    std::fs::read_to_string(path).with_context(help)
}

fn parse(text: &str) -> anyhow::Result<file::File> {
    toml::from_str(text).map_err(|error| anyhow!(mistake::describe(text, &error)))
}

fn check(file: file::File) -> anyhow::Result<Config> {
    let timeout = Duration::from_secs(file.server.timeout_seconds);
    let tls = file.server.tls.map(|tls| Tls { certificate: tls.certificate, key: tls.key });
    Ok(Config {
        listen: file.server.listen,
        public_url: file.server.public_url.as_deref().map(public_url).transpose()?,
        tls,
        store_url: file.store.url,
        store_password: file.store.password.map(|secret| secret.read("store.password")).transpose()?,
        sources: sources(file.sources)?,
        catalog: Catalog::with_extensions(file.extensions).context("an extension schema cannot be used")?,
        server: Settings {
            max_body: file.server.max_body_bytes,
            max_in_flight: file.server.max_in_flight,
            timeout,
            patch_returns_body: file.server.patch_returns == file::PatchReturns::Resource,
            rate_limit: file.server.rate_limit.map(rate_limit).transpose()?,
            ..Settings::default()
        },
        target: file.target.map(|it| target::target(it, timeout)).transpose()?.flatten(),
    })
}

fn public_url(url: &str) -> anyhow::Result<String> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        bail!("server.public_url is `{url}`; it must begin with https:// or http://");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn sources(tables: BTreeMap<String, file::Source>) -> anyhow::Result<Vec<(SourceName, SourceSettings)>> {
    if tables.is_empty() {
        return Ok(vec![(SourceName::new("okta"), SourceSettings::default())]);
    }
    let mut sources: Vec<_> = tables.into_iter().collect();
    sources.sort_by_key(|(name, source)| (source.rank.unwrap_or(i64::MAX), name.clone()));
    sources.into_iter().map(|(name, source)| one_source(name, &source)).collect()
}

fn one_source(name: String, source: &file::Source) -> anyhow::Result<(SourceName, SourceSettings)> {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > 64 || !name.chars().all(harmless) {
        bail!("source name `{name}` may have letters, digits, `-` and `_`, up to 64 of them");
    }
    if source.kind != "scim" {
        bail!("sources.{name}.kind is `{}`; this version of Tenure takes `scim`", source.kind);
    }
    let visibility = match source.visibility {
        file::Visibility::Own => Visibility::Own,
        file::Visibility::All => Visibility::All,
    };
    Ok((SourceName::new(name), SourceSettings { visibility }))
}

fn rate_limit(limit: file::RateLimit) -> anyhow::Result<RateLimit> {
    let file::RateLimit { per_second, burst } = limit;
    let burst = burst.unwrap_or_else(|| (per_second * 2.0).max(1.0));
    if !(per_second > 0.0 && burst >= 1.0 && per_second.is_finite() && burst.is_finite()) {
        bail!("server.rate_limit needs per_second above 0 and burst of at least 1");
    }
    Ok(RateLimit { per_second, burst })
}

#[cfg(test)]
mod tests;
