//! The steps themselves: a name, a line about each, and what it runs.

use super::report::Outcome;
use super::setup;
use crate::conformance::{self, postgres};
use crate::workspace::Workspace;
use crate::{fuzz, shell, spel, tidy};
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::process::Command;
use std::time::Duration;

/// How long the demonstration may take; it plays a company's day on a simulated clock.
const DEMO_LIMIT: Duration = Duration::from_secs(120);
/// How long each fuzz target runs here.
const FUZZ_SECONDS: u32 = 20;

/// A step, in the order of a full run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// install what the other steps need
    Setup,
    /// formatting
    Fmt,
    /// walls between the crates, and house rules
    Tidy,
    /// lints, warnings denied
    Clippy,
    /// documentation builds, warnings denied
    Doc,
    /// tests, those on PostgreSQL included
    Test,
    /// examples in the documentation
    Doctest,
    /// licences, bans, sources and advisories
    Deny,
    /// the binary that is shipped
    Release,
    /// the whole system once, on simulated neighbours
    Demo,
    /// foreign SCIM suites, on SQLite and on PostgreSQL
    Conformance,
    /// operators of expressions beside Spring's own evaluator
    Spel,
    /// each fuzz target for a short while (only with --fuzz)
    Fuzz,
}

impl Step {
    /// The name, as given to `--only`.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What it checks, in a few words.
    pub(crate) fn about(self) -> String {
        let value = self.to_possible_value();
        value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }

    /// Runs the step to its end.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        match self {
            Self::Setup => setup::run(workspace)?,
            Self::Fmt => fmt(workspace)?,
            Self::Tidy => tidy::run(workspace)?,
            Self::Clippy => clippy(workspace)?,
            Self::Doc => doc(workspace)?,
            Self::Test => test(workspace)?,
            Self::Doctest => cargo(workspace, &["test", "--doc", "--workspace", "--locked"])?,
            Self::Deny => return deny(workspace),
            Self::Release => _ = workspace.build_release()?,
            Self::Demo => demo(workspace)?,
            Self::Conformance => conformance::run_both(workspace)?,
            Self::Spel => spel::compare(workspace)?,
            Self::Fuzz => fuzz::smoke(workspace, &fuzz::targets(workspace)?, FUZZ_SECONDS)?,
        }
        Ok(Outcome::Passed)
    }
}

fn cargo(workspace: &Workspace, words: &[&str]) -> Result<()> {
    shell::run(workspace.cargo().args(words))
}

fn fmt(workspace: &Workspace) -> Result<()> {
    cargo(workspace, &["fmt", "--all", "--check"])?;
    cargo(workspace, &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"])
}

fn clippy(workspace: &Workspace) -> Result<()> {
    cargo(workspace, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
}

fn doc(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    shell::run(
        command.args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-Dwarnings"),
    )
}

fn test(workspace: &Workspace) -> Result<()> {
    let programs =
        postgres::programs().context("PostgreSQL is not installed: `cargo xtask ci --only setup`")?;
    let mut command = workspace.cargo();
    command.args(["nextest", "run", "--workspace", "--locked"]).env("TENURE_PG_BIN", programs);
    // A snapshot that differs fails; nothing is written for later review.
    shell::run(command.env("INSTA_UPDATE", "no"))
}

/// Advisories need a database from the network; where there is none, the rest is still checked.
fn deny(workspace: &Workspace) -> Result<Outcome> {
    if !shell::works(workspace.cargo().args(["deny", "--version"])) {
        let how = "cargo-deny is not installed (`cargo install --locked cargo-deny`)";
        return Ok(Outcome::Skipped(how.into()));
    }
    cargo(workspace, &["deny", "check", "licenses", "bans", "sources"])?;
    if !shell::works(workspace.cargo().args(["deny", "fetch", "db"])) {
        return Ok(Outcome::Skipped(
            "advisories, as their database cannot be fetched; the rest passed".into(),
        ));
    }
    cargo(workspace, &["deny", "check", "advisories"])?;
    Ok(Outcome::Passed)
}

fn demo(workspace: &Workspace) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(workspace.build_release()?);
    shell::run_within(command.args(["demo", "--once"]).current_dir(folder.path()), DEMO_LIMIT)
}
