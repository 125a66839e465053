//! Limits that hold: however many requests come at once, over however many nodes, and what a human's answer does.

use crate::support::bodies::{add_member, group, operation, remove_member};
use crate::support::{Answer, Client, Setup, TestApp, on_both, user, with};
use serde_json::{Value, json};
use tenure_engine::token::AdminScope;
use tenure_identity::event::{Event, EventKind};
use tenure_identity::limit::HoldState;
use tokio::task::JoinSet;

on_both!(
    of_many_at_once_exactly_as_many_leave_as_may,
    two_nodes_share_a_limit,
    a_source_reads_its_own_word_back,
    a_policy_that_is_rolled_back_closes_the_case,
    nobody_is_kept_whom_no_source_claims,
    release_ends_access_for_all_of_them,
    keep_stays_until_the_source_says_it_again,
    a_policy_that_ends_access_is_held_and_planned,
    a_percentage_is_one_of_those_who_were_active,
    a_limit_that_warns_holds_nobody,
    a_preview_says_who_would_be_held,
    what_was_counted_before_there_was_a_limit_counts,
);

fn limit(bounds: &str) -> String {
    format!("[limits]\ndeactivations = {{ {bounds}, window = \"1h\" }}\n")
}

fn inactive() -> Value {
    operation("replace", "active", json!(false))
}

async fn population(app: &TestApp, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(app.create(user(&format!("p{number}"))).await);
    }
    ids
}

/// Every other one by DELETE.
async fn leave(client: &Client, number: usize, id: &str) -> u16 {
    let path = format!("/Users/{id}");
    match number % 2 {
        0 => client.patch(&path, inactive()).await.status,
        _ => client.delete(&path).await.status,
    }
}

async fn active(app: &TestApp, ids: &[String]) -> usize {
    let mut active = 0;
    for id in ids {
        active += usize::from(app.explain(id).await.person.active);
    }
    active
}

async fn open_cases(app: &TestApp) -> Vec<Value> {
    app.admin(&[AdminScope::Read]).await.look("/cases").await.items()
}

async fn answer(app: &TestApp, what: &str, body: Option<Value>) -> Answer {
    let case = app.admin(&[AdminScope::Read]).await.look("/cases?all=true").await.items().remove(0);
    let admin = app.admin(&[AdminScope::Read, AdminScope::Review]).await;
    let call = admin.api("POST", &format!("/cases/{}/{what}", case["id"].as_str().unwrap()));
    match body {
        Some(body) => call.json(&body).await,
        None => call.await,
    }
}

async fn decide(app: &TestApp, ruling: &str) {
    answer(app, "decide", Some(json!({ "ruling": ruling }))).await.expect(200);
}

async fn at_once(clients: [Client; 2], ids: &[String]) {
    let mut requests = JoinSet::new();
    for (number, id) in ids.iter().cloned().enumerate() {
        let client = clients[(number / 2) % 2].clone();
        requests.spawn(async move { leave(&client, number, &id).await });
    }
    for status in requests.join_all().await {
        assert!(status == 200 || status == 204, "{status}");
    }
}

#[track_caller]
fn check_case(case: &Value, evidence: &str) {
    assert_eq!((&case["kind"], &case["blocking"]), (&json!("mass-change"), &json!(false)));
    assert_eq!(case["evidence"][2], evidence);
    assert!(case["candidates"].as_array().unwrap().len() <= 20, "evidence is bounded");
}

async fn of_many_at_once_exactly_as_many_leave_as_may(app: TestApp) {
    app.apply(&limit("count = 10")).await;
    let ids = population(&app, 64).await;
    at_once([Client::clone(&app), Client::clone(&app)], &ids).await;
    assert_eq!(active(&app, &ids).await, 54);
    let cases = open_cases(&app).await;
    assert_eq!(cases.len(), 1);
    check_case(&cases[0], "54 people held: 54 by `okta`");
    for id in &ids {
        let person = app.explain(id).await.person;
        assert!(!person.claims[0].active, "what a source says is kept");
        assert_eq!(person.hold.map(|hold| hold.state), person.active.then_some(HoldState::Held));
    }
    app.renew().await;
    assert_eq!(active(&app, &ids).await, 54, "by resolving again nobody loses access");
}

async fn two_nodes_share_a_limit(app: TestApp) {
    app.apply(&limit("count = 10")).await;
    let ids = population(&app, 40).await;
    let other = app.second_node(Setup::default()).await;
    other.engine.refresh_policy().await.unwrap();
    at_once([Client::clone(&app), Client::clone(&other)], &ids).await;
    assert_eq!(active(&app, &ids).await, 30);
    check_case(&open_cases(&app).await[0], "30 people held: 30 by `okta`");
}

