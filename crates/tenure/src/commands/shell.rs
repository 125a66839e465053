//! Shell completions and manual pages, both made from the command line's own definition.

use crate::cli::Cli;
use anyhow::Context;
use clap::CommandFactory;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    clap_complete::generate(shell, &mut Cli::command(), "tenure", &mut std::io::stdout());
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn man_pages(directory: Option<&Path>) -> anyhow::Result<ExitCode> {
    match directory {
        None => clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?,
        Some(directory) => {
            std::fs::create_dir_all(directory)
                .with_context(|| format!("cannot make `{}`", directory.display()))?;
            clap_mangen::generate_to(Cli::command(), directory)
                .with_context(|| format!("cannot write into `{}`", directory.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
