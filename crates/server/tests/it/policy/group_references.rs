//! Fields that refer to groups of ours: by name and by their source's id, before they are there, and when they are called
//! differently, end and come back.

use crate::support::bodies::{RECORD, add_member, enterprise, group, operation};
use crate::support::{Client, TestApp, on_both, user, with};
use serde_json::{Value, json};
use tokio::task::JoinSet;

on_both!(
    a_group_is_found_by_name_id_and_our_own_id,
    whoever_waits_for_a_group_has_it_before_its_source_is_answered,
    a_name_that_goes_to_another_group_takes_those_along_who_say_it,
    a_group_that_ends_is_awaited_again,
    only_those_who_refer_to_it_hear_of_a_group,
    nobody_waits_for_a_group_that_came_at_the_same_moment,
    explain_and_the_record_extension_show_the_group,
);

const FIELD: &str = "u_support_group";
const DESK: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter";

/// A policy in which this is how a person's group is found.
fn by(column: &str) -> String {
    format!(
        "[mapping.\"*\"]\nuser_name = \"user.userName\"\n\
         {FIELD} = {{ value = \"user.costCenter\", reference = \"sys_user_group\", by = \"{column}\" }}\n"
    )
}

fn helped_by(login: &str, desk: &str) -> Value {
    with(user(login), enterprise(json!({ "costCenter": desk })))
}

async fn renamed(client: &Client, id: &str, name: &str) {
    client
        .patch(&format!("/Groups/{id}"), operation("replace", "displayName", json!(name)))
        .await
        .expect(200);
}

async fn a_group_is_found_by_name_id_and_our_own_id(app: TestApp) {
    app.apply(&by("name")).await;
    let desk = app.create_group(with(group("Service Desk", &[]), json!({ "externalId": "00g-Desk" }))).await;
    let ada = app.create(helped_by("ada", " service DESK ")).await;
    let grace = app.create(helped_by("grace", &desk)).await;
    let seen = app.seen(&ada).await;
    assert_eq!(seen["record"][FIELD]["value"], json!(desk));
    assert_eq!(seen["record"][FIELD]["said"], json!("service DESK"));
    assert_eq!(app.field(&grace, FIELD).await, json!(desk));
    app.apply(&by("external_id")).await;
    assert_eq!(app.field(&grace, FIELD).await, json!(desk), "by our own id");
    let joan = app.create(helped_by("joan", "00g-Desk")).await;
    let mary = app.create(helped_by("mary", "00G-DESK")).await;
    assert_eq!((app.field(&joan, FIELD).await, app.field(&mary, FIELD).await), (json!(desk), Value::Null));
    app.patch(&format!("/Users/{joan}"), operation("replace", "nickName", json!("Jo"))).await.expect(200);
    assert_eq!(app.field(&joan, FIELD).await, json!(desk));
}

async fn whoever_waits_for_a_group_has_it_before_its_source_is_answered(app: TestApp) {
    app.apply(&by("name")).await;
    let ada = app.create(helped_by("ada", "Service Desk")).await;
    let reason = "deferred `Service Desk`: no live group with the name `Service Desk` has arrived yet; the field is filled the \
                  moment it does";
    assert_eq!(app.said_of(&ada, FIELD).await, [reason]);
    let desk = app.hr.create_group(group("Service Desk", &[])).await;
    assert_eq!(app.field(&ada, FIELD).await, json!(desk), "whoever brings it");
    assert_eq!(app.said_of(&ada, FIELD).await, [format!("written `{desk}`")]);

    let grace = app.create(helped_by("grace", "Help Desk")).await;
    renamed(&app.hr, &desk, "Help Desk").await;
    assert_eq!(app.field(&grace, FIELD).await, json!(desk), "by its new name");
}

