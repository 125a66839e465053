//! `tenure lab`: a system of the other end, simulated, for a rehearsal without anybody's instance.
//!
//! Nothing of it is kept: the instance lives in memory and ends with the command.

use super::serve::stop_signal;
use crate::cli::LabCommand;
use crate::output;
use anyhow::Context;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use tenure_lab::brownfield::Brownfield;
use tenure_lab::company::Company;
use tenure_lab::servicenow::{Faults, Instance, Server, Settings};

pub(crate) async fn run(command: LabCommand) -> anyhow::Result<ExitCode> {
    let LabCommand::Servicenow { port, listen, faults, users, brownfield, idp_csv, seed } = command;
    let instance = Instance::new(Settings::default());
    if users > 0 {
        instance.seed(&Company::generate(seed, users as usize));
    }
    if let Some(users) = brownfield {
        let history = Brownfield::generate(seed, users as usize);
        instance.seed_history(&history);
        idp_csv.as_deref().map(|file| export(file, &history)).transpose()?;
    }
    if let Some(file) = faults {
        instance.set_faults(schedule(&file)?);
    }
    let stop = stop_signal()?;
    let server = Server::start(instance.clone(), SocketAddr::new(listen, port)).await?;
    announce(&instance, &server.url);
    stop.await;
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::disallowed_methods, reason = "the schedule is a file that the command line names")]
fn schedule(file: &Path) -> anyhow::Result<Faults> {
    let named = || format!("`{}` cannot be used as a schedule of faults", file.display());
    let text = std::fs::read_to_string(file).with_context(named)?;
    Faults::parse(&text).with_context(named)
}

#[expect(clippy::disallowed_methods, reason = "the person at the command line names the file")]
fn export(file: &Path, history: &Brownfield) -> anyhow::Result<()> {
    std::fs::write(file, history.idp_csv())
        .with_context(|| format!("`{}` cannot be written", file.display()))?;
    output::say(&format!(
        "wrote {} users of the identity provider to {}",
        history.exported.len(),
        file.display()
    ));
    Ok(())
}

fn announce(instance: &Instance, url: &str) {
    output::line(url);
    let settings = instance.settings();
    let mut talk = format!(
        "a simulated ServiceNow with {} users, in memory, until Ctrl-C: Table, Batch and Aggregate API, OAuth, roles by\n\
         group, audit, and the faults of docs/REHEARSAL.md\n\naccounts (not secret; keep them to rehearsals):",
        instance.count_of("sys_user")
    );
    for account in &settings.accounts {
        let roles = if account.roles.is_empty() { "no roles".to_owned() } else { account.roles.join(", ") };
        talk += &format!("\n  {} / {}  ({roles})", account.user_name, account.password);
    }
    for client in &settings.oauth_clients {
        talk += &format!(
            "\n  OAuth client {} / {}, which acts as {}",
            client.client_id, client.client_secret, client.user_name
        );
    }
    for (key, user_name) in &settings.api_keys {
        talk += &format!("\n  API key {key}, which acts as {user_name}");
    }
    talk += &format!(
        "\n\nlook around:\n  curl -u {0}:{1} -H 'Accept: application/json' '{url}/api/now/table/sys_user?sysparm_limit=3'\n  \
         curl {url}/lab/calls",
        settings.accounts[0].user_name, settings.accounts[0].password
    );
    output::say(&talk);
}
