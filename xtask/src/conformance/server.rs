//! `tenure serve` on a free port, with one source and one token, in a folder of its own.

use crate::background::Background;
use crate::shell;
use anyhow::{Context, Result, ensure};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long a start or an end may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub(crate) struct Server {
    process: Background,
    port: u16,
    token: String,
}

impl Server {
    /// Writes a configuration into the folder, creates a token, starts the server and waits until it is ready.
    pub(crate) fn start(binary: &Path, folder: &Path, store: &str) -> Result<Self> {
        let port = free_port()?;
        let config = folder.join("tenure.toml");
        std::fs::write(&config, configuration(port, store)).context("could not write the configuration")?;
        let tenure = |words: &[&str]| {
            let mut command = Command::new(binary);
            command.args(words).arg("--config").arg(&config).current_dir(folder);
            command
        };
        let token = shell::output(&mut tenure(&["token", "create", "--source", "okta"]))?.trim().to_owned();
        ensure!(
            !token.is_empty() && !token.contains(char::is_whitespace),
            "`tenure token create` printed no secret"
        );
        let mut process = Background::start(&mut tenure(&["serve"]), folder.join("serve.log"))?;
        process.wait_until(PATIENCE, || is_ready(port))?;
        Ok(Self { process, port, token })
    }

    /// Where the SCIM endpoints are.
    pub(crate) fn scim_url(&self) -> String {
        format!("http://127.0.0.1:{}/scim/v2", self.port)
    }

    /// The secret of the source's token.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The end of what the server logged.
    pub(crate) fn tail(&self) -> String {
        self.process.tail()
    }

    /// Asks the server to end and expects that it does so in order.
    pub(crate) fn stop(mut self) -> Result<()> {
        let status = self.process.stop("TERM", PATIENCE)?;
        ensure!(status.success(), "`tenure serve` did not end well ({status})\n{}", self.process.tail());
        Ok(())
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn configuration(port: u16, store: &str) -> String {
    format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\n\n[store]\nurl = \"{store}\"\n\n[sources.okta]\nkind = \"scim\"\n"
    )
}

fn is_ready(port: u16) -> bool {
    get(port, "/readyz").is_ok_and(|answer| is_success(&answer))
}

/// The least HTTP that a server answers.
fn get(port: u16, path: &str) -> Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn is_success(answer: &str) -> bool {
    answer.split_whitespace().nth(1) == Some("200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_200_is_ready() {
        assert!(is_success("HTTP/1.1 200 OK\r\n\r\nready"));
        assert!(!is_success("HTTP/1.1 503 Service Unavailable\r\n\r\n"));
        assert!(!is_success(""));
    }

    #[test]
    fn nobody_listens_is_not_ready() {
        assert!(!is_ready(free_port().unwrap()));
    }
}
