//! What Okta sends, request by request, in both dialects.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tenure_lab::company::{Account, Company, Group, GroupId, Idp, Member};
use tenure_lab::idp::okta::{Dialect, Okta};
use tenure_lab::idp::{DriveError, Hurried, Outcome, ScimId};

use crate::stub::{ENTERPRISE, Stub, decode};

async fn okta(dialect: Dialect) -> (Stub, Okta) {
    let stub = Stub::start().await;
    let okta = Okta::new(&stub.base_url, "token", dialect, Arc::new(Hurried::default())).expect("a base URL");
    (stub, okta)
}

fn people() -> Vec<Account> {
    Company::generate(3, 3).staff
}

fn ada() -> Account {
    let mut account = people().remove(0);
    account.human.login = "ada+1@example.com".to_owned();
    account
}

fn member(account: &Account) -> Member {
    let (number, external_id) = (account.human.number.clone(), account.external_id.clone());
    Member { number, external_id, login: account.human.login.clone() }
}

fn group(members: &[&Account]) -> Group {
    let members = members.iter().map(|account| member(account)).collect();
    Group { idp: Idp::Okta, id: GroupId("00g1".into()), name: "VPN".into(), members }
}

#[tokio::test]
async fn testing_the_connector() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    okta.test_connector().await.unwrap();
    let seen = stub.take();
    assert_eq!(seen[0].headers["user-agent"], "Okta SCIM Client 1.0.0");
    let lines: Vec<_> = seen.into_iter().map(|seen| seen.line).collect();
    assert_eq!(lines, ["GET /Users?startIndex=1&count=2", "GET /Groups?startIndex=1&count=100"]);
}

#[tokio::test]
async fn a_joiner_is_looked_up_and_created() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    let outcome = okta.assign(&ada()).await.unwrap();
    assert_eq!(outcome, Outcome::Created(ScimId("s1".into())));
    let seen = stub.take();
    assert_eq!(
        seen[0].line,
        "GET /Users?filter=userName%20eq%20%22ada%2B1%40example.com%22&startIndex=1&count=100"
    );
    assert_eq!(seen[1].line, "POST /Users");
    assert_eq!(seen[1].body["groups"], json!([]));
    assert!(seen[1].body["password"].is_string());
    assert_eq!(okta.requests(), 2);
}

#[tokio::test]
async fn a_missing_person_as_404_is_tolerated() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    stub.say(404, vec![], &json!({ "detail": "nobody" }));
    assert!(matches!(okta.assign(&ada()).await.unwrap(), Outcome::Created(_)));
    assert!(okta.take_refusals().is_empty());
}

#[tokio::test]
async fn a_create_without_a_body_is_a_failure() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    stub.say(200, vec![], &json!({ "totalResults": 0, "Resources": [] }));
    stub.say(201, vec![], &Value::Null);
    let error = okta.assign(&ada()).await.unwrap_err();
    assert_eq!(error.to_string(), "the answer to `POST /Users` has no id");
}

#[tokio::test]
async fn an_inactive_match_is_linked_pushed_and_activated() {
    for (dialect, activation) in
        [(Dialect::Aiw, vec!["GET /Users/s1", "PUT /Users/s1"]), (Dialect::Template, vec!["PATCH /Users/s1"])]
    {
        let (stub, mut okta) = okta(dialect).await;
        stub.seed_user(json!({ "userName": ada().human.login, "active": false, "nickName": "kept" }));
        assert_eq!(okta.assign(&ada()).await.unwrap(), Outcome::Linked(ScimId("s1".into())));
        let lines = stub.lines();
        assert_eq!(lines[1..3], ["GET /Users/s1", "PUT /Users/s1"]);
        assert_eq!(lines[3..], activation);
        let user = stub.state().users["s1"].clone();
        assert_eq!((&user["active"], &user["nickName"]), (&json!(true), &json!("kept")));
        assert_eq!(user["externalId"], json!(ada().external_id.0));
    }
}

#[tokio::test]
async fn a_change_is_read_changed_and_put_back() {
    let (stub, mut okta) = okta(Dialect::Template).await;
    okta.assign(&ada()).await.unwrap();
    stub.lines();
    let mut moved = ada();
    moved.human.department = "Legal".into();
    assert_eq!(okta.update(&moved).await.unwrap(), Outcome::Updated(ScimId("s1".into())));
    let seen = stub.take();
    assert_eq!(seen[1].line, "PUT /Users/s1");
    assert_eq!(seen[1].body["id"], "s1", "the body that was read is echoed");
    assert_eq!(seen[1].body[ENTERPRISE]["department"], "Legal");
}

#[tokio::test]
async fn an_unassignment_forgets_and_a_reassignment_looks_up_again() {
    let (stub, mut okta) = okta(Dialect::Template).await;
    let ada = ada();
    okta.assign(&ada).await.unwrap();
    stub.lines();
    assert_eq!(okta.unassign(&ada).await.unwrap(), Outcome::Deactivated(ScimId("s1".into())));
    let seen = stub.take();
    assert_eq!(seen[0].line, "PATCH /Users/s1");
    assert_eq!(seen[0].body["Operations"], json!([{ "op": "replace", "value": { "active": false } }]));
    assert_eq!(okta.linked(&ada.external_id), None);
    assert_eq!(okta.unassign(&ada).await.unwrap(), Outcome::Nothing);

    assert_eq!(okta.reassign(&ada).await.unwrap(), Outcome::Linked(ScimId("s1".into())));
    assert!(decode(&stub.lines()[0]).starts_with("GET /Users?filter=userName eq "));
}

