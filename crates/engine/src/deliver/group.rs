//! One group's delivery: its row in the target, found by its name or made, and renamed with it. Who is in it is delivered
//! with the people. A group that ended stays in the target, empty of ours.

use super::report::line;
use super::trouble::Trouble;
use super::{Delivery, GROUPS};
use crate::Engine;
use crate::target::Groups;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;
use tenure_connect::servicenow::{CallError, Compare, Lane, Refusal, Row};
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::event::{Event, EventKind};
use tenure_identity::group::Group;
use tenure_identity::id::SysId;
use tenure_identity::reconcile::{Known, verdicts};
use tenure_store::deliveries::{Finished, State, Taken};

/// When to look again for a group that somebody else has to make.
const LOOK_AGAIN: Duration = Duration::from_secs(3_600);

const COLUMNS: [&str; 3] = ["sys_id", "name", "active"];

/// A group's delivery under way.
pub(super) struct GroupWork<'a> {
    pub(super) engine: &'a Engine,
    pub(super) delivery: &'a Delivery,
    pub(super) now: Timestamp,
    pub(super) taken: Taken,
    record: Option<SysId>,
    known: Known,
    events: Vec<Event>,
    /// Why there is none, where there need not be one.
    missing: Option<String>,
}

impl<'a> GroupWork<'a> {
    pub(super) fn new(engine: &'a Engine, delivery: &'a Delivery, taken: Taken) -> Self {
        let mut known = taken.known.clone().unwrap_or_default();
        if taken.unfinished {
            known.forget();
        }
        let now = engine.clock.now();
        Self {
            engine,
            delivery,
            now,
            record: taken.record.clone(),
            taken,
            known,
            events: Vec::new(),
            missing: None,
        }
    }

    /// Brings the group's row to what it should be.
    pub(super) async fn deliver(&mut self, group: Option<&Group>) -> Result<(), Trouble> {
        let wanted = self.delivery.target.settings.groups;
        let live = group.filter(|group| group.ended.is_none() && wanted != Groups::None);
        let Some(group) = live else { return Ok(()) };
        let name = group.display_name().trim();
        self.look(name).await?;
        match self.record.clone() {
            None if wanted == Groups::Existing => {
                self.missing = Some(format!("the target has no group `{name}`, and none is made there"));
                Ok(())
            }
            None => self.make(name).await,
            Some(_) if self.known.value(&"name".into()) == name => Ok(()),
            Some(record) => self.rename(&record, name).await,
        }
    }

    /// Makes sure that the row is known as it is now, if there is one: after a lost answer it may have the name already.
    async fn look(&mut self, name: &str) -> Result<(), Trouble> {
        let record = match self.record.clone() {
            Some(_) if !self.known.columns.is_empty() => return Ok(()),
            Some(record) => record,
            None => return self.find(name).await,
        };
        match self.delivery.target.client.get(Lane::Normal, GROUPS, &record, &COLUMNS).await? {
            Some(row) => {
                self.learn(&row);
                Ok(())
            }
            // All ids are other ones after a clone; the name is what is left.
            None => self.find_again(name).await,
        }
    }

    async fn find_again(&mut self, name: &str) -> Result<(), Trouble> {
        (self.record, self.known) = (None, Known::default());
        self.find(name).await
    }

    /// By name; of several, none, because nobody could say which.
    async fn find(&mut self, name: &str) -> Result<(), Trouble> {
        let client = &self.delivery.target.client;
        let rows = client.find(Lane::Normal, GROUPS, "name", name, Compare::Folded, &COLUMNS).await?;
        let exact: Vec<_> = rows.iter().filter(|row| row.get("name") == name).collect();
        let row = match (rows.as_slice(), exact.as_slice()) {
            ([], _) => return Ok(()),
            ([one], _) => one.clone(),
            (_, [one]) => (*one).clone(),
            (several, _) => {
                return Err(Trouble::Doubt(format!(
                    "{} groups of the target are called `{name}`; rename all but one",
                    several.len()
                )));
            }
        };
        let holders = self.engine.store().holders_of(&[row.sys_id.to_string()]).await?;
        if holders.get(&row.sys_id).is_some_and(|holder| *holder != self.taken.subject) {
            return Err(Trouble::Doubt(format!(
                "the target's group `{name}` is linked to another group of ours"
            )));
        }
        self.say(
            EventKind::TargetLinked,
            Some(format!("{}: it has the group's name", row.sys_id)),
            Vec::new(),
        );
        self.learn(&row);
        Ok(())
    }

