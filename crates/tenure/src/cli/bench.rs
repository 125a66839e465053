//! The options of `tenure bench`.

use super::Format;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct BenchOptions {
    /// The store: `sqlite:PATH` or `postgres://…`, which must be empty; a temporary SQLite file without it
    #[arg(long)]
    pub(crate) store: Option<String>,
    /// Measures the way to a simulated ServiceNow instead: how fast it is brought up to date, and with how many calls
    #[arg(long)]
    pub(crate) target: bool,
    /// How many people to load; 1000 without it, and 10000 with --target
    #[arg(long, value_parser = clap::value_parser!(u32).range(50..=10_000_000))]
    pub(crate) people: Option<u32>,
    /// How long each call to the simulated ServiceNow takes, in milliseconds
    #[arg(long, default_value_t = 20, requires = "target", value_name = "MS")]
    pub(crate) latency: u64,
    /// How many requests are on their way at a time
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) concurrency: u32,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// How long each operation is measured, three times
    #[arg(long, default_value_t = 1.0, hide = true)]
    pub(crate) seconds: f64,
    /// What this process serves to the one that measures, until its standard input ends
    #[arg(long, value_enum, hide = true)]
    pub(crate) serve: Option<Served>,
    /// The simulated ServiceNow that this process delivers to
    #[arg(long, hide = true)]
    pub(crate) deliver_to: Option<String>,
}

impl BenchOptions {
    /// How many people to load.
    pub(crate) fn people(&self) -> u32 {
        self.people.unwrap_or(if self.target { 10_000 } else { 1_000 })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Served {
    /// The server
    Tenure,
    /// The bare floor
    Floor,
}
