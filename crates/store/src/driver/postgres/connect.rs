//! How a connection is made: with TLS unless the address says `sslmode=disable`, against the machine's own roots.

use crate::error::StoreError;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Plans that do not depend on luck: every statement is a look-up by an index, planned once for each connection. Without
/// these, PostgreSQL plans the same look-up anew each time, and walks whole tables until it has gathered statistics.
const PLANS: &str = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off \
     -c enable_mergejoin=off -c jit=off";

/// Makes connections to one database.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    config: Config,
    /// The address without credentials.
    place: String,
}

impl Connector {
    pub(super) fn new(mut config: Config, place: String) -> Self {
        config.application_name("tenure");
        if config.get_options().is_none() {
            config.options(PLANS);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        Self { config, place }
    }

    /// One connection, and the task that drives it.
    pub(super) async fn connect(&self) -> Result<(Client, JoinHandle<()>), StoreError> {
        if self.config.get_ssl_mode() == SslMode::Disable {
            let connected = self.config.connect(NoTls).await;
            let (client, connection) = connected.map_err(|error| self.unreachable(error))?;
            return Ok((client, tokio::spawn(drive(connection))));
        }
        let connected = self.config.connect(self.tls()?).await;
        let (client, connection) = connected.map_err(|error| self.unreachable(error))?;
        Ok((client, tokio::spawn(drive(connection))))
    }

    pub(super) fn pool(&self, size: usize) -> Result<Pool, StoreError> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let config = self.config.clone();
        let manager = match config.get_ssl_mode() {
            SslMode::Disable => Manager::from_config(config, NoTls, recycling),
            _ => Manager::from_config(config, self.tls()?, recycling),
        };
        Pool::builder(manager).max_size(size).build().map_err(|error| self.unreachable(error))
    }

    fn tls(&self) -> Result<MakeRustlsConnect, StoreError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(|error| self.unreachable(error))?;
        Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
    }

    fn unreachable(&self, error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
        StoreError::Open { place: self.place.clone(), source: Box::new(error) }
    }
}

async fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(%error, "a database connection ended");
    }
}
