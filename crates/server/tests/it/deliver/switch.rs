//! Another target over the same store: a rehearsal that becomes production, the way back, and groups that are wanted later.

use crate::support::bodies::{enterprise, group};
use crate::support::target::{Scene, value};
use crate::support::{Place, operations, user, with};
use serde_json::json;
use tenure_engine::target::{Groups, TargetSettings};
use tenure_lab::servicenow::{Instance, Server, Settings};
use tenure_store::deliveries::State;

/// Another instance than that of a new scene, with other ids.
fn instance() -> Instance {
    Instance::new(Settings { seed: 2, ..Settings::default() })
}

async fn serve(instance: &Instance) -> Server {
    Server::local(instance.clone()).await.unwrap()
}

/// Everybody whom the scene brings about: a boss, two of theirs, and a leaver.
struct Cast {
    boss: String,
    ada: String,
    grace: String,
    left: String,
    team: String,
}

async fn cast(scene: &Scene) -> Cast {
    let managed = |name: &str| {
        let work = json!({ "department": "Sales", "manager": { "value": "ext-boss" } });
        with(user(name), enterprise(work))
    };
    let boss = scene.create(user("boss")).await;
    let (ada, grace) = (scene.create(managed("ada")).await, scene.create(managed("grace")).await);
    let left = scene.create(managed("left")).await;
    let team = scene.create_group(group("Team", &[&ada, &grace])).await;
    scene.settled().await;
    scene.patch(&format!("/Users/{left}"), gone()).await.expect(200);
    scene.settled().await;
    Cast { boss, ada, grace, left, team }
}

fn gone() -> serde_json::Value {
    operations(json!([{ "op": "replace", "value": { "active": false } }]))
}

