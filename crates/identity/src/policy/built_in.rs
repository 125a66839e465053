//! The policy that applies when nobody wrote another.
//!
//! Fields and lengths are those of ServiceNow's `sys_user` (Contact API reference and ServiceNow's own SCIM mapping):
//! a value that a column would cut is refused with its reason, never cut.

use super::{
    Authority, Correlation, CorrelationRule, DeactivateWhen, Expression, Flapping, Lifecycle, Mapping,
    OnDoubt, OnRotation, Policy, Preference, Selector,
};
use crate::id::SourceName;
use std::collections::BTreeMap;
use tenure_scim::schema::ENTERPRISE_USER;

const DAY: i64 = 24 * 60 * 60;

impl Policy {
    /// The built-in policy for these sources; the first of them decides where several have a value.
    pub fn built_in(sources: Vec<SourceName>) -> Self {
        Self {
            correlation: Correlation {
                rules: vec![
                    CorrelationRule::EmployeeNumber,
                    CorrelationRule::UnlinkedUserName,
                    CorrelationRule::EmailForReview,
                ],
                ambiguous: OnDoubt::Review,
                rotated_external_id: OnRotation::Relink,
                near_duplicate: 0.92,
            },
            mapping: mapping(),
            mapping_of: BTreeMap::new(),
            authority: Authority { default: sources, fields: BTreeMap::new() },
            lifecycle: Lifecycle { lock_out: true, deactivate_when: DeactivateWhen::Any },
            flapping: Flapping { window_seconds: DAY },
        }
    }
}

fn mapping() -> Vec<Mapping> {
    let mut mapping = names();
    mapping.extend(contact());
    mapping.extend(employment());
    mapping
}

fn names() -> Vec<Mapping> {
    vec![
        field("user_name", core("userName"), 40),
        field("first_name", part("name", "givenName"), 50),
        field("middle_name", part("name", "middleName"), 50),
        field("last_name", part("name", "familyName"), 50),
        field("introduction", part("name", "honorificPrefix"), 40),
        field("u_okta_user_id", core("externalId"), 255),
        field("time_zone", core("timezone"), 40),
        Mapping {
            field: "preferred_language".into(),
            value: Expression::PrimaryLanguage(core("preferredLanguage")),
            max_length: Some(3),
        },
    ]
}

fn contact() -> Vec<Mapping> {
    let work_first = || vec![Preference::Primary, typed("work"), Preference::First];
    // ServiceNow's own mapping reads home addresses only; the others serve where there is none.
    let home_first = || vec![typed("home"), Preference::Primary, typed("work"), Preference::First];
    let phone = |kind| element("phoneNumbers", vec![typed(kind)], "value");
    vec![
        field("email", element("emails", work_first(), "value"), 100),
        field("phone", phone("work"), 40),
        field("mobile_phone", phone("mobile"), 40),
        field("home_phone", phone("home"), 40),
        field("street", element("addresses", home_first(), "streetAddress"), 255),
        field("city", element("addresses", home_first(), "locality"), 40),
        field("state", element("addresses", home_first(), "region"), 40),
        field("zip", element("addresses", home_first(), "postalCode"), 40),
        field("country", element("addresses", home_first(), "country"), 3),
    ]
}

fn employment() -> Vec<Mapping> {
    vec![
        field("title", core("title"), 60),
        field("employee_number", enterprise("employeeNumber", None), 40),
        field("company", enterprise("organization", None), 100),
        field("cost_center", enterprise("costCenter", None), 100),
        field("department", enterprise("department", None), 100),
        field("manager", enterprise("manager", Some("value")), 255),
    ]
}

fn field(name: &str, selector: Selector, max_length: usize) -> Mapping {
    Mapping { field: name.into(), value: Expression::Select(selector), max_length: Some(max_length) }
}

fn core(attribute: &str) -> Selector {
    Selector { schema: None, attribute: attribute.into(), prefer: Vec::new(), sub: None }
}

fn part(attribute: &str, sub: &str) -> Selector {
    Selector { sub: Some(sub.into()), ..core(attribute) }
}

fn element(attribute: &str, prefer: Vec<Preference>, sub: &str) -> Selector {
    Selector { prefer, ..part(attribute, sub) }
}

fn enterprise(attribute: &str, sub: Option<&str>) -> Selector {
    Selector { schema: Some(ENTERPRISE_USER.into()), sub: sub.map(Into::into), ..core(attribute) }
}

fn typed(kind: &str) -> Preference {
    Preference::Type(kind.into())
}
