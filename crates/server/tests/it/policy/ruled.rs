//! Fields that follow from rules and refer to people and groups of ours.

use crate::support::bodies::{group, number, operation};
use crate::support::{TestApp, on_both, user, with};
use serde_json::{Value, json};

on_both!(
    whom_a_rule_refers_to_is_found_awaited_and_kept,
    a_rule_refers_to_what_another_made,
    a_group_that_a_rule_refers_to_is_found_and_awaited,
    a_plan_knows_whom_rules_refer_to,
);

/// Everybody with a title reports to number N-1, whatever sources say.
const LED: &str = "
[mapping.'*']
user_name = 'user.userName'
employee_number = 'user.employeeNumber'
manager = { value = 'user.manager', reference = 'sys_user', by = 'user_name' }
[[fields]]
field = 'manager'
when = 'user.title != null'
value = '\"N-1\"'
reference = 'sys_user'
by = 'employee_number'
";

fn clerk(login: &str) -> Value {
    with(user(login), json!({ "title": "Clerk" }))
}

async fn whom_a_rule_refers_to_is_found_awaited_and_kept(app: TestApp) {
    app.apply(LED).await;
    let ada = app.create(clerk("ada")).await;
    assert_eq!(app.field(&ada, "manager").await, Value::Null);
    let boss = app.create(with(user("boss"), number("n-1"))).await;
    assert_eq!(app.field(&ada, "manager").await, json!(boss), "before the answer");
    assert!(!app.explain(&ada).await.person.waits);
    app.patch(&format!("/Users/{ada}"), operation("replace", "nickName", json!("A"))).await.expect(200);
    assert_eq!(app.field(&ada, "manager").await, json!(boss));
    let grace = app.create(clerk("grace")).await;
    assert_eq!(
        app.said_of(&grace, "manager").await,
        [format!("written `{boss}`: by the rule `user.title != null`")]
    );
    let explained = app.explain(&grace).await;
    let field = explained.fields.iter().find(|field| field.field == "manager").unwrap();
    assert_eq!((field.said.as_deref(), field.expression.as_deref()), (Some("N-1"), Some("\"N-1\"")));
}

async fn a_rule_refers_to_what_another_made(app: TestApp) {
    let chained = "
        [[fields]]
        field = 'u_mentor'
        when = 'record.manager != null'
        value = 'record.manager'
        reference = 'sys_user'
        by = 'user_name'\n";
    app.apply(
        &format!("{LED}{chained}").replace("N-1", "boss").replace("by = 'employee_number'", "by = 'email'"),
    )
    .await;
    let mail = json!({ "emails": [{ "value": "boss", "type": "work", "primary": true }] });
    let boss = app.create(with(user("boss"), mail)).await;
    let ada = app.create(clerk("ada")).await;
    assert_eq!(
        (app.field(&ada, "manager").await, app.field(&ada, "u_mentor").await),
        (json!(boss), json!(boss))
    );
}

async fn a_group_that_a_rule_refers_to_is_found_and_awaited(app: TestApp) {
    app.apply(
        "[[fields]]
         field = 'u_desk'
         when = 'user.title != null'
         value = '\"Service Desk\"'
         reference = 'sys_user_group'
         by = 'name'",
    )
    .await;
    let ada = app.create(clerk("ada")).await;
    let desk = app.create_group(group("Service Desk", &[])).await;
    let grace = app.create(clerk("grace")).await;
    assert_eq!(
        (app.field(&ada, "u_desk").await, app.field(&grace, "u_desk").await),
        (json!(desk), json!(desk))
    );
    let rename = operation("replace", "displayName", json!("Desk"));
    app.patch(&format!("/Groups/{desk}"), rename).await.expect(200);
    let other = app.create_group(group("service desk", &[])).await;
    assert_eq!(app.field(&ada, "u_desk").await, json!(other));
}

async fn a_plan_knows_whom_rules_refer_to(app: TestApp) {
    app.create(with(user("boss"), number("n-1"))).await;
    app.create(clerk("ada")).await;
    let (policy, _) = app.engine.check_policy(LED).unwrap();
    let impact = app.engine.plan_policy(policy, |_| ()).await.unwrap();
    assert_eq!((impact.fields["manager"].set, impact.deferred), (1, 0));
}
