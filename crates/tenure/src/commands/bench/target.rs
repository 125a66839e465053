//! `tenure bench --target`: people and groups are pushed over SCIM, and what is measured is the way on from there, to a
//! simulated ServiceNow that takes a fixed time for each call. The server is a process of its own; the instance lives in
//! this one, so that what it was asked and what it holds can be read without asking.

mod report;

use super::groups::{add, create as create_group};
use super::load::{Request, Source};
use super::operation::{Ids, To, create};
use super::people::{body, external_id};
use super::side::Side;
use super::{Stores, load};
use crate::cli::{BenchOptions, Served};
use anyhow::{Context, bail};
use indicatif::ProgressBar;
use report::{Change, Loaded, Report};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tenure_lab::http::{Client, Method};
use tenure_lab::servicenow::{Faults, Instance, Row, Server, Settings};

/// Teams of the measured company, after which departments and cost centres are called.
const TEAMS: usize = 97;
/// Leavers while everybody else is delivered.
const LEAVERS: usize = 10;
/// How often to look at the instance.
const LOOK: Duration = Duration::from_millis(2);
/// How often to ask the server whether there is more to come.
const ASK: Duration = Duration::from_millis(50);
/// How long the instance may not be called before whoever waits gives up.
const SILENCE: Duration = Duration::from_secs(90);

/// Measures.
pub(super) async fn measure(options: &BenchOptions) -> anyhow::Result<Report> {
    let stores = Stores::of(options.store.as_deref())?;
    let instance = instance(options.latency)?;
    let served = Server::local(instance.clone()).await?;
    let side = Side::start(Served::Tenure, &stores.tenure, Some(&served.url), options.concurrency)?;
    let mut bench = Bench { side, instance, ids: Ids::default() };
    let idle = bench.side.memory();
    let (loaded, leavers, pushed) = bench.load(options.people() as usize).await?;
    let changes = bench.changes().await?;
    let end = bench.side.memory();
    Ok(Report::new(options, loaded, leavers, changes, [idle, pushed, end]))
}

/// An instance with whatever people refer to that Tenure does not make.
fn instance(latency_ms: u64) -> anyhow::Result<Instance> {
    let instance = Instance::new(Settings::default());
    instance.insert("core_company", &[("name", "Company")])?;
    for team in 0..TEAMS {
        instance.insert("cmn_cost_center", &[("name", &format!("C{team:04}"))])?;
    }
    let mut faults = Faults::default();
    faults.latency.ms = latency_ms;
    instance.set_faults(faults);
    Ok(instance)
}

struct Bench {
    side: Side,
    instance: Instance,
    ids: Ids,
}

impl Bench {
    /// Pushes everybody as fast as the server takes them, then the groups, and waits until the instance has all of it. Ten
    /// leave meanwhile.
    async fn load(&mut self, people: usize) -> anyhow::Result<(Loaded, Vec<Duration>, super::side::Memory)> {
        self.instance.forget();
        let start = Instant::now();
        let (_, ids) = load(&mut self.side, To::Tenure, people, &ProgressBar::hidden()).await?;
        self.ids = ids;
        let groups = Mutex::new(groups(&self.ids));
        let source: Source = Arc::new(move || groups.lock().unwrap_or_else(PoisonError::into_inner).pop());
        self.side.crew.work(None, &source).await?;
        let (push, pushed) = (start.elapsed(), self.side.memory());
        let leavers = self.leavers(people).await?;
        self.settled().await?;
        let (elapsed, calls) = (start.elapsed(), self.instance.calls());
        Ok((Loaded { people, push, elapsed, calls }, leavers, pushed))
    }

    /// How long it takes from the answer to the source until the instance has each of ten leavers as inactive.
    async fn leavers(&mut self, people: usize) -> anyhow::Result<Vec<Duration>> {
        let mut waits = Vec::new();
        for leaver in 0..LEAVERS {
            // Not among the first, who are managers, and spread over the load.
            let (number, some) = (people / 10 + leaver, people * (leaver + 1) / (LEAVERS + 2));
            let delivered = |it: &Instance| it.count_of("sys_user") > some && record(it, number).is_some();
            until(&self.instance, delivered).await?;
            self.side.crew.send(leave(&self.ids[number])).await?;
            let answered = Instant::now();
            until(&self.instance, |it| record(it, number).is_some_and(|row| !row.is("active"))).await?;
            waits.push(answered.elapsed());
        }
        Ok(waits)
    }

