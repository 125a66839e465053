//! Bounds: whatever is written, reading and evaluating it ends soon, with an error that says which bound it met.

use serde_json::json;
use tenure_el::{JsonContext, Options, Program, Settings, Vocabulary, check};

fn said(text: &str) -> String {
    let told = check(text, &Vocabulary::open(), &Options::default());
    told.into_iter().map(|it| it.message).collect::<Vec<_>>().join("; ")
}

fn fails(text: &str) -> String {
    let program = Program::compile(text, &Vocabulary::open(), &Options::default()).unwrap();
    let document = json!({ "user": {
        "long": "ab".repeat(5_000), "pattern": "a".repeat(2_000),
        "lists": vec![vec![1; 400]; 400], "texts": vec!["ab".repeat(500); 1_000],
    } });
    program
        .evaluate(&JsonContext::new(&document), &Settings::at(jiff::Timestamp::UNIX_EPOCH))
        .unwrap_err()
        .message
}

#[test]
fn length() {
    assert_eq!(said(&format!("'{}'", "a".repeat(8 * 1024))), "the expression is longer than 8192 bytes");
    assert_eq!(said(&"ä".repeat(8 * 1024)), "the expression is longer than 8192 bytes");
}

#[test]
fn depth() {
    let deep = "the expression is nested deeper than 100 levels";
    for (open, close) in
        [("(", ")"), ("{", "}"), ("!", ""), ("- ", ""), ("String.len(", ")"), ("a[", "]"), ("a.![", "]")]
    {
        let text = format!("{}1{}", open.repeat(500), close.repeat(500));
        assert_eq!(said(&text), deep, "{open}");
    }
    for link in [" + 1", ".a", "[0]", " ? 1 : 1", " ?: 1", " AND 1", "?.a", ".a()"] {
        assert!(said(&format!("a{}", link.repeat(500))).contains(deep), "{link}");
    }
}

#[test]
fn depth_that_is_allowed() {
    assert_eq!(said(&format!("{}1{}", "(".repeat(90), ")".repeat(90))), "");
    assert_eq!(said(&format!("1{}", " + 1".repeat(90))), "");
}

#[test]
fn diagnostics_are_few() {
    for text in
        ["$ % ".repeat(1_000), format!("{{{}1}}", "unknown, ".repeat(800)), "1 == 'a' and ".repeat(40) + "x"]
    {
        let told = check(&text, &Vocabulary::empty(), &Options::default());
        assert!(told.len() <= 20 && told.iter().any(tenure_el::Diagnostic::is_error), "{told:?}");
    }
}

#[test]
fn steps() {
    let too_much = "the evaluation takes more than 100000 steps";
    assert_eq!(fails("user.lists.![#this.?[#this == 2]]"), too_much);
    let doubling = format!("{{1}}{}", ".![{#this, #this}]".repeat(30));
    assert_eq!(fails(&doubling), too_much);
}

#[test]
fn output() {
    let too_much = "the evaluation makes more than 1048576 bytes of text";
    assert_eq!(fails("String.replace(user.long, 'a', user.long)"), too_much);
    assert_eq!(fails("String.replace(user.long, '', user.long)"), too_much);
    assert_eq!(fails("user.texts.![#this + #this]"), too_much);
    assert_eq!(fails("Arrays.toCsvString(user.texts.![#this + 'xyz'])"), too_much);
}

#[test]
fn patterns_that_are_not_literals() {
    assert_eq!(fails("user.long matches user.pattern"), "the pattern is longer than 1000 bytes");
    assert_eq!(fails("user.long matches 'a{1000}' + '{1000}'"), "the pattern is too large");
}

#[test]
fn matching_takes_linear_time() {
    let text = format!("'{}b' matches '(a*)*c'", "a".repeat(5_000));
    let program = Program::compile(&text, &Vocabulary::open(), &Options::default()).unwrap();
    let settings = Settings::at(jiff::Timestamp::UNIX_EPOCH);
    assert!(!program.test(&JsonContext::new(&json!({})), &settings).unwrap());
}
