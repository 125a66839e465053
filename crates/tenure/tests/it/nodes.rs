//! Two nodes over one PostgreSQL database are one directory.

use crate::support::client::{Api, group, user};
use crate::support::{Scene, Server};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// What a revoked token may still do, with room for a busy machine.
const REVOKED_WITHIN: Duration = Duration::from_secs(6);

struct Nodes {
    scene: Scene,
    token: String,
    nodes: [Server; 2],
}

impl Nodes {
    /// Both start at once, on a database that is still empty.
    fn start() -> Self {
        let scene = Scene::postgres();
        let nodes = std::thread::scope(|scope| {
            let starts = [(); 2].map(|()| scope.spawn(|| scene.serve()));
            starts.map(|start| start.join().unwrap())
        });
        let token = scene.token("okta");
        Self { scene, token, nodes }
    }

    fn apis(&self) -> [Api; 2] {
        [0, 1].map(|node| self.nodes[node].api(&self.token))
    }
}

fn person(number: usize) -> Value {
    let name = format!("n{number}");
    user(&format!("00u{name}"), &format!("{name}@example.com"), &name, "Node", &name)
}

/// Creates these people, each client at the node of its turn; gives back the ids.
async fn populate(nodes: &Nodes, people: usize) -> Vec<String> {
    let mut apis = nodes.apis();
    let mut ids = Vec::new();
    for number in 0..people {
        ids.push(apis[number % 2].create("/Users", &person(number)).await);
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_person_posted_to_both_is_one_person() {
    let nodes = Nodes::start();
    let mut posts = JoinSet::new();
    for client in 0..4 {
        let mut api = nodes.nodes[client % 2].api(&nodes.token);
        posts.spawn(async move {
            let mut statuses = Vec::new();
            for number in 0..50 {
                statuses.push(api.post("/Users", &person(number)).await.status);
            }
            statuses
        });
    }
    let statuses = posts.join_all().await.concat();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 50);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 150);
    let [mut one, mut other] = nodes.apis();
    for api in [&mut one, &mut other] {
        let users = api.all("/Users", None).await;
        let logins: BTreeSet<_> = users.iter().map(|user| user["userName"].to_string()).collect();
        assert_eq!((users.len(), logins.len()), (50, 50));
    }
    for number in ["n0", "n17", "n49"] {
        assert_eq!(nodes.scene.json(&["explain", number])["claims"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_added_through_both_are_all_there() {
    let nodes = Nodes::start();
    let people = populate(&nodes, 48).await;
    let [mut one, mut other] = nodes.apis();
    let id = one.create("/Groups", &group("Everybody", &[])).await;
    let path = format!("/Groups/{id}");
    let mut patches = JoinSet::new();
    for (client, share) in people.chunks(12).enumerate() {
        let mut api = nodes.nodes[client % 2].api(&nodes.token);
        let (share, path) = (share.to_vec(), path.clone());
        patches.spawn(async move {
            for member in share {
                api.patch(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": member }] }]))
                    .await;
            }
        });
    }
    patches.join_all().await;
    for api in [&mut one, &mut other] {
        let members = api.get(&path).await.body["members"].take();
        let members: BTreeSet<_> =
            members.as_array().unwrap().iter().map(|m| m["value"].as_str().unwrap().to_owned()).collect();
        assert_eq!(members, people.iter().cloned().collect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_is_refused_by_both() {
    let nodes = Nodes::start();
    let mut apis = nodes.apis();
    for api in &mut apis {
        assert_eq!(api.get("/Users?count=0").await.status, 200);
    }
    let id = nodes.scene.json(&["token", "list"])[0]["id"].as_str().unwrap().to_owned();
    nodes.scene.data(&["token", "revoke", &id]);
    let since = Instant::now();
    for api in &mut apis {
        while api.get("/Users?count=0").await.status == 200 {
            assert!(since.elapsed() < REVOKED_WITHIN, "the token still works");
        }
        assert_eq!(api.get("/Users?count=0").await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_complete_while_the_other_node_writes() {
    let nodes = Nodes::start();
    let people = populate(&nodes, 230).await;
    let mut writer = nodes.nodes[1].api(&nodes.token);
    let writes = tokio::spawn(async move {
        for number in 230..290 {
            writer.create("/Users", &person(number)).await;
        }
    });
    let mut apis = nodes.apis();
    let mut listed = BTreeSet::new();
    for page in 0.. {
        let path = format!("/Users?startIndex={}&count=40", 1 + page * 40);
        let answer = apis[page % 2].get(&path).await;
        let found = answer.body["Resources"].as_array().cloned().unwrap_or_default();
        listed.extend(found.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
        if found.len() < 40 {
            break;
        }
    }
    assert!(people.iter().all(|id| listed.contains(id)), "a page left somebody out");
    writes.await.unwrap();
    for api in &mut apis {
        assert_eq!(api.all("/Users", None).await.len(), 290);
    }
}
