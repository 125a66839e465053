//! Who has no key in common with any record, and looks like the owner of one that is linked to nobody: by the name, by what an
//! address or a login begins with, or by an employee number that a spreadsheet took the zeros from. Nobody is linked by it;
//! but whoever is asked about gets no second record by mistake.

use super::components::components;
use super::desk::{Desk, Group, star};
use crate::onboard::existing::{Existing, Known};
use crate::onboard::portrait::{Email, PlainName, login_stem, loose_number};
use std::collections::BTreeMap;
use tenure_scim::text::fold;

/// What looks alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// An address or a login, in full.
    Exact(String),
    Number(String),
    Name(String),
    Stem(String),
}

impl Mark {
    fn of_person(person: &Known) -> Vec<Self> {
        let number = person.employee_number.as_deref().and_then(loose_number);
        Self::of(number, &PlainName::of(&person.name), &person.user_name, &person.emails)
    }

    fn of_record(row: &Existing) -> Vec<Self> {
        let number = row.employee_number.as_deref().and_then(loose_number);
        Self::of(number, &PlainName::of(&row.name), &row.user_name, row.email.as_slice())
    }

    fn of(number: Option<String>, name: &PlainName, login: &str, emails: &[String]) -> Vec<Self> {
        let name = name.is_whole().then(|| name.sorted());
        let mut marks: Vec<_> = number.map(Self::Number).into_iter().chain(name.map(Self::Name)).collect();
        for text in emails.iter().map(String::as_str).chain([login]) {
            let whole = fold(text.trim());
            marks.extend((!whole.is_empty()).then(|| Self::Exact(whole.into_owned())));
        }
        let stems = emails.iter().filter_map(|email| Email::of(email)?.stem).chain(login_stem(login));
        marks.extend(stems.map(Self::Stem));
        marks.sort();
        marks.dedup();
        marks
    }

    fn sentence(&self) -> String {
        match self {
            Self::Exact(text) => format!("the address or login is `{text}`"),
            Self::Number(number) => format!("the employee numbers are `{number}` but for zeros before it"),
            Self::Name(_) => "the names are equal".to_owned(),
            Self::Stem(stem) => format!("addresses or logins begin with `{stem}`"),
        }
    }

    /// Whether nothing of the names says that this is chance. Of `asmith` there are many, and an address stays with a desk.
    fn fits(&self, person: &PlainName, row: &PlainName) -> bool {
        let is_in = |stem: &str, given: &str| given.chars().count() > 2 && stem.contains(given);
        match self {
            Self::Name(_) => true,
            Self::Exact(_) | Self::Number(_) => !person.contradicts(row),
            Self::Stem(stem) => {
                let told = is_in(stem, &person.given) || is_in(stem, &row.given);
                !person.contradicts(row) && (told || person.shares_given(row))
            }
        }
    }
}

/// The waiting people and the records that are linked to nobody and that look alike and that no key contradicts, each group with the reasons.
pub(super) fn groups(desk: &Desk<'_>) -> Vec<Group> {
    let mut edges = Vec::new();
    let mut why: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (mark, (people, records)) in meeting(desk) {
        let fits = |known: usize, record: usize| {
            !desk.stable_keys_differ(known, record)
                && mark.fits(&desk.name_of(known), &desk.name_of_record(record))
        };
        let (people, records) = desk.fitting(people, records, fits);
        let Some(first) = people.first().filter(|_| !records.is_empty()) else { continue };
        why.entry(*first).or_default().push(mark.sentence());
        edges.extend(star(&people, &records));
    }
    let group = |(known, records): (Vec<usize>, Vec<usize>)| {
        let why = known.iter().filter_map(|known| why.get(known)).flatten().cloned().collect();
        Group { known, records, siblings: Vec::new(), why }
    };
    components(&edges).into_iter().map(group).collect()
}

/// Everything that somebody who waits and a record without a link have in common, with all of both.
fn meeting(desk: &Desk<'_>) -> BTreeMap<Mark, (Vec<usize>, Vec<usize>)> {
    let mut meeting: BTreeMap<_, (Vec<_>, Vec<_>)> = BTreeMap::new();
    for known in desk.waiting() {
        for mark in Mark::of_person(desk.person(known)) {
            meeting.entry(mark).or_default().0.push(known);
        }
    }
    if meeting.is_empty() {
        return meeting;
    }
    for record in desk.unlinked().filter(|record| desk.is_person(*record)) {
        for mark in Mark::of_record(desk.row(record)) {
            if let Some((_, records)) = meeting.get_mut(&mark) {
                records.push(record);
            }
        }
    }
    meeting.retain(|_, (_, records)| !records.is_empty());
    meeting
}
