//! Fields that refer to people: who has not arrived yet, who changes, and circles.

use crate::support::bodies::{enterprise, number, operation};
use crate::support::policy::until;
use crate::support::{Client, TestApp, on_both, user, with};
use serde_json::{Value, json};
use tenure_engine::users::preview::Request;
use tenure_identity::event::EventKind::Finding;
use tenure_identity::id::SourceName;
use tokio::task::JoinSet;

on_both!(
    whoever_is_awaited_fills_the_field_with_their_arrival,
    a_manager_is_known_by_login_number_and_our_own_id,
    a_manager_changes,
    who_is_missing_is_skipped,
    who_is_missing_is_replaced_by_the_default,
    two_who_manage_each_other_are_said_once,
    a_circle_of_many_is_said_to_all_of_them,
    who_manages_themselves_is_told,
    nobody_waits_for_somebody_who_came_at_the_same_moment,
    whom_a_node_that_ended_has_missed_is_found_at_the_next_start,
);

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

/// A policy in which managers are found by this column, and this becomes of missing ones.
fn by(column: &str, more: &str) -> String {
    format!(
        "[mapping.\"*\"]\nuser_name = \"user.userName\"\nu_okta_user_id = \"user.externalId\"\n\
         employee_number = \"user.employeeNumber\"\nemail = \"user.email\"\n\
         manager = {{ value = \"user.manager\", reference = \"sys_user\", by = \"{column}\", {more} }}\n"
    )
}

fn by_id() -> String {
    by("u_okta_user_id", "missing = \"defer\"")
}

fn led_by(login: &str, manager: &str) -> Value {
    with(user(login), enterprise(json!({ "manager": { "value": manager } })))
}

async fn sets(client: &Client, id: &str, manager: &str) {
    let path = format!("{MANAGER}.value");
    client.patch(&format!("/Users/{id}"), operation("replace", &path, json!(manager))).await.expect(200);
}

async fn findings(app: &TestApp, id: &str) -> Vec<String> {
    let timeline = app.explain(id).await.timeline;
    timeline.into_iter().filter(|event| event.kind == Finding).filter_map(|event| event.note).collect()
}

async fn whoever_is_awaited_fills_the_field_with_their_arrival(app: TestApp) {
    app.apply(&by_id()).await;
    let ada = app.create(led_by("ada", "ext-grace")).await;
    assert_eq!(app.field(&ada, "manager").await, Value::Null);
    assert_eq!(
        app.said_of(&ada, "manager").await,
        [
            "deferred `ext-grace`: nobody with the external id `ext-grace` has arrived yet; the field is filled the moment \
          they do"
        ]
    );
    let grace = app.create(user("grace")).await;
    let seen = app.seen(&ada).await;
    let manager = &seen["record"]["manager"];
    assert_eq!(
        (&manager["value"], &manager["said"]),
        (&json!(grace), &json!("ext-grace")),
        "before the answer"
    );
    assert_eq!(app.said_of(&ada, "manager").await, [format!("written `{grace}`")]);
}

async fn a_manager_is_known_by_login_number_and_our_own_id(app: TestApp) {
    for (column, key) in
        [("user_name", "GRACE-1"), ("employee_number", "N-2"), ("email", "grace-3@example.com")]
    {
        app.apply(&by(column, "missing = \"defer\"")).await;
        let turn = key.chars().find(char::is_ascii_digit).unwrap();
        let ada = app.create(led_by(&format!("ada-{turn}"), key)).await;
        assert_eq!(app.field(&ada, "manager").await, Value::Null, "{column}");
        let grace = app.create(with(user(&format!("grace-{turn}")), number(&format!("n-{turn}")))).await;
        assert_eq!(app.field(&ada, "manager").await, json!(grace), "{column}");
        let joan = app.create(led_by(&format!("joan-{turn}"), &grace)).await;
        assert_eq!(app.field(&joan, "manager").await, json!(grace), "by our own id");
    }
}

async fn a_manager_changes(app: TestApp) {
    app.apply(&by_id()).await;
    let [grace, joan] = [app.create(user("grace")).await, app.create(user("joan")).await];
    let ada = app.create(led_by("ada", "ext-grace")).await;
    assert_eq!(app.field(&ada, "manager").await, json!(grace));
    sets(&app, &ada, "ext-joan").await;
    assert_eq!(app.field(&ada, "manager").await, json!(joan));
    sets(&app, &ada, "ext-mary").await;
    assert_eq!(app.field(&ada, "manager").await, json!(joan), "until mary comes");
    let mary = app.create(user("mary")).await;
    assert_eq!(app.field(&ada, "manager").await, json!(mary));
    let none = json!([{ "op": "remove", "path": MANAGER }]);
    app.patch(&format!("/Users/{ada}"), crate::support::operations(none)).await.expect(200);
    assert_eq!(app.field(&ada, "manager").await, Value::Null);
}

async fn who_is_missing_is_skipped(app: TestApp) {
    app.apply(&by("u_okta_user_id", "missing = \"skip\"")).await;
    let grace = app.create(user("grace")).await;
    let ada = app.create(led_by("ada", "ext-joan")).await;
    assert_eq!(
        app.said_of(&ada, "manager").await,
        ["unchanged: nobody with the external id `ext-joan` has arrived yet; the field is left as it is"]
    );
    sets(&app, &ada, "ext-grace").await;
    sets(&app, &ada, "ext-joan").await;
    assert_eq!(app.field(&ada, "manager").await, json!(grace));
    let joan = app.create(user("joan")).await;
    assert_eq!(app.field(&ada, "manager").await, json!(joan), "nobody is missing any more");
}