async fn a_name_that_goes_to_another_group_takes_those_along_who_say_it(app: TestApp) {
    app.apply(&by("name")).await;
    let desk = app.create_group(group("Service Desk", &[])).await;
    let ada = app.create(helped_by("ada", "Service Desk")).await;
    renamed(&app, &desk, "Old Desk").await;
    assert_eq!(app.field(&ada, FIELD).await, json!(desk), "the group stays until another has the name");
    // A profile push in between must not take the old name for the group's for good.
    app.patch(&format!("/Users/{ada}"), operation("replace", "nickName", json!("Countess")))
        .await
        .expect(200);
    let new = app.create_group(group("Service Desk", &[])).await;
    assert_eq!(app.field(&ada, FIELD).await, json!(new));
    app.patch(&format!("/Users/{ada}"), operation("replace", DESK, json!("Old Desk"))).await.expect(200);
    assert_eq!(app.field(&ada, FIELD).await, json!(desk));
}

async fn a_group_that_ends_is_awaited_again(app: TestApp) {
    app.apply(&by("name")).await;
    let desk = app.create_group(group("Service Desk", &[])).await;
    let ada = app.create(helped_by("ada", "Service Desk")).await;
    app.delete(&format!("/Groups/{desk}")).await.expect(204);
    let reason = "deferred `Service Desk`: no live group with the name `Service Desk` has arrived yet; the field is filled the \
                  moment it does";
    assert_eq!(app.said_of(&ada, FIELD).await, [reason]);
    let grace = app.create(helped_by("grace", &desk)).await;
    assert_eq!(app.field(&grace, FIELD).await, Value::Null, "nobody is given an ended group");
    let back = app.create_group(group("Service Desk", &[])).await;
    assert_eq!(back, desk, "it is the same group");
    for person in [ada, grace] {
        assert_eq!(app.field(&person, FIELD).await, json!(desk));
        assert!(!app.explain(&person).await.person.waits, "and nothing is awaited any more");
    }
}

async fn only_those_who_refer_to_it_hear_of_a_group(app: TestApp) {
    app.apply(&by("name")).await;
    let desk = app.create_group(group("Service Desk", &[])).await;
    let ada = app.create(helped_by("ada", "Service Desk")).await;
    let grace = app.create(helped_by("grace", "Other Desk")).await;
    let versions =
        async || (app.explain(&ada).await.person.version, app.explain(&grace).await.person.version);
    assert_eq!(versions().await, (1, 1));
    app.patch(&format!("/Groups/{desk}"), add_member(&grace)).await.expect(200);
    assert_eq!(versions().await, (1, 1), "a member concerns nobody who refers to the group");
    renamed(&app, &desk, "Desk").await;
    assert_eq!(versions().await, (2, 1));
    renamed(&app, &desk, "Other Desk").await;
    assert_eq!((app.field(&grace, FIELD).await, app.field(&ada, FIELD).await), (json!(desk), json!(desk)));
}

async fn nobody_waits_for_a_group_that_came_at_the_same_moment(app: TestApp) {
    app.apply(&by("name")).await;
    let mut posts = JoinSet::new();
    for number in 0..30 {
        let (joiner, bringer) = (Client::clone(&app), Client::clone(&app));
        posts.spawn(async move {
            joiner.create(helped_by(&format!("p{number}"), &format!("Desk {number}"))).await
        });
        posts.spawn(async move { bringer.create_group(group(&format!("Desk {number}"), &[])).await });
    }
    posts.join_all().await;
    for number in 0..30 {
        let person = app.found(&format!("userName eq \"p{number}\"")).await.remove(0);
        assert_ne!(app.field(&person, FIELD).await, Value::Null, "p{number}");
    }
}

async fn explain_and_the_record_extension_show_the_group(app: TestApp) {
    app.apply(&by("name")).await;
    let desk = app.create_group(group("Service Desk", &[])).await;
    let ada = app.create(helped_by("ada", "Service Desk")).await;
    let explained = app.explain(&ada).await;
    let field = explained.fields.iter().find(|field| field.field == FIELD).unwrap();
    assert_eq!((field.value.as_deref(), field.said.as_deref()), (Some(desk.as_str()), Some("Service Desk")));
    let shown = app.get(&format!("/Users/{ada}?attributes={RECORD}")).await.expect(200);
    let fields = shown[RECORD]["fields"].as_array().unwrap();
    let field = fields.iter().find(|field| field["name"] == FIELD).unwrap();
    assert_eq!((&field["value"], &field["source"]), (&json!(desk), &json!("okta")));
}
