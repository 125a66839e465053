//! Cases over the admin API, and taking an answer back, on both engines.

use crate::support::bodies::number;
use crate::support::{Client, TestApp, on_both, user, with};
use serde_json::{Value, json};
use tenure_engine::token::AdminScope;

on_both!(
    a_case_shows_both_sides_and_is_decided,
    an_answer_is_taken_back_until_it_is_used,
    a_leaver_gets_the_login_back,
    a_merge_is_a_proposal,
    cases_are_paged_from_the_newest,
    of_undo_and_claim_the_first_wins,
);

struct Desk {
    app: TestApp,
    admin: Client,
}

/// HR knows an address that okta's claim has, and nothing else speaks for a match.
async fn waiting(app: TestApp) -> (Desk, String, String) {
    let known = app.hr.create(with(user("p-7"), json!({ "emails": [{ "value": "ada@example.com" }] }))).await;
    app.post("/Users", user("ada")).await.expect(409);
    let case = app.open_case().await.id.to_string();
    let admin = app.admin(&[AdminScope::Read, AdminScope::Review]).await;
    (Desk { app, admin }, known, case)
}

impl Desk {
    async fn decide(&self, case: &str, body: Value) -> crate::support::Answer {
        self.admin.api("POST", &format!("/cases/{case}/decide")).json(&body).await
    }

    async fn undo(&self, case: &str) -> crate::support::Answer {
        self.admin.api("POST", &format!("/cases/{case}/undo")).await
    }
}

async fn a_case_shows_both_sides_and_is_decided(app: TestApp) {
    let (desk, known, case) = waiting(app).await;
    let shown = desk.admin.look(&format!("/cases/{case}")).await;
    assert_eq!((&shown["kind"], &shown["blocking"]), (&json!("email-match"), &json!(true)));
    let candidate = &shown["candidates"][0];
    assert_eq!(candidate["person"]["id"], json!(known));
    let email =
        json!({ "kind": "e-mail", "claim": "ada@example.com", "record": "ada@example.com", "agrees": true });
    let login = json!({ "kind": "login", "claim": "ada", "record": "p-7", "agrees": false });
    let evidence = candidate["evidence"].as_array().unwrap();
    assert!(evidence.contains(&email) && evidence.contains(&login), "{evidence:?}");
    assert!(candidate["similarity"].as_f64().is_some_and(|it| it > 0.0 && it <= 1.0), "{candidate}");
    let decided = desk
        .decide(&case, json!({ "ruling": "link", "person": known, "note": "asked her" }))
        .await
        .expect(200);
    let answer = &decided["decided"];
    assert_eq!(
        (&answer["by"], &answer["note"], &answer["used"]),
        (&json!("grace"), &json!("asked her"), &Value::Null)
    );
    desk.decide(&case, json!({ "ruling": "create" })).await.problem(409, "has been decided already");
    assert_eq!(desk.app.create(user("ada")).await, known);
    let events = desk.admin.look(&format!("/people/{known}/events")).await.items();
    let note = events.iter().find(|event| event["kind"] == "case decided").unwrap();
    assert_eq!((&note["writer"], note["request"].is_string()), (&json!("grace"), true));
    assert!(note["note"].as_str().unwrap().ends_with("link: asked her"), "{note}");
}

async fn an_answer_is_taken_back_until_it_is_used(app: TestApp) {
    let (desk, known, case) = waiting(app).await;
    desk.undo(&case).await.problem(409, "is open");
    desk.decide(&case, json!({ "ruling": "link", "person": known })).await.expect(200);
    assert_eq!(desk.undo(&case).await.expect(200)["decided"], Value::Null);
    desk.app.post("/Users", user("ada")).await.expect(409);
    desk.decide(&case, json!({ "ruling": "create" })).await.expect(200);
    let new = desk.app.create(user("ada")).await;
    assert_ne!(new, known);
    let refused = desk.undo(&case).await.problem(409, "became a person of their own");
    assert!(refused["help"].as_str().unwrap().contains("end one of the two accounts"), "{}", refused.text);
    let shown = desk.admin.look(&format!("/cases/{case}")).await;
    assert!(shown["decided"]["used"].is_string());
    let kinds = desk.app.kinds(&known).await;
    assert!(kinds.contains(&tenure_identity::event::EventKind::CaseReopened), "{kinds:?}");
}

