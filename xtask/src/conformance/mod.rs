//! `cargo xtask conformance`: foreign SCIM suites against the release binary, on SQLite and on a throwaway PostgreSQL.

pub(crate) mod postgres;
mod server;

use crate::workspace::Workspace;
use crate::{python, shell};
use anyhow::{Context, Result};
use clap::ValueEnum;
use postgres::Cluster;
use server::Server;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What to run against.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Databases to run on
    #[arg(long, value_enum, default_value = "both")]
    store: Store,
    /// Use this binary instead of building the release
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Store {
    Sqlite,
    Postgres,
    Both,
}

/// Runs the suites on each database that was asked for.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let python = python::environment(workspace)?;
    let binary = match &arguments.binary {
        Some(binary) => std::path::absolute(binary)?,
        None => workspace.build_release()?,
    };
    let suites = Suites { python, script: workspace.root.join("tests/conformance/run.py"), binary };
    if arguments.store != Store::Postgres {
        suites.on_sqlite().context("conformance on SQLite")?;
    }
    if arguments.store != Store::Sqlite {
        suites.on_postgres().context("conformance on PostgreSQL")?;
    }
    Ok(())
}

/// Runs the suites on both databases against the release binary.
pub(crate) fn run_both(workspace: &Workspace) -> Result<()> {
    run(workspace, &Arguments { store: Store::Both, binary: None })
}

struct Suites {
    python: PathBuf,
    script: PathBuf,
    binary: PathBuf,
}

impl Suites {
    fn on_sqlite(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let database = folder.path().join("tenure.db");
        self.on(folder.path(), &format!("sqlite:{}", database.display()))
    }

    fn on_postgres(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let cluster = Cluster::start()?;
        self.on(folder.path(), &cluster.url())
    }

    /// Serves from a fresh database and runs the suites; the server has to end well afterwards.
    fn on(&self, folder: &Path, store: &str) -> Result<()> {
        println!("conformance on {store}");
        let server = Server::start(&self.binary, folder, store)?;
        let mut command = Command::new(&self.python);
        // The token goes by the environment, so that no list of processes shows it.
        command.arg(&self.script).arg(server.scim_url()).env("TENURE_TOKEN", server.token());
        let result = shell::run(&mut command);
        if result.is_err() {
            eprintln!("the server's last words:\n{}", server.tail());
        }
        result.and(server.stop())
    }
}
