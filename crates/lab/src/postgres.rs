//! A throwaway PostgreSQL cluster for tests, started when the first test asks and shared by all processes that ask.
//!
//! nextest runs every test in a process of its own, so the cluster must outlive its starter: a file says where it
//! listens, every user touches a heartbeat, and a detached watchdog stops and removes it a minute after the last beat.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, fs};

/// How often this process says that it still needs the cluster; the watchdog waits six times as long.
const BEAT: Duration = Duration::from_secs(10);
const READY_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// Stops the cluster ($1: its process, $2: its directory) when the heartbeat ($3) is a minute old. The state ($4) goes
/// first and comes back if somebody turns up meanwhile: whoever beats and then still sees the state has a cluster.
const WATCHDOG: &str = r#"
while sleep 5 && kill -0 "$1"; do
  [ -n "$(find "$3" -mmin -1)" ] && continue
  mv "$4" "$2/state"
  if [ -n "$(find "$3" -mmin -1)" ]; then mv "$2/state" "$4"; continue; fi
  kill -INT "$1"
  while kill -0 "$1"; do sleep 1; done
  break
done
rm -rf "$2"
"#;

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server was found.
    #[error(
        "no PostgreSQL server was found in TENURE_PG_BIN, PATH, /usr/local/bin or /usr/lib/postgresql/*/bin; \
         install the Debian package `postgresql`"
    )]
    NotFound,
    /// PostgreSQL does not run as root, and there is nobody else to run it as.
    #[error(
        "root cannot run PostgreSQL and there is no user `postgres`; install the Debian package `postgresql`"
    )]
    NoUser,
    /// A program failed.
    #[error("`{program}` failed: {output}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it said.
        output: String,
    },
    /// A file, a process or a connection could not be had.
    #[error("the test cluster could not be reached or started")]
    Io(#[from] io::Error),
}

/// The running cluster.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
}

/// A fresh database, dropped with this value.
#[derive(Debug)]
pub struct Database {
    port: u16,
    name: String,
}

impl Cluster {
    /// The cluster of this machine and user.
    ///
    /// # Errors
    /// If PostgreSQL is not installed or does not start.
    pub fn shared() -> Result<&'static Self, ClusterError> {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        if let Some(cluster) = CLUSTER.get() {
            return Ok(cluster);
        }
        let cluster = Place::of_this_user()?.join_or_start()?;
        Ok(CLUSTER.get_or_init(|| cluster))
    }

    /// An empty database with a name of its own.
    ///
    /// # Errors
    /// If the cluster does not answer.
    pub fn fresh_database(&self) -> Result<Database, ClusterError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        execute(self.port, &format!("drop database if exists {name} with (force)"))?;
        execute(self.port, &format!("create database {name}"))?;
        Ok(Database { port: self.port, name })
    }
}

impl Database {
    /// Where it is.
    pub fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}?sslmode=disable", self.port, self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What cannot be dropped now goes with the cluster.
        let _ = execute(self.port, &format!("drop database if exists {} with (force)", self.name));
    }
}

/// Where the processes of one user meet.
struct Place {
    folder: PathBuf,
    state: PathBuf,
    heartbeat: PathBuf,
}

impl Place {
    fn of_this_user() -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("tenure-postgres-{}", id(&["-u"])?));
        fs::create_dir_all(&folder)?;
        Ok(Self { state: folder.join("state"), heartbeat: folder.join("heartbeat"), folder })
    }

    fn join_or_start(&self) -> Result<Cluster, ClusterError> {
        let lock = fs::File::create(self.folder.join("lock"))?;
        lock.lock()?;
        self.beat()?;
        let cluster = match self.running() {
            Some(cluster) => cluster,
            None => self.start()?,
        };
        let heartbeat = self.heartbeat.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::park_timeout(BEAT);
                let _ = fs::File::create(&heartbeat).and_then(|mut file| file.write_all(b"."));
            }
        });
        Ok(cluster)
    }

    fn beat(&self) -> io::Result<()> {
        fs::File::create(&self.heartbeat)?.write_all(b".")
    }

    fn running(&self) -> Option<Cluster> {
        let port = read(&self.state).ok()?.trim().parse().ok()?;
        execute(port, "show server_version").ok()?;
        Some(Cluster { port })
    }

    fn start(&self) -> Result<Cluster, ClusterError> {
        let server = Server::find()?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let folder = self.folder.join(format!("{}-{port}", std::process::id()));
        fs::create_dir_all(&folder)?;
        server.give(&folder)?;
        server.init(&folder)?;
        let mut child = server.spawn(&folder, port)?;
        wait_until_ready(&mut child, &folder, port)?;
        self.watch(&child, &folder)?;
        let mut state = fs::File::create(&self.state)?;
        writeln!(state, "{port}")?;
        Ok(Cluster { port })
    }

    fn watch(&self, server: &Child, folder: &Path) -> io::Result<()> {
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", WATCHDOG, "watchdog"]).arg(server.id().to_string());
        watchdog.arg(folder).arg(&self.heartbeat).arg(&self.state);
        watchdog.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        watchdog.current_dir("/").process_group(0).spawn().map(drop)
    }
}

