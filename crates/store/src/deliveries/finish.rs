//! The end of a delivery: link, what the target showed, what the timeline says, and when to look again, in one commit.

use super::{State, kind};
use crate::Store;
use crate::driver::{Dialect, Statement, Value};
use crate::encode::{known_text, micros};
use crate::error::CommitError;
use crate::handovers::{self, Leaving};
use crate::write::{REFERRED, due_now, event, mark_who_refers};
use jiff::Timestamp;
use std::sync::LazyLock;
use tenure_identity::event::{Event, Subject};
use tenure_identity::id::SysId;
use tenure_identity::reconcile::Known;

/// What came of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Who.
    pub subject: Subject,
    /// The lease that they were taken under; if it is another's by now, nothing is written.
    pub lease: String,
    /// The mark that was worked off.
    pub mark: i64,
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Why, unless it was simply delivered.
    pub reason: Option<String>,
    /// When to look again, if nothing changes before.
    pub again: Option<Timestamp>,
    /// Failures in a row.
    pub attempts: u32,
    /// Their record in the target now.
    pub record: Option<SysId>,
    /// Their record before.
    pub former: Option<SysId>,
    /// What the target showed last.
    pub known: Option<Known>,
    /// Whether it is still not known which record is theirs.
    pub in_doubt: bool,
    /// Whose records they wait for.
    pub waits_for: Vec<String>,
    /// Whose records theirs refers to; the groups that they are in need not be among them.
    pub refers_to: Vec<String>,
    /// The leaving whose work is to be handed over from now on, if it is not already.
    pub leaves: Option<Leaving>,
    /// What the timeline says.
    pub events: Vec<Event>,
}

/// Doubts that came, and tries that were asked for, after the mark was read are for the next delivery.
const FINISH: &str = "update deliveries set lease = null, \
     due_at = case when mark = $1 then cast($2 as bigint) else cast($3 as bigint) end, \
     mark = case when mark = $4 then cast($5 as bigint) else mark end, \
     attempts = $6, outcome = $7, reason = $8, sys_id = $9, known = $10, \
     delivered_at = coalesce($11, delivered_at), \
     doubted = case when cast($12 as bigint) = 0 and mark = $13 then 0 else doubted end, \
     anew = case when mark = $14 then 0 else anew end where subject = $15 and lease = $16";

const LINKED: &str = "update deliveries set linked_at = $1 where subject = $2";

const FORMER: &str =
    "insert into former_records (subject, sys_id, until_at) values ($1, $2, $3) on conflict do nothing";

const WAIT: &str = "insert into delivery_waits (awaited, subject) values ($1, $2) on conflict do nothing";
const WAIT_NO_MORE: &str = "delete from delivery_waits where subject = $1";
const ARRIVED: &str = "delete from delivery_waits where awaited = $1";
/// Whoever waited for the record is due.
static WAKE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "update deliveries set mark = mark + 1, {} \
         where subject in (select subject from delivery_waits where awaited = $2)",
        due_now(1)
    )
});

/// Whoever waits for a record that came between the look and the end of the delivery is due, too.
fn came(which: &str) -> String {
    format!(
        "update deliveries set mark = mark + 1, {} where subject in \
         (select w.subject from delivery_waits w join deliveries d on d.subject = w.awaited \
         where d.sys_id is not null and d.doubted = 0 and w.awaited < '{REFERRED}'{which})",
        due_now(1)
    )
}

impl Store {
    /// Ends a delivery. [`CommitError::Moved`] if the lease ran out and somebody else took them.
    ///
    /// # Errors
    /// Also if the record is linked to somebody else, or the database fails.
    pub async fn finish_delivery(&self, finished: &Finished) -> Result<(), CommitError> {
        self.write(statements(self.database.dialect(), finished)).await
    }

    /// Marks everybody who waits for a record that is there: two ends of deliveries at one moment, on two nodes, may not
    /// have seen each other.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn wake_waiting(&self, now: Timestamp) -> Result<(), CommitError> {
        self.write(vec![Statement::built(came(""), vec![micros(now).into()])]).await
    }

    /// Notes before a write what it may make of the record, so that a crash leaves no column behind that we never
    /// empty again.
    ///
    /// # Errors
    /// [`CommitError::Moved`] if the lease is another's, or if the database fails.
    pub async fn begin_delivery(&self, who: &Subject, lease: &str, known: &Known) -> Result<(), CommitError> {
        let sql = "update deliveries set known = $1 where subject = $2 and lease = $3";
        let params = [known_text(known).into(), who.as_str().into(), lease.into()];
        self.write(vec![Statement::new(sql, params).must_touch_one()]).await
    }
}

fn statements(dialect: Dialect, finished: &Finished) -> Vec<Statement> {
    let Finished { subject, at, record, former, .. } = finished;
    let id = subject.as_str();
    let mut out = vec![finish(finished)];
    if record != former {
        out.push(Statement::new(LINKED, [micros(*at).into(), id.into()]));
        out.extend(
            former.iter().map(|former| {
                Statement::new(FORMER, [id.into(), former.as_str().into(), micros(*at).into()])
            }),
        );
        // Who was delivered with the former one does not wait for this one.
        out.extend(former.iter().map(|_| mark_who_refers(dialect, id, micros(*at))));
    }
    if record.is_some() && !finished.in_doubt {
        out.push(Statement::new(WAKE.as_str(), [micros(*at).into(), id.into()]));
        out.push(Statement::new(ARRIVED, [id.into()]));
    }
    out.push(Statement::new(WAIT_NO_MORE, [id.into()]));
    let refers = finished.refers_to.iter().map(|it| format!("{REFERRED}{it}"));
    let awaited = finished.waits_for.iter().cloned().chain(refers);
    out.extend(awaited.map(|it| Statement::new(WAIT, [it.into(), id.into()])));
    if !finished.waits_for.is_empty() {
        out.push(Statement::built(came(" and w.subject = $2"), vec![micros(*at).into(), id.into()]));
    }
    // Which record is theirs may be in doubt now that they are inactive: the hand-over waits until it is known.
    if let (Some(leaving), Some(record)) = (&finished.leaves, record.as_ref().or(former.as_ref())) {
        out.extend(handovers::begin(leaving, record, *at));
    }
    out.extend(finished.events.iter().map(event));
    out
}

fn finish(finished: &Finished) -> Statement {
    let now = micros(finished.at);
    // Who is looked at again stays marked: otherwise nobody would come.
    let (again, left) = match finished.again {
        Some(again) => (micros(again), finished.mark),
        None => (now, 0),
    };
    let delivered = matches!(finished.state, State::Delivered | State::Partly).then_some(now);
    let params: [Value; 16] = [
        finished.mark.into(),
        again.into(),
        now.into(),
        finished.mark.into(),
        left.into(),
        i64::from(finished.attempts).into(),
        finished.state.label().into(),
        finished.reason.as_deref().into(),
        finished.record.as_ref().map(SysId::as_str).into(),
        finished.known.as_ref().map(known_text).into(),
        delivered.into(),
        finished.in_doubt.into(),
        finished.mark.into(),
        finished.mark.into(),
        finished.subject.as_str().into(),
        finished.lease.as_str().into(),
    ];
    debug_assert!(kind(&finished.subject) <= 1);
    Statement::new(FINISH, params).must_touch_one()
}
