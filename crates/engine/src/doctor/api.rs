//! Interfaces beside the Table API, which make deliveries quicker or better explained: batches, counts, the audit.

use super::{Check, LANE, Patient};
use crate::deliver::{USERS, what_happened};
use tenure_connect::servicenow::{Query, Request};

pub(super) async fn batch(patient: &Patient<'_>) -> Check {
    let name = "batch";
    let Some(account) = &patient.account else {
        let means = "memberships may take a call each";
        let unknown = || Check::unknown(name, "not tried: it cannot be told who we are", means);
        return patient.unasked(name).unwrap_or_else(unknown);
    };
    let read = || Request::Get {
        table: USERS.to_owned(),
        id: account.sys_id.clone(),
        columns: vec!["sys_id".to_owned()],
    };
    match patient.client().batch(LANE, &[read(), read()]).await {
        Ok(_) if patient.client().may_batch() => {
            Check::good(name, "the Batch API answers", "many memberships take one call")
        }
        Ok(_) => {
            Check::note(name, "the instance has no Batch API", "every membership takes a call of its own")
                .cure("activate the plugin of the REST Batch API, if the first load takes too long")
        }
        Err(error) => Check::unasked(name, &error),
    }
}

pub(super) async fn counting(patient: &Patient<'_>) -> Check {
    let name = "interface";
    let release = release(patient).await;
    let release = release.map_or_else(String::new, |release| format!("; the release is {release}"));
    match patient.client().count(LANE, USERS, &Query::all()).await {
        Ok(count) => Check::good(
            name,
            format!("Table and Aggregate API answer in their newest version{release}"),
            format!("there are {count} users"),
        ),
        Err(error) if error.is_permanent() => Check::note(
            name,
            format!("{}{release}", what_happened(&error)),
            "users cannot be counted beforehand; deliveries do not need it",
        )
        .cure("give the account `snc_platform_rest_api_access`"),
        Err(error) => Check::unasked(name, &error),
    }
}

/// The instance's release, where it is shown; few accounts may see it.
async fn release(patient: &Patient<'_>) -> Option<String> {
    let query = Query::all().is("name", "glide.buildname").limit(1);
    let rows =
        patient.client().list(LANE, "sys_properties", &query, &["sys_id", "name", "value"]).await.ok()?;
    rows.first().map(|row| row.get("value").to_owned()).filter(|value| !value.is_empty())
}

pub(super) async fn audit(patient: &Patient<'_>) -> Check {
    let name = "audit";
    let query = Query::all().is("tablename", USERS);
    match patient.client().glance(LANE, "sys_audit", &query, &["sys_id", "tablename"]).await {
        Ok(glance) if !glance.rows.is_empty() => {
            Check::good(name, "it is shown to us", "who changed a value behind our back can be named")
        }
        Ok(_) => Check::note(
            name,
            "none of it is shown to us",
            "a value that was altered is found, but not by whom",
        )
        .cure("let the account read `sys_audit`, and see that auditing of `sys_user` is on"),
        Err(error) if error.is_permanent() => {
            Check::note(name, what_happened(&error), "a value that was altered is found, but not by whom")
                .cure("let the account read `sys_audit`")
        }
        Err(error) => Check::unasked(name, &error),
    }
}
