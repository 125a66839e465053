//! Groups and their members.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::{GROUPS, Snow, failure, group, operation, put, set_up};

async fn members(snow: &Snow, path: &str) -> Vec<String> {
    let group = snow.get(path).await.json();
    let members = group["members"].as_array().expect("members").clone();
    let mut names: Vec<String> =
        members.iter().map(|it| it["display"].as_str().expect("a name").to_owned()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn members_are_memberships() {
    let snow = set_up("").await;
    let [ada, bob, eve] = ["ada", "bob", "eve"].map(|name| snow.user(name));
    let made = snow.post(GROUPS, group("Engineers", &[&ada])).await;
    assert_eq!(made.status, 201);
    let path = format!("{GROUPS}/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(made.json()["members"][0]["$ref"], format!("{}/api/now/scim/Users/{ada}", snow.server.url));

    let add = operation("add", "members", json!([{ "value": bob }, { "value": ada }]));
    let reply = snow.patch(&path, add).await;
    assert_eq!((reply.status, reply.json()["displayName"].as_str()), (200, Some("Engineers")));
    assert_eq!(members(&snow, &path).await, ["ada Test", "bob Test"]);
    let remove = operation("remove", &format!("members[value eq \"{ada}\"]"), json!(null));
    snow.patch(&path, remove).await;
    assert_eq!(members(&snow, &path).await, ["bob Test"]);
    put(&snow, &path, group("Builders", &[&eve])).await;
    assert_eq!(members(&snow, &path).await, ["eve Test"]);
    let writes = snow.instance.writes();
    let of = |method: &str| {
        writes.iter().filter(|it| it.table == "sys_user_grmember" && it.method == method).count()
    };
    assert_eq!((of("POST"), of("DELETE")), (3, 2));

    assert_eq!(snow.delete(&path).await.status, 204);
    assert_eq!(snow.instance.count_of("sys_user_grmember"), 0);
}

#[tokio::test]
async fn of_many_who_add_at_once_everybody_is_heard() {
    let snow = Arc::new(set_up("").await);
    let path = format!("{GROUPS}/{}", snow.row("sys_user_group", &[("name", "Engineers")]));
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let (snow, path) = (Arc::clone(&snow), path.clone());
        let user = snow.user(&format!("user-{number}"));
        calls.spawn(async move {
            snow.patch(&path, operation("add", "members", json!([{ "value": user }]))).await.status
        });
    }
    assert_eq!(calls.join_all().await, [200; 20]);
    assert_eq!(members(&snow, &path).await.len(), 20);
}

#[tokio::test]
async fn groups_are_called_differently() {
    let snow = set_up("").await;
    snow.row("sys_user_group", &[("name", "Engineers")]);
    let taken = "Group already exists. The displayName parameter must be unique";
    let expected = (409, "uniqueness".to_owned(), taken.to_owned());
    assert_eq!(failure(&snow.post(GROUPS, group("engineers", &[])).await), expected);
}

#[tokio::test]
async fn members_have_to_be_there_and_not_too_many() {
    let snow = set_up("max_members = 2").await;
    let users = ["ada", "bob", "eve"].map(|name| snow.user(name));
    let unknown = failure(&snow.post(GROUPS, group("G", &["xyz"])).await);
    assert_eq!(unknown, (400, "invalidValue".to_owned(), "Member id : xyz doesn't exist".to_owned()));
    let made = snow.post(GROUPS, group("G", &[&users[0], &users[1]])).await;
    let path = format!("{GROUPS}/{}", made.json()["id"].as_str().unwrap());
    let add = operation("add", "members", json!([{ "value": users[2] }]));
    assert_eq!(failure(&snow.patch(&path, add).await).0, 400);
    assert_eq!(members(&snow, &path).await.len(), 2);
    assert_eq!(snow.instance.count_of("sys_user_group"), 1);
}

#[tokio::test]
async fn a_patch_that_names_the_id_is_refused() {
    let snow = set_up("").await;
    let id = snow.row("sys_user_group", &[("name", "Engineers")]);
    let path = format!("{GROUPS}/{id}");
    let rename = operation("replace", "", json!({ "id": id, "displayName": "Builders" }));
    let expected = (400, "mutability".to_owned(), "Patch op[0]: Attribute id is read-only".to_owned());
    assert_eq!(failure(&snow.patch(&path, rename.clone()).await), expected);
    assert_eq!(snow.value("sys_user_group", &id, "name"), "Engineers");

    let snow = set_up("ignore_id = true\ngroup_patch_no_content = true").await;
    let id = snow.row("sys_user_group", &[("name", "Engineers")]);
    let reply = snow.patch(&format!("{GROUPS}/{id}"), rename).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    assert_eq!(snow.value("sys_user_group", &id, "name"), "Builders");
}

#[tokio::test]
async fn members_can_be_left_out() {
    let snow = set_up("").await;
    let ada = snow.user("ada");
    let id = snow.row("sys_user_group", &[("name", "Engineers")]);
    snow.row("sys_user_grmember", &[("group", &id), ("user", &ada)]);
    let without = snow.get(&format!("{GROUPS}/{id}?excludedAttributes=members")).await.json();
    assert_eq!((without.get("members"), without["displayName"].as_str()), (None, Some("Engineers")));
    let only = snow.get(&format!("{GROUPS}?attributes=members.value")).await.json();
    assert_eq!(only["Resources"][0]["members"], json!([{ "value": ada }]));
    assert_eq!(only["Resources"][0].get("displayName"), None);
}

#[tokio::test]
async fn groups_are_not_found_by_their_members() {
    let snow = set_up("").await;
    let refused = failure(&snow.get(&format!("{GROUPS}?filter=members%20eq%20%22x%22")).await);
    assert_eq!((refused.0, refused.1.as_str()), (400, "invalidFilter"));
}