#[tokio::test]
async fn the_wizard_deactivates_with_put() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    okta.assign(&ada()).await.unwrap();
    stub.lines();
    okta.unassign(&ada()).await.unwrap();
    let seen = stub.take();
    assert_eq!((seen[0].line.as_str(), seen[1].line.as_str()), ("GET /Users/s1", "PUT /Users/s1"));
    assert_eq!(seen[1].body["active"], json!(false));
    assert_eq!(seen[1].body["userName"], json!(ada().human.login));
}

#[tokio::test]
async fn a_lost_answer_makes_the_same_post_twice() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    let outcome = okta.assign_after_time_out(&ada()).await.unwrap();
    assert_eq!(outcome, Outcome::Linked(ScimId("s1".into())));
    let posts: Vec<_> = stub.take().into_iter().filter(|seen| seen.line == "POST /Users").collect();
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[0].body, posts[1].body);
    assert_eq!(okta.take_refusals().len(), 1);
}

#[tokio::test]
async fn a_refused_link_is_written_down_and_not_kept() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    let leaver =
        json!({ "userName": ada().human.login, "active": false, ENTERPRISE: { "employeeNumber": "E1" } });
    stub.seed_user(leaver);
    let error = okta.assign(&ada()).await.unwrap_err();
    assert!(matches!(&error, DriveError::Refused(refusal) if refusal.status == 409), "{error}");
    assert_eq!(okta.take_refusals()[0].detail, "this is another human being");
    assert_eq!(okta.linked(&ada().external_id), None);
}

#[tokio::test]
async fn template_groups_are_patched() {
    let (stub, mut okta) = okta(Dialect::Template).await;
    let people = people();
    for account in &people[..2] {
        okta.assign(account).await.unwrap();
    }
    stub.lines();
    okta.push_group(&group(&[&people[0], &people[2]])).await.unwrap();
    let seen = stub.take();
    assert_eq!(seen[0].line, "GET /Groups?filter=displayName%20eq%20%22VPN%22&startIndex=1&count=100");
    assert_eq!(seen[1].body["members"], json!([]));
    let linked = json!([{ "value": "s1", "display": people[0].human.login }]);
    let full = json!([{ "op": "replace", "path": "members", "value": linked }]);
    assert_eq!(seen[2].body["Operations"], full, "who is not linked is not pushed");

    let id = GroupId("00g1".into());
    okta.change_members(&id, &[member(&people[1])], &[member(&people[0])]).await.unwrap();
    let seen = stub.take();
    let rename = json!([{ "op": "replace", "value": { "id": "s3", "displayName": "VPN" } }]);
    assert_eq!(seen[0].body["Operations"], rename, "the name comes with every change of members");
    let delta = json!([
        { "op": "remove", "path": "members[value eq \"s1\"]" },
        { "op": "add", "path": "members", "value": [{ "value": "s2", "display": people[1].human.login }] },
    ]);
    assert_eq!(seen[1].body["Operations"], delta);
}

#[tokio::test]
async fn wizard_groups_are_put_with_everybody() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    let people = people();
    for account in &people {
        okta.assign(account).await.unwrap();
    }
    okta.push_group(&group(&[&people[0], &people[1]])).await.unwrap();
    stub.lines();
    let id = GroupId("00g1".into());
    okta.change_members(&id, &[member(&people[2])], &[member(&people[0])]).await.unwrap();
    let seen = stub.take();
    assert_eq!((seen[0].line.as_str(), seen[1].line.as_str()), ("GET /Groups/s4", "PUT /Groups/s4"));
    let ids: Vec<_> =
        seen[1].body["members"].as_array().unwrap().iter().map(|member| &member["value"]).collect();
    assert_eq!(ids, ["s2", "s3"]);

    okta.rename_group(&id, "Network").await.unwrap();
    assert_eq!(stub.take()[1].body["displayName"], "Network");
    okta.unlink_group(&id).await.unwrap();
    assert_eq!(stub.lines(), ["DELETE /Groups/s4"]);
    assert_eq!(okta.rename_group(&id, "Gone").await.unwrap(), Outcome::Nothing);
}

#[tokio::test]
async fn an_import_reads_pages_of_a_hundred() {
    let (stub, mut okta) = okta(Dialect::Aiw).await;
    for n in 0..250 {
        stub.seed_user(json!({ "userName": format!("u{n}") }));
    }
    assert_eq!(okta.import_users().await.unwrap().len(), 250);
    let expected = [1, 101, 201].map(|start| format!("GET /Users?startIndex={start}&count=100"));
    assert_eq!(stub.lines(), expected);
    assert!(okta.import_groups().await.unwrap().is_empty());
}

#[tokio::test]
async fn workers_share_what_they_know() {
    let (_stub, mut okta) = okta(Dialect::Aiw).await;
    let mut other = okta.fork();
    okta.assign(&ada()).await.unwrap();
    assert_eq!(other.update(&ada()).await.unwrap(), Outcome::Updated(ScimId("s1".into())));
    assert_eq!((okta.requests(), other.requests()), (2, 2));
}

#[tokio::test]
async fn throttling_follows_the_schedule() {
    let stub = Stub::start().await;
    let pace = Arc::new(Hurried::default());
    let mut okta = Okta::new(&stub.base_url, "t", Dialect::Aiw, pace.clone()).unwrap();
    stub.say(429, vec![("Retry-After", "7")], &Value::Null);
    stub.say(429, vec![("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")], &Value::Null);
    stub.say(429, vec![], &Value::Null);
    okta.test_connector().await.unwrap();
    assert_eq!(pace.asked(), [7, 300, 600].map(Duration::from_secs));

    for _ in 0..10 {
        stub.say(429, vec![("Retry-After", "1")], &Value::Null);
    }
    let error = okta.test_connector().await.unwrap_err();
    assert!(matches!(error, DriveError::Throttled { .. }), "{error}");
}
