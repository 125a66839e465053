//! The office that gives out employee numbers, logins, mail addresses and account ids, and never the same one twice.
//!
//! The company's founding and its year share it, so that a joiner in November cannot collide with a founder by chance:
//! whoever shares a login with a leaver does so because the year's plan says so.

use std::collections::BTreeSet;

use super::{Company, EmployeeNumber, ExternalId, GroupId, Human, Idp, names};
use crate::rng::Rng;

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";

/// Gives out what has to be unique.
#[derive(Debug, Clone)]
pub(crate) struct Office {
    pub(crate) rng: Rng,
    domain: String,
    hired: usize,
    logins: BTreeSet<String>,
}

impl Office {
    pub(crate) fn new(seed: u64, domain: &str) -> Self {
        Self { rng: Rng::new(seed), domain: domain.to_owned(), hired: 0, logins: BTreeSet::new() }
    }

    /// The office of a company that exists already.
    pub(crate) fn of(company: &Company, seed: u64) -> Self {
        let logins = company.staff.iter().map(|account| account.human.login.clone()).collect();
        Self { hired: company.staff.len(), logins, ..Self::new(seed, &company.domain) }
    }

    /// A new human being with a number, a login and an address; where they work is for the caller to say.
    pub(crate) fn hire(&mut self, given: String, family: String) -> Human {
        let login = self.login(&given, &family);
        let email = self.email(&login);
        self.enter(given, family, login, email)
    }

    /// A new human being who gets the login and the address of one who left, because the names are the same.
    pub(crate) fn hire_namesake(&mut self, leaver: &Human) -> Human {
        let Human { given, family, login, email, .. } = leaver.clone();
        self.enter(given, family, login, email)
    }

    /// A given and a family name.
    pub(crate) fn name(&mut self) -> (String, String) {
        names::draw(&mut self.rng)
    }

    /// A family name that differs from the present one.
    pub(crate) fn married_name(&mut self, present: &str) -> String {
        names::another_family(&mut self.rng, present)
    }

    /// A login that nobody has or had: numbered when the name was taken.
    pub(crate) fn login(&mut self, given: &str, family: &str) -> String {
        let base = names::login_base(given, family);
        let numbered = |n: usize| if n == 1 { base.clone() } else { format!("{base}{n}") };
        let free = (1..)
            .map(|n| format!("{}@{}", numbered(n), self.domain))
            .find(|login| !self.logins.contains(login));
        let login = free.expect("some number is free");
        self.logins.insert(login.clone());
        login
    }

    /// An account id in the form of this provider.
    pub(crate) fn external_id(&mut self, idp: Idp) -> ExternalId {
        ExternalId(self.provider_id(idp, "00u"))
    }

    /// A group id in the form of this provider.
    pub(crate) fn group_id(&mut self, idp: Idp) -> GroupId {
        GroupId(self.provider_id(idp, "00g"))
    }

    /// The mail address is the login, but three people in a hundred have a plus tag in it.
    fn email(&mut self, login: &str) -> String {
        match login.split_once('@') {
            Some((name, domain)) if self.rng.chance(30) => format!("{name}+work@{domain}"),
            _ => login.to_owned(),
        }
    }

    fn enter(&mut self, given: String, family: String, login: String, email: String) -> Human {
        self.hired += 1;
        Human {
            number: EmployeeNumber(format!("E{:05}", 10_000 + self.hired)),
            given,
            family,
            login,
            email,
            department: String::new(),
            title: String::new(),
            location: String::new(),
            manager: None,
        }
    }

    fn provider_id(&mut self, idp: Idp, prefix: &str) -> String {
        match idp {
            Idp::Okta => format!("{prefix}{}", self.rng.word(BASE62, 17)),
            Idp::Entra => {
                let mut part = |length| self.rng.word(HEX, length);
                format!("{}-{}-4{}-8{}-{}", part(8), part(4), part(3), part(3), part(12))
            }
        }
    }
}
