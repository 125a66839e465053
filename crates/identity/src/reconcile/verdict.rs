//! Verdict: what became of a value that was written, told from the record that the target showed afterwards. A target
//! may answer "done" and have cut the value, kept the old one, or given the field to a rule of its own.

use super::Columns;
use crate::decision::Outcome;
use crate::id::FieldName;
use std::borrow::Cow;

/// The most characters of a value that a reason shows.
const SHOWN: usize = 120;

/// What became of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The target has it.
    Landed,
    /// The target has its beginning.
    Truncated {
        /// What the target has.
        has: String,
    },
    /// The target has what it had before, or does not show the column.
    Dropped {
        /// What the target has, if it shows the column.
        has: Option<String>,
    },
    /// The target has something else: a rule of its own, or somebody, was there.
    Altered {
        /// What the target has.
        has: String,
    },
}

impl Verdict {
    /// Whether the target has the value.
    pub fn is_landed(&self) -> bool {
        *self == Self::Landed
    }

    /// The word for it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Landed => Outcome::Landed,
            Self::Truncated { .. } => Outcome::Truncated,
            Self::Dropped { .. } => Outcome::Dropped,
            Self::Altered { .. } => Outcome::Altered,
        }
    }

    /// What it means and what to do about it; nothing for a value that landed.
    pub fn reason(&self) -> Option<String> {
        Some(match self {
            Self::Landed => return None,
            Self::Truncated { has } => format!(
                "the target's column holds only {} characters; make it longer there, or say in the policy how to shorten",
                has.chars().count()
            ),
            Self::Dropped { has: Some(_) } => {
                "the target answered that it was done and kept the old value; does our account have the right to write this column?"
                    .to_owned()
            }
            Self::Dropped { has: None } => {
                "the target does not show the column; is it there, and may our account read it?".to_owned()
            }
            Self::Altered { has } if has.is_empty() => {
                "something in the target, such as a business rule, emptied it".to_owned()
            }
            Self::Altered { has } => {
                let has = excerpt(has);
                format!("something in the target, such as a business rule, made `{has}` of it")
            }
        })
    }
}

/// As much of a value as a sentence bears.
fn excerpt(value: &str) -> Cow<'_, str> {
    match value.char_indices().nth(SHOWN) {
        None => Cow::Borrowed(value),
        Some((end, _)) => Cow::Owned(format!("{}…", &value[..end])),
    }
}

/// What became of each value that was asked for: `before` is the record as it was, as far as that is known, and `after` as the
/// target showed it then.
pub fn verdicts(asked: &Columns, before: &Columns, after: &Columns) -> Vec<(FieldName, Verdict)> {
    let one = |column: &FieldName, value: &String| {
        let [was, has] = [before, after].map(|columns| columns.get(column).map(String::as_str));
        (column.clone(), verdict(value, was, has))
    };
    asked.iter().map(|(column, value)| one(column, value)).collect()
}

fn verdict(asked: &str, before: Option<&str>, after: Option<&str>) -> Verdict {
    let Some(has) = after else { return Verdict::Dropped { has: None } };
    let owned = has.to_owned();
    if same(asked, has) {
        Verdict::Landed
    } else if before == Some(has) {
        Verdict::Dropped { has: Some(owned) }
    } else if !has.is_empty() && asked.starts_with(has) {
        Verdict::Truncated { has: owned }
    } else if before.is_none() {
        // A column that was never read most likely kept what it had; nobody is to be blamed for it.
        Verdict::Dropped { has: Some(owned) }
    } else {
        Verdict::Altered { has: owned }
    }
}

/// Columns are trimmed by many a target, and flags are written in two ways.
fn same(asked: &str, has: &str) -> bool {
    let flag = |text: &str| match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    };
    asked.trim() == has.trim() || matches!((flag(asked), flag(has)), (Some(one), Some(other)) if one == other)
}
