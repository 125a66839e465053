//! What is said of documents, each case a document of a few lines against the sources `okta` and `workday`.

mod accepted;
mod names;
mod references;
mod rules;
mod shape;
mod spans;
mod values;
mod warnings;

use super::{Policy, Problem, Severity, Surroundings};
use crate::testing::source;
use tenure_scim::schema::Catalog;

fn parse(document: &str) -> (Option<Policy>, Vec<Problem>) {
    let (sources, catalog) = (["okta", "workday"].map(source), Catalog::standard());
    match Policy::parse(document, Surroundings { sources: &sources, catalog: &catalog }) {
        Ok((policy, warnings)) => (Some(policy), warnings),
        Err(problems) => (None, problems.0),
    }
}

/// Without an error; warnings are not looked at.
#[track_caller]
fn accepted(document: &str) -> Policy {
    let (policy, problems) = parse(document);
    policy.unwrap_or_else(|| panic!("{:?}", shown(document, &problems)))
}

/// Checks what is said: how bad it is, the text that is meant, the message and the help.
#[track_caller]
fn check(document: &str, expected: &[&str]) {
    let (policy, problems) = parse(document);
    assert_eq!(shown(document, &problems), expected);
    let errors = problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(policy.is_none(), errors, "refused if and only if something is wrong");
}

fn shown(document: &str, problems: &[Problem]) -> Vec<String> {
    let show = |problem: &Problem| {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (place, message) = (&document[problem.span.clone()], &problem.message);
        let help = problem.help.as_deref().map(|help| format!("; {help}"));
        format!("{severity} at {place}: {message}{}", help.unwrap_or_default())
    };
    problems.iter().map(show).collect()
}

#[test]
fn all_errors_are_told_at_once_in_the_order_of_the_text() {
    check(
        r#"[mapping.okta]
           titel = "user.title"
           city = "user.town"
           [mapping.workday]
           zip = "String.trim(user.zipCode)"
           [authority]
           city = ["sap"]
           [scope]
           users = "user.title""#,
        &[
            "error at titel: sys_user has no field `titel`; did you mean `title`?",
            "error at town: unknown attribute `town`",
            "error at String.trim: unknown function `String.trim`; did you mean `String.substring`?",
            "error at \"sap\": there is no source `sap`; the configuration has `okta`, `workday`; a new one is a table \
             `[sources.sap]` in tenure.toml",
            "error at user.title: expected a condition, and this gives text; compare it with something",
        ],
    );
}

#[test]
fn problems_name_line_and_column() {
    let document = "[scope]\nusers = 'ü' + 1";
    let (_, problems) = parse(document);
    assert_eq!(problems[0].position(document).0, 2);
    let document = "# ü\n[scope]\nusers = 'user.titel == null'";
    let (_, problems) = parse(document);
    assert_eq!(problems[0].position(document), (3, 15));
}
