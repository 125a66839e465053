//! Impact: what a proposed policy would change for everybody, counted while people pass by. Memory does not grow with
//! them: only the most affected are kept by name.

use crate::id::{FieldName, PersonId};
use crate::person::Person;
use crate::record::Record;
use crate::resolve::{Finding, Resolution};
use std::collections::{BTreeMap, BTreeSet};

/// People who are named.
const NAMED: usize = 20;
/// Examples of what is wrong.
const EXAMPLES: usize = 20;

/// What would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Impact {
    /// How many people were looked at.
    pub people: u64,
    /// How many would change in any way.
    pub affected: u64,
    /// By field: what would become of it.
    pub fields: BTreeMap<FieldName, FieldImpact>,
    /// By role: how many would get and lose it.
    pub roles: BTreeMap<String, RoleImpact>,
    /// How many active people would lose access.
    pub lose_access: u64,
    /// How many of these would be held by the policy's limit, and keep it until a human answers.
    pub held: u64,
    /// How many inactive people would get access.
    pub gain_access: u64,
    /// How many would be provisioned who are not.
    pub newly_provisioned: u64,
    /// How many findings there would be: fields and roles that cannot be computed, and values that are too long now.
    pub findings: u64,
    /// How many fields would wait for somebody who has not arrived.
    pub deferred: u64,
    /// Whose record would change the most, the most affected first.
    pub most_affected: Vec<Affected>,
    /// A few who would lose access.
    pub losers: Vec<Affected>,
    /// A few of the findings.
    pub examples: Vec<String>,
}

/// What would become of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldImpact {
    /// Empty now, with a value then.
    pub set: u64,
    /// With another value.
    pub changed: u64,
    /// With a value now, and empty then.
    pub cleared: u64,
}

/// What would become of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoleImpact {
    /// People who would get it.
    pub granted: u64,
    /// People who would lose it.
    pub revoked: u64,
}

/// Somebody whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// Who.
    pub person: PersonId,
    /// By a name for people.
    pub name: String,
    /// What would change: fields and roles, with value before and after.
    pub changes: Vec<ValueChange>,
}

/// One value before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueChange {
    /// The field, or `roles`.
    pub field: String,
    /// The value now.
    pub from: Option<String>,
    /// The value then.
    pub to: Option<String>,
}

impl Impact {
    /// Counts what the resolution would change of the person.
    pub fn add(&mut self, person: &Person, resolution: &Resolution) {
        self.people += 1;
        self.findings += resolution.findings.len() as u64;
        self.deferred += resolution.waits_for.len() as u64;
        let room = EXAMPLES.saturating_sub(self.examples.len());
        let named = resolution.findings.iter().take(room).map(|finding| example(person, finding));
        self.examples.extend(named);
        self.newly_provisioned += u64::from(resolution.provisioned && !person.provisioned);
        self.lose_access += u64::from(person.active && !resolution.active);
        self.gain_access += u64::from(!person.active && resolution.active);
        let changes = differences(&person.record, &resolution.record);
        if changes.is_empty() && resolution.provisioned == person.provisioned {
            return;
        }
        self.affected += 1;
        changes.iter().for_each(|change| self.count(change));
        let affected = Affected { person: person.id.clone(), name: person.display(), changes };
        if person.active && !resolution.active && self.losers.len() < NAMED {
            self.losers.push(affected.clone());
        }
        self.name(affected);
    }

    /// The counts of both; people who are named come from whichever has the most affected.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.people += other.people;
        self.affected += other.affected;
        for (field, more) in other.fields {
            let impact = self.fields.entry(field).or_default();
            impact.set += more.set;
            impact.changed += more.changed;
            impact.cleared += more.cleared;
        }
        for (role, more) in other.roles {
            let impact = self.roles.entry(role).or_default();
            impact.granted += more.granted;
            impact.revoked += more.revoked;
        }
        self.lose_access += other.lose_access;
        self.gain_access += other.gain_access;
        self.newly_provisioned += other.newly_provisioned;
        self.findings += other.findings;
        self.deferred += other.deferred;
        other.most_affected.into_iter().for_each(|affected| self.name(affected));
        self.losers.extend(other.losers);
        self.losers.truncate(NAMED);
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES);
        self
    }

    /// Of a hundred people, how many would change.
    #[expect(clippy::cast_precision_loss, reason = "nobody has so many people")]
    pub fn percent(&self) -> f64 {
        if self.people == 0 { 0.0 } else { 100.0 * self.affected as f64 / self.people as f64 }
    }

    fn count(&mut self, change: &ValueChange) {
        if change.field == "roles" {
            let role = change.to.as_ref().or(change.from.as_ref()).cloned().unwrap_or_default();
            let impact = self.roles.entry(role).or_default();
            impact.granted += u64::from(change.to.is_some());
            impact.revoked += u64::from(change.from.is_some());
            return;
        }
        let impact = self.fields.entry(change.field.as_str().into()).or_default();
        match (&change.from, &change.to) {
            (None, _) => impact.set += 1,
            (Some(_), Some(_)) => impact.changed += 1,
            (Some(_), None) => impact.cleared += 1,
        }
    }

    /// Keeps the most affected; of equals, those who came first.
    fn name(&mut self, affected: Affected) {
        let weight = |affected: &Affected| affected.changes.len();
        let place = self.most_affected.partition_point(|other| weight(other) >= weight(&affected));
        if place < NAMED {
            self.most_affected.insert(place, affected);
            self.most_affected.truncate(NAMED);
        }
    }
}

fn example(person: &Person, finding: &Finding) -> String {
    let who = person.display();
    match finding {
        Finding::Failed(note) | Finding::Flapping(note) | Finding::BeyondLimit(note) => {
            format!("{who}: {note}")
        }
        Finding::TooLong { field, why } => format!("{who}: `{field}`: {why}"),
    }
}

/// Every value that differs between both records.
pub fn differences(before: &Record, after: &Record) -> Vec<ValueChange> {
    let names: BTreeSet<_> = before.fields.keys().chain(after.fields.keys()).collect();
    let value =
        |record: &Record, name: &FieldName| record.fields.get(name).map(|field| field.value.to_string());
    let fields = names.into_iter().filter_map(|name| {
        let (from, to) = (value(before, name), value(after, name));
        (from != to).then(|| ValueChange { field: name.to_string(), from, to })
    });
    let role = |from: Option<&String>, to: Option<&String>| ValueChange {
        field: "roles".to_owned(),
        from: from.cloned(),
        to: to.cloned(),
    };
    let lost = before.roles.difference(&after.roles).map(|it| role(Some(it), None));
    let got = after.roles.difference(&before.roles).map(|it| role(None, Some(it)));
    fields.chain(lost).chain(got).collect()
}
