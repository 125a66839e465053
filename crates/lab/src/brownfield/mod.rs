//! A ServiceNow instance with a history: users made by hand, by imports and by a directory, over ten years, with what such
//! instances have in them: doubles, namesakes, shared and service accounts, records without keys, locks that do not fit.
//!
//! Rows are plain text by column, as the Table API gives them. Beside them stands the truth, which no tool under test may
//! see: which rows are one human being, and whom the identity provider knows as whom. The same seed gives the same instance.

mod accounts;
mod doubles;
mod export;
mod human;
mod names;

pub use doubles::Double;
pub use export::Exported;

use crate::rng::Rng;
use human::Staff;
use jiff::civil::{DateTime, date};
use jiff::{Span, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

/// The day on which the instance is looked at.
pub const TODAY: jiff::civil::Date = date(2026, 3, 2);

/// One row of `sys_user`, by column. Booleans are `true` and `false`, times `yyyy-MM-dd HH:mm:ss` in UTC, references bare
/// ids; what is empty is missing.
pub type Row = BTreeMap<&'static str, String>;

/// An instance and its identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Brownfield {
    /// `sys_user`, in no meaningful order.
    pub users: Vec<Row>,
    /// How many open tasks are assigned to each user, by `sys_id`; nobody is named with none.
    pub open_tasks: BTreeMap<String, u32>,
    /// `sys_user_grmember`: `sys_id` of the user, name of the group.
    pub memberships: Vec<(String, String)>,
    /// `sys_user_has_role` without what is inherited: `sys_id` of the user, name of the role.
    pub roles: Vec<(String, String)>,
    /// The users whom the identity provider has.
    pub exported: Vec<Exported>,
    /// How it really is.
    pub truth: Truth,
}

/// How it really is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Truth {
    /// The human being whose own account a row is, by `sys_id`. Rows with one number are one human being.
    pub human_of: BTreeMap<String, usize>,
    /// The human being behind each of the provider's identities, by external id. New hires have no row.
    pub human_of_identity: BTreeMap<String, usize>,
    /// Rows that are second records of somebody, and how each came about.
    pub doubles: BTreeMap<String, Double>,
    /// Shared accounts and programs.
    pub nobodys: BTreeSet<String>,
    /// Second accounts for administration, and whose they are. They are no doubles.
    pub second_accounts: BTreeMap<String, usize>,
}

impl Truth {
    /// Pairs of rows that are one human being, each once, by `sys_id`.
    pub fn pairs(&self) -> BTreeSet<(&str, &str)> {
        let mut rows: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for (id, human) in &self.human_of {
            rows.entry(*human).or_default().push(id);
        }
        let mut pairs = BTreeSet::new();
        for rows in rows.values() {
            for (place, one) in rows.iter().enumerate() {
                pairs.extend(rows[place + 1..].iter().map(|other| (*one, *other)));
            }
        }
        pairs
    }
}

impl Brownfield {
    /// Invents an instance of about so many users. Three in a hundred are doubles, two are nobody's own.
    pub fn generate(seed: u64, users: usize) -> Self {
        let mut rng = Rng::new(seed);
        let doubles = users * 3 / 100;
        let others = users * 2 / 100;
        let mut instance = Self::default();
        let mut staff = Staff::hire(&mut rng, users.saturating_sub(doubles + others));
        for position in 0..staff.humans.len() {
            let row = staff.humans[position].row(&mut rng);
            instance.take_in(&mut rng, row, position);
        }
        doubles::make(&mut rng, &mut instance, &mut staff, doubles);
        accounts::make(&mut rng, &mut instance, &mut staff, others);
        export::make(&mut rng, &mut instance, &mut staff);
        instance.users.sort_by(|a, b| a["sys_id"].cmp(&b["sys_id"]));
        instance
    }

    /// The provider's users as its CSV export has them.
    pub fn idp_csv(&self) -> String {
        export::csv(&self.exported)
    }

    /// Takes in a row of somebody's own.
    fn take_in(&mut self, rng: &mut Rng, row: Row, human: usize) {
        let id = row["sys_id"].clone();
        if row["active"] == "true" || rng.chance(150) {
            let open = *rng.pick(&[0, 0, 0, 0, 1, 2, 5, 12]);
            if open > 0 {
                self.open_tasks.insert(id.clone(), open);
            }
            let department = row.get("department").map_or("all", String::as_str);
            self.memberships.push((id.clone(), format!("{department} staff")));
            if rng.chance(120) {
                self.roles.push((id.clone(), "itil".to_owned()));
            }
        }
        self.truth.human_of.insert(id, human);
        self.users.push(row);
    }
}

/// A time of day on the day so many days before today, as a column has it.
fn days_ago(rng: &mut Rng, days: i64) -> String {
    let back: Span = days.days();
    let day = TODAY.checked_sub(back).unwrap_or(date(2000, 1, 1));
    let time = (6 + rng.below(13) as i8, rng.below(60) as i8, rng.below(60) as i8);
    let at: DateTime = day.at(time.0, time.1, time.2, 0);
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A `sys_id`.
fn sys_id(rng: &mut Rng) -> String {
    rng.word(b"0123456789abcdef", 32)
}

#[cfg(test)]
mod tests;
