//! Groups and roles of a record: reading which there are, which of the superfluous ones are ours to take away, and what to
//! believe of an answer that may be about a row which somebody else made or took away.

use super::person::Work;
use super::trouble::Trouble;
use super::write::Tie;
use super::{HELD_ROLES, MEMBERS};
use std::collections::{BTreeMap, BTreeSet};
use tenure_connect::servicenow::{CallError, Query, Row};
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;
use tenure_identity::reconcile::{Belonging, Known, Step, Ties};

/// The most rows of one person that are read.
const MOST: usize = 5_000;

/// What stands on the timeline of a tie that we did not make.
const THERE_ALREADY: &str = "it was there already";

/// An answer that is not believed before the target was looked at.
#[derive(Debug)]
pub(super) struct Doubtful {
    pub(super) tie: Tie,
    /// What is wrong if the target shows nothing else.
    pub(super) why: String,
}

impl Work<'_> {
    /// Reads the groups and roles of the record that are not known, as far as anybody wants to know.
    pub(super) async fn read_ties(&mut self, record: &SysId) -> Result<(), Trouble> {
        if self.known.groups.is_none() {
            let query = Query::all().is("user", record.as_str()).limit(MOST);
            let rows = self.client().list(self.lane, MEMBERS, &query, &["sys_id", "user", "group"]).await;
            if let Some(rows) = self.unless_closed(rows, MEMBERS)? {
                self.known.groups = Some(ties(&rows, "group"));
            }
        }
        if self.known.roles.is_none() && !self.wanted.desired.roles.managed.is_empty() {
            let query = Query::all().is("user", record.as_str()).limit(MOST);
            let columns = ["sys_id", "user", "role", "inherited"];
            let rows = self.client().list(self.lane, HELD_ROLES, &query, &columns).await;
            let Some(rows) = self.unless_closed(rows, HELD_ROLES)? else { return Ok(()) };
            let (inherited, direct): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|row| matches!(row.get("inherited"), "true" | "1"));
            self.known.roles = Some(ties(&direct, "role"));
            self.explain_inherited(&inherited);
        }
        Ok(())
    }

    /// The rows, or nothing if our account may not read them: then nothing of theirs is changed.
    fn unless_closed(
        &mut self,
        rows: Result<Vec<Row>, CallError>,
        table: &'static str,
    ) -> Result<Option<Vec<Row>>, Trouble> {
        let (what, ours) = match table {
            MEMBERS => ("who is in which group cannot be read", &mut self.wanted.desired.groups),
            _ => ("who holds which role cannot be read", &mut self.wanted.desired.roles),
        };
        if rows.is_err() {
            *ours = Belonging::default();
            self.wanted.closed.insert(table);
        }
        self.wanted.unless_closed(rows.map_err(Trouble::from), what, self.now)
    }

    /// Reads them anew, whatever is known of them. What our account may not read is believed to be as it was.
    pub(super) async fn read_ties_anew(&mut self, record: &SysId) -> Result<(), Trouble> {
        let (groups, roles) = (self.known.groups.take(), self.known.roles.take());
        self.read_ties(record).await?;
        self.known.groups = self.known.groups.take().or(groups);
        self.known.roles = self.known.roles.take().or(roles);
        Ok(())
    }

    /// Looks at the target before it is believed: what was refused may be there already, and what was gone may be there as
    /// another row.
    pub(super) async fn settle(&mut self, record: &SysId, doubtful: Vec<Doubtful>) -> Result<(), Trouble> {
        if doubtful.is_empty() {
            return Ok(());
        }
        self.read_ties_anew(record).await?;
        for Doubtful { tie, why } in doubtful {
            let rows = rows_of(&self.known, &tie.step);
            match &tie.step {
                Step::Leave { row, .. } | Step::Revoke { row, .. } if rows.contains(row) => {
                    self.reject(&tie, why);
                }
                Step::Leave { .. } | Step::Revoke { .. } if rows.is_empty() => self.landed(&tie, None),
                Step::Join(_) | Step::Grant(_) if rows.is_empty() => self.reject(&tie, why),
                Step::Join(_) | Step::Grant(_) => self.landed(&tie, Some(THERE_ALREADY)),
                // The next round takes the other rows away.
                _ => {}
            }
        }
        Ok(())
    }

    /// What comes with a group goes with the group; taking it away would be undone.
    fn explain_inherited(&mut self, inherited: &[Row]) {
        let roles = &self.wanted.desired.roles;
        for row in inherited {
            let role = SysId::new(row.get("role"));
            if roles.managed.contains(&role) && !roles.wanted.contains(&role) {
                let name = self.wanted.names.get(&role).map_or(role.as_str(), String::as_str);
                let note = format!(
                    "no rule gives the role `{name}`, and a group or another role brings it; take them out of the group"
                );
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
        }
    }

    /// Groups are ours to take somebody out of if they are groups of ours. A group that they wait for is not superfluous:
    /// its id is in doubt, and may well be the one that they are in.
    pub(super) async fn find_managed_groups(&mut self) -> Result<(), Trouble> {
        let groups = &mut self.wanted.desired.groups;
        let there = self.known.groups.iter().flat_map(BTreeMap::keys);
        let surplus: Vec<_> =
            there.filter(|group| !groups.wanted.contains(*group)).map(SysId::to_string).collect();
        let holders = self.engine.store().holders_of(&surplus).await?;
        let waits_for = &self.wanted.waits_for;
        let ours = holders.into_iter().filter(|(_, holder)| match holder {
            Subject::Group(group) => !waits_for.iter().any(|awaited| awaited == group.as_str()),
            Subject::Person(_) => false,
        });
        groups.managed = ours.map(|(group, _)| group).collect();
        Ok(())
    }
}

fn ties(rows: &[Row], column: &str) -> Ties {
    let mut ties = Ties::new();
    for row in rows {
        ties.entry(SysId::new(row.get(column))).or_default().insert(row.sys_id.clone());
    }
    ties
}

/// The rows that are known to tie the record to what the step is about.
fn rows_of(known: &Known, step: &Step) -> BTreeSet<SysId> {
    let rows = match step {
        Step::Join(group) | Step::Leave { group, .. } => known.groups.as_ref().and_then(|it| it.get(group)),
        Step::Grant(role) | Step::Revoke { role, .. } => known.roles.as_ref().and_then(|it| it.get(role)),
        Step::Create(_) | Step::Update(_) => None,
    };
    rows.cloned().unwrap_or_default()
}

/// Notes that the row ties the record to what the step is about, or does so no more.
pub(super) fn note_tie(known: &mut Known, step: &Step, row: Option<SysId>) {
    match step {
        Step::Join(group) => tie(&mut known.groups, group, row),
        Step::Grant(role) => tie(&mut known.roles, role, row),
        Step::Leave { group, row } => untie(&mut known.groups, group, row),
        Step::Revoke { role, row } => untie(&mut known.roles, role, row),
        Step::Create(_) | Step::Update(_) => {}
    }
}

fn tie(ties: &mut Option<Ties>, other: &SysId, row: Option<SysId>) {
    ties.get_or_insert_default().entry(other.clone()).or_default().extend(row);
}

fn untie(ties: &mut Option<Ties>, other: &SysId, row: &SysId) {
    let Some(ties) = ties else { return };
    if let Some(rows) = ties.get_mut(other) {
        rows.remove(row);
    }
    ties.retain(|_, rows| !rows.is_empty());
}
