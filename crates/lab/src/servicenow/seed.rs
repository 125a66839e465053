//! A company moves in: its places, its people as an earlier import left them, and the work that lies on their desks.
//!
//! The same company gives the same rows in every instance with the same seed. Seeding goes past audit and counters, so that
//! an instance of 100,000 people is there in seconds and nothing in it looks like a change.

use std::collections::{BTreeMap, BTreeSet};

use super::caller::Caller;
use super::change::{Draft, Editor};
use super::instance::Instance;
use crate::company::{Company, Human};
use crate::rng::Rng;

/// Groups that work is assigned to, and the role that each brings.
const TEAMS: &[(&str, Option<&str>)] = &[
    ("Service Desk", Some("itil")),
    ("Network", Some("itil")),
    ("Change Advisory Board", Some("approver_user")),
    ("Facilities", None),
];
/// One in so many people is in a team.
const TEAM_SHARE: usize = 12;
const COMPLAINTS: &[&str] = &[
    "Cannot print",
    "VPN drops every hour",
    "Laptop too slow",
    "New starter needs a desk",
    "Access to the archive",
];

impl Instance {
    /// Everything: [`Instance::seed_places`], [`Instance::seed_people`], [`Instance::seed_work`].
    pub fn seed(&self, company: &Company) {
        self.seed_places(company);
        self.seed_people(company);
        self.seed_work(company);
    }

    /// The company itself, its departments, locations and cost centres, and the teams that work is assigned to.
    pub fn seed_places(&self, company: &Company) {
        self.quietly(|desk| desk.places(company));
    }

    /// Everybody, with department, location, cost centre and manager, but without the provider's id: as an import from HR
    /// leaves an instance before a gateway comes.
    pub fn seed_people(&self, company: &Company) {
        self.quietly(|desk| desk.people(company));
    }

    /// Teams, incidents, catalogue tasks, approvals and delegations for those of the company who are in the instance, found
    /// by their employee numbers.
    pub fn seed_work(&self, company: &Company) {
        self.quietly(|desk| desk.work(company));
    }

    pub(super) fn quietly(&self, seed: impl FnOnce(&mut Desk<'_>)) {
        let (faults, caller) = (super::Faults::default(), Caller::by_hand());
        let terms = self.terms(&faults, &caller);
        let mut data = self.data_mut();
        let mut editor = Editor { data: &mut data, terms, audited: false };
        seed(&mut Desk { editor: &mut editor });
    }
}

/// Where rows are written.
pub(super) struct Desk<'a> {
    pub(super) editor: &'a mut Editor<'a>,
}

