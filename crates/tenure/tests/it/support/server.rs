//! `tenure serve` on a free port, ended with the test whatever happens.

use super::client::Api;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a start or an end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, and what it logs.
pub(crate) struct Server {
    child: Child,
    address: String,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts the command, which logs in JSON, and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = channel();
        let errors = child.stderr.take().unwrap();
        let reader = std::thread::spawn({
            let log = Arc::clone(&log);
            move || follow(errors, &log, &tell)
        });
        let mut server = Self { child, address: String::new(), log, reader: Some(reader) };
        let address = told.recv_timeout(PATIENCE);
        server.address =
            address.unwrap_or_else(|error| panic!("no start ({error}):\n{}", server.log().join("\n")));
        server
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Where it is, over plain HTTP.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where its SCIM endpoints are.
    pub(crate) fn scim(&self) -> String {
        format!("{}/scim/v2", self.url())
    }

    /// A client with this token.
    pub(crate) fn api(&self, token: &str) -> Api {
        Api::new(&self.scim(), token)
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// SIGKILL: no chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, without waiting for the end.
    pub(crate) fn terminate(&self) {
        let status = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status();
        assert!(status.unwrap().success());
    }

    /// The end, and everything that was logged until then.
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let since = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(since.elapsed() < PATIENCE, "no end:\n{}", self.log().join("\n"));
            std::thread::park_timeout(Duration::from_millis(10));
        };
        self.reader.take().unwrap().join().unwrap();
        (status, self.log())
    }

    /// SIGTERM, and an end in order.
    pub(crate) fn stop(self) {
        self.terminate();
        let (status, log) = self.wait();
        assert!(status.success(), "{status}\n{}", log.join("\n"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be over already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(errors: ChildStderr, log: &Mutex<Vec<String>>, tell: &Sender<String>) {
    for line in BufReader::new(errors).lines().map_while(Result::ok) {
        if let Some(address) = address(&line) {
            // Nobody waits for a second one.
            let _ = tell.send(address);
        }
        log.lock().unwrap().push(line);
    }
}

fn address(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    Some(line["fields"]["address"].as_str()?.to_owned())
}
