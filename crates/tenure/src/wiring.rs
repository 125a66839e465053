//! Wiring: from the configuration to an engine that works.

use crate::config::Config;
use anyhow::Context;
use std::sync::Arc;
use tenure_engine::{Clock, Engine, Settings, SharedEngine};
use tenure_identity::policy::Policy;
use tenure_store::{Options, Store};

/// Opens the store and puts the engine together.
pub(crate) async fn engine(config: &Config) -> anyhow::Result<SharedEngine> {
    let (password, delivers) = (config.store_password.clone(), config.target.is_some());
    let options = Options { password, delivers, ..Options::default() };
    let store = Store::open(&config.store_url, options).await.context("the store cannot be used")?;
    let order: Vec<_> = config.sources.iter().map(|(name, _)| name.clone()).collect();
    let policy = Policy::built_in(&order);
    let settings = Settings {
        base_url: format!("{}/scim/v2", config.url()),
        sources: config.sources.iter().cloned().collect(),
        order,
        default_page: 100,
        max_page: 1_000,
        cursor_seconds: 3_600,
    };
    let mut engine = Engine::new(store, policy, config.catalog.clone(), Clock::system(), settings);
    if let Some(target) = &config.target {
        engine = engine.with_target(target.clone());
    }
    engine.refresh_policy().await.context("the policy in force cannot be read")?;
    Ok(Arc::new(engine))
}
