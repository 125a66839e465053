//! Which crate may use which: dependencies point one way, decisions stay pure, and each outside system has one room.
//!
//! The tables below are the picture in docs/ARCHITECTURE.md; moving a wall means changing both.

use super::finding::{Finding, Rule};
use super::size;
use crate::workspace::{Dependency, Kind, Package, Workspace};
use anyhow::Result;

/// What each crate may be made of. `tenure` and `xtask` are not here: the one wires everything, the other uses nothing.
const BELOW: [(&str, &[&str]); 8] = [
    ("tenure-scim", &[]),
    ("tenure-el", &[]),
    ("tenure-identity", &["tenure-scim", "tenure-el"]),
    ("tenure-store", &["tenure-identity", "tenure-scim"]),
    ("tenure-connect", &["tenure-identity", "tenure-scim"]),
    ("tenure-engine", &["tenure-store", "tenure-connect", "tenure-identity", "tenure-scim"]),
    ("tenure-server", &["tenure-engine", "tenure-identity", "tenure-scim", "tenure-store"]),
    ("tenure-lab", &[]),
];
/// The crate that wires everything.
const BINARY: &str = "tenure";
/// This tool.
const TOOL: &str = "xtask";
/// The crate that tests of any crate may use.
const LAB: &str = "tenure-lab";

/// Crates that decide, and what would let them reach outside.
const PURE: [&str; 3] = ["tenure-scim", "tenure-el", "tenure-identity"];
const OUTSIDE: [&str; 10] = [
    "tokio",
    "rusqlite",
    "tokio-postgres",
    "hyper",
    "axum",
    "reqwest",
    "tracing",
    "rand",
    "getrandom",
    "uuid",
];

/// Crates that have one room: who may use them.
const ROOMS: [(&str, &[&str]); 6] = [
    ("rusqlite", &["tenure-store"]),
    ("tokio-postgres", &["tenure-store"]),
    ("axum", &["tenure-server", LAB, BINARY]),
    ("hyper", &["tenure-server", LAB, BINARY]),
    ("reqwest", &["tenure-connect"]),
    ("jsonwebtoken", &["tenure-connect"]),
];

const DIRECTION: Rule = Rule {
    why: "dependencies point one way, so that each crate can be read and tested without those above it",
    cure: "move the code to the crate that may know both, or move the wall: docs/ARCHITECTURE.md and a decision record",
};
const PLACED: Rule = Rule {
    why: "a crate without a place in the table has no walls",
    cure: "give it a line in xtask/src/tidy/directions.rs and in docs/ARCHITECTURE.md",
};
const PURITY: Rule = Rule {
    why: "a crate that decides does no I/O and has no clock, no randomness, no async and no logging",
    cure: "take the value as a parameter and let a shell find it; a feature to turn off may be enough",
};
const ROOM: Rule = Rule {
    why: "only the store talks to databases, only the server talks HTTP to clients, and only connect to other systems",
    cure: "call the crate that owns it",
};

/// Checks the manifests of all members.
pub(crate) fn check(packages: &[Package]) -> Vec<Finding> {
    let ours: Vec<_> = packages.iter().map(|it| it.name.as_str()).collect();
    packages.iter().flat_map(|package| check_package(package, &ours)).collect()
}

/// Checks what the pure crates are made of, down to the crates of their crates.
pub(crate) fn check_purity(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in workspace.packages.iter().filter(|it| PURE.contains(&it.name.as_str())) {
        let tree = size::tree(workspace, &package.name, "normal")?;
        findings.extend(tree.iter().filter_map(|it| impure(package, it)));
    }
    Ok(findings)
}

fn check_package(package: &Package, ours: &[&str]) -> Vec<Finding> {
    let Some(may_use) = allowed(&package.name) else {
        return vec![PLACED.broken(&package.manifest, 1, format!("`{}` has no place", package.name))];
    };
    let wrong_way = |it: &&Dependency| ours.contains(&it.name.as_str()) && !may_use(it);
    let wrong_ways = package.dependencies.iter().filter(wrong_way);
    let not_theirs = package.dependencies.iter().filter(|it| !has_room(&package.name, &it.name));
    let directions = wrong_ways.map(|it| DIRECTION.broken(&package.manifest, 1, uses(package, &it.name)));
    let rooms = not_theirs.map(|it| ROOM.broken(&package.manifest, 1, uses(package, &it.name)));
    directions.chain(rooms).collect()
}

/// What a member may use of the other members; none if the member is unknown.
fn allowed(name: &str) -> Option<impl Fn(&Dependency) -> bool> {
    let known = [BINARY, TOOL].contains(&name) || below(name).is_some();
    let name = name.to_owned();
    known.then_some(move |it: &Dependency| match name.as_str() {
        BINARY => true,
        _ if it.kind == Kind::Dev => it.name == name || it.name == LAB || reaches(&name, &it.name),
        _ => below(&name).is_some_and(|names| names.contains(&it.name.as_str())),
    })
}

