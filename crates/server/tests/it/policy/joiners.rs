//! Sources that only speak of people whom others bring, and external ids that may not change.

use crate::support::bodies::{number, operation};
use crate::support::{Answer, TestApp, on_both, user, with};
use serde_json::{Value, json};
use tenure_engine::token::AdminScope;
use tenure_identity::case::{CaseKind, Ruling};
use tenure_identity::id::PersonId;

on_both!(
    a_claim_of_nobody_waits,
    the_claim_links_by_itself_once_somebody_is_there,
    a_human_links_it_to_anybody,
    a_human_lets_it_make_somebody,
    a_human_rejects_it,
    an_answer_that_names_anybody_is_taken_back,
    another_external_id_is_refused,
    what_is_in_doubt_is_refused_for_what_it_is,
    whoever_is_posted_twice_is_there_already,
);

pub(super) const OKTA_BRINGS: &str = "[correlation]\ncreate = [\"okta\"]\n";

fn hr_claim() -> Value {
    with(user("lovelace"), with(number("7"), json!({ "externalId": "hr-7", "emails": null, "name": null })))
}

async fn held(app: &TestApp, answer: Answer) -> String {
    let answer = answer.refused(409, Some("uniqueness"));
    let case = app.open_case().await;
    assert_eq!((case.kind, case.kind.label()), (CaseKind::Unmatched, "unmatched"));
    let detail = answer["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(case.id.as_str()), "{detail}");
    detail
}

async fn a_claim_of_nobody_waits(app: TestApp) {
    app.apply(OKTA_BRINGS).await;
    let detail = held(&app, app.hr.post("/Users", hr_claim()).await).await;
    assert!(detail.contains("nobody is known by the keys of `lovelace`, and `hr` may not bring"), "{detail}");
    held(&app, app.hr.post("/Users", hr_claim()).await).await;
    assert_eq!(app.created().await, 0);
    app.create(user("grace")).await;
}

async fn the_claim_links_by_itself_once_somebody_is_there(app: TestApp) {
    app.apply(OKTA_BRINGS).await;
    held(&app, app.hr.post("/Users", hr_claim()).await).await;
    let ada = app.create(with(user("ada"), number("7"))).await;
    assert_eq!(app.hr.create(hr_claim()).await, ada);
    assert_eq!(app.engine.cases(false, None, 10).await.unwrap(), [], "nothing is left to ask");
    let case = app.engine.cases(true, None, 10).await.unwrap().remove(0);
    let decided = case.decided.unwrap();
    assert_eq!((decided.by.as_str(), decided.ruling), ("tenure", Ruling::Link(PersonId::new(&ada))));
    assert!(decided.used.is_some());
    let note = app.explain(&ada).await.timeline.pop().unwrap().note.unwrap();
    assert!(note.ends_with("(unmatched): link, by what is known now"), "{note}");
}

async fn a_human_links_it_to_anybody(app: TestApp) {
    app.apply(OKTA_BRINGS).await;
    let grace = app.create(user("grace")).await;
    held(&app, app.hr.post("/Users", hr_claim()).await).await;
    let admin = app.admin(&[AdminScope::Review]).await;
    let path = format!("/cases/{}/decide", app.open_case().await.id);
    let link = |person: &str| json!({ "ruling": "link", "person": person });
    admin.send(&path, link("nobody")).await.problem(404, "no person `nobody`");
    admin.send(&path, link(&grace)).await.expect(200);
    assert_eq!(app.hr.create(hr_claim()).await, grace);
}

async fn a_human_lets_it_make_somebody(app: TestApp) {
    app.apply(OKTA_BRINGS).await;
    held(&app, app.hr.post("/Users", hr_claim()).await).await;
    app.decide(Ruling::Create).await;
    let made = app.hr.create(hr_claim()).await;
    assert_eq!(app.field(&made, "employee_number").await, "7");
}

async fn a_human_rejects_it(app: TestApp) {
    app.apply(OKTA_BRINGS).await;
    held(&app, app.hr.post("/Users", hr_claim()).await).await;
    app.decide(Ruling::Reject).await;
    let refused = app.hr.post("/Users", hr_claim()).await.refused(409, Some("uniqueness"));
    assert!(refused["detail"].as_str().unwrap().starts_with("a reviewer decided against this claim"));
}

async fn an_answer_that_names_anybody_is_taken_back(app: TestApp) {
    app.apply(OKTA_BRINGS).await;
    let grace = app.create(user("grace")).await;
    held(&app, app.hr.post("/Users", hr_claim()).await).await;
    let case = app.open_case().await.id;
    app.decide(Ruling::Link(PersonId::new(&grace))).await;
    let reviewer = crate::support::record::reviewer();
    app.engine.undo_case(case.as_str(), &reviewer).await.unwrap();
    let notes: Vec<_> =
        app.explain(&grace).await.timeline.into_iter().filter_map(|event| event.note).collect();
    assert!(notes[0].ends_with("(unmatched): link") && notes[1].contains("open again"), "{notes:?}");
}

async fn what_is_in_doubt_is_refused_for_what_it_is(app: TestApp) {
    app.apply("[correlation]\nambiguous = \"reject\"\n").await;
    let mail = json!({ "emails": [{ "value": "ada.mail@example.com", "type": "work" }] });
    app.create(with(user("ada"), mail.clone())).await;
    let stranger = with(with(user("lovelace"), json!({ "externalId": "hr-1", "name": null })), mail);
    let refused = app.hr.post("/Users", stranger).await.refused(409, Some("uniqueness"));
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("only the e-mail address speaks for a match"), "{detail}");
    assert!(!detail.contains("ada") && !detail.contains("userName"), "{detail}");
    assert_eq!(app.engine.cases(true, None, 10).await.unwrap(), []);
}

async fn whoever_is_posted_twice_is_there_already(app: TestApp) {
    app.apply("[scope]\nusers = 'false'\n").await;
    let ada = app.create(user("ada")).await;
    assert!(!app.explain(&ada).await.person.active);
    let refused = app.post("/Users", user("ada")).await.refused(409, Some("uniqueness"));
    let detail = refused["detail"].as_str().unwrap();
    assert_eq!(detail, "this source has a user with this externalId already; nothing was changed");
}

async fn another_external_id_is_refused(app: TestApp) {
    app.apply("[correlation]\nrotated_external_id = \"reject\"\n").await;
    let ada = app.create(with(user("ada"), number("7"))).await;
    let before = app.dump().await;
    let rotated = with(with(user("ada"), number("7")), json!({ "externalId": "ext-2" }));
    let path = format!("/Users/{ada}");
    let told = app.put(&path, rotated.clone()).await.refused(409, Some("uniqueness"));
    let detail = "externalId cannot change: this source has called the person `ext-ada`, and the policy allows no \
                  other; nothing was changed";
    assert_eq!(told["detail"], detail);
    let patch = operation("replace", "externalId", json!("ext-2"));
    app.patch(&path, patch).await.refused(409, Some("uniqueness"));
    app.put(&path, with(user("ada"), number("7"))).await.expect(200);
    assert_eq!(app.dump().await.lines().count(), before.lines().count());
    app.delete(&path).await.expect(204);
    assert_eq!(app.post("/Users", rotated).await.refused(409, Some("uniqueness"))["detail"], detail);
    assert_eq!(app.create(with(user("ada"), number("7"))).await, ada, "the old one is welcome");
}
