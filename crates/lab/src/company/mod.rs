//! A company that a seed invents: who works there, for whom, in which identity provider, in which groups.
//!
//! Most people live in Okta. The people under one director came with an acquired company and live in Entra, so that a
//! rehearsal always has two sources. The same seed and size give the same company on every machine, for ever.

mod names;
mod office;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(crate) use names::{draw as drawn_name, login_base};
pub(crate) use office::Office;

/// How many people report to one manager.
const SPAN: usize = 8;
/// The director (as a position in the staff) whose people live in Entra.
const ACQUIRED_DIRECTOR: usize = 5;

const DEPARTMENTS: &[&str] =
    &["Engineering", "Sales", "Finance", "Customer Care", "Research & Development", "People", "Legal", "IT"];
const LOCATIONS: &[&str] = &["Zürich", "Dublin", "São Paulo", "Austin", "Bengaluru", "東京"];
const STAFF_TITLES: &[&str] =
    &["Engineer", "Analyst", "Account Executive", "Specialist", "Consultant", "Technician"];
const OKTA_GROUPS: &[&str] = &["ServiceNow Users", "ServiceNow Admins", "VPN", "On-call", "Change Approvers"];
const ENTRA_GROUPS: &[&str] = &["Acquired Staff", "Acquired Approvers"];

/// The number that HR gives to a human being and never to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmployeeNumber(pub String);

/// The id of an account in its identity provider: an Okta user id or an Entra object id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId(pub String);

/// The id of a group in its identity provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub String);

/// An identity provider of the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Idp {
    /// Okta, where most people live.
    Okta,
    /// Microsoft Entra, where the acquired company lives.
    Entra,
}

/// A human being as HR knows them now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Human {
    /// The key that survives everything.
    pub number: EmployeeNumber,
    /// Given name as the person writes it.
    pub given: String,
    /// Family name as the person writes it.
    pub family: String,
    /// User name, `first.last@domain`, numbered where it collides.
    pub login: String,
    /// Mail address; usually the login, sometimes with a plus tag.
    pub email: String,
    /// Department.
    pub department: String,
    /// Job title.
    pub title: String,
    /// Place of work.
    pub location: String,
    /// Whom they report to; only the head of the company reports to nobody.
    pub manager: Option<EmployeeNumber>,
}

impl Human {
    /// Given and family name, as shown to people.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// A human being's account in one identity provider: what that provider pushes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The provider.
    pub idp: Idp,
    /// The provider's id of the account.
    pub external_id: ExternalId,
    /// The human being, with the attributes that the provider has now.
    pub human: Human,
    /// The manager's account in the same provider, if there is one.
    pub manager_id: Option<ExternalId>,
}

/// A member of a group, as its provider sees the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Whose account it is.
    pub number: EmployeeNumber,
    /// The account.
    pub external_id: ExternalId,
    /// The user name, which Okta shows beside the member.
    pub login: String,
}

/// A group and its members, owned by one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The provider that pushes the group.
    pub idp: Idp,
    /// The provider's id of the group.
    pub id: GroupId,
    /// The name, unique in the company.
    pub name: String,
    /// Who is in it.
    pub members: BTreeSet<Member>,
}

/// The company on the day before the year begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Domain of logins and mail.
    pub domain: String,
    /// One account for each employee, managers before the people who report to them.
    pub staff: Vec<Account>,
    /// The groups, with members of their own provider only.
    pub groups: Vec<Group>,
}

impl Company {
    /// Invents a company of `people` employees.
    pub fn generate(seed: u64, people: usize) -> Self {
        let mut office = Office::new(seed, "example.com");
        let mut staff = Vec::with_capacity(people);
        for _ in 0..people {
            let account = hire(&mut office, &staff, people);
            staff.push(account);
        }
        let groups = found_groups(&mut office, &staff);
        Self { domain: "example.com".to_owned(), staff, groups }
    }
}

