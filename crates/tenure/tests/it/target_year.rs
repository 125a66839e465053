//! The lab's year through the server to a ServiceNow that refuses, breaks off and loses answers, while servers are killed:
//! in the end the instance holds everybody once and right, no open work lies with anybody who has left, and nothing was
//! written or handed over twice on the way.

use crate::support::balancer::Balancer;
use crate::support::human::{decide_what_waits, refused};
use crate::support::{Scene, Server};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tenure_lab::company::{Company, Member};
use tenure_lab::idp::Hurried;
use tenure_lab::idp::okta::Dialect;
use tenure_lab::play::{Played, Progress, Rehearsal, Stage};
use tenure_lab::proof::{POLICY, Proof};
use tenure_lab::servicenow::{self, Desks, Fault, FaultKind, Faults, Instance, Settings};
use tenure_lab::year::{Dated, Event, GroupRef, Year};

/// The company, unless `TENURE_TEST_PEOPLE` says otherwise.
const PEOPLE: usize = 100;
const SEED: u64 = 5;
const KILLS: usize = 3;
/// How often a human looks at the cases and the providers try again.
const ROUNDS: usize = 3;
/// Tries, half a second apart, of providers whose server is gone.
const PERSISTENCE: u32 = 120;
/// How often to look whether everything is delivered, a fifth of a second apart.
const LOOKS: usize = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    live_through(Scene::sqlite(), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql() {
    live_through(Scene::postgres(), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_two_nodes() {
    live_through(Scene::postgres(), 2).await;
}

async fn live_through(scene: Scene, nodes: usize) {
    let instance = Instance::new(Settings::default());
    instance.set_faults(troubles());
    let served = servicenow::Server::local(instance.clone()).await.unwrap();
    scene.deliver_to(&served.url);
    scene.write("policy.toml", POLICY);
    scene.data(&["policy", "apply", "policy.toml"]);
    let (okta, entra) = (scene.token("okta"), scene.token("entra"));
    let mut cast = Cast::start(&scene, nodes).await;
    let stage = Stage {
        okta: Dialect::Template,
        pace: Arc::new(Hurried::default()),
        persistence: PERSISTENCE,
        ..Stage::new(&cast.balancer.scim(), &okta, &entra)
    };
    let year = Year::plan(&Company::generate(SEED, people()), SEED);
    let mut rehearsal = Rehearsal::begin(&stage).await.unwrap();
    let (mut desks, mut today) = (Desks::open(&instance), None);
    let next_event = |progress: Progress| {
        if today.replace(progress.day) != Some(progress.day) {
            desks.fill(&instance);
        }
        cast.kill_if_it_is_time(progress);
    };
    let mut played = rehearsal.play(&year, next_event).await.unwrap();
    assert_eq!(cast.killed, KILLS);
    for _ in 0..ROUNDS {
        decide_what_waits(&scene);
        played = rehearsal.play(&try_again(&played, &year), |_| {}).await.unwrap();
    }
    assert!(played.failures.is_empty(), "{:?}", played.failures);
    assert!(played.refusals.iter().all(|refusal| refusal.overcome), "{:#?}", played.refusals);
    delivered(&scene);
    handed_over(&scene);
    let proof = Proof::of(&instance, &year);
    let all = [&proof.differences, &proof.undecided, &proof.careless];
    assert!(all.iter().all(|list| list.is_empty()), "{all:#?}");
    assert_eq!(proof.right, year.truth().people.len());
    assert!(proof.handed_over > 0, "nobody left any work");
    assert!(proof.calls.statuses[&0] > 0, "no connection was cut");
}

#[expect(clippy::disallowed_methods, reason = "whoever has more time asks for a larger company")]
fn people() -> usize {
    std::env::var("TENURE_TEST_PEOPLE").map_or(PEOPLE, |people| people.parse().unwrap())
}

fn troubles() -> Faults {
    let fault = |kind, rate| Fault { rate, retry_after: 0, ..Fault::new(kind) };
    let fault = vec![
        fault(FaultKind::TooManyRequests, 0.05),
        fault(FaultKind::Unavailable, 0.03),
        fault(FaultKind::CutBefore, 0.02),
        fault(FaultKind::CutAfter, 0.02),
    ];
    Faults { seed: SEED, fault, ..Faults::default() }
}

/// The servers, one of which is killed now and then.
struct Cast<'a> {
    scene: &'a Scene,
    balancer: Balancer,
    nodes: Vec<Server>,
    killed: usize,
}

impl<'a> Cast<'a> {
    async fn start(scene: &'a Scene, nodes: usize) -> Self {
        let balancer = Balancer::start().await;
        let nodes = (0..nodes).map(|_| scene.serve()).collect();
        let cast = Self { scene, balancer, nodes, killed: 0 };
        cast.tell_balancer();
        cast
    }

    fn tell_balancer(&self) {
        self.balancer.set(self.nodes.iter().map(|node| node.address().to_owned()).collect());
    }

    /// SIGKILL to one server after each quarter of the year, and a start anew; the providers meanwhile go on.
    fn kill_if_it_is_time(&mut self, progress: Progress) {
        if self.killed == KILLS || progress.events < progress.of * (self.killed + 1) / (KILLS + 1) {
            return;
        }
        self.nodes.remove(0).kill();
        self.killed += 1;
        self.nodes.push(self.scene.serve());
        self.tell_balancer();
    }
}

/// Whoever was refused, and then all groups with everybody: providers send members only once those are known.
fn try_again(played: &Played, year: &Year) -> Year {
    let mut again = refused(played, year, &year.truth());
    again.events.extend(everybody_joins(year).map(|event| Dated { day: 1, event }));
    again
}

fn everybody_joins(year: &Year) -> impl Iterator<Item = Event> {
    let mut groups = BTreeMap::new();
    for dated in &year.events {
        match &dated.event {
            Event::GroupPushed { group } => {
                let (idp, id, name) = (group.idp, group.id.clone(), group.name.clone());
                let reference = GroupRef { idp, id, name };
                groups.insert(group.id.clone(), (reference, group.members.clone()));
            }
            Event::MembersChanged { group, joined, left } => {
                let (_, members) = groups.get_mut(&group.id).unwrap();
                members.retain(|member| !left.iter().any(|gone| gone.number == member.number));
                members.extend(joined.iter().cloned());
            }
            Event::GroupRenamed { group } => groups.get_mut(&group.id).unwrap().0 = group.clone(),
            _ => {}
        }
    }
    groups.into_values().map(|(group, members)| {
        let joined: Vec<Member> = members.into_iter().collect();
        Event::MembersChanged { group, joined, left: Vec::new() }
    })
}

/// Waits until nothing is to be delivered any more.
fn delivered(scene: &Scene) {
    for _ in 0..LOOKS {
        let output = scene.output(&["deliver", "status", "--format", "json"]);
        let status: Value = serde_json::from_slice(&output.stdout).unwrap();
        let refused = status["states"]["refused"].as_u64().unwrap_or(0);
        if status["pending"] == 0 && refused == 0 {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(200));
    }
    let states = ["retrying", "refused"].map(|state| scene.run(&["deliver", "status", "--state", state]));
    panic!("not everything is delivered:\n{}", states.join("\n"));
}

/// Waits until nothing is to be handed over any more.
fn handed_over(scene: &Scene) {
    for _ in 0..LOOKS {
        let handovers = scene.json(&["handover", "status"]);
        // What somebody is at work on is not due.
        let is_over =
            |it: &Value| it["due"].is_null() && it["state"] != "planned" && it["state"] != "running";
        if handovers.as_array().unwrap().iter().all(is_over) {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(200));
    }
    panic!("not everything is handed over:\n{}", scene.run(&["handover", "status"]));
}
