//! One group's delivery: its row in the target, found by its name or made, and renamed with it. Who is in it is delivered
//! with the people. A group that ended stays in the target, empty of ours.

use super::report::{follows, is_news, line};
use super::rows::Name;
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
use tenure_identity::reconcile::{Known, Verdict, verdicts};
use tenure_store::deliveries::{Finished, State, Taken};

/// When to look again for a group that somebody else has to make.
const LOOK_AGAIN: Duration = Duration::from_secs(3_600);

/// For how long a name that the target did not take is not sent again: until the group is called differently, or somebody
/// has it tried again.
const KEPT: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);

/// The column of the name.
const NAME: &str = "name";
/// How many characters it holds where the instance does not say.
const LONGEST: usize = 80;

const COLUMNS: [&str; 3] = ["sys_id", NAME, "active"];

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
        let live = group.filter(|group| group.ended.is_none() && self.groups() != Groups::None);
        let Some(group) = live else {
            self.known.parked.clear();
            return Ok(());
        };
        let name = group.display_name().trim();
        self.known.parked.retain(|_, parked| parked.asked == name);
        self.look().await?;
        if self.record.is_none() {
            self.find_or_make(name).await?;
        }
        match self.record.clone() {
            Some(record) if !self.is_called(name) => self.rename(&record, name).await,
            _ => Ok(()),
        }
    }

    fn groups(&self) -> Groups {
        self.delivery.target.settings.groups
    }

    /// Whether the target has the name, or what it made of it.
    fn is_called(&self, name: &str) -> bool {
        self.known.value(&NAME.into()) == name || self.known.is_parked(&NAME.into(), name, self.now)
    }

    /// Makes sure that the row is known as it is now, if there is one: after a lost answer it may have the name already.
    async fn look(&mut self) -> Result<(), Trouble> {
        let unknown = self.record.clone().filter(|_| self.known.columns.is_empty());
        let Some(record) = unknown else { return Ok(()) };
        match self.delivery.target.client.get(Lane::Normal, GROUPS, &record, &COLUMNS).await? {
            Some(row) => self.learn(&row),
            None => self.lose(),
        }
        Ok(())
    }

    /// The row is not where it was. All ids are other ones after a clone; the name is what is left.
    fn lose(&mut self) {
        self.record = None;
        self.known.forget();
    }

    /// Only one node makes a group of this name at a time, and looks first.
    async fn find_or_make(&mut self, name: &str) -> Result<(), Trouble> {
        let room = self.room().await?;
        if self.groups() == Groups::Existing {
            self.find(name, room).await?;
            if self.record.is_none() {
                self.missing = Some(format!("the target has no group `{name}`, and none is made there"));
            }
            return Ok(());
        }
        let engine = self.engine;
        let held = Name::new(GROUPS, NAME, &beginning(name, room.unwrap_or(LONGEST)));
        engine
            .alone(&held, async {
                self.find(name, room).await?;
                if self.record.is_some() { Ok(()) } else { self.make(name, room).await }
            })
            .await
    }

    /// How many characters the column holds, where the instance lets us know.
    async fn room(&self) -> Result<Option<usize>, Trouble> {
        match self.delivery.target.client.columns(Lane::Normal, GROUPS).await {
            Ok(columns) => Ok(columns.get(NAME).and_then(|column| column.max_length)),
            Err(error) if error.is_permanent() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// By name, as the column holds it; of several, none, because nobody could say which.
    async fn find(&mut self, name: &str, room: Option<usize>) -> Result<(), Trouble> {
        let mut held = beginning(name, room.unwrap_or(usize::MAX));
        let mut rows = self.called(&held).await?;
        if rows.is_empty() && room.is_none() && name.chars().count() > LONGEST {
            held = beginning(name, LONGEST);
            rows = self.called(&held).await?;
        }
        let exact: Vec<_> = rows.iter().filter(|row| row.get(NAME) == held).collect();
        let row = match (rows.as_slice(), exact.as_slice()) {
            ([], _) => return Ok(()),
            ([one], _) => one.clone(),
            (_, [one]) => (*one).clone(),
            (several, _) => {
                return Err(Trouble::Doubt(format!(
                    "{} groups of the target are called `{held}`; rename all but one",
                    several.len()
                )));
            }
        };
        let holders = self.engine.store().holders_of(&[row.sys_id.to_string()]).await?;
        if holders.get(&row.sys_id).is_some_and(|holder| *holder != self.taken.subject) {
            return Err(Trouble::Doubt(format!(
                "the target's group `{}` is linked to another group of ours",
                row.get(NAME)
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

    async fn called(&self, name: &str) -> Result<Vec<Row>, CallError> {
        let client = &self.delivery.target.client;
        client.find(Lane::Normal, GROUPS, NAME, name, Compare::Folded, &COLUMNS).await
    }

    async fn make(&mut self, name: &str, room: Option<usize>) -> Result<(), Trouble> {
        let client = &self.delivery.target.client;
        let fields = BTreeMap::from([(NAME.to_owned(), name.to_owned())]);
        match client.insert(Lane::Normal, GROUPS, &fields, &COLUMNS).await {
            Ok(row) => {
                self.judge(name, "", &row);
                self.learn(&row);
                Ok(())
            }
            Err(CallError::Refused(refusal @ Refusal::PossibleDuplicate { .. })) => {
                self.find(name, room).await?;
                if self.record.is_some() { Ok(()) } else { Err(CallError::Refused(refusal).into()) }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn rename(&mut self, record: &SysId, name: &str) -> Result<(), Trouble> {
        let before = self.known.value(&NAME.into()).to_owned();
        // Who has the beginning already, and keeps it, has not refused the rest: there is no room for it.
        let is_cut = before == beginning(name, self.room().await?.unwrap_or(LONGEST));
        let client = &self.delivery.target.client;
        let fields = BTreeMap::from([(NAME.to_owned(), name.to_owned())]);
        match client.update(Lane::Normal, GROUPS, record, &fields, &COLUMNS).await {
            Ok(row) => {
                self.judge(name, if is_cut { "" } else { &before }, &row);
                self.learn(&row);
                Ok(())
            }
            Err(CallError::Refused(Refusal::NotFoundOrHidden { .. })) => {
                self.lose();
                self.find_or_make(name).await
            }
            Err(error) => Err(error.into()),
        }
    }

    fn learn(&mut self, row: &Row) {
        self.record = Some(row.sys_id.clone());
        self.known.columns.insert(NAME.into(), row.get(NAME).to_owned());
    }

    fn judge(&mut self, name: &str, before: &str, row: &Row) {
        let one = |value: &str| [(NAME.into(), value.to_owned())].into();
        let mut decisions = Vec::new();
        for (field, verdict) in verdicts(&one(name), &one(before), &super::look::shown(row)) {
            let reason = reason(&verdict);
            match &reason {
                Some(reason) => self.known.park(&field, name, reason, self.now, |_| KEPT),
                None => drop(self.known.parked.remove(&field)),
            }
            let former = (!before.is_empty()).then(|| before.to_owned());
            let decision = Decision::new(field, verdict.outcome()).values(former, Some(name.to_owned()));
            decisions.push(Decision { reason, ..decision });
        }
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
        } else if let Some(parked) = self.known.parked.get(NAME) {
            finished.state = State::Partly;
            finished.reason = Some(format!("`{NAME}`: {}", parked.reason));
        }
        if let Err(trouble) = outcome {
            let follows = follows(&trouble, &self.taken);
            if follows.in_doubt {
                self.known.forget();
            }
            if is_news(&follows, &self.taken) {
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

/// What it means and what to do about it: no policy says what groups are called.
fn reason(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Truncated { has } => Some(format!(
            "the target's column holds only {} characters; make it longer there, or give the group a shorter name at its source",
            has.chars().count()
        )),
        other => other.reason(),
    }
}

/// As much of a name as a column of this length holds.
fn beginning(name: &str, length: usize) -> String {
    let beginning: String = name.chars().take(length).collect();
    beginning.trim_end().to_owned()
}
