//! `tenure serve` as an operator meets it: where it listens, what it tells of itself, how it starts and ends.

use crate::support::client::user;
use crate::support::{Scene, Server};
use serde_json::Value;
use std::net::TcpListener;
use tenure_lab::http::{Client, Method};
use tokio::task::JoinSet;

async fn get(server: &Server, path: &str) -> (u16, String) {
    let mut client = Client::new(&server.url(), "none").unwrap();
    let answer = client.request(Method::GET, path, None).await.unwrap();
    (answer.status, answer.body.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn it_tells_of_its_health_and_nothing_of_anybody() {
    let scene = Scene::sqlite();
    let token = scene.token("okta");
    let server = scene.serve();
    assert_eq!(get(&server, "/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(get(&server, "/readyz").await, (200, "ready\n".to_owned()));
    let mut api = server.api(&token);
    let id = api.create("/Users", &user("00u1", "ada@example.com", "Ada", "Lovelace", "1001")).await;
    assert_eq!(api.get(&format!("/Users/{id}")).await.status, 200);
    assert_eq!(server.api("wrong").get(&format!("/Users/{id}")).await.status, 401);
    let (status, metrics) = get(&server, "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        r#"tenure_http_requests_total{method="POST",route="/scim/v2/Users",status="201"} 1"#,
        r#"tenure_http_requests_total{method="GET",route="/scim/v2/Users/{id}",status="200"} 1"#,
        r#"tenure_http_requests_total{method="GET",route="/scim/v2/Users/{id}",status="401"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is missing:\n{metrics}");
    }
    for private in [id.as_str(), "ada", "00u1"] {
        assert!(!metrics.contains(private), "{private}:\n{metrics}");
    }
}

#[tokio::test]
async fn the_log_is_json_and_names_no_person_and_no_secret() {
    let scene = Scene::sqlite();
    let token = scene.token("okta");
    let server = scene.serve();
    let mut api = server.api(&token);
    let id = api.create("/Users", &user("00u1", "ada@example.com", "Ada", "Lovelace", "1001")).await;
    api.all("/Users", Some("userName eq \"ada@example.com\"")).await;
    api.get(&format!("/Users/{id}")).await;
    drop(api);
    server.terminate();
    let (status, log) = server.wait();
    assert!(status.success());
    let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let access: Vec<_> = lines.iter().filter(|line| line["target"] == "tenure::access").collect();
    assert_eq!(access.len(), 3);
    assert!(access.iter().all(|line| line["fields"]["source"] == "okta" && line["fields"]["id"].is_string()));
    assert_eq!(lines.last().unwrap()["fields"]["message"], "stopped");
    for private in [token.as_str(), &token[7..], "ada@", "Lovelace", &id] {
        assert!(log.iter().all(|line| !line.contains(private)), "{private}:\n{}", log.join("\n"));
    }
}

#[tokio::test]
async fn resources_say_where_they_are() {
    let scene = Scene::sqlite();
    let token = scene.token("okta");
    let server = scene.serve();
    let mut api = server.api(&token);
    let created = api.post("/Users", &user("00u1", "ada@example.com", "Ada", "Lovelace", "1001")).await;
    let location = created.body["meta"]["location"].as_str().unwrap();
    assert!(location.starts_with(&format!("{}/Users/", server.scim())), "{location}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let scene = Scene::empty();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    scene.write("tenure.toml", format!("[server]\nlisten = \"{address}\"\n"));
    let said = scene.run(&["serve"]).replace(&address, "127.0.0.1:8080");
    insta::assert_snapshot!(said, @r"
    exit 1
    --- stderr
    error: cannot listen on 127.0.0.1:8080; is another program there, or may only root use the port?
      because: Address already in use (os error 98)
    ");
    assert!(!scene.path().join("tenure.db").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_an_end_under_load() {
    let scene = Scene::sqlite();
    let token = scene.token("okta");
    let server = scene.serve();
    let mut clients = JoinSet::new();
    for client in 0..6 {
        let mut api = server.api(&token);
        clients.spawn(async move {
            let mut made = Vec::new();
            for number in 0.. {
                let name = format!("c{client}n{number}");
                let body = user(&format!("00u{name}"), &format!("{name}@example.com"), &name, "Load", &name);
                match api.try_post("/Users", &body).await {
                    Ok(answer) if answer.status == 201 => {
                        made.push(answer.body["id"].as_str().unwrap().to_owned());
                    }
                    Ok(answer) => panic!("{answer:?}"),
                    // The server has gone.
                    Err(_) => return made,
                }
            }
            made
        });
    }
    let mut watcher = server.api(&token);
    while watcher.get("/Users?count=0").await.body["totalResults"].as_u64() < Some(60) {}
    server.stop();
    let made: Vec<_> = clients.join_all().await.concat();
    let server = scene.serve();
    let mut api = server.api(&token);
    let mut kept: Vec<_> = api.all("/Users", None).await.iter().map(|user| user["id"].clone()).collect();
    let found = kept.len();
    kept.sort_by_key(Value::to_string);
    kept.dedup();
    assert_eq!(found, kept.len());
    assert!(made.len() >= 60 && made.iter().all(|id| kept.iter().any(|known| known == id)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_work_beside_a_server_that_writes() {
    let scene = Scene::sqlite();
    let token = scene.token("okta");
    let server = scene.serve();
    let mut api = server.api(&token);
    let load = tokio::spawn(async move {
        for number in 0..40 {
            let name = format!("n{number}");
            api.create("/Users", &user(&name, &format!("{name}@example.com"), &name, "Beside", &name)).await;
        }
        api
    });
    let tokens: Vec<_> = (0..10).map(|_| scene.token("okta")).collect();
    let mut api = load.await.unwrap();
    assert_eq!(api.all("/Users", None).await.len(), 40);
    for token in tokens {
        assert_eq!(server.api(&token).get("/Users?count=0").await.status, 200);
    }
}
