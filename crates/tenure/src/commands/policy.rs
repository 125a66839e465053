//! `tenure policy`: check a document, see what it would change, apply it, look at what was applied, and go back.

use crate::cli::{Format, PolicyCommand};
use crate::config::Config;
use crate::diagnose::{Place, tell};
use crate::{output, wiring};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::Path;
use std::process::ExitCode;
use tenure_engine::SharedEngine;
use tenure_engine::policy::Author;
use tenure_identity::impact::{Affected, Impact, ValueChange};
use tenure_identity::policy::{Policy, Problem, Severity, Surroundings};
use tenure_server::view;
use tenure_store::policies::StoredPolicy;

pub(crate) async fn run(config: Config, command: PolicyCommand) -> anyhow::Result<ExitCode> {
    if let PolicyCommand::Check { file, format } = &command {
        return check(&config, file, *format);
    }
    let engine = wiring::engine(&config).await?;
    let result = carry_out(&engine, command).await;
    engine.close().await;
    result
}

async fn carry_out(engine: &SharedEngine, command: PolicyCommand) -> anyhow::Result<ExitCode> {
    match command {
        PolicyCommand::Check { .. } => unreachable!("checked without an engine"),
        PolicyCommand::Plan { file, format } => return plan(engine, &file, format).await,
        PolicyCommand::Apply { file, reason, by } => {
            let document = read(&file)?;
            if usable(&document, &file, engine.check_policy(&document)).is_none() {
                return Ok(ExitCode::FAILURE);
            }
            let author = Author { name: &by, reason: reason.as_deref() };
            let applied = engine.apply_policy(&document, author).await?;
            settle(engine, &applied).await?;
        }
        PolicyCommand::Rollback { version, reason, by } => {
            let author = Author { name: &by, reason: reason.as_deref() };
            let applied = engine.restore_policy(version, author).await?;
            settle(engine, &applied).await?;
        }
        PolicyCommand::Show { version, format } => {
            let version = version.unwrap_or(engine.policy().version);
            let stored = engine.policy_version(version).await?;
            match format {
                Format::Json => output::json(&view::Policy::of(&stored)),
                Format::Table => output::bytes(stored.document.as_bytes()),
            }
        }
        PolicyCommand::History { format } => history(engine, format).await?,
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::disallowed_methods, reason = "the person at the command line names the file")]
fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("the policy `{}` cannot be read", file.display()))
}

type Checked = Result<(Policy, Vec<Problem>), tenure_identity::policy::Problems>;

/// Tells all that is wrong and how much that is; nothing comes back if the document cannot be used.
fn usable(document: &str, file: &Path, checked: Checked) -> Option<Policy> {
    let (policy, problems) = match checked {
        Ok((policy, warnings)) => (Some(policy), warnings),
        Err(problems) => (None, problems.0),
    };
    let name = file.display().to_string();
    for problem in &problems {
        let place = Place { text: document, file: Some(&name), span: problem.span.clone() };
        tell(place, problem.severity, &problem.message, problem.help.as_deref());
    }
    if policy.is_none() {
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let plural = if errors == 1 { "" } else { "s" };
        output::say(&format!("{errors} error{plural}; the policy in force stays"));
    }
    policy
}

/// Needs the configuration, for the sources and schemas that there are, and no store.
fn check(config: &Config, file: &Path, format: Format) -> anyhow::Result<ExitCode> {
    let document = read(file)?;
    let sources: Vec<_> = config.sources.iter().map(|(name, _)| name.clone()).collect();
    let checked = Policy::parse(&document, Surroundings { sources: &sources, catalog: &config.catalog });
    if format == Format::Json {
        diagnostics(&document, &checked);
    }
    if usable(&document, file, checked).is_none() {
        return Ok(ExitCode::FAILURE);
    }
    output::say(&format!("`{}` can be applied", file.display()));
    Ok(ExitCode::SUCCESS)
}

/// What was found, as data.
fn diagnostics(document: &str, checked: &Checked) {
    let (valid, problems) = match checked {
        Ok((_, warnings)) => (true, warnings.as_slice()),
        Err(problems) => (false, problems.0.as_slice()),
    };
    output::json(&view::PolicyCheck::of(document, valid, problems));
}

