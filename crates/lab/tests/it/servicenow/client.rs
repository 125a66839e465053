//! A client that sends exactly what a test says, and an instance to send it to.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use hyper::Method;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tenure_lab::http::percent_encode;
use tenure_lab::servicenow::{Faults, Instance, Server, Settings};
use tokio::net::TcpStream;

/// The integration account of the default settings.
const INTEGRATION: (&str, &str) = ("tenure.integration", "integration-password");

/// An instance behind a port, and who calls it.
pub(crate) struct Snow {
    pub(crate) instance: Instance,
    pub(crate) server: Server,
    authorization: Option<String>,
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

/// A call that is being put together.
pub(crate) struct Call {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Call {
    pub(crate) fn new(method: Method, path: &str) -> Self {
        let json = "application/json".to_owned();
        let headers = vec![("accept".to_owned(), json.clone()), ("content-type".to_owned(), json)];
        Self { method, path: path.to_owned(), headers, body: String::new() }
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// Replaces a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(it, _)| it != name);
        self
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    pub(crate) fn result(&self) -> Value {
        self.json()["result"].clone()
    }

    /// Status, message and detail of a failure.
    pub(crate) fn failure(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (self.status, text("message"), text("detail"))
    }

    /// One column of each row of a list.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        let result = self.result();
        let rows = result.as_array().expect("a list");
        rows.iter().map(|row| row[name].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Snow {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let instance = Instance::new(settings);
        let server = Server::local(instance.clone()).await.expect("a free port");
        Self { instance, server, authorization: None }.signed_in(INTEGRATION.0, INTEGRATION.1)
    }

    pub(crate) async fn troubled(faults: &str) -> Self {
        let snow = Self::start().await;
        snow.instance.set_faults(Faults::parse(faults).expect("a schedule"));
        snow
    }

    pub(crate) fn signed_in(mut self, user_name: &str, password: &str) -> Self {
        let credentials = STANDARD.encode(format!("{user_name}:{password}"));
        self.authorization = Some(format!("Basic {credentials}"));
        self
    }

    pub(crate) fn by_admin(self) -> Self {
        self.signed_in("admin", "admin-password")
    }

    pub(crate) fn authorized(mut self, authorization: Option<&str>) -> Self {
        self.authorization = authorization.map(str::to_owned);
        self
    }

    /// Makes a user by hand; gives back the id.
    pub(crate) fn user(&self, user_name: &str) -> String {
        self.row("sys_user", &[("user_name", user_name), ("first_name", user_name), ("last_name", "Test")])
    }

    /// Makes a row by hand; gives back the id.
    pub(crate) fn row(&self, table: &str, values: &[(&str, &str)]) -> String {
        self.instance.insert(table, values).expect("the row can be made").sys_id().to_owned()
    }

    /// One value of a row, as the database holds it.
    pub(crate) fn value(&self, table: &str, sys_id: &str, column: &str) -> String {
        self.instance.row(table, sys_id).expect("the row is there").get(column).to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Call::new(Method::GET, path)).await
    }

    /// A list of a table by a query, with more parameters.
    pub(crate) async fn list(&self, table: &str, query: &str, more: &str) -> Reply {
        let query = percent_encode(query);
        self.get(&format!("/api/now/table/{table}?sysparm_query={query}&{more}")).await
    }

    /// The values of a column in the rows that a query finds.
    pub(crate) async fn found(&self, table: &str, query: &str, column: &str) -> Vec<String> {
        let fields = format!("sysparm_fields={column}&sysparm_exclude_reference_link=true");
        self.list(table, query, &fields).await.column(column)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Call::new(Method::POST, path).body(&body.to_string())).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Call::new(Method::PATCH, path).body(&body.to_string())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Call::new(Method::DELETE, path)).await
    }

    pub(crate) async fn send(&self, call: Call) -> Reply {
        self.try_send(call).await.expect("an answer")
    }

    /// Nothing if the connection is cut.
    pub(crate) async fn try_send(&self, call: Call) -> Option<Reply> {
        let stream = TcpStream::connect(self.server.address).await.expect("the server listens");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(connection);
        let mut request = hyper::Request::builder().method(call.method).uri(&call.path);
        request = request.header("host", self.server.address.to_string());
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let request = request.body(Full::new(Bytes::from(call.body))).expect("a request");
        let answer = sender.send_request(request).await.ok()?;
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.ok()?.to_bytes();
        let text = |value: &hyper::header::HeaderValue| value.to_str().expect("text").to_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Some(Reply { status: parts.status.as_u16(), headers, text })
    }
}
