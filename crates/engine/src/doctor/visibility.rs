//! Whether inactive users are shown to us. A leaver whom we do not see cannot be taken back: the look-up finds nobody, and
//! making the record anew is refused.

use super::{Check, LANE, Patient};
use crate::deliver::USERS;
use tenure_connect::servicenow::Query;

const NAME: &str = "inactive users";

/// How inactive users come to be shown to us.
pub(crate) const CURE: &str = "give the account a role for which the query business rules and access rules of \
    `sys_user` make an exception";

pub(super) async fn look(patient: &Patient<'_>) -> Check {
    let query = Query::all().is("active", "false");
    let glance = match patient.client().glance(LANE, USERS, &query, &["sys_id", "active"]).await {
        Ok(glance) => glance,
        Err(error) => return Check::unasked(NAME, &error),
    };
    match (glance.rows.is_empty(), glance.total) {
        (false, _) => Check::good(NAME, "they are shown to us", "whoever comes back gets their old record"),
        (true, Some(total)) if total > 0 => Check::bad(
            NAME,
            format!("there are {total}, and the first are not shown to us"),
            "whoever comes back cannot be found, and a second record is refused",
        )
        .cure(CURE),
        (true, _) => Check::unknown(
            NAME,
            "none is shown to us",
            "either there is none, or a query rule hides them: the two cannot be told apart from here",
        )
        .cure(format!(
            "as an administrator, see whether `sys_user` has anybody with active = false; if so, {CURE}"
        )),
    }
}
