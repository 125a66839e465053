//! How text is read: precedence and grouping, told by the fewest parentheses that keep the tree.

use tenure_el::{Ast, Options};

#[track_caller]
fn check(text: &str, shown: &str) {
    let ast = Ast::parse(text, &Options::default());
    assert!(ast.is_whole(), "{:?}", ast.diagnostics);
    assert_eq!(ast.root.to_string(), shown);
    let again = Ast::parse(shown, &Options::default());
    assert_eq!(again.root, ast.root);
}

#[test]
fn precedence() {
    check("(a) + (b * c)", "a + b * c");
    check("(a + b) * c", "(a + b) * c");
    check("a - (b - c)", "a - (b - c)");
    check("(a - b) - c", "a - b - c");
    check("a or b and c", "a OR b AND c");
    check("(a or b) && c", "(a OR b) AND c");
    check("!(a == b)", "!(a == b)");
    check("!a eq b", "!a == b");
    check("-(1.5).x", "-1.5.x");
    check("(-1).x", "(-1).x");
    check("- (-1)", "-(-1)");
    check("-a ^ b", "-a ^ b");
    check("-(a ^ b)", "-(a ^ b)");
    check("(a == b) == c", "(a == b) == c");
}

#[test]
fn conditions_and_defaults() {
    check("a ? b : (c ? d : e)", "a ? b : c ? d : e");
    check("(a ? b : c) ? d : e", "(a ? b : c) ? d : e");
    check("a ?: (b ?: c)", "a ?: b ?: c");
    check("(a ?: b) ?: c", "(a ?: b) ?: c");
    check("(a ?: b) + c", "(a ?: b) + c");
    check("a ? (b ? c : d) : e", "a ? b ? c : d : e");
}

#[test]
fn members() {
    check("a . b ?. c [ 0 ] . d ( 1 , 2 )", "a.b?.c[0].d(1, 2)");
    check("a.?[b].![c]", "a.?[b].![c]");
    check("a?.^[b]?.$[c]", "a?.^[b]?.$[c]");
    check("(a + b).c", "(a + b).c");
    check("1.size() + 1.5.size()", "1.size() + 1.5.size()");
    check("{ 'a' : 1 , b : { } }", "{\"a\": 1, b: {}}");
    check("#this.a", "#this.a");
    check("a.matches + a.null + a.eq", "a.matches + a.null + a.eq");
}

#[test]
fn literals() {
    check("'it''s'", "\"it's\"");
    check("'say \"it''s\"'", "'say \"it''s\"'");
    check("NULL == True", "null == true");
    check("1e3 + 0.5E-3", "1000.0 + 0.0005");
    check("\"\\\"", "\"\\\"");
}

#[test]
fn nothing_is_not_an_expression() {
    for text in ["", "  \n"] {
        let ast = Ast::parse(text, &Options::default());
        assert_eq!(ast.diagnostics[0].message, "the expression is empty");
        assert_eq!(ast.diagnostics[0].help.as_deref(), Some("for no value write null"));
    }
}
