//! House rules for a single Rust file: it says what it is, stays short, and leaves nothing switched off or unfinished.

use super::finding::{Finding, Rule};
use super::repository::Rust;

/// The most lines a file may have.
const LONGEST: usize = 500;

const SHORT: Rule = Rule {
    why: "a file holds one idea; one that needs a table of contents is two files",
    cure: "cut it by the noun a reader would look for",
};
const INTRODUCED: Rule = Rule {
    why: "a newcomer should know what a file is, and what it is not, before reading code",
    cure: "begin it with two to eight lines of `//!`",
};
const EXPECTED: Rule = Rule {
    why: "an allowance outlives its reason silently; an expectation complains when it is no longer needed",
    cure: "use `#[expect(…, reason = \"…\")]`",
};
const FINISHED: Rule = Rule {
    why: "what is not written yet must not be reachable",
    cure: "write it, or leave out what would call it",
};
const RUN: Rule = Rule { why: "a test that does not run holds nothing", cure: "mend the test or delete it" };

/// Checks one file.
pub(crate) fn check(file: &Rust) -> Vec<Finding> {
    let mut findings = Vec::new();
    let length = file.text.lines().count();
    if length > LONGEST {
        findings.push(SHORT.broken(&file.path, LONGEST + 1, format!("{length} lines, more than {LONGEST}")));
    }
    if !file.is_test() && !file.text.starts_with("//!") {
        findings.push(INTRODUCED.broken(&file.path, 1, "no introduction"));
    }
    for (line, code) in file.code_lines() {
        let broken = broken_rules(code).into_iter().map(|(rule, what)| rule.broken(&file.path, line, what));
        findings.extend(broken);
    }
    findings
}

/// Rules that one line of code breaks.
fn broken_rules(code: &str) -> Vec<(&'static Rule, &'static str)> {
    let code: String = code.split_whitespace().collect();
    let conditional = code.contains("cfg_attr(") && code.contains(",allow(");
    let rules = [
        (
            code.contains("#[allow(") || code.contains("#![allow(") || conditional,
            &EXPECTED,
            "`allow` attribute",
        ),
        (code.contains("todo!("), &FINISHED, "`todo!`"),
        (code.contains("unimplemented!("), &FINISHED, "`unimplemented!`"),
        (code.contains("#[ignore"), &RUN, "ignored test"),
    ];
    rules.into_iter().filter(|(broken, ..)| *broken).map(|(_, rule, what)| (rule, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::show;

    #[track_caller]
    fn check_file(path: &str, text: &str, expected: &[&str]) {
        assert_eq!(show(&check(&Rust::new(path, text))), expected);
    }

    #[test]
    fn a_file_introduces_itself() {
        check_file("src/a.rs", "fn a() {}", &["src/a.rs:1: no introduction"]);
        check_file("src/a.rs", "//! What a is.\nfn a() {}", &[]);
        check_file("crates/a/tests/it/main.rs", "fn a() {}", &[]);
        check_file("crates/a/src/filter/tests.rs", "fn a() {}", &[]);
    }

    #[test]
    fn a_file_is_short() {
        let lines = |count: usize| format!("//! Long.\n{}", "\n".repeat(count - 1));
        check_file("src/a.rs", &lines(500), &[]);
        check_file("src/a.rs", &lines(501), &["src/a.rs:501: 501 lines, more than 500"]);
    }

    #[test]
    fn nothing_is_switched_off() {
        check_file("src/a.rs", "//! A.\n#[allow(dead_code)]\nfn a() {}", &["src/a.rs:2: `allow` attribute"]);
        check_file("src/a.rs", "//! A.\n#![allow(x)]", &["src/a.rs:2: `allow` attribute"]);
        check_file("src/a.rs", "//! A.\n#[cfg_attr(test, allow(x))]", &["src/a.rs:2: `allow` attribute"]);
        check_file("src/a.rs", "//! A.\n#[expect(x, reason = \"y\")]", &[]);
        check_file("src/a.rs", "//! A.\n#[test]\n#[ignore = \"slow\"]", &["src/a.rs:3: ignored test"]);
    }

    #[test]
    fn nothing_is_unfinished() {
        check_file("src/a.rs", "//! A.\nfn a() { todo!() }", &["src/a.rs:2: `todo!`"]);
        check_file("src/a.rs", "//! A.\nfn a() { unimplemented!(\"b\") }", &["src/a.rs:2: `unimplemented!`"]);
        check_file("src/a.rs", "//! A.\n// todo!() is not code\nconst B: &str = \"todo!()\";", &[]);
    }
}
