//! Versions of the policy over the admin API: checked, planned, applied, taken back, and taken over by other nodes.

use super::trade::TRADE;
use crate::support::bodies::{enterprise, group, operation};
use crate::support::place::{Place, on_both_places};
use crate::support::policy::until;
use crate::support::{Client, Setup, TestApp, on_both, user, with};
use serde_json::{Value, json};
use tenure_engine::token::AdminScope;

on_both!(
    versions_are_counted_and_shown,
    what_is_wrong_is_refused_and_changes_nothing,
    a_plan_changes_nothing_and_agrees_with_what_is_applied,
    going_back_restores_every_record,
    of_two_who_apply_at_once_one_wins,
);
on_both_places!(
    another_node_takes_over_what_was_applied,
    what_a_node_cannot_use_leaves_the_old_one_in_force,
    a_group_that_changes_on_a_node_behind_is_not_missed,
    two_nodes_renew_at_once_without_harm,
);

/// Three people under the built-in policy.
async fn population(app: &TestApp) -> Vec<String> {
    let mut ids = Vec::new();
    for (login, department, title) in
        [("ada", "Sales", "Manager"), ("grace", "Sales", "Clerk"), ("joan", "", "Manager")]
    {
        let about = json!({ "department": department });
        ids.push(app.create(with(with(user(login), enterprise(about)), json!({ "title": title }))).await);
    }
    ids
}

fn document(text: &str) -> Value {
    json!({ "document": text })
}

async fn versions_are_counted_and_shown(app: TestApp) {
    let admin = app.governor().await;
    let current = admin.look("/policies/current").await;
    assert_eq!((&current["version"], &current["applied"]), (&json!(0), &Value::Null));
    let reason = json!({ "document": TRADE, "reason": "roles by department" });
    let first = admin.send("/policies", reason).await.expect(200);
    assert_eq!(
        (&first["version"], &first["author"], &first["document"]),
        (&json!(1), &json!("grace"), &json!(TRADE))
    );
    assert_eq!(admin.send("/policies", document("")).await.expect(200)["version"], 2);
    let restored = admin.send("/policies/1/restore", json!({ "reason": "it was better" })).await.expect(200);
    assert_eq!(
        (&restored["version"], &restored["restores"], &restored["document"]),
        (&json!(3), &json!(1), &json!(TRADE))
    );
    let listed = admin.look("/policies").await.items();
    let versions: Vec<_> = listed.iter().map(|it| it["version"].as_i64().unwrap()).collect();
    assert_eq!((versions, &listed[2]["reason"]), (vec![3, 2, 1, 0], &json!("roles by department")));
    assert!(listed.iter().all(|it| it.get("document").is_none()));
    let page = admin.look("/policies?limit=2").await;
    let rest = admin.look(&format!("/policies?limit=2&cursor={}", page["next"].as_str().unwrap())).await;
    assert_eq!([page.items(), rest.items()].concat(), listed);
    assert_eq!(admin.look("/policies/current").await["document"], TRADE);
    assert_eq!(admin.look("/policies/2").await["document"], "");
    admin.api("GET", "/policies/9").await.problem(404, "no policy version `9`");
    admin.api("GET", "/policies/-1").await.problem(400, "`-1` is no version");
    admin.send("/policies/9/restore", json!({})).await.problem(404, "no policy version `9`");
    let reader = app.admin(&[AdminScope::Read]).await;
    reader.send("/policies", document("")).await.problem(403, "admin:policy");
    reader.send("/policies/1/restore", json!({})).await.problem(403, "admin:policy");
}

