//! The table at the end of a run: each step, what came of it, and how long it took.

use std::fmt;
use std::time::Duration;

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It passed.
    Passed,
    /// It could not be done here, which is in order; the reason is for the reader.
    Skipped(String),
    /// It failed, and the run stopped.
    Failed,
    /// The run stopped before.
    NotRun,
}

/// The steps that ran, in order.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<(String, Outcome, Duration)>,
}

impl Report {
    /// Adds a step that ran.
    pub(crate) fn add(&mut self, step: String, outcome: Outcome, took: Duration) {
        self.rows.push((step, outcome, took));
    }

    /// Adds those of all steps that did not run.
    pub(crate) fn leave_out(&mut self, all: impl Iterator<Item = String>) {
        let rest: Vec<_> = all.skip(self.rows.len()).collect();
        self.rows.extend(rest.into_iter().map(|step| (step, Outcome::NotRun, Duration::ZERO)));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<12} {:>9}  result", "step", "seconds")?;
        for (step, outcome, took) in &self.rows {
            writeln!(f, "{step:<12} {:>9.1}  {outcome}", took.as_secs_f32())?;
        }
        let total: Duration = self.rows.iter().map(|(.., took)| *took).sum();
        write!(f, "{:<12} {:>9.1}", "total", total.as_secs_f32())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Skipped(reason) => write!(f, "skipped: {reason}"),
            Self::Failed => f.write_str("FAILED"),
            Self::NotRun => f.write_str("not run"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_table() {
        let mut report = Report::default();
        report.add("fmt".into(), Outcome::Passed, Duration::from_millis(1250));
        report.add("tidy".into(), Outcome::Failed, Duration::from_millis(90));
        report.leave_out(["fmt", "tidy", "clippy"].map(String::from).into_iter());
        let expected = "\
step           seconds  result
fmt                1.2  passed
tidy               0.1  FAILED
clippy             0.0  not run
total              1.3";
        assert_eq!(report.to_string(), expected);
    }
}
