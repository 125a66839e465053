//! Our own account in the target, and what it may do there as far as its roles tell.

use crate::deliver::HELD_ROLES;
use std::collections::BTreeSet;
use tenure_connect::servicenow::{CallError, Lane, Query, ServiceNow};
use tenure_identity::id::SysId;

/// The role to which nothing is closed.
pub(crate) const ADMIN: &str = "admin";
/// Roles that only an administrator hands on, directly or through a group.
pub(crate) const POWERFUL: [&str; 2] = [ADMIN, "security_admin"];
/// The most roles of one account or group that are read.
const MOST: usize = 1_000;

/// The names of the roles that somebody holds, inherited ones included; none if they are not shown.
///
/// # Errors
/// If the target cannot be asked.
pub(crate) async fn roles_of(
    client: &ServiceNow,
    lane: Lane,
    user: &SysId,
) -> Result<BTreeSet<String>, CallError> {
    names(client, lane, HELD_ROLES, "user", user).await
}

/// The names of the roles that a group gives to its members; none if they are not shown.
///
/// # Errors
/// If the target cannot be asked.
pub(crate) async fn roles_of_group(
    client: &ServiceNow,
    lane: Lane,
    group: &SysId,
) -> Result<BTreeSet<String>, CallError> {
    names(client, lane, "sys_group_has_role", "group", group).await
}

async fn names(
    client: &ServiceNow,
    lane: Lane,
    table: &str,
    column: &str,
    whose: &SysId,
) -> Result<BTreeSet<String>, CallError> {
    let query = Query::all().is(column, whose.as_str()).limit(MOST);
    match client.list(lane, table, &query, &["sys_id", column, "role.name"]).await {
        Ok(rows) => {
            let names = rows.iter().map(|row| row.get("role.name").to_owned());
            Ok(names.filter(|name| !name.is_empty()).collect())
        }
        // What we may not read, we do not know.
        Err(error) if error.is_permanent() => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}
