//! The human beings of an instance, and the row that each has. Numbers and logins are given out once.

use super::{Row, days_ago, names, sys_id};
use crate::company::login_base;
use crate::rng::Rng;
use std::collections::BTreeSet;

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DEPARTMENTS: [&str; 9] =
    ["Engineering", "Sales", "Finance", "Customer Care", "Research", "People", "Legal", "IT", "Operations"];
const PLACES: [&str; 6] = ["Zürich", "Dublin", "São Paulo", "Austin", "Bengaluru", "Kraków"];
/// How many people report to one manager.
const SPAN: usize = 11;
/// The company's age in days.
const HISTORY: usize = 3_600;
/// `user_name` and addresses are cut at what the columns hold.
const USER_NAME: usize = 40;

/// One human being with what a row says of them. Days count back from today.
#[derive(Debug, Clone)]
pub(super) struct Human {
    pub(super) id: String,
    pub(super) given: String,
    pub(super) middle: Option<String>,
    pub(super) family: String,
    pub(super) user_name: String,
    pub(super) email: String,
    pub(super) number: Option<String>,
    pub(super) key: Option<String>,
    /// What the identity provider calls them.
    pub(super) identity: String,
    pub(super) desk: Option<String>,
    pub(super) mobile: Option<String>,
    pub(super) department: String,
    pub(super) manager: Option<String>,
    pub(super) created: i64,
    /// The last login; none if there never was one.
    pub(super) seen: Option<i64>,
    pub(super) active: bool,
}

/// Everybody, and what has been given out.
#[derive(Debug)]
pub(super) struct Staff {
    pub(super) humans: Vec<Human>,
    logins: BTreeSet<String>,
    numbers: usize,
}

impl Staff {
    pub(super) fn hire(rng: &mut Rng, people: usize) -> Self {
        let mut staff = Self { humans: Vec::with_capacity(people), logins: BTreeSet::new(), numbers: 0 };
        while staff.humans.len() < people {
            let (given, family) = staff.name(rng);
            let human = staff.human(rng, given, family);
            staff.humans.push(human);
        }
        staff
    }

    /// Somebody who has begun since, and whom nobody has made a row for.
    pub(super) fn hired(&mut self, rng: &mut Rng) -> Human {
        let (given, family) = names::draw(rng);
        Human { active: true, key: None, ..self.human(rng, given, family) }
    }

    /// One in a hundred is called exactly like a colleague; one in four hundred is a colleague's son.
    fn name(&self, rng: &mut Rng) -> (String, String) {
        if !self.humans.is_empty() && rng.chance(10) {
            let other = rng.pick(&self.humans);
            let mark = if rng.chance(250) { " Jr." } else { "" };
            return (other.given.clone(), format!("{}{mark}", other.family.trim_end_matches(" Jr.")));
        }
        names::draw(rng)
    }

    fn human(&mut self, rng: &mut Rng, given: String, family: String) -> Human {
        let address = self.address(&given, &family, "example.com");
        let boss = self.boss(rng);
        let (department, manager) = match boss {
            Some(boss) => (boss.department.clone(), Some(boss.id.clone())),
            None => (format!("{} {}", rng.pick(&DEPARTMENTS), rng.pick(&PLACES)), None),
        };
        let created = 30 + rng.below(HISTORY) as i64;
        let active = !rng.chance(130);
        let identity = format!("00u{}", rng.word(BASE62, 17));
        let middle = rng.chance(220).then(|| char::from(b'A' + rng.below(26) as u8).to_string());
        Human {
            id: sys_id(rng),
            user_name: self.user_name(rng, &given, &family, &address),
            number: (!rng.chance(220)).then(|| self.number(if rng.chance(120) { "C" } else { "" })),
            key: (!rng.chance(100)).then(|| identity.clone()),
            identity,
            desk: desk(rng, &department),
            mobile: rng.chance(450).then(|| phone(rng, "+41 79")),
            seen: seen(rng, created, active),
            email: address,
            given,
            middle,
            family,
            department,
            manager,
            created,
            active,
        }
    }

    /// Somebody who leads. Who came early leads, and one of so many does.
    fn boss(&self, rng: &mut Rng) -> Option<&Human> {
        let leaders = self.humans.len() / SPAN;
        (leaders > 0).then(|| &self.humans[rng.below(leaders)])
    }

    /// Numbers are six digits; those of contractors have a letter.
    pub(super) fn number(&mut self, prefix: &str) -> String {
        self.numbers += 1;
        format!("{prefix}{:06}", 20_000 + self.numbers * 7)
    }

