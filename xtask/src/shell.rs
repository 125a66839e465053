//! Running other programs to their end: shown, captured, or within a time. What keeps running is in `background`.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often something that is waited for is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// Shows the command, runs it with our input and output, and fails if it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", line(command));
    let status = command.status().with_context(|| format!("could not start `{}`", line(command)))?;
    succeeded(command, status)
}

/// As [`run`], but ends the command when the time is over.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    eprintln!("$ {}", line(command));
    let mut child = command.spawn().with_context(|| format!("could not start `{}`", line(command)))?;
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if let Some(status) = child.try_wait()? {
            return succeeded(command, status);
        }
        std::thread::sleep(TICK);
    }
    child.kill()?;
    child.wait()?;
    bail!("`{}` had not ended after {} s", line(command), limit.as_secs())
}

/// Runs the command quietly and returns what it printed; its complaints become part of the error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let done = command.stdin(Stdio::null()).output();
    let done = done.with_context(|| format!("could not start `{}`", line(command)))?;
    if !done.status.success() {
        let complaint = String::from_utf8_lossy(&done.stderr);
        bail!("`{}` failed ({}): {}", line(command), done.status, complaint.trim());
    }
    String::from_utf8(done.stdout)
        .with_context(|| format!("`{}` printed something else than text", line(command)))
}

/// Whether the command can be started and succeeds. Says nothing either way.
pub(crate) fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Where a program is, looking through `PATH` and then through more folders.
pub(crate) fn find(program: &str, more: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(more.iter().cloned());
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether we may install packages and have to give up that right for PostgreSQL.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_commands_as_typed() {
        assert_eq!(line(Command::new("/usr/bin/cargo").args(["fmt", "--all"])), "cargo fmt --all");
    }

    #[test]
    fn a_failure_names_the_command_and_its_complaint() {
        let error = output(Command::new("sh").args(["-c", "echo no >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.ends_with(": no"), "{error}");
    }

    #[test]
    fn time_is_bounded() {
        let error = run_within(Command::new("sleep").arg("30"), Duration::ZERO).unwrap_err().to_string();
        assert_eq!(error, "`sleep 30` had not ended after 0 s");
    }

    #[test]
    fn finds_programs() {
        assert!(find("sh", &[]).is_some());
        assert_eq!(find("no-such-program", &["/usr/bin".into()]), None);
    }
}
