//! PATCH of users, in the forms in which Okta and Entra send it.

use serde_json::{Value, json};

use super::{ENTERPRISE, SERVICENOW, failure, made, operation, set_up, user};

#[tokio::test]
async fn values_change_by_path_and_without() {
    let snow = set_up("").await;
    let boss = snow.user("boss");
    let (path, id) = made(&snow, user("ada", "00u1")).await;
    for (op, at, value) in [
        ("Replace", "title", json!("Countess")),
        ("replace", "name.givenName", json!("Augusta")),
        ("Add", r#"phoneNumbers[type eq "mobile"].value"#, json!("7")),
        ("replace", r#"emails[type eq "work"].value"#, json!("augusta@example.com")),
        ("add", &format!("{SERVICENOW}:manager"), json!({ "value": boss })),
        ("replace", "", json!({ "preferredLanguage": "en", "name.middleName": "King" })),
        ("replace", "userType", json!("Contractor")),
    ] {
        let reply = snow.patch(&path, operation(op, at, value)).await;
        assert_eq!(reply.status, 200, "{at}: {}", reply.text);
    }
    let columns = ["title", "name", "mobile_phone", "email", "manager", "preferred_language", "middle_name"];
    assert_eq!(
        columns.map(|column| snow.value("sys_user", &id, column)),
        ["Countess", "Augusta Lovelace", "7", "augusta@example.com", &boss, "en", "King"]
    );
    let reply = snow.patch(&path, operation("remove", "title", Value::Null)).await.json();
    assert_eq!((reply.get("title"), reply["userType"].as_str()), (None, Some("Contractor")));
}

#[tokio::test]
async fn a_write_that_changes_nothing_is_in_vain() {
    let snow = set_up("").await;
    let (path, id) = made(&snow, user("ada", "00u1")).await;
    snow.instance.forget();
    assert_eq!(snow.patch(&path, operation("replace", "active", json!(true))).await.status, 200);
    assert!(snow.instance.writes().is_empty());
    assert_eq!(snow.instance.calls().in_vain["PATCH sys_user"], 1);
    snow.patch(&path, operation("replace", "active", json!(false))).await;
    let writes = snow.instance.writes();
    let seen: Vec<_> =
        writes.iter().map(|it| (it.table.as_str(), it.sys_id.as_str(), it.columns.join(","))).collect();
    assert_eq!(seen, [("sys_user", id.as_str(), "active".to_owned())]);
}

#[tokio::test]
async fn operations_that_cannot_be_carried_out_change_nothing() {
    let snow = set_up("").await;
    let (path, id) = made(&snow, user("ada", "00u1")).await;
    let manager = format!("{ENTERPRISE}:manager");
    let refusals = [
        (operation("Add", &manager, json!("x")), "invalidValue", "manager must be a JSON object"),
        (operation("replace", "active", json!("False")), "invalidValue", "active must be a JSON boolean"),
        (operation("replace", "title", Value::Null), "invalidValue", "title must not be null"),
        (
            operation("replace", r#"phoneNumbers[type eq "home"].value"#, json!("1")),
            "noTarget",
            "matches no value",
        ),
        (operation("replace", "emails[", json!("1")), "invalidPath", "Invalid path: emails["),
        (operation("turn", "title", json!("1")), "invalidSyntax", "The op must be add, replace or remove"),
    ];
    for (body, kind, detail) in refusals {
        let (status, scim_type, text) = failure(&snow.patch(&path, body).await);
        assert_eq!((status, scim_type.as_str()), (400, kind), "{text}");
        assert!(text.starts_with("Patch op[0]: ") && text.contains(detail), "{text}");
    }
    // All or nothing: the first of these could be done.
    let both = json!({ "Operations": [
        { "op": "replace", "path": "title", "value": "Countess" },
        { "op": "replace", "path": "active", "value": "no" },
    ] });
    assert!(failure(&snow.patch(&path, both).await).2.starts_with("Patch op[1]: "));
    assert_eq!(snow.value("sys_user", &id, "title"), "");
}

#[tokio::test]
async fn a_user_from_before_gets_what_scim_knows() {
    let snow = set_up("").await;
    let id = snow.user("ada");
    let path = format!("{}/{id}", super::USERS);
    assert_eq!(snow.get(&path).await.json().get("externalId"), None);
    let reply = snow.patch(&path, operation("add", "externalId", json!("00u1"))).await.json();
    assert_eq!(reply["externalId"], "00u1");
    assert_eq!(snow.instance.find("sys_scim_user", "user", &id)[0].get("external_id"), "00u1");
}
