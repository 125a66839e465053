//! Who makes a call, and what their roles let them do with a table.
//!
//! Row and field rules that an owner adds are in [`super::Faults`]; here are the access rules that the product ships with,
//! as far as the facts name them. Everything else is an administrator's.

use std::collections::BTreeSet;

use super::row::Row;
use super::store::Store;

/// Roles that contain another: whoever has the first has the second.
const CONTAINED: &[(&str, &str)] = &[("itil", "snc_platform_rest_api_access")];

/// Somebody who makes calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    pub(crate) sys_id: String,
    pub(crate) user_name: String,
    roles: BTreeSet<String>,
}

impl Caller {
    /// The person at the keyboard, who may do everything.
    pub(crate) fn by_hand() -> Self {
        Self { sys_id: String::new(), user_name: "admin".to_owned(), roles: ["admin".to_owned()].into() }
    }

    /// The user with the roles that they have now.
    pub(crate) fn of(store: &Store, user: &Row) -> Self {
        let given = store.rows("sys_user_has_role").exactly("user", user.sys_id());
        let role = |row: &&std::sync::Arc<Row>| store.rows("sys_user_role").get(row.get("role")).cloned();
        let mut roles: BTreeSet<String> =
            given.iter().filter_map(role).map(|row| row.get("name").to_owned()).collect();
        for (role, contained) in CONTAINED {
            if roles.contains(*role) {
                roles.insert((*contained).to_owned());
            }
        }
        Self { sys_id: user.sys_id().to_owned(), user_name: user.get("user_name").to_owned(), roles }
    }

    /// The same caller where no access rule applies, as in ServiceNow's SCIM service.
    pub(crate) fn unbound(&self) -> Self {
        let mut caller = self.clone();
        caller.roles.insert("admin".to_owned());
        caller
    }

    /// Whether no access rule applies.
    pub(crate) fn is_admin(&self) -> bool {
        self.roles.contains("admin")
    }

    /// Whether they have this role; an administrator has every role.
    pub(crate) fn has(&self, role: &str) -> bool {
        self.is_admin() || self.roles.contains(role)
    }

    /// Whether they have this very role.
    pub(crate) fn has_itself(&self, role: &str) -> bool {
        self.roles.contains(role)
    }

    /// Whether they may write rows of a base table.
    pub(crate) fn may_write(&self, base: &str) -> bool {
        writers(base).iter().any(|role| self.has(role))
    }

    /// Whether they may read rows of a base table at all.
    pub(crate) fn may_read(&self, base: &str, audit_readable: bool) -> bool {
        let is_audit = matches!(base, "sys_audit" | "sys_audit_role" | "sys_audit_delete");
        self.is_admin() || !is_audit || audit_readable
    }
}

fn writers(base: &str) -> &'static [&'static str] {
    match base {
        "sys_user" | "sys_user_group" | "sys_user_grmember" | "sys_user_has_role" | "sys_group_has_role"
        | "sys_user_delegate" | "sys_scim_user" | "sys_scim_group" | "cmn_location" | "cmn_building"
        | "cmn_department" | "cmn_cost_center" | "core_company" => &["user_admin"],
        "task" | "sysapproval_approver" => &["itil"],
        _ => &["admin"],
    }
}
