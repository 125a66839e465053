//! Whether we may do what a delivery does: tried by reading a page of every table that is needed, and by giving our own
//! record a value that it already has. Other records are never written to find out.
//!
//! Access rules of rows take them out of a page after it was cut, and after the rows were counted (`X-Total-Count`): a page
//! with fewer rows than there are, and than were asked for, hides the others.

use super::{Check, LANE, Patient};
use crate::deliver::{GROUPS, HELD_ROLES, MEMBERS, ROLES, USERS, what_happened};
use std::collections::BTreeSet;
use tenure_connect::servicenow::{CallError, Fields, Query, Row};

const READING: &str = "rights to read";
const WRITING: &str = "rights to write";
/// The most tables that are tried.
const MOST: usize = 24;
/// The most rows of each that are looked for; access rules rarely spare so many.
const ROWS: usize = 1_000;

pub(super) async fn reading(patient: &Patient<'_>) -> Vec<Check> {
    let tables = tables(patient);
    let mut checks = Vec::new();
    for table in tables.iter().take(MOST) {
        let page = Query::all().limit(ROWS);
        checks.extend(match patient.client().glance(LANE, table, &page, &["sys_id"]).await {
            Ok(glance) => hidden(table, glance.rows.len() as u64, glance.total),
            Err(error) if error.is_permanent() => Some(closed(table, &error)),
            Err(error @ CallError::RateLimited { .. }) => {
                // The other tables would only say the same.
                checks.push(Check::unasked(READING, &error));
                break;
            }
            Err(error) => Some(Check::unasked(READING, &error)),
        });
    }
    if checks.is_empty() {
        let names: Vec<_> = tables.iter().map(String::as_str).collect();
        let means = format!("of every table that a delivery reads, the first {ROWS} rows are shown");
        checks.push(Check::good(READING, names.join(", "), means));
    }
    checks
}

fn tables(patient: &Patient<'_>) -> BTreeSet<String> {
    let policy = &patient.policy;
    let references = policy.references().map(|reference| reference.table.clone());
    let always = [USERS, GROUPS, MEMBERS];
    let roles = [ROLES, HELD_ROLES];
    let roles = roles.into_iter().filter(|_| !policy.roles.is_empty());
    always.into_iter().chain(roles).map(str::to_owned).chain(references).collect()
}

/// What a page of a table says of the rows that are missing from it.
fn hidden(table: &str, shown: u64, total: Option<u64>) -> Option<Check> {
    let Some(total) = total else {
        let found = format!("the answer does not say how many rows `{table}` has (`X-Total-Count`)");
        let cure = "let the header through, if a proxy or gateway takes it away";
        return Some(
            Check::unknown(READING, found, "whether some are hidden from us cannot be told").cure(cure),
        );
    };
    let page = total.min(ROWS as u64);
    if shown >= page {
        return None;
    }
    let hidden = page - shown;
    let found = match page == total {
        true => format!("`{table}` hides {hidden} of its {total} rows from us"),
        false => format!("`{table}` hides {hidden} of the first {page} of its {total} rows from us"),
    };
    let means = "rows that we do not see are taken for missing, and made again or waited for";
    Some(Check::bad(READING, found, means).cure(format!(
        "give the account a read access rule (ACL) that shows it every row of `{table}`: the role `user_admin`, unless \
         another rule, or a domain, is in the way"
    )))
}

fn closed(table: &str, error: &CallError) -> Check {
    let means = "what a delivery has to know of it cannot be known";
    Check::bad(READING, what_happened(error), means).cure(format!(
        "give the account a role that reads `{table}`, and allow web services in the table's Application Access"
    ))
}

