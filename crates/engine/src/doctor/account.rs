//! Our own account in the target: who we are, and whether we may do more than we need.

use super::{Check, LANE, Patient};
use crate::account::{POWERFUL, roles_of};
use tenure_connect::servicenow::CallError;

/// What is read of our own record.
const COLUMNS: [&str; 3] = ["sys_id", "user_name", "web_service_access_only"];

/// Looks for our account's record and roles, as far as they are shown.
///
/// # Errors
/// If the target cannot be asked. What was found before that is kept.
pub(super) async fn ourselves(patient: &mut Patient<'_>) -> Result<(), CallError> {
    let target = patient.target;
    let name = target.settings.account.as_deref();
    patient.account = match target.client.myself(LANE, name, &COLUMNS).await {
        Err(error) if error.is_permanent() => None,
        account => account?,
    };
    if let Some(account) = &patient.account {
        patient.roles = roles_of(&target.client, LANE, &account.sys_id).await?;
    }
    Ok(())
}

pub(super) fn identity(patient: &Patient<'_>) -> Check {
    if let Some(unasked) = patient.unasked("account") {
        return unasked;
    }
    let Some(account) = &patient.account else {
        return Check::unknown(
            "account",
            "it cannot be told which user of the target we are",
            "our rights can only be tried by reading",
        )
        .cure("let the account read its own record in `sys_user`");
    };
    let name = match account.get("user_name") {
        "" => account.sys_id.as_str(),
        name => name,
    };
    if patient.roles.is_empty() {
        let means = "it cannot be said beforehand what we may do";
        return Check::unknown("account", format!("we are `{name}`; its roles are not shown"), means)
            .cure("let the account read `sys_user_has_role`; `user_admin` does");
    }
    let roles: Vec<_> = patient.roles.iter().map(String::as_str).collect();
    Check::good("account", format!("we are `{name}`, with {}", roles.join(", ")), "our rights can be told")
}

pub(super) fn excess(patient: &Patient<'_>) -> Check {
    let name = "excessive rights";
    if let Some(unasked) = patient.unasked(name) {
        return unasked;
    }
    let Some(account) = &patient.account else {
        return Check::unknown(name, "it cannot be told who we are", "our account may be too powerful");
    };
    let powerful: Vec<_> = POWERFUL.into_iter().filter(|role| patient.roles.contains(*role)).collect();
    if !powerful.is_empty() {
        let found = format!("our account holds {}", powerful.join(" and "));
        return Check::note(name, found, "whoever gets our credentials owns the instance").cure(
            "take it away and give `user_admin`, `itil` (for handing over work) and `snc_platform_rest_api_access`; \
             groups that carry `admin` are then for people to fill",
        );
    }
    match account.get("web_service_access_only") {
        "true" | "1" if patient.roles.is_empty() => {
            Check::unknown(name, "the roles of our account are not shown", "our account may be too powerful")
        }
        "true" | "1" => Check::good(name, "no administrator, and no logging in to pages", "the least that serves"),
        "" => Check::unknown(
            name,
            "`web_service_access_only` of our account is not shown",
            "somebody may log in to the instance's pages with our credentials",
        ),
        _ => Check::note(
            name,
            "`web_service_access_only` of our account is off",
            "somebody may log in to the instance's pages with our credentials",
        )
        .cure("tick \"Web service access only\" on the account's user record (or make its identity type Machine)"),
    }
}
