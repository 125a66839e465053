//! Groups and who is in them.

use crate::support::bodies::group;
use crate::support::policy::until;
use crate::support::target::{Scene, value};
use crate::support::{Place, operations, user};
use serde_json::json;
use tenure_engine::target::{Groups, TargetSettings};
use tenure_lab::servicenow::{Fault, FaultKind, Faults, Instance, Settings};
use tenure_store::deliveries::State;

/// Puts a record into a group as an administrator would by hand.
fn join_by_hand(scene: &Scene, user_name: &str, group: &str) {
    let (record, groups) = (scene.record(user_name), scene.instance.find("sys_user_group", "name", group));
    let tie = [("user", record.sys_id()), ("group", groups[0].sys_id())];
    scene.instance.insert("sys_user_grmember", &tie).unwrap();
}

async fn rename(scene: &Scene, group: &str, name: &str) {
    let change = operations(json!([{ "op": "replace", "path": "displayName", "value": name }]));
    scene.patch(&format!("/Groups/{group}"), change).await.expect(200);
    scene.settled().await;
}

async fn leave(scene: &Scene, id: &str) {
    let change = operations(json!([{ "op": "replace", "value": { "active": false } }]));
    scene.patch(&format!("/Users/{id}"), change).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_follow_and_a_rename_keeps_the_group() {
    let scene = Scene::new().await;
    let (ada, grace) = (scene.create(user("ada")).await, scene.create(user("grace")).await);
    let team = scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    let row = scene.instance.find("sys_user_group", "name", "Team").remove(0);
    let change = operations(json!([
        { "op": "add", "path": "members", "value": [{ "value": grace }] },
        { "op": "remove", "path": format!("members[value eq \"{ada}\"]") },
        { "op": "replace", "path": "displayName", "value": "Crew" },
    ]));
    scene.patch(&format!("/Groups/{team}"), change).await.expect(200);
    scene.settled().await;
    assert_eq!(value(&scene.instance.row("sys_user_group", row.sys_id()).unwrap(), "name"), "Crew");
    assert_eq!(scene.groups_of(&scene.record("ada")), [""; 0]);
    assert_eq!(scene.groups_of(&scene.record("grace")), ["Crew"]);
    scene.delete(&format!("/Groups/{team}")).await.expect(204);
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("grace")), [""; 0]);
    assert!(scene.instance.row("sys_user_group", row.sys_id()).is_some(), "a group is never deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_that_are_not_ours_are_left_alone() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let record = scene.record("ada");
    let local = scene.instance.insert("sys_user_group", &[("name", "Local")]).unwrap();
    let tie = [("user", record.sys_id()), ("group", local.sys_id())];
    scene.instance.insert("sys_user_grmember", &tie).unwrap();
    scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    assert_eq!(scene.groups_of(&record), ["Local", "Team"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_memberships_are_one_call() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    for n in 0..5 {
        scene.create_group(group(&format!("Team {n}"), &[])).await;
    }
    scene.settled().await;
    scene.instance.forget();
    for n in 0..5 {
        let id = scene.get(&format!("/Groups?filter=displayName%20eq%20%22Team%20{n}%22")).await;
        let id = id["Resources"][0]["id"].as_str().unwrap().to_owned();
        let change = operations(json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]));
        scene.app.patch(&format!("/Groups/{id}"), change).await.expect(200);
    }
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")).len(), 5);
    let calls = scene.instance.calls();
    assert_eq!(calls.count("POST", "sys_user_grmember"), 5, "each membership is made once: {calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_we_may_not_write_holds_up_nothing_else() {
    let faults = Faults { protected_groups: vec!["Admins".into()], ..Faults::default() };
    let scene = Scene::with(faults).await;
    let ada = scene.create(user("ada")).await;
    scene.create_group(group("Admins", &[&ada])).await;
    scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Team"]);
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.state, State::Partly);
    assert!(delivery.reason.unwrap().contains("+group"));
    let attempts = scene.instance.calls().count("POST", "sys_user_grmember");
    scene
        .patch(&format!("/Users/{ada}"), operations(json!([{ "op": "add", "path": "title", "value": "x" }])))
        .await;
    scene.settled().await;
    assert_eq!(
        scene.instance.calls().count("POST", "sys_user_grmember"),
        attempts,
        "it is not tried each time"
    );
    scene.instance.set_faults(Faults::default());
    scene.app.engine.retry_delivery(&ada).await.unwrap();
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Admins", "Team"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_groups_of_one_name_are_nobodys() {
    let scene = Scene::new().await;
    for _ in 0..2 {
        scene.instance.insert("sys_user_group", &[("name", "team")]).unwrap();
    }
    let team = scene.create_group(group("Team", &[])).await;
    scene.settled().await;
    let delivery = scene.delivery(&team).await;
    assert_eq!(delivery.state, State::Refused);
    assert!(delivery.reason.unwrap().contains("rename all but one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_that_are_not_there_are_only_made_if_that_is_wanted() {
    for (groups, expected) in [(Groups::Existing, vec!["Team"]), (Groups::None, vec![])] {
        let instance = Instance::new(Settings::default());
        instance.insert("sys_user_group", &[("name", "Team")]).unwrap();
        let settings = TargetSettings { groups, ..TargetSettings::default() };
        let scene = Scene::of(Place::sqlite(), instance, settings).await;
        let ada = scene.create(user("ada")).await;
        scene.create_group(group("Team", &[&ada])).await;
        scene.create_group(group("ServiceNow Users", &[&ada])).await;
        scene.settled().await;
        assert_eq!(scene.groups_of(&scene.record("ada")), expected);
        assert_eq!(scene.instance.find("sys_user_group", "name", "ServiceNow Users").len(), 0);
        assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_carries_admin_is_known_beforehand() {
    let scene = Scene::new().await;
    let admins = scene.instance.insert("sys_user_group", &[("name", "Admins")]).unwrap();
    let role = scene.instance.find("sys_user_role", "name", "admin").remove(0);
    let carries = [("group", admins.sys_id()), ("role", role.sys_id())];
    let carries = scene.instance.insert("sys_group_has_role", &carries).unwrap();
    let (ada, grace) = (scene.create(user("ada")).await, scene.create(user("grace")).await);
    scene.settled().await;
    scene.instance.forget();
    scene.create_group(group("Admins", &[&ada, &grace])).await;
    scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Team"]);
    for somebody in [&ada, &grace] {
        let delivery = scene.delivery(somebody).await;
        assert_eq!(delivery.state, State::Partly);
        let why = "the group `Admins` carries `admin`; only an administrator may add members";
        assert_eq!(delivery.reason.as_deref(), Some(why));
    }
    let calls = scene.instance.calls();
    assert_eq!(calls.count("POST", "sys_user_grmember"), 1, "only what may be written was sent: {calls:?}");
    assert_eq!(calls.count("GET", "sys_group_has_role"), 2, "each group is looked at once: {calls:?}");

    scene.instance.remove("sys_group_has_role", carries.sys_id()).unwrap();
    scene.app.engine.retry_delivery(&ada).await.unwrap();
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Admins", "Team"]);
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_puts_people_into_every_group() {
    let scene = Scene::new().await;
    let admins = scene.instance.insert("sys_user_group", &[("name", "Admins")]).unwrap();
    let role = scene.instance.find("sys_user_role", "name", "admin").remove(0);
    let us = scene.record("tenure.integration");
    for (table, column, whose) in
        [("sys_group_has_role", "group", &admins), ("sys_user_has_role", "user", &us)]
    {
        scene.instance.insert(table, &[(column, whose.sys_id()), ("role", role.sys_id())]).unwrap();
    }
    let ada = scene.create(user("ada")).await;
    scene.create_group(group("Admins", &[&ada])).await;
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Admins"]);
    assert_eq!(scene.instance.calls().count("GET", "sys_group_has_role"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_whose_answer_is_lost_is_looked_for_before_it_is_sent_again() {
    let scene = Scene::new().await;
    let team = scene.create_group(group("Team", &[])).await;
    scene.settled().await;
    let lost = Fault::new(FaultKind::CutAfter).on("PATCH", "sys_user_group").times(1);
    scene.instance.set_faults(Faults::default().with(lost));
    rename(&scene, &team, "Crew").await;
    assert_eq!(scene.instance.find("sys_user_group", "name", "Crew").len(), 1);
    let calls = scene.instance.calls();
    assert_eq!((calls.count("PATCH", "sys_user_group"), calls.in_vain.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_deleted_in_the_target_has_its_members_again() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    let team = scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    let delete = |name: &str| {
        let row = scene.instance.find("sys_user_group", "name", name).remove(0);
        scene.instance.remove("sys_user_group", row.sys_id()).unwrap();
    };
    delete("Team");
    rename(&scene, &team, "Crew").await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Crew"]);
    delete("Crew");
    scene.app.engine.retry_delivery(&team).await.unwrap();
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Crew"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_made_by_hand_has_landed_when_it_is_pushed_and_ends_with_the_leaver() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    let team = scene.create_group(group("Team", &[])).await;
    scene.settled().await;
    join_by_hand(&scene, "ada", "Team");
    let change = operations(json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]));
    scene.patch(&format!("/Groups/{team}"), change).await.expect(200);
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!((delivery.state, delivery.reason), (State::Delivered, None));
    assert!(scene.told(&ada).await.last().unwrap().contains("groups landed"));
    leave(&scene, &ada).await;
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), [""; 0]);
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_that_was_refused_is_no_news_once_nobody_asks_for_it() {
    let faults = Faults { protected_groups: vec!["Admins".into()], ..Faults::default() };
    let scene = Scene::with(faults).await;
    let ada = scene.create(user("ada")).await;
    let admins = scene.create_group(group("Admins", &[&ada])).await;
    scene.settled().await;
    assert_eq!(scene.delivery(&ada).await.state, State::Partly);
    let change = operations(json!([{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]));
    scene.patch(&format!("/Groups/{admins}"), change).await.expect(200);
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!((delivery.state, delivery.reason), (State::Delivered, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_loses_access_first_and_then_every_group_of_ours_whoever_added_them() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    scene.create_group(group("Team", &[])).await;
    scene.settled().await;
    scene.instance.insert("sys_user_group", &[("name", "Local")]).unwrap();
    join_by_hand(&scene, "ada", "Team");
    join_by_hand(&scene, "ada", "Local");
    let blind = Fault::new(FaultKind::Unavailable).on("GET", "sys_user_grmember");
    scene.instance.set_faults(Faults::default().with(blind));
    leave(&scene, &ada).await;
    until(async || !scene.record("ada").is("active")).await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Local", "Team"], "nobody can see them yet");
    scene.instance.set_faults(Faults::default());
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), ["Local"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_that_is_another_row_by_now_is_taken_away_too() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    let team = scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    let row = scene.instance.rows("sys_user_grmember").remove(0);
    scene.instance.remove("sys_user_grmember", row.sys_id()).unwrap();
    join_by_hand(&scene, "ada", "Team");
    let change = operations(json!([{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]));
    scene.patch(&format!("/Groups/{team}"), change).await.expect(200);
    scene.settled().await;
    assert_eq!(scene.groups_of(&scene.record("ada")), [""; 0]);
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_column_cannot_hold_makes_one_group_and_is_partly_there() {
    let lost =
        || Faults::default().with(Fault::new(FaultKind::CutAfter).on("POST", "sys_user_group").times(1));
    let blind = Faults::parse("[[hidden]]\ntable = \"sys_dictionary\"\n").unwrap().hidden;
    for faults in [lost(), Faults { hidden: blind, ..lost() }] {
        let scene = Scene::with(faults).await;
        let name = format!("Team {}", "x".repeat(95));
        let team = scene.create_group(group(&name, &[])).await;
        scene.settled().await;
        let partly = async || {
            let rows = scene.instance.rows("sys_user_group");
            let names: Vec<_> = rows.iter().filter(|row| value(row, "name").starts_with("Team")).collect();
            assert_eq!(names.len(), 1, "one group");
            let delivery = scene.delivery(&team).await;
            assert_eq!(delivery.state, State::Partly);
            let reason = delivery.reason.unwrap();
            assert!(reason.contains("only 80 characters") && reason.ends_with("shorter name at its source"));
        };
        partly().await;
        let calls = scene.instance.calls().count("PATCH", "sys_user_group");
        scene.engine.store().mark_everybody(scene.engine.clock().now()).await.unwrap();
        scene.settled().await;
        partly().await;
        assert_eq!(scene.instance.calls().count("PATCH", "sys_user_group"), calls, "it is not sent again");
        rename(&scene, &team, "Team").await;
        assert_eq!(scene.delivery(&team).await.state, State::Delivered);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_whose_making_was_under_way_in_a_crash_is_waited_for() {
    let late = Fault { delay_ms: 60_000, ..Fault::new(FaultKind::Slow).on("POST", "sys_user_group") };
    let mut scene = Scene::with(Faults::default().with(late)).await;
    let team = scene.create_group(group("Team", &[])).await;
    until(async || scene.instance.calls().count("POST", "sys_user_group") == 1).await;
    scene.crash().await;
    scene.instance.set_faults(Faults::default());
    scene.restart();
    until(async || {
        let waits = scene.delivery(&team).await.reason.is_some();
        waits || scene.instance.calls().count("POST", "sys_user_group") > 1
    })
    .await;
    // What was sent before the crash arrives.
    scene.instance.insert("sys_user_group", &[("name", "Team")]).unwrap();
    scene.settled().await;
    assert_eq!(scene.instance.find("sys_user_group", "name", "Team").len(), 1);
    assert_eq!(scene.delivery(&team).await.state, State::Delivered);
}
