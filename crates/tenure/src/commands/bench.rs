//! `tenure bench`: measures the server beside a bare floor.

use crate::cli::BenchOptions;
use std::process::ExitCode;

pub(crate) async fn run(_options: BenchOptions) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not measured yet")
}
