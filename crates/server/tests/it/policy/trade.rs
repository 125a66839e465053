//! What the trade wants of every policy: departments, roles by department and title, roles by group, and who owns what.

use crate::support::bodies::{add_member, enterprise, group, managed, operation, remove_member};
use crate::support::{TestApp, on_both, user, with};
use serde_json::{Value, json};

on_both!(
    a_mover_takes_department_and_roles_along,
    a_department_and_a_title_make_a_sales_manager,
    a_missing_department_is_unassigned,
    workday_owns_the_manager,
    a_group_makes_an_admin,
    a_group_of_another_name_makes_no_admin,
);

pub(super) const TRADE: &str = r#"
[mapping."*"]
user_name       = "user.userName"
first_name      = "user.name.givenName"
last_name       = "user.name.familyName"
u_okta_user_id  = "user.externalId"
title           = "user.title"
employee_number = "user.employeeNumber"
department = { value = 'user.department ?: "Unassigned"', reference = "cmn_department", by = "name", missing = "create" }
manager    = { value = "user.manager", reference = "sys_user", by = "u_okta_user_id", missing = "defer" }

[authority]
default = ["okta", "workday"]
manager = ["workday", "okta"]

[[roles]]
role = "sales_manager"
when = 'user.department == "Sales" AND String.stringContains(user.title, "Manager")'
[[roles]]
role = "marketing_user"
when = 'user.department == "Marketing"'
[[roles]]
role = "admin"
group = "ServiceNow Admins"
"#;

fn works(login: &str, department: &str, title: &str) -> Value {
    with(with(user(login), enterprise(json!({ "department": department }))), json!({ "title": title }))
}

async fn moves(app: &TestApp, id: &str, department: &str) {
    let change = operation(
        "replace",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        json!(department),
    );
    app.patch(&format!("/Users/{id}"), change).await.expect(200);
}

async fn a_mover_takes_department_and_roles_along(app: TestApp) {
    app.apply(TRADE).await;
    let alice = app.create(works("alice", "Sales", "Account Manager")).await;
    assert_eq!(app.roles(&alice).await, json!(["sales_manager"]));
    moves(&app, &alice, "Marketing").await;
    let path = format!("/Users/{alice}?attributes=urn:ietf:params:scim:schemas:extension:tenure:2.0:Record");
    let shown = app.get(&path).await.expect(200).text;
    assert!(shown.contains(r#"{"name":"department","value":"Marketing","source":"okta"}"#), "{shown}");
    assert!(
        shown.contains(r#""provisioned":true"#) && shown.contains(r#""roles":["marketing_user"]"#),
        "{shown}"
    );
    assert_eq!(app.field(&alice, "department").await, "Marketing");
    assert_eq!(app.roles(&alice).await, json!(["marketing_user"]));
    let mut said = app.said_of(&alice, "roles").await;
    said.sort();
    let gained = "written `marketing_user`: granted by the rule `user.department == \"Marketing\"`";
    assert_eq!(said, [gained, "written: no rule grants it any more"]);
}

async fn a_department_and_a_title_make_a_sales_manager(app: TestApp) {
    app.apply(TRADE).await;
    for (login, department, title, roles) in [
        ("one", "Sales", "Manager", json!(["sales_manager"])),
        ("two", "Sales", "Regional Manager EMEA", json!(["sales_manager"])),
        ("three", "Sales", "Clerk", json!([])),
        ("four", "Research", "Manager", json!([])),
    ] {
        let id = app.create(works(login, department, title)).await;
        assert_eq!(app.roles(&id).await, roles, "{department} {title}");
    }
}

async fn a_missing_department_is_unassigned(app: TestApp) {
    app.apply(TRADE).await;
    let id = app.create(user("ada")).await;
    assert_eq!(app.field(&id, "department").await, "Unassigned");
    moves(&app, &id, "Sales").await;
    assert_eq!(app.field(&id, "department").await, "Sales");
    moves(&app, &id, "").await;
    assert_eq!(app.field(&id, "department").await, "Unassigned");
}

async fn workday_owns_the_manager(app: TestApp) {
    app.apply(TRADE).await;
    for boss in ["grace", "joan"] {
        app.create(user(boss)).await;
    }
    let grace = app.found("userName eq \"grace\"").await.remove(0);
    let joan = app.found("userName eq \"joan\"").await.remove(0);
    let ada = app.create(managed("ada", "ext-joan")).await;
    assert_eq!(app.field(&ada, "manager").await, json!(joan));
    let by_workday = with(managed("ada", "ext-grace"), json!({ "externalId": "wd-1" }));
    assert_eq!(app.workday.create(by_workday).await, ada);
    assert_eq!(app.field(&ada, "manager").await, json!(grace));
    let said = app.said_of(&ada, "manager").await;
    let skipped = "skipped (not authoritative) `ext-joan`: `workday` decides `manager`";
    assert_eq!(said, [skipped.to_owned(), format!("written `{grace}`")]);
    app.patch(&format!("/Users/{ada}"), operation("replace", "title", json!("Countess"))).await.expect(200);
    assert_eq!(app.said_of(&ada, "manager").await, [skipped, "unchanged"]);
}

async fn a_group_makes_an_admin(app: TestApp) {
    app.apply(TRADE).await;
    let ada = app.create(user("ada")).await;
    let admins = app.create_group(group("ServiceNow Admins", &[])).await;
    let path = format!("/Groups/{admins}");
    for _ in 0..2 {
        app.patch(&path, add_member(&ada)).await.expect(200);
        assert_eq!(app.roles(&ada).await, json!(["admin"]), "at once");
        app.patch(&path, remove_member(&ada)).await.expect(200);
        assert_eq!(app.roles(&ada).await, json!([]), "at once");
    }
    app.put(&path, group("ServiceNow Admins", &[&ada])).await.expect(200);
    assert_eq!(app.roles(&ada).await, json!(["admin"]));
    app.put(&path, group("ServiceNow Admins", &[])).await.expect(200);
    assert_eq!(app.roles(&ada).await, json!([]));
}

async fn a_group_of_another_name_makes_no_admin(app: TestApp) {
    app.apply(TRADE).await;
    let ada = app.create(user("ada")).await;
    let admins = app.create_group(group("ServiceNow Admins", &[&ada])).await;
    let path = format!("/Groups/{admins}");
    assert_eq!(app.roles(&ada).await, json!(["admin"]));
    app.patch(&path, operation("replace", "displayName", json!("Former Admins"))).await.expect(200);
    assert_eq!(app.roles(&ada).await, json!([]), "the group has another name");
    app.patch(&path, operation("replace", "displayName", json!("ServiceNow Admins"))).await.expect(200);
    assert_eq!(app.roles(&ada).await, json!(["admin"]), "and has its name again");
    app.delete(&path).await.expect(204);
    assert_eq!(app.roles(&ada).await, json!([]), "there is no group");
    app.create_group(group("ServiceNow Admins", &[&ada])).await;
    assert_eq!(app.roles(&ada).await, json!(["admin"]), "there is one again");
}
