//! docs/EXPRESSIONS.md is what the table of functions says, and every example in it gives what it says.

use serde_json::{Value as Json, json};
use std::path::Path;
use tenure_el::{JsonContext, Options, Program, Settings, Vocabulary, reference};

#[test]
#[expect(clippy::disallowed_methods, reason = "compares a file, or rewrites it when it is asked to")]
fn the_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/EXPRESSIONS.md");
    let page = reference::markdown();
    if std::env::var("UPDATE_DOCS").is_ok() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == page, "docs/EXPRESSIONS.md is old: UPDATE_DOCS=1 cargo nextest run -p tenure-el");
}

#[test]
fn examples_give_what_they_say() {
    let page = reference::markdown();
    let examples: Vec<_> = page.lines().filter_map(example).collect();
    assert!(examples.len() > 60, "{}", examples.len());
    for (expression, result) in examples {
        assert_eq!(evaluate(expression), serde_json::from_str::<Json>(result).unwrap(), "{expression}");
    }
}

/// The last cell of a row, `expression` → `result`.
fn example(line: &str) -> Option<(&str, &str)> {
    let (before, result) = line.strip_suffix("` |")?.rsplit_once("` → `")?;
    Some((before.rsplit_once("| `")?.1, result))
}

fn evaluate(expression: &str) -> Json {
    let program = Program::compile(expression, &Vocabulary::open(), &Options::default()).unwrap();
    let settings = Settings::at("2015-07-31T17:18:37.979Z".parse().unwrap());
    program.evaluate(&JsonContext::new(&json!({})), &settings).unwrap().into_json()
}
