//! The first step: what the other steps need on this machine. Installs it on Debian as root; elsewhere says what to do.

use crate::conformance::postgres;
use crate::workspace::Workspace;
use crate::{python, shell, spel};
use anyhow::{Result, bail};
use std::process::Command;

/// Something that comes as a Debian package.
struct Need {
    package: &'static str,
    purpose: &'static str,
    is_there: fn() -> bool,
}

const NEEDS: [Need; 4] = [
    Need {
        package: "postgresql",
        purpose: "initdb and postgres, for the tests that run on a cluster of their own",
        is_there: || postgres::programs().is_some(),
    },
    Need {
        package: "python3-venv",
        purpose: "an environment for the conformance suites",
        is_there: || shell::works(Command::new("python3").args(["-c", "import ensurepip, venv"])),
    },
    Need {
        package: "default-jdk-headless",
        purpose: "Java, for the evaluator that expressions are compared with",
        is_there: || shell::works(Command::new("javac").arg("-version")),
    },
    Need {
        package: "libspring-expression-java",
        purpose: "Spring's evaluator of expressions",
        is_there: spel::jars_are_there,
    },
];

/// Makes the machine ready, or fails with the names of what is missing.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let missing = missing();
    if !missing.is_empty() {
        install(&missing)?;
    }
    if !shell::works(workspace.cargo().args(["nextest", "--version"])) {
        shell::run(workspace.cargo().args(["install", "--locked", "cargo-nextest"]))?;
    }
    python::environment(workspace)?;
    Ok(())
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !(need.is_there)()).collect()
}

fn install(needs: &[&Need]) -> Result<()> {
    if !shell::is_root() || shell::find("apt-get", &[]).is_none() {
        bail!("{}", describe(needs));
    }
    let packages = needs.iter().map(|need| need.package);
    shell::run(&mut apt(&["update"]))?;
    shell::run(apt(&["install", "--yes", "--no-install-recommends"]).args(packages))?;
    let still = missing();
    if !still.is_empty() {
        bail!("installed, and yet not found: {}", describe(&still));
    }
    Ok(())
}

fn apt(words: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(["--quiet"]).args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn describe(needs: &[&Need]) -> String {
    let lines: Vec<_> = needs.iter().map(|need| format!("  {}: {}", need.package, need.purpose)).collect();
    let packages: Vec<_> = needs.iter().map(|need| need.package).collect();
    format!("missing:\n{}\nhelp: as root, `apt-get install {}`", lines.join("\n"), packages.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_missing_and_what_to_do() {
        let needs: Vec<_> = NEEDS.iter().collect();
        let text = describe(&needs);
        assert!(text.starts_with("missing:\n  postgresql: initdb"), "{text}");
        assert!(text.ends_with("help: as root, `apt-get install postgresql python3-venv default-jdk-headless libspring-expression-java`"), "{text}");
    }
}