/// Whether this person's record, department, manager and groups are those of the instance that is the target.
async fn is_right(scene: &Scene, id: &str, name: &str, groups: &[&str]) {
    let (record, boss) = (scene.record(name), scene.record("boss"));
    assert_eq!(scene.delivery(id).await.record.unwrap().as_str(), record.sys_id(), "{name}");
    assert_eq!(value(&record, "active"), "true", "{name}");
    assert_eq!(value(&record, "manager"), boss.sys_id(), "{name}");
    let department = scene.instance.row("sys_user", record.sys_id()).map(|row| value(&row, "department"));
    let department = scene.instance.row("cmn_department", &department.unwrap()).unwrap();
    assert_eq!(value(&department, "name"), "Sales", "{name}");
    assert_eq!(scene.groups_of(&record), groups, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_gets_everybody_and_the_first_one_is_gone_on_with() {
    let (mut scene, production) = (Scene::new().await, instance());
    let cast = cast(&scene).await;
    let title = |title: &str| operations(json!([{ "op": "add", "path": "title", "value": title }]));
    scene.patch(&format!("/Users/{}", cast.grace), title("Chief")).await.expect(200);
    scene.settled().await;
    let first = scene.record("grace");

    let (rehearsal, server) = scene.aim_at(production.clone(), serve(&production).await).await;
    scene.settled().await;
    is_right(&scene, &cast.ada, "ada", &["Team"]).await;
    is_right(&scene, &cast.grace, "grace", &["Team"]).await;
    assert_eq!(value(&scene.record("grace"), "title"), "Chief");
    assert_ne!(scene.record("grace").sys_id(), first.sys_id());
    assert_eq!(scene.delivery(&cast.boss).await.state, State::Delivered);
    assert_eq!(production.find("sys_user", "user_name", "left"), [], "whoever had left is not made");
    let left = scene.delivery(&cast.left).await;
    assert_eq!((left.state, left.record), (State::Delivered, None));
    assert!(left.reason.unwrap().contains("none is made"));

    // What happens meanwhile is brought to the first one afterwards.
    let nothing = operations(json!([{ "op": "remove", "path": "title" }]));
    scene.patch(&format!("/Users/{}", cast.grace), nothing).await.expect(200);
    scene.patch(&format!("/Users/{}", cast.ada), gone()).await.expect(200);
    let renamed = operations(json!([{ "op": "replace", "path": "displayName", "value": "Crew" }]));
    scene.patch(&format!("/Groups/{}", cast.team), renamed).await.expect(200);
    scene.settled().await;

    let count = (rehearsal.count_of("sys_user"), rehearsal.count_of("sys_user_group"));
    scene.aim_at(rehearsal.clone(), server).await;
    scene.settled().await;
    assert_eq!((rehearsal.count_of("sys_user"), rehearsal.count_of("sys_user_group")), count);
    is_right(&scene, &cast.grace, "grace", &["Crew"]).await;
    let grace = scene.record("grace");
    assert_eq!((grace.sys_id(), value(&grace, "title")), (first.sys_id(), String::new()));
    let ada = scene.record("ada");
    assert_eq!(value(&ada, "active"), "false");
    assert_eq!(scene.groups_of(&ada), [""; 0]);
    assert_eq!(value(&scene.record("left"), "active"), "false");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_before_and_has_access_in_the_new_instance_loses_it() {
    let production = instance();
    let there = [("user_name", "left"), ("u_okta_user_id", "ext-left"), ("active", "true")];
    let by_key = production.insert("sys_user", &there).unwrap();
    let mut scene = Scene::new().await;
    let cast = cast(&scene).await;
    let other = scene.create(user("other")).await;
    scene.settled().await;
    scene.patch(&format!("/Users/{other}"), gone()).await.expect(200);
    scene.settled().await;
    let by_name = production.insert("sys_user", &[("user_name", "other"), ("active", "true")]).unwrap();

    scene.aim_at(production.clone(), serve(&production).await).await;
    scene.settled().await;
    for (id, row) in [(&cast.left, &by_key), (&other, &by_name)] {
        assert_eq!(value(&production.row("sys_user", row.sys_id()).unwrap(), "active"), "false");
        assert_eq!(scene.delivery(id).await.record.unwrap().as_str(), row.sys_id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_of_the_instance_is_another_target() {
    let mut scene = Scene::new().await;
    let cast = cast(&scene).await;
    let same = scene.instance.clone();
    let count = same.count_of("sys_user");
    same.clone_over();
    scene.aim_at(same.clone(), serve(&same).await).await;
    scene.settled().await;
    assert_eq!(same.count_of("sys_user"), count, "nobody is made again");
    is_right(&scene, &cast.ada, "ada", &["Team"]).await;
    assert_eq!(scene.delivery(&cast.left).await.record.unwrap().as_str(), scene.record("left").sys_id());
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_that_are_wanted_later_are_made_with_their_members_and_stay_when_they_are_not() {
    let none = TargetSettings { groups: Groups::None, ..TargetSettings::default() };
    let mut scene = Scene::of(Place::sqlite(), instance(), none.clone()).await;
    let cast = cast(&scene).await;
    assert_eq!(scene.groups_of(&scene.record("ada")), [""; 0]);
    scene.restart_with(TargetSettings::default()).await;
    scene.settled().await;
    is_right(&scene, &cast.ada, "ada", &["Team"]).await;
    is_right(&scene, &cast.grace, "grace", &["Team"]).await;
    scene.restart_with(none).await;
    scene.settled().await;
    is_right(&scene, &cast.ada, "ada", &["Team"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_column_is_written_for_everybody() {
    let mut scene = Scene::new().await;
    let cast = cast(&scene).await;
    let before = scene.record("ada");
    let key = TargetSettings { key: "employee_number".into(), ..TargetSettings::default() };
    scene.instance.forget();
    scene.restart_with(key).await;
    scene.settled().await;
    assert!(scene.instance.calls().count("GET", "sys_user") > 0, "every record is read again");
    assert_eq!(scene.delivery(&cast.ada).await.record.unwrap().as_str(), before.sys_id());
}
