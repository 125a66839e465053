//! `cargo xtask fuzz`: the fuzz targets for a while each, with the nightly toolchain.
//!
//! `fuzz` is a workspace of its own, because its compiler and its flags are others. Seeds (`*.*`) are kept in
//! `fuzz/corpus/TARGET`; what a run adds there has no extension and is not.

use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// What to run, and for how long.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only this target (expression, filter, path, patch, json)
    target: Option<String>,
    /// How long to run each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Runs one target or all of them.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let targets = choose(targets(workspace)?, arguments.target.as_deref())?;
    smoke(workspace, &targets, arguments.seconds)
}

/// The targets there are: each file in `fuzz/fuzz_targets`.
pub(crate) fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.root.join("fuzz/fuzz_targets");
    let entries =
        std::fs::read_dir(&folder).with_context(|| format!("could not list `{}`", folder.display()))?;
    let files = entries.collect::<Result<Vec<_>, _>>()?.into_iter().map(|it| it.path());
    let mut names: Vec<_> = files.filter_map(|it| Some(it.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

/// Runs each target for so many seconds, and fails with the first that finds something.
pub(crate) fn smoke(workspace: &Workspace, targets: &[String], seconds: u32) -> Result<()> {
    set_up()?;
    for target in targets {
        let mut command = nightly(&["cargo", "fuzz", "run"]);
        command.arg(target).arg("--").arg(format!("-max_total_time={seconds}")).current_dir(&workspace.root);
        shell::run(&mut command)
            .with_context(|| format!("fuzz target `{target}`; the input is in fuzz/artifacts"))?;
    }
    Ok(())
}

fn choose(all: Vec<String>, wanted: Option<&str>) -> Result<Vec<String>> {
    match wanted {
        None => Ok(all),
        Some(name) if all.iter().any(|it| it == name) => Ok(vec![name.to_owned()]),
        Some(name) => bail!("there is no fuzz target `{name}`, only {}", all.join(", ")),
    }
}

/// Installs the toolchain and the tool where they are missing.
fn set_up() -> Result<()> {
    if !shell::works(&mut nightly(&["rustc", "--version"])) {
        shell::run(Command::new("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]))?;
    }
    if !shell::works(&mut nightly(&["cargo", "fuzz", "--version"])) {
        shell::run(&mut nightly(&["cargo", "install", "--locked", "cargo-fuzz"]))?;
    }
    Ok(())
}

fn nightly(words: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly"]).args(words);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_chosen_by_name() {
        let all = || vec!["filter".to_owned(), "path".to_owned()];
        assert_eq!(choose(all(), None).unwrap(), all());
        assert_eq!(choose(all(), Some("path")).unwrap(), ["path"]);
        let error = choose(all(), Some("pth")).unwrap_err().to_string();
        assert_eq!(error, "there is no fuzz target `pth`, only filter, path");
    }
}
