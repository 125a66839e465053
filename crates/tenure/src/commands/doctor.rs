//! `tenure doctor`: what is wrong with the surroundings, from our store to the target, and how to cure it.

use crate::cli::{DoctorOptions, Format};
use crate::config::Config;
use crate::{output, wiring};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::process::ExitCode;
use tenure_engine::doctor::{Check, Verdict};

/// Exits with 1 if something is bad.
pub(crate) async fn run(config: Config, options: &DoctorOptions) -> anyhow::Result<ExitCode> {
    let checks = match wiring::engine(&config).await {
        Ok(engine) => {
            let progress = progress();
            let checks = engine.examine(&|what| progress.set_message(what)).await;
            progress.finish_and_clear();
            engine.close().await;
            checks
        }
        Err(error) => vec![no_store(&error)],
    };
    match options.format {
        Format::Json => output::json(&checks.iter().map(in_json).collect::<Vec<_>>()),
        Format::Table => show(&checks),
    }
    let is_bad = checks.iter().any(|check| check.verdict == Verdict::Bad);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Draws on a terminal, and nowhere else.
fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} looking at {msg}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

/// Without a store there is no policy to hold the target against.
fn no_store(error: &anyhow::Error) -> Check {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    Check {
        name: "store",
        verdict: Verdict::Bad,
        found: causes.join(": "),
        means: "nothing can be accepted or delivered, and nothing else was looked at".to_owned(),
        cure: Some("see that the database runs and that `store.url` leads to it".to_owned()),
    }
}

fn in_json(check: &Check) -> Value {
    let Check { name, verdict, found, means, cure } = check;
    json!({ "name": name, "verdict": verdict.label(), "found": found, "means": means, "cure": cure })
}

fn show(checks: &[Check]) {
    let row = |check: &Check| {
        let means = match &check.cure {
            Some(cure) => format!("{}\ncure: {cure}", check.means),
            None => check.means.clone(),
        };
        vec![check.verdict.label().to_owned(), check.name.to_owned(), check.found.clone(), means]
    };
    let headers = ["VERDICT", "WHAT", "FOUND", "WHAT IT MEANS, AND WHAT TO DO"];
    output::line(&output::table(&headers, checks.iter().map(row)));
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let all = [Verdict::Bad, Verdict::Unknown, Verdict::Note, Verdict::Good];
    let told = all.map(|verdict| format!("{} {verdict}", count(verdict)));
    output::say(&told.join(", "));
}
