//! What every test needs: a folder to run the binary in, what it said without what varies, and a server.

pub(crate) mod balancer;
pub(crate) mod client;
pub(crate) mod human;
mod redact;
pub(crate) mod server;

use redact::Redactor;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use tenure_lab::postgres::{Cluster, Database};

pub(crate) use server::Server;

/// Each test once on SQLite and once on PostgreSQL.
macro_rules! on_both_engines {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(crate::support::Scene::sqlite()).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(crate::support::Scene::postgres()).await; })+
        }
    };
}
pub(crate) use on_both_engines;

/// A folder with a configuration and a store, gone with the test.
pub(crate) struct Scene {
    folder: TempDir,
    redactor: Redactor,
    _database: Option<Database>,
}

const SOURCES: &str =
    "[sources.okta]\nkind = \"scim\"\nrank = 1\n\n[sources.entra]\nkind = \"scim\"\nrank = 2\n";

impl Scene {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { redactor: Redactor::new(folder.path()), folder, _database: None }
    }

    /// Sources `okta` and `entra`, a free port, SQLite.
    pub(crate) fn sqlite() -> Self {
        let scene = Self::empty();
        scene.configure("sqlite:tenure.db");
        scene
    }

    /// The same on a fresh PostgreSQL database.
    pub(crate) fn postgres() -> Self {
        let cluster = Cluster::shared()
            .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
        let database = cluster.fresh_database().unwrap();
        let scene = Self::empty();
        scene.configure(&database.address());
        Self { _database: Some(database), ..scene }
    }

    /// Has the server deliver to this instance of the lab. Whom a node works on is another node's after five seconds of
    /// silence.
    #[expect(clippy::disallowed_methods, reason = "tests read what they have written")]
    pub(crate) fn deliver_to(&self, url: &str) {
        let before = std::fs::read_to_string(self.path().join("tenure.toml")).unwrap();
        let password = self.write("password", "integration-password");
        let auth = format!(
            "{{ kind = \"basic\", username = \"tenure.integration\", password = {{ file = \"{}\" }} }}",
            password.display()
        );
        let target = format!("kind = \"servicenow\"\nurl = \"{url}\"\nauth = {auth}\nlease_seconds = 5\n");
        self.write("tenure.toml", format!("{before}\n[target]\n{target}"));
    }

    fn configure(&self, store: &str) {
        let server = "[server]\nlisten = \"127.0.0.1:0\"\n\n";
        self.write("tenure.toml", format!("{server}[store]\nurl = \"{store}\"\n\n{SOURCES}"));
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    #[expect(clippy::disallowed_methods, reason = "tests write what the binary reads")]
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary in this folder, with nothing from outside but the words.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
        command.args(words).current_dir(self.path()).stdin(Stdio::null());
        command.env_clear().env("USER", "grace").env("TMPDIR", self.path());
        command
    }

    pub(crate) fn output(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Exit code and everything that was said.
    pub(crate) fn run(&self, words: &[&str]) -> String {
        self.show(&self.output(words))
    }

    pub(crate) fn show(&self, output: &Output) -> String {
        let code = output.status.code().map_or("none".to_owned(), |code| code.to_string());
        let part = |name: &str, bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            if text.is_empty() { String::new() } else { format!("--- {name}\n{text}") }
        };
        let text =
            format!("exit {code}\n{}{}", part("stdout", &output.stdout), part("stderr", &output.stderr));
        self.redactor.redact(&text)
    }

    /// What was said on standard output; the command must succeed.
    #[track_caller]
    pub(crate) fn data(&self, words: &[&str]) -> String {
        let output = self.output(words);
        assert!(output.status.success(), "tenure {}\n{}", words.join(" "), self.show(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.data(&[words, &["--format", "json"]].concat())).unwrap()
    }

    /// The secret of a new token.
    #[track_caller]
    pub(crate) fn token(&self, source: &str) -> String {
        self.data(&["token", "create", "--source", source]).trim().to_owned()
    }

    pub(crate) fn serve(&self) -> Server {
        Server::start(&mut self.command(&["serve", "--log-format", "json"]))
    }
}
