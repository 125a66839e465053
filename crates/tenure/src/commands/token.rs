//! `tenure token`: the secret goes to standard output, alone; everything else is talk.

use crate::cli::{Format, TokenCommand, TokenScope};
use crate::config::Config;
use crate::usage::Usage;
use crate::{output, wiring};
use anyhow::bail;
use std::process::ExitCode;
use tenure_engine::token::{AdminScope, NewToken, Scope};
use tenure_engine::{Engine, SharedEngine};
use tenure_identity::id::SourceName;
use tenure_server::view::Token;

pub(crate) async fn run(config: Config, command: TokenCommand) -> anyhow::Result<ExitCode> {
    let engine = wiring::engine(&config).await?;
    let result = carry_out(&config, &engine, command).await;
    engine.close().await;
    result?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(config: &Config, engine: &SharedEngine, command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Create { source: Some(source), expires, scope, .. } => {
            let source = known_source(config, &source)?;
            let scopes = scopes(&scope, TokenScope::of_source, &Scope::ALL, "a source")?;
            show_new(&engine.create_token(&source, &scopes, expires).await?);
        }
        TokenCommand::Create { admin: Some(name), expires, scope, .. } => {
            let scopes = scopes(&scope, TokenScope::of_admin, &[AdminScope::Read], "an administrator")?;
            show_new(&engine.create_admin_token(&name, &scopes, expires).await?);
        }
        TokenCommand::Create { .. } => bail!(Usage::new("say whose it is: --source NAME or --admin NAME")),
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
        None => {
            let text = format!("there is no source `{name}` in the configuration; there is: {}", names());
            bail!(Usage::new(text))
        }
    }
}

fn show_new(token: &NewToken) {
    let until =
        token.expires.map_or("until it is revoked".to_owned(), |at| format!("until {}", output::time(at)));
    output::say(&format!("token `{}` works {until}; the secret below is not shown again", token.id));
    output::line(&token.secret);
}

async fn list(engine: &Engine, format: Format) -> anyhow::Result<()> {
    let (stored, now) = (engine.tokens().await?, engine.clock().now());
    let tokens: Vec<_> = stored.iter().map(|token| Token::of(token, now)).collect();
    match format {
        Format::Json => output::json(&tokens),
        Format::Table if tokens.is_empty() => {
            output::say("there are no tokens; `tenure token create --source NAME` makes one");
        }
        Format::Table => output::line(&output::table(
            &["ID", "HOLDER", "SCOPES", "STATE", "CREATED", "EXPIRES"],
            tokens.into_iter().map(row),
        )),
    }
    Ok(())
}

fn row(token: Token) -> Vec<String> {
    let holder = token.source.or(token.admin.map(|name| format!("{name} (admin)"))).unwrap_or_default();
    let expires = token.expires.map_or_else(|| "never".to_owned(), output::time);
    let (scopes, state) = (token.scopes.join(" "), token.state.to_owned());
    vec![token.id, holder, scopes, state, output::time(token.created), expires]
}

/// What the token may do: what was asked for, if it is for such a holder, else what is usual.
fn scopes<S: Clone>(
    asked: &[TokenScope],
    scope: fn(TokenScope) -> Option<S>,
    usual: &[S],
    holder: &str,
) -> anyhow::Result<Vec<S>> {
    if asked.is_empty() {
        return Ok(usual.to_vec());
    }
    let scopes = asked.iter().map(|&asked| scope(asked)).collect::<Option<Vec<_>>>();
    scopes.ok_or_else(|| Usage::new(format!("{holder}'s token cannot have such a scope")).into())
}

impl TokenScope {
    fn of_source(self) -> Option<Scope> {
        match self {
            Self::Read => Some(Scope::Read),
            Self::Write => Some(Scope::Write),
            _ => None,
        }
    }

    fn of_admin(self) -> Option<AdminScope> {
        match self {
            Self::AdminRead => Some(AdminScope::Read),
            Self::AdminReview => Some(AdminScope::Review),
            Self::AdminDeliver => Some(AdminScope::Deliver),
            Self::AdminPolicy => Some(AdminScope::Policy),
            Self::AdminTokens => Some(AdminScope::Tokens),
            Self::Read | Self::Write => None,
        }
    }
}
