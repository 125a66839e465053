//! A SCIM server in memory, with just enough sense to answer the drivers plausibly, and a record of every request.
//!
//! It correlates by external id and employee number on POST, as a server must for a year to come out right. Answers
//! can be put in its mouth with [`Stub::say`]; they go out before any sense is applied.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) body: Value,
    pub(crate) headers: BTreeMap<String, String>,
}

/// An answer to give without thinking.
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: String,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) seen: Vec<Seen>,
    pub(crate) users: BTreeMap<String, Value>,
    pub(crate) groups: BTreeMap<String, Value>,
    pub(crate) connections: usize,
    said: VecDeque<Said>,
    next: usize,
}

/// The server, listening on a port of its own.
#[derive(Clone)]
pub(crate) struct Stub {
    state: Arc<Mutex<State>>,
    pub(crate) base_url: String,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let stub = Self { state: Arc::default(), base_url: format!("http://{address}/scim/v2") };
        tokio::spawn(stub.clone().serve(listener));
        stub
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            self.state().connections += 1;
            let stub = self.clone();
            let service = service_fn(move |request| {
                let stub = stub.clone();
                async move { stub.answer(request).await }
            });
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked in it")
    }

    /// The next request is answered with this.
    pub(crate) fn say(&self, status: u16, headers: Vec<(&'static str, &'static str)>, body: &Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.state().said.push_back(Said { status, headers, body });
    }

    /// Puts a user in without a request; gives back the id.
    pub(crate) fn seed_user(&self, user: Value) -> String {
        let mut state = self.state();
        state.next += 1;
        let id = format!("s{}", state.next);
        let mut user = user;
        user["id"] = json!(id);
        state.users.insert(id.clone(), user);
        id
    }

    /// Method, path and query of the requests so far; the record begins anew.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.take().into_iter().map(|seen| seen.line).collect()
    }

    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state().seen)
    }

    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, hyper::Error> {
        let (parts, body) = request.into_parts();
        let bytes = body.collect().await?.to_bytes();
        let path = parts.uri.path_and_query().expect("a path").as_str();
        let path = path.strip_prefix("/scim/v2").unwrap_or(path).to_owned();
        let header = |value: &hyper::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), header(value))).collect();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let mut state = self.state();
        state.seen.push(Seen { line: format!("{} {path}", parts.method), body: body.clone(), headers });
        let said = match state.said.pop_front() {
            Some(said) => said,
            None => {
                let (status, body) = state.handle(parts.method.as_str(), &path, body);
                let body = if body.is_null() { String::new() } else { body.to_string() };
                Said { status, headers: vec![], body }
            }
        };
        let mut response = hyper::Response::builder().status(said.status);
        for (name, value) in said.headers {
            response = response.header(name, value);
        }
        Ok(response.body(Full::new(Bytes::from(said.body))).expect("a response"))
    }
}

impl State {
    fn handle(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (resource, query) = path.split_once('?').unwrap_or((path, ""));
        let mut segments = resource.trim_start_matches('/').splitn(2, '/');
        let (kind, id) = (segments.next().unwrap_or_default(), segments.next());
        match (method, id) {
            ("GET", None) => (200, self.list(kind, query)),
            ("POST", None) => self.create(kind, body),
            (_, Some(id)) => self.change(method, kind, id, body),
            _ => (405, Value::Null),
        }
    }

    fn resources(&mut self, kind: &str) -> &mut BTreeMap<String, Value> {
        if kind == "Users" { &mut self.users } else { &mut self.groups }
    }

