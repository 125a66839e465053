//! Whether the roles that the policy gives exist in the target, and are ours to give.

use super::{Check, LANE, Patient};
use crate::account::POWERFUL;
use crate::deliver::ROLES;
use std::collections::BTreeSet;
use tenure_connect::servicenow::{Condition, Query};

const NAME: &str = "roles of the policy";
/// The most roles that are looked for.
const MOST: usize = 200;

pub(super) async fn look(patient: &Patient<'_>) -> Check {
    let wanted: BTreeSet<&str> =
        patient.policy.roles.iter().map(|rule| rule.role.as_str()).take(MOST).collect();
    if wanted.is_empty() {
        return Check::good(NAME, "the policy gives none", "roles of the target are left alone");
    }
    let query = Query::of(Condition::one_of("name", wanted.iter().copied())).limit(MOST);
    let there: BTreeSet<_> = match patient.client().list(LANE, ROLES, &query, &["sys_id", "name"]).await {
        Ok(rows) => rows.iter().map(|row| row.get("name").to_owned()).collect(),
        Err(error) => return Check::unasked(NAME, &error),
    };
    let missing: Vec<_> = wanted.iter().copied().filter(|role| !there.contains(*role)).collect();
    let beyond: Vec<_> = wanted.iter().copied().filter(|role| POWERFUL.contains(role)).collect();
    if !missing.is_empty() {
        Check::bad(
            NAME,
            format!("not there, or not shown: {}", missing.join(", ")),
            "whoever should have them is delivered without",
        )
        .cure("create them in `sys_user_role`, or correct their names in the policy")
    } else if !beyond.is_empty() && !patient.is_admin() {
        Check::bad(
            NAME,
            format!("only an administrator gives {}", beyond.join(" and ")),
            "whoever should have them is delivered without",
        )
        .cure("take them out of the policy, and have a person give them")
    } else {
        Check::good(NAME, format!("all {} are there", wanted.len()), "they can be given")
    }
}
