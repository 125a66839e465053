//! The manager of somebody whose manager has left: whoever took over in a hand-over, for as long as the leaver is away.
//! Otherwise the next delivery would write the leaver back, whom sources go on naming.

use super::desire::{Asking, Wanted};
use super::person::Work;
use super::trouble::Trouble;
use jiff::Timestamp;
use tenure_identity::decision::Outcome;
use tenure_identity::event::EventKind;
use tenure_identity::handover::{StandIn, Takeover, stand_in};
use tenure_identity::id::SysId;
use tenure_identity::reconcile::Wish;
use tenure_store::handovers::ReportHandovers;

/// The column that names somebody's manager.
pub(super) const MANAGER: &str = "manager";

impl Asking<'_> {
    /// What hand-overs have made of the manager of the record.
    pub(super) async fn handovers(&self) -> Result<ReportHandovers, Trouble> {
        match self.record {
            Some(record) => Ok(self.engine.store().report_handovers(record).await?),
            None => Ok(ReportHandovers::default()),
        }
    }
}

impl Wanted {
    /// The manager, or whoever stands in for them.
    pub(super) fn manager(&mut self, named: Wish, since: Option<Timestamp>, takeovers: &[Takeover]) -> Wish {
        let Wish::Value(record) = &named else { return named };
        match stand_in(&SysId::new(record), since, takeovers) {
            None => named,
            Some(StandIn::Taken(by)) => {
                let because = format!("the manager who is named has left: {}", by.why);
                self.because.insert(MANAGER.into(), because);
                Wish::Value(by.to.to_string())
            }
            Some(StandIn::NamedAnew(before)) => {
                self.named_anew = Some(before.leaver.clone());
                named
            }
        }
    }
}

impl Work<'_> {
    /// Whether a hand-over has written the record since the last delivery: what is known of it is older.
    pub(super) fn was_handed_over(&self) -> bool {
        let written = self.wanted.handed_over.filter(|_| self.record.is_some());
        written.is_some_and(|at| self.taken.delivered.is_none_or(|delivered| delivered < at))
    }

    /// Somebody reports to a leaver again, because a source says so: nobody looks for it by themselves.
    pub(super) fn tell_of_leaver(&mut self) {
        let has_landed = self.decisions.iter().any(|it| it.field == MANAGER && it.outcome == Outcome::Landed);
        if let Some(leaver) = self.wanted.named_anew.take().filter(|_| has_landed) {
            let note = format!(
                "the manager has left, and was named anew after their reports were handed over; \
                 `tenure handover run {leaver}` hands this one over, too"
            );
            self.say(EventKind::Finding, note);
        }
    }
}