    fn list(&mut self, kind: &str, query: &str) -> Value {
        let parameter = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(decode)
        };
        let filter = parameter("filter");
        let number = |name, default| parameter(name).and_then(|text| text.parse().ok()).unwrap_or(default);
        let (start, count): (usize, usize) = (number("startIndex", 1), number("count", 100));
        let matches = |user: &&Value| filter.as_deref().is_none_or(|filter| matches(user, filter));
        let all: Vec<Value> = self.resources(kind).values().filter(matches).cloned().collect();
        let page: Vec<Value> = all.iter().skip(start - 1).take(count).cloned().collect();
        json!({ "totalResults": all.len(), "startIndex": start, "itemsPerPage": page.len(), "Resources": page })
    }

    fn create(&mut self, kind: &str, mut body: Value) -> (u16, Value) {
        let twin = self.resources(kind).values().find(|other| same(other, &body)).cloned();
        let id = match twin {
            Some(twin) if twin["active"] == json!(true) => {
                return (409, json!({ "status": "409", "scimType": "uniqueness", "detail": "taken" }));
            }
            Some(twin) => twin["id"].as_str().unwrap_or_default().to_owned(),
            None => {
                self.next += 1;
                format!("s{}", self.next)
            }
        };
        body["id"] = json!(id);
        self.resources(kind).insert(id, body.clone());
        (201, body)
    }

    fn change(&mut self, method: &str, kind: &str, id: &str, body: Value) -> (u16, Value) {
        let Some(known) = self.resources(kind).get_mut(id) else {
            return (404, json!({ "status": "404", "detail": "no such resource" }));
        };
        match method {
            "PUT" if number(known).is_some() && number(known) != number(&body) => {
                return (409, json!({ "status": "409", "detail": "this is another human being" }));
            }
            "PUT" => *known = body,
            "PATCH" => apply(known, &body),
            "DELETE" => {
                self.resources(kind).remove(id);
                return (204, Value::Null);
            }
            _ => {}
        }
        (200, known.clone())
    }
}

fn number(user: &Value) -> Option<&Value> {
    user.get(ENTERPRISE)?.get("employeeNumber")
}

fn same(known: &Value, new: &Value) -> bool {
    let by_id = known.get("externalId").is_some_and(|id| Some(id) == new.get("externalId"));
    let by_number = number(known).is_some() && number(known) == number(new);
    by_id || by_number
}

/// `a eq "x"` and conjunctions of it; members and managers are looked for anywhere in their attribute.
fn matches(resource: &Value, filter: &str) -> bool {
    filter.split(" and ").all(|term| {
        let (path, wanted) = term.split_once(" eq ").expect("the drivers send only eq");
        let wanted: Value = serde_json::from_str(wanted).expect("a JSON string");
        let held = match path {
            "manager" => &resource[ENTERPRISE]["manager"],
            path => &resource[path],
        };
        match held {
            Value::Array(members) => members.iter().any(|member| member["value"] == wanted),
            Value::Object(manager) => manager.get("value") == Some(&wanted),
            held => *held == wanted,
        }
    })
}

fn apply(resource: &mut Value, body: &Value) {
    for operation in body["Operations"].as_array().into_iter().flatten() {
        let op = operation["op"].as_str().unwrap_or_default().to_lowercase();
        match operation["path"].as_str() {
            None => {
                for (path, value) in operation["value"].as_object().into_iter().flatten() {
                    put(resource, path, value.clone());
                }
            }
            Some(path) if path.starts_with("members") => members(resource, &op, path, &operation["value"]),
            Some(path) => put(resource, path, operation["value"].clone()),
        }
    }
}

fn members(group: &mut Value, op: &str, path: &str, value: &Value) {
    let mut held = group["members"].as_array().cloned().unwrap_or_default();
    let values = value.as_array().cloned().unwrap_or_default();
    match op {
        "replace" => held = values,
        "add" => held.extend(values),
        _ => held.retain(|member| {
            let id = member["value"].as_str().unwrap_or_default();
            !path.contains(&format!("\"{id}\"")) && !values.iter().any(|gone| gone["value"] == json!(id))
        }),
    }
    group["members"] = json!(held);
}

fn put(resource: &mut Value, path: &str, value: Value) {
    let value = if path == "active" && value.is_string() { json!(value != "False") } else { value };
    if let Some(attribute) = path.strip_prefix(ENTERPRISE) {
        let bare = attribute == ":manager" && value.is_string();
        resource[ENTERPRISE][&attribute[1..]] = if bare { json!({ "value": value }) } else { value };
    } else if let Some(part) = path.strip_prefix("emails[type eq \"work\"].") {
        work(resource, "emails")[part] = value;
    } else if let Some(part) = path.strip_prefix("addresses[type eq \"work\"].") {
        work(resource, "addresses")[part] = value;
    } else if let Some(part) = path.strip_prefix("name.") {
        resource["name"][part] = value;
    } else {
        resource[path] = value;
    }
}

/// The first element, made if there is none.
fn work<'a>(resource: &'a mut Value, key: &str) -> &'a mut Value {
    if resource[key].get(0).is_none() {
        resource[key] = json!([{ "type": "work" }]);
    }
    &mut resource[key][0]
}

pub(crate) fn decode(text: &str) -> String {
    let mut bytes = vec![];
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.push(u8::from_str_radix(&hex, 16).expect("two hex digits"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
