//! How many crates the product is made of. Each is something to review, to update and to wait for.

use super::finding::{Finding, Rule};
use crate::shell;
use crate::workspace::Workspace;
use anyhow::Result;
use std::collections::BTreeSet;

/// The product is made of fewer crates than this.
const LIMIT: usize = 350;

const FEW: Rule = Rule {
    why: "each crate in the product is something to review, to update and to wait for",
    cure: "look at `cargo tree -p tenure -e normal,build -d`, turn off default features, or do without",
};

/// Counts the crates that the binary is built from.
pub(crate) fn check(workspace: &Workspace) -> Result<Option<Finding>> {
    let tree = tree(workspace, "tenure", "normal,build")?;
    println!("{} crates in the product, of fewer than {LIMIT}", tree.len());
    Ok(judge(tree.len()))
}

/// The crates that a package is built from, as `name vVERSION`.
pub(crate) fn tree(workspace: &Workspace, package: &str, edges: &str) -> Result<BTreeSet<String>> {
    let mut command = workspace.cargo();
    command.args(["tree", "--locked", "--package", package, "--edges", edges, "--prefix", "none"]);
    Ok(parse(&shell::output(&mut command)?))
}

/// Reads `cargo tree --prefix none`, which repeats crates and adds marks and paths after the version.
fn parse(tree: &str) -> BTreeSet<String> {
    let crates = tree.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
    crates.filter(|it| !it.is_empty()).collect()
}

fn judge(count: usize) -> Option<Finding> {
    (count >= LIMIT)
        .then(|| FEW.broken("crates/tenure/Cargo.toml", 1, format!("{count} crates in the product")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::show;

    #[test]
    fn counts_each_version_once() {
        let tree =
            parse("tenure v0.1.0 (/repo/crates/tenure)\nserde v1.0.0\nserde v1.0.0 (*)\nserde v2.0.0\n");
        assert_eq!(tree.into_iter().collect::<Vec<_>>(), ["serde v1.0.0", "serde v2.0.0", "tenure v0.1.0"]);
    }

    #[test]
    fn fewer_is_fewer() {
        assert_eq!(judge(349), None);
        let found: Vec<_> = judge(350).into_iter().collect();
        assert_eq!(show(&found), ["crates/tenure/Cargo.toml:1: 350 crates in the product"]);
    }
}
