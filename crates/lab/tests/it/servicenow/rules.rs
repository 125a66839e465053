//! What becomes of a write: unique columns, lengths, choices, access rules, business rules and data policies.

use serde_json::{Value, json};
use tenure_lab::servicenow::{Faults, Settings};

use super::client::{Call, Snow};
use hyper::Method;

const USERS: &str = "/api/now/table/sys_user";

fn operation_failed(detail: &str) -> (u16, String, String) {
    (403, "Operation Failed".to_owned(), detail.to_owned())
}

#[tokio::test]
async fn a_duplicate_looks_like_a_missing_permission() {
    let snow = Snow::start().await;
    snow.user("ada");
    let bob = snow.user("bob");
    let insert = snow.post(USERS, json!({ "user_name": "ADA", "last_name": "L" })).await;
    assert_eq!(insert.failure(), operation_failed("Error during insert of sys_user ([L])"));
    let update = snow.patch(&format!("{USERS}/{bob}"), json!({ "user_name": "ada" })).await;
    assert_eq!(update.failure(), operation_failed("Error during update of sys_user ([bob Test])"));
    assert!(snow.instance.writes().is_empty());
}

#[tokio::test]
async fn provider_ids_are_unique_where_there_are_any() {
    let snow = Snow::start().await;
    snow.row("sys_user", &[("user_name", "ada"), ("u_okta_user_id", "00u1")]);
    let second = snow.post(USERS, json!({ "user_name": "bob", "u_okta_user_id": "00u1" })).await;
    assert_eq!(second.status, 403);
    for user_name in ["cy", "dee"] {
        assert_eq!(
            snow.post(USERS, json!({ "user_name": user_name, "u_okta_user_id": "" })).await.status,
            201
        );
    }
}

#[tokio::test]
async fn mail_addresses_and_group_names_are_not_unique() {
    let snow = Snow::start().await;
    for user_name in ["ada", "bob"] {
        let user = json!({ "user_name": user_name, "email": "same@x.com", "employee_number": "E1" });
        assert_eq!(snow.post(USERS, user).await.status, 201);
        assert_eq!(snow.post("/api/now/table/sys_user_group", json!({ "name": "VPN" })).await.status, 201);
    }
}

#[tokio::test]
async fn long_text_is_cut_without_a_word() {
    let snow = Snow::start().await;
    let login = format!("{}@example.com", "é".repeat(40));
    let user = snow.post(USERS, json!({ "user_name": login, "title": "t".repeat(61) })).await;
    assert_eq!(user.status, 201);
    assert_eq!(user.result()["user_name"], "é".repeat(40));
    assert_eq!(user.result()["title"], "t".repeat(60));
}

#[tokio::test]
async fn choices_cannot_be_emptied_and_other_columns_can() {
    let snow = Snow::start().await;
    let id = snow.row("sys_user", &[("user_name", "ada"), ("country", "GB"), ("city", "London")]);
    let user =
        snow.patch(&format!("{USERS}/{id}"), json!({ "country": "", "city": "", "notification": "" })).await;
    assert_eq!(user.result()["country"], "GB");
    assert_eq!((&user.result()["city"], &user.result()["notification"]), (&json!(""), &json!("2")));
}

#[tokio::test]
async fn computed_and_system_columns_are_not_written() {
    let snow = Snow::start().await;
    let id = snow.user("ada");
    let values = json!({ "name": "Somebody", "sys_id": "x", "sys_created_by": "x", "roles": "admin", "sys_mod_count": "9" });
    let user = snow.patch(&format!("{USERS}/{id}"), values).await.result();
    let shown = ["name", "sys_id", "sys_created_by", "roles", "sys_mod_count"];
    assert_eq!(shown.map(|column| user[column].as_str().unwrap()), ["ada Test", &id, "admin", "", "0"]);
    let user = snow.patch(&format!("{USERS}/{id}"), json!({ "last_name": "King" })).await.result();
    assert_eq!((&user["name"], &user["sys_updated_by"]), (&json!("ada King"), &json!("tenure.integration")));
}

