//! The timelines: every accepted request leaves a line, and every line says who and why.

use crate::support::bodies::{ENTERPRISE_USER, group, operation};
use crate::support::{Answer, TestApp, user, with};
use serde_json::json;
use tenure_identity::event::EventKind::{Changed, Created, Deactivated, Returned, Unchanged};

#[tokio::test]
async fn every_accepted_request_leaves_an_event() {
    let app = TestApp::new().await;
    let mut before = app.events().await;
    let mut more = async |answer: Answer| {
        assert!(answer.status < 300, "{}", answer.text);
        let now = app.events().await;
        assert!(now > before, "no event after {}", answer.text);
        before = now;
        answer
    };
    let id = more(app.post("/Users", user("ada")).await).await.id();
    let path = format!("/Users/{id}");
    more(app.put(&path, user("ada")).await).await;
    more(app.put(&path, with(user("ada"), json!({ "title": "x" }))).await).await;
    more(app.patch(&path, operation("replace", "active", json!(false))).await).await;
    more(app.patch(&path, operation("replace", "active", json!(false))).await).await;
    more(app.delete(&path).await).await;
    more(app.post("/Users", user("ada")).await).await;
    let team = more(app.post("/Groups", group("Team", &[&id])).await).await.id();
    let path = format!("/Groups/{team}");
    more(app.put(&path, group("Team", &[&id])).await).await;
    more(app.patch(&path, operation("replace", "members", json!([]))).await).await;
    more(app.patch(&path, operation("replace", "members", json!([]))).await).await;
    more(app.hr.patch(&path, operation("replace", "members", json!([]))).await).await;
    more(app.hr.delete(&path).await).await;
    more(app.delete(&path).await).await;
    more(app.post("/Groups", group("Team", &[])).await).await;
}

#[tokio::test]
async fn the_timeline_of_a_tenure() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let path = format!("/Users/{id}");
    app.put(&path, user("ada")).await.expect(200);
    app.put(&path, with(user("ada"), json!({ "title": "Countess" }))).await.expect(200);
    app.patch(&path, operation("replace", "active", json!(false))).await.expect(200);
    app.patch(&path, operation("replace", "active", json!(true))).await.expect(200);
    assert_eq!(app.kinds(&id).await, [Created, Unchanged, Changed, Deactivated, Returned]);
}

#[tokio::test]
async fn a_line_says_who_and_which_request() {
    let app = TestApp::new().await;
    let created = app.post("/Users", user("ada")).header("x-request-id", "req-1").await.expect(201);
    let event = app.explain(&created.id()).await.timeline.remove(0);
    assert_eq!((event.actor.source.as_str(), event.actor.request.as_deref()), ("okta", Some("req-1")));
    assert!(event.actor.writer.starts_with("tok_"));
    let secret = app.secret.as_deref().unwrap();
    assert!(!format!("{event:?}").contains(secret));
}

#[tokio::test]
async fn what_became_of_each_attribute() {
    let app = TestApp::new().await;
    let body = with(
        user("ada"),
        json!({
            "nickName": "A", "adreses": 1, "password": "secret", "title": "t".repeat(61),
            ENTERPRISE_USER: { "department": "Analysis", "badge": 7 },
        }),
    );
    let id = app.create(body).await;
    let told = app.decisions(&id).await;
    for line in [
        "first_name: written",
        "department: written",
        "nickName: kept (not mapped)",
        "adreses: ignored (unknown attribute)",
        "password: ignored (never kept)",
        "title: rejected",
    ] {
        assert!(told.contains(&line.to_owned()), "{line} is not in {told:?}");
    }
    let badge = format!("{ENTERPRISE_USER}:badge: ignored (unknown attribute)");
    assert!(told.contains(&badge), "{told:?}");
}

#[tokio::test]
async fn a_value_that_is_too_long_is_refused_and_the_old_one_stays() {
    let app = TestApp::new().await;
    let id = app.create(with(user("ada"), json!({ "title": "Countess" }))).await;
    let long = "t".repeat(61);
    let answer =
        app.patch(&format!("/Users/{id}"), operation("replace", "title", json!(long))).await.expect(200);
    assert_eq!(answer["title"], long, "the source sees what it said");
    assert_eq!(app.explain(&id).await.person.record.text("title"), Some("Countess"));
    let timeline = app.explain(&id).await.timeline;
    let title = timeline[1].decisions.iter().find(|decision| decision.field == "title").unwrap();
    let reason = title.reason.as_deref().unwrap();
    assert!(reason.contains("61 characters") && reason.contains("holds 60"), "{reason}");
}

#[tokio::test]
async fn refused_requests_leave_nothing() {
    let app = TestApp::new().await;
    let id = app.create(user("ada")).await;
    let before = (app.events().await, app.explain(&id).await.person);
    app.post("/Users", user("ada")).await.expect(409);
    app.put(&format!("/Users/{id}"), json!({})).await.expect(400);
    app.patch(&format!("/Users/{id}"), operation("replace", "active", json!("perhaps"))).await.expect(400);
    assert_eq!((app.events().await, app.explain(&id).await.person), before);
}