/// The programs, and as whom they run.
struct Server {
    programs: PathBuf,
    /// User and group, if we are root.
    user: Option<(String, String)>,
}

impl Server {
    fn find() -> Result<Self, ClusterError> {
        let has_both = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
        let programs = folders().into_iter().find(has_both).ok_or(ClusterError::NotFound)?;
        if id(&["-u"])? != "0" {
            return Ok(Self { programs, user: None });
        }
        let ids = id(&["-u", "postgres"]).and_then(|user| Ok((user, id(&["-g", "postgres"])?)));
        Ok(Self { programs, user: Some(ids.map_err(|_| ClusterError::NoUser)?) })
    }

    fn give(&self, folder: &Path) -> io::Result<()> {
        let Some((user, group)) = &self.user else { return Ok(()) };
        let parse = |text: &String| text.parse::<u32>().map_err(io::Error::other);
        std::os::unix::fs::chown(folder, Some(parse(user)?), Some(parse(group)?))
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = match &self.user {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", group, "--clear-groups"]).arg(program);
                command
            }
        };
        command.stdin(Stdio::null()).current_dir("/");
        command
    }

    /// A language's order where there is one, so that whatever leans on the default order by accident shows.
    fn init(&self, folder: &Path) -> Result<(), ClusterError> {
        let data = folder.join("data");
        let mut output = String::new();
        for order in [&["--locale-provider=icu", "--icu-locale=en"][..], &[]] {
            let mut command = self.command("initdb");
            command.args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--no-sync",
                "--locale=C.UTF-8",
            ]);
            let done = command.args(order).arg("-D").arg(&data).output()?;
            if done.status.success() {
                return Ok(());
            }
            output = String::from_utf8_lossy(&done.stderr).into_owned();
        }
        Err(ClusterError::Failed { program: "initdb", output })
    }

    fn spawn(&self, folder: &Path, port: u16) -> io::Result<Child> {
        let log = fs::File::create(folder.join("log"))?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-p", &port.to_string()]);
        for setting in
            ["listen_addresses=127.0.0.1", "fsync=on", "max_connections=400", "shared_buffers=64MB"]
        {
            command.args(["-c", setting]);
        }
        command.stdout(log.try_clone()?).stderr(log).process_group(0).spawn()
    }
}

fn wait_until_ready(child: &mut Child, folder: &Path, port: u16) -> Result<(), ClusterError> {
    for _ in 0..READY_WITHIN.as_millis() / POLL.as_millis() {
        if execute(port, "show server_version").is_ok() {
            return Ok(());
        }
        if child.try_wait()?.is_some() {
            break;
        }
        std::thread::park_timeout(POLL);
    }
    let _ = child.kill();
    Err(ClusterError::Failed { program: "postgres", output: read(&folder.join("log")).unwrap_or_default() })
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the server is installed is part of the test environment"
)]
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<_> = env::var("TENURE_PG_BIN").map(PathBuf::from).into_iter().collect();
    folders.extend(env::split_paths(&env::var("PATH").unwrap_or_default()));
    folders.push("/usr/local/bin".into());
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders
}

#[expect(clippy::disallowed_methods, reason = "processes of a test meet in files")]
fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
}

/// What `id` says of this or another user.
fn id(arguments: &[&str]) -> io::Result<String> {
    let output = Command::new("id").args(arguments).output()?;
    if !output.status.success() {
        return Err(io::Error::other("`id` does not know the user"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// One statement over the simple query protocol: a client library would be a large dependency for three statements.
fn execute(port: u16, sql: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(READY_WITHIN))?;
    let hello = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0";
    stream.write_all(&[&frame_length(hello.len())[..], hello].concat())?;
    until_ready(&mut stream)?;
    let query = [sql.as_bytes(), b"\0"].concat();
    stream.write_all(&[b"Q", &frame_length(query.len())[..], &query].concat())?;
    until_ready(&mut stream)
}

fn frame_length(body: usize) -> [u8; 4] {
    u32::try_from(body + 4).expect("statements of tests are short").to_be_bytes()
}

/// Reads messages up to "ready for query"; an error among them is the answer.
fn until_ready(stream: &mut TcpStream) -> io::Result<()> {
    let mut failed = None;
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut body = vec![0; length.saturating_sub(4)];
        stream.read_exact(&mut body)?;
        match head[0] {
            b'E' => failed = Some(String::from_utf8_lossy(&body).replace('\0', " ")),
            b'Z' => return failed.map_or(Ok(()), |message| Err(io::Error::other(message))),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_fresh_and_goes_again() {
        let cluster = Cluster::shared().unwrap();
        let database = cluster.fresh_database().unwrap();
        assert!(database.address().starts_with("postgres://postgres@127.0.0.1:"));
        let connect = format!("alter database {} connection limit 5", database.name);
        execute(cluster.port, &connect).unwrap();
        drop(database);
        assert!(execute(cluster.port, &connect).is_err());
    }
}
