//! Java's regular expressions on an engine that takes linear time. What Java's syntax means differently there is
//! rewritten to the same meaning (`\d`, `\w`, `\s` are ASCII in Java; `.` stops at five line ends); what the engine lacks
//! is an error that says so. Nothing is left out silently.
//!
//! One difference stays: `(?i)` folds all letters, not only those of ASCII.

mod translate;

use crate::functions::Fault;
use regex::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// Bytes that a compiled pattern may take.
const SIZE: usize = 256 * 1024;
/// Groups within each other.
const NESTING: u32 = 50;

/// A pattern, ready for both ways of matching.
#[derive(Debug)]
pub(crate) struct JavaRegex {
    translated: String,
    whole: Regex,
    part: OnceLock<Regex>,
}

impl JavaRegex {
    /// Reads Java's syntax.
    pub(crate) fn compile(pattern: &str) -> Result<Self, Box<Fault>> {
        let translated = translate::translate(pattern)?;
        // On its own first, so that brackets cannot reach out of the group around it.
        build(&translated)?;
        let whole = build(&format!("\\A(?:{translated})\\z"))?;
        Ok(Self { translated, whole, part: OnceLock::new() })
    }

    /// Whether the whole text fits, as Java's `Pattern.matches`.
    pub(crate) fn is_whole_match(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// Whether any part of the text fits.
    pub(crate) fn is_part_match(&self, text: &str) -> Result<bool, Box<Fault>> {
        Ok(self.part()?.is_match(text))
    }

    /// The text with the first match replaced, without meaning of `$` in the replacement.
    pub(crate) fn replace_first(&self, text: &str, replacement: &str) -> Result<String, Box<Fault>> {
        Ok(self.part()?.replace(text, regex::NoExpand(replacement)).into_owned())
    }

    fn part(&self) -> Result<&Regex, Box<Fault>> {
        match self.part.get() {
            Some(regex) => Ok(regex),
            None => build(&self.translated).map(|regex| self.part.get_or_init(|| regex)),
        }
    }
}

fn build(pattern: &str) -> Result<Regex, Box<Fault>> {
    let built = RegexBuilder::new(pattern).size_limit(SIZE).nest_limit(NESTING).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            Fault::new("the pattern is too large").help("make the counts in `{…}` smaller")
        }
        other => {
            let text = other.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Fault::new(format!("this is not a regular expression: {reason}"))
        }
    })
}
