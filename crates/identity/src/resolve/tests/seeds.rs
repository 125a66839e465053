//! The stories that everybody tells of identity management.

use super::*;

const COMPANY: &str = r#"
[mapping.okta]
user_name  = "user.userName"
title      = "user.title"
department = { value = 'user.department ?: "Unassigned"', reference = "cmn_department", by = "name", missing = "create" }
manager    = { value = "user.manager", reference = "sys_user", by = "user_name", missing = "defer" }
[mapping.workday]
manager    = { value = "user.manager", reference = "sys_user", by = "user_name", missing = "defer" }
[authority]
manager = ["workday", "okta"]
[[roles]]
role = "sales_manager"
when = 'user.department == "Sales" AND String.stringContains(user.title, "Manager")'
[[roles]]
role = "marketing_user"
when = 'record.department == "Marketing"'
[[roles]]
role = "admin"
group = "ServiceNow Admins"
"#;

#[test]
fn alice_moves_from_sales_to_marketing() {
    let sales = in_department("Sales").with("title", json!("Regional Manager"));
    let marketing = in_department("Marketing").with("title", json!("Brand Manager"));
    Somebody::under(COMPANY)
        .claims(&[sales.by("okta")])
        .has("department", Some("Sales"))
        .roles(&["sales_manager"])
        .claims(&[marketing.by("okta")])
        .said("department", &["written Sales Marketing"])
        .said("roles", &["written - marketing_user", "written sales_manager -"])
        .because(
            "roles",
            &["granted by the rule `record.department == \"Marketing\"`", "no rule grants it any more"],
        )
        .roles(&["marketing_user"]);
}

#[test]
fn a_title_alone_or_a_department_alone_is_no_role() {
    let titled = |user: User, title: &str| user.with("title", json!(title)).by("okta");
    Somebody::under(COMPANY)
        .claims(&[titled(in_department("Sales"), "Clerk")])
        .roles(&[])
        .claims(&[titled(in_department("Legal"), "Manager")])
        .roles(&[])
        .claims(&[titled(in_department("Sales"), "Manager")])
        .roles(&["sales_manager"]);
}

#[test]
fn a_missing_department_is_unassigned() {
    Somebody::under(COMPANY).claims(&[user("alice").by("okta")]).has("department", Some("Unassigned"));
}

#[test]
fn workday_owns_the_manager() {
    let managed = |by: &str| at_work(json!({ "manager": { "value": by } }));
    let mut alice = Somebody::under(COMPANY);
    alice.references.insert(PersonKey::UserName, "grace".into(), PersonId::new("p1"));
    alice
        .claims(&[managed("linus").by("okta"), managed("grace").by("workday")])
        .said("manager", &["skipped (not authoritative) - linus", "written - p1"])
        .because("manager", &["`workday` decides `manager`"]);
    assert_eq!(alice.now.decisions.iter().filter(|it| it.field == "manager").count(), 2);
    assert_eq!(alice.now.record.person("manager"), Some(&PersonId::new("p1")));
}

#[test]
fn a_group_gives_admin_and_takes_it_away() {
    let alice = [user("alice").by("okta")];
    Somebody::under(COMPANY)
        .groups(&["Everyone", "ServiceNow Admins"])
        .claims(&alice)
        .roles(&["admin"])
        .groups(&["Everyone"])
        .claims(&alice)
        .roles(&[])
        .said("roles", &["written admin -"]);
}

#[test]
fn outside_the_group_nobody_is_provisioned_and_leaving_it_deactivates() {
    let alice = [user("alice").by("okta")];
    let mut alice_in = Somebody::under("[scope]\nusers = 'isMemberOfGroupName(\"ServiceNow Users\")'");
    alice_in.claims(&alice).is_active(false);
    assert!(!alice_in.now.provisioned);
    alice_in.groups(&["ServiceNow Users"]).claims(&alice).is_active(true);
    assert!(alice_in.now.provisioned);
    alice_in
        .groups(&[])
        .claims(&alice)
        .is_active(false)
        .said("active", &["skipped (not authoritative) - -", "written true false"])
        .has("user_name", Some("alice"));
    assert!(alice_in.now.provisioned, "so that the deactivation is delivered");
    assert_eq!(alice_in.now.record.flag("locked_out"), Some(true));
}
