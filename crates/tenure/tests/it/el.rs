//! `tenure el`: the value alone on standard output, what is wrong beside the text on standard error, and exit codes.

use crate::support::Scene;
use insta::assert_snapshot;

const PERSON: &str = r#"{
  "user": { "firstName": "Ada", "lastName": "Lovelace", "tags": ["a", "b"] },
  "groups": [{ "id": "00g1", "name": "ServiceNow Users" }]
}"#;

fn scene() -> Scene {
    let scene = Scene::empty();
    scene.write("person.json", PERSON);
    scene
}

fn eval(expression: &str) -> String {
    scene().run(&["el", "eval", expression, "--context", "person.json", "--now", "2026-01-31T09:00:00Z"])
}

#[test]
fn the_value_is_alone_on_standard_output() {
    let scene = scene();
    let data = |expression: &str| scene.data(&["el", "eval", expression, "--context", "person.json"]);
    assert_eq!(data("user.firstName + '.' + user.lastName"), "\"Ada.Lovelace\"\n");
    assert_eq!(data("user.middleName"), "null\n");
    assert_eq!(data("-1"), "-1\n");
    assert_eq!(data("isMemberOfGroupName('ServiceNow Users')"), "true\n");
    assert_eq!(data("Arrays.add(user.tags, 3)"), "[\n  \"a\",\n  \"b\",\n  3\n]\n");
    assert_eq!(scene.data(&["el", "eval", "1 + 1"]), "2\n");
}

#[test]
fn the_time_is_given_or_the_clock_s() {
    assert_snapshot!(eval("Time.now('Europe/Berlin')"), @r#"
    exit 0
    --- stdout
    "2026-01-31T10:00:00.000+01:00"
    "#);
    let now: String = serde_json::from_str(&scene().data(&["el", "eval", "Time.now()"])).unwrap();
    assert!(now.parse::<jiff::Timestamp>().is_ok(), "{now}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    assert_snapshot!(eval("String.toUpper(user.firstName) + (user.lastName = 'x' ? 1"), @r"
    exit 1
    --- stderr
    error: unknown function `String.toUpper`
      |
    1 | String.toUpper(user.firstName) + (user.lastName = 'x' ? 1
      | ^^^^^^^^^^^^^^
      |
      = help: did you mean `String.toUpperCase`?
    error: `(` is never closed
      |
    1 | String.toUpper(user.firstName) + (user.lastName = 'x' ? 1
      |                                  ^
      |
      = help: add `)`
    error: the condition has no ELSE
      |
    1 | String.toUpper(user.firstName) + (user.lastName = 'x' ? 1
      |                                   ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `condition ? value : other value`; `: null` for no value
    error: a single `=` does not compare
      |
    1 | String.toUpper(user.firstName) + (user.lastName = 'x' ? 1
      |                                                 ^
      |
      = help: write `==`
    ");
}

#[test]
fn warnings_do_not_stop() {
    assert_snapshot!(eval("toUpperCase(user.firstName) == 'ADA' and true"), @r"
    exit 0
    --- stdout
    true
    --- stderr
    warning: `toUpperCase` is deprecated
      |
    1 | toUpperCase(user.firstName) == 'ADA' and true
      | ^^^^^^^^^^^
      |
      = help: write `String.toUpperCase(…)`
    warning: `and` is written `AND`
      |
    1 | toUpperCase(user.firstName) == 'ADA' and true
      |                                      ^^^
    ");
}

#[test]
fn failures_say_where_and_what_helps() {
    assert_snapshot!(eval("user.firstName + user.middleName"), @r"
    exit 1
    --- stderr
    error: this is null, and would write the text `null`
      |
    1 | user.firstName + user.middleName
      |                  ^^^^^^^^^^^^^^^
      |
      = help: give a default with `?:`, or test for null first
    ");
    let nulls = |mode| scene().data(&["el", "eval", "'Ada' + user.middleName", "--nulls", mode]);
    assert_eq!(nulls("java"), "\"Adanull\"\n");
    assert_eq!(nulls("empty"), "\"Ada\"\n");
}

#[test]
fn checking_tells_what_an_expression_gives_and_reads() {
    let expression = "user.department == 'Sales' AND isMemberOfGroupName('a')";
    assert_snapshot!(scene().run(&["el", "check", expression]), @r#"
    exit 0
    --- stdout
    {
      "gives": "a truth value",
      "reads": {
        "attributes": [
          "user.department"
        ],
        "groups": true,
        "related": false,
        "internal": false,
        "time": false
      },
      "warnings": 0
    }
    "#);
    assert_snapshot!(scene().run(&["el", "check", "user.x.toUpperCase()", "--dialect", "classic"]), @r"
    exit 1
    --- stderr
    error: `toUpperCase` exists only in Identity Engine expressions
      |
    1 | user.x.toUpperCase()
      |        ^^^^^^^^^^^
      |
      = help: write `String.toUpperCase(str)`
    ");
}

#[test]
fn wrong_usage_and_files() {
    let scene = scene();
    scene.write("broken.json", "{");
    assert_eq!(scene.output(&["el", "eval"]).status.code(), Some(2));
    assert_eq!(scene.output(&["el", "eval", "1", "--now", "soon"]).status.code(), Some(2));
    assert_snapshot!(scene.run(&["el", "eval", "1", "--context", "absent.json"]), @r"
    exit 1
    --- stderr
    error: cannot read `absent.json`
      because: No such file or directory (os error 2)
    ");
    assert_snapshot!(scene.run(&["el", "eval", "1", "--context", "broken.json"]), @r"
    exit 1
    --- stderr
    error: `broken.json` is not JSON
      because: EOF while parsing an object at line 1 column 1
    ");
}
