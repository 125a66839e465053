//! Who is resolved anew when something besides their claims changes: those whom it concerns, and nobody else.

use super::trade::TRADE;
use crate::support::bodies::{add_member, group, operation, remove_member};
use crate::support::{TestApp, on_both, user};
use serde_json::json;
use tenure_identity::change::{Change, Expect, GroupChange, MembersChange};
use tenure_identity::id::GroupId;

on_both!(
    a_group_concerns_its_members_only,
    groups_that_no_policy_reads_concern_nobody,
    what_a_commit_marked_is_worked_off_later,
    renewal_without_a_change_says_nothing,
);

/// The version of each person, which moves whenever they are resolved anew.
async fn versions(app: &TestApp, ids: &[String]) -> Vec<i64> {
    let mut versions = Vec::new();
    for id in ids {
        versions.push(app.explain(id).await.person.version);
    }
    versions
}

async fn three(app: &TestApp) -> Vec<String> {
    let mut ids = Vec::new();
    for login in ["ada", "grace", "joan"] {
        ids.push(app.create(user(login)).await);
    }
    ids
}

async fn a_group_concerns_its_members_only(app: TestApp) {
    app.apply(TRADE).await;
    let ids = three(&app).await;
    let path = format!("/Groups/{}", app.create_group(group("Team", &[])).await);
    assert_eq!(versions(&app, &ids).await, [1, 1, 1]);
    app.patch(&path, add_member(&ids[0])).await.expect(200);
    assert_eq!(versions(&app, &ids).await, [2, 1, 1]);
    app.patch(&path, add_member(&ids[1])).await.expect(200);
    assert_eq!(versions(&app, &ids).await, [2, 2, 1]);
    app.patch(&path, operation("replace", "displayName", json!("Crew"))).await.expect(200);
    assert_eq!(versions(&app, &ids).await, [3, 3, 1]);
    app.patch(&path, remove_member(&ids[0])).await.expect(200);
    assert_eq!(versions(&app, &ids).await, [4, 3, 1]);
    app.put(&path, group("Crew", &[&ids[2]])).await.expect(200);
    assert_eq!(versions(&app, &ids).await[2], 2);
    app.delete(&path).await.expect(204);
    assert_eq!(versions(&app, &ids).await[2], 3);
    for id in &ids {
        assert_eq!(app.kinds(id).await.len(), 1, "nothing changed for them");
    }
}

async fn groups_that_no_policy_reads_concern_nobody(app: TestApp) {
    let ids = three(&app).await;
    let path = format!("/Groups/{}", app.create_group(group("ServiceNow Admins", &[&ids[0]])).await);
    app.patch(&path, add_member(&ids[1])).await.expect(200);
    app.patch(&path, operation("replace", "displayName", json!("Crew"))).await.expect(200);
    app.delete(&path).await.expect(204);
    assert_eq!(versions(&app, &ids).await, [1, 1, 1]);
}

/// The commit of a request whose node ends right after it.
async fn commit_removal(app: &TestApp, path: &str, member: &str) {
    let store = app.engine.store();
    let group = store.group(&GroupId::new(path.trim_start_matches("/Groups/"))).await.unwrap().unwrap();
    let now = app.engine.clock().now();
    let members = MembersChange {
        remove: vec![member.to_owned()],
        at: now,
        writer: "test".to_owned(),
        cycle_since: now,
        ..MembersChange::default()
    };
    let group = GroupChange { group, expect: Expect::Live, returns: false };
    let change =
        Change { group: Some(group), members: Some(members), groups_matter: true, ..Change::default() };
    store.commit(&change).await.unwrap();
}

async fn what_a_commit_marked_is_worked_off_later(app: TestApp) {
    app.apply(TRADE).await;
    let ids = three(&app).await;
    let path = format!("/Groups/{}", app.create_group(group("ServiceNow Admins", &[])).await);
    app.patch(&path, add_member(&ids[0])).await.expect(200);
    assert!(app.engine.store().due_people(10).await.unwrap().is_empty());
    commit_removal(&app, &path, &ids[0]).await;
    let due: Vec<_> = app.engine.store().due_people(10).await.unwrap().into_iter().map(|it| it.id).collect();
    assert_eq!(due.iter().map(ToString::to_string).collect::<Vec<_>>(), [ids[0].as_str()]);
    assert_eq!(app.roles(&ids[0]).await, json!(["admin"]), "not yet");
    app.renew().await;
    assert_eq!(app.roles(&ids[0]).await, json!([]));
}

async fn renewal_without_a_change_says_nothing(app: TestApp) {
    let ids = three(&app).await;
    app.apply(tenure_identity::policy::BUILT_IN).await;
    for id in &ids {
        assert_eq!((app.kinds(id).await.len(), app.explain(id).await.person.due), (1, 0));
    }
    assert!(app.engine.store().outdated_people(1, 10).await.unwrap().is_empty());
}
