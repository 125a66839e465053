//! The Python environment of the conformance suites: `target/conformance-venv`, made once per requirements file.

use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// Returns the environment's `python`, after making the environment if it is missing or out of date.
pub(crate) fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("conformance-venv");
    let python = folder.join("bin/python");
    let requirements = workspace.root.join("tests/conformance/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)
        .with_context(|| format!("could not read `{}`", requirements.display()))?;
    // The stamp is written last, so an installation that was interrupted is made again.
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    shell::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&requirements);
    shell::run(&mut install)?;
    std::fs::write(&stamp, wanted).with_context(|| format!("could not write `{}`", stamp.display()))?;
    Ok(python)
}