impl Desk<'_> {
    pub(super) fn put(&mut self, table: &str, values: &[(&str, &str)]) -> String {
        let written = self.editor.insert(table, &Draft::new(values.iter().copied()));
        written.expect("the company has each thing once").row.sys_id().to_owned()
    }

    /// The row with this value, if there is one.
    pub(super) fn id(&self, table: &str, column: &str, value: &str) -> Option<String> {
        let rows = self.editor.data.store.rows(table);
        rows.exactly(column, value).first().map(|row| row.sys_id().to_owned())
    }

    /// The row of this name, made if it is missing.
    pub(super) fn named(&mut self, table: &str, name: &str, more: &[(&str, &str)]) -> String {
        self.id(table, "name", name).unwrap_or_else(|| {
            let values: Vec<_> = [("name", name)].into_iter().chain(more.iter().copied()).collect();
            self.put(table, &values)
        })
    }

    fn places(&mut self, company: &Company) {
        let firm =
            self.named("core_company", "Example", &[("primary", "true"), ("website", &company.domain)]);
        let distinct = |of: fn(&Human) -> &str| -> BTreeSet<&str> {
            company.staff.iter().map(|account| of(&account.human)).collect()
        };
        for (number, department) in distinct(|human| &human.department).into_iter().enumerate() {
            let code = format!("CC{:04}", 1_000 + number);
            let centre = self.named("cmn_cost_center", department, &[("code", &code)]);
            let id = format!("D{:03}", number + 1);
            let values = [("id", id.as_str()), ("company", &firm), ("cost_center", &centre)];
            self.named("cmn_department", department, &values);
        }
        for location in distinct(|human| &human.location) {
            self.named("cmn_location", location, &[("city", location), ("company", &firm)]);
        }
        for (team, role) in TEAMS {
            let group = self.named("sys_user_group", team, &[]);
            let role = role.and_then(|role| self.id("sys_user_role", "name", role));
            let known = self.id("sys_group_has_role", "group", &group).is_some();
            if let Some(role) = role.filter(|_| !known) {
                self.put("sys_group_has_role", &[("group", &group), ("role", &role)]);
            }
        }
    }

    fn people(&mut self, company: &Company) {
        let firm = self.id("core_company", "name", "Example").unwrap_or_default();
        let mut ids: BTreeMap<&str, String> = BTreeMap::new();
        for human in company.staff.iter().map(|account| &account.human) {
            let department = self.id("cmn_department", "name", &human.department).unwrap_or_default();
            let centre = self.id("cmn_cost_center", "name", &human.department).unwrap_or_default();
            let location = self.id("cmn_location", "name", &human.location).unwrap_or_default();
            let manager = human.manager.as_ref().and_then(|number| ids.get(number.0.as_str()).cloned());
            let values = [
                ("user_name", human.login.as_str()),
                ("first_name", &human.given),
                ("last_name", &human.family),
                ("email", &human.email),
                ("title", &human.title),
                ("employee_number", &human.number.0),
                ("department", &department),
                ("cost_center", &centre),
                ("location", &location),
                ("company", &firm),
                ("manager", manager.as_deref().unwrap_or_default()),
                ("source", "hr-import"),
            ];
            ids.insert(&human.number.0, self.put("sys_user", &values));
        }
        self.heads(company, &ids);
    }

    /// The first of a department in the staff is its head, because managers come before those who report to them.
    fn heads(&mut self, company: &Company, ids: &BTreeMap<&str, String>) {
        let mut headed = BTreeSet::new();
        for human in company.staff.iter().map(|account| &account.human) {
            if headed.insert(&human.department) {
                self.lead("cmn_department", "dept_head", human, &ids[human.number.0.as_str()]);
                self.lead("cmn_cost_center", "manager", human, &ids[human.number.0.as_str()]);
            }
        }
    }

    fn lead(&mut self, table: &str, column: &str, head: &Human, id: &str) {
        if let Some(place) = self.id(table, "name", &head.department) {
            self.change(table, &place, column, id);
        }
    }

    fn work(&mut self, company: &Company) {
        let mut rng = Rng::new(company.staff.len() as u64 ^ 0x77_6f_72_6b);
        let numbers = company.staff.iter().map(|account| &account.human.number.0);
        let people: Vec<String> =
            numbers.filter_map(|number| self.id("sys_user", "employee_number", number)).collect();
        let teams: Vec<String> =
            TEAMS.iter().filter_map(|(team, _)| self.id("sys_user_group", "name", team)).collect();
        if people.is_empty() || teams.is_empty() {
            return;
        }
        for person in &people {
            if rng.below(TEAM_SHARE) == 0 {
                let team = rng.pick(&teams).clone();
                self.join(person, &team);
            }
            self.desk_of(person, &people, &teams, &mut rng);
        }
    }

    /// Puts somebody into a team; the first one there manages it.
    fn join(&mut self, person: &str, team: &str) {
        if self.id("sys_user_grmember", "group", team).is_none() {
            self.change("sys_user_group", team, "manager", person);
        }
        let known = self.editor.data.store.rows("sys_user_grmember").exactly("user", person);
        if known.iter().all(|row| row.get("group") != team) {
            self.put("sys_user_grmember", &[("user", person), ("group", team)]);
        }
    }

    /// What lies on one person's desk.
    fn desk_of(&mut self, person: &str, people: &[String], teams: &[String], rng: &mut Rng) {
        for _ in 0..rng.below(3) {
            let closed = rng.chance(400);
            let (state, active) = if closed { ("3", "false") } else { ("2", "true") };
            let (team, caller) = (rng.pick(teams).clone(), rng.pick(people).clone());
            let table = if rng.chance(250) { "sc_task" } else { "incident" };
            let values = [
                ("short_description", *rng.pick(COMPLAINTS)),
                ("assigned_to", person),
                ("assignment_group", &team),
                ("opened_by", &caller),
                ("state", state),
                ("active", active),
            ];
            self.put(table, &values);
        }
        if rng.chance(100) {
            let requested_by = rng.pick(people).clone();
            let values =
                [("short_description", "Change the firewall"), ("requested_by", requested_by.as_str())];
            let change = self.put("change_request", &values);
            self.approval(person, &change);
        }
        if rng.chance(20) {
            let delegate = rng.pick(people).clone();
            self.delegation(person, &delegate);
        }
    }

    /// A change that waits for somebody's approval.
    pub(super) fn approval(&mut self, approver: &str, change: &str) {
        let approval = [
            ("approver", approver),
            ("state", "requested"),
            ("sysapproval", change),
            ("source_table", "change_request"),
            ("document_id", change),
        ];
        self.put("sysapproval_approver", &approval);
    }

    pub(super) fn delegation(&mut self, from: &str, to: &str) {
        let values = [
            ("user", from),
            ("delegate", to),
            ("starts", "2020-01-01 00:00:00"),
            ("ends", "2100-01-01 00:00:00"),
        ];
        self.put("sys_user_delegate", &values);
    }

    /// One value of a row that is there.
    pub(super) fn change(&mut self, table: &str, row: &str, column: &str, value: &str) {
        let written = self.editor.update(table, row, &Draft::new([(column, value)]));
        written.expect("what an administrator may write");
    }
}
