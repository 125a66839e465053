//! The Table API: rows and writes, how values are shown, and what a call has to look like.

use hyper::Method;
use serde_json::{Value, json};
use tenure_lab::servicenow::Settings;

use super::client::{Call, Reply, Snow};

const USERS: &str = "/api/now/table/sys_user";

#[tokio::test]
async fn a_row_is_made_read_changed_and_deleted() {
    let snow = Snow::start().await;
    let made =
        snow.post(USERS, json!({ "user_name": "ada", "first_name": "Ada", "last_name": "Lovelace" })).await;
    assert_eq!(made.status, 201);
    let user = made.result();
    let path = format!("{USERS}/{}", user["sys_id"].as_str().unwrap());
    assert_eq!(made.headers["location"], format!("{}{path}", snow.server.url));
    let shown = ["name", "active", "sys_mod_count", "manager", "notification", "sys_created_by"];
    assert_eq!(
        shown.map(|column| user[column].as_str().unwrap()),
        ["Ada Lovelace", "true", "0", "", "2", "tenure.integration"]
    );

    let changed = snow.patch(&path, json!({ "title": "Countess" })).await;
    assert_eq!((changed.status, &changed.result()["title"]), (200, &json!("Countess")));
    assert_eq!(changed.result()["sys_mod_count"], "1");
    assert_eq!(snow.get(&path).await.result()["title"], "Countess");

    let gone = snow.delete(&path).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(snow.get(&path).await.status, 404);
}

