//! What is said about an expression that is wrong: where, what, and what helps. All that is wrong, in one pass.
//!
//! The cases are in `tests/vectors/diagnostics.txt`, which is read and written again with what is said now.

use std::path::Path;
use tenure_el::{Dialect, Expect, Options, Purpose, Severity, Type, Vocabulary, check};

#[test]
#[expect(clippy::disallowed_methods, reason = "compares a file, or rewrites it when it is asked to")]
fn what_is_said_is_what_was_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/diagnostics.txt");
    let written = std::fs::read_to_string(&path).unwrap();
    let now = said_of_all(&written);
    if std::env::var("UPDATE_DOCS").is_ok() {
        std::fs::write(&path, &now).unwrap();
    } else {
        let differs = now.lines().zip(written.lines()).find(|(now, written)| now != written);
        assert!(now == written, "said now, and written: {differs:#?}");
    }
}

/// The cases without what was said, with what is said now.
fn said_of_all(cases: &str) -> String {
    let mut said = String::new();
    for line in cases.lines().filter(|line| !line.starts_with("    ")) {
        said.push_str(line);
        said.push('\n');
        if !line.is_empty() && !line.starts_with("# ") {
            said.push_str(&said_of(line));
        }
    }
    said
}

fn said_of(case: &str) -> String {
    let (mode, text) = case.strip_prefix('[').and_then(|it| it.split_once("] ")).unwrap_or(("", case));
    let told = check(text, &vocabulary(), &options(mode)).into_iter().map(|it| {
        let kind = if it.severity == Severity::Error { "error" } else { "warning" };
        let help = it.help.map_or_else(String::new, |help| format!(" | {help}"));
        let (span, message) = (it.span.clone(), it.message);
        format!("    {kind} {}..{} {:?}: {message}{help}\n", span.start, span.end, &text[it.span])
    });
    told.collect()
}

fn options(mode: &str) -> Options {
    let usual = Options::default();
    match mode {
        "boolean" => Options { expect: Expect::Boolean, ..usual },
        "text" => Options { expect: Expect::Text, ..usual },
        "classic" => Options { dialect: Dialect::Classic, ..usual },
        "identity" => Options { dialect: Dialect::Identity, ..usual },
        "group rule" => Options { purpose: Purpose::GroupRule, ..usual },
        _ => usual,
    }
}

fn vocabulary() -> Vocabulary {
    Vocabulary::empty()
        .with("user.firstName", Type::Text)
        .with("user.lastName", Type::Text)
        .with("user.department", Type::Text)
        .with("user.salary", Type::Integer)
        .with("user.isContractor", Type::Boolean)
        .with("user.tags", Type::list(Type::Text))
        .with("user.name.givenName", Type::Text)
        .with("user.emails", Type::list(Type::object([("type", Type::Text), ("value", Type::Text)])))
        .with_open_root("appuser")
        .with("idpuser.email", Type::Text)
        .opened("idpuser")
}
