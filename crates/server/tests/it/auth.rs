//! Who may do what: every endpoint with every kind of caller.

use crate::support::bodies::{USER, group, operation};
use crate::support::{Answer, Client, Setup, TestApp, at, user};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tenure_engine::token::Scope;
use tenure_identity::id::SourceName;
use tenure_server::RateLimit;

/// Every endpoint with a request that is right. `{user}` and `{group}` are known to `okta`.
const ENDPOINTS: [(&str, &str); 27] = [
    ("GET", "/"),
    ("POST", "/.search"),
    ("GET", "/Users"),
    ("HEAD", "/Users"),
    ("POST", "/Users"),
    ("POST", "/Users/.search"),
    ("GET", "/Users/{user}"),
    ("PUT", "/Users/{user}"),
    ("PATCH", "/Users/{user}"),
    ("GET", "/Groups"),
    ("POST", "/Groups"),
    ("POST", "/Groups/.search"),
    ("GET", "/Groups/{group}"),
    ("PUT", "/Groups/{group}"),
    ("PATCH", "/Groups/{group}"),
    ("POST", "/Bulk"),
    ("GET", "/Me"),
    ("GET", "/ServiceProviderConfig"),
    ("GET", "/ResourceTypes"),
    ("GET", "/ResourceTypes/User"),
    ("GET", "/Schemas"),
    ("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"),
    ("GET", "/nowhere"),
    ("POST", "/ServiceProviderConfig"),
    ("DELETE", "/Users"),
    ("DELETE", "/Groups/{group}"),
    ("DELETE", "/Users/{user}"),
];

struct World {
    app: TestApp,
    user: String,
    group: String,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::with(Setup::at(0)).await;
        let user = app.create(user("ada")).await;
        let group = app.create_group(group("Team", &[])).await;
        Self { app, user, group }
    }

    /// The status of the endpoint for this caller, and what it answered.
    async fn call(&self, client: &Client, endpoint: (&str, &str)) -> Answer {
        let (method, path) = endpoint;
        let path = path.replace("{user}", &self.user).replace("{group}", &self.group);
        let call = client.call(method, &path);
        match body(method, &path) {
            Value::Null => call.await,
            body => call.json(&body).await,
        }
    }

    async fn token(&self, source: &str, scopes: &[Scope], seconds: Option<i64>) -> (String, Client) {
        let lifetime = seconds.map(SignedDuration::from_secs);
        let token = self.app.engine.create_token(&SourceName::new(source), scopes, lifetime).await.unwrap();
        (token.id, self.app.client(Some(&token.secret)))
    }

    async fn nobody_gets_in(&self, client: &Client) {
        for endpoint in ENDPOINTS {
            let answer = self.call(client, endpoint).await.expect(401);
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.starts_with("Bearer realm="), "{challenge}");
            if endpoint.0 != "HEAD" {
                answer.refused(401, None);
            }
        }
        assert_eq!(self.app.get("/").await.expect(200)["totalResults"], 2);
    }
}

