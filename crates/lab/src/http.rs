//! A small HTTP/1.1 client: one persistent connection, a bearer token, JSON in and out.
//!
//! It honours nothing by itself: a 429 or a redirect is an answer like any other, because what a client does about it
//! is what the drivers in [`crate::idp`] imitate. Plain HTTP only; a rehearsal runs beside the server.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{self, HeaderName};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

pub use hyper::Method;
pub use hyper::body::Bytes;

/// Okta's socket time-out, and ours.
pub const TIME_OUT: Duration = Duration::from_secs(60);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The base URL is not `http://host[:port][/path]`.
    #[error("`{url}` is not a base URL of the form http://host:port/path")]
    BaseUrl {
        /// What was given.
        url: String,
    },
    /// No connection could be made.
    #[error("no connection to `{authority}`")]
    Connect {
        /// Host and port.
        authority: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The connection broke, or what came was not HTTP.
    #[error("the exchange `{method} {path}` broke off")]
    Exchange {
        /// The method.
        method: Method,
        /// Path and query below the base URL.
        path: String,
        /// What hyper says.
        #[source]
        source: hyper::Error,
    },
    /// The request cannot be written as HTTP.
    #[error("`{method} {path}` is not a request that HTTP can carry")]
    Unwritable {
        /// The method.
        method: Method,
        /// Path and query below the base URL.
        path: String,
        /// Which part is wrong.
        #[source]
        source: hyper::http::Error,
    },
    /// No answer in time.
    #[error("no answer to `{method} {path}` within {} s", .after.as_secs())]
    TimedOut {
        /// The method.
        method: Method,
        /// Path and query below the base URL.
        path: String,
        /// How long we waited.
        after: Duration,
    },
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers that a SCIM client reads.
    pub headers: Headers,
    /// The body: null when it is empty, a string when it is not JSON.
    pub body: Value,
}

/// An answer whose body nobody has looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct RawResponse {
    /// The status code.
    pub status: u16,
    /// The headers that a SCIM client reads.
    pub headers: Headers,
    /// The body as it came.
    pub body: Bytes,
}

/// The headers that a SCIM client reads, as they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// `Retry-After`: seconds or a date.
    pub retry_after: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Location`.
    pub location: Option<String>,
}

/// One connection to one server with one token.
#[derive(Debug)]
pub struct Client {
    endpoint: Endpoint,
    connection: Option<SendRequest<Full<Bytes>>>,
}

#[derive(Debug, Clone)]
struct Endpoint {
    authority: String,
    prefix: String,
    token: String,
    agent: String,
    media_type: String,
    time_out: Duration,
}

impl Client {
    /// A client for `http://host:port/path`; it connects with the first request.
    pub fn new(base_url: &str, token: &str) -> Result<Self, HttpError> {
        let (authority, prefix) =
            split(base_url).ok_or_else(|| HttpError::BaseUrl { url: base_url.to_owned() })?;
        let endpoint = Endpoint {
            authority,
            prefix,
            token: token.to_owned(),
            agent: "tenure-lab".to_owned(),
            media_type: "application/scim+json".to_owned(),
            time_out: TIME_OUT,
        };
        Ok(Self { endpoint, connection: None })
    }

    /// The same client under another `User-Agent`.
    #[must_use]
    pub fn agent(mut self, agent: &str) -> Self {
        agent.clone_into(&mut self.endpoint.agent);
        self
    }

    /// The same client with another media type than `application/scim+json` for what it sends and accepts.
    #[must_use]
    pub fn media_type(mut self, media_type: &str) -> Self {
        media_type.clone_into(&mut self.endpoint.media_type);
        self
    }

    /// The same client with another time-out than [`TIME_OUT`].
    #[must_use]
    pub fn time_out(mut self, time_out: Duration) -> Self {
        self.endpoint.time_out = time_out;
        self
    }

    /// A second client for the same server, with a connection of its own.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { endpoint: self.endpoint.clone(), connection: None }
    }

    /// Sends a request to `path_and_query` below the base URL and reads the whole answer.
    ///
    /// A kept connection that the server closed in the meantime is opened again once, unless the request is a POST of
    /// which nobody can say whether it arrived.
    pub async fn request(
        &mut self,
        method: Method,
        path_and_query: &str,
        body: Option<Value>,
    ) -> Result<Response, HttpError> {
        let body = body.map(|body| Bytes::from(body.to_string()));
        let RawResponse { status, headers, body } = self.raw(method, path_and_query, body).await?;
        Ok(Response { status, headers, body: json_or_text(&body) })
    }

    /// The same without JSON, for those who count answers and do not read them.
    pub async fn raw(
        &mut self,
        method: Method,
        path_and_query: &str,
        body: Option<Bytes>,
    ) -> Result<RawResponse, HttpError> {
        let after = self.endpoint.time_out;
        let exchange = self.exchange(&method, path_and_query, body.as_ref());
        if let Ok(answer) = tokio::time::timeout(after, exchange).await {
            return answer;
        }
        self.connection = None;
        Err(HttpError::TimedOut { method, path: path_and_query.to_owned(), after })
    }

    async fn exchange(
        &mut self,
        method: &Method,
        path: &str,
        body: Option<&Bytes>,
    ) -> Result<RawResponse, HttpError> {
        let kept = self.connection.take().filter(|connection| !connection.is_closed());
        if let Some(connection) = kept {
            match self.send(connection, method, path, body).await {
                Err(HttpError::Exchange { source, .. }) if may_repeat(method, &source) => {}
                answer => return answer,
            }
        }
        let connection = self.endpoint.connect(method, path).await?;
        self.send(connection, method, path, body).await
    }

    async fn send(
        &mut self,
        mut connection: SendRequest<Full<Bytes>>,
        method: &Method,
        path: &str,
        body: Option<&Bytes>,
    ) -> Result<RawResponse, HttpError> {
        let broke = |source| HttpError::Exchange { method: method.clone(), path: path.to_owned(), source };
        let request = self.endpoint.write(method, path, body)?;
        connection.ready().await.map_err(broke)?;
        let answer = connection.send_request(request).await.map_err(broke)?;
        let response = read(answer).await.map_err(broke)?;
        self.connection = Some(connection);
        Ok(response)
    }
}

