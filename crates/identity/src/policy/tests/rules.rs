//! Rules, precedence and circles.

use super::check;

#[test]
fn two_rules_for_one_role() {
    check(
        "[[roles]]
         role = 'itil'
         group = 'A'
         [[roles]]
         role = 'itil'
         group = 'B'
         effect = 'deny'",
        &[
            "error at 'itil': two rules want the role `itil` differently, and neither comes first; give each a `precedence` of its own; the lowest is tried first",
        ],
    );
}

#[test]
fn two_rules_of_the_same_precedence() {
    check(
        "[[roles]]
         role = 'itil'
         group = 'A'
         precedence = 1
         [[roles]]
         role = 'itil'
         group = 'B'
         effect = 'deny'
         precedence = 1",
        &[
            "error at 'itil': two rules want the role `itil` differently, and neither comes first; give each a `precedence` of its own; the lowest is tried first",
        ],
    );
}

#[test]
fn two_rules_for_one_field() {
    check(
        r#"[[fields]]
         field = 'department'
         group = 'A'
         value = '"A"'
         [[fields]]
         field = 'department'
         group = 'B'
         value = '"B"'"#,
        &[
            "error at 'department': two rules want the field `department` differently, and neither comes first; give each a `precedence` of its own; the lowest is tried first",
        ],
    );
}

#[test]
fn a_rule_for_nobody() {
    check(
        "[[roles]]
         role = 'itil'",
        &[r#"error at 'itil': the rule for `itil` does not say for whom; add `when = '…'` or `group = "…"`"#],
    );
}

#[test]
fn a_rule_with_two_conditions() {
    check(
        "[[roles]]
         role = 'itil'
         group = 'A'
         when = 'true'",
        &[
            r#"error at 'true': `group` and `when` exclude each other; write `isMemberOfGroupName("…") AND …` as `when`"#,
        ],
    );
}

#[test]
fn a_group_without_a_name() {
    check(
        "[[roles]]
         role = 'itil'
         group = ''",
        &["error at '': the group has no name; write it as its source has it"],
    );
}

#[test]
fn a_role_without_a_name() {
    check(
        "[[roles]]
         role = ' '
         group = 'A'",
        &["error at ' ': the role has no name; write it as the target has it"],
    );
}

#[test]
fn a_person_who_is_plain_text() {
    check(
        r#"[mapping.'*']
         user_name = 'user.userName'
         [[fields]]
         field = 'manager'
         group = 'A'
         value = '"ada"'"#,
        &[
            r#"error at 'manager': `manager` refers to sys_user, and the value is plain text; add `reference = "sys_user"` and `by = "user_name"`"#,
        ],
    );
}

#[test]
fn a_rule_for_what_the_lifecycle_writes() {
    check(
        r#"[[fields]]
         field = 'locked_out'
         group = 'A'
         value = '"true"'"#,
        &[
            "error at 'locked_out': `locked_out` is written by the lifecycle; see `[lifecycle]`; `active` has an order in `[authority]` only",
        ],
    );
}

#[test]
fn a_field_that_reads_itself() {
    check(
        r#"[[fields]]
         field = 'title'
         when = 'record.title == null'
         value = '"A"'"#,
        &[
            "error at 'title': `title` depends on itself: its rule reads `title`; let one of them read a source, as `user.…`, instead of `record.…`",
        ],
    );
}

#[test]
fn fields_that_read_each_other() {
    check(
        r#"[[fields]]
         field = 'city'
         when = 'record.state == null'
         value = '"A"'
         [[fields]]
         field = 'state'
         group = 'A'
         value = 'record.zip'
         [[fields]]
         field = 'zip'
         group = 'A'
         value = 'record.city'
         [[fields]]
         field = 'calendar_integration'
         group = 'A'
         value = 'record.zip'"#,
        &[
            "error at 'zip': `zip` depends on itself: its rule reads `city`, whose rule reads `state`, whose rule reads `zip`; let one of them read a source, as `user.…`, instead of `record.…`",
        ],
    );
}

#[test]
fn a_source_that_comes_twice() {
    check(
        "[authority]
         title = ['okta', 'okta']",
        &["error at 'okta': `okta` comes twice in this order; an order of authority names each source once"],
    );
}

#[test]
fn an_order_of_nobody() {
    check(
        "[authority]
         title = []",
        &["error at title: nobody decides `title`; name at least one source"],
    );
}

#[test]
fn an_employee_number_that_waits() {
    check(
        "[correlation]
         rules = [{ claim = 'employeeNumber', record = 'employee_number', then = 'review' }]",
        &[
            "error at { claim = 'employeeNumber', record = 'employee_number', then = 'review' }: an employee number links by itself; leave `unlinked_only` and `then` out",
        ],
    );
}

#[test]
fn a_login_that_proves_nothing() {
    check(
        "[correlation]
         rules = [{ claim = 'userName', record = 'user_name' }]",
        &[
            "error at { claim = 'userName', record = 'user_name' }: a login alone is no proof while another source claims the person; write `unlinked_only = true`",
        ],
    );
}

#[test]
fn a_column_that_shows_something_else() {
    check(
        "[correlation]
         rules = [{ claim = 'employeeNumber', record = 'email' }]",
        &[
            "error at 'email': `email` is not filled from `employeeNumber`, which the rule compares; write `record = \"employee_number\"`",
        ],
    );
    check(
        "[correlation]
         rules = [{ claim = 'externalId', record = 'user_name' }, { claim = 'userName', record = 'title', unlinked_only = true }]
         [mapping.'*']
         user_name = 'String.substringBefore(user.email, \"@\")'
         u_okta_user_id = 'user.externalId'",
        &[
            "error at 'user_name': `user_name` is not filled from `externalId`, which the rule compares; write `record = \"u_okta_user_id\"`",
            "error at 'title': `title` is not filled from `userName`, which the rule compares; leave `record` out",
        ],
    );
}

#[test]
fn a_column_that_two_mappings_fill_differently() {
    check(
        "[correlation]
         rules = [{ claim = 'employeeNumber', record = 'employee_number' }]
         [mapping.okta]
         employee_number = 'user.employeeNumber'
         [mapping.workday]
         employee_number = 'user.externalId'",
        &[
            "error at 'employee_number': `employee_number` is not filled from `employeeNumber`, which the rule compares; leave `record` out",
        ],
    );
}

#[test]
fn columns_that_show_what_is_compared() {
    let mapped = "
        [correlation]
        rules = [{ claim = 'userName', record = 'user_name', unlinked_only = true }, { claim = 'employeeNumber' },
                 { claim = 'email', record = 'u_mail', then = 'review' }]
        [mapping.'*']
        user_name = 'String.toLowerCase(user.login)'
        u_mail = 'user.email'";
    check(mapped, &[]);
}

#[test]
fn an_address_that_links() {
    check(
        "[correlation]
         rules = [{ claim = 'email', record = 'email' }]",
        &[
            r#"error at { claim = 'email', record = 'email' }: an e-mail address alone never links; write `then = "review"`"#,
        ],
    );
}
