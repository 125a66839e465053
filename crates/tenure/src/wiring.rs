//! Wiring: from the configuration to an engine that works.

use crate::config::Config;
use anyhow::Context;
use std::sync::Arc;
use tenure_engine::{Clock, Engine, Settings, SharedEngine};
use tenure_identity::policy::Policy;
use tenure_store::{Options, Store};

/// Opens the store and puts the engine together.
pub(crate) async fn engine(config: &Config) -> anyhow::Result<SharedEngine> {
    let options = Options { password: config.store_password.clone(), ..Options::default() };
    let store = Store::open(&config.store_url, options).await.context("the store cannot be used")?;
    let names = config.sources.iter().map(|(name, _)| name.clone()).collect();
    let settings = Settings {
        base_url: format!("{}/scim/v2", config.url()),
        sources: config.sources.iter().cloned().collect(),
        default_page: 100,
        max_page: 1_000,
        cursor_seconds: 3_600,
    };
    let policy = Policy::built_in(names);
    Ok(Arc::new(Engine::new(store, policy, config.catalog.clone(), Clock::system(), settings)))
}
