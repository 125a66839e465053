//! The command itself: reads, reports, asks, applies. Exits with 1 if a human has to decide or mend anything.

use super::{Report, applied, export};
use crate::cli::{Format, OnboardCommand, OnboardOptions};
use crate::config::Config;
use crate::usage::Usage;
use crate::{output, wiring};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{BufRead, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use tenure_engine::SharedEngine;
use tenure_engine::onboard::{
    self, Answered, Application, Applied, Forecast, Look, OnboardError, Progress, Study,
};
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Answer, Known};

pub(crate) async fn run(config: Config, options: OnboardOptions) -> anyhow::Result<ExitCode> {
    if options.apply && !options.yes && !std::io::stdin().is_terminal() {
        bail!(Usage::new(
            "`--apply` asks before it writes, and there is nobody to ask; add `--yes` to apply without"
        ));
    }
    let exported = options.idp_csv.as_deref().map(read).transpose()?.unwrap_or_default();
    let engine = wiring::engine(&config).await?;
    let result = match &options.command {
        Some(OnboardCommand::Decide { who, record, by }) => decide(&engine, who, record, by).await,
        None => carry_out(&engine, exported, &options).await,
    };
    engine.close().await;
    result
}

async fn decide(engine: &SharedEngine, who: &str, record: &str, by: &str) -> anyhow::Result<ExitCode> {
    let answer = match record.trim() {
        "" => bail!(Usage::new("say which record is theirs: its `sys_id`, or `new`")),
        "new" => Answer::New,
        record => Answer::Record(SysId::new(record)),
    };
    let answered = onboard::decide(engine, who, &answer, by).await?;
    match answer {
        Answer::New => say_new(&answered),
        Answer::Record(record) => say_theirs(&answered, &record),
    }
    Ok(ExitCode::SUCCESS)
}

fn say_new(answered: &Answered) {
    output::say(&format!("{} is new: none of the records is theirs", answered.who));
    if answered.name_is_taken {
        let records: Vec<_> = answered.records.iter().map(SysId::as_str).collect();
        output::say(&format!(
            "note: the user name is taken there; change that of record {} in the target, or theirs is refused",
            records.join(" or ")
        ));
    }
}

fn say_theirs(answered: &Answered, record: &SysId) {
    // Who has not been pushed is known from the export alone.
    let (export, does) = match answered.is_pushed {
        true => ("", "links it"),
        false => (" --idp-csv FILE", "writes their key into it"),
    };
    output::say(&format!(
        "record {record} is {}'s; `tenure onboard{export} --apply --seed-keys` {does}",
        answered.who
    ));
    if !answered.records.contains(record) {
        output::say("note: it is none of the records that were in question");
    }
}

