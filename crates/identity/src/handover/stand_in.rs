//! Who stands in for a manager who has left, once their reports were handed over: sources may go on naming the leaver, and
//! whoever took over stays. Only a fresh word of a source counts for more.

use crate::id::{PersonId, SysId};
use jiff::Timestamp;

/// A report whom a hand-over gave to somebody else, and whose former manager is still away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takeover {
    /// Who has left.
    pub leaver: PersonId,
    /// Their record in the target.
    pub from: SysId,
    /// The record of whoever took over.
    pub to: SysId,
    /// When.
    pub at: Timestamp,
    /// Who took over, and why they did.
    pub why: String,
}

/// What becomes of a manager who is named although their reports were handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandIn<'a> {
    /// Whoever took over is the manager.
    Taken(&'a Takeover),
    /// The leaver was named anew after this, and is the manager.
    NamedAnew(&'a Takeover),
}

/// Who stands in for the manager of this record, who has been named since then; nobody if the report was not handed over.
pub fn stand_in<'a>(
    named: &SysId,
    since: Option<Timestamp>,
    takeovers: &'a [Takeover],
) -> Option<StandIn<'a>> {
    let of = |record: &SysId| takeovers.iter().filter(|it| it.from == *record).max_by_key(|it| it.at);
    let first = of(named)?;
    if since.is_some_and(|since| since > first.at) {
        return Some(StandIn::NamedAnew(first));
    }
    let mut last = first;
    // Whoever took over may have left since. What came before led to them, not away: so this ends.
    while let Some(next) = of(&last.to).filter(|next| next.at > last.at) {
        last = next;
    }
    Some(StandIn::Taken(last))
}
