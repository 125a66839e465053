//! What a simulated ServiceNow holds, beside what a year says that it should: one record for every human being, with their
//! values, flags, manager and groups; no open work with anybody who has left; and whether anything was written twice on the
//! way there.
//!
//! It expects [`POLICY`], which is the default one but for the hand-over: `u_okta_user_id` and `employee_number` are keys, of
//! two providers Okta's word counts first, leavers are locked out.

mod work;

use std::collections::{BTreeMap, BTreeSet};

use crate::company::{EmployeeNumber, ExternalId, Idp};
use crate::servicenow::{Calls, Instance, Row, Write};
use crate::year::{PersonTruth, Truth, Year};

const USERS: &str = "sys_user";

/// The policy that a year is played under: what a leaver's manager cannot take goes to the service desk, and what a group
/// cannot take to its manager, see [`crate::servicenow::Desks`].
pub const POLICY: &str = r#"
[lifecycle]
hand_over = { to = "manager", otherwise = [{ group = "Service Desk" }, { person = "duty.manager" }] }
"#;

/// What the instance holds.
#[derive(Debug, Default)]
pub struct Proof {
    /// Human beings with exactly one record that is right.
    pub right: usize,
    /// One sentence for each who is not right yet because a human has to decide who they are.
    pub undecided: Vec<String>,
    /// One sentence for each who differs, and for each piece of work that lies where it should not.
    pub differences: Vec<String>,
    /// How many pieces of work lie with somebody who has left.
    pub with_leavers: usize,
    /// Tasks that were handed over.
    pub handed_over: usize,
    /// One sentence for each kind of write that should not have been.
    pub careless: Vec<String>,
    /// Records of people.
    pub records: usize,
    /// How often the instance was called.
    pub calls: Calls,
}

/// What a year implies for an instance.
struct Expected<'a> {
    instance: &'a Instance,
    truth: Truth,
    /// Whom each provider named last as somebody's manager.
    managers: BTreeMap<(EmployeeNumber, Idp), ExternalId>,
    /// Whose each provider's ids are.
    owners: BTreeMap<ExternalId, EmployeeNumber>,
}

impl Proof {
    /// Compares everybody whom the year told of.
    pub fn of(instance: &Instance, year: &Year) -> Self {
        let expected = Expected::after(instance, year);
        let is_person = |row: &&Row| !row.get("employee_number").is_empty();
        let records = instance.rows(USERS).iter().filter(is_person).count();
        let careless = careless(instance, records);
        let mut proof = Self { records, careless, calls: instance.calls(), ..Self::default() };
        for (number, human) in &expected.truth.people {
            match expected.judge(number, human) {
                Ok(()) => proof.right += 1,
                Err(difference) => {
                    let list =
                        if human.doubt.is_some() { &mut proof.undecided } else { &mut proof.differences };
                    list.push(format!("{number}: {difference}"));
                }
            }
        }
        let lying = work::with_leavers(instance);
        proof.with_leavers = lying.len();
        let (handed_over, wrong) = work::handed_over(instance);
        proof.handed_over = handed_over;
        proof.differences.extend(lying.into_iter().chain(wrong));
        proof
    }

    /// Whether everybody is right whom nobody has to decide about, and nothing was written twice.
    pub fn is_right(&self) -> bool {
        self.differences.is_empty() && self.careless.is_empty()
    }
}

/// Writes that should not have been: who comes back after a crash or a lost answer has to look first.
fn careless(instance: &Instance, records: usize) -> Vec<String> {
    let calls = instance.calls();
    let excused = instance.writes_in_vain().iter().filter(|write| is_excused(write)).count() as u64;
    let mut found = Vec::new();
    for (what, count) in &calls.in_vain {
        let count = match what.as_str() {
            // That somebody has the login already, a leaver perhaps, is found out by being refused.
            "POST sys_user" => 0,
            "PATCH sys_user" => count.saturating_sub(excused),
            _ => *count,
        };
        if count > 0 {
            found.push(format!("`{what}` was sent {count} times in vain"));
        }
    }
    let writes = instance.writes();
    let of_people = |method| writes.iter().filter(|it| it.table == USERS && it.method == method).count();
    let (made, removed) = (of_people("POST"), of_people("DELETE"));
    if removed > 0 {
        found.push(format!("{removed} people were deleted"));
    }
    if made > records {
        found.push(format!("{made} records were made for {records} people"));
    }
    found
}

