//! The files in `tests/vectors`: expressions with a context and what they give, or why they are refused or fail.

use serde_json::Value as Json;
use tenure_el::{Dialect, Expect, JsonContext, Nulls, Options, Program, Purpose, Settings, Vocabulary};
use toml::{Table, Value};

#[test]
fn classic() {
    run(include_str!("../vectors/classic.toml"));
}

#[test]
fn group_rules() {
    run(include_str!("../vectors/rules.toml"));
}

#[test]
fn groups() {
    run(include_str!("../vectors/groups.toml"));
}

#[test]
fn identity_engine() {
    run(include_str!("../vectors/identity.toml"));
}

#[test]
fn operators() {
    run(include_str!("../vectors/operators.toml"));
}

#[test]
fn null() {
    run(include_str!("../vectors/null.toml"));
}

#[test]
fn time() {
    run(include_str!("../vectors/time.toml"));
}

#[test]
fn library() {
    run(include_str!("../vectors/library.toml"));
}

/// Runs all cases of a file and tells of all that differ.
#[track_caller]
fn run(file: &str) {
    let file: Table = file.parse().unwrap();
    let cases = file["case"].as_array().unwrap();
    let differences: Vec<_> =
        cases.iter().filter_map(|case| difference(&file, case.as_table().unwrap())).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

fn difference(file: &Table, case: &Table) -> Option<String> {
    let expression = case["expression"].as_str().unwrap();
    let text = |key: &str| case.get(key).or_else(|| file.get(key)).and_then(Value::as_str);
    let context = case.get("context").or_else(|| file.get("context"));
    let document = context.map_or(Json::Null, |it| serde_json::to_value(it).unwrap());
    let (wanted, found) = (wanted(case), evaluate(expression, &document, &text));
    (wanted != found).then(|| format!("{expression}\n  wanted {wanted}\n  found  {found}"))
}

fn wanted(case: &Table) -> String {
    let text = |key: &str| case.get(key).and_then(Value::as_str);
    match (text("gives"), text("refused"), text("fails")) {
        (Some(json), ..) => serde_json::from_str::<Json>(json).unwrap().to_string(),
        (_, Some(message), _) => format!("refused: {message}"),
        (_, _, Some(message)) => format!("fails: {message}"),
        _ => panic!("a case wants something"),
    }
}

fn evaluate<'t>(expression: &str, document: &Json, text: &impl Fn(&str) -> Option<&'t str>) -> String {
    let program = match Program::compile(expression, &Vocabulary::open(), &options(text)) {
        Ok(program) => program,
        Err(problems) => {
            let errors: Vec<_> =
                problems.iter().filter(|it| it.is_error()).map(ToString::to_string).collect();
            return format!("refused: {}", errors.join("; "));
        }
    };
    let settings = settings(text);
    match program.evaluate(&JsonContext::new(document), &settings) {
        Ok(value) => value.into_json().to_string(),
        Err(error) => format!("fails: {error}"),
    }
}

fn options<'t>(text: &impl Fn(&str) -> Option<&'t str>) -> Options {
    Options {
        dialect: match text("dialect") {
            Some("classic") => Dialect::Classic,
            Some("identity") => Dialect::Identity,
            _ => Dialect::Any,
        },
        purpose: if text("purpose") == Some("group-rule") { Purpose::GroupRule } else { Purpose::Mapping },
        expect: if text("expect") == Some("boolean") { Expect::Boolean } else { Expect::Any },
        ..Options::default()
    }
}

fn settings<'t>(text: &impl Fn(&str) -> Option<&'t str>) -> Settings {
    let now = text("now").unwrap_or("2015-07-31T17:18:37.979Z").parse().unwrap();
    let nulls = match text("nulls") {
        Some("java") => Nulls::Java,
        Some("empty") => Nulls::Empty,
        _ => Nulls::Strict,
    };
    Settings { nulls, ..Settings::at(now) }
}
