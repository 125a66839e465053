//! Requests and answers, so that a case is one line: `app.post("/Users", user("ada")).await.expect(201)`.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, request};
use http_body_util::BodyExt;
use serde_json::Value;
use std::ops::Index;
use std::pin::Pin;
use tower::ServiceExt;

pub(crate) const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Somebody who asks, with or without a token.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    pub(crate) secret: Option<String>,
}

/// A request on its way; awaiting it sends it.
pub(crate) struct Call {
    router: Router,
    head: request::Builder,
    body: Body,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    body: Value,
}

impl Client {
    pub(crate) fn new(router: &Router, secret: Option<&str>) -> Self {
        Self { router: router.clone(), secret: secret.map(str::to_owned) }
    }

    /// A request to a path below the base, with blanks and quotes encoded as clients do.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        self.raw(method, &format!("/scim/v2{}", encoded(path)))
    }

    /// A request to a path of the admin API.
    pub(crate) fn api(&self, method: &str, path: &str) -> Call {
        self.raw(method, &format!("/api/v1{}", encoded(path)))
    }

    /// What the admin API shows under this path.
    pub(crate) async fn look(&self, path: &str) -> Answer {
        self.api("GET", path).await.expect(200)
    }

    /// A request to exactly this path.
    pub(crate) fn raw(&self, method: &str, uri: &str) -> Call {
        let mut head = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(uri);
        if let Some(secret) = &self.secret {
            head = head.header("authorization", format!("Bearer {secret}"));
        }
        Call { router: self.router.clone(), head, body: Body::empty() }
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    pub(crate) fn delete(&self, path: &str) -> Call {
        self.call("DELETE", path)
    }

    pub(crate) fn post(&self, path: &str, body: impl Into<Value>) -> Call {
        self.call("POST", path).json(&body.into())
    }

    pub(crate) fn put(&self, path: &str, body: impl Into<Value>) -> Call {
        self.call("PUT", path).json(&body.into())
    }

    /// PATCH with the whole message; see [`super::operations`].
    pub(crate) fn patch(&self, path: &str, body: impl Into<Value>) -> Call {
        self.call("PATCH", path).json(&body.into())
    }

    /// A new user, and their id.
    pub(crate) async fn create(&self, body: impl Into<Value>) -> String {
        self.post("/Users", body).await.expect(201).id()
    }

    /// A new group, and its id.
    pub(crate) async fn create_group(&self, body: impl Into<Value>) -> String {
        self.post("/Groups", body).await.expect(201).id()
    }

    /// The ids that a filter on users finds.
    pub(crate) async fn found(&self, filter: &str) -> Vec<String> {
        self.get(&format!("/Users?filter={filter}")).await.expect(200).ids()
    }
}

/// Percent-encodes what may not be in a URI; what is encoded already stays.
fn encoded(path: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' | b'"' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'\\' | b'^' | b'`' | b'|' | 0x80.. => {
            format!("%{byte:02X}")
        }
        other => char::from(other).to_string(),
    };
    path.bytes().map(encode).collect()
}

impl Call {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head = self.head.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/scim+json").body(body.to_string())
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        self.stream(Body::from(body.into()))
    }

    pub(crate) fn stream(mut self, body: Body) -> Self {
        self.body = body;
        self
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let request = self.head.body(self.body).unwrap();
            let (head, body) = self.router.oneshot(request).await.unwrap().into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            Answer::new(head.status.as_u16(), head.headers, &bytes)
        })
    }
}

impl Answer {
    pub(crate) fn new(status: u16, headers: HeaderMap, bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, body }
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:.2000}", self.text);
        self
    }

    /// An error in SCIM's shape (RFC 7644 §3.12).
    #[track_caller]
    pub(crate) fn refused(self, status: u16, scim_type: Option<&str>) -> Self {
        let answer = self.expect(status);
        answer.check_error();
        assert_eq!(answer["scimType"].as_str(), scim_type, "{}", answer.text);
        answer
    }

    /// Problem details (RFC 9457) whose words hold this.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, words: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer["status"], status);
        let kind = answer["type"].as_str().unwrap();
        assert!(kind.starts_with("urn:tenure:problem:") && answer["title"].is_string(), "{}", answer.text);
        assert!(answer["detail"].as_str().unwrap().contains(words), "{words} is not in {}", answer.text);
        answer
    }

    /// The items of a list of the admin API.
    #[track_caller]
    pub(crate) fn items(&self) -> Vec<Value> {
        self["items"].as_array().expect("a list has items").clone()
    }

    /// Some error of the client's making, in SCIM's shape.
    #[track_caller]
    pub(crate) fn refused_somehow(self) -> Self {
        assert!((400..500).contains(&self.status), "{} {}", self.status, self.text);
        self.check_error();
        self
    }

    #[track_caller]
    fn check_error(&self) {
        assert_eq!(self.header("content-type"), Some("application/scim+json"));
        assert_eq!(self["schemas"], serde_json::json!([ERROR]), "{}", self.text);
        assert_eq!(self["status"], self.status.to_string().as_str());
        assert!(self["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", self.text);
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self["id"].as_str().expect("a resource has an id").to_owned()
    }

    /// The ids of a list, in its order.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.each("id")
    }

    /// One text of every resource of a list, in its order.
    pub(crate) fn each(&self, attribute: &str) -> Vec<String> {
        let resources = self["Resources"].as_array().expect("a list has resources");
        resources.iter().map(|resource| resource[attribute].as_str().unwrap_or("-").to_owned()).collect()
    }

    /// The member ids of a group, in order.
    pub(crate) fn members(&self) -> Vec<String> {
        let members = self["members"].as_array().cloned().unwrap_or_default();
        let mut ids: Vec<_> =
            members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    pub(crate) fn json(&self) -> Value {
        self.body.clone()
    }
}

impl Index<&str> for Answer {
    type Output = Value;

    fn index(&self, key: &str) -> &Value {
        &self.body[key]
    }
}