#[tokio::test]
async fn columns_that_may_not_be_written_are_dropped_with_success() {
    let rules = "[[read_only]]\ntable = \"sys_user\"\ncolumns = [\"manager\", \"vip\"]\n";
    let snow = Snow::troubled(rules).await;
    let id = snow.user("ada");
    let change = json!({ "vip": "true", "title": "T" });
    let user = snow.patch(&format!("{USERS}/{id}"), change.clone()).await;
    assert_eq!(
        (user.status, &user.result()["vip"], &user.result()["title"]),
        (200, &json!("false"), &json!("T"))
    );
    let user = snow.by_admin().patch(&format!("{USERS}/{id}"), change).await;
    assert_eq!(user.result()["vip"], "true");
}

#[tokio::test]
async fn references_can_be_named_as_people_see_them() {
    let snow = Snow::start().await;
    let sales = [(); 2].map(|()| snow.row("cmn_department", &[("name", "Sales")]));
    let path = format!("{USERS}?sysparm_input_display_value=true&sysparm_exclude_reference_link=true");
    let user = async |user_name: &str, department: &str| -> Value {
        let user = json!({ "user_name": user_name, "department": department, "notification": "Disable" });
        snow.post(&path, user).await.result()
    };
    let ada = user("ada", "Sales").await;
    assert_eq!(ada["department"], **sales.iter().min().unwrap(), "the first of two with the name");
    assert_eq!(user("bob", "Nonsense").await["department"], "");
    assert_eq!(user("cy", &sales[1]).await["department"], *sales[1], "what looks like an id is one");
    let plain = snow.post(USERS, json!({ "user_name": "dee", "department": "Sales" })).await.result();
    assert_eq!(plain["department"]["value"], "Sales", "without the parameter it is taken for an id");
}

#[tokio::test]
async fn work_notes_become_journal_entries() {
    let snow = Snow::start().await;
    let task = snow.row("incident", &[]);
    let path = format!("/api/now/table/incident/{task}");
    let noted = snow.patch(&path, json!({ "work_notes": "Assigned anew" })).await.result();
    assert_eq!((&noted["work_notes"], &noted["sys_mod_count"]), (&json!(""), &json!("1")));
    let entry = &snow.list("sys_journal_field", &format!("element_id={task}"), "").await.result()[0];
    let shown = ["element", "name", "value", "sys_created_by"];
    assert_eq!(
        shown.map(|column| entry[column].as_str().unwrap()),
        ["work_notes", "incident", "Assigned anew", "tenure.integration"]
    );
    assert_eq!(snow.instance.writes()[0].columns, ["work_notes"]);
}

#[tokio::test]
async fn leaving_locks_out_and_returning_does_not_unlock() {
    let snow = Snow::start().await;
    let id = snow.user("ada");
    let path = format!("{USERS}/{id}");
    let left = snow.patch(&path, json!({ "active": "false" })).await.result();
    assert_eq!(left["locked_out"], "true");
    assert_eq!(snow.instance.writes()[0].columns, ["active", "locked_out"]);
    let back = snow.patch(&path, json!({ "active": "true" })).await.result();
    assert_eq!((&back["active"], &back["locked_out"]), (&json!("true"), &json!("true")));
    let unlocked = snow.patch(&path, json!({ "locked_out": "false" })).await.result();
    assert_eq!(unlocked["locked_out"], "false");

    snow.instance.set_faults(Faults::parse("lock_out = false").unwrap());
    assert_eq!(snow.patch(&path, json!({ "active": "false" })).await.result()["locked_out"], "false");
}

#[tokio::test]
async fn inactive_users_can_be_hidden_from_all_but_administrators() {
    let snow = Snow::troubled("hide_inactive = true").await;
    let id = snow.row("sys_user", &[("user_name", "ada"), ("active", "false")]);
    let found = snow.list("sys_user", "user_name=ada", "").await;
    assert_eq!((found.result(), found.headers["x-total-count"].as_str()), (json!([]), "0"));
    assert_eq!(snow.get(&format!("{USERS}/{id}")).await.status, 404);
    assert_eq!(snow.patch(&format!("{USERS}/{id}"), json!({ "active": "true" })).await.status, 404);
    assert_eq!(
        snow.post(USERS, json!({ "user_name": "ada" })).await.status,
        403,
        "whom nobody sees is in the way"
    );
    assert_eq!(snow.by_admin().get(&format!("{USERS}/{id}")).await.status, 200);
}

