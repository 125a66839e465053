//! The checkpointer: moves the write-ahead log into the database on a thread of its own, so that no commit waits for it.

use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(200);
/// Below this size a log is not worth moving while commits come in.
const WORTH_MOVING: u64 = 4 << 20;
/// Beyond this size the log is started afresh even if a commit has to wait for it.
const TOO_LARGE: u64 = 128 << 20;

#[derive(Debug, Default)]
struct Shared {
    commits: AtomicU64,
    stopped: AtomicBool,
}

/// Told by the writer after each batch.
#[derive(Debug, Clone)]
pub(super) struct Signal(Arc<Shared>);

impl Signal {
    pub(super) fn committed(&self) {
        self.0.commits.fetch_add(1, Ordering::Relaxed);
    }
}

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) fn start(connection: Connection, path: &Path) -> Self {
        let shared = Arc::new(Shared::default());
        let (seen, log) = (Arc::clone(&shared), log_path(path));
        let thread = std::thread::Builder::new()
            .name("sqlite-checkpoint".into())
            .spawn(move || run(&connection, &log, &seen))
            .expect("a thread can be started while the process starts");
        Self { shared, thread: Some(thread) }
    }

    pub(super) fn signal(&self) -> Signal {
        Signal(Arc::clone(&self.shared))
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            Thread::unpark(thread.thread());
            let _ = thread.join();
        }
    }
}

fn log_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn run(connection: &Connection, log: &Path, shared: &Shared) {
    let mut moved = 0;
    while !shared.stopped.load(Ordering::Relaxed) {
        std::thread::park_timeout(INTERVAL);
        let commits = shared.commits.load(Ordering::Relaxed);
        if commits == moved {
            continue;
        }
        let size = std::fs::metadata(log).map_or(0, |file| file.len());
        let mode = match size {
            TOO_LARGE.. => "truncate",
            WORTH_MOVING.. => "passive",
            _ => continue,
        };
        match checkpoint(connection, mode) {
            Ok(()) => moved = commits,
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log could not be moved; it will be tried again");
            }
        }
    }
}

fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<()> {
    connection.query_row(&format!("pragma wal_checkpoint({mode})"), [], |_| Ok(()))
}
