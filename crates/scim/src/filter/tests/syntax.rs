use super::super::*;
use crate::ErrorKind;
use proptest::prelude::*;

/// Parses and prints; the printed form must read as the same filter.
#[track_caller]
fn check(text: &str, canonical: &str) {
    let filter = Filter::parse(text).unwrap();
    assert_eq!(filter.to_string(), canonical);
    assert_eq!(Filter::parse(canonical).unwrap(), filter);
}

#[track_caller]
fn same(text: &str) {
    check(text, text);
}

#[track_caller]
fn refuse(text: &str, detail: &str) {
    let error = Filter::parse(text).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidFilter);
    assert!(error.detail.contains(detail), "{error}");
}

#[test]
fn examples_of_the_rfc() {
    same(r#"userName eq "bjensen""#);
    same(r#"name.familyName co "O'Malley""#);
    same(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#);
    same("title pr");
    same(r#"meta.lastModified gt "2011-05-13T04:42:34Z""#);
    same(r#"title pr and userType eq "Employee""#);
    same(r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#);
    same(r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#);
    same(r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#);
    same(r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#);
    same(
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    );
}

#[test]
fn and_binds_stronger_than_or() {
    let filter = Filter::parse("a pr or b pr and c pr").unwrap();
    let Filter::Or(items) = &filter else { panic!("{filter:?}") };
    assert!(matches!(&items[..], [Filter::Present(_), Filter::And(_)]));
    same("(a pr or b pr) and c pr");
    check("((a pr) or ((b pr and c pr)))", "a pr or b pr and c pr");
    check("a pr and (b pr and (c pr))", "a pr and b pr and c pr");
}

#[test]
fn literals() {
    same(r#"a eq "quote \" and \\ and \n""#);
    check(r#"a eq "\u00eb""#, r#"a eq "ë""#);
    same("a eq -12.5");
    same("a eq true");
    same("a eq null");
    let literal = |text: &str| match Filter::parse(&format!("a eq {text}")).unwrap() {
        Filter::Compare { value, .. } => value,
        other => panic!("{other:?}"),
    };
    assert_eq!(literal("12"), Literal::Number(12.into()));
    assert_eq!(literal(r#""12""#), Literal::String("12".into()));
    // Whatever would not print as it was written stays text.
    for text in ["007", "1.10", "1e5", "+49", "99999999999999999999999", "-", "True"] {
        assert_eq!(literal(text), Literal::String(text.into()));
    }
}

#[test]
fn bare_words_are_text() {
    check("externalId eq jyoung", r#"externalId eq "jyoung""#);
    check("userName sw O", r#"userName sw "O""#);
    check("meta.lastModified gt 2015-05-13T04:42:34Z", r#"meta.lastModified gt "2015-05-13T04:42:34Z""#);
    check("(userName eq o'brien@x.com)", r#"userName eq "o'brien@x.com""#);
    check("emails[type eq work]", r#"emails[type eq "work"]"#);
}

#[test]
fn keywords_and_blanks_are_lenient() {
    check("a EQ 1 AND b Pr OR NOT(c pR)", "a eq 1 and b pr or not (c pr)");
    check("  a   eq\t1  and(b pr)  ", "a eq 1 and b pr");
    check(r#"emails [ type eq "x" ] . value eq "y""#, r#"emails[type eq "x" and value eq "y"]"#);
    check("not eq 1", "not eq 1");
    check("and pr and or pr", "and pr and or pr");
}

#[test]
fn a_part_behind_brackets_is_a_test_of_the_same_element() {
    check(r#"emails[type eq "work"].value eq "a@x""#, r#"emails[type eq "work" and value eq "a@x"]"#);
    check(r#"emails[a pr or b pr].value pr"#, "emails[(a pr or b pr) and value pr]");
}

#[test]
fn errors_say_where_and_what() {
    refuse("", "expected an attribute at position 1, found the end");
    refuse(
        "userName",
        "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr) at position 9, found the end",
    );
    refuse("userName is bob", "at position 10, found `is bob`");
    refuse("userName eq", "expected a value at position 12");
    refuse(r#"userName eq "bob"#, "closing `\"` for the text at position 13");
    refuse("userName eq bob smith", "text with blanks needs double quotes) at position 17, found `smith`");
    refuse("userName eq 'bob'", "double quotes");
    refuse(r#"userName eq "DOM\user""#, "backslash");
    refuse("(a pr", "expected `)` at position 6, found the end");
    refuse("a pr)", "at position 5, found `)`");
    refuse("emails[a pr", "expected `]`");
    refuse("emails[a[b pr]]", "cannot be within");
    refuse("a pr and", "expected an attribute at position 9");
    refuse("é pr", "at position 1, found `é pr`");
    refuse("emails[a pr].1x pr", "expected a sub-attribute at position 14");
    refuse("emails[a pr].value", "expected an operator");
    refuse("a.b.c pr", "expected an attribute");
    refuse("not a pr", "expected an operator");
}

#[test]
fn size_is_bounded() {
    refuse(&format!(r#"a eq "{}""#, "x".repeat(9000)), "longer than 8192 bytes");
    refuse(&format!("{}a pr{}", "(".repeat(33), ")".repeat(33)), "nested deeper than 32 levels");
    refuse(&"(".repeat(8000), "nested deeper");
    refuse(&"not(".repeat(2000), "nested deeper");
    assert!(Filter::parse(&format!("{}a pr{}", "(".repeat(32), ")".repeat(32))).is_ok());
    let terms = |count| vec!["a pr"; count].join(" or ");
    assert!(Filter::parse(&terms(200)).is_ok());
    assert_eq!(Filter::parse(&terms(201)).unwrap_err().kind, ErrorKind::TooMany);
    let limits = Limits { terms: 1, ..Limits::default() };
    assert!(Filter::parse_within("a pr and b pr", &limits).is_err());
}

#[test]
fn text_that_hides_something_is_refused() {
    refuse("a eq \"x\0\"", "a NUL character");
    refuse(r#"a eq "\u0000""#, "a NUL character");
    refuse(r#"a eq "\u202e""#, "reorders text");
}

fn path() -> impl Strategy<Value = AttributePath> {
    let schema = prop::option::of(Just("urn:ietf:params:scim:schemas:core:2.0:User".to_owned()));
    (schema, "[a-zA-Z][a-zA-Z0-9_-]{0,6}", prop::option::of("[a-z]{1,5}"))
        .prop_map(|(schema, attribute, sub)| AttributePath { schema, attribute, sub })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        "[ -~äß€\\t\\n]{0,10}".prop_map(Literal::String),
        any::<i64>().prop_map(|number| Literal::Number(number.into())),
        any::<bool>().prop_map(Literal::Bool),
        Just(Literal::Null),
    ]
}

fn tests() -> impl Strategy<Value = Filter> {
    let op = prop::sample::select(CompareOp::ALL.to_vec());
    prop_oneof![
        path().prop_map(Filter::Present),
        (path(), op, literal()).prop_map(|(path, op, value)| Filter::Compare { path, op, value }),
    ]
}

fn joined(inner: impl Strategy<Value = Filter> + Clone) -> impl Strategy<Value = Filter> {
    prop_oneof![
        inner.clone().prop_map(|filter| Filter::Not(Box::new(filter))),
        prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::all),
        prop::collection::vec(inner, 2..4).prop_map(Filter::any),
    ]
}

/// A term that is nearly in order, in odd writing, after the word that joins it to the one before.
fn loose_term() -> impl Strategy<Value = (String, String)> {
    let one_of =
        |words: &[&str]| prop::sample::select(words.iter().map(ToString::to_string).collect::<Vec<_>>());
    (
        one_of(&[" and ", " OR ", "  aNd\n", " or (b pr) and ", " "]),
        one_of(&["", "", "not (…)", "NOT  ( … ) ", "(…)", "((… ))", "a[…]", "urn:x:2.0:b [ … ]", "(…"]),
        one_of(&["a", "B-c_9.d", "urn:x:2.0:a.b", "x:y:z", "a::b", "not", "true", "and", "pr", "a."]),
        one_of(&[
            " pr",
            "  PR ",
            " eq \"x\"",
            " NE -1.5e3",
            "\tco \"\\\"])\"",
            " gt null",
            " eq true",
            " eq 007",
        ]),
    )
        .prop_map(|(joint, around, path, test)| {
            let term = path + &test;
            (joint, if around.is_empty() { term } else { around.replace('…', &term) })
        })
}

fn filters() -> impl Strategy<Value = Filter> {
    let elements = (path(), tests().prop_recursive(2, 8, 3, joined))
        .prop_map(|(path, filter)| Filter::ValuePath { path, filter: Box::new(filter) });
    prop_oneof![tests(), elements].prop_recursive(4, 30, 3, joined)
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(filter in filters()) {
        let text = filter.to_string();
        prop_assert_eq!(Filter::parse(&text).unwrap(), filter, "{}", text);
    }

    #[test]
    fn reading_never_panics(text in "\\PC*", near in "[a-c ()\\[\\].\"\\\\eqprandot]{0,40}") {
        for text in [text, near] {
            if let Ok(filter) = Filter::parse(&text) {
                prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
            }
        }
    }

    #[test]
    fn whatever_the_oracle_prints_we_take(filter in filters()) {
        let text = filter.to_string();
        if text.parse::<scim_v2::filter::Filter>().is_ok() {
            prop_assert!(Filter::parse(&text).is_ok());
        }
    }

    #[test]
    fn whatever_the_oracle_takes_we_take(terms in prop::collection::vec(loose_term(), 1..6)) {
        let text = terms.iter().enumerate().fold(String::new(), |text, (index, (joint, term))| {
            if index == 0 { term.clone() } else { text + joint + term }
        });
        if text.parse::<scim_v2::filter::Filter>().is_ok() {
            prop_assert!(Filter::parse(&text).is_ok(), "{text:?}: {:?}", Filter::parse(&text));
        }
    }
}
