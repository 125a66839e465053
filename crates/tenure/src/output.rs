//! What people and programs read: tables, JSON and failures.

#![expect(clippy::print_stderr, reason = "this is where the binary talks")]

use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value;
use std::io::Write;

/// A line of data.
pub(crate) fn line(text: &str) {
    // A closed pipe is the reader's decision, not a failure.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A line of talk.
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// JSON, indented.
pub(crate) fn json(value: &Value) {
    line(&format!("{value:#}"));
}

/// A table for people.
pub(crate) fn table(headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headers);
    table.add_rows(rows);
    table.to_string()
}

/// What went wrong, and why, one cause a line.
pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
}