    async fn make(&mut self, name: &str) -> Result<(), Trouble> {
        let client = &self.delivery.target.client;
        let fields = BTreeMap::from([("name".to_owned(), name.to_owned())]);
        match client.insert(Lane::Normal, GROUPS, &fields, &COLUMNS).await {
            Ok(row) => {
                self.judge(name, "", &row);
                self.learn(&row);
                Ok(())
            }
            Err(CallError::Refused(refusal @ Refusal::PossibleDuplicate { .. })) => {
                self.find(name).await?;
                if self.record.is_some() { Ok(()) } else { Err(CallError::Refused(refusal).into()) }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn rename(&mut self, record: &SysId, name: &str) -> Result<(), Trouble> {
        let client = &self.delivery.target.client;
        let fields = BTreeMap::from([("name".to_owned(), name.to_owned())]);
        let before = self.known.value(&"name".into()).to_owned();
        match client.update(Lane::Normal, GROUPS, record, &fields, &COLUMNS).await {
            Ok(row) => {
                self.judge(name, &before, &row);
                self.learn(&row);
                Ok(())
            }
            Err(CallError::Refused(Refusal::NotFoundOrHidden { .. })) => {
                self.find_again(name).await?;
                if self.record.is_some() { Ok(()) } else { self.make(name).await }
            }
            Err(error) => Err(error.into()),
        }
    }

    fn learn(&mut self, row: &Row) {
        self.record = Some(row.sys_id.clone());
        self.known.columns.insert("name".into(), row.get("name").to_owned());
    }

    fn judge(&mut self, name: &str, before: &str, row: &Row) {
        let one = |value: &str| [("name".into(), value.to_owned())].into();
        let decisions = verdicts(&one(name), &one(before), &super::look::shown(row)).into_iter();
        let decisions = decisions.map(|(field, verdict)| {
            let reason = verdict.reason();
            let former = (!before.is_empty()).then(|| before.to_owned());
            Decision {
                reason,
                ..Decision::new(field, verdict.outcome()).values(former, Some(name.to_owned()))
            }
        });
        let decisions: Vec<_> = decisions.collect();
        debug_assert!(decisions.iter().all(|it| it.outcome != Outcome::WrongTwin));
        self.say(EventKind::Delivered, None, decisions);
    }

    fn say(&mut self, kind: EventKind, note: Option<String>, decisions: Vec<Decision>) {
        self.events.push(line(self.taken.subject.clone(), self.now, kind, note, decisions));
    }

    pub(super) fn finish(mut self, lease: &str, outcome: Result<(), Trouble>) -> Finished {
        let mut finished = Finished {
            subject: self.taken.subject.clone(),
            lease: lease.to_owned(),
            mark: self.taken.mark,
            at: self.engine.clock.now(),
            state: State::Delivered,
            reason: None,
            again: None,
            attempts: 0,
            record: self.record.clone(),
            former: self.taken.record.clone(),
            known: None,
            in_doubt: false,
            waits_for: Vec::new(),
            refers_to: Vec::new(),
            leaves: None,
            events: Vec::new(),
        };
        if self.missing.is_some() {
            finished.reason = self.missing.take();
            finished.again = Some(self.now + LOOK_AGAIN);
        }
        if let Err(trouble) = outcome {
            let follows = trouble.consequence(self.taken.subject.as_str(), self.taken.attempts);
            if follows.in_doubt {
                self.known.forget();
            }
            if follows.state == State::Refused && self.taken.attempts == 0 {
                self.say(EventKind::Refused, Some(follows.reason.clone()), Vec::new());
            }
            finished.in_doubt = self.taken.unfinished && follows.state != State::Refused;
            finished.state = follows.state;
            finished.reason = Some(follows.reason);
            finished.attempts = follows.attempts;
            finished.again = Some(self.now + follows.wait);
        }
        finished.known = Some(self.known);
        finished.events = self.events;
        finished
    }
}
