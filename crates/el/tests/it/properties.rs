//! What holds for any text: nothing panics, spans are within the text, what is shown reads back as the same tree, and
//! evaluating twice gives the same.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tenure_el::{Ast, JsonContext, Options, Program, Settings, Vocabulary, check};

/// Pieces of the language, so that random text has some structure.
fn piece() -> impl Strategy<Value = String> {
    const PIECES: [&str; 52] = [
        "user",
        ".firstName",
        ".tags",
        "[0]",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ",",
        ":",
        "?",
        "?:",
        "?.",
        ".![",
        ".?[",
        ".^[",
        ".$[",
        "#this",
        " AND ",
        " or ",
        "!",
        " not ",
        "==",
        "!=",
        "<",
        ">=",
        " matches ",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "'a'",
        "\"b\"",
        "1",
        "2.5",
        "null",
        "true",
        "String.len(",
        "Arrays.add(",
        ".toUpperCase()",
        "toUpperCase(",
        "user.getGroups(",
        "{'group.id': 'a'}",
        "Time.now()",
        "=",
        "'",
        "T(",
        "é",
    ];
    prop_oneof![8 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned), 1 => ".{0,3}"]
}

/// Expressions that can be read.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("user.firstName".to_owned()),
        Just("user.absent".to_owned()),
        Just("user.tags".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        (0..50_i64).prop_map(|it| it.to_string()),
        (0..50_i64).prop_map(|it| format!("{it}.25")),
        "[a-z' ]{0,4}".prop_map(|it| format!("'{}'", it.replace('\'', "''"))),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let op =
            prop::sample::select(&["+", "-", "*", "==", "<", "AND", "OR", "?:", "matches", "^", "eq"][..]);
        let unary = prop::sample::select(&["!", "-", "+", "not "][..]);
        let function =
            prop::sample::select(&["String.toUpperCase", "Arrays.size", "String.len", "Convert.toInt"][..]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            (unary, inner.clone()).prop_map(|(op, a)| format!("{op}({a})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a}) ? {b} : {c}")),
            (function, inner.clone()).prop_map(|(name, a)| format!("{name}({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{{a}, {b}}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{'k': {a}, 'l': {b}}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}).![{b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})?.?[{b}]")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a})[{b}].size()")),
        ]
    })
}

fn document() -> Json {
    json!({ "user": { "firstName": "Ada", "tags": ["a", "b"] }, "groups": [{ "id": "a", "name": "b" }] })
}

fn evaluated(text: &str) -> Option<String> {
    let program = Program::compile(text, &Vocabulary::open(), &Options::default()).ok()?;
    let document = document();
    let settings = Settings::at(jiff::Timestamp::UNIX_EPOCH);
    let context = JsonContext::new(&document);
    let result = program.evaluate(&context, &settings);
    Some(match result {
        Ok(value) => value.into_json().to_string(),
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "`{text}` has no {:?}", error.span);
            error.message
        }
    })
}

fn check_any(text: &str) {
    for diagnostic in check(text, &Vocabulary::empty(), &Options::default()) {
        assert!(text.get(diagnostic.span.clone()).is_some(), "`{text}` has no {:?}", diagnostic.span);
    }
    let ast = Ast::parse(text, &Options::default());
    if ast.is_whole() {
        let shown = ast.root.to_string();
        let again = Ast::parse(&shown, &Options::default());
        assert!(again.is_whole(), "`{text}` was shown as `{shown}`: {:?}", again.diagnostics);
        assert_eq!(again.root, ast.root, "`{text}` was shown as `{shown}`");
    }
    assert_eq!(evaluated(text), evaluated(text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in ".{0,60}") {
        check_any(&text);
    }

    #[test]
    fn any_pieces(pieces in prop::collection::vec(piece(), 0..20)) {
        check_any(&pieces.concat());
    }

    #[test]
    fn any_expression(text in expression()) {
        prop_assert!(Ast::parse(&text, &Options::default()).is_whole(), "{}", text);
        check_any(&text);
    }
}