async fn plan(engine: &SharedEngine, file: &Path, format: Format) -> anyhow::Result<ExitCode> {
    let document = read(file)?;
    let checked = engine.check_policy(&document);
    // Without a plan there are the mistakes: a program that reads the output finds out why.
    if checked.is_err() && format == Format::Json {
        diagnostics(&document, &checked);
    }
    let Some(policy) = usable(&document, file, checked) else {
        return Ok(ExitCode::FAILURE);
    };
    let bar = bar(engine.count_people().await?, "people resolved under the proposed policy");
    let impact = engine.plan_policy(policy, |people| bar.set_position(people)).await?;
    bar.finish_and_clear();
    match format {
        Format::Json => output::json(&view::PolicyPlan::of(&impact)),
        Format::Table => show(&impact),
    }
    Ok(ExitCode::SUCCESS)
}

/// Brings everybody up to date whom the new policy concerns. A running server does the same, and neither disturbs the other.
async fn settle(engine: &SharedEngine, applied: &StoredPolicy) -> anyhow::Result<()> {
    output::say(&format!("policy version {} is in force; running servers take it over", applied.version));
    let bar = bar(engine.count_people().await?, "people resolved anew");
    engine.renew_all(|some| bar.inc(some as u64)).await?;
    bar.finish_and_clear();
    output::line(&applied.version.to_string());
    Ok(())
}

fn bar(length: u64, message: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}  {elapsed}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(message)
}

async fn history(engine: &SharedEngine, format: Format) -> anyhow::Result<()> {
    let history = engine.policy_history(None, 500).await?;
    if format == Format::Json {
        output::json(&history.iter().map(view::Policy::summary).collect::<Vec<_>>());
        return Ok(());
    }
    let current = engine.policy().version;
    let rows = history.iter().map(|stored| {
        let applied = if stored.version == 0 { String::new() } else { output::time(stored.applied) };
        let mark = if stored.version == current { "in force" } else { "" };
        let restores = stored.restores.map_or_else(String::new, |version| format!("brings back {version}. "));
        let reason = stored.reason.as_deref().unwrap_or_default();
        let why = format!("{restores}{reason}");
        vec![stored.version.to_string(), applied, stored.author.clone(), why, mark.to_owned()]
    });
    output::line(&output::table(&["VERSION", "APPLIED", "BY", "WHY", ""], rows));
    Ok(())
}

fn show(impact: &Impact) {
    output::line(&format!(
        "{} of {} people would change ({:.2} %); {} would lose access, {} would get it",
        impact.affected,
        impact.people,
        impact.percent(),
        impact.lose_access,
        impact.gain_access
    ));
    if impact.held > 0 {
        output::line(&format!(
            "{} of those who would lose access would be held by the limit, and keep it until a human answers",
            impact.held
        ));
    }
    let fields = impact.fields.iter().map(|(name, it)| {
        vec![name.to_string(), it.set.to_string(), it.changed.to_string(), it.cleared.to_string()]
    });
    section(!impact.fields.is_empty(), &["FIELD", "SET", "CHANGED", "CLEARED"], fields);
    let roles = impact
        .roles
        .iter()
        .map(|(name, it)| vec![name.clone(), it.granted.to_string(), it.revoked.to_string()]);
    section(!impact.roles.is_empty(), &["ROLE", "GRANTED", "REVOKED"], roles);
    let people = impact.most_affected.iter().map(person);
    section(!impact.most_affected.is_empty(), &["MOST AFFECTED", "WHAT WOULD CHANGE"], people);
    section(
        !impact.losers.is_empty(),
        &["WOULD LOSE ACCESS", "WHAT WOULD CHANGE"],
        impact.losers.iter().map(person),
    );
    if impact.findings + impact.deferred > 0 {
        output::line(&format!(
            "{} findings; {} fields would wait for somebody who has not arrived",
            impact.findings, impact.deferred
        ));
    }
    for example in &impact.examples {
        output::line(&format!("  {example}"));
    }
}

fn section(any: bool, headers: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    if any {
        output::line(&output::table(headers, rows));
    }
}

fn person(affected: &Affected) -> Vec<String> {
    let changes: Vec<_> = affected.changes.iter().take(8).map(change).collect();
    let more = affected.changes.len().saturating_sub(8);
    let rest = if more > 0 { format!("\nand {more} more") } else { String::new() };
    vec![affected.name.clone(), format!("{}{rest}", changes.join("\n"))]
}

fn change(change: &ValueChange) -> String {
    let text =
        |value: &Option<String>| value.as_ref().map_or_else(|| "nothing".to_owned(), |it| format!("`{it}`"));
    format!("{}: {} → {}", change.field, text(&change.from), text(&change.to))
}
