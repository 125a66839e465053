//! User names that two people have, one after the other: the leaver's record gives it up.

use crate::support::bodies::enterprise;
use crate::support::target::{Scene, value};
use crate::support::{operations, user, with};
use serde_json::{Value, json};
use tenure_identity::case::Ruling;
use tenure_lab::servicenow::Row;
use tenure_store::deliveries::State;

/// Somebody with a login, an id of the provider and an employee number.
fn human(login: &str, number: &str) -> Value {
    let numbered = with(user(login), enterprise(json!({ "employeeNumber": number })));
    with(numbered, json!({ "externalId": format!("ext-{number}") }))
}

impl Scene {
    async fn set(&self, id: &str, values: Value) {
        let change = operations(json!([{ "op": "replace", "value": values }]));
        self.patch(&format!("/Users/{id}"), change).await.expect(200);
        self.settled().await;
    }

    /// Number 1, who is called Ada in the target and has left.
    async fn leaver(&self) -> String {
        let id = self.create(human("ada", "1")).await;
        self.settled().await;
        self.set(&id, json!({ "active": false })).await;
        id
    }

    /// Number 2, who has the leaver's login; a human has said that they are somebody else.
    async fn successor(&self) -> String {
        self.post("/Users", human("ada", "2")).await.refused(409, Some("uniqueness"));
        self.decide(Ruling::Create).await;
        let id = self.post("/Users", human("ada", "2")).await.expect(201).id();
        self.settled().await;
        id
    }

    fn numbered(&self, number: &str) -> Row {
        let mut rows = self.instance.find("sys_user", "employee_number", number);
        assert_eq!(rows.len(), 1, "records of {number}");
        rows.remove(0)
    }

    fn user_name(&self, number: &str) -> String {
        value(&self.numbered(number), "user_name")
    }
}

fn given_up(id: &str) -> String {
    format!("ada.left-{}", &id[id.len() - 8..])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_joiner_gets_the_login_of_a_leaver_whose_record_gives_it_up_and_keeps_to_that() {
    let scene = Scene::new().await;
    let left = scene.leaver().await;
    let successor = scene.successor().await;
    assert_eq!((scene.user_name("1"), scene.user_name("2")), (given_up(&left), "ada".to_owned()));
    assert_eq!(scene.delivery(&successor).await.state, State::Delivered);
    let timeline = scene.app.explain(&left).await.timeline;
    let mut decisions = timeline.iter().flat_map(|event| &event.decisions);
    let told = decisions.find(|it| it.to.as_ref().is_some_and(|to| *to == given_up(&left))).unwrap();
    assert_eq!(told.reason.as_deref(), Some("somebody else has the user name `ada` now"));
    scene.app.engine.retry_delivery(&left).await.unwrap();
    scene.settled().await;
    assert_eq!(scene.user_name("1"), given_up(&left));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_called_like_a_leaver_from_now_on_gets_the_login_and_all_else_at_once() {
    let scene = Scene::new().await;
    let left = scene.leaver().await;
    let grace = scene.create(human("grace", "3")).await;
    scene.settled().await;
    scene.set(&grace, json!({ "userName": "ada", "title": "Admiral" })).await;
    assert_eq!((scene.user_name("1"), scene.user_name("3")), (given_up(&left), "ada".to_owned()));
    assert_eq!(value(&scene.numbered("3"), "title"), "Admiral");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_keeps_a_login_that_nobody_else_has() {
    let scene = Scene::new().await;
    scene.leaver().await;
    scene.create(human("grace", "3")).await;
    scene.settled().await;
    assert_eq!(scene.user_name("1"), "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_nobodys_of_ours_is_not_renamed() {
    let scene = Scene::new().await;
    let row = scene.instance.insert("sys_user", &[("user_name", "ada"), ("active", "false")]).unwrap();
    let ada = scene.create(human("ada", "1")).await;
    scene.settled().await;
    assert_eq!(scene.delivery(&ada).await.state, State::Refused);
    assert_eq!(value(&scene.instance.row("sys_user", row.sys_id()).unwrap(), "user_name"), "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_can_leave_it_to_an_administrator() {
    let scene = Scene::new().await;
    let policy = "[mapping.'*']\nuser_name = 'user.userName'\nu_okta_user_id = 'user.externalId'\n\
        employee_number = 'user.employeeNumber'\n[lifecycle]\nfree_user_name = false\n";
    scene.apply(policy).await;
    scene.leaver().await;
    let successor = scene.successor().await;
    let delivery = scene.delivery(&successor).await;
    assert_eq!(delivery.state, State::Refused);
    let reason = delivery.reason.unwrap();
    assert!(reason.contains("has the user name and is linked to somebody else"), "{reason}");
    assert_eq!(scene.user_name("1"), "ada");
}
