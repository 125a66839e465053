//! What the platform writes down about changes.

use serde_json::json;
use tenure_lab::servicenow::Settings;

use super::client::Snow;

#[tokio::test]
async fn each_changed_column_has_a_line() {
    let snow = Snow::start().await;
    let id = snow.user("ada");
    snow.patch(&format!("/api/now/table/sys_user/{id}"), json!({ "active": "false", "first_name": "Ada" }))
        .await;
    let query = format!("documentkey={id}^user=tenure.integration^ORDERBYfieldname");
    let lines =
        snow.list("sys_audit", &query, "sysparm_fields=fieldname,oldvalue,newvalue,tablename").await.result();
    let line = |column, old, new| json!({ "fieldname": column, "oldvalue": old, "newvalue": new, "tablename": "sys_user" });
    assert_eq!(
        lines,
        json!([
            line("active", "true", "false"),
            line("first_name", "ada", "Ada"),
            line("locked_out", "false", "true"),
            line("name", "ada Test", "Ada Test")
        ])
    );
}

#[tokio::test]
async fn roles_that_come_and_go_have_lines() {
    let snow = Snow::start().await;
    let (ada, group) = (snow.user("ada"), snow.row("sys_user_group", &[("name", "Desk")]));
    let role = snow.instance.find("sys_user_role", "name", "catalog")[0].sys_id().to_owned();
    snow.row("sys_group_has_role", &[("group", &group), ("role", &role)]);
    let made = snow.post("/api/now/table/sys_user_grmember", json!({ "user": ada, "group": group })).await;
    let member = made.result()["sys_id"].as_str().unwrap().to_owned();
    snow.delete(&format!("/api/now/table/sys_user_grmember/{member}")).await;
    let lines = snow.instance.find("sys_audit_role", "user", &ada);
    let mut shown: Vec<_> =
        lines.iter().map(|row| [row.get("operation"), row.get("count"), row.get("granted_by")]).collect();
    shown.sort_unstable();
    assert_eq!(shown, [["Added", "1", group.as_str()], ["Removed", "0", &group]]);
}

#[tokio::test]
async fn deleted_rows_are_kept_as_payloads() {
    let snow = Snow::start().await;
    let (ada, group) = (snow.user("ada"), snow.row("sys_user_group", &[("name", "Desk")]));
    let member = snow.row("sys_user_grmember", &[("user", &ada), ("group", &group)]);
    snow.delete(&format!("/api/now/table/sys_user_grmember/{member}")).await;
    let line = &snow.instance.find("sys_audit_delete", "documentkey", &member)[0];
    let payload: serde_json::Value = serde_json::from_str(line.get("payload")).unwrap();
    assert_eq!((&payload["user"], &payload["group"]), (&json!(ada), &json!(group)));
    assert_eq!(line.get("display_value"), "ada Test");
}

#[tokio::test]
async fn the_audit_stays_the_size_it_is() {
    let snow = Snow::with(Settings { audit_kept: 10, ..Settings::default() }).await;
    let id = snow.user("ada");
    for number in 0..30 {
        snow.instance.patch("sys_user", &id, &[("title", &number.to_string())]).unwrap();
    }
    let lines = snow.instance.rows("sys_audit");
    assert_eq!(lines.len(), 10);
    let mut newest: Vec<u32> = lines.iter().map(|row| row.get("newvalue").parse().unwrap()).collect();
    newest.sort_unstable();
    assert_eq!(newest, (20..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_audit_can_be_kept_from_others_than_administrators() {
    let snow = Snow::with(Settings { audit_readable: false, ..Settings::default() }).await;
    snow.user("ada");
    assert!(snow.found("sys_audit", "", "sys_id").await.is_empty());
    assert!(!snow.by_admin().found("sys_audit", "", "sys_id").await.is_empty());
}
