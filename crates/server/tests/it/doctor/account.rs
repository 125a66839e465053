//! Our own account: who it is, and what it may do that it need not.

use super::{examined, of, says, with_faults, with_roles};
use crate::support::bodies::group;
use crate::support::target::Scene;
use crate::support::user;
use tenure_engine::doctor::Verdict::{Bad, Good, Note, Unknown};
use tenure_engine::target::TargetSettings;
use tenure_lab::servicenow::{Instance, Settings};

#[tokio::test(flavor = "multi_thread")]
async fn the_account_is_found_with_and_without_its_name() {
    let named = TargetSettings { account: Some("tenure.integration".into()), ..TargetSettings::default() };
    for settings in [named, TargetSettings::default()] {
        let instance = Instance::new(Settings::default());
        let scene = Scene::of(crate::support::Place::sqlite(), instance, settings).await;
        says(&examined(&scene).await, "account", Good, &["`tenure.integration`", "itil, ", "user_admin"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_hidden_from_itself_is_not_tried() {
    let hidden = "[[hidden]]\ntable = \"sys_user\"\ncolumn = \"user_name\"\nvalue = \"tenure.integration\"\n";
    let scene = with_faults(hidden).await;
    let checks = examined(&scene).await;
    says(&checks, "account", Unknown, &["which user"]);
    says(&checks, "rights to write", Unknown, &["not tried"]);
    assert_eq!(scene.instance.calls().count("PATCH", "sys_user"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_is_needed_is_told() {
    let checks = examined(&with_roles(&["admin"]).await).await;
    says(&checks, "excessive rights", Note, &["holds admin", "give `user_admin`"]);
    let scene = Scene::new().await;
    let us = scene.record("tenure.integration");
    scene.instance.patch("sys_user", us.sys_id(), &[("web_service_access_only", "false")]).unwrap();
    says(&examined(&scene).await, "excessive rights", Note, &["Web service access only"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_groups_that_carry_admin_are_named() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    scene.create_group(group("Masters", &[&ada])).await;
    scene.settled().await;
    let role = scene.instance.find("sys_user_role", "name", "security_admin").remove(0);
    for (name, is_ours) in [("Masters", true), ("Others", false)] {
        let group = match is_ours {
            true => scene.instance.find("sys_user_group", "name", name).remove(0),
            false => scene.instance.insert("sys_user_group", &[("name", name)]).unwrap(),
        };
        let carries = [("group", group.sys_id()), ("role", role.sys_id())];
        scene.instance.insert("sys_group_has_role", &carries).unwrap();
    }
    let checks = examined(&scene).await;
    says(&checks, "groups we may not fill", Note, &["Masters", "by hand"]);
    assert!(checks.iter().all(|check| !check.found.contains("Others")));
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_of_the_policy_have_to_exist_and_be_ours_to_give() {
    let scene = Scene::new().await;
    let mapping = "[mapping.\"*\"]\nuser_name = \"user.userName\"\nu_okta_user_id = \"user.externalId\"\n";
    let rule = |role: &str| format!("{mapping}[[roles]]\nrole = \"{role}\"\nwhen = \"true\"\n");
    scene.apply(&rule("itil")).await;
    says(&examined(&scene).await, "roles of the policy", Good, &["all 1"]);
    scene.apply(&rule("juggler")).await;
    says(&examined(&scene).await, "roles of the policy", Bad, &["juggler", "sys_user_role"]);
    scene.apply(&rule("admin")).await;
    says(&examined(&scene).await, "roles of the policy", Bad, &["only an administrator"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_that_is_closed_is_told() {
    let scene = of(Settings { audit_readable: false, ..Settings::default() }).await;
    says(&examined(&scene).await, "audit", Note, &["sys_audit"]);
}
