//! The load: a crew of clients with a connection each, every one sending its next request when the last is answered.

use anyhow::{Context, bail};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tenure_lab::http::{Bytes, Client, Method, RawResponse};
use tokio::task::JoinSet;

/// One request, ready to be sent.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Bytes>,
    /// Whom or what it makes, for those who want to know the id afterwards.
    pub(super) number: usize,
}

/// Where the crew gets its requests from; nothing means that there are no more.
pub(super) type Source = Arc<dyn Fn() -> Option<Request> + Send + Sync>;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Sample {
    /// Of each request, in microseconds.
    pub(super) latencies: Vec<u32>,
    pub(super) elapsed: Duration,
    /// The number of each request that made something, and the id that it got.
    pub(super) made: Vec<(usize, String)>,
}

/// Clients of one server.
#[derive(Debug)]
pub(super) struct Crew(Vec<Client>);

impl Request {
    pub(super) fn get(path: String) -> Self {
        Self { method: Method::GET, path, body: None, number: 0 }
    }

    pub(super) fn send(method: Method, path: String, body: impl Into<Bytes>) -> Self {
        Self { method, path, body: Some(body.into()), number: 0 }
    }

    pub(super) fn numbered(self, number: usize) -> Self {
        Self { number, ..self }
    }
}

impl Sample {
    /// Requests per second.
    pub(super) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl Crew {
    pub(super) fn new(base_url: &str, token: &str, size: u32) -> anyhow::Result<Self> {
        let client = Client::new(base_url, token)?;
        Ok(Self((0..size).map(|_| client.fork()).collect()))
    }

    /// One client of the admin API.
    pub(super) fn admin(base_url: &str, token: &str) -> anyhow::Result<Self> {
        Ok(Self(vec![Client::new(base_url, token)?.media_type("application/json")]))
    }

    /// Sends one request; gives back the id of what it made.
    pub(super) async fn send(&mut self, request: Request) -> anyhow::Result<Option<String>> {
        let once = Mutex::new(Some(request));
        let source: Source = Arc::new(move || once.lock().unwrap_or_else(PoisonError::into_inner).take());
        Ok(self.work(None, &source).await?.made.pop().map(|(_, id)| id))
    }

    /// Sends until the time is over or the source is dry. The first answer that is no success ends everything.
    pub(super) async fn work(&mut self, limit: Option<Duration>, source: &Source) -> anyhow::Result<Sample> {
        let start = Instant::now();
        let deadline = limit.map(|limit| start + limit);
        let mut workers = JoinSet::new();
        for client in self.0.drain(..) {
            workers.spawn(toil(client, deadline, Arc::clone(source)));
        }
        let mut all = Sample::default();
        while let Some(done) = workers.join_next().await {
            let (client, sample) = done.context("a client ended abnormally")??;
            self.0.push(client);
            all.latencies.extend(sample.latencies);
            all.made.extend(sample.made);
        }
        all.elapsed = start.elapsed();
        Ok(all)
    }
}

async fn toil(
    mut client: Client,
    deadline: Option<Instant>,
    source: Source,
) -> anyhow::Result<(Client, Sample)> {
    let mut sample = Sample::default();
    while deadline.is_none_or(|deadline| Instant::now() < deadline)
        && let Some(request) = source()
    {
        let sent = Instant::now();
        let answer = client.raw(request.method.clone(), &request.path, request.body).await?;
        sample.latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        if !(200..300).contains(&answer.status) {
            let text = String::from_utf8_lossy(&answer.body);
            bail!("`{} {}` was answered {}: {text}", request.method, request.path, answer.status);
        }
        sample.made.extend(made(&request.method, answer).map(|id| (request.number, id)));
    }
    Ok((client, sample))
}

/// The id at the end of the address of what was made.
fn made(method: &Method, answer: RawResponse) -> Option<String> {
    let location = answer.headers.location.filter(|_| *method == Method::POST)?;
    location.rsplit('/').next().map(str::to_owned)
}
