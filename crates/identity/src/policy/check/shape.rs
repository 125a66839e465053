//! The shape of a document: what the reader of TOML complains of, in the words of somebody who writes policies.

use super::nearest;
use crate::policy::document::Document;
use crate::policy::problem::Problem;
use std::ops::Range;

/// Reads a document.
///
/// # Errors
/// The first thing that has no meaning in it.
pub(super) fn read(text: &str) -> Result<Document, Problem> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        problem(text, error.span().unwrap_or(0..text.len()), error.message().trim_end())
    })
}

/// What the reader says of this part of the text.
pub(super) fn problem(text: &str, span: Range<usize>, said: &str) -> Problem {
    let (message, help) = in_words(said, text.get(span.clone()).unwrap_or_default());
    Problem { help, ..Problem::error(span, message) }
}

fn in_words(message: &str, written: &str) -> (String, Option<String>) {
    if let Some((name, known)) = unknown(message, "unknown field `") {
        return (format!("there is no setting `{name}` here"), help(name, known));
    }
    if let Some((name, known)) = unknown(message, "unknown variant `") {
        return (format!("`{name}` is not possible here"), help(name, known));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return (format!("{name} is missing"), Some(format!("add {name}")));
    }
    if message == "duplicate key" {
        return (format!("`{written}` is there twice"), Some("keep one of them".to_owned()));
    }
    let mismatch = message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "));
    if let Some((found, expected)) = mismatch.and_then(|it| it.split_once(", expected ")) {
        let cure = (expected == "a sequence").then(|| format!("write `[{written}]`"));
        return (format!("expected {}, found {}", kind(expected), value(found, written)), cure);
    }
    (message.replace('\n', "; "), Some("the document is not valid TOML".to_owned()))
}

/// A name that is not known, and what is.
fn unknown<'m>(message: &'m str, prefix: &str) -> Option<(&'m str, &'m str)> {
    message.strip_prefix(prefix)?.split_once("`, expected ")
}

fn help(name: &str, known: &str) -> Option<String> {
    let names = known.split('`').skip(1).step_by(2);
    let listed = known.trim_start_matches("one of ");
    nearest(name, names).or_else(|| Some(format!("possible here: {listed}")))
}

fn kind(expected: &str) -> &str {
    match expected {
        "a string" => "text in quotes",
        "a sequence" => "a list in brackets",
        "a map" => "a table",
        "a boolean" => "`true` or `false`",
        "f64" => "a number",
        "u32" => "a whole number from 0 on",
        "i64" => "a whole number",
        other => other,
    }
}

fn value(found: &str, written: &str) -> String {
    match found.split_once(' ').map_or(found, |(kind, _)| kind) {
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        "string" => format!("the text {written}"),
        _ => format!("`{written}`"),
    }
}
