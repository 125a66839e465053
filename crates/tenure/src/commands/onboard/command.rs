//! The command itself: reads, reports, asks, applies. Exits with 1 if a human has to decide or mend anything.

use super::{Report, applied, export};
use crate::cli::{Format, OnboardOptions};
use crate::config::Config;
use crate::{output, wiring};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::process::ExitCode;
use tenure_engine::SharedEngine;
use tenure_engine::onboard::{self, Application, Applied, Progress, Study};
use tenure_identity::onboard::Known;

pub(crate) async fn run(config: Config, options: OnboardOptions) -> anyhow::Result<ExitCode> {
    if options.apply && !options.yes && !std::io::stdin().is_terminal() {
        bail!("`--apply` asks before it writes, and there is nobody to ask; add `--yes` to apply without");
    }
    let exported = options.idp_csv.as_deref().map(read).transpose()?.unwrap_or_default();
    let engine = wiring::engine(&config).await?;
    // What would be linked under another policy than the one in force would be wrong for everybody.
    engine.take_over_policy().await?;
    let result = carry_out(&engine, exported, &options).await;
    engine.close().await;
    result
}

async fn carry_out(
    engine: &SharedEngine,
    exported: Vec<Known>,
    options: &OnboardOptions,
) -> anyhow::Result<ExitCode> {
    let bar = bar();
    let study = onboard::study(engine, exported, options.resume, |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    let study = study?;
    if study.known.is_empty() {
        output::say(
            "nobody is known yet: give the identity provider's export with `--idp-csv`, or push first",
        );
    }
    study.gaps.iter().for_each(|gap| output::say(&format!("note: {gap}")));
    let report = Report::new(&study.target, &study.survey, &study.adoption, &study.rows, &study.known);
    write_files(&report, options)?;
    if options.format == Format::Table {
        output::line(&report.table());
    }
    let applied = match options.apply && is_wanted(&study, options)? {
        true => Some(apply(engine, &study, options).await?),
        false => None,
    };
    tell(&report, &study, applied.as_deref(), options.format);
    let has_trouble = study.undecided() > 0 || applied.is_some_and(|applied| applied::has_trouble(&applied));
    Ok(if has_trouble { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn tell(report: &Report<'_>, study: &Study, applied: Option<&[Applied]>, format: Format) {
    match (format, applied) {
        (Format::Json, applied) => {
            let mut json = report.json();
            json["gaps"] = study.gaps.clone().into();
            json["applied"] = applied.map(applied::json).into();
            output::json(&json);
        }
        (Format::Table, Some(applied)) => output::line(&format!("\n{}", applied::table(report, applied))),
        (Format::Table, None) => output::say("nothing was written to the target"),
    }
}

/// Shows what would be written and asks, unless `--yes` has answered.
fn is_wanted(study: &Study, options: &OnboardOptions) -> anyhow::Result<bool> {
    if options.yes {
        return Ok(true);
    }
    let links = &study.adoption.links;
    let keys = links.iter().filter(|link| link.seed.is_some()).count();
    let replaced = links.iter().filter(|link| link.replaces.is_some()).count();
    let seeds = match options.seed_keys {
        true => format!(
            ", and {keys} stable keys be written to {}, {replaced} of them over another",
            study.target
        ),
        false => String::new(),
    };
    output::say(&format!("\n{} links would be made{seeds}. Type `yes` to do it:", links.len()));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).context("the answer cannot be read")?;
    Ok(answer.trim() == "yes")
}

async fn apply(
    engine: &SharedEngine,
    study: &Study,
    options: &OnboardOptions,
) -> anyhow::Result<Vec<Applied>> {
    let application = Application {
        seed_keys: options.seed_keys,
        seed_scim: options.seed_keys && (options.scim_table || study.has_scim_users),
        by: options.by.clone(),
    };
    let (bar, all) = (bar(), study.adoption.links.len() as u64);
    let tell = |done| show(&bar, Progress { what: "links", done, all: Some(all) });
    let applied = onboard::apply(engine, study, application, tell).await;
    bar.finish_and_clear();
    Ok(applied?)
}

fn read(file: &Path) -> anyhow::Result<Vec<Known>> {
    let named = || format!("`{}` cannot be used as the identity provider's export", file.display());
    let bytes = std::fs::read(file).with_context(named)?;
    export::identities(&bytes).with_context(named)
}

#[expect(clippy::disallowed_methods, reason = "the person at the command line names the files")]
fn write_files(report: &Report<'_>, options: &OnboardOptions) -> anyhow::Result<()> {
    let write = |file: &Path, text: String| {
        std::fs::write(file, text).with_context(|| format!("`{}` cannot be written", file.display()))?;
        output::say(&format!("wrote {}", file.display()));
        anyhow::Ok(())
    };
    options.report.as_deref().map(|file| write(file, report.page())).transpose()?;
    options.csv.as_deref().map(|file| write(file, report.csv())).transpose()?;
    Ok(())
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}  {elapsed}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_message(progress.what);
    bar.set_length(progress.all.unwrap_or(progress.done).max(progress.done));
    bar.set_position(progress.done);
}