fn below(name: &str) -> Option<&'static [&'static str]> {
    BELOW.iter().find(|(it, _)| *it == name).map(|(_, names)| *names)
}

/// Whether one crate stands on another, directly or through others.
fn reaches(from: &str, to: &str) -> bool {
    below(from).unwrap_or_default().iter().any(|it| *it == to || reaches(it, to))
}

fn has_room(package: &str, dependency: &str) -> bool {
    ROOMS.iter().all(|(name, rooms)| *name != dependency || rooms.contains(&package))
}

/// A crate of a pure crate's tree (`name vVERSION`) that reaches outside.
fn impure(package: &Package, used: &str) -> Option<Finding> {
    let name = used.split(' ').next()?;
    OUTSIDE.contains(&name).then(|| PURITY.broken(&package.manifest, 1, uses(package, name)))
}

fn uses(package: &Package, name: &str) -> String {
    format!("`{}` depends on `{name}`", package.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::show;

    fn package(name: &str, dependencies: &[(&str, Kind)]) -> Package {
        let dependencies =
            dependencies.iter().map(|(name, kind)| Dependency { name: (*name).into(), kind: *kind });
        Package { name: name.into(), manifest: format!("{name}.toml"), dependencies: dependencies.collect() }
    }

    #[track_caller]
    fn check_one(name: &str, dependencies: &[(&str, Kind)], expected: &[&str]) {
        let mut packages: Vec<_> = BELOW.iter().map(|(it, _)| package(it, &[])).collect();
        packages.push(package(BINARY, &[]));
        packages.push(package(name, dependencies));
        assert_eq!(show(&check(&packages)), expected);
    }

    #[test]
    fn dependencies_point_down() {
        check_one("tenure-engine", &[("tenure-store", Kind::Normal), ("serde", Kind::Normal)], &[]);
        check_one(
            "tenure-store",
            &[("tenure-engine", Kind::Normal)],
            &["tenure-store.toml:1: `tenure-store` depends on `tenure-engine`"],
        );
        check_one(
            "tenure-scim",
            &[("tenure-el", Kind::Build)],
            &["tenure-scim.toml:1: `tenure-scim` depends on `tenure-el`"],
        );
        check_one("tenure", &[("tenure-server", Kind::Normal), ("tenure-lab", Kind::Normal)], &[]);
        check_one(
            "xtask",
            &[("tenure-scim", Kind::Normal)],
            &["xtask.toml:1: `xtask` depends on `tenure-scim`"],
        );
    }

    #[test]
    fn tests_may_use_the_lab_and_what_is_below() {
        check_one("tenure-server", &[("tenure-lab", Kind::Dev), ("tenure-el", Kind::Dev)], &[]);
        check_one(
            "tenure-server",
            &[("tenure-lab", Kind::Normal)],
            &["tenure-server.toml:1: `tenure-server` depends on `tenure-lab`"],
        );
        check_one(
            "tenure-store",
            &[("tenure-engine", Kind::Dev)],
            &["tenure-store.toml:1: `tenure-store` depends on `tenure-engine`"],
        );
    }

    #[test]
    fn every_crate_has_a_place() {
        check_one("tenure-helpers", &[], &["tenure-helpers.toml:1: `tenure-helpers` has no place"]);
    }

    #[test]
    fn databases_and_http_have_rooms() {
        check_one("tenure-store", &[("rusqlite", Kind::Normal)], &[]);
        check_one(
            "tenure-engine",
            &[("tokio-postgres", Kind::Dev)],
            &["tenure-engine.toml:1: `tenure-engine` depends on `tokio-postgres`"],
        );
        check_one("tenure-lab", &[("axum", Kind::Normal), ("hyper", Kind::Normal)], &[]);
        check_one("tenure-connect", &[("reqwest", Kind::Normal), ("jsonwebtoken", Kind::Normal)], &[]);
        check_one(
            "tenure-engine",
            &[("reqwest", Kind::Normal)],
            &["tenure-engine.toml:1: `tenure-engine` depends on `reqwest`"],
        );
        check_one(
            "tenure-connect",
            &[("axum", Kind::Normal)],
            &["tenure-connect.toml:1: `tenure-connect` depends on `axum`"],
        );
    }

    #[test]
    fn decisions_are_pure() {
        let identity = package("tenure-identity", &[]);
        assert_eq!(impure(&identity, "serde v1.0.0"), None);
        let found: Vec<_> = impure(&identity, "uuid v1.29.1").into_iter().collect();
        assert_eq!(show(&found), ["tenure-identity.toml:1: `tenure-identity` depends on `uuid`"]);
    }
}
