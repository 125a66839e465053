//! Standing: whether a row is still as it was when a step was planned, so that nothing is overwritten that somebody did
//! since, and nothing is done twice after an answer was lost. The same holds for taking a step back.

use super::Kind;
use crate::reconcile::Columns;

/// How a row stands to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// As it was when the step was planned: write.
    Ready,
    /// As the step makes it: it has been carried out.
    Reached,
    /// A part is as the step makes it and the rest as it was: the write landed in part, and its answer was lost.
    Partly,
    /// None of these, and why: leave it alone.
    Changed(&'static str),
}

/// How the row stands to a step that leads from some values to others. `row` is what the target shows now, if it shows it.
pub fn standing(kind: Kind, from: &Columns, to: &Columns, row: Option<&Columns>) -> Standing {
    let Some(row) = row else {
        return Standing::Changed("it is gone, or hidden from our account");
    };
    let value = |column: &str| row.get(column).map_or("", |value| value.trim());
    let is = |columns: &Columns| columns.iter().all(|(name, wanted)| value(name.as_str()) == wanted.trim());
    if is(to) {
        return Standing::Reached;
    }
    match kind.open() {
        Some((column, open)) if value(column) != open => Standing::Changed("it is not open any more"),
        _ if is(from) => Standing::Ready,
        _ if to.iter().all(|(name, wanted)| {
            let has = value(name.as_str());
            has == wanted.trim() || from.get(name).is_some_and(|before| has == before.trim())
        }) =>
        {
            Standing::Partly
        }
        _ => Standing::Changed("somebody has changed it since"),
    }
}
