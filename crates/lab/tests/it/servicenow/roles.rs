//! Groups and roles: what comes with a membership, and what goes with it.

use serde_json::json;

use super::client::Snow;

const MEMBERS: &str = "/api/now/table/sys_user_grmember";

/// A user, a group below another, and a role for each of the groups.
struct Scene {
    snow: Snow,
    user: String,
    parent: String,
    child: String,
}

async fn scene() -> Scene {
    let snow = Snow::start().await;
    let user = snow.user("ada");
    let parent = snow.row("sys_user_group", &[("name", "Parent")]);
    let child = snow.row("sys_user_group", &[("name", "Child"), ("parent", &parent)]);
    for (group, role) in [(&parent, "knowledge"), (&child, "catalog")] {
        snow.row("sys_group_has_role", &[("group", group), ("role", &role_id(&snow, role))]);
    }
    Scene { snow, user, parent, child }
}

fn role_id(snow: &Snow, name: &str) -> String {
    snow.instance.find("sys_user_role", "name", name)[0].sys_id().to_owned()
}

impl Scene {
    /// Role, whether it is inherited, and the group that gives it; sorted.
    async fn roles(&self) -> Vec<String> {
        let fields = "sysparm_fields=role.name,inherited,granted_by.name";
        let rows = self.snow.list("sys_user_has_role", &format!("user={}", self.user), fields).await.result();
        let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
        let line = |row| {
            format!("{} {} {}", text(row, "role.name"), text(row, "inherited"), text(row, "granted_by.name"))
        };
        let mut lines: Vec<String> = rows.as_array().unwrap().iter().map(line).collect();
        lines.sort_unstable();
        lines
    }

