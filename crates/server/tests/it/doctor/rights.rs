//! What we may read and write.

use super::{examined, says, with_faults, with_roles};
use crate::support::target::Scene;
use tenure_engine::doctor::Verdict::{Bad, Good, Note, Unknown};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_roles_may_not_write() {
    let checks = examined(&with_roles(&["approver_user"]).await).await;
    says(&checks, "rights to write", Bad, &["not even our own record", "`user_admin`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn handing_over_work_needs_the_right_to_tasks() {
    let scene = with_roles(&["user_admin"]).await;
    says(&examined(&scene).await, "rights to tasks", Good, &["hands no work over"]);
    let policy = "[mapping.\"*\"]\nuser_name = \"user.userName\"\nu_okta_user_id = \"user.externalId\"\n\
         [lifecycle]\nhand_over = { to = \"manager\" }\n";
    scene.apply(policy).await;
    let checks = examined(&scene).await;
    says(&checks, "rights to tasks", Bad, &["`itil`", "hand_over"]);
    says(&checks, "rights to write", Good, &[]);
    let scene = Scene::new().await;
    scene.apply(policy).await;
    says(&examined(&scene).await, "rights to tasks", Good, &["has `itil`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_hidden_are_named() {
    let hidden = "[[hidden]]\ntable = \"cmn_department\"\n[[hidden]]\ntable = \"sys_user_group\"\n";
    let scene = with_faults(hidden).await;
    scene.instance.insert("cmn_department", &[("name", "Sales")]).unwrap();
    let checks = examined(&scene).await;
    says(&checks, "rights to read", Bad, &["`cmn_department` has 1 rows"]);
    assert!(
        checks.iter().all(|check| !check.found.contains("sys_user_group` has")),
        "an empty table hides nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn inactive_users_are_shown_hidden_or_cannot_be_told_apart() {
    let inactive = |scene: &Scene| {
        scene.instance.insert("sys_user", &[("user_name", "gone"), ("active", "false")]).unwrap();
    };
    let scene = with_faults("hide_inactive = true\n").await;
    inactive(&scene);
    says(
        &examined(&scene).await,
        "inactive users",
        Unknown,
        &["cannot be told apart", "as an administrator"],
    );
    let scene =
        with_faults("[[hidden]]\ntable = \"sys_user\"\ncolumn = \"active\"\nvalue = \"false\"\n").await;
    inactive(&scene);
    says(&examined(&scene).await, "inactive users", Bad, &["there are 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_are_not_shown_leave_it_open_what_we_may_do() {
    let scene = with_faults("[[hidden]]\ntable = \"sys_user_has_role\"\n").await;
    let checks = examined(&scene).await;
    says(&checks, "account", Unknown, &["roles are not shown"]);
    says(&checks, "rights to write", Unknown, &["can be written"]);
    says(&checks, "excessive rights", Unknown, &[]);
    says(&checks, "batch", Good, &[]);
    assert!(checks.iter().all(|check| check.verdict != Note || check.name != "rights to write"));
}