    /// Single changes, each with the calls that it takes.
    async fn changes(&mut self) -> anyhow::Result<Vec<Change>> {
        let people = self.ids.len();
        let other = (people - 1, people - 2);
        let id = self.ids[other.0].clone();
        // With somebody in it, so that it is known already whether our account may add members.
        let first = std::slice::from_ref(&self.ids[people - 3]);
        let group = self.side.crew.send(create_group(usize::MAX, first)).await?.unwrap_or_default();
        self.settled().await?;
        // In a team whose department and cost centre others have brought already.
        let joiner = create(To::Tenure, people.next_multiple_of(TEAMS));
        let put = Request::send(Method::PUT, format!("/Users/{id}"), body(other.0, 99));
        Ok(vec![
            self.change("update_field", "one field of a person", put).await?,
            self.change("join_group", "one membership", add(&group, &[id])).await?,
            self.change("create", "a new person", joiner).await?,
            self.change("leaver", "a leaver who was in three groups", leave(&self.ids[other.1])).await?,
        ])
    }

    async fn change(
        &mut self,
        name: &'static str,
        words: &'static str,
        request: Request,
    ) -> anyhow::Result<Change> {
        self.instance.forget();
        self.side.crew.send(request).await?;
        self.settled().await?;
        Ok(Change { name, words, calls: self.instance.calls() })
    }

    /// Waits until there is nothing left to deliver.
    async fn settled(&self) -> anyhow::Result<()> {
        let (api, token) = &self.side.admin;
        let mut client = Client::new(api, token)?.media_type("application/json");
        let mut seen = (0, Instant::now());
        loop {
            tokio::time::sleep(ASK).await;
            let calls = self.instance.calls();
            if calls.total != seen.0 {
                seen = (calls.total, Instant::now());
            }
            // Asking costs the server something, and is of no use while it calls.
            if calls.in_flight > 0 {
                continue;
            }
            let answer = client.raw(Method::GET, "/deliveries/summary", None).await?;
            let summary: Value = serde_json::from_slice(&answer.body).context("no summary of deliveries")?;
            if summary["pending"] == 0 {
                return Ok(());
            }
            if seen.1.elapsed() > SILENCE {
                bail!("the server has stopped delivering: {summary}");
            }
        }
    }
}

/// Groups as a company has them: one with everybody, ten with a tenth each, and teams of a hundred.
fn groups(ids: &[String]) -> Vec<Request> {
    let tenths: Vec<Vec<String>> =
        (0..10).map(|tenth| ids.iter().skip(tenth).step_by(10).cloned().collect()).collect();
    let teams = ids.chunks(100).map(<[String]>::to_vec);
    let all = std::iter::once(ids.to_vec()).chain(tenths).chain(teams);
    all.enumerate().map(|(number, members)| create_group(number, &members)).collect()
}

fn leave(id: &str) -> Request {
    let text = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}"#;
    Request::send(Method::PATCH, format!("/Users/{id}"), text)
}

/// The record of the person of this number.
fn record(instance: &Instance, number: usize) -> Option<Row> {
    instance.find("sys_user", "u_okta_user_id", &external_id(number)).pop()
}

async fn until(instance: &Instance, is_so: impl Fn(&Instance) -> bool) -> anyhow::Result<()> {
    let mut seen = (0, Instant::now());
    while !is_so(instance) {
        let total = instance.calls().total;
        if total != seen.0 {
            seen = (total, Instant::now());
        }
        if seen.1.elapsed() > SILENCE {
            bail!("the server has stopped delivering");
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_in_three_groups() {
        let ids: Vec<_> = (0..250).map(|number| format!("p{number}-")).collect();
        let bodies: Vec<_> = groups(&ids).into_iter().filter_map(|request| request.body).collect();
        let texts: Vec<_> = bodies.iter().map(|body| String::from_utf8_lossy(body).into_owned()).collect();
        for id in &ids {
            let named = format!("\"{id}\"");
            assert_eq!(texts.iter().filter(|text| text.contains(&named)).count(), 3, "{id}");
        }
    }
}
