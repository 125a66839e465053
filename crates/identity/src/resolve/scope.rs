//! Scope: whether somebody is provisioned at all.

use super::{Finding, Hearing, Progress};
use crate::decision::{Decision, Outcome};
use crate::record::Record;

/// Whether the person is in scope. Where that cannot be told it stays as it was: whoever has access keeps it, and nobody
/// gets any.
pub(super) fn is_in_scope(hearing: &Hearing<'_>, record: &Record, out: &mut Progress) -> bool {
    let Some(scope) = &hearing.policy.scope else { return true };
    match scope.test(&hearing.person(record), &hearing.settings) {
        Ok(true) => true,
        Ok(false) => {
            let reason = format!("outside the scope `{scope}`");
            out.decisions.push(Decision::new("active", Outcome::SkippedNotAuthoritative).because(reason));
            false
        }
        Err(error) => {
            let note = format!("the scope could not be told, and stays as it was: {error}");
            out.findings.push(Finding::Failed(note));
            let before = &hearing.subject.before;
            before.provisioned && before.deactivated_at.is_none()
        }
    }
}