async fn who_is_missing_is_replaced_by_the_default(app: TestApp) {
    app.apply(&by("u_okta_user_id", "missing = \"default\", default = \"ext-grace\"")).await;
    let early = app.create(led_by("early", "ext-joan")).await;
    let reason =
        "deferred `ext-joan`: nobody with the external id `ext-joan` has arrived yet, nor has the default";
    assert_eq!(app.said_of(&early, "manager").await, [reason]);
    let grace = app.create(user("grace")).await;
    assert_eq!(app.field(&early, "manager").await, json!(grace), "the default is there");
    let ada = app.create(led_by("ada", "ext-joan")).await;
    assert_eq!(app.field(&ada, "manager").await, json!(grace));
    let reason = format!("defaulted `{grace}`: nobody with the external id `ext-joan` has arrived yet");
    assert_eq!(app.said_of(&ada, "manager").await, [reason]);
    let joan = app.create(user("joan")).await;
    assert_eq!(app.field(&ada, "manager").await, json!(joan), "the one who was meant is there");
    assert_eq!(app.field(&early, "manager").await, json!(joan));
}

async fn two_who_manage_each_other_are_said_once(app: TestApp) {
    app.apply(&by_id()).await;
    let ada = app.create(led_by("ada", "ext-grace")).await;
    let grace = app.create(led_by("grace", "ext-ada")).await;
    assert_eq!(
        (app.field(&ada, "manager").await, app.field(&grace, "manager").await),
        (json!(grace), json!(ada))
    );
    assert_eq!(
        findings(&app, &ada).await,
        ["`manager` of `ada` leads back to them: `ada` → `grace` → `ada`"]
    );
    assert_eq!(
        findings(&app, &grace).await,
        ["`manager` of `grace` leads back to them: `ada` → `grace` → `ada`"]
    );
    app.patch(&format!("/Users/{ada}"), operation("replace", "nickName", json!("Countess")))
        .await
        .expect(200);
    app.apply(&format!("{}\n[flapping]\nwindow = \"1h\"\n", by_id())).await;
    assert_eq!((findings(&app, &ada).await.len(), findings(&app, &grace).await.len()), (1, 1), "said once");
    sets(&app, &ada, "ext-nobody-yet").await;
    sets(&app, &ada, "ext-grace").await;
    assert_eq!(findings(&app, &ada).await.len(), 1, "the field never changed");
}

async fn a_circle_of_many_is_said_to_all_of_them(app: TestApp) {
    app.apply(&by_id()).await;
    let mut ids = vec![app.create(user("p0")).await];
    for number in 1..34 {
        ids.push(app.create(led_by(&format!("p{number}"), &format!("ext-p{}", number - 1))).await);
    }
    sets(&app, &ids[0], "ext-p33").await;
    assert_eq!(findings(&app, &ids[0]).await.len(), 0, "a way of 34 is too long");
    sets(&app, &ids[0], "ext-p30").await;
    for id in &ids[..=30] {
        assert_eq!(findings(&app, id).await.len(), 1);
    }
    assert_eq!(findings(&app, &ids[31]).await.len(), 0, "they lead into the circle and are not of it");
}

async fn who_manages_themselves_is_told(app: TestApp) {
    app.apply(&by_id()).await;
    let ada = app.create(led_by("ada", "ext-ada")).await;
    assert_eq!(app.field(&ada, "manager").await, json!(ada));
    assert_eq!(findings(&app, &ada).await, ["`manager` of `ada` leads back to them: `ada` → `ada`"]);
}

async fn nobody_waits_for_somebody_who_came_at_the_same_moment(app: TestApp) {
    app.apply(&by_id()).await;
    let mut posts = JoinSet::new();
    for number in 0..60 {
        for body in [led_by(&format!("p{number}"), &format!("ext-m{number}")), user(&format!("m{number}"))] {
            let client = Client::clone(&app);
            posts.spawn(async move { client.create(body).await });
        }
    }
    posts.join_all().await;
    for number in 0..60 {
        let person = app.found(&format!("userName eq \"p{number}\"")).await.remove(0);
        assert_ne!(app.field(&person, "manager").await, Value::Null, "p{number}");
    }
}

/// The manager arrives between the decision and its commit, and the node ends right after it.
async fn whom_a_node_that_ended_has_missed_is_found_at_the_next_start(app: TestApp) {
    app.apply(&by_id()).await;
    let request = Request::Create(led_by("ada", "ext-grace"));
    let decided = app.engine.preview_user(&SourceName::new("okta"), request).await.unwrap().plan.change;
    let grace = app.create(user("grace")).await;
    app.engine.store().commit(&decided).await.unwrap();
    let ada = decided.person.unwrap().person.id;
    assert_eq!(app.field(ada.as_str(), "manager").await, Value::Null);
    let tending = tokio::spawn(tenure_engine::renew::tend(app.engine.clone()));
    until(async || app.field(ada.as_str(), "manager").await == json!(grace)).await;
    tending.abort();
}
