//! A PostgreSQL cluster that lives as long as its value: own folder, own port, own socket, no durability.
//!
//! The server refuses to run as root; then it runs as `postgres`, or as `nobody` where that user is missing.

use super::server::free_port;
use crate::background::Background;
use crate::shell;
use anyhow::{Context, Result};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// How long a start or an end may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Programs that have to be in one folder.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// A running cluster. The fields are dropped in order: first the server ends, then its folder goes.
pub(crate) struct Cluster {
    process: Background,
    port: u16,
    _folder: TempDir,
}

impl Cluster {
    /// Makes and starts a cluster.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed: `apt-get install postgresql`")?;
        let folder = tempfile::Builder::new().prefix("tenure-pg-").tempdir()?;
        let user = User::choose()?;
        user.own(folder.path())?;
        let data = folder.path().join("data");
        shell::output(&mut initdb(&user, &programs, &data))?;
        let port = free_port()?;
        let mut serve = serve(&user, &programs, folder.path(), &data, port);
        let mut process = Background::start(&mut serve, folder.path().join("log"))?;
        process.wait_until(PATIENCE, || is_ready(&data))?;
        Ok(Self { process, port, _folder: folder })
    }

    /// Where to connect.
    pub(crate) fn url(&self) -> String {
        format!("postgres://tenure@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // INT asks for a fast shutdown: open connections are cut.
        if let Err(error) = self.process.stop("INT", PATIENCE) {
            eprintln!("warning: {error:#}");
        }
    }
}

/// The folder with the server's programs: on `PATH`, or where Debian puts them (the newest version).
pub(crate) fn programs() -> Option<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/local/bin")];
    folders.extend(debian_folders());
    // Links are followed, since the programs find their data beside where they really are.
    let initdb = shell::find("initdb", &folders)?.canonicalize().ok()?;
    let found = initdb.parent().map(Path::to_owned);
    let complete = |folder: &PathBuf| PROGRAMS.iter().all(|it| folder.join(it).is_file());
    found.into_iter().chain(folders).find(complete)
}

fn debian_folders() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> =
        versions.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok()).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|it| PathBuf::from(format!("/usr/lib/postgresql/{it}/bin"))).collect()
}

fn initdb(user: &User, programs: &Path, data: &Path) -> Command {
    let mut command = user.command(&programs.join("initdb"));
    command.args(["--username=tenure", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    command.arg("--pgdata").arg(data);
    command
}

fn serve(user: &User, programs: &Path, folder: &Path, data: &Path, port: u16) -> Command {
    let mut command = user.command(&programs.join("postgres"));
    command.arg("-D").arg(data).arg("-k").arg(folder).args([
        "-h",
        "127.0.0.1",
        "-p",
        &port.to_string(),
        "-F",
    ]);
    command
}

/// The server notes in this file that it accepts connections; `pg_ctl` waits for the same line.
fn is_ready(data: &Path) -> bool {
    let note = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    note.lines().nth(7).is_some_and(|state| state.trim() == "ready")
}

/// Whom the server runs as.
enum User {
    /// Whoever we are.
    Own,
    /// Another user, since we are root.
    Other(&'static str),
}

impl User {
    fn choose() -> Result<Self> {
        if !shell::is_root() {
            return Ok(Self::Own);
        }
        let there = |name: &&str| shell::works(Command::new("id").args(["-u", name]));
        let name = ["postgres", "nobody"].into_iter().find(there);
        Ok(Self::Other(
            name.context("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`")?,
        ))
    }

    /// Gives a folder to the user.
    fn own(&self, folder: &Path) -> Result<()> {
        if let Self::Other(name) = self {
            fs::set_permissions(folder, Permissions::from_mode(0o700))?;
            shell::output(Command::new("chown").arg(name).arg(folder))?;
        }
        Ok(())
    }

    /// A command of the user. `setpriv` becomes the program, so that a signal to the one reaches the other.
    fn command(&self, program: &Path) -> Command {
        let mut command = match self {
            Self::Own => Command::new(program),
            Self::Other(name) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", name, "--clear-groups", "--"]).arg(program);
                command
            }
        };
        // A folder that the other user may enter.
        command.current_dir("/");
        command
    }
}
