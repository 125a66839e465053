//! Types, bounds and values.

use super::check;

#[test]
fn a_condition_that_is_text() {
    check(
        "[scope]
         users = 'user.title'",
        &["error at user.title: expected a condition, and this gives text; compare it with something"],
    );
}

#[test]
fn a_list_as_a_field() {
    check(
        "[mapping.'*']
         title = 'user.emails'",
        &[
            "error at user.emails: expected one value, and this gives a list; `Arrays.toCsvString(…)` makes text of a list",
        ],
    );
}

#[test]
fn an_argument_of_another_type() {
    check(
        "[mapping.'*']
         title = 'String.toUpperCase(user.emails)'",
        &["error at user.emails: expected text, found a list; this is `str` of `String.toUpperCase(str)`"],
    );
}

#[test]
fn an_expression_that_does_not_end() {
    check(
        "[mapping.'*']
         title = 'user.title + '",
        &["error at : expected a value, found the end"],
    );
}

#[test]
fn an_empty_expression() {
    check(
        "[mapping.'*']
         title = ''",
        &["error at : the expression is empty; for no value write null"],
    );
}

#[test]
fn an_empty_default() {
    check(
        "[mapping.'*']
         title = { value = 'user.title', default = ' ' }",
        &["error at ' ': the default is empty; leave it out, or give it a value"],
    );
}

#[test]
fn a_default_that_does_not_fit() {
    check(
        "[mapping.'*']
         country = { value = 'user.countryCode', default = 'Germany' }",
        &["error at 'Germany': the default has 7 characters and `country` holds 3; shorten it"],
    );
}

#[test]
fn a_length_of_nothing() {
    check(
        "[mapping.'*']
         title = { value = 'user.title', max_length = 0 }",
        &["error at 0: `title` would hold nothing; write at least 1"],
    );
}

#[test]
fn shortening_to_an_unknown_length() {
    check(
        "[mapping.'*']
         u_motto = { value = 'user.title', too_long = 'cut' }",
        &["error at 'cut': it is not known how much `u_motto` holds; add `max_length = …`"],
    );
}

#[test]
fn a_similarity_that_is_none() {
    check(
        "[correlation]
         near_duplicate = 0.2",
        &["error at 0.2: 0.2 is no similarity; write a number from 0.5 to 1; 0.92 is usual"],
    );
}

#[test]
fn a_window_that_is_none() {
    check(
        "[flapping]
         window = 'a while'",
        &["error at 'a while': `a while` is no length of time; write it as `1h`, `30m` or `24h`"],
    );
}

#[test]
fn a_limit_that_limits_nothing() {
    check(
        "[limits]
         deactivations = { window = '1h' }",
        &["error at { window = '1h' }: the limit limits nothing; give `count`, `percent` or both"],
    );
}

#[test]
fn more_than_everybody() {
    check(
        "[limits]
         deactivations = { percent = 101, window = '1h' }",
        &["error at 101: 101 percent are more than everybody; write a number from 0 to 100"],
    );
}

#[test]
fn less_than_nobody() {
    check(
        "[limits]
         deactivations = { percent = -1, window = '1h' }",
        &["error at -1: -1 percent are less than nobody; write a number from 0 to 100"],
    );
}

#[test]
fn a_limit_of_which_nothing_is_right() {
    check(
        "[limits]
         deactivations = { count = -1, percent = 500, window = '1 fortnight', then = 'explode' }
         [flapping]
         window = 'a while'",
        &[
            "error at -1: -1 is no number of people; write a number from 0 to 4294967295",
            "error at 500: 500 percent are more than everybody; write a number from 0 to 100",
            "error at '1 fortnight': `1 fortnight` is no length of time; write it as `1h`, `30m` or `24h`",
            "error at 'explode': `explode` is not possible here; possible here: `hold` or `warn`",
            "error at 'a while': `a while` is no length of time; write it as `1h`, `30m` or `24h`",
        ],
    );
}

#[test]
fn wrong_words_hide_nothing() {
    check(
        "[correlation]
         ambiguous = 'guess'
         rotated_external_id = 'relnk'
         rules = [{ claim = 'email', then = 'revue' }]
         [mapping.'*']
         department = { value = 'user.department', reference = 'cmn_department', missing = 'creat' }
         u_motto = { value = 'user.titel', too_long = 'cutt' }
         [authority]
         department = [{ source = 'okta', only = 'emptyish' }]
         [[roles]]
         role = 'admin'
         when = 'true'
         effect = 'permit'
         [lifecycle]
         delete = 'remove'
         deactivate_when = 'never'
         [expressions]
         nulls = 'lax'",
        &[
            "error at 'guess': `guess` is not possible here; possible here: `review` or `reject`",
            "error at 'relnk': `relnk` is not possible here; did you mean `relink`?",
            "error at 'revue': `revue` is not possible here; did you mean `review`?",
            "error at 'creat': `creat` is not possible here; did you mean `create`?",
            "error at titel: unknown attribute `titel`; did you mean `title`?",
            "error at 'cutt': `cutt` is not possible here; did you mean `cut`?",
            "error at 'emptyish': `emptyish` is not possible here; did you mean `empty`?",
            "error at 'permit': `permit` is not possible here; possible here: `grant` or `deny`",
            "error at 'remove': `remove` is not possible here; possible here: `deactivate`",
            "error at 'never': `never` is not possible here; possible here: `any` or `authoritative`",
            "error at 'lax': `lax` is not possible here; possible here: `strict`, `java`, `empty`",
        ],
    );
}
