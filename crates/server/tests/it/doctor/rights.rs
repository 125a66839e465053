//! What we may read and write.

use super::{about, examined, of, says, with_faults, with_roles};
use crate::support::target::Scene;
use tenure_engine::doctor::Verdict::{Bad, Good, Note, Unknown};
use tenure_lab::servicenow::{Account, Settings};

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
    says(&checks, "rights to read", Bad, &["`cmn_department` hides 1 of its 1 rows", "read access rule"]);
    assert!(
        checks.iter().all(|check| !check.found.contains("`sys_user_group` hides")),
        "an empty table hides nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_which_half_is_hidden_is_told() {
    let scene = with_faults("[[hidden]]\ntable = \"sys_user\"\nfraction = 0.5\n").await;
    for n in 0..47 {
        scene.instance.insert("sys_user", &[("user_name", &format!("user{n}"))]).unwrap();
    }
    let checks = examined(&scene).await;
    says(&checks, "rights to read", Bad, &["`sys_user` hides ", " of its 50 rows from us", "`user_admin`"]);
    assert!(about(&checks, "rights to read").iter().all(|check| check.verdict == Bad));
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

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_the_api_is_closed_to_is_told_from_one_that_does_not_sign_in() {
    let account = Account::new("tenure.integration", "integration-password", &["user_admin"]);
    let scene = of(Settings { api_acl: true, accounts: vec![account], ..Settings::default() }).await;
    let checks = examined(&scene).await;
    says(&checks, "credentials", Good, &[]);
    says(&checks, "rights to read", Bad, &["nobody is ever found", "`snc_platform_rest_api_access`"]);
    says(&checks, "account", Unknown, &["which user"]);
    says(&checks, "rights to write", Unknown, &["not tried"]);
    assert_eq!(scene.instance.calls().count("PATCH", "sys_user"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_not_there_is_named() {
    let scene = Scene::new().await;
    scene
        .apply(
            "[mapping.\"*\"]\nuser_name = \"user.userName\"\nu_okta_user_id = \"user.externalId\"\n\
             u_site = { value = \"user.city\", reference = \"u_site\", by = \"name\" }\n",
        )
        .await;
    says(&examined(&scene).await, "rights to read", Bad, &["no table `u_site`", "Application Access"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_fail_for_now_are_not_taken_for_a_missing_right() {
    let scene =
        with_faults("[[fault]]\nkind = \"unavailable\"\nmethod = \"PATCH\"\ntable = \"sys_user\"\n").await;
    says(&examined(&scene).await, "rights to write", Unknown, &["busy or broken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn interfaces_that_are_missing_are_told() {
    let roles = "[[fault]]\nkind = \"unavailable\"\ntable = \"sys_group_has_role\"\n";
    let batch = "[[fault]]\nkind = \"unavailable\"\ntable = \"batch\"\n";
    let checks = examined(&with_faults(&format!("{roles}{batch}")).await).await;
    says(&checks, "groups we may not fill", Unknown, &["busy or broken"]);
    says(&checks, "batch", Unknown, &["busy or broken"]);
}