    /// `first.last@domain`, numbered where somebody has it.
    pub(super) fn address(&mut self, given: &str, family: &str, domain: &str) -> String {
        let base = login_base(given, &family.replace(" Jr.", ""));
        let base = if base.len() < 4 { format!("{base}.user") } else { base };
        self.free(|n| format!("{base}{n}@{domain}"))
    }

    /// Most logins are addresses; older ones are short.
    pub(super) fn user_name(&mut self, rng: &mut Rng, given: &str, family: &str, address: &str) -> String {
        if rng.chance(700) {
            return address.chars().take(USER_NAME).collect();
        }
        self.short_login(given, family)
    }

    /// `jsmith`, numbered where somebody has it.
    pub(super) fn short_login(&mut self, given: &str, family: &str) -> String {
        let base = login_base(given, &family.replace(" Jr.", ""));
        let (given, family) = base.split_once('.').unwrap_or((&base, "x"));
        let short: String = given.chars().take(1).chain(family.chars().take(14)).collect();
        self.free(|n| format!("{short}{n}"))
    }

    fn free(&mut self, numbered: impl Fn(&str) -> String) -> String {
        let numbers = std::iter::once(String::new()).chain((2..).map(|n: u32| n.to_string()));
        let free = numbers.map(|n| numbered(&n)).find(|login| self.logins.insert(login.clone()));
        free.expect("some number is free")
    }
}

impl Human {
    /// The row of this human being. Locks do not always fit.
    pub(super) fn row(&self, rng: &mut Rng) -> Row {
        let locked = if self.active { rng.chance(15) } else { !rng.chance(100) };
        let updated = self.seen.unwrap_or(self.created).min(self.created);
        let source = match rng.below(10) {
            0..=4 => "ldap:CN=staff,OU=people,DC=example,DC=com",
            5..=7 => "sso:okta",
            _ => "",
        };
        let mut row = Row::new();
        let mut set =
            |column, value: &str| _ = (!value.is_empty()).then(|| row.insert(column, value.to_owned()));
        set("sys_id", &self.id);
        set("user_name", &self.user_name);
        set("first_name", &self.given);
        set("middle_name", self.middle.as_deref().unwrap_or_default());
        set("last_name", &self.family);
        set("email", &self.email);
        set("employee_number", self.number.as_deref().unwrap_or_default());
        set("u_okta_user_id", self.key.as_deref().unwrap_or_default());
        set("phone", self.desk.as_deref().unwrap_or_default());
        set("mobile_phone", self.mobile.as_deref().unwrap_or_default());
        set("department", &self.department);
        set("manager", self.manager.as_deref().unwrap_or_default());
        set("title", title(rng));
        set("source", source);
        set("active", if self.active { "true" } else { "false" });
        set("locked_out", if locked { "true" } else { "false" });
        set("web_service_access_only", "false");
        set("internal_integration_user", "false");
        set("sys_created_on", &days_ago(rng, self.created));
        set("sys_updated_on", &days_ago(rng, updated));
        set("last_login_time", &self.seen.map(|days| days_ago(rng, days)).unwrap_or_default());
        row
    }
}

fn title(rng: &mut Rng) -> &'static str {
    const TITLES: [&str; 6] =
        ["Engineer", "Analyst", "Account Executive", "Specialist", "Consultant", "Technician"];
    // Sixty characters are all that the column holds: the end was cut when it was imported.
    const CUT: &str = "Senior Principal Programme Coordinator, Global Supply Chain ";
    if rng.chance(4) { CUT } else { TITLES[rng.below(TITLES.len())] }
}

/// Most have a desk of their own; some have the switchboard's number.
fn desk(rng: &mut Rng, department: &str) -> Option<String> {
    match rng.below(100) {
        0..=19 => None,
        20..=29 => Some(format!("+41 44 500 {:02} 00", department.len())),
        _ => Some(phone(rng, "+41 44")),
    }
}

pub(super) fn phone(rng: &mut Rng, prefix: &str) -> String {
    let mut digits = |count| rng.word(b"0123456789", count);
    format!("{prefix} {} {} {}", digits(3), digits(2), digits(2))
}

/// When somebody logged in last: lately if they work here, when they left if they did, and some never.
fn seen(rng: &mut Rng, created: i64, active: bool) -> Option<i64> {
    let since = match (active, rng.below(100)) {
        (_, 0..=3) => return None,
        (true, 4..=9) => rng.below(created as usize),
        (true, _) => rng.below(90),
        (false, _) => 30 + rng.below(created as usize),
    };
    Some((since as i64).min(created))
}