impl Endpoint {
    async fn connect(&self, method: &Method, path: &str) -> Result<SendRequest<Full<Bytes>>, HttpError> {
        let refused = |source| HttpError::Connect { authority: self.authority.clone(), source };
        let stream = TcpStream::connect(&self.authority).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        let broke = |source| HttpError::Exchange { method: method.clone(), path: path.to_owned(), source };
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broke)?;
        // It ends with the sender, and what breaks it the sender reports with the request.
        tokio::spawn(connection);
        Ok(sender)
    }

    fn write(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Bytes>,
    ) -> Result<hyper::Request<Full<Bytes>>, HttpError> {
        let mut request = hyper::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.prefix))
            .header(header::HOST, &self.authority)
            .header(header::USER_AGENT, &self.agent)
            .header(header::ACCEPT, &self.media_type)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, &self.media_type);
        }
        let bytes = body.cloned().unwrap_or_default();
        let unwritable =
            |source| HttpError::Unwritable { method: method.clone(), path: path.to_owned(), source };
        request.body(Full::new(bytes)).map_err(unwritable)
    }
}

/// Whether a request that failed on a kept connection may be sent again on a new one.
fn may_repeat(method: &Method, error: &hyper::Error) -> bool {
    let never_sent = error.is_canceled() || error.is_closed();
    never_sent || (error.is_incomplete_message() && method != Method::POST)
}

async fn read(answer: hyper::Response<Incoming>) -> Result<RawResponse, hyper::Error> {
    let (parts, body) = answer.into_parts();
    let text = |name: HeaderName| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
    let headers = Headers {
        retry_after: text(header::RETRY_AFTER),
        etag: text(header::ETAG),
        location: text(header::LOCATION),
    };
    let body = body.collect().await?.to_bytes();
    Ok(RawResponse { status: parts.status.as_u16(), headers, body })
}

fn json_or_text(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

fn split(base_url: &str) -> Option<(String, String)> {
    let uri: hyper::Uri = base_url.parse().ok()?;
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http"))?;
    let port = authority.port_u16().unwrap_or(80);
    Some((format!("{}:{port}", authority.host()), uri.path().trim_end_matches('/').to_owned()))
}

/// Percent-encodes a query value: everything but RFC 3986's unreserved characters, so `+` and quotes arrive as meant.
pub fn percent_encode(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_taken_apart() {
        let parts = |url| split(url).map(|(authority, prefix)| format!("{authority} {prefix}"));
        assert_eq!(parts("http://127.0.0.1:8080/scim/v2/").as_deref(), Some("127.0.0.1:8080 /scim/v2"));
        assert_eq!(parts("http://localhost").as_deref(), Some("localhost:80 "));
        assert_eq!(parts("https://example.com/scim"), None);
        assert_eq!(parts("not a url"), None);
    }

    #[test]
    fn queries_are_percent_encoded() {
        assert_eq!(percent_encode("userName eq \"a+b@x\""), "userName%20eq%20%22a%2Bb%40x%22");
        assert_eq!(percent_encode("é"), "%C3%A9");
    }

    #[test]
    fn bodies_are_json_or_text_or_nothing() {
        assert_eq!(json_or_text(b""), Value::Null);
        assert_eq!(json_or_text(b"{\"a\":1}"), serde_json::json!({ "a": 1 }));
        assert_eq!(json_or_text(b"Bad Gateway"), serde_json::json!("Bad Gateway"));
    }
}
