//! `cargo xtask ci`: every check in the order in which it is cheapest to fail, and a table of what came of each.

mod report;
mod setup;
mod steps;

use crate::workspace::Workspace;
use anyhow::{Context, Result};
use clap::ValueEnum;
use report::{Outcome, Report};
use std::time::Instant;
use steps::Step;

/// Which steps to run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Begin with this step
    #[arg(long, value_enum, value_name = "STEP", conflicts_with = "only")]
    from: Option<Step>,
    /// Run this step alone
    #[arg(long, value_enum, value_name = "STEP")]
    only: Option<Step>,
    /// Also run the fuzz targets for a short while
    #[arg(long)]
    fuzz: bool,
    /// List the steps and stop
    #[arg(long)]
    list: bool,
}

/// Runs the chosen steps until one fails, and prints a summary either way.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let chosen = choose(arguments);
    if arguments.list {
        chosen.iter().for_each(|step| println!("{:<12} {}", step.name(), step.about()));
        return Ok(());
    }
    let mut report = Report::default();
    let result = chosen.iter().try_for_each(|step| run_step(workspace, *step, &mut report));
    report.leave_out(chosen.iter().map(|step| step.name()));
    println!("\n{report}");
    result
}

fn choose(arguments: &Arguments) -> Vec<Step> {
    if let Some(only) = arguments.only {
        return vec![only];
    }
    let from = arguments.from.unwrap_or(Step::Setup);
    let steps = Step::value_variants().iter().copied().skip_while(|step| *step != from);
    steps.filter(|step| *step != Step::Fuzz || arguments.fuzz || from == Step::Fuzz).collect()
}

fn run_step(workspace: &Workspace, step: Step, report: &mut Report) -> Result<()> {
    println!("\n=== {}: {}", step.name(), step.about());
    let begin = Instant::now();
    let result = step.run(workspace);
    let took = begin.elapsed();
    let outcome = result.as_ref().map_or(Outcome::Failed, Clone::clone);
    println!("=== {}: {outcome} in {:.1} s", step.name(), took.as_secs_f32());
    report.add(step.name(), outcome, took);
    result.map(drop).with_context(|| format!("step `{}` failed", step.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(from: Option<Step>, only: Option<Step>, fuzz: bool) -> Vec<String> {
        let steps = choose(&Arguments { from, only, fuzz, list: false });
        steps.into_iter().map(Step::name).collect()
    }

    #[test]
    fn steps_are_chosen() {
        let all = "setup fmt tidy clippy doc test doctest deny release demo conformance spel";
        assert_eq!(names(None, None, false).join(" "), all);
        assert_eq!(names(None, None, true).join(" "), format!("{all} fuzz"));
        assert_eq!(names(Some(Step::Demo), None, false), ["demo", "conformance", "spel"]);
        assert_eq!(names(None, Some(Step::Fuzz), false), ["fuzz"]);
    }
}