fn body(method: &str, path: &str) -> Value {
    match (method, path) {
        ("POST", "/Users") => user("grace"),
        ("POST", "/Groups") => group("Other", &[]),
        ("POST", "/Bulk") => json!({ "Operations": [] }),
        ("POST", _) => json!({}),
        ("PUT", path) if path.starts_with("/Users") => user("ada"),
        ("PUT", _) => group("Team", &[]),
        ("PATCH", _) => operation("replace", "displayName", json!("Team")),
        _ => Value::Null,
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let world = World::new().await;
    world.nobody_gets_in(&world.app.client(None)).await;
}

#[tokio::test]
async fn with_an_unknown_token_nothing_is_answered() {
    let world = World::new().await;
    world.nobody_gets_in(&world.app.client(Some("tenure_0123456789abcdef"))).await;
}

#[tokio::test]
async fn with_a_revoked_token_nothing_is_answered() {
    let world = World::new().await;
    let (id, client) = world.token("okta", &Scope::ALL, None).await;
    client.get("/Users").await.expect(200);
    world.app.engine.revoke_token(&id).await.unwrap();
    world.nobody_gets_in(&client).await;
    assert!(world.app.engine.revoke_token(&id).await.is_err(), "once is enough");
}

#[tokio::test]
async fn with_an_expired_token_nothing_is_answered() {
    let world = World::new().await;
    let (_, client) = world.token("okta", &Scope::ALL, Some(60)).await;
    world.app.engine.clock().set(at(59));
    client.get("/Users").await.expect(200);
    world.app.engine.clock().set(at(60));
    world.nobody_gets_in(&client).await;
}

#[tokio::test]
async fn with_a_malformed_header_nothing_is_answered() {
    let world = World::new().await;
    let secret = world.app.secret.clone().unwrap();
    for header in [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        secret.clone(),
        format!("Basic {secret}"),
        format!("Bearer {secret}x"),
        format!("Bearer{secret}"),
        format!("Bearer \u{e9}{secret}"),
        format!("Bearer {}", "a".repeat(600)),
    ] {
        world.app.client(None).get("/Users").header("authorization", &header).await.refused(401, None);
    }
    for header in [format!("bearer {secret}"), format!("BEARER  {secret}")] {
        world.app.client(None).get("/Users").header("authorization", &header).await.expect(200);
    }
}

#[tokio::test]
async fn a_token_that_reads_does_not_write() {
    let world = World::new().await;
    let (_, reader) = world.token("okta", &[Scope::Read], None).await;
    for endpoint in ENDPOINTS {
        let answer = world.call(&reader, endpoint).await;
        let reads = matches!(endpoint.0, "GET" | "HEAD") || endpoint.1.ends_with("/.search");
        if reads {
            assert!(matches!(answer.status, 200 | 404 | 501), "{endpoint:?} {}", answer.text);
        } else {
            let detail = answer.refused(403, None)["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("scim:write"), "{detail}");
        }
    }
    assert_eq!(world.app.get("/").await.expect(200)["totalResults"], 2);
}

#[tokio::test]
async fn a_token_that_writes_only_does_not_read() {
    let world = World::new().await;
    let (_, writer) = world.token("okta", &[Scope::Write], None).await;
    writer.get("/Users").await.refused(403, None);
    writer.post("/Users/.search", json!({})).await.refused(403, None);
    writer.post("/Users", user("grace")).await.expect(201);
}

#[tokio::test]
async fn a_token_of_another_source_finds_nobody() {
    let world = World::new().await;
    for (method, status) in [("GET", 404), ("PUT", 404), ("PATCH", 404), ("DELETE", 404)] {
        world.call(&world.app.hr, (method, "/Users/{user}")).await.refused(status, None);
    }
    world.call(&world.app.hr, ("GET", "/Groups/{group}")).await.refused(404, None);
    assert_eq!(world.app.hr.get("/").await.expect(200)["totalResults"], 0);
}

#[tokio::test]
async fn a_valid_token_gets_an_answer_everywhere() {
    let world = World::new().await;
    for endpoint in ENDPOINTS {
        let status = world.call(&world.app, endpoint).await.status;
        let expected = match endpoint {
            ("POST", "/Users" | "/Groups") => 201,
            ("GET", "/Me") => 501,
            ("GET", "/nowhere") => 404,
            ("POST", "/ServiceProviderConfig") | ("DELETE", "/Users") => 405,
            ("DELETE", _) => 204,
            _ => 200,
        };
        assert_eq!(status, expected, "{endpoint:?}");
    }
}

#[tokio::test]
async fn a_rotated_token_overlaps_with_its_successor() {
    let world = World::new().await;
    let (id, old) = world.token("okta", &[Scope::Read], None).await;
    old.get("/Users").await.expect(200);
    let new = world.app.engine.rotate_token(&id, None, SignedDuration::from_secs(60)).await.unwrap();
    let new = world.app.client(Some(&new.secret));
    for (second, old_status) in [(0, 200), (59, 200), (60, 401)] {
        world.app.engine.clock().set(at(second));
        old.get("/Users").await.expect(old_status);
        new.get("/Users").await.expect(200);
    }
    new.post("/Users", user("grace")).await.refused(403, None);
    assert!(world.app.engine.rotate_token("tok_nothing", None, SignedDuration::ZERO).await.is_err());
}

#[tokio::test]
async fn a_token_that_has_expired_is_not_rotated() {
    let world = World::new().await;
    let (id, _) = world.token("okta", &[Scope::Read], Some(60)).await;
    world.app.engine.clock().set(at(60));
    let refused = world.app.engine.rotate_token(&id, None, SignedDuration::ZERO).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("there is no token `{id}` that works"));
    // It can still be revoked, which does no harm.
    world.app.engine.revoke_token(&id).await.unwrap();
}

#[tokio::test]
async fn a_successor_works_as_long_as_the_old_token_was_to_work() {
    let world = World::new().await;
    let rotated = async |id: &str, lifetime: Option<i64>| {
        let lifetime = lifetime.map(SignedDuration::from_secs);
        world.app.engine.rotate_token(id, lifetime, SignedDuration::ZERO).await.unwrap()
    };
    let (first, _) = world.token("okta", &[Scope::Read], Some(60)).await;
    world.app.engine.clock().set(at(50));
    let second = rotated(&first, None).await;
    assert_eq!(second.expires, Some(at(110)));
    let third = rotated(&second.id, Some(10)).await;
    assert_eq!(third.expires, Some(at(60)));
    // A rotation brings the end of the old one forward; a second one, because the secret got lost, knows better.
    let (endless, _) = world.token("okta", &[Scope::Read], None).await;
    let (hour, _) = world.token("okta", &[Scope::Read], Some(3_600)).await;
    let twice = async |id: &str| {
        let overlap = SignedDuration::from_secs(5);
        world.app.engine.rotate_token(id, None, overlap).await.unwrap();
        world.app.engine.rotate_token(id, None, overlap).await.unwrap().expires
    };
    assert_eq!((twice(&endless).await, twice(&hour).await), (None, Some(at(50 + 3_600))));
}

#[tokio::test]
async fn secrets_are_not_kept() {
    let world = World::new().await;
    let secret = world.app.secret.clone().unwrap();
    assert!(!format!("{:?}", world.app.engine.tokens().await.unwrap()).contains(&secret));
    assert_eq!(world.app.get(&format!("/Schemas/{USER}")).await.expect(200).text.find(&secret), None);
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_back() {
    let limit = RateLimit { per_second: 0.1, burst: 3.0 };
    let app = TestApp::with(Setup::server(|server| server.rate_limit = Some(limit))).await;
    for _ in 0..3 {
        app.get("/Users").await.expect(200);
    }
    let refused = app.post("/Users", user("ada")).await.refused(429, None);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    app.hr.get("/Users").await.expect(200);
    app.client(None).get("/Users").await.refused(401, None);
}
