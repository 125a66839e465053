//! `tenure token`: the secret goes to standard output, alone; everything else is talk.

use crate::cli::{Format, TokenCommand, TokenScope};
use crate::config::Config;
use crate::{output, wiring};
use anyhow::bail;
use serde_json::json;
use std::process::ExitCode;
use tenure_engine::token::{NewToken, Scope, works};
use tenure_engine::{Engine, SharedEngine};
use tenure_identity::id::SourceName;
use tenure_store::tokens::StoredToken;

pub(crate) async fn run(config: Config, command: TokenCommand) -> anyhow::Result<ExitCode> {
    let engine = wiring::engine(&config).await?;
    let result = carry_out(&config, &engine, command).await;
    engine.close().await;
    result?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(config: &Config, engine: &SharedEngine, command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Create { source, expires, scope } => {
            let source = known_source(config, &source)?;
            let scopes: Vec<_> = scope.into_iter().map(Scope::from).collect();
            show_new(&engine.create_token(&source, &scopes, expires).await?);
        }
        TokenCommand::List { format } => list(engine, format).await?,
        TokenCommand::Rotate { id, overlap, expires } => {
            let token = engine.rotate_token(&id, expires, overlap).await?;
            output::say(&format!("`{id}` works for another {overlap:#}"));
            show_new(&token);
        }
        TokenCommand::Revoke { id } => {
            engine.revoke_token(&id).await?;
            output::say(&format!("`{id}` is revoked; every node refuses it within two seconds"));
        }
    }
    Ok(())
}

fn known_source(config: &Config, name: &str) -> anyhow::Result<SourceName> {
    let names = || config.sources.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    match config.sources.iter().find(|(known, _)| known.as_str() == name) {
        Some((known, _)) => Ok(known.clone()),
        None => bail!("there is no source `{name}` in the configuration; there is: {}", names()),
    }
}

fn show_new(token: &NewToken) {
    let until =
        token.expires.map_or("until it is revoked".to_owned(), |at| format!("until {}", output::time(at)));
    output::say(&format!("token `{}` works {until}; the secret below is not shown again", token.id));
    output::line(&token.secret);
}

async fn list(engine: &Engine, format: Format) -> anyhow::Result<()> {
    let tokens = engine.tokens().await?;
    let now = engine.clock().now();
    let state = |token: &StoredToken| match (token.revoked, works(token, now)) {
        (Some(_), _) => "revoked",
        (None, true) => "works",
        (None, false) => "expired",
    };
    let optional = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string());
    match format {
        Format::Json => output::json(&tokens.iter().map(|token| json!({
            "id": token.id, "source": token.source.as_str(), "scopes": token.scopes, "state": state(token),
            "created": token.created.to_string(), "expires": optional(token.expires), "revoked": optional(token.revoked),
        })).collect()),
        Format::Table if tokens.is_empty() => {
            output::say("there are no tokens; `tenure token create --source NAME` makes one");
        }
        Format::Table => output::line(&output::table(
            &["ID", "SOURCE", "SCOPES", "STATE", "CREATED", "EXPIRES"],
            tokens.iter().map(|token| vec![
                token.id.clone(), token.source.to_string(), token.scopes.clone(), state(token).to_owned(),
                output::time(token.created), token.expires.map_or_else(|| "never".to_owned(), output::time),
            ]),
        )),
    }
    Ok(())
}

impl From<TokenScope> for Scope {
    fn from(scope: TokenScope) -> Self {
        match scope {
            TokenScope::Read => Self::Read,
            TokenScope::Write => Self::Write,
        }
    }
}
