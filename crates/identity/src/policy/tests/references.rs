//! References.

use super::check;

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

#[test]
fn a_rule_for_a_field_that_refers_to_a_group() {
    check(
        "[mapping.'*']
         u_support_group = { value = 'user.title', reference = 'sys_user_group' }
         [[fields]]
         field = 'u_support_group'
         when = 'user.title == \"x\"'
         value = '\"Service Desk\"'",
        &[
            "error at 'u_support_group': `u_support_group` refers to a group, and rules give text; leave it to the mapping, or to the rule and text alone",
        ],
    );
}
