//! One person's delivery, from what the record should be to what became of every value.

use super::desire::{Asking, Wanted};
use super::trouble::Trouble;
use super::{Delivery, MEMBERS, backoff};
use crate::Engine;
use crate::target::Groups;
use jiff::Timestamp;
use std::sync::Arc;
use tenure_connect::servicenow::{Lane, Outcome, ServiceNow};
use tenure_identity::decision::Decision;
use tenure_identity::event::{Event, EventKind};
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::person::Person;
use tenure_identity::policy::Policy;
use tenure_identity::reconcile::{ACTIVE, Columns, Known, LOCKED_OUT, reconcile};
use tenure_identity::record::FieldValue;
use tenure_store::deliveries::Taken;
use tenure_store::handovers::{HandoverState, Leaving};

/// How many lost answers are looked into at once; after more, it is tried again later.
const LOST_ANSWERS: usize = 3;
/// How often what the target shows may give reason for another round.
const ROUNDS: usize = 4;

/// A delivery under way.
pub(super) struct Work<'a> {
    pub(super) engine: &'a Engine,
    pub(super) delivery: &'a Delivery,
    pub(super) policy: Arc<Policy>,
    pub(super) lane: Lane,
    pub(super) now: Timestamp,
    pub(super) taken: Taken,
    pub(super) lease: String,
    pub(super) person: Person,
    pub(super) wanted: Wanted,
    /// The record, once it is known or made.
    pub(super) record: Option<SysId>,
    /// What is known of it.
    pub(super) known: Known,
    /// Whether anything was written.
    pub(super) wrote: bool,
    /// Whether the target was seen to say that they are active.
    pub(super) was_active: bool,
    /// What became of every value that was written.
    pub(super) decisions: Vec<Decision>,
    /// What else the timeline should say.
    pub(super) events: Vec<Event>,
    /// What somebody should know.
    pub(super) notes: Vec<String>,
    /// Whether they have left and are not made in an instance that does not know them.
    pub(super) stays_away: bool,
}

/// Whoever has access in the target and should not have it goes first.
fn lane(person: &Person, taken: &Taken) -> Lane {
    let has_access = taken.known.as_ref().is_none_or(|known| known.value(&ACTIVE.into()) != "false");
    if !person.active && taken.record.is_some() && has_access { Lane::Leaver } else { Lane::Normal }
}

