//! Request ids and the access log: enough to follow a request, nothing of whom it is about.

use crate::support::bodies::operation;
use crate::support::target::Scene;
use crate::support::{TestApp, user, with};
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tenure_engine::token::AdminScope;
use tenure_lab::servicenow::Faults;
use tracing_subscriber::fmt::MakeWriter;

/// Everything that is logged on this thread while it lives.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Log {
    fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_if_it_is_harmless() {
    let app = TestApp::new().await;
    let echoed = async |id: &str| {
        app.get("/Users").header("x-request-id", id).await.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(echoed("req-1_a.B").await, "req-1_a.B");
    for bad in ["", "a b", "<script>", "a\"b", &"a".repeat(65), "é"] {
        assert_eq!(echoed(bad).await.len(), 36, "{bad}");
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let app = TestApp::new().await;
    let mut ids = Vec::new();
    for answer in [
        app.get("/Users").await,
        app.get("/nowhere").await,
        app.client(None).get("/Users").await,
        app.client(None).raw("GET", "/healthz").await,
        app.call("DELETE", "/Users").await,
    ] {
        ids.push(answer.header("x-request-id").unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn one_line_for_each_request() {
    let app = TestApp::new().await;
    let (log, _guard) = Log::start();
    app.get("/Users/nobody").header("x-request-id", "req-7").await.expect(404);
    let text = log.text();
    let line = text.lines().find(|line| line.contains("tenure::access")).unwrap();
    for part in [
        "req-7",
        "method=GET",
        "route=\"/scim/v2/Users/{id}\"",
        "status=404",
        "micros=",
        "source=\"okta\"",
        "token=\"tok_",
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    assert_eq!(text.matches("tenure::access").count(), 1);
}

#[tokio::test]
async fn the_log_has_no_secrets_values_or_queries() {
    let app = TestApp::new().await;
    let (log, _guard) = Log::start();
    let body = with(user("confidential"), json!({ "password": "hunter2", "title": "Countess" }));
    let id = app.create(body).await;
    let path = format!("/Users/{id}");
    app.patch(&path, operation("replace", "nickName", json!("Nick"))).await.expect(200);
    app.found("userName eq \"confidential\"").await;
    app.get("/Users?filter=userName eq \"confidential").await.expect(400);
    app.post("/Users", user("confidential")).await.expect(409);
    app.client(Some("wrong-secret")).get("/Users").await.expect(401);
    app.delete(&path).await.expect(204);
    let text = log.text();
    assert!(text.contains("tenure::access"));
    let secret = app.secret.clone().unwrap();
    for private in
        ["confidential", "hunter2", "Countess", "Nick", "filter", "example.com", "wrong-secret", &secret]
    {
        assert!(!text.contains(private), "{private} is in {text}");
    }
}

#[tokio::test]
async fn an_administrator_is_named_and_what_they_ask_is_not() {
    let app = TestApp::new().await;
    app.create(user("confidential")).await;
    let admin = app.admin(&AdminScope::ALL).await;
    let (log, _guard) = Log::start();
    admin.look("/people?query=confidential").await;
    let made = admin.api("POST", "/tokens").json(&json!({ "admin": "mary" })).await.expect(201);
    admin
        .api("POST", "/cases/1/decide")
        .json(&json!({ "ruling": "create", "note": "private" }))
        .await
        .expect(404);
    let text = log.text();
    let line = text.lines().find(|line| line.contains("tenure::access")).unwrap();
    for part in ["route=\"/api/v1/people\"", "status=200", "admin=\"grace\"", "token=\"tok_"] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    let (secret, own) = (made["secret"].as_str().unwrap(), admin.secret.clone().unwrap());
    for private in ["confidential", "query", "private", secret, &own] {
        assert!(!text.contains(private), "{private} is in {text}");
    }
}

#[tokio::test]
async fn what_a_target_says_of_people_is_in_no_line() {
    let scene = Scene::new().await;
    let (log, _guard) = Log::start();
    // As a business rule, or a database with a duplicate entry, repeats a value.
    let rule = "abort = [{ table = \"sys_user\", column = \"user_name\", value = \"confidential\", \
                rule = \"Duplicate entry 'confidential@example.com'\" }]";
    scene.instance.set_faults(Faults::parse(rule).unwrap());
    let id = scene.create(user("confidential")).await;
    scene.settled().await;
    let refused = scene.delivery(&id).await;
    assert!(refused.reason.unwrap().contains("confidential@example.com"), "who asks is told");
    let text = log.text();
    assert!(text.contains("called ServiceNow"), "{text}");
    assert!(!text.contains("confidential"), "{text}");
}