#[tokio::test]
async fn roles_decide_who_writes() {
    let snow = Snow::start().await.signed_in("nobody", "nobody-password");
    let id = snow.user("ada");
    let acl =
        |action| operation_failed(&format!("ACL Exception {action} Failed due to security constraints"));
    assert_eq!(snow.post(USERS, json!({ "user_name": "bob" })).await.failure(), acl("Insert"));
    assert_eq!(snow.patch(&format!("{USERS}/{id}"), json!({ "title": "x" })).await.failure(), acl("Update"));
    assert_eq!(snow.delete(&format!("{USERS}/{id}")).await.failure(), acl("Delete"));
    assert_eq!(snow.post("/api/now/table/incident", json!({})).await.status, 403);
    assert_eq!(snow.get(USERS).await.status, 200);
}

#[tokio::test]
async fn the_api_can_want_a_role_of_its_own() {
    let settings = || Settings { api_acl: true, ..Settings::default() };
    let nobody = Snow::with(settings()).await.signed_in("nobody", "nobody-password");
    let detail = "Failed API level ACL Validation".to_owned();
    assert_eq!(nobody.get(USERS).await.failure(), (403, "User Not Authorized".to_owned(), detail));
    assert_eq!(Snow::with(settings()).await.get(USERS).await.status, 200);
}

#[tokio::test]
async fn business_rules_abort() {
    let rules = "[[abort]]\ntable = \"sys_user\"\nwhen = \"insert\"\ncolumn = \"title\"\nvalue = \"Robot\"\nrule = \"No robots\"\n";
    let snow = Snow::troubled(rules).await;
    let (status, _, detail) =
        snow.post(USERS, json!({ "user_name": "hal", "title": "Robot" })).await.failure();
    assert_eq!(status, 403);
    let begin = "Operation against file 'sys_user' was aborted by Business Rule 'No robots^";
    assert!(detail.starts_with(begin) && detail.ends_with("'. Business Rule Stack:No robots"), "{detail}");
    let id =
        snow.post(USERS, json!({ "user_name": "hal" })).await.result()["sys_id"].as_str().unwrap().to_owned();
    assert_eq!(snow.patch(&format!("{USERS}/{id}"), json!({ "title": "Robot" })).await.status, 200);
}

#[tokio::test]
async fn data_policies_want_values() {
    let snow = Snow::troubled("[[mandatory]]\ntable = \"sys_user\"\ncolumns = [\"email\"]\n").await;
    let detail = "Data Policy Exception: email is mandatory";
    assert_eq!(snow.post(USERS, json!({ "user_name": "ada" })).await.failure(), operation_failed(detail));
    assert_eq!(snow.post(USERS, json!({ "user_name": "ada", "email": "a@x" })).await.status, 201);
}

#[tokio::test]
async fn business_rules_alter_values() {
    let rules = "[[alter]]\ntable = \"sys_user\"\ncolumn = \"email\"\ntransform = \"lower\"\n\n\
                 [[alter]]\ntable = \"sys_user\"\nwhen = \"insert\"\ncolumn = \"time_zone\"\nvalue = \"GMT\"\n";
    let snow = Snow::troubled(rules).await;
    let user = snow
        .post(USERS, json!({ "user_name": "ada", "email": "Ada@X.com", "time_zone": "CET" }))
        .await
        .result();
    assert_eq!((&user["email"], &user["time_zone"]), (&json!("ada@x.com"), &json!("GMT")));
    let path = format!("{USERS}/{}", user["sys_id"].as_str().unwrap());
    assert_eq!(snow.patch(&path, json!({ "time_zone": "CET" })).await.result()["time_zone"], "CET");
}

#[tokio::test]
async fn a_slow_rule_keeps_the_caller_waiting_when_the_row_is_there() {
    let snow = Snow::troubled("[[slow]]\ntable = \"sys_user\"\ndelay_ms = 600000\n").await;
    let call = Call::new(Method::POST, USERS).body(r#"{"user_name":"ada"}"#);
    tokio::select! {
        _ = snow.try_send(call) => panic!("the rule takes ten minutes"),
        () = until(|| !snow.instance.find("sys_user", "user_name", "ada").is_empty()) => {}
    }
    assert_eq!(snow.get(USERS).await.status, 200, "nobody else waits");
}

/// Polls with a bound.
async fn until(done: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if done() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("it did not happen within ten seconds");
}
