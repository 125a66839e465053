//! The reference page, docs/EXPRESSIONS.md, made from the table of functions.

use crate::functions::{self, Function, Style};
use std::fmt::Write;

/// What stands before the table.
const SYNTAX: &str = include_str!("reference.md");

/// The page as Markdown.
pub fn markdown() -> String {
    let mut page = SYNTAX.to_owned();
    let mut family = "";
    for function in functions::all() {
        if function.family != family {
            family = function.family;
            section(&mut page, family);
        }
        row(&mut page, function);
    }
    page
}

fn section(page: &mut String, family: &str) {
    let title = match family {
        "Directory" => "Manager, assistant, directory, Workday",
        "User" => "Groups by criteria",
        other => other,
    };
    // Writing to a string cannot fail.
    let _ =
        write!(page, "\n### {title}\n\n| function | gives | what it does | example |\n|---|---|---|---|\n");
}

fn row(page: &mut String, function: &Function) {
    let (expression, result) = function.example;
    let example =
        if expression.is_empty() { String::new() } else { format!("`{expression}` → `{result}`") };
    let old = if function.style == Style::Deprecated { " Deprecated." } else { "" };
    let (usage, gives) = (function.usage(), function.signature.returns.describe());
    let about = function.about;
    let _ = writeln!(page, "| `{usage}` | {gives} | {about}{old} | {} |", example.replace('|', "\\|"));
}
