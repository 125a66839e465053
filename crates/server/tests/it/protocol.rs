//! HTTP: methods, endpoints, media types, and the answers that depend on a setting.

use crate::support::bodies::{group, operation};
use crate::support::call::ERROR;
use crate::support::{Client, Setup, TestApp, user};
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use serde_json::json;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tenure_server::Settings;

#[tokio::test]
async fn head_is_get_without_a_body() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    for path in ["/Users".to_owned(), format!("/Users/{id}"), "/Groups".into(), "/Schemas".into()] {
        let (get, head) = (app.get(&path).await.expect(200), app.call("HEAD", &path).await.expect(200));
        assert_eq!(head.text, "");
        assert_eq!(
            (head.header("etag"), head.header("content-type")),
            (get.header("etag"), get.header("content-type"))
        );
    }
    app.call("HEAD", "/Users/nobody").await.expect(404);
}

#[tokio::test]
async fn methods_that_an_endpoint_does_not_take() {
    let app = TestApp::new().await;
    let resource = "GET,HEAD,PUT,PATCH,DELETE";
    for (path, methods, allow) in [
        ("/ServiceProviderConfig", &["POST", "PUT", "PATCH", "DELETE"][..], "GET,HEAD"),
        ("/ResourceTypes", &["POST", "PUT", "PATCH", "DELETE"], "GET,HEAD"),
        ("/ResourceTypes/User", &["POST", "PUT", "PATCH", "DELETE"], "GET,HEAD"),
        ("/Schemas", &["POST", "PUT", "PATCH", "DELETE"], "GET,HEAD"),
        ("/Schemas/x", &["POST", "PUT", "PATCH", "DELETE"], "GET,HEAD"),
        ("/Users", &["PUT", "PATCH", "DELETE", "OPTIONS", "BREW"], "GET,HEAD,POST"),
        ("/Groups", &["PUT", "PATCH", "DELETE"], "GET,HEAD,POST"),
        ("/Users/1", &["POST", "OPTIONS"], resource),
        ("/Groups/1", &["POST"], resource),
        ("/Users/.search", &["GET", "PUT", "DELETE"], "POST"),
        ("/Groups/.search", &["GET"], "POST"),
        ("/.search", &["GET"], "POST"),
        ("/Bulk", &["GET", "PUT", "PATCH", "DELETE"], "POST"),
        ("/", &["POST", "DELETE"], "GET,HEAD"),
    ] {
        for method in methods {
            let refused = app.call(method, path).await.refused(405, None);
            let mut allowed: Vec<_> = refused.header("allow").unwrap_or_default().split(',').collect();
            let mut expected: Vec<_> = allow.split(',').collect();
            allowed.sort_unstable();
            expected.sort_unstable();
            assert_eq!(allowed, expected, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn me_is_not_offered() {
    let app = TestApp::new().await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        app.call(method, "/Me").await.refused(501, None);
    }
}

#[tokio::test]
async fn endpoints_that_are_none() {
    let app = TestApp::new().await;
    for path in ["/Devices", "/users", "/Users/1/2", "/Schemas/a/b", "/Bulk/1", "/Users/1/.search"] {
        app.get(path).await.refused(404, None);
        app.post(path, json!({})).await.refused(404, None);
    }
    for path in ["/", "/scim", "/scim/v1/Users", "/Users", "/admin"] {
        app.raw("GET", path).await.refused(404, None);
    }
}

#[tokio::test]
async fn the_type_of_answers() {
    let app = TestApp::new().await;
    let path = format!("/Users/{}", app.create(user("ada")).await);
    for (accept, given) in [
        ("application/scim+json", "application/scim+json"),
        ("application/json", "application/json"),
        ("application/json, application/scim+json", "application/scim+json"),
        ("*/*", "application/scim+json"),
        ("application/json;q=0.9, text/html", "application/json"),
        ("APPLICATION/JSON; charset=utf-8", "application/json"),
    ] {
        for path in [path.as_str(), "/Users", "/Schemas", "/"] {
            let answer = app.get(path).header("accept", accept).await.expect(200);
            assert_eq!(answer.header("content-type"), Some(given), "{accept}");
        }
    }
    for accept in ["text/html", "application/xml", "application/json;q=0", "nonsense"] {
        app.get(&path).header("accept", accept).await.refused(406, None);
        app.post("/Users", user("new")).header("accept", accept).await.refused(406, None);
    }
    assert_eq!(app.found("userName eq new").await, [""; 0], "refused before anything was done");
}

#[tokio::test]
async fn the_type_of_bodies() {
    let app = TestApp::new().await;
    let send = |login: &str, kind: &str| {
        app.call("POST", "/Users").header("content-type", kind).body(user(login).to_string())
    };
    for (login, kind) in [
        ("a", "application/scim+json"),
        ("b", "application/json"),
        ("c", "application/json;charset=UTF-8"),
        ("d", "Application/SCIM+JSON"),
    ] {
        send(login, kind).await.expect(201);
    }
    app.call("POST", "/Users").body(user("e").to_string()).await.expect(201);
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "multipart/form-data; boundary=x",
        "",
    ] {
        send("f", kind).await.refused(415, None);
    }
}

#[tokio::test]
async fn creating_says_where() {
    let app = TestApp::new().await;
    for created in [
        app.post("/Users", user("ada")).await.expect(201),
        app.post("/Groups", group("Team", &[])).await.expect(201),
    ] {
        let location = created["meta"]["location"].as_str().unwrap();
        assert_eq!(created.header("location"), Some(location));
        let read =
            app.raw("GET", location.strip_prefix("https://tenure.example.com").unwrap()).await.expect(200);
        assert_eq!(read.json(), created.json());
    }
}

#[tokio::test]
async fn patch_may_answer_without_a_body() {
    let app = TestApp::with(Setup::server(|server| server.patch_returns_body = false)).await;
    let user_path = format!("/Users/{}", app.create(user("ada")).await);
    let group_path = format!("/Groups/{}", app.create_group(group("Team", &[])).await);
    for path in [user_path, group_path] {
        let message = operation("replace", "displayName", json!("New"));
        let answer = app.patch(&path, message.clone()).await.expect(204);
        assert_eq!((answer.text.as_str(), answer.header("etag")), ("", Some("W/\"2\"")));
        assert_eq!(app.get(&path).await.expect(200)["displayName"], "New");
        let asked = app.patch(&format!("{path}?attributes=displayName"), message).await.expect(200);
        assert_eq!(asked["displayName"], "New");
    }
}

#[tokio::test]
async fn health_needs_no_token() {
    let app = TestApp::new().await;
    let nobody = app.client(None);
    assert_eq!(nobody.raw("GET", "/healthz").await.expect(200).text, "alive\n");
    assert_eq!(nobody.raw("GET", "/readyz").await.expect(200).text, "ready\n");
    // In plain words, as everything that is said there.
    let refused = nobody.raw("POST", "/healthz").await.expect(405);
    assert_eq!(refused.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(refused.header("allow").is_some() && !refused.text.contains(ERROR), "{}", refused.text);
}

#[tokio::test]
async fn metrics_count_by_route() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    app.get(&format!("/Users/{id}")).await.expect(200);
    app.call("BREW", "/Users").await.expect(405);
    let text = app.client(None).raw("GET", "/metrics").await.expect(200).text;
    let line = "tenure_http_requests_total{method=\"GET\",route=\"/scim/v2/Users/{id}\",status=\"200\"} 1";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("method=\"other\"") && !text.contains(&id), "{text}");
}

#[tokio::test]
async fn too_much_at_once_is_turned_away() {
    let app = TestApp::with(Setup::server(|server| server.max_in_flight = 0)).await;
    let refused = app.get("/Users").await.refused(503, None);
    assert_eq!(refused.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn who_watches_a_busy_server_gets_through() {
    let app = TestApp::with(Setup::server(|server| server.max_in_flight = 1)).await;
    let stalled = app.call("POST", "/Users").header("content-type", "application/json");
    let stalled = tokio::spawn(stalled.stream(Body::new(Half { fails: false })).into_future());
    tokio::task::yield_now().await;
    app.get("/Users").await.refused(503, None);
    let watcher = app.client(None);
    for (path, word) in [("/healthz", "alive"), ("/readyz", "ready"), ("/metrics", "status=\"503\"")] {
        let answer = watcher.raw("GET", path).await.expect(200);
        assert!(answer.text.contains(word), "{path}: {}", answer.text);
    }
    stalled.abort();
}

/// A body whose sender stops in the middle: silent, or with an error.
struct Half {
    fails: bool,
}

impl HttpBody for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.fails {
            Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
        } else {
            Poll::Pending
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_end() {
    let app = TestApp::new().await;
    let settings = Settings { timeout: Duration::from_millis(1), ..Settings::default() };
    let router = tenure_server::app(app.engine.clone(), settings);
    let slow = Client::new(&router, app.secret.as_deref());
    slow.call("POST", "/Users").stream(Body::new(Half { fails: false })).await.refused(503, None);
    let broken = app.call("POST", "/Users").stream(Body::new(Half { fails: true })).await;
    broken.refused(400, Some("invalidSyntax"));
}