impl<'a> Work<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        delivery: &'a Delivery,
        taken: Taken,
        lease: String,
        person: Person,
    ) -> Self {
        let mut known = taken.known.clone().unwrap_or_default();
        let was_active = is_active(&known);
        if taken.unfinished {
            known.forget();
        }
        Self {
            engine,
            delivery,
            policy: engine.policy(),
            lane: lane(&person, &taken),
            now: engine.clock.now(),
            record: taken.record.clone(),
            wanted: Wanted::default(),
            known,
            taken,
            lease,
            person,
            wrote: false,
            was_active,
            decisions: Vec::new(),
            events: Vec::new(),
            notes: Vec::new(),
            stays_away: false,
        }
    }

    pub(super) fn client(&self) -> &'a ServiceNow {
        &self.delivery.target.client
    }

    /// Brings the record to what it should be. After an answer that was lost, looks and goes on.
    pub(super) async fn deliver(&mut self) -> Result<(), Trouble> {
        self.was_active |= self.has_left_again().await?;
        for _ in 0..LOST_ANSWERS {
            match self.bring_about().await {
                Err(Trouble::Call(error)) if error.outcome() == Outcome::Unknown => self.known.forget(),
                other => return other,
            }
        }
        self.bring_about().await
    }

    async fn bring_about(&mut self) -> Result<(), Trouble> {
        self.notes.clear();
        if self.person.active {
            self.want_and_look().await?;
        } else {
            self.look().await?;
            if self.stays_away().await? {
                return Ok(());
            }
            self.end_access().await?;
            self.wanted = self.what_is_wanted().await?;
        }
        self.was_active |= is_active(&self.known);
        if let Some(record) = self.record.clone().filter(|_| self.was_active && !self.person.active) {
            // Somebody may have added to them by hand, and nobody looks again.
            self.read_ties_anew(&record).await?;
        }
        for _ in 0..ROUNDS {
            if let Some(record) = self.record.clone() {
                self.read_ties_if_needed(&record).await?;
            }
            // Groups that are for the policy only are nothing to be taken out of, either.
            if self.delivery.target.settings.groups != Groups::None {
                self.find_managed_groups().await?;
            }
            let known = self.record.is_some().then_some(&self.known);
            let mut steps = reconcile(&self.wanted.desired, known, self.now);
            self.unpark(&steps);
            steps.retain(|step| !self.is_parked(step));
            let steps = self.spare_protected(steps).await?;
            if steps.is_empty() {
                return Ok(());
            }
            self.carry_out(steps).await?;
        }
        self.notes.push("the target keeps changing what is written".to_owned());
        Ok(())
    }

    /// What hand-overs have made of somebody is kept by their record: once that is found, it is asked for.
    async fn want_and_look(&mut self) -> Result<(), Trouble> {
        let before = self.record.clone();
        self.wanted = self.what_is_wanted().await?;
        if self.was_handed_over() {
            self.known.columns.clear();
        }
        self.look().await?;
        if self.record.is_some() && self.record != before {
            self.wanted = self.what_is_wanted().await?;
        }
        Ok(())
    }

    pub(super) async fn what_is_wanted(&self) -> Result<Wanted, Trouble> {
        let Work { engine, delivery, lane, now, .. } = *self;
        let (yields, written) = (self.taken.yields.as_deref(), &self.known.written);
        let (policy, record) = (&self.policy, self.record.as_ref());
        let asking = Asking { engine, delivery, policy, lane, now, record, yields, written };
        asking.wanted(&self.person).await
    }

    /// What ends access waits for nothing that has to be looked up besides the record, and whose it is.
    async fn end_access(&mut self) -> Result<(), Trouble> {
        self.was_active |= is_active(&self.known);
        let flags = self.person.record.fields.iter().filter_map(|(column, field)| match field.value {
            FieldValue::Flag(flag) if is_access(column) => Some((column.clone(), flag.to_string())),
            _ => None,
        });
        let ending: Columns = flags
            .filter(|(column, value)| self.known.value(column) != value)
            .filter(|(column, value)| !self.known.is_parked(column, value, self.now))
            .collect();
        if self.record.is_none() || ending.is_empty() { Ok(()) } else { self.update(ending).await }
    }

    async fn read_ties_if_needed(&mut self, record: &SysId) -> Result<(), Trouble> {
        let Wanted { desired, closed, .. } = &self.wanted;
        let groups_unread = self.known.groups.is_none() && !closed.contains(MEMBERS);
        let roles_unread = self.known.roles.is_none() && !desired.roles.managed.is_empty();
        if groups_unread || roles_unread { self.read_ties(record).await } else { Ok(()) }
    }

    /// The leaving that has landed in the target, or may have, if the policy says who takes over.
    pub(super) fn leaving(&self) -> Option<Leaving> {
        let leaves = self.was_active && !self.person.active && !is_active(&self.known);
        let at = self.person.deactivated_at.filter(|_| leaves && !self.policy.lifecycle.hand_over.is_empty());
        at.map(|at| Leaving { person: self.person.id.clone(), at })
    }

    /// Whether they came back and left again before their return had landed: what was to be handed over the time before lies
    /// with them still, or a source's word may have given it back, although the target never said in between that they are
    /// active.
    async fn has_left_again(&self) -> Result<bool, Trouble> {
        if self.person.active || self.policy.lifecycle.hand_over.is_empty() {
            return Ok(false);
        }
        let last = self.engine.store().last_handover(&self.person.id).await?;
        Ok(last.is_some_and(|it| {
            it.state != HandoverState::Undone && Some(it.leaving.at) != self.person.deactivated_at
        }))
    }

    /// Notes a line for the timeline.
    pub(super) fn say(&mut self, kind: EventKind, note: String) {
        let subject = self.taken.subject.clone();
        self.events.push(super::report::line(subject, self.now, kind, Some(note), Vec::new()));
    }

    /// When to look again, if nothing changes before.
    pub(super) fn again(&self) -> Option<Timestamp> {
        let parked = self.known.parked.values().map(|parked| parked.until);
        parked.chain(self.wanted.again).min().map(|at| at.max(self.now + backoff::SOONEST))
    }
}

/// Whether the column is one of those that end access.
pub(super) fn is_access(column: &FieldName) -> bool {
    *column == ACTIVE || *column == LOCKED_OUT
}

fn is_active(known: &Known) -> bool {
    known.value(&ACTIVE.into()) == "true"
}
