//! `tenure serve`: runs until SIGINT or SIGTERM, then ends without losing anything.

use crate::config::{Config, Tls};
use crate::wiring;
use anyhow::{Context, anyhow};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::process::ExitCode;
use std::sync::Arc;
use tenure_engine::{deliver, handover, renew};
use tenure_server::listen;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

pub(crate) async fn run(mut config: Config) -> anyhow::Result<ExitCode> {
    let tls = config.tls.as_ref().map(tls).transpose()?;
    let listener = bind(&config).await?;
    // Port 0 takes whichever is free; addresses that clients are told have the one that was taken.
    config.listen = listener.local_addr()?;
    let engine = wiring::engine(&config).await?;
    // Commands may work without the policy in force; decisions under another one would be wrong for everybody.
    engine.take_over_policy().await?;
    let stop = stop_signal()?;
    announce(&config);
    let tending = tokio::spawn(renew::tend(Arc::clone(&engine)));
    let delivering = tokio::spawn(deliver::run(Arc::clone(&engine)));
    let handing_over = tokio::spawn(handover::run(Arc::clone(&engine)));
    let app = tenure_server::app(Arc::clone(&engine), config.server);
    listen::serve(listener, tls, app, stop).await;
    tending.abort();
    delivering.abort();
    handing_over.abort();
    engine.close().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn bind(config: &Config) -> anyhow::Result<TcpListener> {
    TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; is another program there, or may only root use the port?",
            config.listen
        )
    })
}

fn announce(config: &Config) {
    if config.public_url.is_none() && config.listen.ip().is_unspecified() {
        tracing::warn!("clients are told `{}`; set server.public_url to what they call us", config.url());
    }
    tracing::info!(address = %config.listen, scim = format!("{}/scim/v2", config.url()), "serving");
}

/// Ready on SIGTERM or SIGINT.
pub(crate) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new connections; requests on their way are answered");
    })
}

fn tls(files: &Tls) -> anyhow::Result<Arc<ServerConfig>> {
    let certificate = files.certificate.display();
    let chain: Vec<_> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .with_context(|| format!("certificate `{certificate}` cannot be read; it must be PEM"))?;
    if chain.is_empty() {
        return Err(anyhow!("`{certificate}` holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .with_context(|| format!("private key `{}` cannot be read; it must be PEM", files.key.display()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("the certificate and the private key do not fit together")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
