//! Groups: one owner each, members who come and go, and groups that come back.

use crate::support::bodies::{GROUP, add_member, group, operation, remove_member};
use crate::support::{Setup, TestApp, user, with};
use serde_json::{Value, json};
use tenure_engine::Visibility;
use tenure_identity::decision::Outcome;
use tenure_identity::event::EventKind::{ClaimEnded, Created, MembersChanged, Returned, Skipped, Unchanged};

#[tokio::test]
async fn another_sources_writes_are_accepted_and_have_no_effect() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&ada])).await;
    let path = format!("/Groups/{team}");
    let before = app.get(&path).await.expect(200);
    let answer = app.hr.patch(&path, remove_member(&ada)).await.expect(200);
    assert!(answer.json().get("members").is_none(), "who is in it is not for everybody who can guess an id");
    let asked = format!("{path}?attributes=members");
    assert!(app.hr.patch(&asked, remove_member(&ada)).await.expect(200).json().get("members").is_none());
    app.hr.put(&path, group("Stolen", &[])).await.expect(200);
    app.hr.delete(&path).await.expect(204);
    assert_eq!(app.get(&path).await.expect(200).json(), before.json());
    assert_eq!(app.group_kinds(&team).await, [Created, Skipped, Skipped, Skipped, Skipped]);
    let skipped = &app.group_events(&team).await[1];
    assert_eq!(skipped.actor.source.as_str(), "hr");
    assert_eq!(skipped.decisions[0].outcome, Outcome::SkippedNotAuthoritative);
}

#[tokio::test]
async fn another_source_does_not_find_the_group() {
    let app = TestApp::new().await;
    let team = app.create_group(group("Team", &[])).await;
    app.hr.get(&format!("/Groups/{team}")).await.refused(404, None);
    assert_eq!(app.hr.get("/Groups").await.expect(200)["totalResults"], 0);
    let taken = app.hr.post("/Groups", group("Team", &[])).await.refused(409, Some("uniqueness"));
    assert!(taken["detail"].as_str().unwrap().contains("`okta`"), "{}", taken.text);
    let app = TestApp::with(Setup { hr_sees: Visibility::All, ..Setup::default() }).await;
    let team = app.create_group(group("Team", &[])).await;
    app.hr.get(&format!("/Groups/{team}")).await.expect(200);
}

#[tokio::test]
async fn a_deleted_group_returns_under_its_old_id() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&ada])).await;
    let path = format!("/Groups/{team}");
    app.delete(&path).await.expect(204);
    for answer in [app.get(&path).await, app.delete(&path).await, app.put(&path, group("Team", &[])).await] {
        answer.refused(404, None);
    }
    assert!(app.get(&format!("/Users/{ada}")).await.expect(200)["groups"].is_null(), "nobody is in it");
    let back = app.post("/Groups", group("Team", &[])).await.expect(201);
    assert_eq!((back.id(), back.members()), (team.clone(), vec![]));
    assert_eq!(app.group_kinds(&team).await, [Created, ClaimEnded, Returned]);
}

#[tokio::test]
async fn a_group_returns_by_external_id_with_another_name() {
    let app = TestApp::new().await;
    let body = with(group("Team", &[]), json!({ "externalId": "g-1" }));
    let team = app.create_group(body.clone()).await;
    app.post("/Groups", with(body.clone(), json!({ "displayName": "Other" })))
        .await
        .refused(409, Some("uniqueness"));
    app.delete(&format!("/Groups/{team}")).await.expect(204);
    assert_eq!(app.create_group(with(body, json!({ "displayName": "Other" }))).await, team);
}

#[tokio::test]
async fn small_groups_answer_with_their_members() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[])).await;
    let path = format!("/Groups/{team}");
    let patched = app.patch(&path, add_member(&ada)).await.expect(200);
    let href = format!("https://tenure.example.com/scim/v2/Users/{ada}");
    assert_eq!(patched["members"][0]["value"], ada.as_str());
    assert_eq!(patched["members"][0]["$ref"], href);
    assert_eq!(app.get(&path).await.expect(200)["members"], patched["members"]);
}

