//! What people and programs read: tables, JSON and failures.
//!
//! A closed pipe is the reader's decision, not a failure: what cannot be written is dropped without a word.

use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{ContentArrangement, Table};
use jiff::Timestamp;
use serde::Serialize;
use std::io::{BufWriter, IsTerminal, Write};
use tenure_engine::EngineError;
use tenure_engine::onboard::OnboardError;

/// A line of data.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Data as it is.
pub(crate) fn bytes(data: &[u8]) {
    let mut output = std::io::stdout();
    let _ = output.write_all(data).and_then(|()| output.flush());
}

/// A line of talk.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// JSON, indented; written as it is made, because a report may be long.
pub(crate) fn json(value: &impl Serialize) {
    let mut output = BufWriter::new(std::io::stdout().lock());
    let written = serde_json::to_writer_pretty(&mut output, value).map_err(std::io::Error::from);
    let _ = written.and_then(|()| writeln!(output)).and_then(|()| output.flush());
}

/// A JSON array that is written as its items come, indented like [`json`].
#[derive(Default)]
pub(crate) struct Array {
    begun: bool,
}

impl Array {
    pub(crate) fn push(&mut self, item: &impl Serialize) {
        let item = serde_json::to_string_pretty(item).expect("what is shown can be written as JSON");
        let before = if self.begun { "," } else { "[" };
        self.begun = true;
        let _ = write!(std::io::stdout(), "{before}\n  {}", item.replace('\n', "\n  "));
    }

    pub(crate) fn end(self) {
        line(if self.begun { "\n]" } else { "[]" });
    }
}

/// A table for people; as wide as the terminal if there is one, else as wide as it needs to be.
pub(crate) fn table(headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if std::io::stdout().is_terminal()
        && let Some((width, _)) = terminal_size::terminal_size()
    {
        table.set_width(width.0);
    }
    table.set_header(headers);
    table.add_rows(rows);
    table.to_string()
}

/// A time for people: to the second, always equally wide. Programs get all of it.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// What went wrong and why, one cause a line, and what to do about it.
pub(crate) fn failure(error: &anyhow::Error) {
    say(&format!("error: {error}"));
    let mut said = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Libraries like to repeat what their own cause says.
        if !cause.contains(&said) && !said.contains(&cause) {
            say(&format!("  because: {}", cause.trim_end().replace('\n', "\n  ")));
        }
        said = cause;
    }
    let of_engine = error.downcast_ref::<EngineError>().and_then(EngineError::help);
    let of_onboarding = || error.downcast_ref::<OnboardError>().and_then(OnboardError::help);
    if let Some(help) = of_engine.or_else(of_onboarding) {
        say(&format!("  help: {help}"));
    }
}
