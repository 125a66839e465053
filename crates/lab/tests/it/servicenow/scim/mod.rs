//! ServiceNow's own SCIM service, from outside.

use serde_json::{Value, json};
use tenure_lab::servicenow::Faults;

use super::client::{Call, Reply, Snow};

mod discovery;
mod filters;
mod groups;
mod lists;
mod patch;
mod users;

pub(crate) const USERS: &str = "/api/now/scim/Users";
pub(crate) const GROUPS: &str = "/api/now/scim/Groups";
pub(crate) const SERVICENOW: &str = "urn:ietf:params:scim:schemas:extension:servicenow:2.0:User";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:servicenow:custom:2.0:User";

/// An instance whose SCIM service is set up like this, and somebody who may use it.
async fn set_up(toml: &str) -> Snow {
    let snow = Snow::start().await.by_admin();
    snow.instance.set_faults(Faults::parse(&format!("[scim]\n{toml}")).expect("a set-up"));
    snow
}

/// A user with a work address, as a provider sends one.
fn user(user_name: &str, external_id: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", SERVICENOW],
        "userName": user_name,
        "externalId": external_id,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "active": true,
        "emails": [{ "value": format!("{user_name}@example.com"), "type": "work", "primary": true }],
    })
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Value = members.iter().map(|id| json!({ "value": id })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": name,
        "members": members,
    })
}

/// A PATCH of one operation; without a path if it is empty.
fn operation(op: &str, path: &str, value: Value) -> Value {
    let mut operation = json!({ "op": op });
    operation["value"] = value;
    if !path.is_empty() {
        operation["path"] = path.into();
    }
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
}

async fn put(snow: &Snow, path: &str, body: Value) -> Reply {
    snow.send(Call::new(hyper::Method::PUT, path).body(&body.to_string())).await
}

/// The path of the user that a create made.
async fn made(snow: &Snow, body: Value) -> (String, String) {
    let reply = snow.post(USERS, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let id = reply.json()["id"].as_str().expect("an id").to_owned();
    (format!("{USERS}/{id}"), id)
}

/// Status, kind and detail of a failure.
fn failure(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(body["status"], reply.status.to_string());
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (reply.status, text("scimType"), text("detail"))
}
