//! What the measuring process starts: one server, Tenure or the floor, alone in its process so that its memory is its
//! own. It says where it is in one line on standard output and serves until its standard input ends.

use super::floor;
use crate::cli::Served;
use crate::{config, output, wiring};
use anyhow::{Context, bail};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use tenure_connect::servicenow::{Auth, ServiceNow, Settings};
use tenure_engine::target::{Target, TargetSettings};
use tenure_engine::token::{AdminScope, Scope};
use tenure_engine::{deliver, renew};
use tenure_identity::id::{AdminName, SourceName};
use tenure_server::listen;
use tenure_store::Options;
use tenure_store::floor::Floor;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub(super) async fn run(served: Served, store: &str, deliver_to: Option<&str>) -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no port is free on 127.0.0.1")?;
    match served {
        Served::Tenure => tenure(listener, store, deliver_to).await?,
        Served::Floor => bare(listener, store).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn tenure(listener: TcpListener, store: &str, deliver_to: Option<&str>) -> anyhow::Result<()> {
    let mut config = config::built_in()?;
    config.listen = listener.local_addr()?;
    store.clone_into(&mut config.store_url);
    config.target = deliver_to.map(simulated).transpose()?;
    let engine = wiring::engine(&config).await?;
    if !engine.event_counts().await?.is_empty() {
        bail!(
            "the store `{store}` is not empty; measuring would fill a directory in use with invented people"
        );
    }
    let token = engine.create_token(&SourceName::new("okta"), &Scope::ALL, None).await?;
    let admin = engine.create_admin_token(&AdminName::new("bench"), &[AdminScope::Read], None).await?;
    ready(&format!("{}/scim/v2", config.url()), &token.secret, &admin.secret);
    let app = tenure_server::app(Arc::clone(&engine), config.server);
    let tending = tokio::spawn(renew::tend(Arc::clone(&engine)));
    let delivering = tokio::spawn(deliver::run(Arc::clone(&engine)));
    listen::serve(listener, None, app, input_ends()).await;
    tending.abort();
    delivering.abort();
    engine.close().await;
    Ok(())
}

/// The simulated instance of the measuring process, pressed as hard as one that nobody configured otherwise.
fn simulated(url: &str) -> anyhow::Result<Target> {
    let auth = Auth::Basic { username: "tenure.integration".into(), password: "integration-password".into() };
    let client = ServiceNow::new(Settings::new(url, auth))?;
    Ok(Target { name: url.to_owned(), client, settings: TargetSettings::default() })
}

async fn bare(listener: TcpListener, store: &str) -> anyhow::Result<()> {
    let table = Arc::new(Floor::open(store, Options::default()).await?);
    ready(&format!("http://{}", listener.local_addr()?), "none", "none");
    listen::serve(listener, None, floor::routes(Arc::clone(&table)), input_ends()).await;
    Ok(table.close().await?)
}

fn ready(base_url: &str, token: &str, admin: &str) {
    output::line(&json!({ "base_url": base_url, "token": token, "admin": admin }).to_string());
}

/// Standard input ends with the process that measures, however that ends.
async fn input_ends() {
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}
