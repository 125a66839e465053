//! Claims that wait for a human, and the IdP's next try after the answer.

use crate::support::bodies::{number, operation};
use crate::support::record::reviewer;
use crate::support::{Answer, TestApp, user, with};
use serde_json::{Value, json};
use tenure_identity::case::{CaseKind, Ruling};
use tenure_identity::id::PersonId;

/// A leaver, and somebody else who asks for their login.
async fn recycled() -> (TestApp, String, Value) {
    let app = TestApp::new().await;
    let leaver = app.create(with(user("ada"), number("7"))).await;
    app.put(&format!("/Users/{leaver}"), with(with(user("ada"), number("7")), json!({ "active": false })))
        .await
        .expect(200);
    let newcomer = json!({ "externalId": "new-1", "name": { "givenName": "Zed", "familyName": "Quux" }, "emails": null });
    let newcomer = with(with(user("ada"), newcomer), number("8"));
    (app, leaver, newcomer)
}

/// The IdP is told which case it is, and nothing else has happened.
async fn is_held(app: &TestApp, answer: Answer, kind: CaseKind) {
    let answer = answer.refused(409, Some("uniqueness"));
    let case = app.open_case().await;
    assert_eq!(case.kind, kind);
    let detail = answer["detail"].as_str().unwrap();
    assert!(detail.contains(case.id.as_str()), "{detail}");
}

#[tokio::test]
async fn a_recycled_login_waits_in_post() {
    let (app, leaver, newcomer) = recycled().await;
    let before = app.explain(&leaver).await.person;
    for _ in 0..2 {
        is_held(&app, app.post("/Users", newcomer.clone()).await, CaseKind::RecycledLogin).await;
    }
    assert_eq!(app.explain(&leaver).await.person, before);
    assert_eq!(app.created().await, 1);
}

#[tokio::test]
async fn a_recycled_login_waits_in_put_and_patch() {
    let (app, leaver, newcomer) = recycled().await;
    let path = format!("/Users/{leaver}");
    is_held(&app, app.put(&path, newcomer.clone()).await, CaseKind::RotatedIdentity).await;
    let value = with(number("8"), json!({ "externalId": "new-1" }));
    let message = json!({ "Operations": [{ "op": "replace", "value": value }] });
    is_held(&app, app.patch(&path, message).await, CaseKind::RotatedIdentity).await;
    assert_eq!(app.get(&path).await.expect(200)["externalId"], "ext-ada");
}

#[tokio::test]
async fn create_makes_a_new_person_of_the_next_try() {
    let (app, leaver, newcomer) = recycled().await;
    app.post("/Users", newcomer.clone()).await.expect(409);
    app.decide(Ruling::Create).await;
    assert_eq!(app.found("userName eq ada").await, [""; 0], "the look-up no longer finds the leaver");
    let new = app.create(newcomer.clone()).await;
    assert_ne!(new, leaver);
    app.post("/Users", newcomer).await.refused(409, Some("uniqueness"));
    assert_eq!(app.found("userName eq ada").await, [new]);
    assert!(!app.explain(&leaver).await.person.active);
}

#[tokio::test]
async fn link_makes_the_old_person_of_the_next_try() {
    let (app, leaver, newcomer) = recycled().await;
    app.post("/Users", newcomer.clone()).await.expect(409);
    app.decide(Ruling::Link(PersonId::new(&leaver))).await;
    assert_eq!(app.create(newcomer).await, leaver);
    assert_eq!(app.created().await, 1);
}

#[tokio::test]
async fn link_lets_the_update_through() {
    let (app, leaver, newcomer) = recycled().await;
    let path = format!("/Users/{leaver}");
    app.put(&path, newcomer.clone()).await.expect(409);
    app.decide(Ruling::Link(PersonId::new(&leaver))).await;
    assert_eq!(app.put(&path, newcomer).await.expect(200)["externalId"], "new-1");
}

#[tokio::test]
async fn reject_refuses_the_next_try_for_good() {
    let (app, leaver, newcomer) = recycled().await;
    app.post("/Users", newcomer.clone()).await.expect(409);
    let case = app.open_case().await;
    app.decide(Ruling::Reject).await;
    for _ in 0..2 {
        let refused = app.post("/Users", newcomer.clone()).await.refused(409, Some("uniqueness"));
        assert!(refused["detail"].as_str().unwrap().contains(case.id.as_str()), "{}", refused.text);
    }
    assert!(!app.explain(&leaver).await.person.active);
    assert_eq!(app.engine.cases(false, None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn an_address_alone_waits_and_names_the_case() {
    let app = TestApp::new().await;
    let known = app.hr.create(with(user("p-7"), json!({ "emails": [{ "value": "ADA@example.com" }] }))).await;
    is_held(&app, app.post("/Users", user("ada")).await, CaseKind::EmailMatch).await;
    assert_eq!(app.open_case().await.candidates, [PersonId::new(&known)]);
    app.decide(Ruling::Link(PersonId::new(&known))).await;
    assert_eq!(app.create(user("ada")).await, known);
    assert_eq!(app.explain(&known).await.person.claims.len(), 2);
}

#[tokio::test]
async fn a_case_is_decided_once_and_for_its_candidates() {
    let (app, leaver, newcomer) = recycled().await;
    app.post("/Users", newcomer).await.expect(409);
    let case = app.open_case().await;
    let decide =
        async |ruling: Ruling| app.engine.decide_case(case.id.as_str(), &ruling, None, &reviewer()).await;
    assert!(decide(Ruling::Link(PersonId::new("nobody"))).await.is_err());
    let decided = decide(Ruling::Link(PersonId::new(&leaver))).await.unwrap().decided.unwrap();
    assert_eq!(decided.by, "reviewer");
    assert!(decide(Ruling::Create).await.is_err());
    assert!(app.engine.decide_case("nothing", &Ruling::Create, None, &reviewer()).await.is_err());
}

#[tokio::test]
async fn other_updates_of_the_person_go_on_while_a_claim_waits() {
    let (app, leaver, newcomer) = recycled().await;
    let path = format!("/Users/{leaver}");
    app.put(&path, newcomer).await.expect(409);
    app.patch(&path, operation("replace", "title", json!("Countess"))).await.expect(200);
}
