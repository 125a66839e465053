//! Whether any of our groups is one that only an administrator may add members to.

use super::{Check, LANE, Patient};
use crate::account::POWERFUL;
use std::collections::{BTreeMap, BTreeSet};
use tenure_connect::servicenow::{Condition, Query};
use tenure_identity::event::Subject;

const NAME: &str = "groups we may not fill";
/// The most rows that are read.
const MOST: usize = 1_000;

pub(super) async fn look(patient: &Patient<'_>) -> Check {
    if patient.is_admin() {
        return Check::good(NAME, "we are an administrator", "members can be added to every group");
    }
    let query = Query::of(Condition::one_of("role.name", POWERFUL)).limit(MOST);
    let columns = ["sys_id", "group", "group.name", "role.name"];
    let rows = match patient.client().list(LANE, "sys_group_has_role", &query, &columns).await {
        Ok(rows) => rows,
        Err(error) if !error.is_permanent() => return Check::unasked(NAME, &error),
        Err(error) => {
            return Check::unknown(
                NAME,
                crate::deliver::what_happened(&error),
                "groups that carry `admin` show when somebody is to join them",
            )
            .cure("let the account read `sys_group_has_role`; `user_admin` does");
        }
    };
    let carrying: BTreeMap<_, _> =
        rows.iter().map(|row| (row.get("group").to_owned(), row.get("group.name"))).collect();
    let ids: Vec<_> = carrying.keys().cloned().collect();
    let ours = match patient.engine.store.holders_of(&ids).await {
        Ok(holders) => holders,
        Err(error) => {
            return Check::unknown(NAME, error.to_string(), "our store did not tell which groups are ours");
        }
    };
    let ours = ours.iter().filter(|(_, holder)| matches!(holder, Subject::Group(_)));
    let names: BTreeSet<_> = ours.filter_map(|(id, _)| carrying.get(id.as_str()).copied()).collect();
    if names.is_empty() {
        let found = match carrying.len() {
            0 => "no group carries `admin` or `security_admin`".to_owned(),
            others => format!(
                "none of the groups that we deliver carries `admin` or `security_admin`; of those that are there, {others} do"
            ),
        };
        return Check::good(NAME, found, "members can be added");
    }
    let names: Vec<_> = names.into_iter().collect();
    Check::note(
        NAME,
        names.join(", "),
        "they carry `admin` or `security_admin`, so that only an \
        administrator may add members; nothing is sent",
    )
    .cure("fill these groups by hand, or take the role from the group")
}
