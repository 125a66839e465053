//! References.

use super::{accepted, check};
use crate::policy::{GroupKey, Missing, PersonKey, Reference, ReferenceKey};

#[test]
fn a_person_who_would_be_made() {
    check(
        "[mapping.'*']
         manager = { value = 'user.manager', reference = 'sys_user', missing = 'create' }",
        &[
            r#"error at 'create': a person is never made to fill a field; write `missing = "defer"`: the field is filled the moment they arrive"#,
        ],
    );
}

#[test]
fn a_default_that_is_not_there() {
    check(
        "[mapping.'*']
         department = { value = 'user.department', reference = 'cmn_department', missing = 'default' }",
        &[r#"error at 'default': there is no default to use; add `default = "…"`"#],
    );
}

#[test]
fn people_by_what_they_are_not_found_by() {
    check(
        "[mapping.'*']
         manager = { value = 'user.manager', reference = 'sys_user', by = 'title' }",
        &[
            "error at 'title': people cannot be looked up by `title`; name a field that is mapped from one of `externalId`, `employeeNumber`, `userName`, `emails` by itself",
        ],
    );
}

#[test]
fn people_by_a_field_that_is_computed() {
    check(
        "[mapping.'*']
         user_name = 'String.toLowerCase(user.userName)'
         manager = { value = 'user.manager', reference = 'sys_user', by = 'user_name' }",
        &[
            "error at 'user_name': people cannot be looked up by `user_name`; name a field that is mapped from one of `externalId`, `employeeNumber`, `userName`, `emails` by itself",
        ],
    );
}

#[test]
fn another_table_than_the_columns() {
    check(
        "[mapping.'*']
         department = { value = 'user.department', reference = 'cmn_location' }",
        &["error at 'cmn_location': `department` refers to cmn_department; write `cmn_department`"],
    );
}

#[test]
fn a_column_that_refers_to_nothing() {
    check(
        "[mapping.'*']
         title = { value = 'user.title', reference = 'cmn_title' }",
        &["error at 'cmn_title': `title` refers to nothing; leave `reference` out"],
    );
}

#[test]
fn details_without_a_reference() {
    check(
        "[mapping.'*']
         title = { value = 'user.title', by = 'name', missing = 'skip' }",
        &[
            r#"error at 'name': `by` is for references only; add `reference = "…"`, the table that the value names a row of"#,
            r#"error at 'skip': `missing` is for references only; add `reference = "…"`, the table that the value names a row of"#,
        ],
    );
}

#[test]
fn a_group_that_would_be_made() {
    check(
        "[mapping.'*']
         u_support_group = { value = 'user.title', reference = 'sys_user_group', missing = 'create' }",
        &[
            r#"error at 'create': a group is never made to fill a field; write `missing = "defer"`: the field is filled the moment it arrives"#,
        ],
    );
}

#[test]
fn groups_by_what_they_are_not_found_by() {
    check(
        "[mapping.'*']
         u_support_group = { value = 'user.title', reference = 'sys_user_group', by = 'email' }",
        &[
            "error at 'email': groups cannot be looked up by `email`; write `name`, or `external_id` for the id that their source gave them",
        ],
    );
}

fn rule(field: &str, more: &str) -> String {
    format!("[[fields]]\nfield = '{field}'\nwhen = 'user.title == \"x\"'\nvalue = '\"CC-100\"'\n{more}\n")
}

/// What the rules of a document refer to.
#[track_caller]
fn referring(document: &str) -> Vec<Reference> {
    let policy = accepted(document);
    policy.fields.into_iter().filter_map(|rule| rule.reference).collect()
}

#[test]
fn a_rule_says_what_it_refers_to() {
    let to = |more: &str| referring(&rule("u_owner", more)).remove(0);
    let center = to("reference = 'cmn_cost_center'\nby = 'code'\nmissing = 'create'");
    assert_eq!((center.table.as_str(), center.by.as_str(), center.key), ("cmn_cost_center", "code", None));
    assert_eq!(center.missing, Missing::Create);
    let person = to("reference = 'sys_user'\nby = 'employee_number'");
    assert_eq!(person.key, Some(ReferenceKey::Person(PersonKey::EmployeeNumber)));
    let group = to("reference = 'sys_user_group'\nmissing = 'skip'");
    assert_eq!((group.key, group.missing), (Some(ReferenceKey::Group(GroupKey::Name)), Missing::Skip));
}

#[test]
fn a_rule_that_says_nothing_refers_to_what_the_mappings_do() {
    let mapping = "[mapping.'*']
         u_support_group = { value = 'user.title', reference = 'sys_user_group', by = 'external_id' }
         location = { value = 'user.city', reference = 'cmn_location', default = 'HQ', missing = 'default' }\n";
    let found = referring(&format!("{mapping}{}{}", rule("u_support_group", ""), rule("location", "")));
    assert_eq!(found[0].missing, Missing::Defer, "rules have no default");
    assert_eq!(found[1].key, Some(ReferenceKey::Group(GroupKey::ExternalId)));
    assert_eq!(referring(&rule("cost_center", "")).len(), 1, "as the built-in mapping says");
}

#[test]
fn a_rule_whose_text_goes_where_a_reference_belongs() {
    let document = format!("[mapping.'*']\ncity = 'user.city'\n{}", rule("cost_center", ""));
    check(
        &document,
        &[
            r#"warning at 'cost_center': `cost_center` refers to cmn_cost_center, and the value is plain text; add `reference = "cmn_cost_center"` and `by = "name"`"#,
        ],
    );
}

#[test]
fn rules_are_checked_as_mappings_are() {
    check(
        &rule("cost_center", "reference = 'cmn_location'\nmissing = 'default'"),
        &[
            "error at 'cmn_location': `cost_center` refers to cmn_cost_center; write `cmn_cost_center`",
            "error at 'default': there is no default to use; write `defer` or `skip`; a rule has no default",
        ],
    );
    check(
        &rule("manager", "reference = 'sys_user'\nby = 'title'\nmissing = 'create'"),
        &[
            "error at 'title': people cannot be looked up by `title`; name a field that is mapped from one of `externalId`, `employeeNumber`, `userName`, `emails` by itself",
            r#"error at 'create': a person is never made to fill a field; write `missing = "defer"`: the field is filled the moment they arrive"#,
        ],
    );
    check(
        &rule("title", "by = 'name'"),
        &[
            r#"error at 'name': `by` is for references only; add `reference = "…"`, the table that the value names a row of"#,
        ],
    );
}

#[test]
fn mappings_that_do_not_agree_for_the_rule() {
    let mappings = "[mapping.okta]
         manager = { value = 'user.manager', reference = 'sys_user', by = 'user_name' }
         [mapping.workday]
         manager = { value = 'user.manager', reference = 'sys_user', by = 'employee_number' }\n";
    check(
        &format!("{mappings}{}", rule("manager", "")),
        &[
            r#"error at 'manager': mappings look up what `manager` refers to by `user_name`, `employee_number`; add `reference = "sys_user"` to the rule, and `by = "…"`"#,
        ],
    );
    let said = rule("manager", "reference = 'sys_user'\nby = 'email'");
    assert_eq!(referring(&format!("{mappings}{said}")).len(), 1);
}

#[test]
fn rules_of_one_field_look_its_text_up_in_one_way() {
    let by = |column: &str| rule("cost_center", &format!("reference = 'cmn_cost_center'\nby = '{column}'"));
    check(
        &format!("{}{}", by("name"), by("code")),
        &[
            "error at 'cost_center': two rules say differently what `cost_center` refers to; give both the same `reference`, `by` and `missing`",
        ],
    );
    let mapping = "[mapping.'*']
         cost_center = { value = 'user.costCenter', reference = 'cmn_cost_center', default = 'none' }\n";
    check(
        &format!("{mapping}{}", by("code")),
        &[
            "error at 'cost_center': the default of `cost_center` is looked up by `name`; write `by = \"name\"` here, too",
        ],
    );
    let person = |column: &str| rule("manager", &format!("reference = 'sys_user'\nby = '{column}'"));
    assert_eq!(referring(&format!("{}{}", person("user_name"), person("email"))).len(), 2);
}