async fn what_is_wrong_is_refused_and_changes_nothing(app: TestApp) {
    app.apply(TRADE).await;
    let admin = app.governor().await;
    let before = app.dump().await;
    let wrong = "[mapping.okta]\ndepartmet = \"user.departmnt\"\n";
    let checked = admin.send("/policies/check", document(wrong)).await.expect(200);
    let all = checked["problems"].as_array().unwrap();
    let problems: Vec<_> = all.iter().filter(|it| it["severity"] == "error").collect();
    assert_eq!((&checked["valid"], problems.len()), (&json!(false), 2));
    let places: Vec<_> = problems.iter().map(|it| (it["line"].as_i64(), it["column"].as_i64())).collect();
    assert_eq!(places, [(Some(2), Some(1)), (Some(2), Some(19))]);
    assert_eq!(problems[0]["help"], "did you mean `department`?");
    let words = "sys_user has no field `departmet`";
    admin.send("/policies", document(wrong)).await.problem(400, words);
    admin.send("/policies/plan", document(wrong)).await.problem(400, words);
    admin.send("/policies", document("not toml")).await.problem(400, "");
    assert_eq!((app.dump().await, app.engine.policy().version), (before, 1));
    let doubtful = "[mapping.\"*\"]\nmanager = 'user.manager'\n";
    let checked = admin.send("/policies/check", document(doubtful)).await.expect(200);
    let warning = &checked["problems"][0];
    assert_eq!((&checked["valid"], &warning["severity"]), (&json!(true), &json!("warning")));
    assert_eq!(warning["message"], "`manager` refers to sys_user, and the value is plain text");
}

async fn a_plan_changes_nothing_and_agrees_with_what_is_applied(app: TestApp) {
    let ids = population(&app).await;
    app.create_group(group("ServiceNow Admins", &[&ids[1]])).await;
    let admin = app.governor().await;
    let proposed = format!("{TRADE}\n[scope]\nusers = 'user.department == \"Sales\"'\n");
    let before = app.dump().await;
    let plan = admin.send("/policies/plan", document(&proposed)).await.expect(200).json();
    assert_eq!(app.dump().await, before, "nothing is written");
    assert_eq!((&plan["people"], &plan["affected"], &plan["percent"]), (&json!(3), &json!(3), &json!(100.0)));
    assert_eq!(
        (&plan["lose_access"], &plan["gain_access"], &plan["findings"]),
        (&json!(1), &json!(0), &json!(0))
    );
    assert_eq!(plan["losers"][0]["id"], json!(ids[2]));
    assert_eq!(plan["fields"]["department"], json!({ "set": 1, "changed": 0, "cleared": 0 }));
    assert_eq!(plan["fields"]["email"], json!({ "set": 0, "changed": 0, "cleared": 3 }));
    assert_eq!(plan["fields"]["active"], json!({ "set": 0, "changed": 1, "cleared": 0 }));
    assert_eq!(plan["roles"]["sales_manager"], json!({ "granted": 1, "revoked": 0 }));
    assert_eq!(plan["roles"]["admin"], json!({ "granted": 1, "revoked": 0 }));
    app.apply(&proposed).await;
    for affected in plan["most_affected"].as_array().unwrap() {
        for change in affected["changes"].as_array().unwrap().iter().filter(|it| it["field"] != "roles") {
            let value = app.field(affected["id"].as_str().unwrap(), change["field"].as_str().unwrap()).await;
            assert_eq!(value, change["to"], "{change}");
        }
    }
    assert_eq!(
        (app.roles(&ids[0]).await, app.roles(&ids[1]).await),
        (json!(["sales_manager"]), json!(["admin"]))
    );
    let again = admin.send("/policies/plan", document(&proposed)).await.expect(200);
    assert_eq!((&again["affected"], &again["fields"]), (&json!(0), &json!({})), "it has all happened");
}

async fn going_back_restores_every_record(app: TestApp) {
    let ids = population(&app).await;
    let values = async || {
        let mut values = Vec::new();
        for id in &ids {
            let seen = app.seen(id).await;
            let record = seen["record"].as_object().unwrap();
            let record: Vec<_> =
                record.iter().map(|(name, field)| (name.clone(), field["value"].clone())).collect();
            values.push((record, seen["roles"].clone(), seen["active"].clone()));
        }
        values
    };
    app.apply(TRADE).await;
    let first = values().await;
    app.apply("[mapping.okta]\nuser_name = \"user.userName\"\n[scope]\nusers = 'user.title == \"Clerk\"'\n")
        .await;
    assert_ne!(values().await, first);
    app.governor().await.send("/policies/1/restore", json!({})).await.expect(200);
    app.renew().await;
    assert_eq!(values().await, first);
    app.governor().await.send("/policies/0/restore", json!({})).await.expect(200);
    app.renew().await;
    assert_eq!(app.field(&ids[0], "email").await, "ada@example.com");
}

