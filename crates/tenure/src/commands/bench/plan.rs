//! What a policy would change for everybody, asked of the server through its admin API: 30 fields, 20 roles and 10 orders
//! of authority, on everybody who was loaded.

use super::load::{Crew, Request, Source};
use super::side::Side;
use serde_json::json;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tenure_lab::http::Method;

/// Beyond so many people the answer takes longer than a request may.
const MOST: usize = 300_000;

/// How long it took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub(super) people: usize,
    pub(super) elapsed: Duration,
}

impl Planned {
    pub(super) fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.people).unwrap_or(u32::MAX))
            / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

/// Plans the policy once; nothing if there are too many people for one request.
pub(super) async fn measure(side: &Side, people: usize) -> anyhow::Result<Option<Planned>> {
    if people > MOST {
        return Ok(None);
    }
    let (api, token) = &side.admin;
    let mut crew = Crew::admin(api, token)?;
    let body = json!({ "document": document() }).to_string();
    let asked = AtomicBool::new(false);
    let source: Source = Arc::new(move || {
        let first = !asked.swap(true, Ordering::Relaxed);
        first.then(|| Request::send(Method::POST, "/policies/plan".to_owned(), body.clone()))
    });
    let sample = crew.work(None, &source).await?;
    Ok(Some(Planned { people, elapsed: sample.elapsed }))
}

/// The sizes that a large company's policy has.
fn document() -> String {
    let mut text = String::from(
        r#"[mapping."*"]
user_name = "user.userName"
first_name = "user.firstName"
last_name = "String.toUpperCase(user.lastName)"
email = "user.email"
title = { value = "user.title", too_long = "cut_at_word" }
department = { value = 'user.department ?: "Unassigned"', reference = "cmn_department", by = "name", missing = "create" }
cost_center = { value = "user.costCenter", reference = "cmn_cost_center", by = "name", missing = "defer" }
company = { value = "user.organization", reference = "core_company", by = "name", missing = "defer" }
manager = { value = "user.manager", reference = "sys_user", by = "u_okta_user_id", missing = "defer" }
employee_number = "user.employeeNumber"
u_okta_user_id = "user.externalId"
phone = "user.workPhone"
mobile_phone = "user.mobilePhone"
street = "user.streetAddress"
city = "user.city"
state = "user.state"
zip = "user.zipCode"
country = "user.countryCode"
time_zone = "user.timezone"
"#,
    );
    for number in 0..11 {
        writeln!(text, r#"u_extra_{number} = 'String.append(user.department, " {number}")'"#)
            .expect("text can be written to a string");
    }
    text.push_str("[authority]\n");
    for number in 0..10 {
        writeln!(text, r#"u_extra_{number} = ["okta"]"#).expect("text can be written to a string");
    }
    for number in 0..20 {
        writeln!(
            text,
            "[[roles]]\nrole = \"role_{number:02}\"\nwhen = 'user.department == \"Team {number}\" AND String.stringContains(user.title, \"Engineer\")'"
        )
        .expect("text can be written to a string");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_identity::id::SourceName;
    use tenure_identity::policy::{Policy, Surroundings};
    use tenure_scim::schema::Catalog;

    #[test]
    fn the_policy_has_the_size_that_is_promised() {
        let (okta, catalog) = ([SourceName::new("okta")], Catalog::standard());
        let around = Surroundings { sources: &okta, catalog: &catalog };
        let (policy, _) = Policy::parse(&document(), around).unwrap();
        let sizes = (policy.mapping.len(), policy.roles.len(), policy.authority.fields.len());
        assert_eq!(sizes, (30, 20, 10));
    }
}
