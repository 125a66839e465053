//! The Table API: lists, rows and writes, and how values are shown.

use hyper::Method;
use serde_json::json;

use super::client::{Call, Snow};

const USERS: &str = "/api/now/table/sys_user";

#[tokio::test]
async fn a_row_is_made_read_changed_and_deleted() {
    let snow = Snow::start().await;
    let made =
        snow.post(USERS, json!({ "user_name": "ada", "first_name": "Ada", "last_name": "Lovelace" })).await;
    assert_eq!(made.status, 201);
    let user = made.result();
    let id = user["sys_id"].as_str().unwrap().to_owned();
    let path = format!("{USERS}/{id}");
    assert_eq!(made.headers["location"], format!("{}{path}", snow.server.url));
    assert_eq!(
        (&user["name"], &user["active"], &user["sys_mod_count"]),
        (&json!("Ada Lovelace"), &json!("true"), &json!("0"))
    );
    assert_eq!((&user["manager"], &user["notification"]), (&json!(""), &json!("2")));

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