pub(super) async fn writing(patient: &Patient<'_>) -> Check {
    let Some(account) = &patient.account else {
        let means = "nobody else's record is written to find out";
        let unknown = || Check::unknown(WRITING, "not tried: it cannot be told who we are", means);
        return patient.unasked(WRITING).unwrap_or_else(unknown);
    };
    let Some(same) = what_it_has(account) else {
        return Check::unknown(
            WRITING,
            "not tried: the user name of our own record is not shown",
            "an empty one in its place would lock us out",
        )
        .cure("let the account read `user_name` of its own record in `sys_user`");
    };
    match patient.client().update(LANE, USERS, &account.sys_id, &same, &["user_name"]).await {
        Ok(_) => by_roles(patient),
        Err(error) if error.is_permanent() => Check::bad(
            WRITING,
            what_happened(&error),
            "not even our own record may be written, and nothing is delivered",
        )
        .cure(error.help().unwrap_or("give the account `user_admin`")),
        Err(error) => Check::unasked(WRITING, &error),
    }
}

/// A write that changes nothing; `None` if what is there is not known.
fn what_it_has(account: &Row) -> Option<Fields> {
    let name = account.fields.get("user_name").filter(|name| !name.is_empty())?;
    Some(Fields::from([("user_name".to_owned(), name.clone())]))
}

/// Who may write only their own record passes the trial, too.
fn by_roles(patient: &Patient<'_>) -> Check {
    let means = "creating people, and single columns that an access rule closes, only show when \
        something is delivered";
    if patient.has("user_admin") {
        Check::good(WRITING, "our own record can be written, and our roles allow the others", means)
    } else if let Some(unasked) = patient.unasked(WRITING) {
        unasked
    } else if patient.roles.is_empty() {
        Check::unknown(WRITING, "our own record can be written; our roles are not shown", means)
    } else {
        Check::note(
            WRITING,
            "our own record can be written, and none of our roles is known to \
            allow the others",
            means,
        )
        .cure(
            "give the account `user_admin`, or see that a role of your own allows creating \
                and changing `sys_user`, `sys_user_group` and `sys_user_grmember`",
        )
    }
}

pub(super) fn tasks(patient: &Patient<'_>) -> Check {
    let name = "rights to tasks";
    if patient.policy.lifecycle.hand_over.is_empty() {
        return Check::good(name, "the policy hands no work over", "no right to tasks is needed");
    }
    if patient.has("itil") {
        Check::good(name, "our account has `itil`", "a leaver's open work can be handed over")
    } else if let Some(unasked) = patient.unasked(name) {
        unasked
    } else if patient.roles.is_empty() {
        Check::unknown(name, "our roles are not shown", "a leaver's open work may stay where it is")
    } else {
        Check::bad(
            name,
            "our account does not have `itil`",
            "the policy hands a leaver's open work over, and we may not write tasks",
        )
        .cure("give the account `itil`, or take `hand_over` out of the policy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use tenure_identity::id::SysId;

    #[test]
    fn a_page_with_fewer_rows_than_there_are_hides_some() {
        let found = |shown, total| hidden("t", shown, total).map(|check| (check.verdict, check.found));
        for whole in
            [found(0, Some(0)), found(3, Some(3)), found(1_000, Some(1_000)), found(1_000, Some(5_000))]
        {
            assert_eq!(whole, None);
        }
        let bad = |found: &str| Some((Verdict::Bad, found.to_owned()));
        assert_eq!(found(2, Some(3)), bad("`t` hides 1 of its 3 rows from us"));
        let of_the_first = "`t` hides 520 of the first 1000 of its 5000 rows from us";
        assert_eq!(found(480, Some(5_000)), bad(of_the_first));
        assert_eq!(found(20, None).map(|(verdict, _)| verdict), Some(Verdict::Unknown));
    }

    #[test]
    fn our_own_login_is_never_written_empty() {
        let row = |fields: &[(&str, &str)]| {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Row { sys_id: SysId::new("a1"), fields: fields.collect() }
        };
        assert_eq!(what_it_has(&row(&[])), None);
        assert_eq!(what_it_has(&row(&[("user_name", "")])), None);
        let name = row(&[("user_name", "tenure.integration"), ("web_service_access_only", "true")]);
        let expected = Fields::from([("user_name".to_owned(), "tenure.integration".to_owned())]);
        assert_eq!(what_it_has(&name), Some(expected));
    }
}
