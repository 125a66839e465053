//! Delivery: brings the target to what the records say, somebody at a time and many at once, and notes for every value
//! what became of it.
//!
//! It is level-triggered. Whoever is marked is compared with what is known of their record in the target, the smallest
//! writes are sent, and the answers are the new knowledge. What is known is only trusted if the last delivery came to its
//! end; otherwise the target is read first. So it does no harm to deliver twice, late, on two nodes, or after a crash.

mod audit;
mod await_end;
pub(crate) mod backoff;
mod clone;
mod desire;
mod group;
mod identified;
mod look;
mod manager;
mod meet;
mod meter;
mod person;
mod protected;
pub(crate) mod queue;
pub(crate) mod report;
mod rows;
mod status;
mod there;
mod ties;
pub(crate) mod trouble;
mod undecided;
mod user_name;
mod write;

pub use meter::DeliveryCounts;
pub use queue::run;
pub use status::DeliveryTotals;
pub use tenure_connect::servicenow::PaceReport;
pub(crate) use trouble::{in_words, what_happened};

use crate::target::Target;
use jiff::Timestamp;
use rows::Rows;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tenure_store::deliveries::Finished;
use tokio::sync::Notify;
use tokio::time::Instant;
use trouble::Pause;

/// People.
pub(crate) const USERS: &str = "sys_user";
/// Groups.
pub(crate) const GROUPS: &str = "sys_user_group";
/// Who is in which group.
pub(crate) const MEMBERS: &str = "sys_user_grmember";
/// Who holds which role.
pub(crate) const HELD_ROLES: &str = "sys_user_has_role";
/// Roles.
pub(crate) const ROLES: &str = "sys_user_role";

/// The target, and what this node has learned of it.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) target: Target,
    /// Somebody may be due.
    work: Notify,
    /// Somebody has left, or a hand-over was asked for.
    pub(crate) leavers: Notify,
    /// A delivery has ended.
    ended: Notify,
    /// Rows that records refer to.
    rows: Rows,
    /// Groups to which our account may not add members.
    protected: protected::Protected,
    /// What is counted for metrics.
    meter: meter::Meter,
    /// While the target as a whole cannot be used.
    pub(crate) pause: Pause,
    /// The user name of our own account, once the target has said it.
    own_name: OnceLock<String>,
    /// When all that was remembered of the target was forgotten last, because somebody asked.
    anew: Mutex<Option<Instant>>,
    /// Records that were found under other ids than before.
    moved: Mutex<clone::Moved>,
    /// Whether a worker of this node delivers.
    running: AtomicBool,
    /// Whether another node has met another target since.
    pub(crate) displaced: AtomicBool,
    /// Ends of deliveries that could not be noted while the store was away, each with when it was marked.
    unended: Mutex<Vec<(Finished, Timestamp)>>,
    /// Leases under which this node is at work.
    leases: Arc<Mutex<BTreeSet<String>>>,
}

impl Delivery {
    pub(crate) fn new(target: Target) -> Self {
        Self {
            target,
            work: Notify::new(),
            leavers: Notify::new(),
            ended: Notify::new(),
            rows: Rows::default(),
            protected: protected::Protected::default(),
            meter: meter::Meter::default(),
            pause: Pause::default(),
            own_name: OnceLock::new(),
            anew: Mutex::default(),
            moved: Mutex::default(),
            running: AtomicBool::new(false),
            displaced: AtomicBool::new(false),
            unended: Mutex::default(),
            leases: Arc::default(),
        }
    }

    /// Somebody was marked.
    pub(crate) fn wake(&self) {
        self.work.notify_one();
    }
}

/// A lease that holds for as long as anybody is at work under it, however their work ends.
#[derive(Debug)]
struct Lease {
    name: String,
    held: Arc<Mutex<BTreeSet<String>>>,
}

impl Lease {
    fn hold(name: String, held: &Arc<Mutex<BTreeSet<String>>>) -> Arc<Self> {
        held.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        Arc::new(Self { name, held: Arc::clone(held) })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}
