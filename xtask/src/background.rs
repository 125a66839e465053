//! A program that runs beside us and never outlives us: it is ended when its value is dropped, also after a failure.

use crate::shell::{self, TICK};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How many lines of a log tell what went wrong.
const TAIL: usize = 40;

/// A running program and where it writes.
pub(crate) struct Background {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Background {
    /// Starts a program; what it prints goes to `log`.
    pub(crate) fn start(command: &mut Command, log: PathBuf) -> Result<Self> {
        let name = shell::line(command);
        let out = File::create(&log).with_context(|| format!("could not write `{}`", log.display()))?;
        command.stdin(Stdio::null()).stderr(out.try_clone()?).stdout(out);
        let child = command.spawn().with_context(|| format!("could not start `{name}`"))?;
        Ok(Self { name, child, log })
    }

    /// Waits until `ready` holds. Fails with the end of the log when the program ends first or the time is over.
    pub(crate) fn wait_until(&mut self, limit: Duration, ready: impl Fn() -> bool) -> Result<()> {
        let end = Instant::now() + limit;
        while !ready() {
            if let Some(status) = self.child.try_wait()? {
                bail!("`{}` ended too early ({status})\n{}", self.name, self.tail());
            }
            if Instant::now() > end {
                bail!("`{}` was not ready after {} s\n{}", self.name, limit.as_secs(), self.tail());
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    /// Sends a signal (`TERM`, `INT`) and waits for the end.
    pub(crate) fn stop(&mut self, signal: &str, limit: Duration) -> Result<ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        shell::output(Command::new("sh").args(["-c", &format!("kill -{signal} {}", self.child.id())]))?;
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(TICK);
        }
        bail!("`{}` had not ended {} s after {signal}\n{}", self.name, limit.as_secs(), self.tail())
    }

    /// The end of what the program printed.
    pub(crate) fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL)..].join("\n")
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Failing to end something that has already ended is the usual case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_early_end_shows_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo port taken; exit 1"]);
        let mut program = Background::start(&mut command, folder.path().join("log")).unwrap();
        let error = program.wait_until(Duration::from_secs(10), || false).unwrap_err().to_string();
        assert!(error.contains("ended too early") && error.ends_with("port taken"), "{error}");
    }

    #[test]
    fn stops_on_a_signal() {
        let folder = tempfile::tempdir().unwrap();
        let mut program =
            Background::start(Command::new("sleep").arg("60"), folder.path().join("log")).unwrap();
        assert!(!program.stop("TERM", Duration::from_secs(10)).unwrap().success());
    }
}