async fn of_two_who_apply_at_once_one_wins(app: TestApp) {
    let admin = app.governor().await;
    for round in 1..=10_i64 {
        let apply = || {
            let client = Client::clone(&admin);
            tokio::spawn(async move { client.send("/policies", document("")).await })
        };
        let (one, other) = (apply(), apply());
        let mut both = [one.await.unwrap(), other.await.unwrap()];
        both.sort_by_key(|answer| answer.status);
        let newest = admin.look("/policies/current").await["version"].as_i64().unwrap();
        if both[1].status == 409 {
            let clear = both[1].clone().problem(409, "somebody else applied policy version");
            assert!(clear["help"].as_str().unwrap().contains("tenure policy show"), "{}", clear.text);
        }
        assert!(both[0].status == 200 && newest >= round, "{}", both[0].text);
    }
}

async fn another_node_takes_over_what_was_applied(place: Place) {
    let one = TestApp::start(place, Setup::default()).await;
    let other = one.second_node(Setup::default()).await;
    let id = other.create(user("ada")).await;
    one.apply(TRADE).await;
    assert_eq!(other.engine.policy().version, 0);
    let tending = tokio::spawn(tenure_engine::renew::tend(other.engine.clone()));
    until(async || other.engine.policy().version == 1).await;
    assert_eq!(other.field(&id, "department").await, "Unassigned");
    tending.abort();
}

async fn what_a_node_cannot_use_leaves_the_old_one_in_force(place: Place) {
    let one = TestApp::start(place, Setup::default()).await;
    let other = one.second_node(Setup { sources: vec!["okta", "hr"], ..Setup::default() }).await;
    one.apply(TRADE).await;
    other.engine.refresh_policy().await.unwrap();
    assert_eq!(other.engine.policy().version, 0);
    let refused = other.engine.take_over_policy().await.unwrap_err().to_string();
    assert!(
        refused.starts_with(
            "policy version 1 cannot be used with this configuration: there is no source `workday`"
        ),
        "{refused}"
    );
    other.create(user("ada")).await;
    one.apply("").await;
    other.engine.refresh_policy().await.unwrap();
    assert_eq!(other.engine.policy().version, 2, "this one it can use");
}

async fn a_group_that_changes_on_a_node_behind_is_not_missed(place: Place) {
    let one = TestApp::start(place, Setup::default()).await;
    let behind = one.second_node(Setup::default()).await;
    let ids = [one.create(user("ada")).await, one.create(user("grace")).await];
    one.apply(TRADE).await;
    assert_eq!(behind.engine.policy().version, 0);
    let path = format!("/Groups/{}", behind.create_group(group("ServiceNow Admins", &[&ids[0]])).await);
    assert_eq!(one.roles(&ids[0]).await, json!(["admin"]));
    one.put(&path, group("ServiceNow Admins", &[&ids[1]])).await.expect(200);
    assert_eq!((one.roles(&ids[0]).await, one.roles(&ids[1]).await), (json!([]), json!(["admin"])));
}

async fn two_nodes_renew_at_once_without_harm(place: Place) {
    let one = TestApp::start(place, Setup::default()).await;
    let other = one.second_node(Setup::default()).await;
    let mut ids = Vec::new();
    for number in 0..40 {
        ids.push(one.create(user(&format!("p{number}"))).await);
    }
    one.governor().await.send("/policies", document(TRADE)).await.expect(200);
    other.engine.refresh_policy().await.unwrap();
    let renew = |app: &TestApp| {
        let engine = app.engine.clone();
        tokio::spawn(async move { engine.renew_all(|_| ()).await.unwrap() })
    };
    let (here, there) = (renew(&one), renew(&other));
    here.await.unwrap();
    there.await.unwrap();
    for id in &ids {
        assert_eq!(one.field(id, "department").await, "Unassigned");
        assert_eq!(one.kinds(id).await.len(), 2, "created and resolved, once each");
    }
    let patch = operation("replace", "title", json!("Manager"));
    other.patch(&format!("/Users/{}", ids[0]), patch).await.expect(200);
}
