//! `cargo xtask`: what a developer runs, and all that CI runs.
//!
//! Each command is one module. Nothing here is part of the product, so it may print, read files and start programs.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a developer's tool prints, reads files and waits for programs"
)]

mod background;
mod ci;
mod conformance;
mod fuzz;
mod python;
mod shell;
mod spel;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use workspace::Workspace;

/// Checks, fuzzing and conformance of the Tenure workspace
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up this machine and run every check, stopping at the first failure
    Ci(ci::Arguments),
    /// Check the walls between the crates and the house rules that no compiler knows
    Tidy,
    /// Run the fuzz targets with the nightly toolchain
    Fuzz(fuzz::Arguments),
    /// Run foreign SCIM test suites against the release binary
    Conformance(conformance::Arguments),
    /// Compare the operators of expressions with Spring's own evaluator
    Spel(spel::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let workspace = Workspace::load()?;
    match command {
        Command::Ci(arguments) => ci::run(&workspace, &arguments),
        Command::Tidy => tidy::run(&workspace),
        Command::Fuzz(arguments) => fuzz::run(&workspace, &arguments),
        Command::Conformance(arguments) => conformance::run(&workspace, &arguments),
        Command::Spel(arguments) => spel::run(&workspace, &arguments),
    }
}
