//! The binary: commands, configuration, wiring, signals. What it does for people is in `commands`, one file each.
//!
//! Standard output is data, standard error is talk. Exit codes: 0 done, 1 found something or failed, 2 wrong usage.

mod cli;
mod commands;
mod config;
mod diagnose;
mod logging;
mod output;
mod usage;
mod wiring;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;
use usage::Usage;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format, cli.command.is_quiet());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            output::failure(&error);
            if error.is::<Usage>() { ExitCode::from(WRONG_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = || config::load(cli.config.as_deref());
    match cli.command {
        Command::Serve => commands::serve::run(config()?).await,
        Command::Demo(options) => commands::demo::run(&options).await,
        Command::Token(command) => commands::token::run(config()?, command).await,
        Command::Policy(command) => commands::policy::run(config()?, command).await,
        Command::Review(command) => commands::review::run(config()?, command).await,
        Command::Deliver(command) => commands::deliver::run(config()?, command).await,
        Command::Doctor(options) => commands::doctor::run(config()?, &options).await,
        Command::Handover(command) => commands::handover::run(config()?, command).await,
        Command::Onboard(options) => commands::onboard::run(config()?, options).await,
        Command::Explain(options) => commands::explain::run(config()?, &options).await,
        Command::El(command) => commands::el::run(command),
        Command::Lab(command) => commands::lab::run(command).await,
        Command::Bench(options) => commands::bench::run(options).await,
        Command::Completions { shell } => commands::shell::completions(shell),
        Command::Man { directory } => commands::shell::man_pages(directory.as_deref()),
    }
}
