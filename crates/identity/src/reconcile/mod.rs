//! Reconcile: the smallest writes that make a target's record say what ours says. A pure function of what should be and of
//! what is known of the target; carrying its steps out and reconciling again gives no steps.
//!
//! [`adopt()`] says which of the target's records is somebody's before one is made, and [`verdict`] what became of a write;
//! [`Parked`] is a value that the target did not take.

pub mod adopt;
mod parked;
pub mod user_name;
pub mod verdict;

pub use adopt::{Adoption, Found, adopt};
pub use parked::Parked;
pub use verdict::{Verdict, verdicts};

use crate::id::{FieldName, SysId};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The column that ends access.
pub const ACTIVE: &str = "active";
/// The column that bars somebody from logging in.
pub const LOCKED_OUT: &str = "locked_out";

/// Columns and their values as the target writes them: flags as `true` and `false`, references as the other row's id,
/// nothing as empty text.
pub type Columns = BTreeMap<FieldName, String>;

/// How a record should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Desired {
    /// What each column should be.
    pub columns: BTreeMap<FieldName, Wish>,
    /// Groups that somebody should be in.
    pub groups: Belonging,
    /// Roles that somebody should hold directly.
    pub roles: Belonging,
}

/// What a column should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// This value.
    Value(String),
    /// This value when the record is made; afterwards it is the target's own.
    Once(String),
    /// As it is, because the value cannot be said yet or not at all.
    Leave(String),
}

/// Rows beside a record that tie it to others, of which only some are ours to make and take away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Belonging {
    /// Others that it should be tied to.
    pub wanted: BTreeSet<SysId>,
    /// Of the others that it is tied to and should not be, those that are ours to untie.
    pub managed: BTreeSet<SysId>,
}

/// What a record is tied to, each with the rows that say so: usually one, but nothing in a target forbids two.
pub type Ties = BTreeMap<SysId, BTreeSet<SysId>>;

/// What is known of a record of the target, since it was last read or written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Its columns.
    pub columns: Columns,
    /// Groups that it is in; `None` if that was never looked at.
    pub groups: Option<Ties>,
    /// Roles that it holds directly; `None` if that was never looked at.
    pub roles: Option<Ties>,
    /// Columns that we have written: they are emptied when our record has nothing to say any more.
    pub written: BTreeSet<FieldName>,
    /// Columns that are not written for a while, because the target did not take the value.
    pub parked: BTreeMap<FieldName, Parked>,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make the record.
    Create(Columns),
    /// Change these columns.
    Update(Columns),
    /// Take it out of a group, by the row that says that it is in.
    Leave {
        /// The group.
        group: SysId,
        /// The row.
        row: SysId,
    },
    /// Take a role away, by the row that gives it.
    Revoke {
        /// The role.
        role: SysId,
        /// The row.
        row: SysId,
    },
    /// Put it into a group.
    Join(SysId),
    /// Give it a role.
    Grant(SysId),
}

/// The steps from what is known to what should be, in the order in which they are taken: first the record, then what ends
/// access, then what gives it.
pub fn reconcile(desired: &Desired, known: Option<&Known>, now: Timestamp) -> Vec<Step> {
    let mut steps: Vec<_> = record(desired, known, now).into_iter().collect();
    let (groups, roles) =
        (known.and_then(|known| known.groups.as_ref()), known.and_then(|known| known.roles.as_ref()));
    steps.extend(surplus(&desired.roles, roles).map(|(role, row)| Step::Revoke { role, row }));
    steps.extend(surplus(&desired.groups, groups).map(|(group, row)| Step::Leave { group, row }));
    steps.extend(missing(&desired.groups, groups).map(Step::Join));
    steps.extend(missing(&desired.roles, roles).map(Step::Grant));
    steps
}

fn record(desired: &Desired, known: Option<&Known>, now: Timestamp) -> Option<Step> {
    let Some(known) = known else { return Some(Step::Create(desired.at_first())) };
    let mut columns = different(desired, known);
    columns.retain(|column, value| !known.is_parked(column, value, now));
    unlock(desired, known, &mut columns);
    (!columns.is_empty()).then_some(Step::Update(columns))
}

/// The columns that are not as they should be, with what they should be; those that wait are among them.
fn different(desired: &Desired, known: &Known) -> Columns {
    let mut columns: Columns = desired
        .columns
        .iter()
        .filter_map(|(column, wish)| match wish {
            Wish::Value(value) => Some((column.clone(), value.clone())),
            Wish::Once(_) | Wish::Leave(_) => None,
        })
        .filter(|(column, value)| known.value(column) != value)
        .collect();
    // Flags have no "nothing": what was unlocked once is not emptied because the policy has no word for locks.
    let flag = |column: &FieldName| *column == ACTIVE || *column == LOCKED_OUT;
    let silent =
        known.written.iter().filter(|column| !desired.columns.contains_key(*column) && !flag(column));
    let emptied = silent.filter(|column| !known.value(column).is_empty());
    columns.extend(emptied.map(|column| (column.clone(), String::new())));
    columns
}

/// ServiceNow locks whom it deactivates and does not unlock whom it reactivates, whoever asked for it.
fn unlock(desired: &Desired, known: &Known, columns: &mut Columns) {
    let returns =
        columns.get(ACTIVE).is_some_and(|active| active == "true") && known.value(&ACTIVE.into()) == "false";
    if returns && !desired.columns.contains_key(LOCKED_OUT) {
        columns.insert(LOCKED_OUT.into(), "false".to_owned());
    }
}

fn surplus<'a>(
    belonging: &'a Belonging,
    ties: Option<&'a Ties>,
) -> impl Iterator<Item = (SysId, SysId)> + 'a {
    let ours = |other: &SysId| !belonging.wanted.contains(other) && belonging.managed.contains(other);
    let surplus = ties.into_iter().flatten().filter(move |(other, _)| ours(other));
    surplus.flat_map(|(other, rows)| rows.iter().map(|row| (other.clone(), row.clone())))
}

fn missing<'a>(belonging: &'a Belonging, ties: Option<&'a Ties>) -> impl Iterator<Item = SysId> + 'a {
    belonging.wanted.iter().filter(move |it| !ties.is_some_and(|ties| ties.contains_key(*it))).cloned()
}

impl Desired {
    /// The columns of a record that is made.
    pub fn at_first(&self) -> Columns {
        let said = self.columns.iter().filter_map(|(column, wish)| match wish {
            Wish::Value(value) | Wish::Once(value) => Some((column.clone(), value.clone())),
            Wish::Leave(_) => None,
        });
        said.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The value that the column should have, if any.
    pub fn value(&self, column: &str) -> Option<&str> {
        match self.columns.get(column)? {
            Wish::Value(value) | Wish::Once(value) => Some(value),
            Wish::Leave(_) => None,
        }
    }
}

impl Known {
    /// The value of a column; empty where nothing is known of it.
    pub fn value(&self, column: &FieldName) -> &str {
        self.columns.get(column).map_or("", String::as_str)
    }

    /// What is known of the target may be wrong: it has to be read before the next write.
    pub fn forget(&mut self) {
        self.columns.clear();
        self.groups = None;
        self.roles = None;
    }
}

#[cfg(test)]
mod tests;
