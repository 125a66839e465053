//! What is wrong with a policy document: all of it in one pass, each at its place, with the cure where it is known.

use std::fmt;
use std::ops::Range;
use tenure_el::Diagnostic;

pub use tenure_el::Severity;

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether the document can be used all the same.
    pub severity: Severity,
    /// Which bytes of the document are meant. Within the text, on character boundaries.
    pub span: Range<usize>,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// All that is wrong with a document; at least one error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problem {
    pub(super) fn error(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, span, message: message.into(), help: None }
    }

    pub(super) fn warning(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A diagnostic of an expression that is a string of the document.
    pub(super) fn within(
        diagnostic: Diagnostic,
        document: &str,
        string: &Range<usize>,
        expression: &str,
    ) -> Self {
        let Diagnostic { severity, span, message, help } = diagnostic;
        Self { severity, span: super::span::within(document, string, expression, &span), message, help }
    }

    /// Line and column of the beginning, from 1, in characters.
    pub fn position(&self, document: &str) -> (usize, usize) {
        let before = &document[..self.span.start.min(document.len())];
        let line = before.matches('\n').count() + 1;
        (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.0.iter().filter(|problem| problem.severity == Severity::Error);
        let mut separator = "";
        for problem in errors {
            write!(f, "{separator}{problem}")?;
            separator = "; ";
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