#[tokio::test]
async fn put_is_partial_too() {
    let snow = Snow::start().await;
    let id = snow.user("ada");
    let call = Call::new(Method::PUT, &format!("{USERS}/{id}")).body(r#"{"title":"Countess"}"#);
    let user = snow.send(call).await.result();
    assert_eq!((&user["title"], &user["user_name"]), (&json!("Countess"), &json!("ada")));
}

#[tokio::test]
async fn a_write_that_changes_nothing_has_no_effect() {
    let snow = Snow::start().await;
    let id = snow.user("ada");
    let same = snow.patch(&format!("{USERS}/{id}"), json!({ "first_name": "ada", "nonsense": "x" })).await;
    assert_eq!((same.status, &same.result()["sys_mod_count"]), (200, &json!("0")));
    assert!(snow.instance.writes().is_empty());
}

#[tokio::test]
async fn values_are_text_however_they_are_sent() {
    let snow = Snow::start().await;
    let values = json!({ "user_name": "ada", "active": false, "failed_attempts": 3, "title": null,
        "manager": { "value": "someone", "link": "x" }, "last_login_time": "2026-01-31 10:00:00" });
    let user = snow.post(&format!("{USERS}?sysparm_exclude_reference_link=true"), values).await.result();
    let columns = ["active", "failed_attempts", "title", "manager", "last_login_time"];
    assert_eq!(
        columns.map(|column| user[column].as_str().unwrap()),
        ["false", "3", "", "someone", "2026-01-31 10:00:00"]
    );
}

#[tokio::test]
async fn passwords_are_not_read() {
    let snow = Snow::start().await;
    let admin = snow.list("sys_user", "user_name=admin", "").await.result();
    assert_eq!(admin[0]["user_password"], "");
    let values = json!({ "user_name": "ada", "user_password": "secret" });
    assert!(!snow.post(USERS, values).await.text.contains("secret"));
}

#[tokio::test]
async fn of_several_records_the_first_is_written() {
    let snow = Snow::start().await;
    let made = snow.post(USERS, json!([{ "user_name": "ada" }, { "user_name": "bob" }])).await;
    assert_eq!((made.status, &made.result()["user_name"]), (201, &json!("ada")));
    assert!(snow.instance.find("sys_user", "user_name", "bob").is_empty());
}

/// A task of Ada's, read in one of the display modes.
async fn shown(snow: &Snow, parameters: &str) -> Value {
    let ada = snow.user("ada");
    let task =
        snow.row("incident", &[("assigned_to", &ada), ("state", "3"), ("opened_at", "2026-01-31 10:00:00")]);
    let path = format!("/api/now/table/incident/{task}?sysparm_fields=state,assigned_to,closed_by,opened_at");
    snow.get(&format!("{path}&{parameters}")).await.result()
}

#[tokio::test]
async fn values_are_shown_as_data() {
    let snow = Snow::start().await;
    let task = shown(&snow, "").await;
    let ada = snow.instance.find("sys_user", "user_name", "ada")[0].sys_id().to_owned();
    let link = format!("{}/api/now/table/sys_user/{ada}", snow.server.url);
    assert_eq!(
        task,
        json!({ "state": "3", "assigned_to": { "link": link, "value": ada }, "closed_by": "", "opened_at": "2026-01-31 10:00:00" })
    );
}

#[tokio::test]
async fn links_can_be_left_out() {
    let snow = Snow::start().await;
    let task = shown(&snow, "sysparm_exclude_reference_link=true").await;
    let ada = snow.instance.find("sys_user", "user_name", "ada")[0].sys_id().to_owned();
    assert_eq!(task["assigned_to"], ada);
}

#[tokio::test]
async fn values_are_shown_as_people_see_them() {
    let snow = Snow::start().await;
    let task = shown(&snow, "sysparm_display_value=true").await;
    assert_eq!(
        (&task["state"], &task["closed_by"], &task["opened_at"]),
        (&json!("Closed Complete"), &json!(""), &json!("2026-01-31 02:00:00")),
        "times are moved to the caller's zone"
    );
    let reference = task["assigned_to"].as_object().unwrap();
    assert_eq!(reference.keys().collect::<Vec<_>>(), ["display_value", "link"]);
    assert_eq!(reference["display_value"], "ada Test");
}

#[tokio::test]
async fn values_are_shown_both_ways() {
    let snow = Snow::start().await;
    let task = shown(&snow, "sysparm_display_value=all").await;
    assert_eq!(task["state"], json!({ "display_value": "Closed Complete", "value": "3" }));
    assert_eq!(task["closed_by"], json!({ "display_value": "", "value": "" }));
    let reference = task["assigned_to"].as_object().unwrap();
    assert_eq!(reference.keys().collect::<Vec<_>>(), ["display_value", "link", "value"]);
}

#[tokio::test]
async fn fields_walk_over_references_and_unknown_ones_are_left_out() {
    let snow = Snow::start().await;
    let (ada, group) = (snow.user("ada"), snow.row("sys_user_group", &[("name", "VPN")]));
    snow.row("sys_user_grmember", &[("user", &ada), ("group", &group)]);
    let fields = "sysparm_fields=user.user_name,group.name,group.manager.email,nonsense,user.nonsense";
    let member = snow.list("sys_user_grmember", "", fields).await.result()[0].clone();
    assert_eq!(member, json!({ "user.user_name": "ada", "group.name": "VPN", "group.manager.email": "" }));
}

#[tokio::test]
async fn a_reference_need_not_lead_anywhere() {
    let snow = Snow::start().await;
    let made = snow.post("/api/now/table/incident", json!({ "opened_by": "glide.maint" })).await;
    assert_eq!(made.result()["opened_by"]["value"], "glide.maint");
}

#[tokio::test]
async fn odd_ids_are_ids() {
    let snow = Snow::start().await;
    snow.row("sys_user_group", &[("sys_id", "Glean_user.Role"), ("name", "Glean")]);
    snow.row("sys_user_group", &[("name", "62826bf03710200044e0bfc8bcbe5df1")]);
    assert_eq!(snow.get("/api/now/table/sys_user_group/Glean_user.Role").await.status, 200);
    assert_eq!(snow.get("/api/now/table/sys_user_group/glean_user.role").await.status, 404, "case counts");
    assert_eq!(snow.found("sys_user_group", "sys_id=Glean_user.Role", "name").await, ["Glean"]);
    let named = snow.found("sys_user_group", "name=62826bf03710200044e0bfc8bcbe5df1", "name").await;
    assert_eq!(named.len(), 1);
}

#[tokio::test]
async fn rows_of_a_class_are_rows_of_the_table_that_it_extends() {
    let snow = Snow::start().await;
    let ada = snow.user("ada");
    for class in ["incident", "change_request", "sc_task"] {
        snow.row(class, &[("assigned_to", &ada)]);
    }
    let mut classes = snow.found("task", &format!("active=true^assigned_to={ada}"), "sys_class_name").await;
    classes.sort_unstable();
    assert_eq!(classes, ["change_request", "incident", "sc_task"]);
    assert_eq!(snow.found("incident", "", "sys_class_name").await, ["incident"]);
    let incident = snow.instance.rows("incident")[0].sys_id().to_owned();
    assert_eq!(snow.get(&format!("/api/now/table/sc_task/{incident}")).await.status, 404);
    let changed = snow.patch(&format!("/api/now/table/task/{incident}"), json!({ "assigned_to": "" })).await;
    assert_eq!((changed.status, snow.value("incident", &incident, "assigned_to").as_str()), (200, ""));
    let task = snow.get(&format!("/api/now/table/task/{incident}")).await.result();
    assert!(task.get("caller_id").is_none(), "columns of the class are not columns of the table");
}

#[tokio::test]
async fn the_dictionary_can_be_read() {
    let snow = Snow::start().await;
    let entry = "name=sys_user^element=u_okta_user_id";
    assert_eq!(snow.found("sys_dictionary", entry, "unique").await, ["true"]);
    assert_eq!(
        snow.found("sys_dictionary", "name=sys_user^element=manager", "reference").await,
        ["sys_user"]
    );
    assert_eq!(snow.found("sys_dictionary", "name=sys_user^element=user_name", "max_length").await, ["40"]);
    let above = snow.found("sys_db_object", "name=incident", "super_class.name").await;
    assert_eq!(above, ["task"]);

    let without = Snow::with(Settings::default().without("sys_user", "u_okta_user_id")).await;
    assert!(without.found("sys_dictionary", entry, "unique").await.is_empty());
}

#[tokio::test]
async fn a_method_can_be_overridden_and_the_body_left_out() {
    let snow = Snow::start().await;
    let id = snow.user("ada");
    let call = Call::new(Method::POST, &format!("{USERS}/{id}"))
        .header("x-http-method-override", "PATCH")
        .header("x-no-response-body", "true")
        .body(r#"{"title":"Countess"}"#);
    let reply = snow.send(call).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    assert_eq!(snow.value("sys_user", &id, "title"), "Countess");
}

#[track_caller]
fn check(reply: &Reply, status: u16, message: &str, detail: &str) {
    assert_eq!(reply.failure(), (status, message.to_owned(), detail.to_owned()));
    assert_eq!(reply.json()["status"], "failure");
}

#[tokio::test]
async fn calls_say_what_they_send_and_understand() {
    let snow = Snow::start().await;
    let get = |header: &str| Call::new(Method::GET, USERS).header("accept", header);
    assert_eq!(snow.send(Call::new(Method::GET, USERS).without("accept")).await.status, 400);
    assert_eq!(snow.send(get("text/html")).await.status, 406);
    assert_eq!(snow.send(get("*/*")).await.status, 200);
    assert_eq!(snow.send(Call::new(Method::GET, USERS).without("content-type")).await.status, 200);
    let id = snow.user("ada");
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let call = || Call::new(method.clone(), &format!("{USERS}/{id}")).body("{}");
        assert_eq!(snow.send(call().without("content-type")).await.status, 400, "{method}");
        assert_eq!(snow.send(call().header("content-type", "text/plain")).await.status, 415, "{method}");
    }
    assert!(snow.instance.row("sys_user", &id).is_some());
}

#[tokio::test]
async fn failures_have_their_texts() {
    let snow = Snow::start().await;
    let no_row = "Record doesn't exist or ACL restricts the record retrieval";
    check(&snow.get("/api/now/table/sys_usr").await, 400, "Invalid table sys_usr", "");
    check(&snow.get("/api/now/tables/x").await, 400, "Requested URI does not represent any resource", "");
    check(&snow.get(&format!("{USERS}/none")).await, 404, "No Record found", no_row);
    check(
        &snow.patch(&format!("{USERS}/none"), json!({ "title": "x" })).await,
        404,
        "No Record found",
        no_row,
    );
    assert_eq!(snow.post(&format!("{USERS}/none"), json!({})).await.status, 405);
    let broken = snow.send(Call::new(Method::POST, USERS).body("{")).await.failure();
    assert_eq!((broken.0, broken.1.as_str()), (400, "Exception while reading request"));
    let large = snow.send(Call::new(Method::POST, USERS).body(&" ".repeat(10_485_761))).await;
    assert!(large.failure().2.contains("Max allowed: 10485760 bytes"), "{}", large.text);
}
