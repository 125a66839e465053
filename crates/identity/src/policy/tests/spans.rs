//! Errors in expressions point at the very characters, however the string is written.

use super::{check, parse};

/// A mapping whose expression reads `user.titel`, written so.
#[track_caller]
fn points_at_titel(written: &str) {
    let document = format!("[mapping.'*']\ntitle = {written} # titel\ncity = 'user.city'");
    check(&document, &["error at titel: unknown attribute `titel`; did you mean `title`?"]);
    let (_, problems) = parse(&document);
    assert_eq!(problems[0].span.start, document.find("titel").unwrap(), "the one in the expression");
}

#[test]
fn strings_of_every_kind() {
    points_at_titel("'user.titel'");
    points_at_titel(r#""user.titel""#);
    points_at_titel(r#""user.city + \"\\\" + '\u00e9' + user.titel""#);
    points_at_titel("'''user.city +\n  user.titel'''");
    points_at_titel("'''\nuser.titel'''");
    points_at_titel("\"\"\"\r\nuser.city + \\\n    user.titel\"\"\"");
    points_at_titel("{ value = 'user.titel', default = 'None' }");
    points_at_titel("{ value = \"\"\"\nuser.titel\"\"\" }");
}

#[test]
fn conditions_of_rules() {
    check(
        "[[roles]]\nrole = 'admin'\nwhen = \"user.title == 'Ä' AND user.titel == 'x'\"",
        &["error at titel: unknown attribute `titel`; did you mean `title`?"],
    );
}

#[test]
fn bounds_of_expressions() {
    let too_long = format!("[mapping.'*']\ntitle = '\"{}\"'", "x".repeat(9000));
    let too_deep = format!("[mapping.'*']\ntitle = '{}1{}'", "(".repeat(500), ")".repeat(500));
    let message = |document: &str| parse(document).1.remove(0).message;
    assert_eq!(message(&too_long), "the expression is longer than 8192 bytes");
    assert_eq!(message(&too_deep), "the expression is nested deeper than 100 levels");
}
