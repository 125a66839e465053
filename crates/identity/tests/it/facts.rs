//! The lab's rows and its provider's users as the facts that onboarding decides on.

use jiff::Timestamp;
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::onboard::{Existing, Known, Name};
use tenure_lab::brownfield::{Brownfield, Row};

pub(crate) fn existing(instance: &Brownfield) -> Vec<Existing> {
    instance.users.iter().map(|row| of_row(instance, row)).collect()
}

fn of_row(instance: &Brownfield, row: &Row) -> Existing {
    let text = |column: &str| row.get(column).cloned();
    let flag = |column: &str| row.get(column).is_some_and(|value| value == "true");
    let time = |column: &str| -> Option<Timestamp> { format!("{}Z", row.get(column)?).parse().ok() };
    Existing {
        key: text("u_okta_user_id"),
        employee_number: text("employee_number"),
        email: text("email"),
        name: Name { first: text("first_name"), middle: text("middle_name"), last: text("last_name") },
        phone: text("phone"),
        mobile_phone: text("mobile_phone"),
        department: text("department"),
        manager: text("manager").map(SysId::new),
        active: flag("active"),
        locked_out: flag("locked_out"),
        web_service_access_only: flag("web_service_access_only"),
        internal_integration_user: flag("internal_integration_user"),
        source: text("source"),
        last_login: time("last_login_time"),
        created: time("sys_created_on"),
        updated: time("sys_updated_on"),
        open_work: instance.open_tasks.get(&row["sys_id"]).copied().unwrap_or(0),
        other: text("title").into_iter().map(|title| (FieldName::new("title"), title)).collect(),
        ..Existing::new(SysId::new(&row["sys_id"]), &row["user_name"])
    }
}

pub(crate) fn identities(instance: &Brownfield) -> Vec<Known> {
    let known = instance.exported.iter().map(|user| Known {
        external_id: Some(user.id.clone()),
        employee_number: Some(user.employee_number.clone()),
        emails: vec![user.email.clone()],
        name: Name::of(&user.first_name, &user.last_name),
        active: user.status == "ACTIVE",
        ..Known::new(&user.id, &user.login)
    });
    known.collect()
}