async fn a_source_reads_its_own_word_back(app: TestApp) {
    app.apply(&limit("count = 0")).await;
    let ada = app.create(user("ada")).await;
    let said = app.patch(&format!("/Users/{ada}"), inactive()).await.expect(200);
    assert_eq!(said["active"], false);
    assert_eq!(app.get(&format!("/Users/{ada}")).await.expect(200)["active"], false);
    let seen = app.seen(&ada).await;
    assert_eq!((&seen["active"], &seen["record"]["locked_out"]["value"]), (&json!(true), &json!("false")));
    let case = open_cases(&app).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!((&seen["hold"]["case"], &seen["hold"]["state"]), (&json!(case), &json!("held")));
    let held = format!(
        "held `false`: held, because too many people lost access; a human has to release it: case {case} (mass-change)"
    );
    assert_eq!(app.said_of(&ada, "active").await, [held]);
    let explained = app.explain(&ada).await;
    let field = explained.fields.iter().find(|field| field.field == "active").unwrap();
    assert_eq!(field.value.as_deref(), Some("true"));
    assert!(field.rule.ends_with(&format!("case {case} (mass-change)")), "{}", field.rule);
    assert_eq!(field.skipped[0].to.as_deref(), Some("false"));

    app.patch(&format!("/Users/{ada}"), operation("replace", "active", json!(true))).await.expect(200);
    assert_eq!(app.seen(&ada).await["hold"], Value::Null, "it is active again");
    assert_eq!(open_cases(&app).await.len(), 0, "a case that holds nobody is no question");
}

async fn a_policy_that_is_rolled_back_closes_the_case(app: TestApp) {
    app.apply(&limit("count = 1")).await;
    let ids = population(&app, 4).await;
    app.apply(&format!("{}{SCOPE}", limit("count = 1"))).await;
    check_case(&open_cases(&app).await[0], "3 people held: 3 by `tenure`");
    app.apply(&limit("count = 1")).await;
    assert_eq!((active(&app, &ids).await, open_cases(&app).await.len()), (4, 0));
    let case = app.admin(&[AdminScope::Read]).await.look("/cases?all=true").await.items().remove(0);
    let decided = &case["decided"];
    assert_eq!((&decided["by"], &decided["ruling"]), (&json!("tenure"), &json!("keep")));
    assert_eq!(decided["note"], "nobody is held any more: their claims give access again");
    let mut lifted = 0;
    for id in &ids {
        let timeline = app.explain(id).await.timeline;
        let note = |event: Event| event.note.unwrap_or_default();
        lifted += timeline.into_iter().map(note).filter(|note| note.contains("no longer held")).count();
    }
    assert_eq!(lifted, 3, "each hears of it once");
    answer(&app, "decide", Some(json!({ "ruling": "release" }))).await.problem(409, "decided already");
    answer(&app, "undo", None).await.problem(409, "nobody is held by it");
}

async fn nobody_is_kept_whom_no_source_claims(app: TestApp) {
    app.apply(&limit("count = 0")).await;
    let ids = population(&app, 2).await;
    for id in &ids {
        app.patch(&format!("/Users/{id}"), inactive()).await.expect(200);
    }
    app.delete(&format!("/Users/{}", ids[1])).await.expect(204);
    decide(&app, "keep").await;
    let hold = async |id: &str| app.seen(id).await["hold"]["state"].clone();
    assert_eq!((hold(&ids[0]).await, hold(&ids[1]).await), (json!("kept"), json!("held")));
    let case = open_cases(&app).await.remove(0);
    check_case(&case, "1 person held: 1 by `okta`");
    assert!(
        case["evidence"][3].as_str().unwrap().starts_with("of 1 person no source makes a live claim"),
        "{case}"
    );
    let refused =
        answer(&app, "decide", Some(json!({ "ruling": "keep" }))).await.problem(400, "would last for ever");
    assert!(refused["help"].as_str().is_some_and(|help| help.contains("`release`")), "{}", refused.text);
    decide(&app, "release").await;
    assert_eq!((active(&app, &ids).await, hold(&ids[0]).await), (1, json!("kept")));
}

async fn release_ends_access_for_all_of_them(app: TestApp) {
    app.apply(&limit("count = 1")).await;
    let ids = population(&app, 4).await;
    for (number, id) in ids.iter().enumerate() {
        leave(&app, number, id).await;
    }
    assert_eq!(active(&app, &ids).await, 3);
    answer(&app, "decide", Some(json!({ "ruling": "merge", "person": ids[1] })))
        .await
        .problem(400, "mass-change");
    decide(&app, "release").await;
    assert_eq!(active(&app, &ids).await, 0, "before the answer");
    let kinds = app.kinds(&ids[1]).await;
    assert!(
        kinds.ends_with(&[EventKind::CaseDecided, EventKind::Resolved, EventKind::Deactivated]),
        "{kinds:?}"
    );
    let undone = answer(&app, "undo", None).await.problem(409, "people have lost access by it");
    assert!(undone["help"].as_str().is_some_and(|help| help.contains("gets it back")), "{}", undone.text);
    let shown = app.admin(&[AdminScope::Read]).await.look("/cases?all=true").await.items().remove(0);
    check_case(&shown, "3 people held: 3 by `okta`");
    assert!(shown["decided"]["used"].is_string() && open_cases(&app).await.is_empty());
}

