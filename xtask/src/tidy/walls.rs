//! Walls that run through sources: SQL stays in the store, HTTP status codes stay with HTTP, and nobody deletes people.

use super::finding::{Finding, Rule};
use super::lexer::is_name;
use super::repository::{Rust, Text};

/// The only folder that may speak SQL.
const SQL_ROOM: &str = "crates/store/";
/// Folders that speak HTTP to clients, or pretend to be a server or a client.
const HTTP_ROOMS: [&str; 3] = ["crates/server/", "crates/lab/", "crates/tenure/"];
/// Tables from which no row is ever deleted.
const KEPT: [&str; 3] = ["persons", "claims", "links"];

const SQL: Rule = Rule {
    why: "only the store knows SQL, so that both databases stay equal and constraints map to precise errors",
    cure: "give the store an operation that says what you want, and its statement a name there",
};
const STATUS: Rule = Rule {
    why: "only the server knows HTTP status codes, so that a decision can be used by every surface",
    cure: "return an error kind and map it to a status in crates/server",
};
const PEOPLE_STAY: Rule = Rule {
    why: "no code path deletes a person, a claim or a link: a leaver may come back, and history must explain it",
    cure: "end the claim or close the link with a time, and leave the row",
};

/// Checks one Rust source. Only the product's crates have walls.
pub(crate) fn check(file: &Rust) -> Vec<Finding> {
    if !file.path.starts_with("crates/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (line, string) in &file.lexed.strings {
        findings.extend(check_string(&file.path, *line, string));
    }
    if !HTTP_ROOMS.iter().any(|room| file.path.starts_with(room)) {
        let uses = file
            .code_lines()
            .filter(|(_, code)| code.split(|c| !is_name(c)).any(|word| word == "StatusCode"));
        findings.extend(uses.map(|(line, _)| STATUS.broken(&file.path, line, "`StatusCode`")));
    }
    findings
}

/// Checks one file of statements.
pub(crate) fn check_sql(file: &Text) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !file.path.starts_with(SQL_ROOM) {
        findings.push(SQL.broken(&file.path, 1, "SQL outside the store"));
    }
    // Statements may break lines, so each is looked at as a whole and named by the line it begins on.
    let mut line = 1;
    for statement in without_comments(&file.text).split(';') {
        let blank = statement.len() - statement.trim_start().len();
        let begins = line + statement[..blank].matches('\n').count();
        findings.extend(deletion(&file.path, begins, statement));
        line += statement.matches('\n').count();
    }
    findings
}

fn check_string(path: &str, line: usize, string: &str) -> Vec<Finding> {
    let mut findings: Vec<_> = deletion(path, line, string).into_iter().collect();
    if !path.starts_with(SQL_ROOM) && is_sql(string) {
        findings.push(SQL.broken(path, line, format!("SQL outside the store: `{}`", beginning(string))));
    }
    findings
}

/// A statement that takes rows out of a table whose rows stay.
fn deletion(path: &str, line: usize, statement: &str) -> Option<Finding> {
    let statement = normal(statement);
    let table = KEPT.into_iter().find(|table| {
        let needles =
            [format!("delete from {table}"), format!("truncate {table}"), format!("truncate table {table}")];
        needles.iter().any(|needle| contains_words(&statement, needle))
    })?;
    Some(PEOPLE_STAY.broken(path, line, format!("deletes from `{table}`")))
}

/// Whether the text is a statement, rather than prose that uses the same words.
fn is_sql(text: &str) -> bool {
    let text = normal(text);
    let starts = |words: &str| text.starts_with(words);
    starts("insert into ")
        || starts("delete from ")
        || starts("create table ")
        || starts("select 1")
        || (starts("select ") && text.contains(" from "))
        || (starts("update ") && text.contains(" set ") && text.contains('='))
        || (starts("with ") && text.contains(" as (select "))
}

/// Lower case, one space between words, no quotes around names.
fn normal(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().filter(|word| *word != "\\").collect();
    words.join(" ").to_lowercase().replace(['"', '\\'], "").replace("( ", "(")
}

fn contains_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| !text[at + words.len()..].starts_with(is_name))
}

fn without_comments(sql: &str) -> String {
    let lines: Vec<_> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    lines.join("\n")
}

fn beginning(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().take(4).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::show;

    #[track_caller]
    fn check_file(path: &str, text: &str, expected: &[&str]) {
        assert_eq!(show(&check(&Rust::new(path, text))), expected);
    }

    #[track_caller]
    fn check_statements(path: &str, text: &str, expected: &[&str]) {
        assert_eq!(show(&check_sql(&Text { path: path.into(), text: text.into() })), expected);
    }

    #[test]
    fn sql_stays_in_the_store() {
        let text = "const Q: &str = \"select id\n  from persons where id = $1\";";
        check_file(
            "crates/engine/src/a.rs",
            text,
            &["crates/engine/src/a.rs:1: SQL outside the store: `select id from persons`"],
        );
        check_file("crates/store/src/a.rs", text, &[]);
        check_file("xtask/src/a.rs", text, &[]);
        check_file(
            "crates/tenure/src/a.rs",
            "f(\"UPDATE people SET name = 1\")",
            &["crates/tenure/src/a.rs:1: SQL outside the store: `UPDATE people SET name`"],
        );
    }

    #[test]
    fn prose_is_not_sql() {
        check_file(
            "crates/tenure/src/a.rs",
            "f(\"select a source\", \"update the policy\", \"what may delete\")",
            &[],
        );
        check_file("crates/tenure/src/a.rs", "// select id from persons\nfn f() {}", &[]);
    }

    #[test]
    fn people_are_not_deleted() {
        check_file(
            "crates/store/src/a.rs",
            "f(\"delete\n from persons where id = $1\")",
            &["crates/store/src/a.rs:1: deletes from `persons`"],
        );
        check_file("crates/store/src/a.rs", "f(\"delete from persons_to_resolve\")", &[]);
        check_file("crates/store/src/a.rs", "f(\"delete from sessions\")", &[]);
        check_file(
            "crates/store/src/a.rs",
            "f(\"with gone as (delete from \\\"links\\\" returning *) select 1\")",
            &["crates/store/src/a.rs:1: deletes from `links`"],
        );
    }

    #[test]
    fn files_of_statements() {
        check_statements(
            "crates/store/src/a.sql",
            "-- name: end\nselect 1;\n\ndelete from\n claims;\n",
            &["crates/store/src/a.sql:4: deletes from `claims`"],
        );
        check_statements("crates/store/src/a.sql", "-- never delete from claims\nselect 1;", &[]);
        check_statements(
            "crates/server/src/a.sql",
            "select 1;",
            &["crates/server/src/a.sql:1: SQL outside the store"],
        );
    }

    #[test]
    fn status_codes_stay_with_http() {
        let text = "use http::StatusCode;\nfn f() -> MyStatusCode {}";
        check_file("crates/engine/src/a.rs", text, &["crates/engine/src/a.rs:1: `StatusCode`"]);
        check_file("crates/server/src/a.rs", text, &[]);
        check_file("crates/engine/src/a.rs", "// StatusCode is not for us\n", &[]);
    }
}
