//! Whether the stable key, by which everybody is found again, is unique in the target, and filled by the policy. Indexes are
//! not among what the dictionary shows; ServiceNow keeps what is unique by an index.

use super::{Check, Patient};
use crate::deliver::USERS;

const NAME: &str = "stable key";

pub(super) async fn look(patient: &Patient<'_>) -> Vec<Check> {
    let key = &patient.target.settings.key;
    let Ok(known) = patient.client().columns(super::LANE, USERS).await else { return Vec::new() };
    let mut checks = Vec::new();
    if !patient.fills(key) {
        let means = "nobody is found again when a login changes or after a clone";
        checks.push(
            Check::bad(NAME, format!("no mapping of the policy fills `{key}`"), means).cure(format!(
                "map it: `{key} = \"user.externalId\"`; or name another column in `target.key`"
            )),
        );
    }
    // That it is missing is told with the columns.
    if let Some(column) = known.get(key.as_str()) {
        checks.push(match column.unique {
            true => Check::good(
                NAME,
                format!("the dictionary says that `{key}` is unique"),
                "nobody can have two records by it, and ServiceNow keeps such a column by an index",
            ),
            false => Check::bad(
                NAME,
                format!("the dictionary says that `{key}` is not unique"),
                "two records may claim to be the same person, and looking people up reads the whole table unless \
                 the column has an index of its own, which is not shown to us",
            )
            .cure(format!(
                "tick Unique on the column `{key}` of `{USERS}` (merge records with the same value first)"
            )),
        });
    }
    checks.extend(known.get("user_name").filter(|column| !column.unique).map(|_| {
        Check::note(NAME, "`user_name` is not unique", "two people may log in as one")
            .cure("tick Unique on the column `user_name` of `sys_user`")
    }));
    checks
}

impl Patient<'_> {
    fn fills(&self, field: &tenure_identity::id::FieldName) -> bool {
        let mut mappings = self.policy.mapping.iter().chain(self.policy.mapping_of.values().flatten());
        mappings.any(|mapping| mapping.field == *field)
    }
}