async fn a_leaver_gets_the_login_back(app: TestApp) {
    let leaver = app.create(with(user("ada"), number("7"))).await;
    let left = with(with(user("ada"), number("7")), json!({ "active": false }));
    app.put(&format!("/Users/{leaver}"), left).await.expect(200);
    let newcomer = json!({ "externalId": "new-1", "name": { "givenName": "Zed", "familyName": "Quux" }, "emails": null });
    let newcomer = with(with(user("ada"), newcomer), number("8"));
    app.post("/Users", newcomer.clone()).await.expect(409);
    let case = app.open_case().await.id.to_string();
    let admin = app.admin(&AdminScope::ALL).await;
    let desk = Desk { app, admin };
    desk.decide(&case, json!({ "ruling": "create" })).await.expect(200);
    assert_eq!(desk.app.found("userName eq ada").await, [""; 0]);
    desk.undo(&case).await.expect(200);
    assert_eq!(desk.app.found("userName eq ada").await, std::slice::from_ref(&leaver));
    desk.app.post("/Users", newcomer).await.expect(409);
    assert!(!desk.app.explain(&leaver).await.person.active);
}

async fn a_merge_is_a_proposal(app: TestApp) {
    let shared = json!({ "emails": [{ "value": "desk@example.com" }] });
    let one = app.create(with(user("ada"), shared.clone())).await;
    let two = app.create(with(user("grace"), shared)).await;
    let case = app.open_case().await.id.to_string();
    let admin = app.admin(&AdminScope::ALL).await;
    let desk = Desk { app, admin };
    let refused = desk.decide(&case, json!({ "ruling": "link", "person": one })).await;
    assert!(refused.problem(400, "near-duplicate")["help"].as_str().unwrap().contains("merge"));
    let decided = desk.decide(&case, json!({ "ruling": "merge", "person": one })).await.expect(200);
    assert_eq!(
        (&decided["decided"]["ruling"], &decided["decided"]["person"]),
        (&json!("merge"), &json!(one))
    );
    for id in [&one, &two] {
        assert!(desk.app.explain(id).await.person.active, "nobody is merged");
    }
    desk.undo(&case).await.expect(200);
}

async fn cases_are_paged_from_the_newest(app: TestApp) {
    let shared = |n: i32| json!({ "emails": [{ "value": format!("{n}@example.com") }] });
    for n in 0..3 {
        app.hr.create(with(user(&format!("hr-{n}")), shared(n))).await;
        app.post("/Users", with(user(&format!("okta-{n}")), shared(n))).await.expect(409);
    }
    let admin = app.admin(&[AdminScope::Read]).await;
    let first = admin.look("/cases?limit=2").await;
    let next = first["next"].as_str().unwrap();
    let rest = admin.look(&format!("/cases?limit=2&cursor={next}")).await;
    let who: Vec<_> =
        first.items().into_iter().chain(rest.items()).map(|case| case["identity"].clone()).collect();
    assert_eq!(who, ["ext-okta-2", "ext-okta-1", "ext-okta-0"]);
    assert_eq!(rest["next"], Value::Null);
}

async fn of_undo_and_claim_the_first_wins(app: TestApp) {
    let admin = app.admin(&AdminScope::ALL).await;
    let desk = Desk { app, admin };
    for n in 0..10 {
        let shared = json!({ "emails": [{ "value": format!("{n}@example.com") }] });
        desk.app.hr.create(with(user(&format!("hr-{n}")), shared.clone())).await;
        let claim = with(user(&format!("okta-{n}")), shared);
        desk.app.post("/Users", claim.clone()).await.expect(409);
        let newest = desk.admin.look("/cases?limit=1").await.items().remove(0);
        let case = newest["id"].as_str().unwrap();
        desk.decide(case, json!({ "ruling": "create" })).await.expect(200);
        let (undone, posted) = tokio::join!(desk.undo(case), desk.app.post("/Users", claim));
        let statuses = (undone.status, posted.status);
        assert!(matches!(statuses, (200, 409) | (409, 201)), "{statuses:?} {} {}", undone.text, posted.text);
        let decided = desk.admin.look(&format!("/cases/{case}")).await["decided"].clone();
        assert_eq!(decided.is_null(), undone.status == 200);
        assert_eq!(decided["used"].is_string(), posted.status == 201);
    }
}