async fn carry_out(
    engine: &SharedEngine,
    exported: Vec<Known>,
    options: &OnboardOptions,
) -> anyhow::Result<ExitCode> {
    // What would be linked under another policy than the one in force would be wrong for everybody.
    engine.take_over_policy().await?;
    let look = Look { resume: options.resume, despite_gaps: options.despite_gaps };
    let bar = bar();
    let study = onboard::study(engine, exported, look, |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    let study = study?;
    let Study { target, survey, adoption, rows, known, gaps, .. } = &study;
    let report = Report::new(target, survey, adoption, rows, known, gaps);
    write_files(&report, options)?;
    if options.format == Format::Table {
        output::line(&report.table());
    }
    if !study.adoption.cases.is_empty() {
        output::say("`tenure onboard decide WHO SYS_ID` answers a case, or `new` in place of the id");
    }
    gaps.iter().for_each(|gap| output::say(&format!("note: {}", gap.text)));
    let can_be_applied = study.is_trusted() && !known.is_empty();
    let applied = match options.apply && can_be_applied {
        true => apply(engine, &study, options).await?,
        false => None,
    };
    tell(&report, applied.as_deref(), options.format);
    if known.is_empty() {
        output::say(
            "nobody is known yet: give the identity provider's export with `--idp-csv`, or push first",
        );
    } else if options.apply && !can_be_applied {
        bail!(OnboardError::Hidden);
    }
    let has_trouble = known.is_empty()
        || study.undecided() > 0
        || study.has_open_gaps()
        || applied.is_some_and(|applied| applied::has_trouble(&applied));
    Ok(if has_trouble { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn tell(report: &Report<'_>, applied: Option<&[Applied]>, format: Format) {
    match (format, applied) {
        (Format::Json, applied) => output::json(&report.json(applied)),
        (Format::Table, Some(applied)) => output::line(&format!("\n{}", applied::table(report, applied))),
        (Format::Table, None) => output::say("nothing was written to the target"),
    }
}

/// Shows what would be written and asks, unless `--yes` has answered.
fn is_wanted(question: &str, answered: bool) -> anyhow::Result<bool> {
    if answered {
        output::say(&format!("{question}."));
        return Ok(true);
    }
    output::say(&format!("\n{question}. Type `yes` to do it:"));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).context("the answer cannot be read")?;
    Ok(answer.trim() == "yes")
}

/// What would be done, in one sentence.
fn question(forecast: &Forecast, application: &Application, target: &str) -> String {
    let mut parts = vec![format!("{} people would be linked to their record", forecast.links)];
    if application.seed_keys {
        let (keys, replaced) = (forecast.keys, forecast.replaced);
        parts.push(format!("{keys} stable keys be written to {target}, {replaced} of them over another"));
    }
    if application.seed_scim {
        let ids = forecast.external_ids;
        parts.push(format!("{ids} external ids be written to its `sys_scim_user`, where it lacks them"));
    }
    parts.join("; ")
}

async fn apply(
    engine: &SharedEngine,
    study: &Study,
    options: &OnboardOptions,
) -> anyhow::Result<Option<Vec<Applied>>> {
    let application = Application {
        seed_keys: options.seed_keys,
        seed_scim: options.seed_keys && (options.scim_table || study.has_scim_users),
        by: options.by.clone(),
    };
    let forecast = onboard::forecast(engine, study, &application).await?;
    if !is_wanted(&question(&forecast, &application, &study.target), options.yes)? {
        return Ok(None);
    }
    let (bar, all) = (bar(), study.adoption.links.len() as u64);
    let tell = |done| show(&bar, Progress { what: "links", done, all: Some(all) });
    let applied = onboard::apply(engine, study, application, tell).await;
    bar.finish_and_clear();
    Ok(Some(applied?))
}

fn read(file: &Path) -> anyhow::Result<Vec<Known>> {
    let named = || format!("`{}` cannot be used as the identity provider's export", file.display());
    let bytes = std::fs::read(file).with_context(named)?;
    export::identities(&bytes).with_context(named)
}

fn write_files(report: &Report<'_>, options: &OnboardOptions) -> anyhow::Result<()> {
    let write = |file: &Path, contents: &dyn Fn(&mut dyn Write) -> std::io::Result<()>| {
        let written = File::create(file).and_then(|file| contents(&mut BufWriter::new(file)));
        written.with_context(|| format!("`{}` cannot be written", file.display()))?;
        output::say(&format!("wrote {}", file.display()));
        anyhow::Ok(())
    };
    if let Some(file) = &options.report {
        write(file, &|to| to.write_all(report.page().as_bytes()).and_then(|()| to.flush()))?;
    }
    if let Some(file) = &options.csv {
        write(file, &|to| report.csv(to))?;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_asked_is_told_everything_that_would_be_written() {
        let forecast = Forecast { links: 0, keys: 3, replaced: 1, external_ids: 2 };
        let asked = |seed_keys, seed_scim| {
            question(&forecast, &Application { seed_keys, seed_scim, by: String::new() }, "https://x")
        };
        assert_eq!(asked(false, false), "0 people would be linked to their record");
        assert_eq!(
            asked(true, true),
            "0 people would be linked to their record; 3 stable keys be written to https://x, 1 of them over another; \
             2 external ids be written to its `sys_scim_user`, where it lacks them"
        );
    }
}
