//! The User Role Inheritance API: where each role of a user comes from.
//!
//! The documentation names the resource and not the answer; this one has a line for each `sys_user_has_role` row.

use axum::http::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::asked::Asked;
use crate::servicenow::instance::Instance;
use crate::servicenow::row::Row;

/// Answers a call about one user's roles.
pub(super) fn answer(instance: &Instance, asked: &Asked) -> Answer {
    let user = asked.parameter("user_sysid").unwrap_or_default();
    let data = instance.data();
    match (asked.method == Method::GET, data.store.rows("sys_user").get(user)) {
        (false, _) => return Answer::no_method(),
        (_, None) => return Answer::no_row(),
        _ => {}
    }
    let name = |table, id: &str| data.store.rows(table).get(id).map_or("", |row| row.get("name")).to_owned();
    let line = |row: &Row| {
        json!({
            "role": name("sys_user_role", row.get("role")),
            "role_sysid": row.get("role"),
            "inherited": row.get("inherited"),
            "group": name("sys_user_group", row.get("granted_by")),
            "group_sysid": row.get("granted_by"),
        })
    };
    let given = data.store.rows("sys_user_has_role").exactly("user", user);
    Answer::result(200, given.into_iter().map(|row| line(row)).collect::<Value>())
}