#[tokio::test]
async fn large_groups_answer_without_their_members_unless_asked() {
    let app = TestApp::new().await;
    let members: Vec<_> = (0..100).map(|number| json!({ "value": format!("m-{number:03}") })).collect();
    let body = json!({ "schemas": [GROUP], "displayName": "Team", "members": members });
    let team = app.create_group(body.clone()).await;
    let path = format!("/Groups/{team}");
    assert_eq!(app.put(&path, body).await.expect(200).members().len(), 100);
    assert_eq!(app.patch(&path, add_member("m-100")).await.expect(200)["members"], Value::Null);
    assert_eq!(app.get(&path).await.expect(200).members().len(), 101);
    let asked = app.patch(&format!("{path}?attributes=members"), add_member("m-101")).await.expect(200);
    assert_eq!(asked.members().len(), 102);
    assert_eq!(app.get(&format!("{path}?attributes=displayName")).await.expect(200)["members"], Value::Null);
}

#[tokio::test]
async fn groups_inside_of_groups() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let inner = app.create_group(group("Inner", &[&ada])).await;
    let members = json!([{ "value": inner, "type": "Group" }]);
    let outer = app.post("/Groups", json!({ "displayName": "Outer", "members": members })).await.expect(201);
    assert_eq!(outer["members"][0]["type"], "Group");
    let found = app.get(&format!("/Groups?filter=members.value eq \"{inner}\"")).await.expect(200);
    assert_eq!(found.ids(), [outer.id()]);
}

#[tokio::test]
async fn members_whom_nobody_knows_yet_are_kept() {
    let app = TestApp::new().await;
    let team = app.create_group(group("Team", &["later"])).await;
    assert_eq!(app.get(&format!("/Groups/{team}")).await.expect(200).members(), ["later"]);
    let outcome = |decision: &tenure_identity::decision::Decision| {
        (decision.field == "members").then_some(decision.outcome)
    };
    let told: Vec<_> = app.group_events(&team).await[0].decisions.iter().filter_map(outcome).collect();
    assert_eq!(told, [Outcome::Deferred]);
}

#[tokio::test]
async fn a_change_of_members_moves_the_version() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let created = app.post("/Groups", group("Team", &[])).await.expect(201);
    let path = format!("/Groups/{}", created.id());
    let tag = |answer: &crate::support::Answer| answer.header("etag").unwrap().to_owned();
    let added = app.patch(&path, add_member(&ada)).await.expect(200);
    assert_ne!(tag(&added), tag(&created));
    let again = app.patch(&path, add_member(&ada)).await.expect(200);
    assert_eq!(tag(&again), tag(&added), "nothing changed");
    assert_eq!(app.get(&path).await.expect(200)["meta"]["version"], tag(&added).as_str());
    assert_eq!(app.group_kinds(&created.id()).await, [Created, MembersChanged, Unchanged]);
}

#[tokio::test]
async fn members_by_filter() {
    let app = TestApp::new().await;
    let members = json!([{ "value": "a", "display": "Ada" }, { "value": "b", "display": "Grace" }]);
    let team = app.post("/Groups", json!({ "displayName": "Team", "members": members })).await.expect(201);
    let path = format!("/Groups/{}", team.id());
    let removal = json!({ "Operations": [{ "op": "remove", "path": "members[display eq \"ada\"]" }] });
    assert_eq!(app.patch(&path, removal).await.expect(200).members(), ["b"]);
    let all = json!({ "Operations": [{ "op": "remove", "path": "members" }] });
    assert_eq!(app.patch(&path, all).await.expect(200).members(), [""; 0]);
}

#[tokio::test]
async fn groups_of_a_user_follow() {
    let app = TestApp::new().await;
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&ada])).await;
    let groups = async || app.get(&format!("/Users/{ada}")).await.expect(200)["groups"].clone();
    assert_eq!(groups().await[0]["display"], "Team");
    app.patch(&format!("/Groups/{team}"), operation("replace", "displayName", json!("Crew")))
        .await
        .expect(200);
    assert_eq!(groups().await[0]["display"], "Crew");
    assert_eq!(app.found(&format!("groups.value eq \"{team}\"")).await, [ada.as_str()]);
    app.patch(&format!("/Groups/{team}"), remove_member(&ada)).await.expect(200);
    assert_eq!(groups().await, Value::Null);
}
