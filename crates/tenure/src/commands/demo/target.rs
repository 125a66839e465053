//! The simulated ServiceNow of the demo, and what it holds in the end beside the truth: one record for everybody, active if
//! they are, in their groups; a leaver in none.

use anyhow::Context;
use std::collections::BTreeSet;
use tenure_lab::company::EmployeeNumber;
use tenure_lab::servicenow::{self, Account, Calls, Row, Server, Settings};
use tenure_lab::year::{PersonTruth, Truth};

const USERS: &str = "sys_user";

/// A simulated instance with its integration account.
pub(super) struct Instance {
    data: servicenow::Instance,
    server: Server,
    account: Account,
}

/// What the instance holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Human beings with exactly one record that is right.
    pub(super) right: usize,
    /// Those whose claim waits for a human's decision.
    pub(super) undecided: usize,
    /// One sentence for each who differs.
    pub(super) differences: Vec<String>,
    /// Records of people.
    pub(super) records: usize,
    /// How often it was called.
    pub(super) calls: Calls,
}

impl Instance {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let settings = Settings::default();
        let account = settings.accounts.iter().find(|account| account.user_name == "tenure.integration");
        let account = account.context("the simulated instance has no integration account")?.clone();
        let data = servicenow::Instance::new(settings);
        let server = Server::local(data.clone()).await.context("the simulated instance cannot listen")?;
        Ok(Self { data, server, account })
    }

    pub(super) fn url(&self) -> &str {
        &self.server.url
    }

    pub(super) fn user_name(&self) -> &str {
        &self.account.user_name
    }

    pub(super) fn password(&self) -> &str {
        &self.account.password
    }

    /// What it holds, beside the truth.
    pub(super) fn held(&self, truth: &Truth) -> Held {
        let records =
            self.data.rows(USERS).iter().filter(|row| !row.get("employee_number").is_empty()).count();
        let mut held = Held { records, calls: self.data.calls(), ..Held::default() };
        for (number, human) in &truth.people {
            match self.judge(number, human, truth) {
                Ok(()) => held.right += 1,
                Err(_) if human.doubt.is_some() => held.undecided += 1,
                Err(difference) => held.differences.push(format!("{}: {difference}", number.0)),
            }
        }
        held
    }

    fn judge(&self, number: &EmployeeNumber, human: &PersonTruth, truth: &Truth) -> Result<(), String> {
        let records = self.data.find(USERS, "employee_number", &number.0);
        let [record] = records.as_slice() else { return Err(format!("{} records", records.len())) };
        let active = human.active();
        if (record.is("active"), record.is("locked_out")) != (active, !active) {
            return Err(format!("active is {}, locked out {}", record.is("active"), record.is("locked_out")));
        }
        let (is, should) = (self.groups(record), groups(number, human, truth));
        if is != should {
            return Err(format!("is in {is:?}, should be in {should:?}"));
        }
        match active && record.get("user_name") != human.human.login {
            true => Err(format!("is called `{}`, not `{}`", record.get("user_name"), human.human.login)),
            false => Ok(()),
        }
    }

    fn groups(&self, record: &Row) -> BTreeSet<String> {
        let rows = self.data.find("sys_user_grmember", "user", record.sys_id());
        let groups = rows.iter().filter_map(|row| self.data.row("sys_user_group", row.get("group")));
        groups.map(|group| group.get("name").to_owned()).collect()
    }
}

/// The groups that somebody should be in; a leaver is in none.
fn groups(number: &EmployeeNumber, human: &PersonTruth, truth: &Truth) -> BTreeSet<String> {
    let theirs = truth.groups.values().filter(|group| human.active() && group.members.contains(number));
    theirs.map(|group| group.name.clone()).collect()
}