    async fn join(&self, group: &str) -> String {
        let made = self.snow.post(MEMBERS, json!({ "user": self.user, "group": group })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.result()["sys_id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_membership_brings_the_roles_of_the_group_and_of_those_above() {
    let scene = scene().await;
    let membership = scene.join(&scene.child).await;
    assert_eq!(scene.roles().await, ["catalog true Child", "knowledge true Child"]);
    assert_eq!(scene.snow.value("sys_user", &scene.user, "roles"), "catalog,knowledge");
    assert_eq!(
        scene.snow.value("sys_user", &scene.user, "sys_mod_count"),
        "0",
        "the user's row is not touched"
    );
    let parents = scene.snow.found("sys_user_grmember", &format!("group={}", scene.parent), "sys_id").await;
    assert!(parents.is_empty(), "members of a child are not members of the parent");

    assert_eq!(scene.snow.delete(&format!("{MEMBERS}/{membership}")).await.status, 204);
    assert!(scene.roles().await.is_empty());
    assert_eq!(scene.snow.value("sys_user", &scene.user, "roles"), "");
}

#[tokio::test]
async fn an_inherited_role_comes_back_when_it_is_deleted() {
    let scene = scene().await;
    scene.join(&scene.parent).await;
    let given = || scene.snow.instance.find("sys_user_has_role", "user", &scene.user);
    let path = |id: &str| format!("/api/now/table/sys_user_has_role/{id}");
    let before = given();
    assert_eq!(scene.snow.delete(&path(before[0].sys_id())).await.status, 204);
    assert_eq!(scene.roles().await, ["knowledge true Parent"]);
    assert_ne!(given()[0].sys_id(), before[0].sys_id());
}

#[tokio::test]
async fn roles_given_by_hand_stay_and_go_by_themselves() {
    let scene = scene().await;
    let membership = scene.join(&scene.parent).await;
    let role = role_id(&scene.snow, "knowledge");
    let path = "/api/now/table/sys_user_has_role";
    let made = scene.snow.post(path, json!({ "user": scene.user, "role": role })).await.result();
    assert_eq!(scene.roles().await, ["knowledge false ", "knowledge true Parent"]);
    scene.snow.delete(&format!("{MEMBERS}/{membership}")).await;
    assert_eq!(scene.roles().await, ["knowledge false "]);
    scene.snow.delete(&format!("{path}/{}", made["sys_id"].as_str().unwrap())).await;
    assert!(scene.roles().await.is_empty());
}

#[tokio::test]
async fn what_changes_about_groups_reaches_their_members() {
    let scene = scene().await;
    scene.join(&scene.child).await;
    let groups = "/api/now/table/sys_user_group";
    let moved = scene.snow.patch(&format!("{groups}/{}", scene.child), json!({ "parent": "" })).await;
    assert_eq!(moved.status, 200);
    assert_eq!(scene.roles().await, ["catalog true Child"]);
    let given = json!({ "group": scene.child, "role": role_id(&scene.snow, "asset") });
    assert_eq!(scene.snow.post("/api/now/table/sys_group_has_role", given).await.status, 201);
    assert_eq!(scene.roles().await, ["asset true Child", "catalog true Child"]);
    scene.snow.delete(&format!("{groups}/{}", scene.child)).await;
    assert!(scene.roles().await.is_empty(), "the group's memberships go with it");
}

#[tokio::test]
async fn groups_in_a_circle_do_no_harm() {
    let scene = scene().await;
    scene.join(&scene.child).await;
    let path = format!("/api/now/table/sys_user_group/{}", scene.parent);
    assert_eq!(scene.snow.patch(&path, json!({ "parent": scene.child })).await.status, 200);
    assert_eq!(scene.roles().await, ["catalog true Child", "knowledge true Child"]);
}

#[tokio::test]
async fn a_membership_is_there_once() {
    let scene = scene().await;
    scene.join(&scene.parent).await;
    let again = scene.snow.post(MEMBERS, json!({ "user": scene.user, "group": scene.parent })).await;
    let (status, message, detail) = again.failure();
    assert_eq!((status, message.as_str()), (403, "Operation Failed"));
    assert!(detail.contains("aborted by Business Rule"), "{detail}");
}

#[tokio::test]
async fn powerful_groups_and_roles_are_for_administrators() {
    let scene = scene().await;
    let group = scene.snow.row("sys_user_group", &[("name", "Admins")]);
    let admin = role_id(&scene.snow, "admin");
    scene.snow.row("sys_group_has_role", &[("group", &group), ("role", &admin)]);
    let protected = scene.snow.row("sys_user_group", &[("name", "HR Core")]);
    let rules = tenure_lab::servicenow::Faults::parse("protected_groups = [\"HR Core\"]").unwrap();
    scene.snow.instance.set_faults(rules);
    for group in [&group, &protected] {
        let member = scene.snow.post(MEMBERS, json!({ "user": scene.user, "group": group })).await;
        assert_eq!(member.failure().2, "ACL Exception Insert Failed due to security constraints");
    }
    let role = json!({ "user": scene.user, "role": admin });
    assert_eq!(scene.snow.post("/api/now/table/sys_user_has_role", role).await.status, 403);
    let snow = scene.snow.by_admin();
    assert_eq!(snow.post(MEMBERS, json!({ "user": scene.user, "group": group })).await.status, 201);
}

#[tokio::test]
async fn where_a_role_comes_from_can_be_asked() {
    let scene = scene().await;
    scene.join(&scene.parent).await;
    let path = format!("/api/global/user_role_inheritance?user_sysid={}", scene.user);
    let line = &scene.snow.get(&path).await.result()[0];
    assert_eq!((&line["role"], &line["group"]), (&json!("knowledge"), &json!("Parent")));
    assert_eq!(scene.snow.get("/api/global/user_role_inheritance?user_sysid=x").await.status, 404);
}

#[tokio::test]
async fn memberships_and_roles_go_with_the_user() {
    let scene = scene().await;
    scene.join(&scene.child).await;
    let before = scene.snow.instance.count_of("sys_user_has_role");
    assert_eq!(scene.snow.delete(&format!("/api/now/table/sys_user/{}", scene.user)).await.status, 204);
    assert_eq!(scene.snow.instance.count_of("sys_user_grmember"), 0);
    assert_eq!(scene.snow.instance.count_of("sys_user_has_role"), before - 2);
}
