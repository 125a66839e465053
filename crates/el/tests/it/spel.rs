//! Operators give what Spring's own evaluator gives, except where `tests/spel/differences.txt` says why they do not.
//!
//! The answers of Spring are in `tests/spel/cases.txt`; `cargo xtask spel` asks Spring again.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use tenure_el::settings::NullProperty;
use tenure_el::{JsonContext, Nulls, Options, Program, Settings, Vocabulary};

const CASES: &str = include_str!("../../../../tests/spel/cases.txt");
const DIFFERENCES: &str = include_str!("../../../../tests/spel/differences.txt");

#[test]
fn operators_give_what_spring_gives() {
    let (context, cases) = read(CASES);
    assert!(cases.len() > 600, "{}", cases.len());
    let document: Json = serde_json::from_str(&answer(context.unwrap(), &Json::Null)).unwrap();
    let ours = cases.iter().map(|(expression, spring)| (*expression, *spring, answer(expression, &document)));
    let differ = ours.filter(|(_, spring, ours)| !same(spring, ours));
    let found: BTreeMap<_, _> = differ.map(|(expression, _, ours)| (expression, ours)).collect();
    let (_, explained) = read(DIFFERENCES);
    let explained: BTreeMap<_, _> = explained.into_iter().map(|(it, ours)| (it, ours.to_owned())).collect();
    let new: Vec<_> = found.iter().filter(|it| explained.get(it.0) != Some(it.1)).collect();
    let gone: Vec<_> = explained.keys().filter(|it| !found.contains_key(*it)).collect();
    assert!(new.is_empty() && gone.is_empty(), "not explained: {new:#?}\nno longer so: {gone:#?}");
}

#[test]
fn every_difference_has_a_reason() {
    let mut reason = false;
    for line in DIFFERENCES.lines() {
        reason = line.starts_with("# ") || (reason && !line.is_empty());
        assert!(reason || line.is_empty(), "{line}");
    }
}

/// The line without an answer, and the expressions with theirs.
fn read(file: &str) -> (Option<&str>, Vec<(&str, &str)>) {
    let mut lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).peekable();
    let (mut context, mut cases) = (None, Vec::new());
    while let Some(line) = lines.next() {
        match lines.next_if(|next| next.starts_with("    ")) {
            Some(answer) => cases.push((line, answer.trim())),
            None => context = Some(line),
        }
    }
    (context, cases)
}

fn answer(expression: &str, document: &Json) -> String {
    let Ok(program) = Program::compile(expression, &Vocabulary::open(), &Options::default()) else {
        return "error".to_owned();
    };
    let settings = Settings {
        nulls: Nulls::Java,
        null_property: NullProperty::Error,
        ..Settings::at(jiff::Timestamp::UNIX_EPOCH)
    };
    let context = JsonContext::new(document);
    program.evaluate(&context, &settings).map_or("error".to_owned(), |value| value.into_json().to_string())
}

/// Whether two answers are the same JSON; errors are the same whatever they say.
fn same(spring: &str, ours: &str) -> bool {
    match (serde_json::from_str::<Json>(spring), serde_json::from_str::<Json>(ours)) {
        (Ok(spring), Ok(ours)) => spring == ours,
        _ => spring == ours,
    }
}