/// Who takes over from a leaver becomes the manager of those who reported to them by the hand-over and by their sources'
/// word; whichever comes second changes nothing.
fn is_excused(write: &Write) -> bool {
    write.table == USERS && write.method == "PATCH" && write.columns == ["manager"]
}

impl<'a> Expected<'a> {
    fn after(instance: &'a Instance, year: &Year) -> Self {
        let (mut managers, mut owners) = (BTreeMap::new(), BTreeMap::new());
        for account in year.events.iter().filter_map(|dated| dated.event.account()) {
            let number = &account.human.number;
            owners.insert(account.external_id.clone(), number.clone());
            let place = (number.clone(), account.idp);
            // Neither provider takes a manager away whom it does not know any more.
            managers.extend(account.manager_id.clone().map(|manager| (place, manager)));
        }
        Self { instance, truth: year.truth(), managers, owners }
    }

    fn judge(&self, number: &EmployeeNumber, human: &PersonTruth) -> Result<(), String> {
        let record = self.record(number)?;
        let active = human.active();
        if (record.is("active"), record.is("locked_out")) != (active, !active) {
            return Err(format!("active is {}, locked out {}", record.is("active"), record.is("locked_out")));
        }
        let (is, should) = (self.groups_of(&record), self.groups(number, human));
        if is != should {
            return Err(format!("is in {is:?}, should be in {should:?}"));
        }
        if let Some(key) = self.key(human) {
            same("u_okta_user_id", record.get("u_okta_user_id"), &key.0)?;
            let others = self.instance.find(USERS, "u_okta_user_id", &key.0).len() - 1;
            same("records with the same key", &others.to_string(), "0")?;
        }
        // A leaver's values are whatever was true when somebody last said so.
        if active { self.judge_values(&record, number, human) } else { Ok(()) }
    }

    fn record(&self, number: &EmployeeNumber) -> Result<Row, String> {
        let mut records = self.instance.find(USERS, "employee_number", &number.0);
        match records.pop() {
            Some(record) if records.is_empty() => Ok(record),
            Some(_) => Err(format!("{} records", records.len() + 1)),
            None => Err("no record".to_owned()),
        }
    }

    /// The key, unless every provider has deleted the account.
    fn key<'h>(&self, human: &'h PersonTruth) -> Option<&'h ExternalId> {
        human.accounts.values().next().map(|holding| &holding.external_id)
    }

    fn judge_values(&self, record: &Row, number: &EmployeeNumber, human: &PersonTruth) -> Result<(), String> {
        let told = &human.human;
        let values = [
            ("user_name", &told.login),
            ("first_name", &told.given),
            ("last_name", &told.family),
            ("email", &told.email),
            ("title", &told.title),
            ("city", &told.location),
        ];
        for (column, value) in values {
            same(column, record.get(column), value)?;
        }
        let department = self.instance.row("cmn_department", record.get("department"));
        same("department", department.as_ref().map_or("", |row| row.get("name")), &told.department)?;
        self.judge_manager(record, number, human)
    }

    /// Who has left is nobody's manager: whoever took over is, whatever a source goes on saying.
    fn judge_manager(
        &self,
        record: &Row,
        number: &EmployeeNumber,
        human: &PersonTruth,
    ) -> Result<(), String> {
        let named = human.accounts.iter().filter(|(_, holding)| holding.active);
        let named = named.filter_map(|(idp, _)| self.managers.get(&(number.clone(), *idp))).next();
        let Some(manager) = named.and_then(|id| self.owners.get(id)) else {
            return same("manager", record.get("manager"), "");
        };
        let is = self.instance.row(USERS, record.get("manager"));
        if self.truth.people.get(manager).is_some_and(|it| !it.active()) {
            return match is {
                Some(row) if row.is("active") => Ok(()),
                _ => Err(format!("nobody has taken over from the manager, `{}`", manager.0)),
            };
        }
        let is = is.as_ref().map_or("", |row| row.get("employee_number"));
        let awaited = is.is_empty() && self.truth.people.get(manager).is_some_and(|it| it.doubt.is_some());
        if awaited { Ok(()) } else { same("manager", is, &manager.0) }
    }

    fn groups_of(&self, record: &Row) -> BTreeSet<String> {
        let rows = self.instance.find("sys_user_grmember", "user", record.sys_id());
        let groups = rows.iter().filter_map(|row| self.instance.row("sys_user_group", row.get("group")));
        groups.map(|group| group.get("name").to_owned()).collect()
    }

    /// The groups that somebody should be in; a leaver is in none.
    fn groups(&self, number: &EmployeeNumber, human: &PersonTruth) -> BTreeSet<String> {
        let groups = self.truth.groups.values();
        let theirs = groups.filter(|group| human.active() && group.members.contains(number));
        theirs.map(|group| group.name.clone()).collect()
    }
}

