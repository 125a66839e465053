//! The options of `tenure lab`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// Serve a simulated ServiceNow instance until Ctrl-C; its URL is printed alone on standard output
    Servicenow {
        /// The port; a free one with 0
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// The address to listen on; the accounts are public, so keep it to this machine
        #[arg(long, default_value = "127.0.0.1")]
        listen: std::net::IpAddr,
        /// What goes wrong, as TOML; docs/REHEARSAL.md names every key
        #[arg(long, value_name = "FILE")]
        faults: Option<PathBuf>,
        /// How many people an earlier import left in it, with departments, groups and work; none without it
        #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=200_000))]
        users: u32,
        /// Fill it with so many users as ten years leave them: doubles, records without keys, shared accounts
        #[arg(long, value_name = "N", conflicts_with = "users", value_parser = clap::value_parser!(u32).range(1..=200_000))]
        brownfield: Option<u32>,
        /// Where to write the identity provider's export that belongs to `--brownfield`
        #[arg(long, value_name = "FILE", requires = "brownfield")]
        idp_csv: Option<PathBuf>,
        /// Which company; the same number gives the same one
        #[arg(long, default_value_t = 42)]
        seed: u64,
    },
}
