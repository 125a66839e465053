//! Documents of another shape.

use super::check;

#[test]
fn an_unknown_table() {
    check(
        "[scop]
         users = 'true'",
        &["error at scop: there is no setting `scop` here; did you mean `scope`?"],
    );
}

#[test]
fn an_unknown_setting() {
    check(
        "[mapping.okta]
         title = { valu = 'user.title' }",
        &["error at valu: there is no setting `valu` here; did you mean `value`?"],
    );
}

#[test]
fn a_setting_that_is_like_nothing() {
    check(
        "[lifecycle]
         colour = 'blue'",
        &[
            "error at colour: there is no setting `colour` here; possible here: `delete`, `lock_out`, `free_user_name`, `hand_over`, `deactivate_when`",
        ],
    );
}

#[test]
fn a_missing_setting() {
    check(
        "[mapping.okta]
         title = { default = 'None' }",
        &["error at { default = 'None' }: `value` is missing; add `value`"],
    );
}

#[test]
fn an_unknown_word() {
    check(
        "[correlation]
         ambiguous = 'guess'",
        &["error at 'guess': `guess` is not possible here; possible here: `review` or `reject`"],
    );
}

#[test]
fn a_word_that_is_nearly_right() {
    check(
        "[mapping.'*']
         department = { value = 'user.department', reference = 'cmn_department', missing = 'creat' }",
        &["error at 'creat': `creat` is not possible here; did you mean `create`?"],
    );
}

#[test]
fn a_number_for_an_expression() {
    check(
        "[mapping.okta]
         title = 3",
        &["error at 3: expected an expression, or a table with `value`, found `3`"],
    );
}

#[test]
fn a_list_for_an_expression() {
    check(
        "[mapping.okta]
         title = ['user.title']",
        &["error at ['user.title']: expected an expression, or a table with `value`, found a list"],
    );
}

#[test]
fn text_for_a_list() {
    check(
        "[authority]
         title = 'okta'",
        &["error at 'okta': expected a list in brackets, found the text 'okta'; write `['okta']`"],
    );
}

#[test]
fn text_for_a_flag() {
    check(
        "[lifecycle]
         lock_out = 'yes'",
        &["error at 'yes': expected `true` or `false`, found the text 'yes'"],
    );
}

#[test]
fn text_for_a_number() {
    check(
        "[correlation]
         near_duplicate = 'high'",
        &["error at 'high': expected a number, found the text 'high'"],
    );
}

#[test]
fn a_negative_number() {
    check(
        "[limits]
         deactivations = { count = -1, window = '1h' }",
        &["error at -1: -1 is no number of people; write a number from 0 to 4294967295"],
    );
}

#[test]
fn a_receiver_that_is_none() {
    check(
        "[lifecycle]
         hand_over = { to = 'boss' }",
        &[
            r#"error at 'boss': expected `"manager"`, `"assignment_group"`, `{ group = "…" }` or `{ person = "…" }`, found the text 'boss'"#,
        ],
    );
}

#[test]
fn a_receiver_of_another_kind() {
    check(
        "[lifecycle]
         hand_over = { to = 'manager', otherwise = [{ team = 'Desk' }] }",
        &["error at team: `team` is not possible here; possible here: `group` or `person`"],
    );
}

#[test]
fn deletion() {
    check(
        "[lifecycle]
         delete = 'remove'",
        &["error at 'remove': `remove` is not possible here; possible here: `deactivate`"],
    );
}

#[test]
fn a_table_that_comes_twice() {
    check(
        "[scope]
         [scope]",
        &["error at scope: `scope` is there twice; keep one of them"],
    );
}

#[test]
fn text_that_does_not_end() {
    check(
        "[scope]
         users = 'true",
        &["error at : invalid literal string, expected `'`; the document is not valid TOML"],
    );
}
