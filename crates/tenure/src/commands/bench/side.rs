//! One of the two servers that are measured: its process, its memory, and the crew that puts load on it.

use super::load::Crew;
use crate::cli::Served;
use anyhow::{Context, bail};
use clap::ValueEnum;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A server and its clients.
#[derive(Debug)]
pub(super) struct Side {
    process: Child,
    pub(super) crew: Crew,
    /// Where the admin API is, and a token for it.
    pub(super) admin: (String, String),
}

/// In bytes; nothing where the system does not tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Memory {
    pub(super) resident: Option<u64>,
    pub(super) peak: Option<u64>,
}

impl Side {
    /// Starts this binary again as a server and waits until it is ready.
    pub(super) fn start(
        served: Served,
        store: &str,
        deliver_to: Option<&str>,
        clients: u32,
    ) -> anyhow::Result<Self> {
        let name = served.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let mut command = Command::new(std::env::current_exe().context("this program does not find itself")?);
        command.args(["bench", "--serve", &name, "--store", store]);
        command.args(deliver_to.map(|url| ["--deliver-to", url]).iter().flatten());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let Ok(Value::Object(ready)) = serde_json::from_str(&line) else {
            process.wait()?;
            bail!("the server that is to be measured could not start; it said why above");
        };
        let text = |key: &str| ready.get(key).and_then(Value::as_str).unwrap_or_default();
        let crew = Crew::new(text("base_url"), text("token"), clients)?;
        let api = text("base_url").replace("/scim/v2", "/api/v1");
        Ok(Self { process, crew, admin: (api, text("admin").to_owned()) })
    }

    /// What the server's process holds now, and at most until now.
    pub(super) fn memory(&self) -> Memory {
        let status = read_status(self.process.id()).unwrap_or_default();
        Memory { resident: field(&status, "VmRSS:"), peak: field(&status, "VmHWM:") }
    }
}

impl Drop for Side {
    /// The server ends with its standard input.
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "the system's own account of a process is a file")]
fn read_status(process: u32) -> Option<String> {
    std::fs::read_to_string(format!("/proc/{process}/status")).ok()
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_systems_account() {
        let status = "Name:\ttenure\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!(field(status, "VmRSS:"), Some(10 << 20));
        assert_eq!(field(status, "VmHWM:"), Some(20 << 20));
        assert_eq!(field(status, "VmSwap:"), None);
    }
}
