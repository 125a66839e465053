//! What the reference leaves open, each switch in both positions; and what a program knows of itself.

use serde_json::{Value as Json, json};
use tenure_el::settings::{Matching, NullProperty, ReplaceFirst, ShortZones, UnixUnit, WithoutSeparator};
use tenure_el::{Expect, JsonContext, Options, Program, Settings, Type, Vocabulary};

fn compile(text: &str) -> Program {
    Program::compile(text, &Vocabulary::open(), &Options::default()).unwrap()
}

fn defaults() -> Settings {
    Settings::at("2015-07-31T17:18:37.979Z".parse().unwrap())
}

fn evaluate(text: &str, settings: &Settings) -> Json {
    let document = json!({ "user": { "title": "Senior Engineer" } });
    match compile(text).evaluate(&JsonContext::new(&document), settings) {
        Ok(value) => value.into_json(),
        Err(error) => json!({ "error": error.message }),
    }
}

#[track_caller]
fn check(text: &str, usual: impl Into<Json>, changed: &Settings, other: impl Into<Json>) {
    assert_eq!(evaluate(text, &defaults()), usual.into(), "{text}");
    assert_eq!(evaluate(text, changed), other.into(), "{text}");
}

#[test]
fn each_switch_does_what_it_says() {
    let whole = Settings { without_separator: WithoutSeparator::Whole, ..defaults() };
    check("String.substringBefore('abc', '@')", "", &whole, "abc");
    check("String.substringAfter('abc', '@')", "", &whole, "");
    let part = Settings { matching: Matching::Part, ..defaults() };
    check("user.title matches '(?i)engineer'", false, &part, true);
    let regex = Settings { replace_first: ReplaceFirst::Regex, ..defaults() };
    check("String.replaceFirst('a.b', '[.b]', '$0')", "a.b", &regex, "a$0b");
    let seconds = Settings { unix_unit: UnixUnit::Seconds, ..defaults() };
    check("Time.fromUnixToIso8601('1')", "1970-01-01T00:00:00.001Z", &seconds, "1970-01-01T00:00:01.000Z");
    check("Time.fromIso8601ToUnix('1970-01-01T00:00:01Z')", "1000", &seconds, "1");
    let fixed = Settings { short_zones: ShortZones::Fixed, ..defaults() };
    check("Time.now('EST')", "2015-07-31T13:18:37.979-04:00", &fixed, "2015-07-31T12:18:37.979-05:00");
    let strict = Settings { null_property: NullProperty::Error, ..defaults() };
    check("findDirectoryUser().title", Json::Null, &strict, json!({ "error": "null has no `title`" }));
    assert_eq!(evaluate("findDirectoryUser()?.title", &strict), Json::Null);
}

#[test]
fn a_program_says_what_it_reads() {
    let program = compile("user.a == user.name.b ? user.a : appuser.c + user.emails.?[type == 'x'][0].value");
    let attributes: Vec<_> = program.reads().attributes.iter().map(ToString::to_string).collect();
    assert_eq!(attributes, ["appuser.c", "user.a", "user.emails", "user.name.b"]);
    let reads = |text: &str| {
        let program = compile(text);
        let reads = program.reads();
        (reads.groups, reads.related, reads.internal, reads.time)
    };
    assert_eq!(reads("user.a"), (false, false, false, false));
    assert_eq!(reads("isMemberOfGroup('a')"), (true, false, false, false));
    assert_eq!(reads("user.isMemberOf({'group.id': 'a'})"), (true, false, false, false));
    assert_eq!(reads("getManagerUser('a').b"), (false, true, false, false));
    assert_eq!(reads("user.getLinkedObject('a').b"), (false, true, false, false));
    assert_eq!(reads("user.getInternalProperty('id')"), (false, false, true, false));
    assert_eq!(reads("user.a.withinDays(1) AND Time.now() != ''"), (false, false, false, true));
}

#[test]
fn a_program_is_shared() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>(_: &T) {}
    let program = compile("user.a");
    shared(&program);
    assert_eq!(program.clone(), program);
    assert_eq!(format!("{program:?} {program}"), "Program(\"user.a\") user.a");
    assert_eq!(*compile("1 == 1").result_type(), Type::Boolean);
}

#[test]
fn conditions() {
    let test = |text: &str| compile(text).test(&JsonContext::new(&json!({})), &defaults());
    assert_eq!(test("1 == 1"), Ok(true));
    assert_eq!(test("user.flag"), Ok(false));
    assert_eq!(test("1").unwrap_err().message, "expected true or false, found a whole number");
    let boolean = Options { expect: Expect::Boolean, ..Options::default() };
    assert!(Program::compile("1", &Vocabulary::open(), &boolean).is_err());
}
