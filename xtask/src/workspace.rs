//! The workspace as `cargo metadata` tells it: where it is, its packages and what each depends on directly.

use crate::shell;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace that this tool belongs to.
pub(crate) struct Workspace {
    /// Folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// Members, without the crates they use.
    pub(crate) packages: Vec<Package>,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// Name in its manifest.
    pub(crate) name: String,
    /// Its manifest, relative to the workspace.
    pub(crate) manifest: String,
    /// Direct dependencies.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependency table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// Package name, also where the manifest renames it.
    pub(crate) name: String,
    /// Which table it stands in.
    pub(crate) kind: Kind,
}

/// When a dependency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Part of what the crate is.
    Normal,
    /// Used by its build script.
    Build,
    /// Used by its tests only.
    Dev,
}

impl Workspace {
    /// Asks cargo. Needs no network, because the crates outside are not looked at.
    pub(crate) fn load() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = std::env::var("CARGO_MANIFEST_DIR").map_or_else(|_| here.to_owned(), PathBuf::from);
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(manifest);
        let text = shell::output(&mut command)?;
        Self::parse(&serde_json::from_str(&text).context("cargo metadata did not answer with JSON")?)
    }

    /// Reads the answer of `cargo metadata --format-version 1`.
    fn parse(metadata: &Value) -> Result<Self> {
        let root = PathBuf::from(text(metadata, "workspace_root")?);
        let target = PathBuf::from(text(metadata, "target_directory")?);
        let packages =
            list(metadata, "packages").iter().map(|it| package(it, &root)).collect::<Result<_>>()?;
        Ok(Self { root, target, packages })
    }

    /// Cargo, started in the root of the workspace.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// Builds the product's binary with optimisation, and returns it.
    pub(crate) fn build_release(&self) -> Result<PathBuf> {
        shell::run(self.cargo().args(["build", "--release", "--locked", "--package", "tenure"]))?;
        Ok(self.target.join("release/tenure"))
    }
}

fn cargo() -> Command {
    Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
}

fn package(value: &Value, root: &Path) -> Result<Package> {
    let manifest = PathBuf::from(text(value, "manifest_path")?);
    let manifest = manifest.strip_prefix(root).unwrap_or(&manifest).display().to_string();
    let dependencies = list(value, "dependencies").iter().map(dependency).collect::<Result<_>>()?;
    Ok(Package { name: text(value, "name")?, manifest, dependencies })
}

fn dependency(value: &Value) -> Result<Dependency> {
    let kind = match value["kind"].as_str() {
        Some("dev") => Kind::Dev,
        Some("build") => Kind::Build,
        _ => Kind::Normal,
    };
    Ok(Dependency { name: text(value, "name")?, kind })
}

fn text(value: &Value, key: &str) -> Result<String> {
    let found = value[key].as_str().with_context(|| format!("cargo metadata has no text at `{key}`"))?;
    Ok(found.to_owned())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_what_cargo_says() {
        let workspace = Workspace::parse(&json!({
            "workspace_root": "/repo", "target_directory": "/repo/target",
            "packages": [{"name": "tenure-scim", "manifest_path": "/repo/crates/scim/Cargo.toml", "dependencies": [
                {"name": "serde", "kind": null}, {"name": "insta", "kind": "dev"},
            ]}],
        }));
        let workspace = workspace.unwrap();
        let serde = Dependency { name: "serde".into(), kind: Kind::Normal };
        let insta = Dependency { name: "insta".into(), kind: Kind::Dev };
        assert_eq!(workspace.packages[0].manifest, "crates/scim/Cargo.toml");
        assert_eq!(workspace.packages[0].dependencies, [serde, insta]);
    }
}
