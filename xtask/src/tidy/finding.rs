//! One thing that is not as it should be, told so that a newcomer can mend it without asking.

use std::fmt;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// File, relative to the root of the repository.
    pub(crate) path: String,
    /// Line, counted from one.
    pub(crate) line: usize,
    /// What is there.
    pub(crate) what: String,
    /// The reason for the rule.
    pub(crate) why: &'static str,
    /// What to do about it.
    pub(crate) cure: &'static str,
}

/// A rule's reason and cure, which are the same for each of its findings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// The reason.
    pub(crate) why: &'static str,
    /// What to do.
    pub(crate) cure: &'static str,
}

impl Rule {
    /// This rule, broken here.
    pub(crate) fn broken(&self, path: &str, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, what: what.into(), why: self.why, cure: self.cure }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.path, self.line, self.what)?;
        writeln!(f, "  why: {}", self.why)?;
        write!(f, "  do:  {}", self.cure)
    }
}

/// Findings as `path:line: what`, for the tests of the checks.
#[cfg(test)]
pub(crate) fn show(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|it| format!("{}:{}: {}", it.path, it.line, it.what)).collect()
}
