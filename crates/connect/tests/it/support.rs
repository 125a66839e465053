//! An instance that answers as a test tells it to, over real HTTP, and remembers what it was asked. It can also cut the
//! connection and say nothing at all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tenure_connect::servicenow::{Auth, Fields, ServiceNow, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the instance was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// What it answers.
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// The connection ends without an answer.
    Cut,
    /// The connection ends in the middle of the answer.
    CutHalfway,
    /// Nothing comes.
    Silence,
}

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A running instance. Ends with the test's runtime.
pub(crate) struct Instance {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

pub(crate) fn json(status: u16, body: impl Into<Value>) -> Reply {
    answer(status, "application/json;charset=UTF-8", body.into().to_string())
}

pub(crate) fn answer(status: u16, media: &str, body: impl Into<Vec<u8>>) -> Reply {
    Reply::Answer { status, headers: vec![("Content-Type".into(), media.into())], body: body.into() }
}

pub(crate) fn failure(status: u16, message: &str, detail: &str) -> Reply {
    json(status, json!({ "error": { "message": message, "detail": detail }, "status": "failure" }))
}

pub(crate) fn no_record() -> Reply {
    failure(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
}

/// A list of rows, with their number in all.
pub(crate) fn rows(rows: impl Into<Value>, total: u64) -> Reply {
    let rows = rows.into();
    json(200, json!({ "result": rows })).with("X-Total-Count", &total.to_string())
}

impl Reply {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.into(), value.into()));
        }
        self
    }
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The requests within a batch.
    pub(crate) fn batched(&self) -> Vec<Value> {
        self.json()["rest_requests"].as_array().unwrap().clone()
    }
}

/// What a batch answers to one request.
pub(crate) fn served(id: &Value, status: u16, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { STANDARD.encode(body.to_string()) };
    let headers = json!([{ "name": "Content-Type", "value": "application/json;charset=UTF-8" }, { "name": "Retry-After", "value": "0" }]);
    json!({ "id": id, "status_code": status, "status_text": "", "body": body, "headers": headers, "execution_time": 1 })
}

pub(crate) fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(crate) fn basic() -> Auth {
    Auth::Basic { username: "tenure".into(), password: "s3cret-word".into() }
}

impl Instance {
    pub(crate) async fn start(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::default();
        let (log, handler): (_, Arc<Handler>) = (Arc::clone(&asked), Arc::new(handler));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&log), Arc::clone(&handler)));
            }
        });
        Self { url, asked }
    }

    /// An instance that gives these answers, one after the other.
    pub(crate) async fn replies(replies: Vec<Reply>) -> Self {
        let replies = Mutex::new(replies.into_iter());
        Self::start(move |_| replies.lock().unwrap().next().expect("more calls than answers")).await
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings { timeout: Duration::from_secs(5), ..Settings::new(&self.url, basic()) }
    }

    pub(crate) fn client(&self) -> ServiceNow {
        ServiceNow::new(self.settings()).unwrap()
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// What was asked, if it was one thing.
    #[track_caller]
    pub(crate) fn asked_once(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.into_iter().next().unwrap()
    }
}

async fn serve(stream: TcpStream, log: Arc<Mutex<Vec<Asked>>>, handler: Arc<Handler>) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read(&mut stream).await {
        log.lock().unwrap().push(asked.clone());
        match handler(&asked) {
            Reply::Answer { status, headers, body } => {
                let head = head(status, &headers, body.len());
                if stream.write_all(&[head.as_bytes(), &body].concat()).await.is_err() {
                    return;
                }
            }
            Reply::Cut => return,
            Reply::CutHalfway => {
                let head = head(200, &[("Content-Type".into(), "application/json".into())], 1000);
                let _ = stream.write_all(format!("{head}{{\"result\":").as_bytes()).await;
                return;
            }
            Reply::Silence => std::future::pending().await,
        }
    }
}

fn head(status: u16, headers: &[(String, String)], length: usize) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    // RFC 9110 section 8.6: no length with 204.
    let length = if status == 204 { String::new() } else { format!("Content-Length: {length}\r\n") };
    format!("HTTP/1.1 {status} Said\r\nSet-Cookie: JSESSIONID=1\r\n{headers}{length}\r\n")
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let url = reqwest::Url::parse("http://instance").unwrap().join(target).unwrap();
    let headers: BTreeMap<_, _> = lines
        .filter_map(|it| it.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; headers.get("content-length").map_or(0, |it| it.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked {
        method,
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers,
        body: String::from_utf8(body).unwrap(),
    })
}