fn hire(office: &mut Office, staff: &[Account], people: usize) -> Account {
    let position = staff.len();
    let (given, family) = name_for(office, staff);
    let boss = boss_of(position).map(|boss| &staff[boss]);
    let director = director_of(position);
    let idp = if director == Some(ACQUIRED_DIRECTOR) { Idp::Entra } else { Idp::Okta };
    let department = DEPARTMENTS[director.unwrap_or(0) % DEPARTMENTS.len()];
    let mut human = office.hire(given, family);
    human.department = department.to_owned();
    human.title = title(office, position, people, department);
    human.location = office.rng.pick(LOCATIONS).to_string();
    human.manager = boss.map(|boss| boss.human.number.clone());
    let manager_id = boss.filter(|boss| boss.idp == idp).map(|boss| boss.external_id.clone());
    Account { idp, external_id: office.external_id(idp), human, manager_id }
}

/// Two people in a hundred have exactly the name of a colleague.
fn name_for(office: &mut Office, staff: &[Account]) -> (String, String) {
    if !staff.is_empty() && office.rng.chance(20) {
        let namesake = &office.rng.pick(staff).human;
        return (namesake.given.clone(), namesake.family.clone());
    }
    names::draw(&mut office.rng)
}

/// The first position of the level of this one, and how many positions that level has.
fn level_of(position: usize) -> (usize, usize) {
    let (mut start, mut size) = (0, 1);
    while position >= start + size {
        (start, size) = (start + size, size * SPAN);
    }
    (start, size)
}

/// Whom a position reports to. Each level is dealt out evenly over the level above.
fn boss_of(position: usize) -> Option<usize> {
    let (start, size) = level_of(position);
    let above = size / SPAN;
    (position > 0).then(|| start - above + (position - start) % above)
}

/// Who among the head's reports this position is or stands under, if anybody.
fn director_of(position: usize) -> Option<usize> {
    std::iter::successors(Some(position), |position| boss_of(*position))
        .find(|above| (1..=SPAN).contains(above))
}

fn title(office: &mut Office, position: usize, people: usize, department: &str) -> String {
    match position {
        0 => "Chief Executive Officer".to_owned(),
        1..=SPAN => format!("Director, {department}"),
        _ if position + level_of(position).1 < people => format!("{department} Manager"),
        _ => office.rng.pick(STAFF_TITLES).to_string(),
    }
}

fn found_groups(office: &mut Office, staff: &[Account]) -> Vec<Group> {
    let mut groups = vec![];
    for (idp, shared) in [(Idp::Okta, OKTA_GROUPS), (Idp::Entra, ENTRA_GROUPS)] {
        let accounts: Vec<&Account> = staff.iter().filter(|account| account.idp == idp).collect();
        for (rank, name) in shared.iter().enumerate() {
            // The first group has everybody; each further one about half of the one before.
            let members =
                accounts.iter().filter(|_| office.rng.chance(1000 >> rank)).map(|a| member(a)).collect();
            groups.push(Group { idp, id: office.group_id(idp), name: (*name).to_owned(), members });
        }
        for (department, members) in by_department(&accounts) {
            let name = format!("{department} ({idp})");
            groups.push(Group { idp, id: office.group_id(idp), name, members });
        }
    }
    groups
}

fn by_department<'a>(accounts: &[&'a Account]) -> BTreeMap<&'a str, BTreeSet<Member>> {
    let mut departments: BTreeMap<&str, BTreeSet<Member>> = BTreeMap::new();
    for account in accounts {
        departments.entry(&account.human.department).or_default().insert(member(account));
    }
    departments
}

/// The account as a member of a group.
pub(crate) fn member(account: &Account) -> Member {
    Member {
        number: account.human.number.clone(),
        external_id: account.external_id.clone(),
        login: account.human.login.clone(),
    }
}

/// A department and a title to move to.
pub(crate) fn new_post(office: &mut Office) -> (String, String) {
    (office.rng.pick(DEPARTMENTS).to_string(), format!("Senior {}", office.rng.pick(STAFF_TITLES)))
}

impl fmt::Display for Idp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Okta => "Okta",
            Self::Entra => "Entra",
        })
    }
}

macro_rules! shown_as_text {
    ($($id:ident),*) => {
        $(impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        })*
    };
}

shown_as_text!(EmployeeNumber, ExternalId, GroupId);

#[cfg(test)]
mod tests;
