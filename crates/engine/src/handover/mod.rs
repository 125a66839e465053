//! Hand-over: a leaver's open work goes to those whom the policy names, once their deactivation has landed in the target.
//!
//! The steps are noted before the first is carried out, and each again when it is known what became of it. Before a row is
//! written it is read, so that it does no harm to begin again after a crash, after a lost answer, or on another node, and
//! nothing is overwritten that somebody did since. A work note goes out with the write that it tells of, never by itself.

mod anew;
mod cancel;
mod carry_out;
mod find;
mod operations;
mod queue;
mod receivers;
mod report;
mod takers;
mod turn;

pub use operations::{HandoverInFull, HandoverPreview, HandoversOf};
pub use queue::run;

/// Open work, of every class.
const TASKS: &str = "task";
/// Approvals.
const APPROVALS: &str = "sysapproval_approver";
/// Departments.
const DEPARTMENTS: &str = "cmn_department";
/// Cost centres.
const COST_CENTRES: &str = "cmn_cost_center";
/// Who acts for whom.
const DELEGATIONS: &str = "sys_user_delegate";
