//! `kill -9` in the middle of a load: everything that was acknowledged is there after the restart, and nobody twice.

use crate::support::client::{Api, user};
use crate::support::{Scene, Server, on_both_engines};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

const ROUNDS: usize = 3;
const CLIENTS: usize = 8;
/// Acknowledged creates of a round before the kill.
const ENOUGH: usize = 60;
/// How often each person's title is changed.
const TITLES: usize = 2;

on_both_engines!(nothing_acknowledged_is_lost_and_nobody_is_there_twice);

/// What one client knows when the server is gone.
#[derive(Default)]
struct Memory {
    /// By id, how many changes of the title were acknowledged.
    acknowledged: BTreeMap<String, usize>,
    /// The create that got no answer.
    unanswered: Option<Value>,
}

async fn nothing_acknowledged_is_lost_and_nobody_is_there_twice(scene: Scene) {
    let token = scene.token("okta");
    let mut memories = Vec::new();
    for round in 0..ROUNDS {
        memories.extend(load_until_killed(scene.serve(), &token, round).await);
    }
    let server = scene.serve();
    let mut api = server.api(&token);
    for memory in &memories {
        check(&mut api, memory).await;
    }
    let users = api.all("/Users", None).await;
    let acknowledged: usize = memories.iter().map(|memory| memory.acknowledged.len()).sum();
    assert!(acknowledged >= ROUNDS * ENOUGH && users.len() <= acknowledged + ROUNDS * CLIENTS);
    let mut logins: Vec<_> = users.iter().map(|user| user["userName"].as_str().unwrap()).collect();
    logins.sort_unstable();
    logins.dedup();
    assert_eq!(logins.len(), users.len(), "a login is there twice");
    server.stop();
}

async fn load_until_killed(server: Server, token: &str, round: usize) -> Vec<Memory> {
    let (tell, mut told) = unbounded_channel();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(push(server.api(token), format!("r{round}c{client}"), tell.clone()));
    }
    for _ in 0..ENOUGH {
        told.recv().await.unwrap();
    }
    server.kill();
    clients.join_all().await
}

/// Creates and changes people until there is no answer.
async fn push(mut api: Api, name: String, tell: UnboundedSender<()>) -> Memory {
    let mut memory = Memory::default();
    for number in 0.. {
        let login = format!("{name}n{number}@example.com");
        let body = user(&format!("00u{name}n{number}"), &login, &name, "Load", &format!("{name}n{number}"));
        let Ok(answer) = api.try_post("/Users", &body).await else {
            memory.unanswered = Some(body);
            break;
        };
        assert_eq!(answer.status, 201, "{}", answer.body);
        let id = answer.body["id"].as_str().unwrap().to_owned();
        memory.acknowledged.insert(id.clone(), 0);
        // Nobody counts any more when the server is about to be killed.
        let _ = tell.send(());
        for title in 1..=TITLES {
            let change = json!([{ "op": "replace", "path": "title", "value": title.to_string() }]);
            let Ok(answer) = api.try_patch(&format!("/Users/{id}"), change).await else { return memory };
            assert_eq!(answer.status, 200, "{}", answer.body);
            memory.acknowledged.insert(id.clone(), title);
        }
    }
    memory
}

async fn check(api: &mut Api, memory: &Memory) {
    for (id, title) in &memory.acknowledged {
        let answer = api.get(&format!("/Users/{id}")).await;
        assert_eq!(answer.status, 200, "acknowledged and lost: {id}");
        let kept = answer.body["title"].as_str().map_or(0, |title| title.parse().unwrap());
        // A change that got no answer may have been made all the same.
        assert!(kept == *title || kept == title + 1, "{id} has title {kept} after {title} was acknowledged");
    }
    let Some(body) = &memory.unanswered else { return };
    let again = api.post("/Users", body).await;
    assert!([201, 409].contains(&again.status), "{}", again.body);
    let login = body["userName"].as_str().unwrap();
    assert_eq!(api.all("/Users", Some(&format!("userName eq \"{login}\""))).await.len(), 1, "{login}");
}
