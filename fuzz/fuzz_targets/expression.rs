//! Expressions: any text is read or refused, what is shown reads back as the same tree, and evaluating ends within bounds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::sync::LazyLock;
use tenure_el::{Ast, JsonContext, Options, Program, Settings, Vocabulary};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "user": { "firstName": "Ada", "tags": ["a", "b"], "emails": [{ "type": "work", "value": "a@b.c" }], "level": 3 },
        "groups": [{ "id": "00g1", "name": "Sales", "type": "OKTA_GROUP" }],
    })
});

/// Showing may add parentheses and blanks, so only texts well below the limits have to come back.
const SHORT: usize = 200;

fuzz_target!(|text: &str| {
    let options = Options::default();
    let ast = Ast::parse(text, &options);
    for diagnostic in &ast.diagnostics {
        assert!(text.get(diagnostic.span.clone()).is_some(), "{diagnostic:?}");
    }
    if ast.is_whole() && text.len() < SHORT {
        let shown = ast.root.to_string();
        assert_eq!(Ast::parse(&shown, &options).root, ast.root, "`{text}` was shown as `{shown}`");
    }
    let Ok(program) = Program::compile(text, &Vocabulary::open(), &options) else { return };
    let settings = Settings::at(jiff::Timestamp::UNIX_EPOCH);
    let context = JsonContext::new(&DOCUMENT);
    match program.evaluate(&context, &settings) {
        Ok(value) => drop(value.into_json()),
        Err(error) => assert!(text.get(error.span.clone()).is_some(), "{error:?}"),
    }
});
