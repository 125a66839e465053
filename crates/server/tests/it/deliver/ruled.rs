//! Fields that follow from rules, from the policy's document to the ids of rows in ServiceNow.

use crate::support::bodies::{group, number};
use crate::support::target::{Scene, value};
use crate::support::{user, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_cost_center_by_group_is_a_row_of_its_table() {
    let scene = Scene::new().await;
    scene.apply(&rules("reference = 'cmn_cost_center'\nby = 'code'")).await;
    let center = scene.instance.insert("cmn_cost_center", &[("name", "Sales"), ("code", "CC-100")]).unwrap();
    let ada = scene.create(user("ada")).await;
    scene.create(user("grace")).await;
    scene.create_group(group("Sales Team", &[&ada])).await;
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "cost_center"), center.sys_id());
    assert_eq!(value(&scene.record("grace"), "cost_center"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_policy_says_what_a_rule_refers_to() {
    let scene = Scene::new().await;
    scene.apply(&rules("")).await;
    let center = scene.instance.insert("cmn_cost_center", &[("name", "CC-100")]).unwrap();
    let ada = scene.create(user("ada")).await;
    scene.create_group(group("Sales Team", &[&ada])).await;
    scene.settled().await;
    let reason = scene.delivery(&ada).await.reason.unwrap();
    assert!(reason.contains("say so in the policy with `reference = \"cmn_cost_center\"`"), "{reason}");
    scene.apply(&rules("reference = 'cmn_cost_center'")).await;
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "cost_center"), center.sys_id());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_by_group_is_a_record() {
    let scene = Scene::new().await;
    let manager = "[[fields]]\nfield = 'manager'\ngroup = 'Sales Team'\nvalue = '\"N-1\"'\n\
                   reference = 'sys_user'\nby = 'employee_number'\n";
    scene.apply(manager).await;
    let ada = scene.create(user("ada")).await;
    scene.create_group(group("Sales Team", &[&ada])).await;
    scene.create(with(user("boss"), number("N-1"))).await;
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "manager"), scene.record("boss").sys_id());
}

/// Who is in the group has this cost center; no mapping fills the column.
fn rules(more: &str) -> String {
    format!(
        "[mapping.'*']\nuser_name = 'user.userName'\nu_okta_user_id = 'user.externalId'\n\
         [[fields]]\nfield = 'cost_center'\ngroup = 'Sales Team'\nvalue = '\"CC-100\"'\n{more}\n"
    )
}
