//! The log: one line per event on standard error. `TENURE_LOG` sets what is logged, e.g. `info` or `tenure=debug`.

use crate::cli::LogFormat;
use tracing_subscriber::EnvFilter;

/// Starts logging; commands that talk to a person log only what goes wrong.
pub(crate) fn start(format: LogFormat, quiet: bool) {
    let default = if quiet { "warn" } else { "info" };
    let filter = EnvFilter::try_from_env("TENURE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        LogFormat::Json => log.json().init(),
    }
}