fn same(what: &str, is: &str, should: &str) -> Result<(), String> {
    if is == should { Ok(()) } else { Err(format!("{what} is `{is}`, should be `{should}`")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;
    use crate::servicenow::{Desks, Settings};

    fn year() -> Year {
        Year::plan(&Company::generate(3, 20), 3)
    }

    #[test]
    fn an_instance_that_was_told_nothing_holds_nobody() {
        let (instance, year) = (Instance::new(Settings::default()), year());
        let proof = Proof::of(&instance, &year);
        let people = year.truth().people.len();
        assert_eq!((proof.right, proof.differences.len() + proof.undecided.len()), (0, people));
        assert!(proof.differences.iter().all(|it| it.ends_with("no record")) && !proof.is_right());
    }

    #[test]
    fn somebody_twice_and_a_write_without_need_are_found() {
        let (instance, year) = (Instance::new(Settings::default()), year());
        let truth = year.truth();
        let (number, _) = truth.people.iter().find(|(_, human)| human.doubt.is_none()).unwrap();
        for _ in 0..2 {
            instance.insert("sys_user", &[("employee_number", &number.0)]).unwrap();
        }
        instance.count(|calls| calls.write_in_vain("PATCH", "sys_user"));
        let proof = Proof::of(&instance, &year);
        assert!(proof.differences.contains(&format!("{number}: 2 records")), "{:?}", proof.differences);
        assert_eq!(proof.careless, ["`PATCH sys_user` was sent 1 times in vain"]);
    }

    #[test]
    fn work_with_a_leaver_and_a_second_note_are_found() {
        let instance = Instance::new(Settings::default());
        let mut desks = Desks::open(&instance);
        let ada = instance.insert("sys_user", &[("user_name", "ada"), ("employee_number", "1")]).unwrap();
        desks.fill(&instance);
        desks.fill(&instance);
        assert_eq!(instance.find("task", "assigned_to", ada.sys_id()).len(), 2, "once");
        assert!(work::with_leavers(&instance).is_empty());
        instance.patch("sys_user", ada.sys_id(), &[("active", "false")]).unwrap();
        let found = work::with_leavers(&instance);
        assert_eq!(found.len(), 4, "two tasks, an approval, a cost centre: {found:?}");
        assert!(found[0].contains("lies with `ada`, who has left"), "{found:?}");
        let task = instance.find("task", "assigned_to", ada.sys_id()).remove(0);
        instance.patch("task", task.sys_id(), &[("assigned_to", ""), ("work_notes", "gone")]).unwrap();
        assert_eq!(work::with_leavers(&instance).len(), 3, "the service desk has it");
        assert_eq!(work::handed_over(&instance).1.len(), 1, "a note without a hand-over");
    }
}