async fn keep_stays_until_the_source_says_it_again(app: TestApp) {
    app.apply(&limit("count = 0")).await;
    let ids = population(&app, 2).await;
    for id in &ids {
        app.patch(&format!("/Users/{id}"), inactive()).await.expect(200);
    }
    decide(&app, "keep").await;
    answer(&app, "undo", None).await.expect(200);
    assert_eq!(app.seen(&ids[0]).await["hold"]["state"], "held");
    decide(&app, "keep").await;
    app.apply(&limit("count = 5")).await;
    let kept = format!("/Users/{}", ids[0]);
    app.patch(&kept, operation("replace", "title", json!("Countess"))).await.expect(200);
    app.put(&kept, with(user("p0"), json!({ "active": null }))).await.expect(200);
    assert_eq!(active(&app, &ids).await, 2, "a push of the profile says nothing of it");
    app.patch(&kept, inactive()).await.expect(200);
    app.delete(&format!("/Users/{}", ids[1])).await.expect(204);
    assert_eq!(active(&app, &ids).await, 0, "their source says it again, and the limit allows it");
    let kinds = app.kinds(&ids[0]).await;
    let answers = kinds.iter().filter(|kind| **kind == EventKind::CaseDecided).count();
    assert_eq!((answers, kinds.last()), (2, Some(&EventKind::Deactivated)));
}

const SCOPE: &str = "[scope]\nusers = 'isMemberOfGroupName(\"Staff\")'\n";

async fn a_policy_that_ends_access_is_held_and_planned(app: TestApp) {
    let ids = population(&app, 7).await;
    let members: Vec<_> = ids[..2].iter().map(String::as_str).collect();
    let staff = app.create_group(group("Staff", &members)).await;
    let proposed = format!("{}{SCOPE}", limit("count = 3"));
    let plan = app.governor().await.send("/policies/plan", json!({ "document": proposed })).await.expect(200);
    assert_eq!((&plan["lose_access"], &plan["held"]), (&json!(5), &json!(2)));
    app.apply(&proposed).await;
    assert_eq!(active(&app, &ids).await, 4);
    check_case(&open_cases(&app).await[0], "2 people held: 2 by `tenure`");
    app.patch(&format!("/Groups/{staff}"), remove_member(&ids[0])).await.expect(200);
    assert_eq!(active(&app, &ids).await, 4, "who leaves the scope is held too");
    check_case(&open_cases(&app).await[0], "3 people held: 3 by `tenure`");
    app.patch(&format!("/Groups/{staff}"), add_member(&ids[0])).await.expect(200);
    check_case(&open_cases(&app).await[0], "2 people held: 2 by `tenure`");
    decide(&app, "release").await;
    assert_eq!(active(&app, &ids).await, 2);
}

async fn a_percentage_is_one_of_those_who_were_active(app: TestApp) {
    let ids = population(&app, 8).await;
    app.create(with(user("never"), json!({ "active": false }))).await;
    app.apply(&limit("count = 50, percent = 25")).await;
    for (number, id) in ids.iter().enumerate() {
        leave(&app, number, id).await;
    }
    assert_eq!(active(&app, &ids).await, 6, "a quarter of eight");
}

async fn a_limit_that_warns_holds_nobody(app: TestApp) {
    app.apply(&limit("count = 1, then = \"warn\"")).await;
    let ids = population(&app, 3).await;
    at_once([Client::clone(&app), Client::clone(&app)], &ids).await;
    assert_eq!((active(&app, &ids).await, open_cases(&app).await.len()), (0, 0));
    let mut warned = 0;
    for id in &ids {
        warned += app.kinds(id).await.iter().filter(|kind| **kind == EventKind::Finding).count();
    }
    assert_eq!(warned, 2, "all but the first");
}

async fn a_preview_says_who_would_be_held(app: TestApp) {
    app.apply(&limit("count = 0")).await;
    let ada = app.create(user("ada")).await;
    let before = app.dump().await;
    let request = json!({ "method": "DELETE", "path": format!("/Users/{ada}") });
    let body = json!({ "source": "okta", "request": request });
    let shown = app.governor().await.send("/preview", body).await.expect(200);
    assert_eq!(app.dump().await, before, "nothing is written");
    assert_eq!((&shown["outcome"], &shown["active"]), (&json!("ended"), &json!(true)));
    assert_eq!((&shown["case"]["kind"], &shown["held_by"]), (&json!("mass-change"), &shown["case"]["id"]));
}

async fn what_was_counted_before_there_was_a_limit_counts(app: TestApp) {
    let ids = population(&app, 3).await;
    leave(&app, 0, &ids[0]).await;
    app.apply(&limit("count = 1")).await;
    leave(&app, 1, &ids[1]).await;
    assert_eq!(active(&app, &ids).await, 2);
}
